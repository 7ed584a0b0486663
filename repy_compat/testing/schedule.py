"""A schedule as a value: its departures from going on, and its token.

The schedule without departures goes on with the same event; when that one
blocks or ends, the lowest that can run follows. A departure ``(7, 2)`` says: at
decision 7, event 2. A token is ``DIGITS.7-2.12-0``: six digits of the hash of
the program's text, then the departures; ``DIGITS+5.7-2`` also names the seed 5
of the random bytes that the program draws. ``7-t`` says that time goes on there
although an event could run, which only a loose clock allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from repy_compat.errors import UsageError
from repy_compat.world.simulation.engine import TIME, Chooser

DIGITS = 6
_TOKEN = re.compile(r"([0-9a-f]{6})(?:\+(\d+))?((?:\.\d+-(?:\d+|t))*)\Z")

Departures = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Schedule:
    """Where a run departs from going on: ``(number of the decision, event)`` pairs.

    ``seed`` decides what the program draws as random bytes.
    """

    departures: Departures = ()
    seed: int = 0

    def token(self, digest: str) -> str:
        """The token that replays this schedule on the text with this hash."""
        seed = f"+{self.seed}" if self.seed else ""
        steps = "".join(
            f".{index}-{'t' if event == TIME else event}"
            for index, event in self.departures
        )
        return digest[:DIGITS] + seed + steps

    @staticmethod
    def from_token(token: str, digest: str) -> Schedule:
        """The schedule of ``token``.

        UsageError if it isn't a token, or is one for another text.
        """
        found = _TOKEN.match(token)
        if found is None:
            raise UsageError(f"{token!r} is not a schedule token")
        digits, seed, steps = found.groups()
        if digits != digest[:DIGITS]:
            raise UsageError(
                f"the token {token} belongs to another text of the program, or to other"
                f" files: it begins with {digits}, a token for these with"
                f" {digest[:DIGITS]}. Explore again to get a new one."
            )
        pairs = [step.split("-") for step in steps.split(".")[1:]]
        departures = tuple(
            (int(index), TIME if event == "t" else int(event)) for index, event in pairs
        )
        if [index for index, _ in departures] != sorted({i for i, _ in departures}):
            raise UsageError(f"{token!r} is not a schedule token: its steps don't rise")
        return Schedule(departures, int(seed or 0))


def follow(departures: Iterable[tuple[int, int]]) -> Chooser:
    """A chooser for these departures; one that can't be had is passed over."""
    wanted = dict(departures)

    def choose(index: int, current: int, choices: list[int]) -> int:
        event = wanted.get(index)
        if event is not None and event in choices:
            return event
        return current if current >= 0 else choices[0]

    return choose
