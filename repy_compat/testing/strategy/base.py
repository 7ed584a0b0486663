"""What a strategy is: it answers which of the events that can run comes next.

Everything else (clock, locks, recording, replay) is the engine's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from repy_compat.testing.record import Record
from repy_compat.world.simulation.engine import Chooser


class Strategy(ABC):
    """A source of schedules, one run at a time.

    ``exhausted`` is True once the strategy has shown that no further schedule
    within its bound exists.
    """

    name: str
    exhausted = False

    @abstractmethod
    def next(self) -> Chooser | None:
        """The chooser of the next run; None when this strategy has no more."""

    def learn(self, record: Record) -> None:  # noqa: B027 - most have nothing to learn
        """Look at the run that the last chooser made."""
