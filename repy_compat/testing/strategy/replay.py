"""One given schedule, exactly; it says where it doesn't fit the program."""

from __future__ import annotations

from repy_compat.testing.schedule import Departures
from repy_compat.testing.strategy.base import Strategy
from repy_compat.world.simulation.engine import Chooser


class Replay(Strategy):
    """Follows ``departures``. ``misfits`` lists those that couldn't be followed."""

    name = "replay"

    def __init__(self, departures: Departures) -> None:
        self._wanted = dict(departures)
        self._done = False
        self.misfits: list[tuple[int, int]] = list(departures)

    def next(self) -> Chooser | None:
        if self._done:
            return None
        self._done = True
        return self._choose

    def _choose(self, index: int, current: int, choices: list[int]) -> int:
        event = self._wanted.get(index)
        if event is not None and event in choices:
            self.misfits.remove((index, event))
            return event
        return current if current >= 0 else choices[0]
