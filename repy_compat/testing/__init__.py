"""Testing Repy programs under virtual time and chosen schedules.

::

    from repy_compat.testing import explore, replay, run

    run("program.repy").output             # one run; a year of sleep takes no time
    explore("program.repy").check()        # 500 schedules; AssertionError with a report
    replay("program.repy", "3fa2c1.7-2")   # the schedule that a report named

With Hypothesis installed, ``schedules()``, ``restrictions()``, ``event_programs()``,
``filenames()`` and ``arguments()`` are strategies for properties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repy_compat.testing.exploration import Exploration, Found
    from repy_compat.testing.findings import Finding, Moment
    from repy_compat.testing.generate import (
        arguments,
        event_programs,
        filenames,
        restrictions,
        schedules,
    )
    from repy_compat.testing.running import explore, replay, run
    from repy_compat.testing.schedule import Schedule
    from repy_compat.testing.subject import Run

_HOMES = {
    "Exploration": "exploration",
    "Found": "exploration",
    "Finding": "findings",
    "Moment": "findings",
    "Run": "subject",
    "Schedule": "schedule",
    "arguments": "generate",
    "event_programs": "generate",
    "explore": "running",
    "filenames": "generate",
    "replay": "running",
    "restrictions": "generate",
    "run": "running",
    "schedules": "generate",
}

__all__ = [
    "Exploration",
    "Finding",
    "Found",
    "Moment",
    "Run",
    "Schedule",
    "arguments",
    "event_programs",
    "explore",
    "filenames",
    "replay",
    "restrictions",
    "run",
    "schedules",
]


def __getattr__(name: str) -> object:
    # Loaded when first asked for: pytest imports this package at its start.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
