"""One run without a departure: each event goes on until it blocks or ends."""

from __future__ import annotations

from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import Chooser, go_on


class NonPreemptive(Strategy):
    """The schedule that every other one is a departure from."""

    name = "nonpreemptive"

    def __init__(self) -> None:
        self._done = False

    def next(self) -> Chooser | None:
        if self._done:
            return None
        self._done = True
        return go_on
