"""Asks a Python 2.7 on this machine, if there is one, what expressions give."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from functools import cache
from glob import glob

_PROGRAM = r"""
import sys
source = sys.stdin.read()
def outcome(text):
    space = {'__name__': ''}
    try:
        value = eval(compile(text, 'x', 'eval'), space)
        return '=> ' + repr(value)
    except Exception, e:
        return '!! %s: %s' % (type(e).__name__, e)
for line in eval(source):
    print repr(outcome(line))
"""


@cache
def interpreter() -> str | None:
    """A command that runs Python 2.7; None if this machine has none.

    The environment variable ``PYTHON27`` names one that isn't on the path. Those
    that pyenv keeps are found, too.
    """
    kept = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    pyenv = sorted(glob(os.path.join(kept, "versions", "2.7*", "bin", "python2.7")))
    for name in (os.environ.get("PYTHON27"), "python2.7", "python2", *pyenv):
        path = name and shutil.which(name)
        if not path:
            continue
        version = subprocess.run(
            [path, "-c", "import sys; print(sys.version_info[:2] == (2, 7))"],
            capture_output=True,
            text=True,
        )
        if version.stdout.strip() == "True":
            return path
    return None


def outcomes(expressions: list[str]) -> list[str]:
    """``=> repr`` or ``!! Type: text`` of each expression, from Python 2.7."""
    path = interpreter()
    assert path is not None
    run = subprocess.run(
        [path, "-c", _PROGRAM],
        input=ascii(expressions).encode("ascii"),
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [eval(line) for line in run.stdout.decode("ascii").splitlines()]


def without_suffix(text: str) -> str:
    """``text`` with longs shown as ints: calculated small longs are ints with us."""
    text = re.sub(r"(?<=[0-9a-f])L\b", "", text)
    return re.sub(r"\b(long|integer)\b", "int", text)
