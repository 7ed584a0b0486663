"""The vessel folder: regular files by plain name, and nothing else."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

import repy_compat.limits.diskuse as diskuse_module
import repy_compat.world.files as files_module
from repy_compat.limits.diskuse import DiskBrake
from repy_compat.world.files import RealFiles

EVERY_BYTE = "".join(map(chr, range(256)))


@pytest.fixture(params=["descriptors", "paths"])
def files(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RealFiles:
    """A vessel, with the calls of Linux and with those every system has."""
    if request.param == "paths":
        monkeypatch.setattr(files_module, "_HAS_DIR_FD", False)
        monkeypatch.setattr(files_module, "_HAS_PREAD", False)
    vessel = tmp_path / "vessel"
    vessel.mkdir()
    return RealFiles(str(vessel))


def put(files: RealFiles, name: str, data: str) -> None:
    file = files.open(name, write=True, create=True)
    file.write_at(data, 0)
    file.close()


def refusal(call: object) -> OSError:
    with pytest.raises(OSError) as caught:
        call()  # type: ignore[operator]
    return caught.value


def test_bytes_come_back(files: RealFiles) -> None:
    """All 256 characters survive, at any offset."""
    put(files, "f", EVERY_BYTE)
    file = files.open("f", write=True)
    assert file.read_at(1000, 0) == EVERY_BYTE
    assert file.read_at(3, 65) == "ABC"
    assert file.read_at(3, 256) == file.read_at(3, 9999) == file.read_at(0, 5) == ""
    file.write_at("xyz", 300)
    assert file.size() == 303
    assert file.read_at(100, 250) == EVERY_BYTE[250:] + "\0" * 44 + "xyz"
    file.truncate(2)
    assert file.read_at(10, 0) == "\0\x01"
    file.close()
    file.close()
    assert refusal(lambda: file.read_at(1, 0)).errno == errno.EBADF


def test_modes(files: RealFiles) -> None:
    """Missing files are made only when asked; truncation happens at the opening."""
    error = refusal(lambda: files.open("f", write=False))
    assert (error.errno, error.filename) == (errno.ENOENT, "f")
    assert isinstance(error, FileNotFoundError)
    refusal(lambda: files.open("f", write=True))
    put(files, "f", "hello")
    assert files.open("f", write=True, create=True).size() == 5
    assert files.open("f", write=True, create=True, truncate=True).size() == 0
    reader = files.open("f", write=False)
    refusal(lambda: reader.write_at("x", 0))


def test_names_and_remove(files: RealFiles, tmp_path: Path) -> None:
    """All entries are listed; a removed one is gone; a missing one is ENOENT."""
    put(files, "a", "")
    put(files, ".b-C_", "")
    (tmp_path / "vessel" / "folder").mkdir()
    assert sorted(files.names()) == [".b-C_", "a", "folder"]
    files.remove("a")
    assert not files.is_regular("a")
    assert files.is_regular(".b-C_")
    error = refusal(lambda: files.remove("a"))
    assert (error.errno, error.filename) == (errno.ENOENT, "a")


def test_only_regular_files(files: RealFiles, tmp_path: Path) -> None:
    """Folders, pipes and links are no files, and nothing waits for a pipe."""
    vessel = tmp_path / "vessel"
    (tmp_path / "secret").write_text("secret")
    (vessel / "folder").mkdir()
    (vessel / "link").symlink_to(tmp_path / "secret")
    (vessel / "dangling").symlink_to(tmp_path / "made by the program")
    os.mkfifo(vessel / "pipe")
    for name in ("folder", "link", "pipe", "dangling"):
        assert not files.is_regular(name)
    if files_module._HAS_DIR_FD:
        for name in ("folder", "link", "pipe", "dangling"):
            for write in (False, True):
                error = refusal(lambda: files.open(name, write=write, create=write))  # noqa: B023
                assert error.filename == name
        assert not (tmp_path / "made by the program").exists()
    files.remove("link")
    assert (tmp_path / "secret").read_text() == "secret"


def test_names_that_leave_the_folder(files: RealFiles, tmp_path: Path) -> None:
    """Whoever calls: separators and parents find nothing."""
    (tmp_path / "secret").write_text("secret")
    for name in ("../secret", str(tmp_path / "secret"), "..", ".", "", "a/b", "a\0b"):
        assert not files.is_regular(name)
        for call in (
            lambda: files.open(name, write=False),  # noqa: B023
            lambda: files.open(name, write=True, create=True),  # noqa: B023
            lambda: files.remove(name),  # noqa: B023
        ):
            assert refusal(call).errno == errno.ENOENT


def test_a_folder_replaced_under_way(tmp_path: Path) -> None:
    """The vessel is the folder that was opened, whatever its name means later."""
    if not files_module._HAS_DIR_FD:
        pytest.skip("needs calls relative to a descriptor")
    (tmp_path / "v").mkdir()
    files = RealFiles(str(tmp_path / "v"))
    put(files, "mine", "x")
    (tmp_path / "v").rename(tmp_path / "moved")
    (tmp_path / "v").mkdir()
    assert files.names() == ["mine"]


def test_library_files_can_be_read(tmp_path: Path) -> None:
    """A library file is there for reading unless the vessel has its name."""
    for name in ("vessel", "library"):
        (tmp_path / name).mkdir()
    (tmp_path / "library" / "dylink.r2py").write_text("library")
    files = RealFiles(str(tmp_path / "vessel"), str(tmp_path / "library"))
    assert files.names() == []
    assert files.is_regular("dylink.r2py")
    assert files.open("dylink.r2py", write=False).read_at(99, 0) == "library"
    refusal(lambda: files.open("dylink.r2py", write=True))
    refusal(lambda: files.remove("dylink.r2py"))
    put(files, "dylink.r2py", "mine")
    assert files.open("dylink.r2py", write=False).read_at(99, 0) == "mine"
    assert (tmp_path / "library" / "dylink.r2py").read_text() == "library"


def test_a_file_that_vanishes_is_closed(tmp_path: Path) -> None:
    """An open file nobody holds any more gives its descriptor back."""
    files = RealFiles(str(tmp_path))
    put(files, "f", "")
    file = files.open("f", write=False)
    descriptor = file._descriptor[0]  # type: ignore[attr-defined]
    assert stat.S_ISREG(os.fstat(descriptor).st_mode)
    del file
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_no_such_vessel(tmp_path: Path) -> None:
    """A vessel that can't be opened is an OSError at once."""
    (tmp_path / "file").write_text("")
    for name in ("missing", "file"):
        refusal(lambda: RealFiles(str(tmp_path / name)))  # noqa: B023


def test_a_full_disk_is_passed_on() -> None:
    """Errors of the system keep their number."""
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    descriptor = os.open("/dev/full", os.O_RDWR)
    file = files_module._RealFile(descriptor)
    assert refusal(lambda: file.write_at("x", 0)).errno == errno.ENOSPC
    file.close()


def test_who_writes_far_over_the_limit_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a program can write before the next look at its folder is bounded."""
    monkeypatch.setattr(DiskBrake, "SLACK", 3_000)
    monkeypatch.setattr(DiskBrake, "MOST_AT_ONCE", 1_000)
    waiting, freed = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        freed.wait(10)

    monkeypatch.setattr(diskuse_module.time, "sleep", sleep)
    files = RealFiles(str(tmp_path), None, 10_000)
    put(files, "small", "x" * 1_000)
    thread = threading.Thread(target=put, args=(files, "large", "x" * 30_000))
    thread.start()
    assert waiting.wait(10)
    assert 3_000 <= (tmp_path / "large").stat().st_size < 6_000
    assert thread.is_alive()
    files.remove("small")
    assert files._brake is not None
    files._brake._most = 1e6
    freed.set()
    thread.join()
    assert (tmp_path / "large").stat().st_size == 30_000
