"""Work of the host's in which no finaliser of a program may run.

The collector can start anywhere, and with it a ``__del__`` of the program, which
may call the API. What a module is half loaded for, or a table is half changed for,
would then be met half-done by the very thread that is at it (threat class T4).
"""

from __future__ import annotations

import gc
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Result = TypeVar("Result")

_mutex = RLock()
_inside = 0
"""How many threads are in here now, one that came twice counted twice."""
_turn_on = False
"""Whether the collector was on before the first of them came."""


def undisturbed(work: Callable[[], Result]) -> Result:
    """``work()``, during which the collector doesn't start by itself, in any thread.

    ``work`` has to be short, or to make no garbage, and mustn't wait for a program.
    """
    _enter()
    try:
        return work()
    finally:
        _leave()


def _enter() -> None:
    global _inside, _turn_on
    was_on = gc.isenabled()
    gc.disable()  # at once, so that no finaliser runs under the mutex either
    with _mutex:
        # Whoever left in between has turned it on again.
        _turn_on = _turn_on or was_on or gc.isenabled()
        gc.disable()
        _inside += 1


def _leave() -> None:
    global _inside, _turn_on
    with _mutex:
        _inside -= 1
        if not _inside and _turn_on:
            _turn_on = False
            gc.enable()
