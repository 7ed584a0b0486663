"""Happens-before over a recorded run, and the pairs of accesses that race.

Vector clocks as in Mattern, "Virtual time and global states of distributed
systems" (1989). An event's start, a lock's release and the next acquire, a
signal's set and its sight, and an event's end before the program is idle are
ordered; everything else is only the order of this schedule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from repy_compat.testing.record import READS, WRITES, Location, Record, Step

# The latest accesses to one location that are remembered for pairs. Where hundreds
# of events come to one place, all pairs would be hundreds of thousands.
KEPT = 24

Accesses = deque[tuple[int, Step]]


class Race(NamedTuple):
    """Two steps of different events on one location that could come the other way."""

    first: Step
    second: Step


class _Clocks:
    """The vector clock of each event, as plain dictionaries."""

    def __init__(self) -> None:
        self._of: dict[int, dict[int, int]] = {0: {0: 1}}
        self._left: dict[object, dict[int, int]] = {}
        self._ended: dict[int, int] = {}

    def of(self, event: int) -> dict[int, int]:
        return self._of.setdefault(event, {event: 1})

    def pass_on(self, event: int, to: object) -> None:
        """What ``event`` did so far comes before what takes up ``to``."""
        clock = self.of(event)
        _join(self._left.setdefault(to, {}), clock)
        clock[event] += 1

    def take_up(self, event: int, what: object) -> None:
        """Everything that was passed on to ``what`` comes before ``event``'s next."""
        _join(self.of(event), self._left.get(what, {}))

    def end(self, event: int) -> None:
        _join(self._ended, self.of(event))

    def idle(self) -> None:
        _join(self.of(0), self._ended)


def _join(clock: dict[int, int], other: dict[int, int]) -> None:
    for event, count in other.items():
        if clock.get(event, 0) < count:
            clock[event] = count


def races(record: Record) -> Iterator[Race]:
    """The racing pairs of a run, in the order of their second steps."""
    clocks = _Clocks()
    # container -> location key -> the latest accesses with their epochs
    seen: dict[object, dict[object, Accesses]] = {}
    mark: dict[int, Step] = {}
    for step in record.all_steps():
        event = step.event
        if step.place is not None:
            mark[event] = step
            if step.location is not None:
                yield from _conflicts(seen, clocks, step, step.location)
            continue
        what = step.what
        if what in ("acquire", "wait", "missed", "release"):
            call = mark.get(event)
            if call is not None and call.what == "c":
                # The choice lay in front of the call, so that is what races.
                racing = call._replace(what=what)
                yield from _conflicts(seen, clocks, racing, (id(step.thing), "lock"))
        _order(clocks, step)


def _order(clocks: _Clocks, step: Step) -> None:
    event, what = step.event, step.what
    if what == "start":
        clocks.pass_on(event, ("event", step.thing))
    elif what == "begin":
        clocks.take_up(event, ("event", event))
    elif what in ("release", "set"):
        clocks.pass_on(event, id(step.thing))
    elif what in ("acquire", "seen"):
        clocks.take_up(event, id(step.thing))
    elif what == "end":
        clocks.end(event)
    elif what == "idle":
        clocks.idle()


def _conflicts(
    seen: dict[object, dict[object, Accesses]],
    clocks: _Clocks,
    step: Step,
    location: Location,
) -> Iterator[Race]:
    container, key = location
    keys = seen.setdefault(container, {})
    clock = clocks.of(step.event)
    # A whole container (None) touches each of its items.
    touched = list(keys) if key is None else [k for k in (key, None) if k in keys]
    for other_key in touched:
        for epoch, first in keys[other_key]:
            if (
                first.event != step.event
                and epoch > clock.get(first.event, 0)
                and not _both_read(first, step)
            ):
                yield Race(first, step)
    accesses = keys.get(key)
    if accesses is None:
        accesses = keys[key] = deque(maxlen=KEPT)
    accesses.append((clock[step.event], step))


def _both_read(first: Step, second: Step) -> bool:
    return first.what in READS and second.what in READS


def is_update(step: Step) -> bool:
    """Whether a step stores something that was made of a load of the same place."""
    return step.what in WRITES and step.place is not None and bool(step.place.pairs)
