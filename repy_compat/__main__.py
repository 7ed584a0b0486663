"""python -m repy_compat: the same as the command ``repy``."""

from __future__ import annotations

import os
import sys


def leave_out_current_folder() -> None:
    """Import nothing from the current folder, where ``-m`` makes Python look first.

    It is the vessel folder, in which programs write: a ``struct.py`` of theirs would
    run here, outside of all walls.
    """
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        return
    sys.path[:] = [place for place in sys.path if os.path.realpath(place) != here]


if __name__ == "__main__":
    leave_out_current_folder()
    from repy_compat.cli import entry_point

    entry_point()
