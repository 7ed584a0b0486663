"""What measuring and waiting need of the world's scheduler.

For annotations only: no run loads this module.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class ClockLock(Protocol):
    """What a clock's lock can do: it is a context manager."""

    def __enter__(self) -> object: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> object: ...


class ClockSignal(Protocol):
    """A flag that an event can wait for."""

    def set(self) -> None: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class Clock(Protocol):
    """The world's scheduler, as the ledger and its rates see it."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    def new_lock(self) -> ClockLock: ...

    def new_signal(self) -> ClockSignal: ...

    def current_name(self) -> str: ...
