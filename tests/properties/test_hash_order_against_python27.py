"""Random sets are listed as Python 2.7 lists them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repy_compat
from repy_compat import Limits
from tests.evaluating import Space
from tests.programs27 import run_in_python27
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


DICT_FORMS = (
    "d = dict({0})",
    "d = {{}}\nfor k, v in {0}: d[k] = v",
    "d = dict(dict({0}))",
    "d = dict({0}).copy()\nd['more'] = 1",
    "d = {{'start': 0}}\nd.update(dict({0}))",
    "d = {{'start': 0}}\nd.update({0})",
    "d = {1}",
    "d = {1}\nd.update({{'x': 1, 'y': 2}})\nd['z'] = 3",
    "d = named(**dict([('k%d' % i, i) for i in range(len({0}))]))",
    "d = dict({1}, p=1, q=2, r=3)",
    "d = dict.fromkeys([k for k, v in {0}])",
)
LISTINGS = (
    *(
        "print d",
        "print d.items()",
        "print [k for k in d]",
        "print list(d.itervalues())",
    ),
    *("print d.viewkeys()", "print d.popitem()", "print '%s' % d"),
)


@pytest.mark.skipif(interpreter() is None, reason="no Python 2.7 on this machine")
@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=3, deadline=None)
def test_random_dictionaries(seed: int) -> None:
    """Nothing deleted, dictionaries under ``dict_order="2.7"`` are listed alike."""
    random = Random(seed)
    lines = ["def named(**k): return k"]
    for _ in range(60):
        count = random.choice((1, 2, 4, 5, 6, 7, 8, 10, 20, 40))
        items = [(_value(random), number) for number in range(count)]
        display = ", ".join(f"{key!a}: {value}" for key, value in items)
        form = random.choice(DICT_FORMS).format(ascii(items), "{" + display + "}")
        lines += [form, random.choice(LISTINGS)]
    source = "\n".join(lines) + "\n"
    found = repy_compat.run(
        source=source + "exitall()\n", limits=Limits.default(), dict_order="2.7"
    )
    assert found.output == run_in_python27(source), source
    assert found.errors == ""
