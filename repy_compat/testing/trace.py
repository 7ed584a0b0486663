"""A run told step by step, and the number of events that it held over time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from repy_compat.testing.record import Place, Record, Step

_ADDRESS = re.compile(r"0x[0-9a-f]+")

VERBS = {
    "r": "reads",
    "w": "writes",
    "u": "writes",
    "q": "reads",
    "m": "changes",
    "n": "reads",
    "s": "assigns",
    "c": "calls",
    "o": "prints",
    "f": "enters",
}
STEPS = {
    "begin": "begins",
    "end": "ends",
    "acquire": "takes a lock",
    "release": "releases a lock",
    "wait": "waits for a lock",
    "missed": "finds a lock taken",
    "idle": "sees the program idle",
}


def trace_lines(
    record: Record, locate: Callable[[Place], tuple[str, int]]
) -> list[str]:
    """One line for each step: virtual time, event, place, what it does there.

    ``locate`` says of a place which line of which file a person knows it as.
    Nothing in it depends on the machine, the carrier or the version of Python.
    """
    locks: dict[int, int] = {}
    lines = []
    for moment, step in timed_steps(record):
        told = _told(step, record, locks)
        if told is not None:
            where = ""
            if step.place is not None:
                file, line = locate(step.place)
                where = f"{file}:{line} "
            name = record.names[step.event]
            lines.append(f"{moment:.6f} {name} {where}{told}")
    return lines


def timed_steps(record: Record) -> Iterator[tuple[float, Step]]:
    """Every step with its virtual time."""
    times = list(record.times())
    for step in record.all_steps():
        yield times[step.position], step


def _told(step: Step, record: Record, locks: dict[int, int]) -> str | None:
    if step.place is not None:
        return f"{VERBS[step.what]} {step.place.words}"
    what = step.what
    if what in ("acquire", "release", "wait", "missed"):
        number = locks.setdefault(id(step.thing), len(locks) + 1)
        return f"{STEPS[what]} ({number})"
    if what in STEPS:
        return STEPS[what]
    if what in ("start", "cancel"):
        verb = "creates" if what == "start" else "cancels"
        return f"{verb} {step.detail}"
    if what == "sleep":
        return f"sleeps {step.detail!r} s"
    if what in ("print", "error"):
        return f"writes {_ADDRESS.sub('0x...', str(step.detail))!r}"
    if what == "refused":
        return f"is refused one of {step.detail}"
    return None


def events_held(record: Record) -> list[tuple[float, int]]:
    """The number of units of ``events`` held, each time when it changed."""
    held = 0
    curve = [(0.0, 0)]
    for moment, step in timed_steps(record):
        change = change_of_events(step, record)
        if change:
            held += change
            curve.append((moment, held))
    return curve


def change_of_events(step: Step, record: Record) -> int:
    """By how much a step changes the number of held events."""
    what = step.what
    if what == "take" and step.detail == "events":
        return 1
    if what == "phase":
        return -1
    if what == "end" and _is_counted(record.names[step.event]):
        return -1
    if what == "cancel" and _is_counted(str(step.detail)):
        return -1
    return 0


def _is_counted(name: str) -> bool:
    return name.startswith(("_EVENT:", "_COMMH:"))
