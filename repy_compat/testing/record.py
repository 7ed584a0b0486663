"""What one run did, in a form that the analyses read: steps, places, locations.

The engine's log holds bare tuples; here they become steps with a resolved
location: what was touched, and whether that changed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from repy_compat.world.simulation.engine import Engine, Entry
from repy_compat.world.simulation.waiting import Blocked

Location = tuple[object, ...]
READS = frozenset("rqn")
WRITES = frozenset("wums")


class Place(NamedTuple):
    """A mark of the compiler: see ``language.switchpoints`` for the kinds."""

    number: int
    line: int
    kind: str
    pairs: tuple[int, ...]
    checks: tuple[int, ...]
    words: str
    file: str


@lru_cache(maxsize=20_000)
def place_of(text: str) -> Place:
    """The place that a mark's text describes."""
    number, line, kind, pairs, rest = text.split(":", 4)
    words, _, file = rest.rpartition("\n") if "\n" in rest else (rest, "", "")
    loads, _, checks = pairs.partition(";")
    return Place(
        int(number), int(line), kind, _numbers(loads), _numbers(checks), words, file
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


class Step(NamedTuple):
    """One entry of the log. ``place`` is None for steps of the world itself."""

    position: int
    event: int
    what: str
    place: Place | None
    location: Location | None
    decision: int
    thing: object
    detail: object

    @property
    def writes(self) -> bool:
        """Whether the step changes its location."""
        return self.what in WRITES


@dataclass
class Record:
    """One finished run of a schedule.

    ``departures`` is the schedule that was really taken; ``offers`` holds for
    each decision the event that could go on (or -1) and the events to choose
    from; ``names`` the events' names by number; ``ending`` how the engine ended
    (see ``Engine``); ``blocked`` who waited for what at a deadlock.
    """

    departures: tuple[tuple[int, int], ...]
    offers: list[tuple[int, tuple[int, ...]]]
    log: list[Entry]
    marks: list[tuple[int, float]]
    names: list[str]
    begun: int
    ending: str
    blocked: list[Blocked]
    seconds: float
    steps: int
    defects: list[BaseException]
    _steps: list[Step] | None = field(default=None, repr=False)

    @staticmethod
    def of(engine: Engine) -> Record:
        """The record of a run that is over and closed; it takes the engine's log."""
        log, engine.log = engine.log, []
        return Record(
            departures=tuple(engine.departures),
            offers=engine.offers,
            log=log,
            marks=engine.marks,
            names=[task.name for task in engine.tasks],
            begun=sum(task.seat is not None for task in engine.tasks),
            ending=engine.ending,
            blocked=engine.blocked,
            seconds=engine.time,
            steps=engine.steps,
            defects=engine.defects,
        )

    def all_steps(self) -> list[Step]:
        """The log as steps, made once."""
        if self._steps is None:
            self._steps = list(_resolved(self.log))
        return self._steps

    def times(self) -> Iterator[float]:
        """The virtual time of each entry of the log."""
        moment, marks = 0.0, iter([*self.marks, (len(self.log) + 1, 0.0)])
        position, following = next(marks)
        for index in range(len(self.log)):
            while position <= index:
                moment = following
                position, following = next(marks)
            yield moment


def _resolved(log: Iterable[Entry]) -> Iterator[Step]:
    """Steps with locations: joins remembered bases with the access they are for."""
    remembered: dict[tuple[int, str, int], list[object]] = {}
    loads: dict[tuple[int, str, int], Location | None] = {}
    for position, (event, what, thing, detail, decision) in enumerate(log):
        if not what[0].isdigit():
            yield Step(position, event, what, None, None, decision, thing, detail)
            continue
        place = place_of(what)
        key = (event, place.file, place.number)
        if place.kind == "b":
            remembered.setdefault(key, []).append(thing)
            continue
        if place.kind == "u":
            location = loads.get((event, place.file, place.pairs[0]))
        else:
            if thing is None and remembered.get(key):
                thing = remembered[key].pop()
            location = _location(place, thing, detail)
            loads[key] = location
        yield Step(
            position, event, place.kind, place, location, decision, thing, detail
        )


def _location(place: Place, thing: object, detail: object) -> Location | None:
    """What an access touches: ``(identity of the container, key)``.

    A key of None stands for the whole container.
    """
    kind = place.kind
    if kind in "ns":
        return ("name", place.words)
    if kind in "qm":
        return (id(thing), None)
    if kind in "rw":
        if detail is None:
            words = place.words
            if words.endswith("]"):
                return (id(thing), None)
            return (id(thing), "." + words.rpartition(".")[2])
        if isinstance(detail, (str, int, float, tuple)):
            return (id(thing), detail)
        return (id(thing), id(detail))
    return None
