"""Restrictions files: what each grammar accepts, and the text of every error."""

from __future__ import annotations

import copy
import os
import pickle

import pytest

from repy_compat.errors import RestrictionsError, UsageError
from repy_compat.limits.restrictions import COUNTED, PORTS, RENEWABLE, Limits
from repy_compat.limits.rules import CALL_NAMES, CallRules

NEEDED = "resource cpu .1\nresource memory 15000000\nresource diskused 1e8\n"
NEEDED_V2 = "resource cpu .1\nresource memory 15000000\nresource diskused 100\n"


def refused(text: str, dialect: str = "V1") -> RestrictionsError:
    with pytest.raises(RestrictionsError) as caught:
        Limits.from_text(text, "my.file", dialect)
    return caught.value


def test_v1_numbers_are_floats_of_any_form() -> None:
    """A V1 value is any text that Python 2's float() takes."""
    limits = Limits.from_text(
        NEEDED + "resource events 1e1\nresource lograte inf\nresource random .5\n"
    )
    assert tuple(limits.amount(name) for name in ("cpu", "memory", "events")) == (
        0.1,
        15e6,
        10.0,
    )
    assert float("inf") == limits.amount("lograte")


def test_comments_and_blank_lines_are_skipped() -> None:
    """Everything from the first # on is dropped, wherever it stands."""
    text = "# all\n\n   \t\n" + NEEDED.replace("\n", " # remark\n") + "#resource x 1"
    assert Limits.from_text(text).amount("cpu") == 0.1


def test_what_is_not_named_is_zero() -> None:
    """Only cpu, memory and diskused are required; the rest is nothing at all."""
    limits = Limits.from_text(NEEDED)
    names = [name for name in RENEWABLE + COUNTED if name != "cpu"]
    assert [0.0] * len(names) == [limits.amount(name) for name in names]
    assert [frozenset()] * 2 == [limits.ports(kind) for kind in PORTS]
    assert not any(limits.rules.always_allowed(call) for call in CALL_NAMES)


def test_ports_add_up() -> None:
    """messport and connport may be repeated; each line adds a port."""
    limits = Limits.from_text(
        NEEDED + "resource messport 12345\nresource messport 63100.0\n"
        "resource messport 12345\nresource connport 1.5\n"
    )
    assert frozenset([12345, 63100]) == limits.ports("messport")
    assert 1 not in limits.ports("connport")


V1_ERRORS = [
    (
        "permit sleep # x\n",
        "Line 'permit sleep # x\n' not understood in file 'my.file'",
    ),
    ("Resource cpu 1\n", "Line 'Resource cpu 1\n' not understood in file 'my.file'"),
    (
        "resource messport 1 2\n",
        "Line 'resource messport 1 2\n' has wrong number of items in 'my.file'",
    ),
    ("resource", "Line 'resource' has wrong number of items in 'my.file'"),
    (
        "resource horses 3\n",
        "Line 'resource horses 3\n' has an unknown resource 'horses' in 'my.file'",
    ),
    (
        "resource messport lots\n",
        "Line 'resource messport lots\n' has an invalid resource value 'lots'"
        " in 'my.file'",
    ),
    (
        "resource events 1_0\n",
        "Line 'resource events 1_0\n' has an invalid resource value '1_0' in 'my.file'",
    ),
    (
        "resource events 4\nresource events 4 #\n",
        "Line 'resource events 4 #\n' has a duplicate resource rule for 'events'"
        " in 'my.file'",
    ),
    (
        "call dance allow\n",
        "Line 'call dance allow\n' has an unknown call 'dance' in 'my.file'",
    ),
    (
        "call sleep perhaps\n",
        "Line 'call sleep perhaps\n' has an unknown action 'perhaps' in 'my.file'",
    ),
    ("call sleep", "Line 'call sleep' has an unknown action 'sleep' in 'my.file'"),
    ("call sleep arg 0 is allow\n", "Not enough tokens for 'arg'"),
    ("call sleep arg first is 1 allow\n", "invalid argument number 'first'"),
    (
        "call sleep arg 0 was 1 allow\n",
        "arg missing 'is' keyword, instead found 'was'",
    ),
    ("call sleep noargs 1 allow\n", "Not enough tokens for 'noargs'"),
    (
        "call sleep noargs was 1 allow\n",
        "arg missing 'is' keyword, instead found 'was'",
    ),
    ("call sleep noargs is few allow\n", "invalid argument number 'few'"),
    ("call sleep when 1 is 2 deny\n", "invalid rule type 'when'"),
]


@pytest.mark.parametrize(("line", "text"), V1_ERRORS)
def test_v1_error_texts(line: str, text: str) -> None:
    """Each error has the reference's text, class, and for people file and line."""
    error = refused(NEEDED + line)
    assert text == error.text
    assert error.class_text == "class 'restrictions.ParseError'"
    number = 3 + line.rstrip("\n").count("\n") + 1
    assert str(error).startswith(f"my.file:{number}: ")
    assert "\n" not in str(error)


def test_a_line_that_is_only_call_is_refused() -> None:
    """The word call alone names nothing."""
    assert "'call\n'" in refused(NEEDED + "call\n").text


@pytest.mark.parametrize(
    ("kept", "missing"), [(0, "cpu"), (1, "memory"), (2, "diskused")]
)
def test_required_resources(kept: int, missing: str) -> None:
    """The first of cpu, memory, diskused that is missing is named."""
    text = "".join(NEEDED.splitlines(keepends=True)[:kept])
    error = refused(text)
    assert f"Missing required resource '{missing}' in file 'my.file'" == error.text
    error = refused(text, "V2")
    assert f"Missing required resource: '{missing}'" == error.text
    assert error.class_text == "class 'resourcemanipulation.ResourceMathError'"


@pytest.mark.parametrize(
    "line", ["cpu 0", "cpu nan", "events -1", "random nan", "lograte -inf"]
)
@pytest.mark.parametrize("dialect", ["V1", "V2"])
def test_values_no_run_could_use(line: str, dialect: str) -> None:
    """Negative limits, NaN and a cpu share of 0 are refused in plain words."""
    text = f"resource {line}\n" + NEEDED_V2
    assert "unusable resource value" in refused(text, dialect).text


V2_ERRORS = [
    ("permit x # y\r\n", "Line 'permit x # y\r' not understood."),
    ("resource events\n", "Line 'resource events' has wrong number of items"),
    (
        "resource horses 3\n",
        "Line 'resource horses 3' has an unknown resource 'horses'",
    ),
    (
        "resource events 2.5\n",
        "Line 'resource events 2.5' has an invalid resource value '2.5'",
    ),
    (
        "resource messport 1e3\n",
        "Line 'resource messport 1e3' has an invalid resource value '1e3'",
    ),
    (
        "resource events 4\nresource events 4\n",
        "Line 'resource events 4' has a duplicate resource rule for 'events'",
    ),
]


@pytest.mark.parametrize(("line", "text"), V2_ERRORS)
def test_v2_error_texts(line: str, text: str) -> None:
    """V2 quotes the line without its end and doesn't name the file."""
    error = refused(NEEDED_V2 + line, "V2")
    assert text == error.text
    assert error.class_text == "class 'resourcemanipulation.ResourceParseError'"


def test_v2_whole_numbers_stay_whole() -> None:
    """Counts and quantities are int in V2, renewable resources float."""
    limits = Limits.from_text(
        NEEDED_V2 + "resource events 10\nresource fileread 1e7\ncall any thing\ncall\n",
        "f",
        "V2",
    )
    assert (int, float) == (
        type(limits.amount("events")),
        type(limits.amount("fileread")),
    )
    assert limits.rules.always_allowed("sleep")


def test_unreadable_file() -> None:
    """A file that can't be read is the reference's IOError."""
    with pytest.raises(RestrictionsError) as caught:
        Limits.from_file("no/such/file")
    assert caught.value.text == "[Errno 2] No such file or directory: 'no/such/file'"
    assert caught.value.class_text == "type 'exceptions.IOError'"


def test_limits_are_values() -> None:
    """Limits compare by what they say, don't change, and make changed copies."""
    limits = Limits.default()
    five = limits.replace(events=5, messport=[1, 2])
    assert five != limits
    assert five.amount("events") == 5
    assert frozenset([1, 2]) == five.ports("messport")
    assert limits == five.replace(
        events=limits.amount("events"), messport=limits.ports("messport")
    )
    assert hash(limits) == hash(Limits.default())
    assert limits == pickle.loads(pickle.dumps(limits)) == copy.copy(limits)
    with pytest.raises(AttributeError):
        limits.rules = CallRules.allowing_all()
    for bad in ({"events": -1}, {"horses": 1}, {"cpu": 0}):
        with pytest.raises(UsageError):
            limits.replace(**bad)


@pytest.mark.parametrize("dialect", ["V1", "V2"])
def test_the_shipped_file_says_the_default(dialect: str) -> None:
    """seattlelib/restrictions.default is Limits.default() in the original grammar."""
    import seattlelib

    folder = list(seattlelib.__path__)[0]
    path = os.path.join(folder, "restrictions.default")
    assert Limits.default() == Limits.from_file(path, dialect)
