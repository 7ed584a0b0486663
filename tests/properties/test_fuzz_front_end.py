"""The front end against random texts, read a second time; tools/fuzz_front_end.py."""

from __future__ import annotations

import warnings
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.language.dialect import Dialect
from tests.fuzzing import attempt, judge


@given(st.integers(min_value=0, max_value=2**40))
@settings(max_examples=60, deadline=None)
def test_nothing_slips_through_and_nothing_crashes(seed: int) -> None:
    """No forbidden name or node is accepted, and every refusal has words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(40):
            source, _, faults = attempt(Random(seed * 40 + number))
            assert faults == [], source


@pytest.mark.parametrize(
    "source",
    [
        "x = 10L, u'\\u01c010'",
        "x = 10L, u'\\u01c0abc'",
        "x = 10L, u'\\N{LATIN LETTER DENTAL CLICK}5'",
        "x = ('5'\n10L)",
        "x = (10L\n'5')",
        "x = ('5' # remark\n\\\n10L)",
        "def f((a, u'\\u01c0x'), b=10L): pass",
    ],
)
@pytest.mark.parametrize("dialect", [Dialect.V1, Dialect.V2], ids=["V1", "V2"])
def test_marks_of_long_literals_cannot_be_forged(source: str, dialect: Dialect) -> None:
    """A unicode literal is no number, whatever it says; nor do strings join one."""
    assert judge(source.encode(), dialect, is_bad=True) == []


def test_what_the_host_cannot_compile_is_refused() -> None:
    """A comprehension within the target of another one, with a source taken out."""
    source = (
        b"[1 for x[[1 for y in [1 for z in a if b] if c][d and [e for f in g]]] in h]"
    )
    assert judge(source, Dialect.V1) == []
