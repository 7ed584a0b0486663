"""Run, look for accesses that race, and run again with a racing pair reversed.

Sen, "Race directed random testing of concurrent programs" (2008), for the idea;
the frontier of departures follows Flanagan and Godefroid, "Dynamic partial-order
reduction for model checking software" (2005). Departures from these: there is
no randomness and no sleep set, only a set of schedules already taken; a pair is
reversed by one departure, at the decision before its first step; calls of the API
that end or start something are tried in another order with every event that
could run there, since what they hinder leaves no access to see.
"""

from __future__ import annotations

from heapq import heappop, heappush

from repy_compat.testing.races import Race, is_update, races
from repy_compat.testing.record import Record
from repy_compat.testing.schedule import Departures, follow
from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import Chooser, go_on

DECISIVE_CALLS = frozenset(
    ["canceltimer", "exitall", "stopcomm", "settimer", "createthread"]
)
UPDATE, DATA, LOCK, CALL, PRINT = range(5)
# Schedules that wait to be tried, and other events that are tried at one call.
FRONTIER = 20_000
OTHERS = 8


class RaceDirected(Strategy):
    """Fewest departures first; among them updates, data, locks, calls, prints.

    Invariant: no schedule of ``_known`` is put on the heap again.
    """

    name = "races"

    def __init__(self, depth: int = 4, count: int | None = None) -> None:
        self._depth = depth
        self._count = count
        self._made = 0
        self._heap: list[tuple[int, int, int, Departures]] = []
        self._known: set[Departures] = {()}
        self._pushed = 0
        self._started = False

    def next(self) -> Chooser | None:
        if self._made == self._count:
            return None
        self._made += 1
        if not self._started:
            self._started = True
            return go_on
        if not self._heap:
            return None
        return follow(heappop(self._heap)[3])

    def learn(self, record: Record) -> None:
        self._started = True
        if len(record.departures) >= self._depth:
            return
        for race in races(record):
            self._reverse(record, race)
        for step in record.all_steps():
            if step.decision < 0:
                continue
            if step.what == "leave":
                self._try_others(record, step.decision, CALL)
            elif step.place is None:
                continue
            elif step.what == "o":
                self._try_others(record, step.decision, PRINT)
            elif step.what == "c" and step.place.words in DECISIVE_CALLS:
                self._try_others(record, step.decision, CALL)

    def _reverse(self, record: Record, race: Race) -> None:
        """Let the second event run before the first one's step, if it could."""
        index = race.first.decision
        if index < 0 or race.second.event not in record.offers[index][1]:
            return
        if is_update(race.first):
            weight = UPDATE
        elif race.first.location is None:
            weight = LOCK
        else:
            weight = DATA
        self._push(record, index, race.second.event, weight)

    def _try_others(self, record: Record, index: int, weight: int) -> None:
        current, choices = record.offers[index]
        for event in choices[:OTHERS]:
            if event != current:
                self._push(record, index, event, weight)

    def _push(self, record: Record, index: int, event: int, weight: int) -> None:
        if len(self._heap) >= FRONTIER:
            return
        kept = tuple(step for step in record.departures if step[0] < index)
        departures = (*kept, (index, event))
        if departures not in self._known:
            self._known.add(departures)
            self._pushed += 1
            heappush(self._heap, (len(departures), weight, self._pushed, departures))
