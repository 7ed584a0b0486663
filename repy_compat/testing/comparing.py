"""What is wrong with a run beside others: only some schedules do it.

A limit that is reached, lines that are printed, events whose work is missing, a
run that doesn't end: none is wrong by itself, but each is if another schedule of
the same program does without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from repy_compat.testing.findings import Finding, Moment, doing, last_places, moment

if TYPE_CHECKING:
    from repy_compat.testing.record import Step
    from repy_compat.testing.subject import Run


# Runs of one kind that are kept to be compared with: a run is large.
KEPT = 8


@dataclass
class Comparison:
    """What the runs so far had in common, to tell what only some schedules do."""

    outputs: dict[tuple[tuple[str, int], ...], Run] = field(default_factory=dict)
    unrefused: Run | None = None
    clean_exit: Run | None = None
    ended: Run | None = None
    endless: Run | None = None
    listening: Run | None = None
    refused: Run | None = None
    unclean_exits: dict[str, Run] = field(default_factory=dict)

    def compare(self, run: Run) -> list[tuple[Finding, Run]]:
        """What this run, beside the earlier ones, shows; with the run at fault."""
        found: list[tuple[Finding, Run]] = []
        found.extend(self._limits(run))
        found.extend(self._leftovers(run))
        found.extend(self._endlessness(run))
        found.extend(self._outputs(run))
        return found

    def without_faults(self) -> Comparison:
        """The good runs alone, so that a further run shows whether it is at fault."""
        outputs = dict(list(self.outputs.items())[:1])
        return Comparison(outputs, self.unrefused, self.clean_exit, self.ended)

    def _limits(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        # A program that catches a refusal and goes on has its answer to it.
        if (run.refused and not run.ok) or run.how == "no event":
            self.refused = self.refused or run
        elif run.ok and not run.refused:
            self.unrefused = self.unrefused or run
        if self.refused is not None and self.unrefused is not None:
            yield _limit(self.refused, self.unrefused), self.refused

    def _leftovers(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        if run.how != "exitall":
            return
        # The event that called exitall holds its own. An event that had nothing
        # left to do but end makes no difference: then the data are the same.
        if run.left.get("events", 0) > 1 and len(self.unclean_exits) < KEPT:
            self.unclean_exits.setdefault(_data_of(run), run)
        elif run.left.get("events", 0) <= 1:
            self.clean_exit = self.clean_exit or run
        if self.clean_exit is None:
            return
        clean = _data_of(self.clean_exit)
        for data, unclean in self.unclean_exits.items():
            if data != clean:
                number = unclean.left["events"] - 1
                summary = (
                    f"exitall ends the program while {number} other events or timers"
                    " are left, whose work is missing then; under another schedule"
                    " none is"
                )
                yield Finding("left", summary, (), ("left", "events")), unclean
                return

    def _endlessness(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        if run.how == "steps":
            self.endless = self.endless or run
        elif run.ok:
            self.ended = self.ended or run
        elif run.how == "listening":
            self.listening = self.listening or run
        if self.ended is None:
            return
        if self.endless is not None:
            yield _starvation(self.endless), self.endless
        if self.listening is not None:
            summary = (
                "a listener is left and keeps the program alive;"
                " under another schedule it ends"
            )
            yield Finding("left", summary, (), ("left", "listener")), self.listening

    def _outputs(self, run: Run) -> Iterator[tuple[Finding, Run]]:
        """Other lines are a finding; the same lines in another order are not."""
        if not run.ok:
            return
        lines = tuple(sorted(Counter(run.output.splitlines()).items()))
        if len(self.outputs) < 2:
            self.outputs.setdefault(lines, run)
        if len(self.outputs) > 1:
            first, *_, last = self.outputs.values()
            yield _output(first, last), last


def _data_of(run: Run) -> str:
    """The plain data of ``mycontext``, without the order of its lists."""
    return _plain(run.mycontext, 6)


def _plain(value: object, depth: int) -> str:
    if depth == 0:
        return "..."
    if isinstance(value, dict):
        pairs = (f"{_plain(k, 1)}: {_plain(v, depth - 1)}" for k, v in value.items())
        return "{" + ", ".join(sorted(pairs)) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(sorted(_plain(each, depth - 1) for each in value)) + "]"
    if isinstance(value, (str, int, float, bool, type(None))):
        return repr(value)
    return type(value).__name__


def _limit(refused: Run, unrefused: Run) -> Finding:
    resource = next(iter(refused.refused), "events")
    limit = refused.most_held.get(resource, 0)
    most = unrefused.most_held.get(resource, 0)
    summary = (
        f"this schedule needs {limit + 1} of {limit} {resource}; another needs {most}"
    )
    moments: tuple[Moment, ...] = ()
    last: Step | None = None
    for step in refused.record.all_steps():
        if step.what == "refused" and last is not None:
            moments = (moment(refused, last, f"is refused one of {resource}"),)
            break
        if step.place is not None:
            last = step
    return Finding("limit", summary, moments, ("limit", resource))


def _starvation(run: Run) -> Finding:
    record = run.record
    last = last_places(record)
    over = {step.event for step in record.all_steps() if step.what == "end"}
    moments = tuple(
        moment(run, step, f"is still there: {doing(step)}")
        for number, step in sorted(last.items())
        if number not in over
    )
    summary = (
        f"the program doesn't end within {record.steps} steps;"
        " under another schedule it does"
    )
    return Finding("starvation", summary, moments, ("starvation",))


def _output(first: Run, other: Run) -> Finding:
    mine = Counter(other.output.splitlines())
    theirs = Counter(first.output.splitlines())
    extra = list(mine - theirs)
    missing = list(theirs - mine)
    parts = []
    if extra:
        parts.append(f"prints {extra[0]!r}")
    if missing:
        parts.append(f"{'and not' if extra else 'does not print'} {missing[0]!r}")
    summary = f"the output depends on the schedule: this one {' '.join(parts)}"
    return Finding("output", summary, (), ("output",))
