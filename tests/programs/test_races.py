"""The corpus of racing programs: each bug is found, no mended twin is accused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat.testing import explore
from repy_compat.testing.running import replay_on
from repy_compat.testing.strategy import new_strategy
from repy_compat.testing.subject import Subject
from tests.exploring import RACES, programs, terms_of

# The full measure is 1,000 schedules a twin: tools/race_corpus.py.
TWIN_SCHEDULES = int(os.environ.get("REPY_TWIN_SCHEDULES", "60"))


def _other_pythons() -> list[str]:
    """Interpreters of the other supported versions, on the path or under pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = []
    for minor in range(10, 14):
        if minor == sys.version_info.minor:
            continue
        kept = [str(path) for path in versions.glob(f"3.{minor}.*/bin/python")]
        on_path = shutil.which(f"python3.{minor}")
        for path in [*kept, *([on_path] if on_path else [])]:
            if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
                found.append(path)
                break
    return found


OTHER_PYTHONS = _other_pythons()


@pytest.mark.parametrize("path", programs("bug"), ids=lambda path: path.stem)
def test_a_bug_is_found(path: Path) -> None:
    """Within 500 schedules of auto."""
    exploration = explore(path, schedules=500, **terms_of(path))  # type: ignore[arg-type]
    assert exploration.verdict == "fails"


@pytest.mark.parametrize("path", programs("fixed"), ids=lambda path: path.stem)
def test_a_mended_twin_holds(path: Path) -> None:
    """No finding under any schedule."""
    exploration = explore(path, schedules=TWIN_SCHEDULES, **terms_of(path))  # type: ignore[arg-type]
    assert exploration.ok, str(exploration)


def test_every_bug_has_its_twin() -> None:
    """The corpus holds at least 40 pairs."""
    bugs = [path.name.replace(".bug.", ".fixed.") for path in programs("bug")]
    assert bugs == [path.name for path in programs("fixed")]
    assert len(bugs) >= 40


def _tokens(path: Path, carrier: str) -> list[tuple[str, list[str]]]:
    subject = Subject(path, carrier=carrier, steps=2000, **terms_of(path))  # type: ignore[arg-type]
    strategy = new_strategy("random", 2, seed=len(path.name))
    found = []
    while (chooser := strategy.next()) is not None:
        run = subject.execute(chooser)
        found.append((run.token, run.trace))
    subject.close()
    return found


@pytest.mark.parametrize("path", programs("bug")[::6], ids=lambda path: path.stem)
def test_both_carriers_follow_a_token_to_the_same_trace(path: Path) -> None:
    """What threads did, greenlets do, step by step."""
    pytest.importorskip("greenlet")
    subject = Subject(path, carrier="greenlets", steps=2000, **terms_of(path))  # type: ignore[arg-type]
    for token, trace in _tokens(path, "threads"):
        assert replay_on(subject, token).trace == trace
    subject.close()


@pytest.mark.skipif(not OTHER_PYTHONS, reason="no other Python is installed")
@pytest.mark.parametrize("python", OTHER_PYTHONS)
def test_another_python_follows_a_token_to_the_same_trace(python: str) -> None:
    """The trace is the same text on every version of Python."""
    path = RACES / "transfer.bug.repy"
    [(token, trace), *_] = _tokens(path, "threads")
    script = (
        "import sys\nfrom repy_compat.testing import replay\n"
        "run = replay(sys.argv[1], sys.argv[2], carrier='threads', steps=2000)\n"
        "print('\\n'.join(run.trace))\n"
    )
    root = str(RACES.parent.parent.parent)
    done = subprocess.run(
        [python, "-c", script, str(path), token],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root, "PYTHONHASHSEED": "17"},
        check=False,
    )
    assert done.stdout.splitlines() == trace, done.stderr
