"""Strategies: one file each, with the paper it follows. They choose schedules."""

from __future__ import annotations

from repy_compat.errors import UsageError
from repy_compat.testing.strategy.auto import Auto
from repy_compat.testing.strategy.base import Strategy
from repy_compat.testing.strategy.bounded_dfs import BoundedDFS
from repy_compat.testing.strategy.nonpreemptive import NonPreemptive
from repy_compat.testing.strategy.pct import PCT
from repy_compat.testing.strategy.race_directed import RaceDirected
from repy_compat.testing.strategy.random_walk import RandomWalk
from repy_compat.testing.strategy.replay import Replay

NAMES = ("auto", "nonpreemptive", "races", "pct2", "pct3", "random", "dfs")


def new_strategy(name: str, count: int, seed: int = 0) -> Strategy:
    """A strategy by its name, for ``count`` runs; UsageError if there is no such."""
    if name == "auto":
        return Auto(count, seed)
    if name == "nonpreemptive":
        return NonPreemptive()
    if name == "races":
        return RaceDirected(count=count)
    if name in ("pct2", "pct3"):
        return PCT(int(name[-1]), seed, count)
    if name == "random":
        return RandomWalk(seed, count)
    if name == "dfs":
        return BoundedDFS()
    raise UsageError(f"unknown strategy {name!r}: one of {', '.join(NAMES)}")


__all__ = [
    "NAMES",
    "PCT",
    "Auto",
    "BoundedDFS",
    "NonPreemptive",
    "RaceDirected",
    "RandomWalk",
    "Replay",
    "Strategy",
    "new_strategy",
]
