"""The worked example of docs/porting-seash.md: a shell for many targets, ported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from repy_compat.porting.port.passes import port
from tests.python27 import interpreter

_FOLDER = Path(__file__).parent / "shell"
_ROOT = Path(__file__).parents[3]


@cache
def _printed_by_python2(workers: int) -> bytes:
    python2 = interpreter()
    if python2 is None:
        pytest.skip("no Python 2.7 here")
    environment = dict(
        os.environ,
        SEATTLELIB=str(_ROOT / "seattlelib"),
        PYTHONPATH=str(_FOLDER / "python2"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    return _printed(
        [python2, str(_FOLDER / "multishell.py"), str(workers)], environment
    )


def _printed(command: list[str], environment: dict[str, str]) -> bytes:
    with open(_FOLDER / "commands.txt", "rb") as commands:
        done = subprocess.run(
            command, stdin=commands, capture_output=True, timeout=60, env=environment
        )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("workers", [1, 5, 50])
def test_same_output(workers: int, tmp_path: Path) -> None:
    """The ported shell prints what the Python 2 one prints, failing targets and all."""
    program = shutil.copy(_FOLDER / "multishell3.py", tmp_path)
    environment = dict(os.environ, PYTHONPATH=str(_ROOT))
    printed = _printed([sys.executable, program, str(workers)], environment)
    assert b"error: 2, ok: 9 (81% answered)" in printed
    assert printed == _printed_by_python2(workers)


def test_old_names(tmp_path: Path) -> None:
    """With tools/ on the Python path, the imports of the original work as they are."""
    text = (_FOLDER / "multishell3.py").read_text("utf-8")
    text = text.replace(
        "from repy_compat.porting.repyportability", "from repyportability"
    )
    text = text.replace(
        "from repy_compat.porting import repyhelper", "import repyhelper"
    )
    program = tmp_path / "multishell.py"
    program.write_text(text, "utf-8")
    path = os.pathsep.join([str(_ROOT), str(_ROOT / "tools")])
    printed = _printed(
        [sys.executable, str(program), "5"], dict(os.environ, PYTHONPATH=path)
    )
    assert b"12 commands" in printed or b"11 commands" in printed


def test_the_ported_text_is_what_the_tool_writes() -> None:
    """The kept Python 3 text differs from the tool's in lines with a question only."""
    original = (_FOLDER / "multishell.py").read_bytes()
    result = port("multishell.py", original)
    kept = (_FOLDER / "multishell3.py").read_text("utf-8").splitlines()
    helper = "from repy_compat.porting.compat import old_div"
    written = result.text.splitlines()
    written.remove(helper)  # gone once the questions are answered
    assert len(kept) == len(written)
    different = {
        number
        for number, pair in enumerate(zip(kept, written, strict=True), 1)
        if pair[0] != pair[1]
    }
    assert different == {question.line for question in result.questions}


def test_unanswered_text_does_the_same(tmp_path: Path) -> None:
    """What the tool writes before anybody answered prints the same, too."""
    program = tmp_path / "multishell3.py"
    result = port("multishell.py", (_FOLDER / "multishell.py").read_bytes())
    program.write_text(result.text, "utf-8")
    environment = dict(os.environ, PYTHONPATH=str(_ROOT))
    printed = _printed([sys.executable, str(program), "5"], environment)
    assert printed == _printed_by_python2(5)
