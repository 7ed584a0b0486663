"""What is wrong with a run by itself.

A lost update, an uncaught exception, a deadlock, something left open show in one
run. What shows only beside another run is in ``comparing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repy_compat.testing.record import READS, Place, Record, Step
from repy_compat.testing.trace import VERBS, events_held
from repy_compat.world.simulation.waiting import Blocked, SimulatedLock

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
        elif _only_looks(run.record):
            found.append(_polling(run))
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
        if between is not None and between.event != step.event:
            assert between.place is not None
            load = _overtaken(step, place, between, loads)
            if load is not None:
                assert load.place is not None
                key = (load.place.number, place.number, between.place.number)
                if key not in seen:
                    seen.add(key)
                    yield _lost_update(run, load, between, step)
        stored[location] = step


def _overtaken(
    store: Step,
    place: Place,
    between: Step,
    loads: dict[tuple[int, str, int], Step],
) -> Step | None:
    """The load or check that ``store`` rests upon and ``between`` has overtaken."""

    def found(numbers: tuple[int, ...]) -> list[Step]:
        keys = ((store.event, place.file, number) for number in numbers)
        steps = (loads.get(key) for key in keys)
        return [step for step in steps if step is not None and _sees(step, store)]

    for load in found(place.pairs):
        if load.position < between.position:
            return load
    # What was checked again later is right again: only the last check counts.
    checks = found(place.checks)
    last = max(checks, key=lambda step: step.position, default=None)
    if last is not None and last.position < between.position:
        return last
    return None


def _sees(look: Step, store: Step) -> bool:
    """Whether a load or check looked at the place that ``store`` changes."""
    if look.location is None or store.location is None:
        return False
    container, key = look.location
    return container == store.location[0] and key in (None, store.location[1])


def _lost_update(run: Run, load: Step, between: Step, store: Step) -> Finding:
    assert load.place and between.place and store.place
    words = store.place.words
    first, other = _name(run, load), _name(run, between)
    if load.place.number in store.place.pairs:
        look, rest = "reads", "made of the value read before"
        summary = (
            f"{words} is updated by {other} between the read and the write of {first}:"
            f" the update of {other} is lost"
        )
    else:
        look, rest = "checks", "as if it still were what was checked"
        summary = (
            f"{words} is written by {other} between the check and the write of"
            f" {first}: what {other} wrote is lost"
        )
    return Finding(
        "lost update",
        summary,
        (
            moment(run, load, f"{look} {load.place.words}"),
            moment(run, between, f"writes {between.place.words}"),
            moment(run, store, f"writes {words}, {rest}"),
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
    moments = () if last is None else (moment(run, last, doing(last)),)
    text = run.detail or (lines[-1] if lines else "")
    summary = f"{text} at {where}" if where else text
    return Finding("exception", summary, moments, ("exception", text, where))


def _last_place(record: Record) -> Step | None:
    for step in reversed(record.all_steps()):
        if step.place is not None:
            return step
    return None


def doing(step: Step) -> str:
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
    calls = last_places(record)
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


def last_places(record: Record) -> dict[int, Step]:
    """The last place that each event came to."""
    last: dict[int, Step] = {}
    for step in record.all_steps():
        if step.place is not None:
            last[step.event] = step
    return last


# -- polling for ever ---------------------------------------------------------

LOOKING = frozenset(["sleep", "wait", "acquire", "release", "missed"])


def _only_looks(record: Record) -> bool:
    """Whether nothing at all changed in the second half of a run without an end.

    No timer is left that could change it, and nobody looks at the clock: then no
    time is long enough.
    """
    steps = record.all_steps()
    cancelled = sum(step.what == "cancel" for step in steps)
    if record.begun + cancelled < len(record.names):
        return False
    return all(_is_look(step) for step in steps[len(steps) // 2 :])


def _is_look(step: Step) -> bool:
    if step.place is None:
        return step.what in LOOKING
    if step.what == "c":
        words = step.place.words
        return words == "sleep" or words.endswith((".acquire", ".release"))
    return step.what in READS


def _polling(run: Run) -> Finding:
    record = run.record
    over = {step.event for step in record.all_steps() if step.what == "end"}
    moments = tuple(
        moment(run, step, f"still {doing(step)}")
        for number, step in sorted(last_places(record).items())
        if number not in over
    )
    return Finding(
        "starvation",
        "the program looks for ever for something that no event will do any more",
        moments,
        ("starvation", "polling"),
    )


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


def most_events(run: Run) -> int:
    """The most events that were held at one moment."""
    return max(held for _, held in events_held(run.record))
