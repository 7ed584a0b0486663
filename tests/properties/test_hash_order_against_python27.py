"""Random sets are listed as Python 2.7 lists them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluating import Space
from tests.python27 import interpreter, outcomes

# Made in one go and looked at once, a set shows all of 2.7's order.
FORMS = (
    *("set({0})", "list(set({0}))", "[x for x in frozenset({0})]", "set({0}).copy()"),
    *("set(set({0}))", "map(None, set({0}))", "set(dict.fromkeys({0}))"),
    *("set({0}) | set(['one more'])", "set({0}).pop()", "frozenset({0})"),
)


def _value(random: Random, depth: int = 0) -> object:
    kind = random.randrange(6)
    if kind == 0:
        return random.randrange(1, 60)
    if kind == 1:
        return random.randrange(2**64, 2**66)
    if kind == 2:
        return random.randrange(-8000, 8000) / 16 + 0.03125
    if kind == 3 and depth < 2:
        return tuple(_value(random, depth + 1) for _ in range(random.randrange(4)))
    letters = random.choice(("abc", "xyz\xe9\x00", "0123456789"))
    return "".join(random.choice(letters) for _ in range(random.randrange(1, 9)))


@pytest.mark.skipif(interpreter() is None, reason="no Python 2.7 on this machine")
@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=5, deadline=None)
def test_random_sets(seed: int) -> None:
    """To the character, whatever is in them."""
    random = Random(seed)
    expressions = []
    for _ in range(120):
        count = random.choice((1, 2, 3, 4, 5, 6, 8, 12, 25, 60))
        items = [_value(random) for _ in range(count)]
        expressions.append(random.choice(FORMS).format(ascii(items)))
    space = Space()
    for expression, expected in zip(expressions, outcomes(expressions)):  # noqa: B905
        found = space.outcome(expression)
        assert f"{expression} {found}" == f"{expression} {expected}"
