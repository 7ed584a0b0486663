"""A fair coin at every decision.

The baseline of Thomson, Donaldson and Betts, "Concurrency testing using
controlled schedulers" (2016), which it holds surprisingly well.
"""

from __future__ import annotations

from random import Random

from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import Chooser


class RandomWalk(Strategy):
    """Each event that can run is as likely as any other; ``count`` runs (None: no end)."""

    name = "random"

    def __init__(self, seed: int = 0, count: int | None = None) -> None:
        self._seed = seed
        self._made = 0
        self._count = count

    def next(self) -> Chooser | None:
        if self._made == self._count:
            return None
        self._made += 1
        pick = Random(f"walk/{self._seed}/{self._made}").choice
        return lambda index, current, choices: pick(choices)
