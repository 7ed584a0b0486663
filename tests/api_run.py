"""An API for tests: the functions of one run, called as plain Python functions."""

from __future__ import annotations

import builtins
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from repy_compat.api import (
    namespaces,
    v1,
    v1_events,
    v1_files,
    v2,
    v2_events,
    v2_files,
    v2_resources,
)
from repy_compat.api.runtime import Runtime
from repy_compat.errors import RunEnded
from repy_compat.language.dialect import Dialect
from repy_compat.limits.ledger import Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.world.base import Network, Output, World
from repy_compat.world.events import EventTable
from repy_compat.world.files import RealFiles
from repy_compat.world.scheduler import RealScheduler


class Written(Output):
    """An output that keeps what was written."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, text: str) -> None:
        self.pieces.append(text)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class WatchedLedger(Ledger):
    """A ledger that notes every charge: (resource, amount)."""

    def __init__(self, limits: Limits, clock: Any) -> None:
        super().__init__(limits, clock)
        self.charged: list[tuple[str, float]] = []

    def charger(self, resource: str) -> Callable[[float], None]:
        charge = super().charger(resource)

        def noted(amount: float) -> None:
            self.charged.append((resource, amount))
            charge(amount)

        return noted


class ApiRun:
    """One run's API: ``run.call.sleep(0)``, ``run.names['sleep']``, ``run.uncaught``."""

    def __init__(self, folder: str, dialect: Dialect, limits: Limits) -> None:
        self.folder = folder
        self.output = Written()
        self.uncaught: list[BaseException] = []
        self.ended: list[str] = []
        scheduler = RealScheduler()
        network: Network = None  # type: ignore[assignment] # no name here needs it
        world = World(
            scheduler,
            RealFiles(folder),
            network,
            self.output,
            self.output,
            os.urandom,
        )
        self.ledger = WatchedLedger(limits, scheduler)
        self.events = EventTable(
            self.ledger, scheduler, lambda _kind, error: self.uncaught.append(error)
        )
        self.runtime = Runtime(
            world,
            self.ledger,
            limits,
            dialect,
            self._end,
            events=self.events,
            extra_builtins={"V1": v1, "V2": v2}[dialect.name].extra_builtins,
        )
        self.scheduler = scheduler
        self.names = _names(self.runtime)

    def __getattr__(self, name: str) -> Any:
        return self.names[name]

    def define(self, text: str, **names: object) -> dict[str, Any]:
        """What ``text`` defines, as functions of a program."""
        own = {"\u01c0match": None, **vars(builtins)}
        namespace: dict[str, Any] = {"__builtins__": own, **names}
        exec(text, namespace)
        return namespace

    def callback(self, function: Callable[..., object]) -> Any:
        """A function of a program that calls ``function``."""
        text = "def callback(*arguments):\n  return function(*arguments)\n"
        return self.define(text, function=function)["callback"]

    def wait(self) -> None:
        """Until every timer and thread of the run has ended."""
        self.scheduler.wait_until_idle()

    def held(self, resource: str) -> int:
        """How many of a counted resource are held now."""
        return self.ledger.held(resource)

    def read(self, name: str) -> bytes:
        """A file of the vessel, read past the API."""
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def _end(self, how: str, error: BaseException | None = None) -> Any:
        self.ended.append(how)
        raise RunEnded


def _names(runtime: Runtime) -> dict[str, Any]:
    if runtime.dialect_name == "V1":
        return {
            **v1_events.build_names(runtime),
            **v1_files.build_names(runtime),
            **namespaces.build_v1(runtime),
        }
    return {
        **v2_events.build_names(runtime),
        **v2_files.build_names(runtime),
        **v2_resources.build_names(runtime),
        **namespaces.build_v2(runtime),
    }


@contextmanager
def api_run(
    dialect: Dialect = Dialect.V1, rules: str = "", **limits: float
) -> Iterator[ApiRun]:
    """The API of a run in a new, empty folder; ``rules`` are call lines."""
    given = Limits.default().replace(**limits)
    if rules:
        required = "resource cpu 1\nresource memory 1e9\nresource diskused 1e9\n"
        given = given.replace(rules=Limits.from_text(required + rules, "test").rules)
    with tempfile.TemporaryDirectory() as folder:
        run = ApiRun(folder, dialect, given)
        try:
            yield run
        finally:
            run.runtime.close()
            run.scheduler.stop()


class ProgramRun:
    """What a whole program did: ``output``, ``errors``, ``how`` and ``left``."""

    def __init__(
        self, output: str, errors: str, how: str, left: dict[str, int]
    ) -> None:
        self.output = output
        self.errors = errors
        self.how = how
        self.left = left


def run_program(
    text: str,
    dialect: Dialect = Dialect.V2,
    *,
    args: Sequence[str] = (),
    files: Mapping[str, bytes] = {},
    **limits: float,
) -> ProgramRun:
    """Run a program in this process, in a new folder that holds ``files``."""
    from repy_compat.language.compiler import compile_program
    from repy_compat.sandbox import Sandbox
    from repy_compat.world.real import real_world

    name = "program.repy" if dialect is Dialect.V1 else "program.r2py"
    program = compile_program(text, name, dialect)
    output, errors = Written(), Written()
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            with open(os.path.join(folder, file), "wb") as made:
                made.write(content)
        world = real_world(folder, output, errors)
        given = Limits.default().replace(**limits)
        sandbox = Sandbox(program, given, world, args=args)
        ending = sandbox.main()
        del sandbox.namespace
        left = sandbox.left()
        sandbox.runtime.close()
    return ProgramRun(output.text, errors.text, ending.how, left)
