"""The file that holds the code of our modules: what is taken from it, and when."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from repy_compat.bundle import Bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package's folder with the module ``one`` and the package ``two``."""
    root = tmp_path / "installed"
    (root / "two").mkdir(parents=True)
    (root / "one.py").write_text("value = 1\n")
    (root / "two" / "__init__.py").write_text("value = 2\n")
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(bundle: Bundle, name: str, root: Path) -> ModuleType | None:
    spec = bundle.find_spec(f"repy_compat.{name}", [str(root)])
    if spec is None:
        return None
    module = importlib.util.module_from_spec(spec)
    bundle.exec_module(module)
    return module


def filled(cache: Path, root: Path) -> Bundle:
    """A bundle as the next command finds it."""
    first = Bundle(str(cache), str(root))
    load(first, "one", root)
    load(first, "two", root)
    first.refresh()
    return Bundle(str(cache), str(root))


def from_bundle(bundle: Bundle, name: str) -> bool:
    spec = bundle.find_spec(f"repy_compat.{name}", [])
    return spec is not None


def test_it_keeps_what_was_imported(cache: Path, root: Path) -> None:
    """What one command imported the next one takes from the file."""
    bundle = filled(cache, root)
    assert from_bundle(bundle, "one") and from_bundle(bundle, "two")
    module = load(bundle, "one", root)
    assert module is not None
    assert (module.value, module.__file__) == (1, str(root / "one.py"))


def test_a_package_stays_one(cache: Path, root: Path) -> None:
    """A package from the file finds its own modules."""
    package = load(filled(cache, root), "two", root)
    assert package is not None
    assert list(package.__path__) == [str(root / "two")]


def test_a_changed_source_is_noticed(cache: Path, root: Path) -> None:
    """Another time of the source is enough to import it as ever."""
    bundle = filled(cache, root)
    source = root / "one.py"
    source.write_text("value = 7\n")
    os.utime(source, ns=(1, 1))
    module = load(bundle, "one", root)
    assert module is not None and module.value == 7
    bundle.refresh()
    again = load(Bundle(str(cache), str(root)), "one", root)
    assert again is not None and again.value == 7


def test_a_removed_source_is_noticed(cache: Path, root: Path) -> None:
    """A module whose source is gone isn't there."""
    bundle = filled(cache, root)
    (root / "one.py").unlink()
    assert not from_bundle(bundle, "one")


def test_refresh_adds(cache: Path, root: Path) -> None:
    """Two commands that imported different things both leave them there."""
    one, two = Bundle(str(cache), str(root)), Bundle(str(cache), str(root))
    load(one, "one", root)
    load(two, "two", root)
    one.refresh()
    two.refresh()
    bundle = Bundle(str(cache), str(root))
    assert from_bundle(bundle, "one") and from_bundle(bundle, "two")


def test_nobody_else_may_write_it(cache: Path, root: Path) -> None:
    """A file or a folder that others can write to isn't used."""
    filled(cache, root)
    (file,) = cache.iterdir()
    file.chmod(0o666)
    assert not from_bundle(Bundle(str(cache), str(root)), "one")
    file.chmod(0o600)
    assert from_bundle(Bundle(str(cache), str(root)), "one")
    cache.chmod(0o777)
    assert not from_bundle(Bundle(str(cache), str(root)), "one")


@pytest.mark.parametrize("place", [0, 16, 40, 60, -1])
def test_half_a_file_is_none(cache: Path, root: Path, place: int) -> None:
    """A file that was cut off, or whose head is damaged, isn't used."""
    filled(cache, root)
    (file,) = cache.iterdir()
    data = file.read_bytes()
    if place == -1:
        file.write_bytes(data[:-1])
    else:
        changed = bytes([data[place] ^ 1])
        file.write_bytes(data[:place] + changed + data[place + 1 :])
    assert not from_bundle(Bundle(str(cache), str(root)), "one")


def test_another_installation_has_its_own(cache: Path, root: Path) -> None:
    """Two installations with one cache folder don't see each other's code."""
    filled(cache, root)
    assert not from_bundle(Bundle(str(cache), str(root.parent)), "one")


def test_it_leaves_other_modules_alone(cache: Path, root: Path) -> None:
    """Only modules of this package are its business."""
    assert filled(cache, root).find_spec("one", [str(root)]) is None


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="Linux lists them")
def test_adding_to_it_closes_no_descriptor_of_others(cache: Path, root: Path) -> None:
    """A worker closed what it inherited: the mapping's number is another file's."""
    bundle = filled(cache, root)
    mapped = [
        int(number)
        for number in os.listdir("/proc/self/fd")
        if os.path.realpath(f"/proc/self/fd/{number}").startswith(str(cache))
    ]
    assert len(mapped) >= 1
    vessel = os.open(root, os.O_RDONLY)
    for number in mapped:
        os.dup2(vessel, number)
    (root / "one.py").write_text("value = 1234\n")
    load(bundle, "one", root)
    bundle.refresh()
    for number in mapped:
        assert os.path.sameopenfile(number, vessel)
    os.close(vessel)
