"""Calls that fail at the end of the stack leave nothing half-done (T4)."""

from __future__ import annotations

import contextlib
import sys

import pytest

from repy_compat.api.exceptions import FileError, Py2IOError
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run


def deeper(levels, call):
    """Make ``call`` that many calls further down the stack."""
    if levels:
        return deeper(levels - 1, call)
    return call()


def levels_left():
    """How many more calls the stack holds, as seen from the caller."""
    frame, here = sys._getframe(1), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1
    return sys.getrecursionlimit() - here


def at_every_depth(call, *, reach=120):
    """Make ``call`` with ever less room on the stack, until there's none."""
    room = levels_left()
    for levels in range(max(room - reach, 1), room + 5):
        with contextlib.suppress(RecursionError):
            deeper(levels, call)


def test_opening_v1_files():
    """It promises no item without an open file."""
    with api_run(filesopened=3) as run:

        def use():
            run.open("f", "w").close()

        at_every_depth(use)
        assert run.held("filesopened") == 0
        run.open("f").close()


def test_opening_and_using_v2_files():
    """It promises no item without an open file, and no lock held."""
    with api_run(Dialect.V2, filesopened=3) as run:
        kept = run.openfile("kept", True)

        def use():
            run.openfile("f", True)
            kept.writeat("abc", 0)
            kept.readat(None, 0)

        at_every_depth(use)
        assert run.held("filesopened") == 1
        assert kept.readat(None, 0) == "abc"
        run.openfile("f", True).close()
        kept.close()
        assert run.held("filesopened") == 0


def test_reading_and_writing_v1_files():
    """It promises that the file can still be used and closed."""
    with api_run(filesopened=1) as run:
        handle = run.open("f", "w+")

        def use():
            handle.write("line\n")
            handle.seek(0)
            handle.readline()

        at_every_depth(use)
        handle.seek(0)
        assert handle.readline() == "line\n"
        handle.close()
        assert run.held("filesopened") == 0


def test_closing_files():
    """It promises that a close that failed can be made again."""
    with api_run(filesopened=2) as run:
        for _ in range(3):
            handle = run.open("f", "w")
            at_every_depth(handle.close, reach=60)
            handle.close()
            assert run.held("filesopened") == 0


def test_setting_and_cancelling_timers():
    """It promises that every event held belongs to a timer that is pending."""
    with api_run(events=1) as run:

        def use():
            run.canceltimer(run.settimer(1000, run.sleep, (0,)))

        at_every_depth(use)
        run.settimer(1000, run.sleep, (0,))


def test_a_dropped_file_is_found_again_when_its_finaliser_could_not_run(monkeypatch):
    """It promises so for name and place."""
    # The interpreter reports finalisers that fail; pytest would take offence.
    monkeypatch.setattr(sys, "unraisablehook", lambda _report: None)
    with api_run(Dialect.V2, filesopened=1) as run:
        handles = []
        room = levels_left()
        for levels in range(room - 30, room + 1):
            handles.append(run.openfile("f", True))
            with contextlib.suppress(RecursionError):
                deeper(levels, handles.clear)
            handles.clear()
            run.openfile("f", True).close()
        assert run.held("filesopened") == 0


@pytest.mark.parametrize("dialect", [Dialect.V1, Dialect.V2])
def test_the_end_of_the_run_closes_what_is_open(dialect):
    """It promises an empty ledger."""
    with api_run(dialect) as run:
        opener = run.open if dialect is Dialect.V1 else run.openfile
        kept = opener("f", "w" if dialect is Dialect.V1 else True)
        assert run.held("filesopened") == 1
        run.runtime.close()
        assert run.held("filesopened") == 0
        assert kept is not None


class Busy:
    """A raw file in whose reads and writes a finaliser of the program runs."""

    def __init__(self, raw, interrupt):
        self._raw = raw
        self._interrupt = interrupt

    def __getattr__(self, name):
        if name in ("read_at", "write_at"):
            self._interrupt()
        return getattr(self._raw, name)


@pytest.mark.parametrize("dialect", [Dialect.V1, Dialect.V2])
def test_a_finaliser_may_use_the_file_that_it_interrupts(dialect):
    """It promises that no event waits for itself."""
    with api_run(dialect) as run:
        files = run.runtime.world.files
        really_open, handles, pending = files.open, [], []

        def interrupt():
            if pending:
                pending.pop()()

        files.open = lambda *given, **named: Busy(
            really_open(*given, **named), interrupt
        )
        if dialect is Dialect.V1:
            handle = run.open("f", "w+")
            handle.write("abc")
            pending.append(lambda: handle.seek(0))
            handle.write("def")
            pending.append(handle.close)
            handle.seek(0)
            with pytest.raises(Py2IOError):
                handle.read()
        else:
            handle = run.openfile("f", True)
            handle.writeat("abc", 0)
            pending.append(lambda: handles.append(handle.readat(None, 0)))
            handle.writeat("def", 3)
            assert handles == ["abc"]
            pending.append(handle.close)
            with pytest.raises(FileError):
                handle.readat(None, 0)
        assert pending == []
        assert run.held("filesopened") == 0
