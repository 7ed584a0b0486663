"""Circular logs: how one is opened, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from repy_compat.world.circularlog import CircularLog

SIZE = 16384


def content(folder: Path) -> dict[str, bytes]:
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def test_opening_continues(tmp_path: Path) -> None:
    """Existing files are continued; a lone new file becomes the old one."""
    name = str(tmp_path / "log")
    log = CircularLog(name)
    assert content(tmp_path) == {".old": b""}
    log.write(b"one")
    log.close()
    log = CircularLog(name)
    log.write(b"two")
    log.close()
    log.close()
    assert content(tmp_path) == {".old": b"onetwo"}
    (tmp_path / "log.new").write_bytes(b"new")
    log = CircularLog(name)
    log.write(b"er")
    log.close()
    assert content(tmp_path) == {".old": b"onetwo", ".new": b"newer"}
    (tmp_path / "log.old").unlink()
    CircularLog(name).close()
    assert content(tmp_path) == {".old": b"newer", ".new": b""}


def test_a_full_file_stays_until_the_next_piece(tmp_path: Path) -> None:
    """A fill of exactly one file rotates only when more comes."""
    log = CircularLog(str(tmp_path / "log"))
    assert log.write(b"a" * SIZE) == SIZE
    assert content(tmp_path) == {".old": b"a" * SIZE}
    assert log.write(b"b") == 1
    assert content(tmp_path) == {".old": b"a" * SIZE, ".new": b"b"}
    log.write(b"c" * SIZE)
    both = content(tmp_path)
    assert both == {".old": b"b" + b"c" * (SIZE - 1), ".new": b"c"}
    log.close()


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("extra", [0, 1, 5000])
def test_a_piece_larger_than_both(tmp_path: Path, first: bool, extra: int) -> None:
    """Its tail is kept and charged, and the log goes on as usual afterwards."""
    log = CircularLog(str(tmp_path / "log"))
    if not first:
        log.write(b"x" * SIZE)
        log.write(b"y" * SIZE)
    fill = len(content(tmp_path)[".old" if first else ".new"])
    piece = bytes(range(256)) * 500
    piece = piece[: 3 * SIZE + extra - fill]
    assert log.write(piece) == SIZE + extra
    tail = piece[-SIZE - extra :]
    assert content(tmp_path) == {".old": tail[:SIZE], ".new": tail[SIZE:]}
    log.write(b"z" * SIZE)
    both = content(tmp_path)
    kept = tail[SIZE:] if extra else tail
    assert both[".old"] + both[".new"] == kept + b"z" * SIZE
    log.close()


def test_an_unwritable_log(tmp_path: Path) -> None:
    """A log that can't be opened is an OSError at once."""
    with pytest.raises(OSError):
        CircularLog(str(tmp_path / "no" / "log"))


def test_a_foreign_long_file(tmp_path: Path) -> None:
    """A file that is too long already passes its turn; nothing is cut from it."""
    (tmp_path / "log.old").write_bytes(b"q" * (SIZE + 5))
    log = CircularLog(str(tmp_path / "log"))
    log.write(b"new")
    assert content(tmp_path) == {".old": b"q" * (SIZE + 5), ".new": b"new"}
    log.close()
