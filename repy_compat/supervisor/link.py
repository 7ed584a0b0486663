"""The worker's end of the line to its supervisor.

Frames go one way, from the worker: four bytes of length, a letter, a plain value
(``wire``). ``S``: sealed, with the memory it began with; ``R``: a report so far;
``E``: the end, with its cause; ``U``: a wall is missing and strict mode was asked
for. What the supervisor has to say is few numbers, so it writes them onto a board
of shared memory: the times it stopped the worker.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from _thread import allocate_lock, start_new_thread

from repy_compat.errors import InternalError, IsolationUnavailable
from repy_compat.supervisor import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from mmap import mmap
    from typing import NoReturn

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.measure import MemoryMeter
    from repy_compat.world.base import Output

    #: What a worker runs; it returns the exit code.
    Body = Callable[["WorkerLink"], int]

#: Bytes of memory that a worker takes from its first step to the seal: when it looks
#: for what can be given back, and the most that no program has to answer for.
MUCH_TO_START = 8_000_000
MOST_TO_START = 20_000_000
#: A report longer than this is cut to nothing; a frame longer than this is forged.
LONGEST_FRAME = 200_000
#: Characters of a sentence that are told; an exception's may be a program's.
LONGEST_TEXT = 10_000
#: Entries of the list of stop times (Repy V2 specification, section 8).
MOST_STOPS = 100
BOARD_SIZE = 8 + 16 * MOST_STOPS


def frame(kind: bytes, value: wire.Value) -> bytes:
    """One frame; its value becomes None if it is too long."""
    payload = wire.dumps(value)
    if len(payload) >= LONGEST_FRAME:
        payload = wire.dumps(None)
    return (len(payload) + 1).to_bytes(4, "big") + kind + payload


class WorkerLink:
    """What a body calls: the seal, measurements, and the end of its process."""

    def __init__(
        self,
        job: Job,
        descriptor: int,
        meter: MemoryMeter,
        board: mmap | None,
        log_line: Sequence[int] = (-1, -1),
    ) -> None:
        self.job = job
        self._descriptor = descriptor
        self._meter = meter
        self._board = board
        self._log_line = tuple(log_line)
        #: Private memory before anything of the program's was read.
        self._first_memory = meter.read()[0]
        self._baseline: tuple[int, int] | None = None
        self._cpu_baseline = 0.0
        self._rings: tuple[str, ...] = ("language", "process")
        self._missing: tuple[str, ...] = ()
        self._sending = allocate_lock()
        self._ending = allocate_lock()

    def outputs(self) -> tuple[Output, Output]:
        """The run's standard output and standard error."""
        from repy_compat.world.output import StreamOutput

        if self._log_line[0] < 0:
            # A report that can't be delivered doesn't change how the run ends.
            return StreamOutput(1), StreamOutput(2, careless=True)
        from repy_compat.supervisor.logline import LoggedOutput

        log = LoggedOutput(*self._log_line)
        return log, log

    def seal(self) -> None:
        """Give up everything the program doesn't need; its first statement follows.

        To be called once, after the program has been read and compiled, before
        any thread is started. Memory and processor time count from here.
        IsolationUnavailable in strict mode if a wall can't be had.
        """
        from repy_compat.supervisor import confine

        if self._baseline is not None:
            raise InternalError("the worker was sealed twice")
        self._give_back_memory()
        walls = confine.seal(self.job)
        self._rings = walls.rings
        self._missing = walls.missing
        if self.job.strict and walls.missing:
            raise IsolationUnavailable(walls.missing[0])
        # What is there now stays: the program's garbage is searched for without it.
        gc.freeze()
        gc.enable()
        private, total = self._meter.read()
        # What a program's text took beyond what any needs is the program's.
        self._baseline = min(private, self._first_memory + MOST_TO_START), total
        self._cpu_baseline = time.process_time()
        self._send(
            b"S",
            {
                "private": self._baseline[0],
                "total": self._baseline[1],
                "rings": list(walls.rings),
                "missing": list(walls.missing),
            },
        )

    def _give_back_memory(self) -> None:
        """Release what compiling a long text took.

        Free but still ours it would be in the baseline, and the program could fill
        it beyond its limit.
        """
        if self._meter.read()[0] < self._first_memory + MUCH_TO_START:
            return
        gc.collect()
        from repy_compat.supervisor import syscalls

        try:
            syscalls.call("malloc_trim", 0)
        except OSError:
            # Another C library: the bound of the baseline has to do.
            return

    @property
    def rings(self) -> tuple[str, ...]:
        """The walls this worker has; complete once it is sealed."""
        return self._rings

    @property
    def missing(self) -> tuple[str, ...]:
        """One sentence for each wall that it hasn't."""
        return self._missing

    def memory_used(self) -> int:
        """Bytes on the terms of the limit: growth since the seal, plus 9,000,000."""
        from repy_compat.supervisor.measure import FIRST_MEMORY, memory_use

        if self._baseline is None:
            return FIRST_MEMORY
        return memory_use(self._meter.read(), self._baseline)

    def cpu_used(self) -> float:
        """Processor seconds that the program used since the seal."""
        if self._baseline is None:
            return 0.0
        return max(0.0, time.process_time() - self._cpu_baseline)

    def stop_times(self) -> list[tuple[float, float]]:
        """The latest stops for too much CPU, at most 100: (when, seconds).

        ``when`` is on the clock of ``time.monotonic``.
        """
        if self._board is None:
            return []
        import struct

        total = int.from_bytes(self._board[:8], "little")
        first = max(0, total - MOST_STOPS)
        return [
            struct.unpack_from("<dd", self._board, 8 + 16 * (index % MOST_STOPS))
            for index in range(first, total)
        ]

    def report(self, value: Mapping[str, wire.Value]) -> None:
        """Tell the supervisor how things stand; the last report counts."""
        self._send(b"R", value)

    def finish(
        self,
        code: int,
        how: str = "",
        detail: str = "",
        report: Mapping[str, wire.Value] | None = None,
    ) -> NoReturn:
        """End the worker now, from whichever thread: nothing runs afterwards.

        ``code`` is the exit code, ``how`` a word of ``outcome.Ending``.
        """
        # The first caller wins; the lock is never given back.
        self._ending.acquire()
        try:
            self._leave(code, how, detail, report)
        except BaseException:
            # The program chose to call us at the end of its stack, or of its memory.
            # A new thread has a stack of its own.
            start_new_thread(self._leave, (code, how, detail, report))
            self._ending.acquire()
        finally:
            os._exit(code & 0xFF)

    def _leave(
        self,
        code: int,
        how: str,
        detail: str,
        report: Mapping[str, wire.Value] | None,
    ) -> None:
        flush_standard_streams()
        value: dict[str, wire.Value] = {
            "code": code & 0xFF,
            "how": how or ("normal" if code == 0 else "exception"),
            "detail": detail[:LONGEST_TEXT],
        }
        if report is not None:
            value["report"] = report
        self._send(b"E", value)
        os._exit(code & 0xFF)

    def refuse(self, sentence: str) -> NoReturn:
        """End the worker because strict mode can't be kept."""
        self._ending.acquire()
        self._send(b"U", sentence[:LONGEST_TEXT])
        os._exit(1)

    def _send(self, kind: bytes, value: wire.Value) -> None:
        data = frame(kind, value)
        with self._sending:
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                # No supervisor any more: the kernel is about to end us, too.
                return


def flush_standard_streams() -> None:
    """Deliver what Python's own streams still hold; failures don't matter now."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            continue
