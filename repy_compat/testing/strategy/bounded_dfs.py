"""Depth-first search over all schedules with at most two preemptions.

Musuvathi and Qadeer, "Iterative context bounding for systematic testing of
multithreaded programs" (2007): most races need few preemptions, and switching
where an event blocks costs nothing. When the search ends it has been everywhere
within its bound, and says so.
"""

from __future__ import annotations

from repy_compat.testing.record import Record
from repy_compat.testing.schedule import Departures, follow
from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import Chooser


class BoundedDFS(Strategy):
    """All schedules with at most ``preemptions`` switches away from a running event.

    Invariant: every schedule within the bound that hasn't run is an extension
    of exactly one entry of ``_open``, which departs at later decisions only.
    """

    name = "dfs"

    def __init__(self, preemptions: int = 2) -> None:
        self._bound = preemptions
        self._open: list[tuple[Departures, int]] = [((), 0)]
        self._running: tuple[Departures, int] = ((), 0)

    def next(self) -> Chooser | None:
        if not self._open:
            self.exhausted = True
            return None
        self._running = self._open.pop()
        return follow(self._running[0])

    def learn(self, record: Record) -> None:
        departures, spent = self._running
        first = departures[-1][0] + 1 if departures else 0
        found = []
        for index in range(first, len(record.offers)):
            current, choices = record.offers[index]
            cost = spent + (current >= 0)
            if cost > self._bound:
                continue
            usual = current if current >= 0 else choices[0]
            for event in choices:
                if event != usual:
                    found.append(((*departures, (index, event)), cost))
        # The last is taken first: departures early in the program come first.
        self._open.extend(reversed(found))
        self.exhausted = not self._open
