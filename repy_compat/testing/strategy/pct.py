"""Probabilistic concurrency testing: random priorities, few random changes.

Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with
probabilistic guarantees of finding bugs" (2010). With ``n`` events and ``k``
decisions one run finds a bug of depth ``d`` with a probability of at least
``1 / (n * k ** (d - 1))``.

Departures: ``k`` isn't known beforehand, the longest run so far stands for it;
an event that spins is passed over by the engine, since the highest priority
would otherwise wait for ever for what a lower one must do.
"""

from __future__ import annotations

from random import Random

from repy_compat.testing.record import Record
from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import TIME, Chooser


class PCT(Strategy):
    """``depth`` orderings have to be met for the bug: ``depth - 1`` changes a run."""

    def __init__(self, depth: int, seed: int = 0, count: int | None = None) -> None:
        self.name = f"pct{depth}"
        self._depth = depth
        self._seed = seed
        self._made = 0
        self._count = count
        self._length = 20

    def next(self) -> Chooser | None:
        if self._made == self._count:
            return None
        self._made += 1
        random = Random(f"pct/{self._depth}/{self._seed}/{self._made}")
        changes = {random.randrange(self._length) for _ in range(self._depth - 1)}
        # By number of the event; drawn in that order, whoever is asked for first.
        # The first is that of time, the choice of a loose clock.
        priorities = [random.random()]

        def priority(event: int) -> float:
            place = 0 if event == TIME else event + 1
            while len(priorities) <= place:
                priorities.append(random.random())
            return priorities[place]

        def choose(index: int, current: int, choices: list[int]) -> int:
            best = max(choices, key=priority)
            if index in changes:
                # Below every other one, those changed earlier included.
                priorities[0 if best == TIME else best + 1] = -1.0 - index
                best = max(choices, key=priority)
            return best

        return choose

    def learn(self, record: Record) -> None:
        self._length = max(self._length, len(record.offers))
