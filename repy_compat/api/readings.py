"""What a program used so far, as ``getresources`` shows it.

Repy V2 specification, section 8: the sandbox's own CPU time and memory are not
the program's, so both count from the moment the run was set up.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Repy V1 specification, section 10.6: growth counts on top of this.
_BARE_INTERPRETER = 9_000_000  # bytes


class Readings:
    """What a program used so far, measured in the process it runs in.

    The supervisor may replace any of the attributes: each is a function without
    parameters. ``cpu`` and ``thread_cpu`` give seconds, ``memory`` and ``disk``
    bytes, ``stops`` a list of (when, for how long) in seconds.
    """

    __slots__ = ("cpu", "thread_cpu", "memory", "disk", "stops")

    def __init__(self) -> None:
        from time import process_time, thread_time

        start = process_time()
        floor = _resident()
        self.cpu: Callable[[], float] = lambda: process_time() - start
        self.thread_cpu: Callable[[], float] = thread_time
        self.memory: Callable[[], int] = lambda: _counted(_resident() - floor)
        self.disk: Callable[[], int] = int
        self.stops: Callable[[], list[tuple[float, float]]] = list


def _counted(growth: int) -> int:
    # Repy V1 specification, section 10.6: growth over the bare interpreter.
    return max(growth, 0) + _BARE_INTERPRETER


def _resident() -> int:
    """Resident bytes of this process."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            pages = int(statm.read().split()[1])
    except OSError:
        from resource import RUSAGE_SELF, getrusage

        return getrusage(RUSAGE_SELF).ru_maxrss * 1024
    return pages * 4096
