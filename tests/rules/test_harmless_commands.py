"""What our own commands say about a stranger's files does nothing to a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat import grading
from repy_compat.commands import trace
from repy_compat.grading import Verdict
from repy_compat.world.output import harmless

pty = pytest.importorskip("pty")

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = b"include \x1b[2Jx\rgood\xc2\x9b.repy\nx = 5 \x1b]0;title\x07 +\n"


def on_a_terminal(folder: Path, *words: bytes | str) -> tuple[int, bytes]:
    """The exit code of a command, and what arrived at its terminal."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "repy_compat", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=slave, stderr=slave, stdin=slave
    )
    os.close(slave)
    arrived = b""
    try:
        while piece := os.read(master, 65536):
            arrived += piece
    except OSError:
        pass  # all who held the terminal have ended
    os.close(master)
    return child.wait(), arrived


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "--format=github"),
        ("check", "--format=sarif"),
        ("pp",),
        ("port",),
        ("explore",),
        ("run",),
        (),
    ],
    ids=" ".join,
)
def test_texts_and_names(tmp_path: Path, words: tuple[str, ...]) -> None:
    """No control character of a text or of a file's name reaches the terminal."""
    name = b"a\x1b[5m\r\xff.repy"
    (tmp_path / os.fsdecode(name)).write_bytes(HOSTILE)
    more = ("out",) if words == ("pp",) else ()
    code, arrived = on_a_terminal(tmp_path, *words, name, *more)
    assert code in (1, 2, 3, 4)
    assert b"Traceback" not in arrived
    assert b"a<1b>[5m" in arrived or b"a%1B%5B5m" in arrived
    told = arrived.replace(b"\r\n", b"")
    if words == ("run",):
        # As what a program prints: it may begin a line again.
        told = told.replace(b"\r", b"")
    assert not set(told) & set(range(32))


def test_progress_is_still_shown(tmp_path: Path) -> None:
    """A line of ours comes in the place of the one before, and goes."""
    (tmp_path / "a.repy").write_bytes(b"if callfunc == 'initialize':\n  print 1\n")
    code, arrived = on_a_terminal(tmp_path, "explore", "--schedules=1", "a.repy")
    assert code == 0
    assert b"\r1 of 1 schedules\x1b[K\r\x1b[K" in arrived


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict"])
def test_a_name_that_no_encoding_has(tmp_path: Path, encoding: str) -> None:
    """A complaint about it goes out all the same, in every format."""
    (tmp_path / os.fsdecode(b"\xff\xe9.repy")).write_bytes(b"import os\n")
    for form in ("text", "github", "sarif"):
        command = [sys.executable, "-m", "repy_compat", "check", f"--format={form}"]
        done = subprocess.run(
            [*command, b"\xff\xe9.repy"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        assert b"import" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_pages_about_a_name_that_is_no_text(tmp_path: Path) -> None:
    """They are written all the same."""
    name = os.fsdecode(b"\xff.r2py")
    (tmp_path / name).write_text("log(1)\n")
    page = tmp_path / "page.html"
    assert trace.main(["--out", str(page), str(tmp_path / name)]) == 0
    assert "\\udcff.r2py" in page.read_text()
    verdict = Verdict(name, name, "passed", "", 0, "normal", 0.1, "", "", "")
    grading.write_csv(str(tmp_path / "m.csv"), [verdict])
    assert "\\udcff.r2py" in (tmp_path / "m.csv").read_text()


def test_harmless() -> None:
    """What a terminal acts on, or what changes the order of letters, is spelt out."""
    assert harmless("a\tb\nc\x1b[1m\r\x9b\x7f\u202e\udc9bé") == (
        "a\tb\nc<1b>[1m<0d><9b><7f><202e><9b>é"
    )
