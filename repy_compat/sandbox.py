"""Puts a program, limits and a world together and runs it, in this process.

The life of a V1 program has two phases, ``initialize`` and ``exit``, in one
context; V2 has only the first (Repy V1 specification, section 3; Repy V2
specification, section 1.2). What ends a run first decides its Ending; whoever
is told of it (``on_end``) may end the process there and then.
"""

from __future__ import annotations

from _thread import allocate_lock

from repy_compat import outcome, report
from repy_compat.api.readings import Readings
from repy_compat.api.runtime import Runtime
from repy_compat.api.safedict import new_safedict
from repy_compat.errors import LimitReached, RunEnded
from repy_compat.limits.ledger import Ledger
from repy_compat.outcome import Ending
from repy_compat.python2 import dicts
from repy_compat.world.events import EventTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from repy_compat.api.wanted import Wanted
    from repy_compat.language.compiler import Program
    from repy_compat.limits.restrictions import Limits
    from repy_compat.world.base import World

    Builder = Callable[[Runtime], dict[str, object]]

_BANNER_RULE = "=" * 40 + "\n"


class Sandbox:
    """One run of one program, in the calling process.

    Args:
        program: what ``compile_program`` made of the text.
        limits: the restrictions.
        world: what the program can touch.
        args: the program's words, ``callargs``.
        simple: run the text once, without phases (V1's ``--simple``).
        banner: print the banner of ``--execinfo`` first.
        apply_rules: False switches the call rules off.
        apply_output_rules: False switches them off for output only.
        network_options: how local addresses are chosen (``api.network``).
        readings: what the program used so far, for ``getresources``.
        exploring: the program was compiled for exploration; its virtual
            namespaces are too.
        terse: leave our own words about refused texts away.
        wanted: the names that the program can look up (``api.wanted``); None for
            all that there are.
        on_end: called once with the Ending, by whichever event ended the run,
            before anybody else learns of it.
    """

    def __init__(
        self,
        program: Program,
        limits: Limits,
        world: World,
        *,
        args: Sequence[str] = (),
        simple: bool = False,
        banner: bool = False,
        apply_rules: bool = True,
        apply_output_rules: bool = True,
        network_options: object = None,
        readings: Readings | None = None,
        exploring: bool = False,
        terse: bool = False,
        wanted: Wanted = None,
        on_end: Callable[[Ending], None] | None = None,
    ) -> None:
        self.program = program
        self.world = world
        self.dialect_name: str = program.dialect.name
        self.ending: Ending | None = None
        self._args = list(args)
        self._simple = simple
        self._banner = banner
        self._terse = terse
        self._on_end = on_end
        self._deciding = allocate_lock()
        self.ledger = Ledger(limits, world.scheduler)
        self.events = EventTable(self.ledger, world.scheduler, self._event_failed)
        name = self.dialect_name
        self._build_names, extra_builtins = _builders.get(name) or _load_builders(name)
        self.runtime = Runtime(
            world,
            self.ledger,
            limits,
            program.dialect,
            self._end_from_inside,
            events=self.events,
            extra_builtins=extra_builtins,
            apply_rules=apply_rules,
            apply_output_rules=apply_output_rules,
            exploring=exploring,
            table_dicts=program.table_dicts,
            readings=readings,
            describe_error=self._describe,
            network_options=network_options,
            wanted=wanted,
        )
        #: the program's global names, ``mycontext`` among them
        self.namespace = self._new_namespace()

    def main(self) -> Ending:
        """Run the program in the calling thread, which is its main event."""
        try:
            self._show_banner()
            if self._simple:
                self._run_text(outcome.STARTUP_FAILED)
                self._finish(Ending("systemexit", outcome.SYSTEM_EXIT))
            elif self.dialect_name == "V1":
                self._phase("initialize", outcome.INITIALIZE_FAILED, 140)
                self.world.scheduler.wait_until_idle()
                self._phase("exit", outcome.EXIT_PHASE_FAILED, 141)
            else:
                self._phase("initialize", outcome.INITIALIZE_FAILED, 140)
                self.world.scheduler.wait_until_idle()
            self._finish(Ending("normal", outcome.NORMAL))
        except RunEnded:
            # Another event ended the run, or one of the lines above did.
            pass
        assert self.ending is not None
        return self.ending

    def stop(self, ending: Ending) -> None:
        """End the run from outside (a time limit, an interrupt)."""
        self._decide(ending)

    def most_held(self) -> dict[str, int]:
        """For each counted resource the most that was held at one moment."""
        return self.ledger.all_most_held()

    def left(self) -> dict[str, int]:
        """Counted resources that are held now, with their number."""
        return self.ledger.all_held()

    def release(self) -> None:
        """After the end, in a process that goes on: close what the program held.

        The names of a program that ended by itself go, too: a context holds
        itself, so nothing else would free it.
        """
        self.runtime.close()
        if self.ending is not None and self.ending.how == "normal":
            self.namespace.clear()

    # --- the phases ----------------------------------------------------------

    def _phase(
        self, callfunc: str, code_of_failure: int, code_of_no_event: int
    ) -> None:
        self.namespace["callfunc"] = callfunc
        self.runtime.unique_id()  # a phase counts like a timer
        try:
            self.events.main(lambda: self._run_text(code_of_failure))
        except LimitReached as refused:
            detail = f"no event is free for the phase '{callfunc}': {refused}"
            self.world.error_output.write(self._without_event() + "Internal Error\n")
            self._finish(Ending("no event", code_of_no_event, detail))

    def _without_event(self) -> str:
        """What a person is told where no event is left for the program itself."""
        if self._terse:
            return ""
        if self.runtime.limits.amount("events") < 1:
            return (
                "the program can't start: it needs an event of its own, and the "
                "restrictions allow none; 'resource events 10' would allow ten\n"
            )
        return "the exit phase can't start: the program still uses all its events\n"

    def _run_text(self, code_of_failure: int) -> None:
        try:
            exec(self.program.code, self.namespace)
        except RunEnded:
            raise
        except SystemExit:
            self._finish(Ending("systemexit", outcome.SYSTEM_EXIT))
        except BaseException as error:
            self._fail(error, code_of_failure)
            raise RunEnded from None

    def _event_failed(self, kind: str, error: BaseException) -> None:
        """An event other than the main one ended with an exception."""
        callback = self.dialect_name == "V1" and kind.startswith("_COMMH")
        self._fail(error, outcome.CALLBACK_FAILED if callback else outcome.TIMER_FAILED)

    # --- the end -------------------------------------------------------------

    def _fail(self, error: BaseException, code: int) -> None:
        conclusion = report.last_line(error)
        frames = report.frames_of(error)
        text = report.report(frames, conclusion, self.dialect_name, self._locate)
        plain = self._plain_words(conclusion) or self._advice(conclusion, frames)
        self.world.error_output.write(plain + text)
        self._decide(Ending("exception", code, conclusion))

    def _plain_words(self, conclusion: str) -> str:
        """What a person is told about a refused text that ends the run."""
        refusal = self.runtime.refusal_of_code
        if self._terse or refusal is None or not refusal.is_quoted_in(conclusion):
            return ""
        return refusal.in_plain_words()

    def _advice(self, conclusion: str, frames: list[tuple[str, int, str, bool]]) -> str:
        """What a person is told about a name that is defined elsewhere."""
        if self._terse or "NameError" not in conclusion:
            return ""
        from repy_compat.absent import advice

        sentence = advice(conclusion, self.dialect_name)
        places = [frame[:2] for frame in frames if frame[3]]
        if not sentence or not places:
            return sentence and f"{sentence}\n"
        file, line = self._locate(*places[-1])
        return f"{file}:{line}: {sentence}\n"

    def _end_from_inside(
        self, how: str, error: BaseException | None = None
    ) -> NoReturn:
        codes = {
            "exitall": outcome.EXITALL,
            "no thread": outcome.NO_THREAD,
            "internal": outcome.INTERNAL_ERROR,
        }
        detail = ""
        if error is not None:
            detail = report.last_line(error)
            text = report.report(
                report.frames_around(error) + report.frames_of(error),
                detail,
                self.dialect_name,
                self._locate,
            )
            self.world.error_output.write(f"Internal Error\n{text}")
        self._finish(Ending(how, codes[how], detail))

    def _finish(self, ending: Ending) -> NoReturn:
        """Decide how the run ended, unless that's decided, and leave it."""
        self._decide(ending)
        raise RunEnded

    def _decide(self, ending: Ending) -> None:
        with self._deciding:
            if self.ending is not None:
                return
            self.ending = ending
            # Before anybody else can come this way and leave by RunEnded: what a
            # ``finally`` of the program does then has no effect any more.
            self.runtime.stop()
        if self._on_end is not None:
            self._on_end(ending)
        self.world.scheduler.stop()

    # --- the context ---------------------------------------------------------

    def _new_namespace(self) -> dict[str, object]:
        runtime = self.runtime
        namespace: dict[str, object] = {
            "__builtins__": runtime.builtins,
            "mycontext": dicts.new(),
            **self._build_names(runtime),
        }
        if not self._simple:
            namespace["callfunc"] = "initialize"
            namespace["callargs"] = self._args
        if runtime.wanted is None:
            namespace["_context"] = new_safedict(namespace, runtime.dialect)
        return namespace

    def _show_banner(self) -> None:
        if not self._banner:
            return
        try:
            self._write_banner()
            return
        except RunEnded:
            raise
        except Exception as error:
            # The restrictions don't let the output out: no fault of the program's.
            self._fail(error, outcome.STARTUP_FAILED)
        raise RunEnded

    def _write_banner(self) -> None:
        from repy_compat.python2.text import py2_repr

        # The reference prints these lines as a program prints: in pieces.
        last = (
            "(Simple execution mode)"
            if self._simple
            else f"Arguments: {py2_repr(self._args)}"
        )
        for line in (f"Running program: {self.program.filename}", last):
            self.runtime.write((_BANNER_RULE if line is not last else "") + line + "\n")
        self.runtime.write(_BANNER_RULE)

    def _locate(self, filename: str, line: int) -> tuple[str, int]:
        """Where a person wrote the line: only the main text has includes."""
        if filename == self.program.filename:
            return self.program.locate(line)
        return filename, line

    def _describe(self, error: BaseException) -> str:
        """What ``getlasterror`` says (Repy V2 specification, section 8)."""
        text = report.uncaught_exception(error, "V2", self._locate)
        return text.split("\n", 2)[2].rstrip("\n")


# Loaded with the first run of a dialect; an import statement takes its time again
# in each of thousands of runs.
_builders: dict[str, tuple[Builder, Builder]] = {}


def _load_builders(dialect_name: str) -> tuple[Builder, Builder]:
    """What builds the API names of a dialect, and its own names among the builtins."""
    if dialect_name == "V1":
        from repy_compat.api.v1 import build_names, extra_builtins
    else:
        from repy_compat.api.v2 import build_names, extra_builtins
    _builders[dialect_name] = build_names, extra_builtins
    return _builders[dialect_name]
