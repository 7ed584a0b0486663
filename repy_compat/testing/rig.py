"""What is put around a sandbox while its program is explored.

Watches over the ledger, readings that don't change, a quiet collector, and the
taking apart of a run that is over.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from types import CodeType
from typing import Any

from repy_compat.api.readings import Readings
from repy_compat.errors import LimitReached, RunEnded
from repy_compat.language.cache import CodeCache
from repy_compat.limits.ledger import Item
from repy_compat.sandbox import Sandbox
from repy_compat.world.simulation.engine import Engine

BARE_MEMORY = 9_000_000


def watch_ledger(sandbox: Sandbox, engine: Engine, refused: Counter[str]) -> None:
    """Note in the log what the ledger gives and refuses."""
    take = sandbox.ledger.take

    def watched(resource: str, holder: str) -> Item:
        try:
            item = take(resource, holder)
        except LimitReached:
            refused[resource] += 1
            engine.note("refused", None, resource)
            raise
        engine.log.append((engine.current.number, "take", None, resource, -1))
        if resource == "events":
            return _EventItem(item, engine)  # type: ignore[return-value]
        return item

    sandbox.ledger.take = watched  # type: ignore[method-assign]


def dissolve(sandbox: Sandbox) -> None:
    """Cut the cycles of a run that is over, so that it is freed at once.

    Thousands of runs follow one another; left to the collector they would be
    most of what it does.
    """
    vars(sandbox.ledger).pop("take", None)
    sandbox.runtime.bare_builtins.clear()
    sandbox.runtime.builtins.clear()
    sandbox.namespace.clear()
    for part in (sandbox.runtime, sandbox.events, sandbox):
        vars(part).clear()


class CompiledTexts(CodeCache):
    """The texts of virtual namespaces, compiled once for all runs of a subject."""

    def __init__(self) -> None:
        self._codes: dict[str, CodeType] = {}

    def key(
        self,
        digest: str,
        dialect: str,
        filename: str,
        exploring: bool,
        table_dicts: bool = False,
    ) -> str:
        """Text, dialect and name; the rest is the same for all runs."""
        return f"{digest}/{dialect}/{filename}"

    def load(self, key: str) -> CodeType | None:
        """The code object, if the text was compiled before."""
        return self._codes.get(key)

    def store(self, key: str, code: CodeType) -> None:
        """Keep a code object."""
        self._codes[key] = code


class _EventItem:
    """The unit of an event: others may go on before the event gives it back.

    The moment between an event's last line and its end matters to whoever asks
    for an event meanwhile, and no mark of the compiler lies there.
    """

    __slots__ = ("_engine", "_item")

    def __init__(self, item: Item, engine: Engine) -> None:
        self._item = item
        self._engine = engine

    @property
    def holder(self) -> str:
        return self._item.holder

    @holder.setter
    def holder(self, name: str) -> None:
        self._item.holder = name

    def give_back(self) -> bool:
        engine = self._engine
        item = self._item
        try:
            if not engine.ended and engine.current.name == item.holder:
                engine.point("leave")
        finally:
            given = item.give_back()
        return given


def still_readings() -> Readings:
    """What a simulated program used: nothing, so that every run reads the same."""
    readings = Readings()
    readings.cpu = readings.thread_cpu = float
    readings.memory = lambda: BARE_MEMORY
    return readings


class WithoutCollector:
    """No cyclic collection meanwhile: it would call finalisers at odd moments."""

    __slots__ = ("_enabled",)

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            gc.enable()


class Hushed:
    """Finalisers of runs that are over keep quiet meanwhile.

    On a real run nothing of the program happens after its end. Here its objects go
    when the next run has begun, or with what is kept of it, and their ``__del__``
    finds neither builtins nor an API any more.
    """

    __slots__ = ("_hook",)

    def __enter__(self) -> None:
        self._hook = sys.unraisablehook
        sys.unraisablehook = self._show

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self._hook

    def _show(self, unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, RunEnded):
            return
        trace = unraisable.exc_traceback
        if trace is None or trace.tb_frame.f_builtins:
            self._hook(unraisable)
