"""What is wrong with a run, or with the difference between two runs.

Some findings show in one run: a lost update, an uncaught exception, a deadlock,
something left open. Others need two: a limit that is reached, an output that is
written, an event that is left, a run that doesn't end under some schedule only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repy_compat.testing.record import Record, Step
from repy_compat.testing.trace import VERBS, events_held
from repy_compat.world.simulation.engine import Blocked
from repy_compat.world.simulation.waiting import SimulatedLock

if TYPE_CHECKING:
    from repy_compat.testing.subject import Run

WRITES = frozenset("wum")
# The cause comes before its effects.
KINDS = (
    "lost update",
    "deadlock",
    "exception",
    "limit",
    "starvation",
    "left",
    "output",
)


@dataclass(frozen=True)
class Moment:
    """One line of a finding: which event, where in the text, what it does there."""

    event: str
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.event}  {self.file}:{self.line}  {self.what}"


@dataclass(frozen=True)
class Finding:
    """Something wrong, told for people.

    ``kind`` is one of KINDS. ``summary`` is one sentence, ``moments``
    the steps that make it up. ``key`` is equal for the same thing found again,
    ``span`` tells the first and last position in the log that belong to it, where
    that isn't the end of the run.
    """

    kind: str
    summary: str
    moments: tuple[Moment, ...] = ()
    key: tuple[object, ...] = field(default=(), compare=False)
    span: tuple[int, int] | None = field(default=None, compare=False)


def findings_of(run: Run) -> list[Finding]:
    """What is wrong with this run by itself."""
    found = list(_lost_updates(run))
    if run.how == "exception":
        found.append(_exception(run))
    elif run.how == "deadlock":
        found.append(_deadlock(run, run.record.blocked))
    elif run.how == "steps":
        # Others may go on for ever beside events that wait for one another.
        circle = _circle(run.record.blocked)
        if circle:
            found.append(_deadlock(run, circle))
    elif run.how == "normal":
        found.extend(_left_open(run))
    return found


# -- lost updates -------------------------------------------------------------


def _lost_updates(run: Run) -> Iterator[Finding]:
    """A store that rests upon a load that another event's store has overtaken."""
    loads: dict[tuple[int, str, int], Step] = {}
    stored: dict[object, Step] = {}
    seen: set[tuple[int, ...]] = set()
    for step in run.record.all_steps():
        place, location = step.place, step.location
        if place is None or location is None:
            continue
        loads[step.event, place.file, place.number] = step
        if step.what not in WRITES:
            continue
        between = stored.get(location)
        for pair in place.pairs:
            load = loads.get((step.event, place.file, pair))
            if (
                between is not None
                and load is not None
                and between.event != step.event
                and load.location == location
                and between.position > load.position
            ):
                assert between.place is not None
                key = (pair, place.number, between.place.number)
                if key not in seen:
                    seen.add(key)
                    yield _lost_update(run, load, between, step)
                break
        stored[location] = step


def _lost_update(run: Run, load: Step, between: Step, store: Step) -> Finding:
    assert load.place and between.place and store.place
    words = store.place.words
    first, other = _name(run, load), _name(run, between)
    return Finding(
        "lost update",
        f"{words} is updated by {other} between the read and the write of {first}:"
        f" the update of {other} is lost",
        (
            moment(run, load, f"reads {words}"),
            moment(run, between, f"writes {between.place.words}"),
            moment(run, store, f"writes {words}, made of the value read before"),
        ),
        ("lost update", load.place.line, between.place.line, store.place.line),
        (load.position, store.position),
    )


def moment(run: Run, step: Step, what: str) -> Moment:
    """A step as a line of a finding."""
    assert step.place is not None
    file, line = run.locate(step.place)
    return Moment(_name(run, step), file, line, what)


def _name(run: Run, step: Step) -> str:
    return run.record.names[step.event]


# -- exceptions ---------------------------------------------------------------


def _exception(run: Run) -> Finding:
    lines = run.errors.rstrip("\n").splitlines()
    where = ""
    if "User traceback:" in lines:
        frames = [
            line.strip()
            for line in lines[lines.index("User traceback:") :]
            if line.startswith('  "')
        ]
        where = frames[-1] if frames else ""
    last = _last_place(run.record)
    moments = () if last is None else (moment(run, last, _doing(last)),)
    text = run.detail or (lines[-1] if lines else "")
    summary = f"{text} at {where}" if where else text
    return Finding("exception", summary, moments, ("exception", text, where))


def _last_place(record: Record) -> Step | None:
    for step in reversed(record.all_steps()):
        if step.place is not None:
            return step
    return None


def _doing(step: Step) -> str:
    assert step.place is not None
    return f"{VERBS[step.what]} {step.place.words}"


# -- deadlocks ----------------------------------------------------------------


def _circle(blocked: list[Blocked]) -> list[Blocked]:
    """Events that wait in a circle for locks which the next of them holds."""
    waiting = {each.number: each for each in blocked}
    for start in blocked:
        way = [start]
        while way[-1].holder in waiting:
            following = waiting[way[-1].holder]
            if following in way:
                return way[way.index(following) :]
            way.append(following)
    return []


def _deadlock(run: Run, waiting: list[Blocked]) -> Finding:
    record = run.record
    calls = _waiting_calls(record)
    told, moments, places = [], [], []
    for blocked in waiting:
        if blocked.why == "idle":
            continue
        step = calls.get(blocked.number)
        what = _waits_for(blocked, step, record)
        if step is not None:
            assert step.place is not None
            moments.append(moment(run, step, what))
            places.append(step.place.line)
        told.append(f"{record.names[blocked.number]} {what}")
    summary = "; ".join(told) or "every event waits"
    return Finding(
        "deadlock", summary, tuple(moments), ("deadlock", tuple(sorted(places)))
    )


def _waits_for(blocked: Blocked, call: Step | None, record: Record) -> str:
    if not isinstance(blocked.why, SimulatedLock):
        return "waits"
    words = "a lock"
    if call is not None and call.place is not None:
        words = call.place.words.removesuffix(".acquire")
    if blocked.holder < 0:
        return f"waits for {words}"
    holder = record.names[blocked.holder]
    if blocked.holder_over:
        return f"waits for {words}, which {holder} took and never released"
    return f"waits for {words}, which {holder} holds"


def _waiting_calls(record: Record) -> dict[int, Step]:
    """The last place that each event came to."""
    last: dict[int, Step] = {}
    for step in record.all_steps():
        if step.place is not None:
            last[step.event] = step
    return last


# -- what is left -------------------------------------------------------------

LEFT_NAMES = {
    "filesopened": "files open",
    "insockets": "listeners open",
    "outsockets": "connections open",
}


def _left_open(run: Run) -> Iterator[Finding]:
    for resource, words in LEFT_NAMES.items():
        number = run.left.get(resource, 0)
        if number:
            yield Finding(
                "left",
                f"{number} {words} at the end of the program",
                (),
                ("left", resource),
            )


# -- differences between runs -------------------------------------------------


@dataclass
class Comparison:
    """What the runs so far had in common, to tell what only some schedules do."""

    outputs: dict[tuple[tuple[str, int], ...], Run] = field(default_factory=dict)
    unrefused: Run | None = None
    clean_exit: Run | None = None
    ended: Run | None = None
    endless: Run | None = None
    refused: Run | None = None
    unclean_exits: dict[str, Run] = field(default_factory=dict)

    def compare(self, run: Run) -> list[tuple[Finding, Run]]:
        """What this run, beside the earlier ones, shows; with the run at fault."""
        found: list[tuple[Finding, Run]] = []
        found.extend(self._limits(run))
        found.extend(self._leftovers(run))
        found.extend(self._endlessness(run))
        found.extend(self._outputs(run))
        return found

    def without_faults(self) -> Comparison:
        """The good runs alone, so that a further run shows whether it is at fault."""
        outputs = dict(list(self.outputs.items())[:1])
        return Comparison(outputs, self.unrefused, self.clean_exit, self.ended)

    def _limits(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        # A program that catches a refusal and goes on has its answer to it.
        if (run.refused and not run.ok) or run.how == "no event":
            self.refused = self.refused or run
        elif run.ok and not run.refused:
            self.unrefused = self.unrefused or run
        if self.refused is not None and self.unrefused is not None:
            yield _limit(self.refused, self.unrefused), self.refused

    def _leftovers(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        if run.how != "exitall":
            return
        # The event that called exitall holds its own. An event that had nothing
        # left to do but end makes no difference: then the data are the same.
        if run.left.get("events", 0) > 1:
            self.unclean_exits.setdefault(_data_of(run), run)
        else:
            self.clean_exit = self.clean_exit or run
        if self.clean_exit is None:
            return
        clean = _data_of(self.clean_exit)
        for data, unclean in self.unclean_exits.items():
            if data != clean:
                number = unclean.left["events"] - 1
                summary = (
                    f"exitall ends the program while {number} other events or timers"
                    " are left, whose work is missing then; under another schedule"
                    " none is"
                )
                yield Finding("left", summary, (), ("left", "events")), unclean
                return

    def _endlessness(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        if run.how == "steps":
            self.endless = self.endless or run
        elif run.ok:
            self.ended = self.ended or run
        if self.endless is not None and self.ended is not None:
            yield _starvation(self.endless), self.endless

    def _outputs(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        """Other lines are a finding; the same lines in another order are not."""
        if not run.ok:
            return
        lines = tuple(sorted(Counter(run.output.splitlines()).items()))
        self.outputs.setdefault(lines, run)
        if len(self.outputs) > 1:
            first, *_, last = self.outputs.values()
            yield _output(first, last), last


def _data_of(run: Run) -> str:
    """The plain data of ``mycontext``, without the order of its lists."""
    return _plain(run.mycontext, 6)


def _plain(value: object, depth: int) -> str:
    if depth == 0:
        return "..."
    if isinstance(value, dict):
        pairs = (f"{_plain(k, 1)}: {_plain(v, depth - 1)}" for k, v in value.items())
        return "{" + ", ".join(sorted(pairs)) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(sorted(_plain(each, depth - 1) for each in value)) + "]"
    if isinstance(value, (str, int, float, bool, type(None))):
        return repr(value)
    return type(value).__name__


def _limit(refused: Run, unrefused: Run) -> Finding:
    resource = next(iter(refused.refused), "events")
    limit = refused.most_held.get(resource, 0)
    most = unrefused.most_held.get(resource, 0)
    summary = (
        f"this schedule needs {limit + 1} of {limit} {resource}; another needs {most}"
    )
    moments: tuple[Moment, ...] = ()
    last: Step | None = None
    for step in refused.record.all_steps():
        if step.what == "refused" and last is not None:
            moments = (moment(refused, last, f"is refused one of {resource}"),)
            break
        if step.place is not None:
            last = step
    return Finding("limit", summary, moments, ("limit", resource))


def _starvation(run: Run) -> Finding:
    record = run.record
    last = _waiting_calls(record)
    over = {step.event for step in record.all_steps() if step.what == "end"}
    moments = tuple(
        moment(run, step, f"is still there: {_doing(step)}")
        for number, step in sorted(last.items())
        if number not in over
    )
    summary = (
        f"the program doesn't end within {record.steps} steps;"
        " under another schedule it does"
    )
    return Finding("starvation", summary, moments, ("starvation",))


def _output(first: Run, other: Run) -> Finding:
    mine = Counter(other.output.splitlines())
    theirs = Counter(first.output.splitlines())
    extra = list(mine - theirs)
    missing = list(theirs - mine)
    parts = []
    if extra:
        parts.append(f"prints {extra[0]!r}")
    if missing:
        parts.append(f"{'and not' if extra else 'does not print'} {missing[0]!r}")
    summary = f"the output depends on the schedule: this one {' '.join(parts)}"
    return Finding("output", summary, (), ("output",))


def most_events(run: Run) -> int:
    """The most events that were held at one moment."""
    return max(held for _, held in events_held(run.record))
