"""``repy port`` on the command line: report, files written, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from repy_compat.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two programs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sure.py").write_text("print 'x'\n")
    (tmp_path / "asks.py").write_text("def f(a, b):\n  return a / b\n")
    return tmp_path


def test_report_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --write nothing is written; 0 without questions, 1 with some."""
    assert main(["port", "sure.py"]) == 0
    assert "sure.py:1: print is a function" in capsys.readouterr().out
    assert main(["port", "sure.py", "asks.py"]) == 1
    assert "asks.py:2: 'a / b'" in capsys.readouterr().out
    assert sorted(p.name for p in folder.iterdir()) == ["asks.py", "sure.py"]


def test_write(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--write makes NAME3.py, --output names the file; the original stays."""
    assert main(["port", "--write", "sure.py"]) == 0
    assert (folder / "sure3.py").read_text() == "print('x')\n"
    assert main(["port", "--output=other.py", "sure.py"]) == 0
    assert (folder / "other.py").read_text() == "print('x')\n"
    assert (folder / "sure.py").read_text() == "print 'x'\n"
    assert "Written: sure3.py" in capsys.readouterr().out


def test_bytes_stay(folder: Path) -> None:
    """Bytes of the text that aren't ASCII are written as they were."""
    text = b"# -*- coding: latin-1 -*-\n# \xe4\nprint 1\n"
    (folder / "odd.py").write_bytes(text)
    assert main(["port", "--write", "odd.py"]) == 0
    assert (folder / "odd3.py").read_bytes() == text.replace(b"print 1", b"print(1)")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["no.py"],
        ["--what", "sure.py"],
        ["--output"],
        ["--output=x", "sure.py", "asks.py"],
    ],
)
def test_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong command line, or no such file, is one sentence and code 2."""
    assert main(["port", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_not_python2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text that isn't Python 2 is told with its place."""
    (folder / "new.py").write_text("x = 1\nasync def f(): pass\n")
    assert main(["port", "new.py"]) == 2
    assert "new.py:2: " in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """--help tells the options."""
    assert main(["port", "--help"]) == 0
    assert "--write" in capsys.readouterr().out
