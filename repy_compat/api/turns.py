"""One at a time, without the deadlock that finalisers bring.

The collector may run a program's ``__del__`` in the middle of any call, also
while that call holds a lock; when the finaliser then uses the same file, it
must not wait for the very event that it interrupts (threat class T4).
"""

from __future__ import annotations

from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from repy_compat.world.base import Scheduler

    Turn: TypeAlias = "RLock | _Turn"


def new_turn(scheduler: Scheduler, *, long: bool = False) -> Turn:
    """A lock for ``with``: events take turns, and an event passes its own turn.

    What is under it must bear being interrupted by itself. It must not wait for
    more than a moment, unless the turn was made as a ``long`` one: whoever waits
    for such a turn leaves with RunEnded when the run ends.
    """
    # The interpreter's own knows threads, and costs a tenth.
    if scheduler.events_are_threads and not long:
        return RLock()
    return _Turn(scheduler)


class _Turn:
    """A turn among events that share threads: it goes by their names."""

    __slots__ = ("_current_name", "_inside", "_lock")

    def __init__(self, scheduler: Scheduler) -> None:
        self._current_name = scheduler.current_name
        self._lock = scheduler.new_lock()
        # How often each event is inside. An event is entered before it waits
        # for the lock and removed after it gave the lock up, so that there's no
        # moment at which it could come to wait for itself.
        self._inside: dict[str, int] = {}

    def __enter__(self) -> None:
        name = self._current_name()
        depth = self._inside.get(name, 0)
        self._inside[name] = depth + 1
        if depth:
            return
        try:
            self._lock.acquire()
        except BaseException:
            self._inside.pop(name, None)
            raise

    def __exit__(self, *_problem: object) -> None:
        name = self._current_name()
        depth = self._inside[name] - 1
        if depth:
            self._inside[name] = depth
            return
        try:
            self._lock.release()
        except RuntimeError as error:
            # The end of the run has taken it, to let those go who waited.
            if isinstance(error, RecursionError):
                raise
        self._inside.pop(name, None)
