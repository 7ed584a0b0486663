"""All strategies in turn: from the cheapest to the one that can be exhausted."""

from __future__ import annotations

from repy_compat.testing.record import Record
from repy_compat.testing.strategy.base import Strategy
from repy_compat.testing.strategy.bounded_dfs import BoundedDFS
from repy_compat.testing.strategy.nonpreemptive import NonPreemptive
from repy_compat.testing.strategy.pct import PCT
from repy_compat.testing.strategy.race_directed import RaceDirected
from repy_compat.testing.strategy.random_walk import RandomWalk
from repy_compat.world.simulation.engine import Chooser

# Shares of the runs that remain after the first one.
RACES, PCT2, PCT3, WALK = 0.4, 0.15, 0.15, 0.1


class Auto(Strategy):
    """Non-preemptive, race-directed, PCT 2 and 3, random walk, bounded search.

    ``count`` is the number of runs there will be. A stage that has no more
    schedules leaves its share to those behind it. The runs of every stage teach
    the race-directed one only while it is at work.
    """

    name = "auto"

    def __init__(self, count: int, seed: int = 0) -> None:
        def share(part: float) -> int:
            return max(1, round(part * (count - 1)))

        self._stages: list[Strategy] = [
            RaceDirected(count=share(RACES)),
            PCT(2, seed, share(PCT2)),
            PCT(3, seed, share(PCT3)),
            RandomWalk(seed, share(WALK)),
            BoundedDFS(),
        ]
        self._first: NonPreemptive | None = NonPreemptive()
        self._at = 0

    @property
    def stage(self) -> str:
        """Name of the strategy that made the last chooser."""
        return "nonpreemptive" if self._first else self._stages[self._at].name

    def next(self) -> Chooser | None:
        if self._first is not None:
            chooser = self._first.next()
            if chooser is not None:
                return chooser
            self._first = None
        while self._at < len(self._stages):
            chooser = self._stages[self._at].next()
            if chooser is not None:
                return chooser
            self.exhausted = self._stages[self._at].exhausted
            self._at += 1
        self._at -= 1
        return None

    def learn(self, record: Record) -> None:
        if self._first is not None:
            # The frontier of races begins with the run without departures.
            self._stages[0].learn(record)
        else:
            self._stages[self._at].learn(record)
        self.exhausted = self._stages[self._at].exhausted
