"""The pytest plugin: the fixture, its marker and options, and old test folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat.testing.legacy import LegacyFailure, command, helper, is_helper
from repy_compat.testing.plugin import Repy
from repy_compat.testing.pragmas import Expectation
from tests.exploring import DOCUMENTED

ROOT = Path(__file__).parent.parent.parent


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with nothing loaded but our plugin."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "repy_compat.testing.plugin",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            *words,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HOME": str(folder),
        },
        check=False,
    )


TESTS = f"""
import pytest
PROGRAM = {DOCUMENTED!r}

def test_runs(repy):
    assert repy.run(PROGRAM).mycontext == {{"count": 2}}

@pytest.mark.repy(limits={{"events": 2}})
def test_terms(repy):
    assert repy.run(PROGRAM).how == "exception"
    assert repy.run(PROGRAM, limits={{"events": 3}}).how == "normal"

def test_holds(repy):
    repy.explore(PROGRAM)
"""


def test_the_fixture_explores_and_ends_with_the_line_to_paste(tmp_path: Path) -> None:
    """A failure names its token; with it, the schedule is run again alone."""
    (tmp_path / "test_it.py").write_text(TESTS)
    done = pytest_in(tmp_path, "-q")
    assert "1 failed, 2 passed" in done.stdout
    assert "lost update: mycontext['count']" in done.stdout
    line = next(line for line in done.stdout.splitlines() if "--repy-replay" in line)
    token = line.split()[-1]
    again = pytest_in(tmp_path, "-q", "-k", "holds", "--repy-replay", token)
    assert "1 failed" in again.stdout
    assert "_EVENT:Thread:2 program.repy:2 writes mycontext['count']" in again.stdout
    first = pytest_in(tmp_path, "-q", "-k", "holds", "--repy-schedules", "1")
    assert "1 passed" in first.stdout


OLD = {
    "ut_mod_prints.repy": "#pragma repy\n#pragma out hello\n#pragma out world\n"
    "if callfunc == 'initialize':\n  print 'hello'\n  print 'world'\n",
    "ut_mod_quiet.r2py": "#pragma repy\nmycontext['x'] = 1\n",
    "ut_mod_wrong.repy": "#pragma repy\n#pragma out never said\nprint 'hello'\n",
    "ut_mod_error.repy": "#pragma repy\n#pragma error ZeroDivision\nprint 1 / 0\n",
    "ut_mod_uses.repy": "#pragma repy\n#pragma out made\n"
    "if callfunc == 'initialize':\n  print open('made.txt').read()\n",
    "ut_mod_setup.repy": "handle = open('made.txt', 'w')\nhandle.write('made')\n"
    "handle.close()\n",
    "ut_mod_shutdown.py": "import os\nos.remove('made.txt')\nopen('down', 'w')\n",
    "ut_mod_subprocess.py": "import time\nopen('beside', 'w')\ntime.sleep(60)\n",
}


def test_an_old_test_folder_runs_with_plain_pytest(tmp_path: Path) -> None:
    """Each ut_ file is an item; setup, subprocess and shutdown frame its module."""
    for name, text in OLD.items():
        (tmp_path / name).write_text(text)
    done = pytest_in(tmp_path, "-q")
    assert "1 failed, 4 passed" in done.stdout, done.stdout + done.stderr
    assert "ut_mod_wrong.repy: standard output lacks 'never said'" in done.stdout
    assert "ut_mod_wrong.repy\n" in done.stdout
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert left == sorted([*OLD, "beside", "down"])


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    """Only pytest: the rest comes when a test asks for it."""
    script = (
        "import sys, pytest\nbefore = set(sys.modules)\n"
        "import repy_compat.testing.plugin\n"
        "new = [n for n in set(sys.modules) - before if not n.startswith('_pytest')]\n"
        "print(sorted(new))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() in (
        "['repy_compat', 'repy_compat.testing', 'repy_compat.testing.plugin']",
    )


def test_pragmas_are_read_as_the_old_runner_did() -> None:
    """Restrictions and layers before the test's name; texts in order."""
    wanted = Expectation.of(
        "#pragma repy r.default dylink.r2py\n#pragma out a\n#pragma out b\nx\n"
    )
    assert wanted == Expectation(("r.default", "dylink.r2py"), ("a", "b"), ())
    assert wanted.complaints("..a..b", "") == []
    assert "lacks 'b' after what came before" in wanted.complaints("b a", "")[0]
    assert "should be empty" in wanted.complaints("ab", "oops")[0]
    anything = Expectation.of("#pragma error\n")
    assert anything.words == ("restrictions.default",)
    assert anything.complaints("", "whatever") == anything.complaints("", "") == []


def test_helpers_are_told_from_tests(tmp_path: Path) -> None:
    """By their names; a helper may be Repy or Python."""
    test = tmp_path / "ut_net_send.repy"
    setup = tmp_path / "ut_net_setup.py"
    setup.write_text("")
    test.write_text("")
    assert [is_helper(path) for path in (test, setup)] == [False, True]
    assert helper(test, "setup") == setup
    assert helper(test, "shutdown") is None
    assert command(setup) == [sys.executable, "ut_net_setup.py"]


def test_a_failure_is_harmless_for_a_terminal(tmp_path: Path) -> None:
    """pytest shows it as it is; what a program prints and raises is in it."""
    text = "raise Exception('\x1b]0;mine\x07')\n"
    fixture = Repy({}, schedules=3, seed=0, token=None, node="test_it.py::test")
    with pytest.raises(AssertionError) as failed:
        fixture.explore(text)
    path = tmp_path / "ut_a_b.repy"
    path.write_text("#pragma repy\n")
    old = LegacyFailure(path, ["it printed \x1b]0;mine\x07\x9b2J"])
    for told in (str(failed.value), str(old)):
        assert "<1b>]0;mine<07>" in told
        assert not set(told) & set("\x1b\x07\x9b")
