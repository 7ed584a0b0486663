"""What is installed from a wheel runs programs that include the Repy libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQUARES = """\
include parallelize.repy

def square(number):
  return number * number

if callfunc == 'initialize':
  handle = parallelize_initfunction([1, 2, 3], square)
  while not parallelize_isfunctionfinished(handle):
    sleep(0.01)
  results = parallelize_getresults(handle)['returned']
  results.sort()
  print results
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the installed wheel."""
    place = tmp_path_factory.mktemp("installed")
    copy = place / "source"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", "build", "*.egg-info", ".*cache"
        ),
    )
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(place)]
    subprocess.run([*build, str(copy)], check=True)
    (wheel,) = place.glob("repy_compat-*.whl")
    install = [*pip, "install", "--no-deps", "--target", str(place / "site")]
    subprocess.run([*install, str(wheel)], check=True)
    return place / "site"


def _repy(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-m", "repy_compat", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_installed_libraries_are_included(site: Path, tmp_path: Path) -> None:
    """`include parallelize.repy` works without any option or copy."""
    (tmp_path / "squares.repy").write_text(SQUARES)
    restrictions = site / "seattlelib" / "restrictions.default"
    done = _repy(site, tmp_path, str(restrictions), "squares.repy")
    assert (done.stdout, done.stderr) == ("[(1, 1), (2, 4), (3, 9)]\n", "")
    assert done.returncode == 0


def test_installed_libraries_of_v2_are_found(site: Path, tmp_path: Path) -> None:
    """`dylink.r2py` and what it imports need no copy either."""
    (tmp_path / "ids.r2py").write_text(
        "ids = dy_import_module('uniqueid.r2py')\n"
        "log(ids.uniqueid_getid(), ids.uniqueid_getid(), listfiles())\n"
    )
    done = _repy(site, tmp_path, "run", "dylink.r2py", "ids.r2py")
    assert (done.stdout, done.stderr) == ("0 1 ['ids.r2py']", "")


def test_package_is_typed(site: Path) -> None:
    """Type checkers find our annotations."""
    assert (site / "repy_compat" / "py.typed").exists()


def test_examples_come_along(site: Path) -> None:
    """The examples are installed beside the libraries."""
    assert (site / "seattlelib" / "examples" / "primes.repy").exists()
