"""Depth-first search over all schedules with at most two preemptions.

Musuvathi and Qadeer, "Iterative context bounding for systematic testing of
multithreaded programs" (2007): most races need few preemptions, and switching
where an event blocks costs nothing. When the search ends it has been everywhere
within its bound, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from repy_compat.testing.record import Record
from repy_compat.testing.schedule import Departures, follow
from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import OFFERED, Chooser


class BoundedDFS(Strategy):
    """All schedules with at most ``preemptions`` switches away from a running event.

    Invariant: every schedule within the bound that hasn't run is an extension of
    exactly one entry that the iterators of ``_open`` will still give.
    """

    name = "dfs"

    def __init__(self, preemptions: int = 2) -> None:
        self._bound = preemptions
        self._open: list[Iterator[tuple[Departures, int]]] = [iter([((), 0)])]
        self._running: tuple[Departures, int] = ((), 0)
        self._complete = True

    def next(self) -> Chooser | None:
        while self._open:
            following = next(self._open[-1], None)
            if following is not None:
                self._running = following
                return follow(following[0])
            self._open.pop()
        self.exhausted = self._complete
        return None

    def learn(self, record: Record) -> None:
        departures, spent = self._running
        self._open.append(self._extensions(departures, spent, record.offers))

    def _extensions(
        self,
        departures: Departures,
        spent: int,
        offers: list[tuple[int, tuple[int, ...]]],
    ) -> Iterator[tuple[Departures, int]]:
        """One more departure, at each later decision of the run, with its cost."""
        first = departures[-1][0] + 1 if departures else 0
        for index in range(first, len(offers)):
            current, choices = offers[index]
            # Of very many events not all were remembered.
            self._complete &= len(choices) < OFFERED
            cost = spent + (current >= 0)
            if cost > self._bound:
                continue
            usual = current if current >= 0 else choices[0]
            for event in choices:
                if event != usual:
                    yield (*departures, (index, event)), cost
