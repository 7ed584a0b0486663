"""How events of the simulated world wait: locks, signals, pending bodies, keep-alives.

None of these is a choice by itself: a program's point lies in front of each call
of the API. They only park the running event and say who can run again. A lock
used with ``with`` is one of ours inside the API, not one of the program's, and
leaves no trace in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Protocol

from repy_compat.world.base import KeepAlive, Lock, Pending, Signal
from repy_compat.world.simulation.task import OVER, Task


class Parking(Protocol):
    """What locks and signals need of the engine: who runs, parking it, waking others."""

    current: Task
    time: float

    def note(self, what: str, thing: object = None, detail: object = None) -> None: ...

    def block(self, why: object, deadline: float | None = None) -> bool: ...

    def wake(self, task: Task) -> None: ...

    def unwake(self, task: Task) -> None: ...

    def deadline_after(self, seconds: float) -> float: ...


class SimulatedLock(Lock):
    """A lock without owner; ``holder`` remembers who took it last, for reports."""

    __slots__ = ("_engine", "_waiting", "holder", "taken")

    def __init__(self, engine: Parking) -> None:
        self._engine = engine
        self._waiting: list[Task] = []
        self.taken = False
        self.holder: Task | None = None

    def acquire(self, blocking: bool = True) -> bool:
        engine = self._engine
        if self.taken and not blocking:
            engine.note("missed", self)
            return False
        self._take()
        engine.note("acquire", self)
        return True

    def release(self) -> None:
        engine = self._engine
        if self.taken:
            engine.note("release", self)
        self._give()

    def locked(self) -> bool:
        return self.taken

    def __enter__(self) -> None:
        self._take()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give()

    def _take(self) -> None:
        engine = self._engine
        while self.taken:
            task = engine.current
            engine.note("wait", self)
            self._waiting.append(task)
            try:
                engine.block(self)
            finally:
                self._waiting.remove(task)
        self.taken = True
        self.holder = engine.current
        for task in self._waiting:
            engine.unwake(task)

    def _give(self) -> None:
        if not self.taken:
            raise RuntimeError("release unlocked lock")
        self.taken = False
        for task in self._waiting:
            self._engine.wake(task)


class SimulatedSignal(Signal):
    """A flag; waiting for it parks the event."""

    __slots__ = ("_engine", "_up", "_waiting")

    def __init__(self, engine: Parking) -> None:
        self._engine = engine
        self._up = False
        self._waiting: list[Task] = []

    def set(self) -> None:
        engine = self._engine
        engine.note("set", self)
        self._up = True
        for task in self._waiting:
            engine.wake(task)

    def clear(self) -> None:
        self._up = False

    def is_set(self) -> bool:
        return self._up

    def wait(self, timeout: float | None = None) -> bool:
        engine = self._engine
        deadline = None if timeout is None else engine.deadline_after(max(0.0, timeout))
        while not self._up:
            if deadline is not None and engine.time >= deadline:
                return False
            task = engine.current
            self._waiting.append(task)
            try:
                engine.block(self, deadline)
            finally:
                self._waiting.remove(task)
        engine.note("seen", self)
        return True


class SimulatedPending(Pending):
    """A body that hasn't begun."""

    __slots__ = ("_cancel", "_task")

    def __init__(self, cancel: Callable[[Task], bool], task: Task) -> None:
        self._cancel = cancel
        self._task = task

    def cancel(self) -> bool:
        return self._cancel(self._task)


class SimulatedKeepAlive(KeepAlive):
    """Keeps the run from being idle until it is released."""

    __slots__ = ("_release",)

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()


class Blocked(NamedTuple):
    """An event that waits when the run comes to rest.

    ``why`` is ``idle``, ``sleep``, a lock, a signal or an endpoint. ``holder`` is
    the number of the event that took the lock, or -1; ``holder_over`` says that
    this event has ended.
    """

    number: int
    why: object
    holder: int
    holder_over: bool

    @staticmethod
    def of(task: Task) -> Blocked:
        """How ``task`` waits now."""
        why = task.why
        holder = why.holder if isinstance(why, SimulatedLock) and why.taken else None
        if holder is None:
            return Blocked(task.number, why, -1, False)
        return Blocked(task.number, why, holder.number, holder.state == OVER)
