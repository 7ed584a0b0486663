"""One program from its file to its end, inside a worker process.

The worker reads and compiles the program, builds its world, seals itself off
(``WorkerLink.seal``) and runs the first statement, in this order: what happens
before the seal is ours alone, what happens after it may be hostile.
"""

from __future__ import annotations

import os

from repy_compat import outcome, report
from repy_compat.errors import IncludeError, ProgramRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from repy_compat.language.compiler import Program
    from repy_compat.language.includes import Preprocessed, SourceMap
    from repy_compat.limits.restrictions import Limits
    from repy_compat.outcome import Ending
    from repy_compat.sandbox import Sandbox
    from repy_compat.supervisor.link import WorkerLink
    from repy_compat.world.base import World


class Execution:
    """What to run, and under which terms.

    ``program`` is the path of the file and the name it is shown under; if
    ``source`` isn't None, that is the text and the file isn't read.
    ``dialect_name`` is ``"V1"`` or ``"V2"``. ``addresses`` are the preferences of
    ``--ip`` and ``--iface``, ``nootherips`` restricts to them. ``logged`` says
    that output goes to a circular log. ``cache`` allows the cache of compiled
    programs. The vessel folder is the current directory.
    """

    __slots__ = (
        "program",
        "source",
        "dialect_name",
        "limits",
        "args",
        "simple",
        "banner",
        "apply_rules",
        "include_path",
        "addresses",
        "nootherips",
        "logged",
        "cache",
    )

    def __init__(
        self,
        program: str,
        limits: Limits,
        *,
        dialect_name: str,
        source: bytes | None = None,
        args: Sequence[str] = (),
        simple: bool = False,
        banner: bool = False,
        apply_rules: bool = True,
        include_path: Sequence[str] = (),
        addresses: Sequence[tuple[str, str]] = (),
        nootherips: bool = False,
        logged: bool = False,
        cache: bool = True,
    ) -> None:
        self.program = program
        self.source = source
        self.dialect_name = dialect_name
        self.limits = limits
        self.args = list(args)
        self.simple = simple
        self.banner = banner
        self.apply_rules = apply_rules
        self.include_path = list(include_path)
        self.addresses = list(addresses)
        self.nootherips = nootherips
        self.logged = logged
        self.cache = cache

    def __call__(self, link: WorkerLink) -> int:
        """Run the program in this worker; the exit code (a Body of ``supervise``)."""
        world = _world()
        program = self._load(world)
        if isinstance(program, int):
            return program
        sandbox = self._sandbox(program, world, link)
        link.seal()
        return sandbox.main().code

    # --- reading and compiling -----------------------------------------------

    def _load(self, world: World) -> Program | int:
        """The compiled program, or the exit code if there is none."""
        from repy_compat.language.cache import CodeCache
        from repy_compat.language.compiler import compile_program
        from repy_compat.language.dialect import Dialect

        dialect = Dialect.of_name(self.dialect_name)
        try:
            text, source_map = self._text()
            return compile_program(
                text,
                self.program,
                dialect,
                source_map=source_map,
                cache=CodeCache.of_user() if self.cache else None,
            )
        except OSError as error:
            return self._unreadable(error, world)
        except IncludeError as error:
            world.error_output.write(f"{error}\n")
            return outcome.STARTUP_FAILED
        except ProgramRejected as rejected:
            return self._refused(rejected, world)

    def _text(self) -> tuple[bytes | str, SourceMap | None]:
        """The program's text with its includes resolved, and the map of its lines."""
        source = self.source
        if source is None:
            with open(find_program(self.program), "rb") as file:
                source = file.read()
        if not source.startswith(b"include ") and b"\ninclude " not in source:
            return source, None
        merged = merge_includes(source, self.program, self.include_path)
        return merged.text, merged.source_map

    def _unreadable(self, error: OSError, world: World) -> int:
        reason = f"{self.program}: {error.strerror}"
        if self.dialect_name == "V2":
            sentence = "FATAL ERROR: Unable to read the specified program file: "
            world.output.write(f"{sentence}'{self.program}'\n")
            world.error_output.write(f"{reason}\n")
            return outcome.V2_USAGE
        world.output.write(f"Failed to read the specified file: '{self.program}'\n")
        conclusion = (
            "Exception (with type 'exceptions.IOError'): "
            f"[Errno {error.errno}] {error.strerror}: '{self.program}'"
        )
        world.error_output.write(f"{reason}\n" + report.report([], conclusion, "V1"))
        return outcome.STARTUP_FAILED

    def _refused(self, rejected: ProgramRejected, world: World) -> int:
        for complaint in rejected.complaints:
            world.error_output.write(f"{complaint}\n")
        text = rejected.reference_text
        if rejected.late:
            conclusion = f"Exception (with type 'exceptions.SyntaxError'): {text}"
        elif self.dialect_name == "V2":
            world.output.write(
                "Specified repy program is unsafe!\n"
                "Static-code analysis failed with error: "
                f"Code failed safety check! Error: {text}\n"
            )
            return outcome.V2_REFUSED
        else:
            conclusion = (
                "Exception (with type 'exceptions.ValueError'): "
                f"Code failed safety check! Error: {text}"
            )
        world.error_output.write(report.report([], conclusion, self.dialect_name))
        return outcome.STARTUP_FAILED

    # --- the sandbox -----------------------------------------------------------

    def _sandbox(self, program: Program, world: World, link: WorkerLink) -> Sandbox:
        from repy_compat.api.runtime import Readings
        from repy_compat.sandbox import Sandbox

        readings = Readings()
        readings.cpu = link.cpu_used
        readings.memory = link.memory_used
        readings.stops = lambda: _stops(link, world)

        def end_process(ending: Ending) -> None:
            told = {"most_held": sandbox.most_held(), "left": sandbox.left()}
            link.finish(ending.code, ending.how, ending.detail, told)

        sandbox = Sandbox(
            program,
            self.limits,
            world,
            args=self.args,
            simple=self.simple,
            banner=self.banner,
            apply_rules=self.apply_rules,
            apply_output_rules=not self.logged,
            network_options=self._network_options(),
            readings=readings,
            on_end=end_process,
        )
        return sandbox

    def _network_options(self) -> object:
        if not self.addresses and not self.nootherips:
            return None
        from repy_compat.api.addresses import AddressOptions

        return AddressOptions(self.addresses, self.nootherips)


def merge_includes(
    source: bytes, name: str, include_path: Sequence[str]
) -> Preprocessed:
    """The text of a program that was read already, with its includes put in.

    IncludeError for an include that can't be followed.
    """
    from repy_compat.language.includes import preprocess, read_source

    text = source.decode("latin-1")
    # The text is read once: what is checked is what runs, whoever changes the file.
    return preprocess(
        name,
        include_path,
        lambda path: text if path == name else read_source(path),
    )


def find_program(name: str) -> str:
    """Where a program's file is: as named, else among the installed libraries.

    ``dylink.r2py`` and ``encasementlib.r2py`` need no copy beside the program.
    """
    if not os.path.exists(name) and os.path.basename(name) == name:
        installed = os.path.join(library_folder(), name)
        if os.path.isfile(installed):
            return installed
    return name


def library_folder() -> str:
    """The folder of the installed Repy libraries."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(here), "seattlelib")


def _world() -> World:
    from repy_compat.world.output import StreamOutput
    from repy_compat.world.real import real_world

    return real_world(".", StreamOutput(1), StreamOutput(2), library=library_folder())


def _stops(link: WorkerLink, world: World) -> list[tuple[float, float]]:
    """The stops for too much CPU, on the program's clock instead of the host's."""
    from time import monotonic

    start = monotonic() - world.scheduler.now()
    return [(when - start, seconds) for when, seconds in link.stop_times()]
