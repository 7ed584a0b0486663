"""A share of processor time, held from outside by stopping the process.

Repy V1 specification, section 10.5: every tenth of a second the time used is
compared with the time that passed since the last look, or since the last stop
ended if that is later; the process is stopped for max(used / limit - passed, 0)
seconds. The first interval is free.
"""

from __future__ import annotations

import struct
import time

from repy_compat.supervisor.link import MOST_STOPS
from repy_compat.supervisor.measure import cores, cpu_seconds, resume, suspend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

#: Seconds. Some kernels count another process's time in ticks, of up to 10 ms: what
#: is less than one may be none. It isn't forgotten, but looked at with what follows.
SHORTEST_STOP = 0.01


def is_limited(limit: float | None) -> bool:
    """Whether a process can use more than ``limit`` cores here at all."""
    return limit is not None and not limit >= cores()


class CpuShare:
    """Looks at one process and stops it when it uses more than its share.

    ``limit`` is the share (1.0: one core); ``board`` is the shared memory on
    which stops are written for the worker to read, or None. ``spent_for_it`` tells
    what others spent on its behalf: a few bytes are enough to keep a log busy.
    """

    PERIOD = 0.1

    def __init__(
        self,
        limit: float,
        pid: int,
        board: mmap | None,
        spent_for_it: Callable[[], float],
    ) -> None:
        self._spent_for_it = spent_for_it
        self._limit = limit
        self._pid = pid
        self._board = board
        self.stops = 0
        self._stopped_at: float | None = None
        self._resume_at = 0.0
        self._first = True
        self._used, self._since, _ = self._read()

    def _read(self) -> tuple[float, float, float]:
        """Processor time, and the moments just before and after reading it.

        Time that passes counts from before one reading to behind the next, so
        a process on one core never seems to use more than all of it.
        """
        before = time.monotonic()
        used = cpu_seconds(self._pid) + self._spent_for_it()
        return used, before, time.monotonic()

    def look(self) -> float:
        """Stop, continue or leave the process; seconds until the next look."""
        if self._stopped_at is not None:
            left = self._resume_at - time.monotonic()
            if left > 0:
                return left
            self._resume()
            return self.PERIOD
        used, before, after = self._read()
        stop = (used - self._used) / self._limit - (after - self._since)
        if self._first:
            self._first, stop = False, 0.0
        if 0 < stop < SHORTEST_STOP:
            return self.PERIOD
        self._used, self._since = used, before
        if stop <= 0:
            return self.PERIOD
        suspend(self._pid)
        self._stopped_at = time.monotonic()
        self._resume_at = self._stopped_at + stop
        return stop

    def _resume(self) -> None:
        assert self._stopped_at is not None
        now = time.monotonic()
        self._write_on_board(self._stopped_at, now - self._stopped_at)
        self._stopped_at = None
        # What was carried meanwhile counts in the next interval.
        self._since = time.monotonic()
        resume(self._pid)

    def _write_on_board(self, when: float, seconds: float) -> None:
        self.stops += 1
        if self._board is None:
            return
        place = 8 + 16 * ((self.stops - 1) % MOST_STOPS)
        struct.pack_into("<dd", self._board, place, when, seconds)
        self._board[:8] = self.stops.to_bytes(8, "little")
