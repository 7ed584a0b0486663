"""repy_compat.run: the same outcome in a process and in a thread, and clear refusals."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import repy_compat
from repy_compat import Limits, RestrictionsError, UsageError

BOTH = pytest.mark.parametrize("isolation", ["process", "thread"])
HELLO = "if callfunc == 'initialize':\n  print 'hello', 7 / 2, callargs\n"


@BOTH
def test_output_and_exit_code(isolation: str) -> None:
    """Output, exit code and the way it ended come back."""
    outcome = repy_compat.run(source=HELLO, args=["a"], isolation=isolation)
    assert outcome.output == "hello 3 ['a']\n"
    assert (outcome.errors, outcome.exit_code, outcome.how) == ("", 0, "normal")
    assert outcome.ok


@BOTH
@pytest.mark.parametrize(
    ("statement", "code", "how"),
    [
        ("exitall()", 200, "exitall"),
        ("raise SystemExit", 4, "systemexit"),
        ("raise ValueError('x')", 6, "exception"),
        ("import os", 3, "refused"),
    ],
)
def test_every_end_has_its_code(
    isolation: str, statement: str, code: int, how: str
) -> None:
    """Exit codes are those of the specification, sections 3.5 and 4.4."""
    outcome = repy_compat.run(source=statement, isolation=isolation)
    assert (outcome.exit_code, outcome.how) == (code, how)


@BOTH
def test_failure_in_a_timer(isolation: str) -> None:
    """An uncaught exception in a timer ends the program with code 30."""
    source = "def f():\n  1 / 0\nif callfunc == 'initialize':\n  settimer(0, f, ())\n"
    outcome = repy_compat.run(source=source, isolation=isolation)
    assert outcome.exit_code == 30
    assert "integer division or modulo by zero" in outcome.detail
    assert '"program.repy", line 2, in f' in outcome.errors


@BOTH
def test_most_held_is_told(isolation: str) -> None:
    """The outcome tells how many events were held at most."""
    source = (
        "def f():\n  pass\n"
        "if callfunc == 'initialize':\n"
        "  timers = [settimer(9, f, ()) for n in range(3)]\n"
        "  for timer in timers:\n    canceltimer(timer)\n"
    )
    outcome = repy_compat.run(source=source, isolation=isolation)
    assert outcome.most_held["events"] == 4
    assert outcome.left == {}


@BOTH
def test_limits_hold(isolation: str) -> None:
    """The limits that are given are those of the run."""
    source = (
        "def f():\n  pass\n"
        "if callfunc == 'initialize':\n"
        "  try:\n    settimer(0, f, ())\n"
        "  except Exception, e:\n    print e\n"
    )
    limits = Limits.default().replace(events=1)
    outcome = repy_compat.run(source=source, limits=limits, isolation=isolation)
    assert outcome.output == "Resource 'events' limit exceeded!!\n"


@BOTH
def test_timeout_ends_a_sleeper(isolation: str) -> None:
    """A program that is still running after the timeout is ended."""
    outcome = repy_compat.run(source="sleep(99)", timeout=0.2, isolation=isolation)
    assert (outcome.how, outcome.exit_code) == ("timeout", 124)


@BOTH
def test_runs_do_not_see_each_other(isolation: str) -> None:
    """Many runs side by side have contexts, limits and folders of their own."""
    source = (
        "if callfunc == 'initialize':\n"
        "  mycontext[callargs[0]] = 1\n"
        "  file('mine', 'w').write(callargs[0])\n"
        "  sleep(0.05)\n"
        "  print mycontext.keys(), listdir(), file('mine').read()\n"
    )
    outcomes: dict[str, str] = {}

    def one(word: str) -> None:
        outcome = repy_compat.run(source=source, args=[word], isolation=isolation)
        outcomes[word] = outcome.output + outcome.errors

    threads = [threading.Thread(target=one, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {str(n): f"['{n}'] ['mine'] {n}\n" for n in range(8)}


@BOTH
def test_folder_is_the_vessel(isolation: str, tmp_path: Path) -> None:
    """Files are read from and written to the folder that is given."""
    (tmp_path / "in").write_bytes(b"caf\xe9")
    source = "if callfunc == 'initialize':\n  file('out', 'w').write(file('in').read() * 2)\n"
    outcome = repy_compat.run(source=source, folder=tmp_path, isolation=isolation)
    assert outcome.errors == ""
    assert (tmp_path / "out").read_bytes() == b"caf\xe9caf\xe9"


def test_program_file_with_include(tmp_path: Path) -> None:
    """A file's includes are found beside it, and its dialect is that of its name."""
    (tmp_path / "part.repy").write_text("print 'part'\n")
    (tmp_path / "whole.repy").write_text("include part.repy\n")
    outcome = repy_compat.run(tmp_path / "whole.repy")
    assert outcome.output == "part\npart\n"


def test_refusals_name_what_is_wrong() -> None:
    """Arguments that make no sense are refused before anything runs."""
    with pytest.raises(UsageError, match="either the path of a program or its source"):
        repy_compat.run()
    with pytest.raises(UsageError, match="isolation is 'process' or 'thread'"):
        repy_compat.run(source="pass", isolation="none")
    with pytest.raises(UsageError, match="greater than 0"):
        repy_compat.run(source="pass", timeout=0)
    with pytest.raises(UsageError, match="list of words"):
        repy_compat.run(source="pass", args="abc")
    with pytest.raises(UsageError, match="a Repy text is bytes"):
        repy_compat.run(source="print '\u20ac'")
    with pytest.raises(UsageError, match="dialect is 'V1' or 'V2'"):
        repy_compat.run(source="pass", dialect="V3")
    with pytest.raises(RestrictionsError):
        repy_compat.run(source="pass", limits="/nowhere/at/all")


def test_check_lists_every_complaint() -> None:
    """check finds all that is wrong, each with its line."""
    complaints = repy_compat.check(source="import os\nx = 1\nx.__class__\n")
    assert [complaint.line for complaint in complaints] == [1, 3]
