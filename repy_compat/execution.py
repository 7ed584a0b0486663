"""One program from its file to its end, inside a worker process.

The worker reads and compiles the program, builds its world, seals itself off
(``WorkerLink.seal``) and runs the first statement, in this order: what happens
before the seal is ours alone, what happens after it may be hostile.
"""

from __future__ import annotations

import sys

from repy_compat import bundle, report
from repy_compat.errors import RunEnded
from repy_compat.language.cache import CodeCache, default_folder
from repy_compat.loading import Loader, library_folder
from repy_compat.outcome import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from repy_compat.language.compiler import Program
    from repy_compat.limits.restrictions import Limits
    from repy_compat.sandbox import Sandbox
    from repy_compat.supervisor.link import WorkerLink
    from repy_compat.world.base import World


class Execution:
    """What to run, and under which terms.

    ``program`` is the path of the file and the name it is shown under; if
    ``source`` isn't None, that is the text and the file isn't read.
    ``dialect_name`` is ``"V1"`` or ``"V2"``. ``addresses`` are the preferences of
    ``--ip`` and ``--iface``, ``nootherips`` restricts to them. ``logged`` says
    that output goes to a circular log. ``cache`` allows the user's cache of
    compiled programs: its folder is looked up where this object is made, since a
    worker has no environment. ``terse`` keeps our own words about a refused program
    back. ``table_dicts`` lists dictionaries in Python 2.7's order. The vessel folder is the job's.
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
        "cache_folder",
        "terse",
        "table_dicts",
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
        terse: bool = False,
        table_dicts: bool = False,
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
        self.cache_folder = default_folder() if cache else None
        self.terse = terse
        self.table_dicts = table_dicts

    def __call__(self, link: WorkerLink) -> int:
        """Run the program in this worker; the exit code (a Body of ``supervise``)."""
        world = _world(link)
        if self.table_dicts:
            _list_as_tables()
        loader = Loader(
            self.program,
            self.source,
            self.dialect_name,
            self.include_path,
            cache_folder=self.cache_folder,
            table_dicts=self.table_dicts,
            terse=self.terse,
        )
        program = loader.load(world)
        if isinstance(program, Ending):
            link.finish(program.code, program.how, program.detail)
        sandbox = self._sandbox(program, world, link)
        if self.dialect_name == "V2":
            self._foresee(program, world, sandbox)
        sys.unraisablehook = _LostExceptions(world).tell
        bundle.refresh()
        link.seal()
        return sandbox.main().code

    # --- the sandbox -----------------------------------------------------------

    def _sandbox(self, program: Program, world: World, link: WorkerLink) -> Sandbox:
        from repy_compat.api.readings import Readings
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
            terse=self.terse,
            on_end=end_process,
        )
        return sandbox

    def _foresee(self, program: Program, world: World, sandbox: Sandbox) -> None:
        from repy_compat.foreseen import foresee

        cache = None if self.cache_folder is None else CodeCache(self.cache_folder)
        foresee(program, self.args, world.files, sandbox.runtime, cache)

    def _network_options(self) -> object:
        if not self.addresses and not self.nootherips:
            return None
        from repy_compat.api.addresses import AddressOptions

        return AddressOptions(self.addresses, self.nootherips)


class _LostExceptions:
    """Tells in one line of an exception that left ``__del__``, as Python 2 did.

    Ours stay silent, and no text of the host's reaches the program's errors. No rate
    holds for these lines, since a finaliser can't be made to wait: so all of them
    together are bounded.
    """

    MOST = 100_000

    def __init__(self, world: World) -> None:
        self._write = world.error_output.write
        self._left = self.MOST

    def tell(self, lost: sys.UnraisableHookArgs) -> None:
        """The hook for ``sys.unraisablehook``."""
        from repy_compat.python2 import errors, text

        error = lost.exc_value
        if self._left <= 0 or error is None or isinstance(error, RunEnded):
            return
        if not any(frame[3] for frame in report.frames_of(error)):
            return
        kind = errors.class_text(type(error)).rpartition(".")[2].rstrip("'")
        try:
            shown = text.py2_repr(error)
        except RunEnded:
            return
        except BaseException:
            # The program's own text failed, with whatever it pleased to raise.
            shown = "<exception repr() failed>"
        place = getattr(lost.object, "__qualname__", "__del__").rpartition(">.")[2]
        line = f"Exception {kind}: {shown} in <unbound method {place}> ignored\n"
        self._left -= len(line)
        if self._left >= 0:
            self._write(line)


def _list_as_tables() -> None:
    """Have dictionaries listed in 2.7's order for the rest of this process."""
    from repy_compat.api import copying
    from repy_compat.python2 import tabledicts

    tabledicts.enable()
    copying.know_dict(tabledicts.TableDict)


def _world(link: WorkerLink) -> World:
    from repy_compat.world.real import real_world

    output, errors = link.outputs()
    return real_world(
        link.job.folder,
        output,
        errors,
        library=library_folder(),
        disk=link.job.disk,
    )


def _stops(link: WorkerLink, world: World) -> list[tuple[float, float]]:
    """The stops for too much CPU, on the program's clock instead of the host's."""
    from time import monotonic

    start = monotonic() - world.scheduler.now()
    return [(when - start, seconds) for when, seconds in link.stop_times()]
