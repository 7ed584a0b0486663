"""What a process uses now: processor time and memory.

On Linux from the kernel's own files and clocks (a reading costs 10 to 25 us);
elsewhere with psutil, imported when the first reading is due.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import time

ON_LINUX = sys.platform == "linux"
#: Where the kernel tells about processes.
PROCESSES = "/proc"

#: What a program is said to use before its first statement: Repy V1
#: specification, section 10.6.
FIRST_MEMORY = 9_000_000
#: Growth of shared pages (library code that is paged in) that is not counted.
_SHARED_SLACK = 24_000_000


def can_measure() -> bool:
    """Whether the memory of a process can be told here; no limit holds without."""
    return not ON_LINUX or os.path.exists(f"{PROCESSES}/self/statm")


class MemoryMeter:
    """Resident memory of a process: ``pid``, or the calling one if that is 0."""

    def __init__(self, pid: int = 0) -> None:
        self._pid = pid
        self._file = -1
        if ON_LINUX:
            # Kept open: after the seal the worker can't open it any more.
            name = f"{PROCESSES}/{pid or 'self'}/statm"
            try:
                self._file = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                raise ProcessLookupError("no such process") from None

    @property
    def descriptor(self) -> int:
        """The descriptor that readings need, or -1."""
        return self._file

    def read(self) -> tuple[int, int]:
        """(private, total) resident bytes now; OSError if the process is gone.

        Private leaves out what is shared with files: program text of libraries
        becomes resident when it is first used, which no program asked for.
        """
        if self._file >= 0:
            words = os.pread(self._file, 100, 0).split()
            if len(words) < 3:
                raise ProcessLookupError("no such process")
            if words[1] == b"0" and self._pid:
                words = _of_another_thread(self._pid) or words
            resident, shared = int(words[1]), int(words[2])
            return (resident - shared) * _PAGE, resident * _PAGE
        import psutil  # type: ignore[import-untyped]

        try:
            total = psutil.Process(self._pid or None).memory_info().rss
        except psutil.Error as error:
            raise ProcessLookupError(str(error)) from None
        return total, total

    def close(self) -> None:
        """Release the descriptor."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _of_another_thread(pid: int) -> list[bytes]:
    """The words of statm by a thread of ``pid`` that runs; empty if none does.

    The process's own file shows nothing once its first thread has ended, which an
    escaped program can arrange.
    """
    try:
        threads = os.listdir(f"{PROCESSES}/{pid}/task")
    except OSError:
        return []
    for thread in threads:
        try:
            with open(f"{PROCESSES}/{pid}/task/{thread}/statm", "rb") as file:
                words = file.read().split()
        except OSError:
            continue
        if words and words[1] != b"0":
            return words
    return []


def memory_use(now: tuple[int, int], baseline: tuple[int, int]) -> int:
    """Bytes to hold against the limit: growth since ``baseline``, plus 9,000,000.

    Memory that is shared (mapped by an escaped program, say) counts as soon as
    it is more than libraries can explain.
    """
    private = now[0] - baseline[0]
    total = now[1] - baseline[1] - _SHARED_SLACK
    return FIRST_MEMORY + max(private, total, 0)


def threads_of(pid: int) -> int:
    """How many threads ``pid`` has; 0 where only a costly look would tell."""
    if not ON_LINUX:
        return 0
    try:
        # Two links are the folder's own.
        return os.stat(f"{PROCESSES}/{pid}/task").st_nlink - 2
    except FileNotFoundError:
        raise ProcessLookupError("no such process") from None
    except PermissionError:
        return 0


def cpu_seconds(pid: int) -> float:
    """Processor seconds that all threads of ``pid`` used; OSError if it is gone."""
    if ON_LINUX:
        # The kernel's clock of another process: nanoseconds, and one system call.
        try:
            return time.clock_gettime((~pid << 3) | 2)
        except OSError as error:
            raise ProcessLookupError(str(error)) from None
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error as error:
        raise ProcessLookupError(str(error)) from None
    return float(times.user + times.system)


def suspend(pid: int) -> None:
    """Stop all threads of ``pid``; OSError if it is gone."""
    if hasattr(_signal, "SIGSTOP"):
        os.kill(pid, _signal.SIGSTOP)
        return
    import psutil

    try:
        psutil.Process(pid).suspend()
    except psutil.Error as error:
        raise ProcessLookupError(str(error)) from None


def resume(pid: int) -> None:
    """Let ``pid`` go on; OSError if it is gone."""
    if hasattr(_signal, "SIGCONT"):
        os.kill(pid, _signal.SIGCONT)
        return
    import psutil

    try:
        psutil.Process(pid).resume()
    except psutil.Error as error:
        raise ProcessLookupError(str(error)) from None


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
