"""What the API functions of one run share.

A Runtime is made for each run. It joins the world, the ledger and the
restrictions, and keeps what belongs to the run and not to one function: the
builtins, the program's output, the table of open files, compiled namespaces.
Programs never get hold of it: it's seen only by the closures they call.
"""

from __future__ import annotations

from itertools import count

from repy_compat.api.exceptions import (
    Py2Exception,
    Py2IOError,
    ResourceExhaustedError,
    ResourceForbiddenError,
)
from repy_compat.api.handles import Handle, HandleV1
from repy_compat.api.readings import Readings
from repy_compat.api.safedict import new_constructor
from repy_compat.errors import (
    CallDenied,
    PortForbidden,
    ProgramRejected,
    ResourceRefused,
    RunEnded,
)
from repy_compat.python2.builtins import new_builtins
from repy_compat.python2.printing import new_print
from repy_compat.python2.text import py2_repr, py2_str
from repy_compat.undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from repy_compat.api.refusals import Refusal
    from repy_compat.api.wanted import Wanted
    from repy_compat.language.cache import CodeCache
    from repy_compat.language.compiler import Program
    from repy_compat.language.dialect import Dialect
    from repy_compat.limits.ledger import Item, Ledger
    from repy_compat.limits.restrictions import Limits
    from repy_compat.limits.rules import CallRules
    from repy_compat.world.base import World
    from repy_compat.world.events import EventTable

_PROGRAMS_KEPT = 256


class Runtime:
    """One run of one program, as the API sees it.

    Args:
        world: clock, scheduler, files, network and output.
        ledger: the run's counted and renewable resources.
        limits: the restrictions, for call rules and ``getresources``.
        dialect: ``Dialect.V1`` or ``Dialect.V2``.
        end: ends the run; given the word for the reason (``exitall``, ``no
            thread``, or ``internal`` and the exception), never returns.
        events: the run's table of events.
        extra_builtins: makes what the dialect adds to Python 2's builtins
            (``v1.extra_builtins``, ``v2.extra_builtins``).
        apply_rules: False switches the call rules off (``--norestrictions``).
        apply_output_rules: False switches them off for output only (a run
            whose output goes to a circular log).
        exploring: compile namespaces with the points at which an exploring
            run may switch to another event.
        code_cache: compiled texts on disk, for virtual namespaces.
        readings: what the program used so far, for ``getresources``.
        describe_error: the text about an exception, for ``getlasterror``.
        network_options: how local addresses are chosen; for ``api.network``.
        wanted: the names to make (see ``api.wanted``); None for all.
    """

    def __init__(
        self,
        world: World,
        ledger: Ledger,
        limits: Limits,
        dialect: Dialect,
        end: Callable[..., NoReturn],
        *,
        events: EventTable,
        extra_builtins: Callable[[Runtime], dict[str, object]],
        apply_rules: bool = True,
        apply_output_rules: bool = True,
        exploring: bool = False,
        table_dicts: bool = False,
        code_cache: CodeCache | None = None,
        readings: Readings | None = None,
        describe_error: Callable[[BaseException], str] | None = None,
        network_options: object = None,
        wanted: Wanted = None,
    ) -> None:
        self.world = world
        self.scheduler = world.scheduler
        self.ledger = ledger
        self.limits = limits
        self.dialect = dialect
        self.dialect_name: str = dialect.name
        self.end = end
        self.events = events
        self.exploring = exploring
        self.table_dicts = table_dicts
        self.code_cache = code_cache
        self.readings = readings or Readings()
        self.describe_error = describe_error or _no_description
        self.network_options = network_options
        self.wanted = wanted
        #: the latest text that no namespace was made of
        self.refusal_of_code: Refusal | None = None
        self.handle_class = HandleV1 if dialect.name == "V1" else Handle
        self._numbers = count()
        self._over = False
        self._at_end: list[Callable[[], None]] = []
        self._rules = limits.rules if apply_rules and dialect.name == "V1" else None
        rules = self._rules if apply_output_rules else None
        if rules is not None and rules.always_allowed("log.write"):
            rules = None
        self._output_rules = rules
        self._charge_output: Callable[[float], None] | None = None
        self._output = world.output.write
        # Whether a blank is due on the output: one debt for print and log.
        self._blank = [False]
        self._builtins: dict[str, object] | None = None
        self._bare_builtins: dict[str, object] | None = None
        self._own_builtins: frozenset[str] = frozenset()
        self._extra_builtins = extra_builtins
        self._programs: dict[tuple[str, str], Program | ProgramRejected] = {}
        self._hiding: dict[tuple[str, str, frozenset[str]], Program] = {}

    # --- names ---------------------------------------------------------------

    @property
    def builtins(self) -> dict[str, object]:
        """The builtins of the program, and of code that runs in its context."""
        if self._builtins is None:
            self._builtins = self._new_builtins()
        return self._builtins

    @property
    def bare_builtins(self) -> dict[str, object]:
        """The builtins of code in any other context.

        A program that withholds a function of the API from a namespace withholds
        it with all that can be done by others: those among the builtins are the
        program's own (threat class T9).
        """
        if self._bare_builtins is None:
            made = self.builtins
            if self._own_builtins:
                made = {
                    name: value
                    for name, value in made.items()
                    if name not in self._own_builtins
                }
            self._bare_builtins = made
        return self._bare_builtins

    def _new_builtins(self) -> dict[str, object]:
        extra = self._extra_builtins(self)
        self._own_builtins = frozenset(
            name for name, value in extra.items() if not isinstance(value, type)
        )
        if self.wanted is None:
            extra["SafeDict"] = new_constructor(self.dialect)
        return new_builtins(
            self.dialect_name,
            write=self.write,
            # A rule may refuse one of the pieces of a line, so each goes alone.
            write_pieces=self.write_pieces if self._output_rules is None else None,
            due=self._blank,
            extra=extra,
            wanted=self.wanted,
        )

    def unique_id(self, prefix: str = "") -> str:
        """A new internal id, such as ``_EVENT:MainThread:1``.

        It names the thread that asked and counts over the phases and everything
        that the program made (Repy V1 specification, section 9.2).
        """
        thread = self.scheduler.current_name()
        return f"{prefix}{thread}:{next(self._numbers)}"

    def compile(self, code: str, name: str) -> Program:
        """The program of a virtual namespace; the same text is compiled once.

        Raises:
            ProgramRejected: the text was refused.
        """
        known = self._programs.get((code, name))
        if isinstance(known, ProgramRejected):
            raise known.again()
        if known is None:
            known = self._compiled(code, name, frozenset())
            if len(self._programs) >= _PROGRAMS_KEPT:
                self._programs.clear()
            self._programs[code, name] = known
        return known

    def compile_hiding(self, code: str, name: str, hidden: frozenset[str]) -> Program:
        """The same text, for globals that hold something under builtins' names."""
        known = self._hiding.get((code, name, hidden))
        if known is None:
            known = self._compiled(code, name, hidden)
            if len(self._hiding) >= _PROGRAMS_KEPT:
                self._hiding.clear()
            self._hiding[code, name, hidden] = known
        return known

    def _compiled(self, code: str, name: str, hidden: frozenset[str]) -> Program:
        from repy_compat.language.compiler import compile_program

        # The compiler loads its parts when they are needed.
        return undisturbed(
            lambda: compile_program(
                code,
                name,
                self.dialect,
                cache=self.code_cache,
                exploring=self.exploring,
                table_dicts=self.table_dicts,
                hidden=hidden,
            )
        )

    def expect(self, code: str, name: str, program: Program) -> None:
        """Have ``compile`` give this program for this text and name."""
        self._programs[code, name] = program

    def expect_refusal(self, code: str, name: str, refused: ProgramRejected) -> None:
        """Have ``compile`` refuse this text in the same words."""
        self._programs[code, name] = refused.again()

    # --- restrictions --------------------------------------------------------

    def gate(self, call: str, *arguments: object) -> None:
        """Ask the call rules about ``call`` with its rule arguments.

        Raises:
            Exception: denied, with the reference's text (Repy V1
                specification, section 11.4).
        """
        if self._over:
            raise RunEnded
        if self._rules is not None:
            _decide(self._rules, call, arguments)

    def fixed_gate(self, call: str) -> Exception | None:
        """The rules' answer about a call without rule arguments, for ever.

        None if it's allowed, else the exception to raise at each call.
        """
        try:
            self.gate(call)
            return None
        except Py2Exception as error:
            return Py2Exception(*error.args)

    def gate_of(self, *calls: str) -> Callable[..., None] | None:
        """``gate``, or None if the rules allow all of ``calls`` in any case.

        For functions that are called often: None needs no asking.
        """
        rules = self._rules
        if rules is None or all(rules.always_allowed(call) for call in calls):
            return None
        return self.gate

    # --- the end -------------------------------------------------------------

    def at_end(self, action: Callable[[], None]) -> None:
        """Have ``close`` call ``action``: it gives back what the program held."""
        self._at_end.append(action)

    def stop(self) -> None:
        """The run has ended: what is still running gets no further effect.

        Every later call that would take, charge, ask a rule or write raises
        RunEnded instead (threat class T3).
        """
        self._over = True

    def close(self) -> None:
        """The run is over and no event of it runs any more: close everything."""
        for action in self._at_end:
            action()

    # --- output --------------------------------------------------------------

    def write(self, piece: str) -> None:
        """One piece of output: rule, charge 0, delivery, charge its length.

        Repy V1 specification, section 12.1; Repy V2 specification, section 9.3.
        """
        if self._over:
            raise RunEnded
        if self._output_rules is not None:
            _decide(self._output_rules, "log.write", (piece,))
        charge = self._charge_output
        if charge is None:
            charge = self._charge_output = self.charger("lograte")
        charge(0)
        try:
            self._output(piece)
        except OSError as failure:
            # A full disk; Python 2's files know no other class for it.
            problem = Py2IOError(failure.errno, failure.strerror)
        else:
            charge(len(piece))
            return
        raise problem

    def write_pieces(self, pieces: list[str]) -> None:
        """Pieces that belong together: one delivery, unless a rule asks about each."""
        if self._output_rules is None:
            self.write("".join(pieces))
        else:
            for piece in pieces:
                self.write(piece)

    def new_print(
        self, text_of: Callable[[object], str]
    ) -> Callable[[object, tuple[object, ...], bool], None]:
        """A function that writes values as ``print`` does, on the run's output.

        ``text_of`` makes the texts of values that may call the program's code.
        """
        return new_print(
            self.write,
            # A rule may refuse one of the pieces of a line, so each goes alone.
            self.write_pieces if self._output_rules is None else None,
            self._blank,
            text_of,
        )

    # --- resources -----------------------------------------------------------

    def charger(self, resource: str) -> Callable[[float], None]:
        """A function that charges a renewable resource, sleeping an overdraft off.

        It raises an exception of the dialect if the limit is zero.
        """
        charge = self.ledger.charger(resource)

        def charge_or_end(amount: float) -> None:
            if self._over:
                raise RunEnded
            try:
                charge(amount)
            except ResourceRefused as error:
                raise self.refusal(error) from None

        return charge_or_end

    def charge(self, resource: str, amount: float) -> None:
        """Charge a renewable resource once, as ``charger`` does."""
        if self._over:
            raise RunEnded
        try:
            self.ledger.charge(resource, amount)
        except ResourceRefused as error:
            raise self.refusal(error) from None

    def take(self, resource: str, holder: str) -> Item:
        """One item of a counted resource.

        Raises:
            Exception: all are held; the class is the dialect's.
        """
        if self._over:
            raise RunEnded
        try:
            return self.ledger.take(resource, holder)
        except ResourceRefused as error:
            raise self.refusal(error) from None

    def refusal(self, error: ResourceRefused) -> Exception:
        """What the program gets to see of a refusal of the ledger."""
        if self.dialect_name == "V1":
            return Py2Exception(str(error))
        return refusal_v2(error)


def refusal_v2(error: ResourceRefused) -> Exception:
    """V2's exception for a refusal of the ledger."""
    if isinstance(error, PortForbidden):
        return ResourceForbiddenError(str(error))
    return ResourceExhaustedError(str(error))


def _no_description(error: BaseException) -> str:
    return f"Exception: {error}"


def _decide(rules: CallRules, call: str, arguments: tuple[object, ...]) -> None:
    try:
        rules.decide(call, arguments, py2_str, py2_repr)
    except CallDenied as denied:
        raise Py2Exception(str(denied)) from None
