"""What a supervisor looks at from time to time."""

from __future__ import annotations

import time

from repy_compat.limits.diskuse import folder_use
from repy_compat.supervisor import verdict
from repy_compat.supervisor.cpushare import CpuShare, is_limited
from repy_compat.supervisor.measure import (
    MemoryMeter,
    memory_use,
    threads_of,
)
from repy_compat.supervisor.status import stop_requested

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.verdict import Verdict

    #: Seconds until the next look, a verdict, or None for never again.
    Found = float | Verdict | None
    Look = Callable[[], Found]

#: Seconds between two looks (Repy V1 specification, sections 2.5 and 10.5 to 10.7).
MEMORY_PERIOD = 0.1
HURRIED_MEMORY_PERIOD = 0.02
THREADS_PERIOD = 0.1
DISK_PERIOD = 0.5
STOP_FILE_PERIOD = 1.0
#: Bytes over the limit that reading and compiling a text may take for the moment: a
#: hundred times as much as a long program has.
READING_ROOM = 500_000_000
#: Threads besides one for each event, idle ones and the network's among them. Each
#: takes a process number of the whole machine.
THREAD_SLACK = 300


class Agenda:
    """Looks, each with the moment at which it is due."""

    def __init__(self) -> None:
        self._looks: list[tuple[float, Look]] = []

    def plan(self, delay: float, look: Look) -> None:
        """Have ``look`` called in ``delay`` seconds, and again as it says."""
        self._looks.append((time.monotonic() + delay, look))

    def milliseconds(self) -> int | None:
        """How long to sleep until something is due, rounded up; None for ever."""
        if not self._looks:
            return None
        seconds = min(when for when, _ in self._looks) - time.monotonic()
        return max(0, min(int(seconds * 1000) + 1, 3_600_000))

    def serve(self) -> Verdict | None:
        """Take the looks that are due; the first verdict that one of them gives."""
        now = time.monotonic()
        for item in [item for item in self._looks if item[0] <= now]:
            self._looks.remove(item)
            look = item[1]
            try:
                found = look()
            except ProcessLookupError:
                # It ended between two looks; its descriptor tells so next.
                continue
            if isinstance(found, (int, float)):
                self.plan(found, look)
            elif found is not None:
                return found
        return None


class Limits:
    """The looks at one run's limits. ``plan_...`` puts them on the agenda.

    ``spent_for_it`` tells the processor seconds that the supervisor itself spent on
    carrying the worker's output.
    """

    def __init__(
        self, job: Job, agenda: Agenda, spent_for_it: Callable[[], float]
    ) -> None:
        self._job = job
        self._agenda = agenda
        self._spent_for_it = spent_for_it
        self._cpu: CpuShare | None = None
        self._meter: MemoryMeter | None = None
        self._memory_baseline = (0, 0)
        self._memory_before = 0
        self._stop_file_was_empty = False
        self._pid = 0
        self._sealed = False

    def plan_from_the_start(self, pid: int) -> None:
        """What holds as soon as there is a worker, ``pid``."""
        job = self._job
        self._pid = pid
        if job.memory is not None:
            self._agenda.plan(MEMORY_PERIOD, self._reading)
        if job.disk is not None:
            self._agenda.plan(0.0, self._disk)
        if job.stop_file is not None:
            self._agenda.plan(0.0, self._stop_file)
        if job.timeout is not None:
            self._agenda.plan(job.timeout, self._timeout)

    def plan_from_the_seal(self, memory: tuple[int, int], board: mmap | None) -> None:
        """What holds from the program's first statement; it begins with ``memory``.

        ProcessLookupError if the worker is gone already.
        """
        self._memory_baseline = memory
        self._sealed = True
        if self._job.memory is not None:
            self._agenda.plan(HURRIED_MEMORY_PERIOD, self._memory)
        self._agenda.plan(THREADS_PERIOD, self._threads)
        if self._job.cpu is not None and is_limited(self._job.cpu):
            self._cpu = CpuShare(self._job.cpu, self._pid, board, self._spent_for_it)
            self._agenda.plan(CpuShare.PERIOD, self._share)

    @property
    def stops(self) -> int:
        """How often the worker was stopped for its share."""
        return 0 if self._cpu is None else self._cpu.stops

    def close(self) -> None:
        """Release what looking needs."""
        if self._meter is not None:
            self._meter.close()

    def _share(self) -> Found:
        assert self._cpu is not None and self._job.cpu is not None
        return self._cpu.look() if self._job.cpu > 0 else verdict.no_cpu()

    def _reading(self) -> Found:
        """Until the seal memory goes into reading the program, and so does time."""
        assert self._job.memory is not None
        if self._sealed:
            return None
        use, limit = self._memory_now()[0], self._job.memory
        if use > limit + READING_ROOM:
            return verdict.over_limit("memory", "Memory", use, limit)
        return MEMORY_PERIOD

    def _memory_now(self) -> tuple[int, int]:
        if self._meter is None:
            self._meter = MemoryMeter(self._pid)
        return self._meter.read()

    def _memory(self) -> Found:
        assert self._job.memory is not None
        limit = self._job.memory
        use = memory_use(self._memory_now(), self._memory_baseline)
        if use > limit:
            return verdict.over_limit("memory", "Memory", use, limit)
        growth, self._memory_before = use - self._memory_before, use
        hurried = 3 * growth > limit - use
        return HURRIED_MEMORY_PERIOD if hurried else MEMORY_PERIOD

    def _threads(self) -> Found:
        threads = threads_of(self._pid)
        if threads > 2 * self._job.events + THREAD_SLACK:
            return verdict.crowded(threads)
        return THREADS_PERIOD

    def _disk(self) -> Found:
        assert self._job.disk is not None
        use = folder_use(self._job.folder)
        if use > self._job.disk:
            return verdict.over_limit("diskused", "Disk", use, self._job.disk)
        return DISK_PERIOD

    def _stop_file(self) -> Found:
        assert self._job.stop_file is not None
        request = stop_requested(self._job.stop_file)
        if request is None:
            return STOP_FILE_PERIOD
        if request.empty and not self._stop_file_was_empty:
            # Perhaps its writer has only just created it.
            self._stop_file_was_empty = True
            return 0.1
        return verdict.stopped(request.code, request.message)

    def _timeout(self) -> Found:
        assert self._job.timeout is not None
        return verdict.timed_out(self._job.timeout)
