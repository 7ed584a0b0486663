"""python -m repy_compat: the same as the command ``repy``."""

from __future__ import annotations

from repy_compat.cli import entry_point

if __name__ == "__main__":
    entry_point()
