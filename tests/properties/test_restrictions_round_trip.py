"""A restrictions file written from limits reads back to the same limits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.errors import RestrictionsError
from repy_compat.limits.restrictions import AMOUNTS, RENEWABLE, Limits
from repy_compat.limits.rules import (
    ACTIONS,
    CALL_NAMES,
    Argument,
    ArgumentCount,
    CallRules,
    Rule,
)

words = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="#\x85\xa0"),
    min_size=1,
    max_size=8,
).filter(lambda word: word.split() == [word])
conditions = st.one_of(
    st.builds(Argument, st.integers(-3, 5), words),
    st.builds(ArgumentCount, st.integers(0, 5)),
)
rules = st.dictionaries(
    st.sampled_from(sorted(CALL_NAMES)),
    st.lists(
        st.builds(
            Rule,
            st.lists(conditions, max_size=3).map(tuple),
            st.sampled_from(sorted(ACTIONS)),
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
).map(CallRules)
ports = st.frozensets(st.integers(1, 65535), max_size=5)


def limits_of(whole: bool) -> st.SearchStrategy[Limits]:
    fraction = st.floats(min_value=1e-9, allow_nan=False)
    count = st.integers(0, 10**12) if whole else fraction
    amounts = st.fixed_dictionaries(
        {name: fraction if name in RENEWABLE else count for name in AMOUNTS}
    )
    kinds = st.fixed_dictionaries({"messport": ports, "connport": ports})
    calls = st.just(CallRules.allowing_all()) if whole else rules
    return st.builds(Limits, amounts, kinds, calls)


@settings(max_examples=60, deadline=None)
@given(limits_of(whole=False))
def test_v1_round_trip(limits: Limits) -> None:
    """to_text() says everything that V1's grammar can hold."""
    again = Limits.from_text(limits.to_text())
    assert limits == again
    assert limits.to_text() == again.to_text()


@settings(max_examples=60, deadline=None)
@given(limits_of(whole=True))
def test_v2_round_trip(limits: Limits) -> None:
    """to_text() says everything that V2's grammar can hold."""
    assert limits == Limits.from_text(limits.to_text(), "f", "V2")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(max_codepoint=255)), st.sampled_from(["V1", "V2"]))
def test_any_text_is_limits_or_a_clear_refusal(text: str, dialect: str) -> None:
    """Whatever stands in the file, the answer is a value or a RestrictionsError."""
    frame = "resource cpu 1\nresource memory 1\nresource diskused 1\n"
    for candidate in (text, frame + text, "resource " + text, "call " + text):
        try:
            Limits.from_text(candidate, "f", dialect)
        except RestrictionsError as error:
            assert error.text and error.class_text
