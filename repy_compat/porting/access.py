"""The API that imported Repy files call: trusted, or under restrictions."""

from __future__ import annotations

import os
import sys
from threading import RLock

from repy_compat import outcome
from repy_compat.api import v1, v2
from repy_compat.api.runtime import Runtime
from repy_compat.errors import RunEnded
from repy_compat.language.dialect import Dialect
from repy_compat.limits.ledger import Ledger
from repy_compat.porting import trusted
from repy_compat.report import uncaught_exception
from repy_compat.world.events import EventTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn

    from repy_compat.limits.restrictions import Limits
    from repy_compat.world.base import World


class Access:
    """The API of a home in one state: trusted, or under restrictions."""

    def __init__(self, world: World, limits: Limits | None) -> None:
        self.limits = limits
        actual = trusted.no_limits() if limits is None else limits
        self._actual = actual
        self.ledger = Ledger(actual, world.scheduler)
        self.events = EventTable(self.ledger, world.scheduler, _report)
        self._world = world
        self._lock = RLock()
        self._runtimes: dict[str, Runtime] = {}
        self._names: dict[str, dict[str, object]] = {}

    def runtime(self, dialect_name: str) -> Runtime:
        """What the API's functions of a dialect share."""
        with self._lock:
            found = self._runtimes.get(dialect_name)
            if found is None:
                found = self._runtimes[dialect_name] = Runtime(
                    self._world,
                    self.ledger,
                    self._actual,
                    Dialect.of_name(dialect_name),
                    self._end,
                    events=self.events,
                    extra_builtins=_api(dialect_name).extra_builtins,
                    apply_rules=self.limits is not None,
                )
            return found

    def builtins(self, dialect_name: str) -> dict[str, object]:
        """The builtins of all files of a dialect."""
        return self.runtime(dialect_name).builtins

    def names(self, dialect_name: str) -> dict[str, object]:
        """The API's functions of a dialect, by name."""
        found = self._names.get(dialect_name)
        if found is None:
            with self._lock:
                # Another thread may have come first: one table of open files for all.
                found = self._names.get(dialect_name) or self._build(dialect_name)
                self._names[dialect_name] = found
        return found

    def _build(self, dialect_name: str) -> dict[str, object]:
        runtime = self.runtime(dialect_name)
        names = _api(dialect_name).build_names(runtime)
        if self.limits is None and dialect_name == "V1":
            names.update(trusted.unwrapped_names(runtime))
        return names

    def _end(self, how: str, error: BaseException | None = None) -> NoReturn:
        """``exitall``: the whole process for trusted code, else the home only.

        ``error`` is an internal one, which is for those who imported the code.
        """
        if error is not None:
            raise error
        if self.limits is None:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            os._exit(outcome.EXITALL)
        for runtime in self._runtimes.values():
            runtime.stop()
        raise RunEnded


def _api(dialect_name: str) -> ModuleType:
    """The module of a dialect's API."""
    return v1 if dialect_name == "V1" else v2


def _report(kind: str, error: BaseException) -> None:
    """An event that nobody waits for failed: tell, as Python's threads do."""
    text = uncaught_exception(error, "V1")
    trusted.StandardOutput("stderr").write(
        text.encode("latin-1", "backslashreplace").decode("latin-1")
    )
