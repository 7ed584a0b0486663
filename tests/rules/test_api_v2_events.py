"""Threads, locks, output and resources of V2 (Repy V2 specification, 7 and 8)."""

from __future__ import annotations

import pytest

from repy_compat.api.exceptions import (
    LockDoubleReleaseError,
    RepyArgumentError,
    ResourceExhaustedError,
)
from repy_compat.errors import RunEnded
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run, run_program


def v2_run(**limits):
    """The API of a V2 run."""
    return api_run(Dialect.V2, **limits)


def refused(function, *arguments, **keywords):
    """The text with which V2 refuses a call's arguments."""
    with pytest.raises(RepyArgumentError) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


def test_a_thread_runs_and_holds_one_event_while_it_does():
    """It promises that the event is free again when the function has returned."""
    with v2_run(events=1) as run:
        gate = run.createlock()
        gate.acquire(True)
        assert run.createthread(run.callback(lambda: gate.acquire(True))) is None
        assert run.held("events") == 1
        with pytest.raises(ResourceExhaustedError) as caught:
            run.createthread(run.exitall)
        assert str(caught.value) == "Resource 'events' limit exceeded!!"
        gate.release()
        run.wait()
        assert run.held("events") == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("note",), "Invalid type <type 'str'>"),
        ((None,), "Invalid type <type 'NoneType'>"),
        (([],), "Invalid type <type 'list'>"),
        ((len,), "Invalid type <type 'builtin_function_or_method'>"),
        ((), "Function 'createthread' takes 1 arguments, not 0 as you provided."),
        ((1, 2), "Function 'createthread' takes 1 arguments, not 2 as you provided."),
    ],
)
def test_createthread_takes_one_function(arguments, text):
    """It promises the texts of section 6.1."""
    with v2_run() as run:
        assert text == refused(run.createthread, *arguments)


def test_an_api_function_can_be_a_thread():
    """It promises so for functions and for methods of handles."""
    with v2_run() as run:
        lock = run.createlock()
        lock.acquire(True)
        run.createthread(lock.release)
        run.wait()
        assert lock.acquire(False) is True


def test_exitall_in_a_thread_ends_the_run():
    """It promises that nothing is reported as an exception."""
    with v2_run() as run:
        run.createthread(run.exitall)
        run.wait()
        assert run.ended == ["exitall"]
        assert run.uncaught == []
        with pytest.raises(RunEnded):
            run.exitall()


def test_locks_take_exactly_a_bool():
    """It promises the texts of section 6.1, and no owner."""
    with v2_run() as run:
        lock = run.createlock()
        assert (lock.acquire(True), lock.acquire(False)) == (True, False)
        for bad, text in [
            ((), "Function 'acquire' takes 1 arguments, not 0 as you provided."),
            ((1,), "Invalid type <type 'int'>"),
            ((None,), "Invalid type <type 'NoneType'>"),
        ]:
            assert text == refused(lock.acquire, *bad)
        assert (
            refused(lock.release, 1)
            == "Function 'release' takes 0 arguments, not 1 as you provided."
        )
        assert lock.release() is None
        with pytest.raises(LockDoubleReleaseError) as caught:
            lock.release()
        assert str(caught.value) == "Releasing an un-locked lock!"


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ("1", "Invalid type <type 'str'>"),
        (True, "Invalid type <type 'bool'>"),
        (None, "Invalid type <type 'NoneType'>"),
        (-0.5, "Must be non-negative."),
        (float("nan"), "Must be non-negative."),
    ],
)
def test_sleep_takes_numbers_that_are_not_negative(bad, text):
    """It promises the texts of section 6.1."""
    with v2_run() as run:
        assert text == refused(run.sleep, bad)
        assert run.sleep(0) is None


@pytest.mark.parametrize(
    ("calls", "text"),
    [
        ([("a",), ("b", "c"), ("d\n",)], "a b c d\n"),
        ([("a",), ("e", "\n"), ("x",)], "a e \nx"),
        ([("f ", "g", ""), ("h",)], "f  g  h"),
        ([("t\t",), ("u",)], "t\tu"),
        ([(), ("a",), ()], "a"),
        ([(1, None, 2.5, [1, "x"])], "1 None 2.5 [1, 'x']"),
    ],
)
def test_log_writes_a_blank_between_items_and_calls(calls, text):
    """It promises the examples of section 7."""
    with v2_run() as run:
        for arguments in calls:
            assert run.log(*arguments) is None
        assert text == run.output.text


def test_a_failing_text_in_log_ends_the_run():
    """It promises an internal error behind what comes before the failing item."""
    with v2_run() as run:
        names = run.define("def fail():\n  raise ValueError('mine')\n")
        with pytest.raises(RunEnded):
            run.log("a", Failing(names["fail"]), "b")
        assert run.ended == ["internal"]
        assert run.output.text == "a "


class Failing:
    """Something whose text can't be made."""

    def __init__(self, fail):
        self.fail = fail

    def __repr__(self):
        self.fail()


def test_log_takes_no_keywords():
    """It promises the generic text."""
    with v2_run() as run:
        assert (
            refused(run.log, end="")
            == "Keyword arguments not allowed when calling log."
        )


def test_output_is_charged():
    """It promises the length, blanks included, after waiting for room."""
    with v2_run() as run:
        run.log("abc", "de")
        assert run.ledger.charged == [("lograte", 0), ("lograte", 6)]


def test_randombytes_gives_1024_and_charges_them():
    """It promises fresh bytes in a string."""
    with v2_run() as run:
        one, two = run.randombytes(), run.randombytes()
        assert len(one) == 1024 and one != two
        assert all(ord(character) < 256 for character in one)


def test_getresources_shows_limits_usage_and_stops():
    """It promises the keys, the kinds of numbers, and copies."""
    with v2_run(events=7) as run:
        limits, usage, stops = run.getresources()
        assert len(limits) == 17
        assert len(usage) == 18
        assert set(usage) - set(limits) == {"threadcpu"}
        assert limits["events"] == 7
        assert {"messport", "connport"} == {
            name for name in limits if isinstance(limits[name], set)
        }
        assert stops == []
        assert usage["memory"] >= 4_000_000
        assert usage["cpu"] >= 0
        limits["messport"].clear()
        limits["events"] = 1000
        assert run.getresources()[0]["messport"]
        assert run.getresources()[0]["events"] == 7


def test_getresources_counts_what_is_held_now():
    """It promises events and open files as they come and go."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        assert run.getresources()[1]["filesopened"] == 1
        handle.close()
        assert run.getresources()[1]["filesopened"] == 0


def test_getresources_shows_at_most_the_last_hundred_stops():
    """It promises a list of pairs."""
    with v2_run() as run:
        run.runtime.readings.stops = lambda: [(float(n), 0.5) for n in range(150)]
        stops = run.getresources()[2]
        assert [(float(n), 0.5) for n in range(50, 150)] == stops


def test_getresources_names_itself_as_the_reference_does():
    """It promises the internal name in the refusal."""
    with v2_run() as run:
        assert (
            refused(run.getresources, 1)
            == "Function 'get_resources' takes 0 arguments, not 1 as you provided."
        )


def test_without_an_event_nothing_starts():
    """It promises the reference's words behind a sentence that names the cure."""
    run = run_program("log('ran')", events=0)
    assert (run.how, run.output) == ("no event", "")
    assert run.errors.startswith("the program can't start: it needs an event")
    assert run.errors.endswith("'resource events 10' would allow ten\nInternal Error\n")
