"""From a schedule that shows a finding to the smallest one that shows the same.

First every schedule with a single departure is tried, the earliest first: most
findings need no more. then delta debugging over the departures (Zeller and Hildebrandt, "Simplifying
and isolating failure-inducing input", 2002), and each remaining departure is moved
to the earliest decision that still shows it. What counts is the schedule that a
run really took, so a departure that changed nothing is gone at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from repy_compat.testing.schedule import Departures

R = TypeVar("R")
# Runs a schedule; the departures it took and its run, if it shows the finding.
Attempt = Callable[[Departures], "tuple[Departures, R] | None"]


class Shrinking(Generic[R]):
    """The search for a smaller schedule, within ``runs`` attempts.

    ``singles`` are the departures that the run without departures offers.
    Invariant: ``best`` shows the finding, and nothing smaller that was tried did.
    """

    def __init__(
        self,
        departures: Departures,
        run: R,
        attempt: Attempt[R],
        runs: int = 400,
        singles: Departures = (),
    ) -> None:
        self.best = departures
        self.run = run
        self.attempts = 0
        self._attempt = attempt
        self._runs = runs
        self._singles = singles
        self._tried: set[Departures] = {departures}

    def search(self) -> R:
        """Shrink until nothing helps or the attempts are used up; the best run."""
        self._try_singles()
        before: Departures | None = None
        while before != self.best:
            before = self.best
            self._drop_chunks()
            self._move_earlier()
        return self.run

    def _try(self, departures: Departures) -> bool:
        """Whether ``departures`` show the finding and are smaller; keep them then."""
        if departures in self._tried or self.attempts >= self._runs:
            return False
        self._tried.add(departures)
        self.attempts += 1
        shown = self._attempt(departures)
        if shown is None or _size(shown[0]) >= _size(self.best):
            return False
        self.best, self.run = shown
        self._tried.add(self.best)
        return True

    def _try_singles(self) -> None:
        """Half of the attempts at most; the rest is for what needs more departures."""
        if not self._try(()):
            for single in self._singles[: self._runs // 2]:
                if len(self.best) <= 1 or self._try((single,)):
                    return

    def _drop_chunks(self) -> None:
        size = len(self.best)
        while size >= 1:
            start = 0
            while start < len(self.best):
                kept = self.best[:start] + self.best[start + size :]
                if not self._try(kept):
                    start += size
            size //= 2

    def _move_earlier(self) -> None:
        position = 0
        while position < len(self.best):
            earliest = self.best[position - 1][0] + 1 if position else 0
            index, event = self.best[position]
            for sooner in range(earliest, index):
                moved = (sooner, event)
                if self._try(
                    (*self.best[:position], moved, *self.best[position + 1 :])
                ):
                    break
            position += 1


def _size(departures: Departures) -> tuple[int, Departures]:
    """Fewest first; of those the earliest."""
    return len(departures), departures
