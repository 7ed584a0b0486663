"""The cache of compiled programs: fast when right, silent when not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat.api import v1_files, v2_files
from repy_compat.language.cache import CodeCache, default_folder, path_in_cache
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect

CODE = compile("x = 40 + 2", "m", "exec")


@pytest.fixture
def cache(tmp_path: Path) -> CodeCache:
    return CodeCache(str(tmp_path / "deep" / "cache"))


def entry(cache: CodeCache) -> Path:
    (path,) = Path(cache.folder).iterdir()
    return path


def test_an_entry_comes_back(cache: CodeCache) -> None:
    """What was stored is loaded, from a folder that only the user can read."""
    cache.store("key", CODE)
    assert cache.load("key") == CODE
    assert os.stat(cache.folder).st_mode & 0o777 == 0o700
    assert cache.load("other") is None


@pytest.mark.parametrize("damage", ["", "short", "flipped", "renamed", "garbage"])
def test_a_damaged_entry_is_none(cache: CodeCache, damage: str) -> None:
    """An entry that isn't whole and right is as good as none."""
    cache.store("key", CODE)
    path = entry(cache)
    data = bytearray(path.read_bytes())
    if damage == "short":
        del data[-3:]
    elif damage == "flipped":
        data[-5] ^= 1
    elif damage == "garbage":
        data[:] = b"\xff" * 100
    if damage == "renamed":
        path.rename(path_in_cache(cache.folder, "stolen"))
        assert cache.load("stolen") is None
        return
    path.write_bytes(bytes(data) if damage else b"")
    assert cache.load("key") is None


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_others_can_write_to_is_not_trusted(
    cache: CodeCache, mode: int
) -> None:
    """Entries are code: a folder that others can write to isn't read or written."""
    cache.store("key", CODE)
    os.chmod(cache.folder, mode)
    assert cache.load("key") is None
    cache.store("new", CODE)
    assert not os.path.exists(path_in_cache(cache.folder, "new"))


@pytest.mark.parametrize("check_name", [v1_files.check_name, v2_files.check_name])
def test_no_program_can_make_an_entry(cache: CodeCache, check_name) -> None:
    """Even where the vessel folder is the cache folder: entries have other names."""
    cache.store("key", CODE)
    with pytest.raises(Exception, match="disallowed character"):
        check_name(entry(cache).name)


def test_a_link_is_not_followed(cache: CodeCache, tmp_path: Path) -> None:
    """An entry that is a link to somewhere else isn't taken."""
    cache.store("key", CODE)
    path = entry(cache)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert cache.load("key") is None


def test_an_impossible_folder_says_nothing(tmp_path: Path) -> None:
    """Where nothing can be kept, programs are compiled each time."""
    blocker = tmp_path / "file"
    blocker.write_text("")
    cache = CodeCache(str(blocker / "cache"))
    cache.store("key", CODE)
    assert cache.load("key") is None


def test_keys_tell_everything_apart(cache: CodeCache) -> None:
    """Another text, dialect, name or flag is another entry."""
    keys = {
        cache.key("d", "V1", "n", False),
        cache.key("e", "V1", "n", False),
        cache.key("d", "V2", "n", False),
        cache.key("d", "V1", "m", False),
        cache.key("d", "V1", "n", True),
    }
    assert len(keys) == 5


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """REPY_CACHE_DIR wins over XDG_CACHE_HOME; empty keeps nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert default_folder() == os.path.join("/xdg", "repy_compat")
    monkeypatch.setenv("REPY_CACHE_DIR", "/mine")
    assert default_folder() == "/mine"
    monkeypatch.setenv("REPY_CACHE_DIR", "")
    assert CodeCache().load("key") is None


def test_a_hit_loads_no_pipeline(cache: CodeCache) -> None:
    """A program from the cache is ready without ast, re or the parser."""
    source = "x = 1\n"
    compile_program(source, "p.repy", Dialect.V1, cache=cache)
    script = (
        "import sys\n"
        "from repy_compat.language.compiler import CodeCache, compile_program\n"
        "from repy_compat.language.dialect import Dialect\n"
        f"cache = CodeCache({cache.folder!r})\n"
        f"compile_program({source!r}, 'p.repy', Dialect.V1, cache=cache)\n"
        "print([m for m in sys.modules if m == 'ast' or '.language.p' in m])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
