"""Old test folders under pytest: ``ut_MODULE_NAME.repy`` as test items.

A module's ``ut_MODULE_setup``, ``ut_MODULE_subprocess`` and ``ut_MODULE_shutdown``
files frame its tests: the first is run before them, the second runs beside them
and is ended after them, the last is run at the end. Each may be a Repy program
or a Python script.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from repy_compat.loading import library_folder
from repy_compat.testing.pragmas import Expectation
from repy_compat.world.output import harmless

HELPERS = ("setup", "subprocess", "shutdown")
SUFFIXES = (".repy", ".r2py", ".mix", ".py")
SECONDS = 300


def is_helper(path: Path) -> bool:
    """Whether a file frames the tests of its module instead of being one."""
    parts = path.stem.split("_", 2)
    return len(parts) == 3 and parts[2] in HELPERS


def module_of(path: Path) -> str:
    """``emulfile`` for ``ut_emulfile_open.repy``."""
    return path.stem.split("_", 2)[1]


def helper(path: Path, kind: str) -> Path | None:
    """The file of that kind for the module that ``path`` tests, if there is one."""
    for suffix in SUFFIXES:
        found = path.with_name(f"ut_{module_of(path)}_{kind}{suffix}")
        if found.is_file():
            return found
    return None


def command(path: Path) -> list[str]:
    """The words that run a file of a test folder, in that folder."""
    if path.suffix == ".py":
        return [sys.executable, path.name]
    restrictions, *layers = Expectation.of(_text(path)).words
    if not path.with_name(restrictions).exists():
        shipped = os.path.join(library_folder(), restrictions)
        restrictions = shipped if os.path.exists(shipped) else restrictions
    # Old tests know the reference's words only, and what isn't expected fails them.
    here = [sys.executable, "-m", "repy_compat", "--terse"]
    return [*here, restrictions, *layers, path.name]


def _text(path: Path) -> str:
    return path.read_text(encoding="latin-1")


class LegacyFile(pytest.File):
    """One old test file; it holds one item."""

    def collect(self) -> Iterable[pytest.Item]:
        """The file's one test."""
        yield LegacyItem.from_parent(self, name=self.path.stem)


class LegacyItem(pytest.Item):
    """One old test: runs the program and compares its streams with the pragmas."""

    def setup(self) -> None:
        """Frame the module's tests, before the first of them."""
        frames = self.session.stash.setdefault(_FRAMES, {})
        key = (self.path.parent, module_of(self.path))
        frame = frames.get(key)
        if frame is None:
            frame = frames[key] = Frame(self.path)
            frame.open()
        frame.left = _tests_of(key, self.session)

    def runtest(self) -> None:
        """Run the program; LegacyFailure tells what isn't as it should be."""
        expectation = Expectation.of(_text(self.path))
        done = _run(self.path)
        complaints = expectation.complaints(done.stdout, done.stderr)
        if complaints:
            raise LegacyFailure(self.path, complaints)

    def teardown(self) -> None:
        """Close the frame after the module's last test."""
        key = (self.path.parent, module_of(self.path))
        frame = self.session.stash[_FRAMES].get(key)
        if frame is not None:
            frame.done += 1
            if frame.done >= frame.left:
                del self.session.stash[_FRAMES][key]
                frame.close()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """The failure without a traceback of ours."""
        if isinstance(excinfo.value, LegacyFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test is."""
        return self.path, 0, self.path.name


class LegacyFailure(AssertionError):
    """An old test that isn't met; ends with the line to paste."""

    def __init__(self, path: Path, complaints: list[str]) -> None:
        words = " ".join(["repy", *command(path)[3:]])
        told = "\n".join(complaints)
        # pytest hands it to the terminal as it is.
        told = harmless(f"{path.name}: {told}\nTo run it alone:\n    {words}")
        super().__init__(told)


class Frame:
    """What is run around the tests of one module in one folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[str] | None = None
        self.left = 1
        self.done = 0

    def open(self) -> None:
        """Run the setup file and start the subprocess file."""
        setup = helper(self._path, "setup")
        if setup is not None:
            _must_succeed(setup)
        beside = helper(self._path, "subprocess")
        if beside is not None:
            self._process = subprocess.Popen(
                command(beside),
                cwd=beside.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                env=_environment(),
            )

    def close(self) -> None:
        """End the subprocess and run the shutdown file."""
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdin is not None
            process.stdin.close()
        shutdown = helper(self._path, "shutdown")
        if shutdown is not None:
            _must_succeed(shutdown)


_FRAMES = pytest.StashKey[dict[tuple[Path, str], Frame]]()


def _tests_of(key: tuple[Path, str], session: pytest.Session) -> int:
    return sum(1 for _ in _items_of(key, session))


def _items_of(key: tuple[Path, str], session: pytest.Session) -> Iterator[pytest.Item]:
    for item in session.items:
        if isinstance(item, LegacyItem) and key == (
            item.path.parent,
            module_of(item.path),
        ):
            yield item


def _must_succeed(path: Path) -> None:
    done = _run(path)
    if done.returncode != 0:
        raise LegacyFailure(
            path, [f"exit code {done.returncode}:\n{done.stdout}{done.stderr}"]
        )


def _run(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(path),
        cwd=path.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="latin-1",
        timeout=SECONDS,
        env=_environment(),
        check=False,
    )


def _environment() -> dict[str, str]:
    """This package must be found from the test's folder, installed or not."""
    root = str(Path(__file__).parents[2])
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": root if not path else f"{root}{os.pathsep}{path}",
    }
