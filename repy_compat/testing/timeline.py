"""A run as bars: when each event was there, ran, waited for a lock, held one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repy_compat.testing.trace import change_of_events, timed_steps

if TYPE_CHECKING:
    from repy_compat.testing.subject import Run


# Steps after which an event doesn't go on at once.
PAUSES = ("sleep", "wait", "end", "phase")


@dataclass
class Bar:
    """A stretch of one event: positions in the log, virtual times, what it is.

    ``kind`` is ``life``, ``run``, ``wait`` or ``hold``; ``label`` is for people.
    """

    kind: str
    event: int
    start: int
    end: int
    since: float
    until: float
    label: str


@dataclass
class Timeline:
    """What a page shows: ``names`` of the events, ``bars``, and the held events."""

    names: list[str]
    bars: list[Bar] = field(default_factory=list)
    curve: list[tuple[int, float, int]] = field(default_factory=list)
    limit: float = 0.0
    length: int = 0
    seconds: float = 0.0


def timeline_of(run: Run) -> Timeline:
    """The bars of a run, in the order in which they begin."""
    return _Maker(run).make()


class _Maker:
    def __init__(self, run: Run) -> None:
        record = run.record
        self._run = run
        self._line = Timeline(
            record.names,
            limit=run.subject.limits.amount("events"),
            length=len(record.log),
            seconds=record.seconds,
        )
        self._open: dict[tuple[str, int, int], Bar] = {}
        self._locks: dict[int, str] = {}
        self._holders: dict[int, int] = {}
        self._running: Bar | None = None
        self._calls: dict[int, str] = {}

    def make(self) -> Timeline:
        """Walk over the steps once."""
        line = self._line
        self._begin("life", 0, 0, 0, 0.0, "runs the program's text")
        held, moment, position = 0, 0.0, 0
        line.curve.append((0, 0.0, 0))
        for moment, step in timed_steps(self._run.record):
            position, event, what = step.position, step.event, step.what
            if step.place is not None:
                self._calls[event] = step.place.words
            self._note_running(event, position, moment)
            if what == "start":
                created = step.thing if isinstance(step.thing, int) else 0
                self._begin("life", created, 0, position, moment, str(step.detail))
            elif what == "cancel":
                created = step.thing if isinstance(step.thing, int) else 0
                self._finish("life", created, 0, position, moment)
            elif what == "end":
                self._finish("life", event, 0, position, moment)
            elif what in ("wait", "acquire", "release"):
                self._note_lock(what, event, id(step.thing), position, moment)
            if what in PAUSES:
                self._stop_running(position, moment)
            change = change_of_events(step, self._run.record)
            if change:
                held += change
                line.curve.append((position, moment, held))
        for bar in [*self._open.values(), self._running]:
            if bar is not None:
                bar.end, bar.until = position + 1, moment
        line.bars.sort(key=lambda bar: (bar.start, bar.event))
        return line

    def _note_running(self, event: int, position: int, moment: float) -> None:
        bar = self._running
        if bar is not None and bar.event == event:
            return
        self._stop_running(position, moment)
        name = self._line.names[event]
        self._running = Bar(
            "run", event, position, position, moment, moment, f"{name} runs"
        )
        self._line.bars.append(self._running)

    def _stop_running(self, position: int, moment: float) -> None:
        bar, self._running = self._running, None
        if bar is not None:
            bar.end, bar.until = position, moment

    def _note_lock(
        self, what: str, event: int, lock: int, position: int, moment: float
    ) -> None:
        words = self._calls.get(event, "lock").rpartition(".")[0] or "a lock"
        name = self._locks.setdefault(lock, words)
        if what == "wait":
            self._begin("wait", event, lock, position, moment, f"waits for {name}")
        elif what == "acquire":
            self._finish("wait", event, lock, position, moment)
            self._begin("hold", event, lock, position, moment, f"holds {name}")
            self._holders[lock] = event
        else:
            self._finish("hold", self._holders.get(lock, event), lock, position, moment)

    def _begin(
        self, kind: str, event: int, lock: int, position: int, moment: float, label: str
    ) -> None:
        if (kind, event, lock) not in self._open:
            bar = Bar(kind, event, position, position, moment, moment, label)
            self._open[kind, event, lock] = bar
            self._line.bars.append(bar)

    def _finish(
        self, kind: str, event: int, lock: int, position: int, moment: float
    ) -> None:
        bar = self._open.pop((kind, event, lock), None)
        if bar is not None:
            bar.end, bar.until = position, moment
