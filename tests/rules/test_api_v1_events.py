"""Timers, sleep, locks, time and randomness of V1 (Repy V1 specification, section 9)."""

from __future__ import annotations

import re

import pytest

from repy_compat.api.exceptions import (
    NamespaceViolationError,
    Py2Exception,
    Py2TypeError,
    ThreadError,
)
from repy_compat.errors import RunEnded
from tests.api_run import api_run


def refused(function, *arguments, **keywords):
    """The text with which V1 refuses a call."""
    with pytest.raises(Py2TypeError) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


def test_a_timer_runs_its_function_with_copies_of_the_arguments():
    """It promises that neither side sees the other's later changes."""
    with api_run() as run:
        seen = []
        given = [[1], {"k": [2]}]
        run.settimer(0.0, run.callback(lambda *args: seen.append(args)), given)
        given[0].append("late")
        run.wait()
        assert seen == [([1], {"k": [2]})]
        assert run.uncaught == []


def test_a_cancelled_timer_never_runs_and_frees_its_event():
    """It promises True once, False afterwards."""
    with api_run(events=1) as run:
        handle = run.settimer(60, run.sleep, (0,))
        assert run.held("events") == 1
        assert run.canceltimer(handle) is True
        assert run.held("events") == 0
        assert run.canceltimer(handle) is False


def test_a_timer_beyond_the_events_limit_is_refused():
    """It promises the reference's text, in a plain Exception."""
    with api_run(events=1) as run:
        run.settimer(60, run.sleep, (0,))
        with pytest.raises(Py2Exception) as caught:
            run.settimer(60, run.sleep, (0,))
        assert str(caught.value) == "Resource 'events' limit exceeded!!"
        assert type(caught.value) is Py2Exception


def test_timer_handles_count_over_the_whole_run():
    """It promises the id that the handle shows."""
    with api_run() as run:
        shown = [repr(run.settimer(60, run.sleep, (0,))) for _ in range(2)]
    assert shown == [
        "<Namespace wrapped timerhandle: '_EVENT:MainThread:0'>",
        "<Namespace wrapped timerhandle: '_EVENT:MainThread:1'>",
    ]


def test_timers_take_their_parameters_by_name():
    """It promises waittime, function and args."""
    with api_run() as run:
        seen = []
        run.settimer(args=("x",), function=run.callback(seen.append), waittime=0)
        run.wait()
        assert seen == ["x"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("1", None, ()),
        (True, None, ()),
        (0, "f", ()),
        (0, None, ()),
        (0, 3, ()),
        (0,),
        (),
        (0, 1, 2, 3),
    ],
)
def test_wrong_timer_arguments_are_a_type_error(arguments):
    """It promises the text with the arguments in it."""
    with api_run() as run:
        assert refused(run.settimer, *arguments).startswith(
            "Function 'settimer' called with incorrect arguments.  Arguments were args:"
        )


def test_a_built_in_function_is_no_callback_and_reported_as_uncopyable():
    """It promises the reference's nested text."""
    with api_run() as run:
        with pytest.raises(NamespaceViolationError) as caught:
            run.settimer(0, len, ())
        assert str(caught.value) == (
            "Namespace violation: _copy failed on (0, <built-in function len>, ()) "
            "with message Namespace violation: _copy failed on <built-in function len> "
            "with message _copy is not implemented for objects of type "
            "<type 'builtin_function_or_method'>"
        )


def test_only_timer_handles_can_be_cancelled():
    """It promises a TypeError for everything else, other handles included."""
    with api_run() as run, api_run() as other:
        foreign = other.settimer(60, other.sleep, (0,))
        for bad in ["_EVENT:MainThread:1", 3, None, run.getlock(), foreign]:
            assert "Function 'canceltimer'" in refused(run.canceltimer, bad)


def test_sleep_is_never_early():
    """It promises so by getruntime, and that a negative time returns at once."""
    with api_run() as run:
        start = run.getruntime()
        assert run.sleep(0.05) is None
        assert run.getruntime() - start >= 0.05
        run.sleep(-1000)
        run.sleep(float("nan"))


@pytest.mark.parametrize("bad", ["1", None, (1,), True, [1]])
def test_sleep_takes_numbers_only(bad):
    """It promises the exact text, and that a bool is no number."""
    with api_run() as run:
        assert (
            "Function 'sleep' called with incorrect arguments.  "
            f"Arguments were args:({bad!r},), kwargs:{{}}"
        ) == refused(run.sleep, bad)


def test_sleep_takes_no_keyword():
    """It promises that the keyword stands in the text."""
    with api_run() as run:
        assert refused(run.sleep, seconds=1).endswith("args:(), kwargs:{'seconds': 1}")


@pytest.mark.parametrize(
    "name", ["getlock", "getruntime", "randomfloat", "exitall", "get_thread_name"]
)
def test_functions_without_parameters_say_so(name):
    """It promises the detail ``No arguments allowed.``"""
    with api_run() as run:
        assert (
            f"Function '{name}' called with incorrect arguments. No arguments allowed. "
            "Arguments were args:(1,), kwargs:{}"
        ) == refused(run.names[name], 1)
        assert run.ended == []


def test_exitall_ends_the_run():
    """It promises that the call doesn't return."""
    with api_run() as run:
        with pytest.raises(RunEnded):
            run.exitall()
        assert run.ended == ["exitall"]


def test_a_lock_is_acquired_once_and_released_by_anybody():
    """It promises True and False as the reference gives them."""
    with api_run() as run:
        lock = run.getlock()
        assert (
            lock.acquire(),
            lock.acquire(False),
            lock.acquire(0),
        ) == (True, False, False)
        run.settimer(0, lock.release, ())
        run.wait()
        assert lock.acquire(blocking=1) is True
        assert lock.release() is None


def test_releasing_a_free_lock_is_an_error_of_the_thread_module():
    """It promises type and text."""
    with api_run() as run:
        with pytest.raises(ThreadError) as caught:
            run.getlock().release()
        assert str(caught.value) == "release unlocked lock"


@pytest.mark.parametrize("bad", ["yes", None, 1.5])
def test_acquire_takes_a_bool_or_an_int(bad):
    """It promises a TypeError for everything else."""
    with api_run() as run:
        assert refused(run.getlock().acquire, bad).startswith(
            "Function 'acquire' called with incorrect arguments. "
        )


def test_names_of_events_count_up():
    """It promises MainThread, and numbers from 1 for timers."""
    with api_run() as run:
        names = [run.get_thread_name()]
        note = run.callback(lambda: names.append(run.get_thread_name()))
        for _ in range(2):
            run.settimer(0, note, ())
            run.wait()
        assert names == ["MainThread", "_EVENT:Thread:1", "_EVENT:Thread:2"]


def test_random_floats_are_below_one_and_charged():
    """It promises one unit of ``random`` for each."""
    with api_run() as run:
        values = [run.randomfloat() for _ in range(50)]
        assert all(0.0 <= value < 1.0 for value in values)
        assert len(set(values)) == 50
        assert 0 < run.ledger.usage()["random"] <= 50


def test_a_zero_rate_refuses():
    """It promises the text of the ledger in a plain Exception."""
    with api_run(random=0) as run, pytest.raises(Py2Exception) as caught:
        run.randomfloat()
    assert str(caught.value) == "Resource 'random' limit set to 0, won't drain!"


def test_call_rules_are_asked_with_the_documented_arguments():
    """It promises the dump of the denied call."""
    rules = "call sleep arg 0 is .1 allow\ncall sleep noargs is 2 allow\n"
    with api_run(rules=rules) as run, pytest.raises(Py2Exception) as caught:
        run.sleep(0.1)
    assert str(caught.value) == (
        "Call 'sleep' with args (0.1,) not allowed\n"
        "Matching dump:\n"
        "rule: ('arg', 0, '.1'), Value not allowed\n"
        "rule: ('noargs', 2), Wrong args count\n"
        "No matching rule found\n"
    )


def test_a_denied_call_without_arguments_stays_denied():
    """It promises the refusal at each call, and arguments checked before it."""
    with api_run(rules="call getruntime deny\n") as run:
        for _ in range(2):
            with pytest.raises(Py2Exception, match="Always match the empty rule"):
                run.getruntime()
        assert "No arguments allowed." in refused(run.getruntime, 1)


def test_an_uncaught_exception_of_a_timer_is_handed_on():
    """It promises that the event is over and its exception known."""
    with api_run() as run:
        run.settimer(0, run.callback(lambda: 1 // 0), ())
        run.wait()
        assert [ZeroDivisionError] == [type(error) for error in run.uncaught]
        assert run.held("events") == 0


def test_the_text_of_a_lock_has_its_kind():
    """It promises the wrapper's form."""
    with api_run() as run:
        assert re.fullmatch(
            r"<Namespace wrapped lock: <thread.lock object at 0x[0-9a-f]+>>",
            repr(run.getlock()),
        )
