"""How long a program wants to wait, as a number of seconds that can be waited."""

from __future__ import annotations

_LONGEST = 1e9  # some thirty years; clocks and conditions take no infinite times


def as_delay(seconds: object) -> float:
    """A program's int, long or float as a float from 0 to thirty years.

    Negative times and what is no number at all (nan) are 0.
    """
    assert isinstance(seconds, (int, float))
    if not seconds > 0:
        return 0.0
    return _LONGEST if seconds > _LONGEST else float(seconds)
