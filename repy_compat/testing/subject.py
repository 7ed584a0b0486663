"""A program made ready to run many times: compiled once, everything else fresh.

Each run gets a new simulated world, a new ledger and a new context; only the
code object, the limits and the carrier's seats are kept.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from repy_compat.api.wanted import wanted_by
from repy_compat.errors import UsageError
from repy_compat.language.compiler import Program
from repy_compat.limits.restrictions import Limits
from repy_compat.loading import Loader, library_folder
from repy_compat.outcome import Ending
from repy_compat.sandbox import Sandbox
from repy_compat.testing.marking import helpers
from repy_compat.testing.record import Place, Record
from repy_compat.testing.rig import (
    CompiledTexts,
    Hushed,
    WithoutCollector,
    dissolve,
    still_readings,
    watch_ledger,
)
from repy_compat.testing.schedule import Schedule
from repy_compat.testing.trace import events_held, trace_lines
from repy_compat.world.simulated import STEPS, SimulatedWorld
from repy_compat.world.simulation.carriers import Carrier, new_carrier
from repy_compat.world.simulation.engine import Chooser

RUNS_PER_COLLECTION = 200
CLOCKS = ("virtual", "loose")
_AT_REST = {
    "deadlock": "every event waits for another",
    "listening": "only listeners are left, and nobody sends",
    "steps": "the run passed its bound of steps",
}


@dataclass
class Run:
    """One run of a program in the simulated world.

    ``output`` and ``errors`` are what it wrote; ``how``, ``exit_code`` and
    ``detail`` say how it ended, as in an Outcome (``how`` is ``deadlock``,
    ``listening`` or ``steps`` when it came to rest instead). ``mycontext`` is
    the program's dictionary at the end. ``seconds`` is virtual time. ``files``
    is the vessel folder at the end, ``most_held`` and ``left`` count resources,
    ``refused`` those that were refused at their limit. ``seed`` is what the world
    was made with; ``schedule`` and ``token`` replay the run.
    """

    output: str
    errors: str
    how: str
    exit_code: int
    detail: str
    mycontext: dict[Any, Any]
    seconds: float
    files: dict[str, str]
    most_held: dict[str, int]
    left: dict[str, int]
    refused: Counter[str]
    schedule: Schedule
    seed: int
    record: Record
    program: Program
    subject: Subject

    @property
    def token(self) -> str:
        """The schedule as one word that replays it on the same text and files."""
        return self.schedule.token(self.subject.digest)

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself without an error, or by exitall."""
        return self.how in ("normal", "exitall", "systemexit")

    def locate(self, place: Place) -> tuple[str, int]:
        """The file, as a person named it, and the line of a place."""
        if place.file in ("", self.program.filename):
            return self.program.locate(place.line)
        return place.file, place.line

    @property
    def events(self) -> list[tuple[float, int]]:
        """How many events were held over time: ``(virtual seconds, number)``."""
        return events_held(self.record)

    @property
    def trace(self) -> list[str]:
        """What happened, a line a step: the same for the same token everywhere."""
        return trace_lines(self.record, self.locate)


class Subject:
    """A program with its arguments, limits, files and seed, ready to be run.

    ``program`` is the path of a file, or the text itself if it holds a line end.
    ``limits`` may be a Limits, the path of a restrictions file, or a mapping
    such as ``{"events": 5}`` over the default limits. ``clock`` is ``"virtual"``
    (time jumps when nothing can run) or ``"loose"`` (it may also jump earlier).

    Raises UsageError for arguments that make no sense, OSError, IncludeError or
    ProgramRejected when the program can't be read, merged or compiled, and
    RestrictionsError for a restrictions file that can't be understood.
    """

    def __init__(
        self,
        program: str | os.PathLike[str] | Program,
        *,
        args: Sequence[str] = (),
        limits: Limits | str | os.PathLike[str] | Mapping[str, float] | None = None,
        files: Mapping[str, str] | None = None,
        seed: int = 0,
        clock: str = "virtual",
        dialect: str | None = None,
        include_path: Sequence[str] = (),
        carrier: str = "auto",
        steps: int = STEPS,
    ) -> None:
        if clock not in CLOCKS:
            raise UsageError(f"clock is 'virtual' or 'loose', not {clock!r}")
        if steps < 1:
            raise UsageError(f"steps is at least 1, not {steps!r}")
        if any(not isinstance(arg, str) for arg in args):
            raise UsageError(f"args is a list of strings, not {args!r}")
        self.program, self.source = _compiled(program, dialect, include_path)
        self._wanted = wanted_by(self.program.code)
        self._lines: dict[str, list[str]] = {}
        self._readings = still_readings()
        self._compiled_texts = CompiledTexts()
        self._given_limits = limits
        self._include_path = list(include_path)
        self.args = list(args)
        self.limits = limits_of(limits, self.program.dialect.name)
        self.files = dict(files or {})
        self.seed = seed
        self.clock = clock
        self.steps = steps
        self._runs = 0
        self.carrier: Carrier = new_carrier(carrier)

    def source_lines(self, file: str) -> list[str]:
        """The lines of the program's text, or of a file that it includes."""
        if file not in self._lines:
            text = self.source
            if text is None or file != self.program.filename:
                text = self._text_of(file)
            self._lines[file] = text.splitlines()
        return self._lines[file]

    def _text_of(self, file: str) -> str:
        if file in self.files:
            return self.files[file]
        beside = os.path.dirname(self.program.filename)
        for folder in ("", beside, *self._include_path, library_folder()):
            path = os.path.join(folder, file)
            if os.path.isfile(path):
                with open(path, encoding="latin-1", newline="") as opened:
                    return opened.read()
        return ""

    @property
    def options(self) -> list[str]:
        """The words of a command line that give a replay the same terms."""
        words = []
        given = self._given_limits
        if isinstance(given, Mapping):
            words += [f"--limit={name}={amount:g}" for name, amount in given.items()]
        elif isinstance(given, (str, os.PathLike)):
            words.append(f"--limits={os.fspath(given)}")
        if self.clock != "virtual":
            words.append(f"--clock={self.clock}")
        words += [f"--include-path={folder}" for folder in self._include_path]
        return words + self.args

    @cached_property
    def digest(self) -> str:
        """The hash of the program's text, and of its files: tokens carry its start.

        A program that imports modules finds its real text among the files.
        """
        if not self.files:
            return self.program.digest
        parts = [self.program.digest]
        for name, text in sorted(self.files.items()):
            parts += [name, text]
        joined = "\0".join(parts).encode("latin-1", "replace")
        return blake2b(joined, digest_size=20).hexdigest()

    def close(self) -> None:
        """Let the carrier's threads or greenlets go."""
        self.carrier.close()

    def execute(self, chooser: Chooser, seed: int | None = None) -> Run:
        """One run from a fresh state, its events taking turns as ``chooser`` says."""
        seed = self.seed if seed is None else seed
        world = SimulatedWorld(
            files=self.files,
            seed=seed,
            chooser=chooser,
            carrier=self.carrier,
            steps=self.steps,
            loose=self.clock == "loose",
            library=_library_file,
        )
        left: dict[str, int] = {}
        refused: Counter[str] = Counter()
        with Hushed():
            with WithoutCollector():
                try:
                    sandbox = self._sandbox(world, left, refused)
                    ending = sandbox.main()
                finally:
                    world.close()
            self._runs += 1
            if self._runs % RUNS_PER_COLLECTION == 0:
                gc.collect(0)
            return self._run_of(sandbox, world, ending, left, refused, seed)

    def _sandbox(
        self, world: SimulatedWorld, left: dict[str, int], refused: Counter[str]
    ) -> Sandbox:
        engine = world.scheduler
        sandbox = Sandbox(
            self.program,
            self.limits,
            world,
            args=self.args,
            exploring=True,
            readings=self._readings,
            wanted=self._wanted,
            on_end=lambda ending: left.update(sandbox.left()),
        )
        engine.on_rest = lambda ending: sandbox.stop(
            Ending(ending, 0, _AT_REST[ending])
        )
        watch_ledger(sandbox, engine, refused)
        sandbox.runtime.builtins.update(helpers(engine))
        sandbox.runtime.code_cache = self._compiled_texts
        return sandbox

    def _run_of(
        self,
        sandbox: Sandbox,
        world: SimulatedWorld,
        ending: Ending,
        left: dict[str, int],
        refused: Counter[str],
        seed: int,
    ) -> Run:
        record = Record.of(world.scheduler)
        mycontext = sandbox.namespace.get("mycontext")
        most_held = sandbox.most_held()
        dissolve(sandbox)
        # A seed that nothing was drawn from makes no difference to a replay.
        schedule = Schedule(record.departures, seed if world.drawn() else 0)
        return Run(
            output=world.output.text,
            errors=world.error_output.text,
            how=ending.how,
            exit_code=ending.code,
            detail=ending.detail,
            mycontext=mycontext if isinstance(mycontext, dict) else {},
            seconds=record.seconds,
            files=world.files.content,
            most_held=most_held,
            left=left,
            refused=refused,
            schedule=schedule,
            seed=seed,
            record=record,
            program=self.program,
            subject=self,
        )


def limits_of(
    limits: Limits | str | os.PathLike[str] | Mapping[str, float] | None,
    dialect_name: str,
) -> Limits:
    """Limits from whatever a caller may give; see Subject."""
    if limits is None:
        return Limits.default()
    if isinstance(limits, Limits):
        return limits
    if isinstance(limits, Mapping):
        return with_amounts(Limits.default(), limits)
    return Limits.from_file(os.fspath(limits), dialect_name)


def with_amounts(limits: Limits, amounts: Mapping[str, float]) -> Limits:
    """Limits with some amounts changed; UsageError for an unknown one."""
    return limits.replace(**amounts)  # type: ignore[arg-type]


def _compiled(
    program: str | os.PathLike[str] | Program,
    dialect: str | None,
    include_path: Sequence[str],
) -> tuple[Program, str | None]:
    """The program in its exploring build, and its own text if it was given."""
    if isinstance(program, Program):
        return program, None
    name = os.fspath(program)
    source: bytes | None = None
    if isinstance(program, str) and "\n" in program:
        name = "program.r2py" if dialect == "V2" else "program.repy"
        try:
            source = program.encode("latin-1")
        except UnicodeEncodeError as error:
            raise UsageError(
                f"a program is text of characters 0-255: {error}"
            ) from None
    if dialect is None:
        dialect = "V2" if name.endswith(".r2py") else "V1"
    if dialect not in ("V1", "V2"):
        raise UsageError(f"dialect is 'V1' or 'V2', not {dialect!r}")
    loader = Loader(name, source, dialect, include_path, exploring=True)
    return loader.compile(), None if source is None else source.decode("latin-1")


def _library_file(name: str) -> str | None:
    path = os.path.join(library_folder(), name)
    if os.sep in name or not os.path.isfile(path):
        return None
    with open(path, encoding="latin-1", newline="") as file:
        return file.read()
