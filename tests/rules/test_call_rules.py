"""Call rules: which one decides, and what a denied call says."""

from __future__ import annotations

import pytest

from repy_compat.errors import CallDenied
from repy_compat.limits.restrictions import Limits

NEEDED = "resource cpu 1\nresource memory 1\nresource diskused 1\n"


def decide(rules: str, call: str, *args: object) -> str | None:
    """The denial's text, or None if the call is allowed."""
    limits = Limits.from_text(NEEDED + rules)
    try:
        limits.rules.decide(call, args)
    except CallDenied as denied:
        return str(denied)
    return None


def test_the_first_rule_that_holds_decides() -> None:
    """Rules are tried in file order; later ones aren't looked at."""
    rules = "call sleep arg 0 is 1 deny\ncall sleep allow\ncall sleep deny\n"
    assert decide(rules, "sleep", 2) is None
    assert decide(rules, "sleep", 1) is not None


def test_all_conditions_must_hold() -> None:
    """The conditions of a line are joined by "and"."""
    rules = "call open arg 0 is a arg 1 is rb noargs is 2 allow\n"
    assert decide(rules, "open", "a", "rb") is None
    assert decide(rules, "open", "a", "w") is not None
    assert decide(rules, "open", "a", "rb", 3) is not None


def test_no_rule_denies_with_the_reasons() -> None:
    """The dump names each rule tried, in file order, with its first failure."""
    rules = (
        "call sleep arg 0 is .1 allow\ncall sleep arg 1 is x allow\n"
        "call sleep noargs is 2 allow\n"
    )
    assert decide(rules, "sleep", 0.1) == (
        "Call 'sleep' with args (0.1,) not allowed\n"
        "Matching dump:\n"
        "rule: ('arg', 0, '.1'), Value not allowed\n"
        "rule: ('arg', 1, 'x'), Missing arg\n"
        "rule: ('noargs', 2), Wrong args count\n"
        "No matching rule found\n"
    )


def test_explicit_denials() -> None:
    """A deny without conditions, and one whose conditions hold, say so last."""
    rules = "call sleep arg 0 is 5 allow\ncall sleep noargs is 1 deny\n"
    assert decide(rules, "sleep", 1) == (
        "Call 'sleep' with args (1,) not allowed\nMatching dump:\n"
        "rule: ('arg', 0, '5'), Value not allowed\nAll rules satisfied\n"
    )
    assert decide("call listdir deny\n", "listdir") == (
        "Call 'listdir' with args () not allowed\nMatching dump:\n"
        "Always match the empty rule\n"
    )


def test_prompt_denies_in_short() -> None:
    """Nobody is asked: prompt is a refusal without a dump."""
    assert decide("call sleep prompt\n", "sleep", 1) == "Call 'sleep' not allowed"


def test_python_2_texts_are_used() -> None:
    """Values and dumps go through the functions that know Python 2's texts."""
    limits = Limits.from_text(NEEDED + "call sleep arg 0 is 5L deny\n")
    with pytest.raises(CallDenied) as denied:
        limits.rules.decide("sleep", (5,), lambda x: f"{x}L", lambda x: "<repr>")
    assert str(denied.value).startswith("Call 'sleep' with args <repr> not allowed")


def test_fast_road() -> None:
    """A call is always allowed if its first rule is an unconditional allow."""
    rules = Limits.from_text(
        NEEDED + "call sleep allow\ncall sleep deny\n"
        "call open arg 0 is a allow\ncall open allow\ncall listdir deny\n"
    ).rules
    calls = ("sleep", "open", "listdir", "exitall")
    assert [rules.always_allowed(c) for c in calls] == [True, False, False, False]
    rules.decide("sleep", (1,))
    rules.decide("open", ("b",))
    with pytest.raises(CallDenied):
        rules.decide("exitall", ())
