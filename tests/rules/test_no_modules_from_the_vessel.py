"""A module that a program writes into its folder is imported by nobody of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat.supervisor import supervise
from repy_compat.supervisor.job import Job

ROOT = Path(__file__).resolve().parents[2]
# What we import late, in the supervisor or in the worker.
MODULES = [
    *("mmap", "struct", "random", "select", "socket", "traceback", "argparse"),
    *("tempfile", "difflib", "json", "pickle", "datetime", "shutil", "ctypes"),
    *("resource", "signal", "heapq", "hashlib", "psutil", "_strptime", "statistics"),
]
PROGRAM = """
if callfunc == 'initialize':
  getmyip()
  x = openconn
  getruntime()
  try:
    gethostbyname_ex('localhost')
  except Exception:
    pass
  1 / 0
"""


def plant(folder: Path) -> None:
    """Modules that say that they ran."""
    for name in MODULES:
        text = "import os\nos.write(2, b'ESCAPED %d' % os.getpid())\n"
        (folder / f"{name}.py").write_text(text)


def test_the_command_imports_nothing_from_its_current_folder(tmp_path):
    """``python -m`` puts the current folder first, and that is the vessel."""
    plant(tmp_path)
    (tmp_path / "program.repy").write_text(PROGRAM)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "repy_compat"),
            *(str(ROOT / "seattlelib" / "restrictions.default"), "program.repy"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "REPY_CACHE_DIR": ""},
        capture_output=True,
        timeout=60,
    )
    assert b"ESCAPED" not in run.stdout + run.stderr
    assert run.returncode == 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("place", ["", ".", "{vessel}"])
def test_a_worker_imports_nothing_from_the_vessel(tmp_path, monkeypatch, place):
    """Also where the calling program looks into its current folder."""
    (tmp_path / "planted_late.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(place.format(vessel=tmp_path))

    def body(link) -> int:
        link.seal()
        try:
            import planted_late  # type: ignore[import-not-found]  # noqa: F401
        except ImportError:
            return 0
        return 1

    assert supervise(Job(folder=str(tmp_path)), body).ending.code == 0
