"""The verbs explore, replay and trace: what they print, and their exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from repy_compat.commands import explore, replay, trace
from tests.exploring import DOCUMENTED

SAFE = "if callfunc == 'initialize': print 'fine'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "race.repy").write_text(DOCUMENTED)
    (tmp_path / "safe.repy").write_text(SAFE)
    (tmp_path / "endless.repy").write_text("while True: pass\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_explore_tells_the_verdict_by_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 holds, 1 fails, 3 inconclusive, 2 for what a person can mend."""
    assert explore.main(["safe.repy"]) == 0
    assert explore.main(["race.repy"]) == 1
    assert explore.main(["--steps", "100", "--schedules=2", "endless.repy"]) == 3
    assert explore.main(["missing.repy"]) == 2
    assert explore.main([]) == 2
    assert explore.main(["--strategy", "luck", "safe.repy"]) == 2
    assert explore.main(["--schedules", "many", "safe.repy"]) == 2
    assert explore.main(["--nonsense", "safe.repy"]) == 2
    told = capsys.readouterr().err
    assert "repy explore: unknown strategy 'luck': one of auto, " in told
    assert "repy explore: option --schedules needs a number, not 'many'" in told


def test_explore_ends_with_a_command_that_shows_it_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied into a shell it replays the very race, with the same limits."""
    assert explore.main(["--limit", "events=4", "race.repy", "word"]) == 1
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last[:3] == ["repy", "replay", "race.repy"]
    assert last[4:] == ["--limit=events=4", "--trace", "word"]
    assert replay.main(last[2:]) == 1
    shown = capsys.readouterr().out
    assert "_EVENT:Thread:1 race.repy:2 reads mycontext['count']" in shown
    assert "lost update: mycontext['count']" in shown
    assert "ended: normal after 0 virtual seconds" in shown


def test_explore_speaks_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with everything that the text says."""
    assert explore.main(["--json", "race.repy"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "fails"
    assert report["found"][0]["kind"] == "lost update"
    assert report["found"][0]["switches"] == 1
    assert [moment["line"] for moment in report["found"][0]["moments"]] == [2, 2, 2]


def test_replay_refuses_a_token_for_another_text(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a sentence that says what to do."""
    assert replay.main(["race.repy", "000000.3-2"]) == 2
    assert "belongs to another text" in capsys.readouterr().err
    assert replay.main(["race.repy"]) == 2


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """--help of each verb, exit code 0."""
    for verb in (explore, replay, trace):
        assert verb.main(["--help"]) == 0
        assert "--limit NAME=N" in capsys.readouterr().out


def test_trace_writes_one_self_contained_page(folder: Path) -> None:
    """Bars, locks, the curve; nothing is loaded, program text is escaped."""
    (folder / "locks.repy").write_text(
        "lock = getlock()\n"
        "def f(n):\n  lock.acquire()\n  sleep(1)\n  print '<script>', n\n"
        "  lock.release()\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
    )
    assert trace.main(["--out", "t.html", "--limit", "events=10", "locks.repy"]) == 0
    page = (folder / "t.html").read_text()
    assert not re.search(r"(src|href)=|https?://|@import", page)
    assert page.count("<script>") == 1
    assert "_EVENT:Thread:2: waits" not in page
    for kind in ("life", "run", "wait", "hold"):
        assert f'<rect class="{kind}"' in page
    assert "waits for lock: " in page
    assert "holds lock: " in page
    assert "events held (limit 10)" in page
    assert "3 of 10" in page


def test_trace_writes_chrome_traces(folder: Path) -> None:
    """A .json name gives the trace event format."""
    assert trace.main(["--out=t.json", "race.repy"]) == 0
    entries = json.loads((folder / "t.json").read_text())["traceEvents"]
    names = [e["args"]["name"] for e in entries if e["ph"] == "M"]
    assert names == ["MainThread", "_EVENT:Thread:1", "_EVENT:Thread:2"]
    assert max(e["args"]["events"] for e in entries if e["ph"] == "C") == 3
    assert all(e["dur"] > 0 for e in entries if e["ph"] == "X")


def test_trace_draws_the_schedule_of_a_token(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The race as explore found it."""
    explore.main(["race.repy"])
    token = re.search(r"token (\S+)", capsys.readouterr().out)
    assert token is not None
    assert trace.main(["--token", token.group(1), "race.repy"]) == 0
    assert token.group(1) in (folder / "trace.html").read_text()


LAYER = """
mycontext['lock'] = createlock()
class Guarded():
  def __init__(self, name, create):
    self.inner = openfile(name, create)
  def writeat(self, data, offset):
    mycontext['lock'].acquire(True)
    self.inner.writeat(data, offset)
    mycontext['lock'].release()
def guarded(name, create):
  return Guarded(name, create)
write = {'type': 'func', 'args': (str, int), 'exceptions': Exception, 'return': None,
    'target': Guarded.writeat}
CHILD_CONTEXT_DEF['openfile'] = {'type': 'objc', 'args': (str, bool),
    'exceptions': Exception, 'target': guarded,
    'return': {'obj-type': Guarded, 'name': 'Guarded', 'writeat': write}}
secure_dispatch_module()
"""
ATTACK = """
guarded = openfile(callargs[0], True)
try:
  guarded.writeat('far', 100)
except SeekPastEndOfFileError:
  pass
guarded.writeat('near', 0)
"""


def test_a_program_inside_a_layer_is_explored(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also from other folders; the line to paste finds the layer, too."""
    (folder / "layers").mkdir()
    (folder / "layers" / "guard.r2py").write_text(LAYER)
    (folder / "attack.r2py").write_text(ATTACK)
    layer = "--layer=layers/guard.r2py"
    assert explore.main([layer, "attack.r2py", "name"]) == 1
    told = capfd.readouterr()
    waits = "guard.r2py:7  waits for mycontext['lock'], which MainThread holds"
    assert waits in told.out
    last = told.out.splitlines()[-1].split()
    assert last[:3] == ["repy", "replay", "attack.r2py"]
    assert last[4:] == [layer, "--trace", "name"]
    assert replay.main(last[2:]) == 1
    again = capfd.readouterr()
    assert waits in again.out
    # The objects of a run that is over finalise in silence.
    assert (told.err, again.err) == ("", "")
    assert explore.main([layer, "safe.repy"]) == 2
    assert "security layers are Repy V2" in capfd.readouterr().err
