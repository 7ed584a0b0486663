"""Runs a program under many schedules and says what they showed.

A pass is claimed only from evidence: so many schedules ran to their end, and
each event that was created and not cancelled ran. Otherwise the verdict is
``inconclusive``, with the reason and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from repy_compat.errors import InternalError, UsageError
from repy_compat.testing.comparing import Comparison
from repy_compat.testing.exploration import (
    EXHAUSTED,
    FAILS,
    HOLDS,
    INCONCLUSIVE,
    Exploration,
    Found,
)
from repy_compat.testing.findings import KINDS, Finding, findings_of
from repy_compat.testing.rig import WithoutCollector
from repy_compat.testing.schedule import Departures, follow
from repy_compat.testing.shrinking import Shrinking
from repy_compat.testing.strategy import Auto, Strategy
from repy_compat.testing.subject import Run, Subject
from repy_compat.world.simulation.engine import go_on

SHRINKING_STEPS = 400_000
Progress = Callable[[int, int], None]


class Explorer:
    """Explores one subject.

    ``first_only`` stops at the first finding; otherwise all of ``schedules``
    are run. Findings of the kinds in ``ignore`` don't count. ``progress`` is told how many of how many runs are done.
    """

    def __init__(
        self,
        subject: Subject,
        strategy: Strategy,
        schedules: int,
        *,
        first_only: bool = True,
        ignore: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> None:
        for kind in ignore:
            if kind not in KINDS:
                raise UsageError(f"no findings are called {kind!r}: {', '.join(KINDS)}")
        self._ignored = frozenset(ignore)
        self._subject = subject
        self._strategy = strategy
        self._schedules = schedules
        self._first_only = first_only
        self._progress = progress
        self._comparison = Comparison()
        self._found: dict[tuple[object, ...], Found] = {}
        self._runs = 0
        self._ended = 0
        self._events = 0
        self._first: Run | None = None
        self._unended: Run | None = None
        self._unbegun = False
        self._by_strategy: dict[str, int] = {}

    def explore(self) -> Exploration:
        """Run the schedules; shrink what was found."""
        # Switched off once for all runs: each switching on starts a collection.
        with WithoutCollector():
            self._run_schedules()
            return self._conclusion()

    def _run_schedules(self) -> None:
        while self._runs < self._schedules:
            chooser = self._strategy.next()
            if chooser is None:
                break
            run = self._subject.execute(chooser)
            self._runs += 1
            self._count_strategy()
            self._look_at(run)
            if run.how != "steps":
                # The races of a run without end are as many as its steps.
                self._strategy.learn(run.record)
            if self._progress is not None:
                self._progress(self._runs, self._schedules)
            if not run.record.offers and run.record.ending != "steps":
                # Nothing to choose: this one schedule is all there is.
                self._strategy.exhausted = True
                break
            if self._found and self._first_only:
                break

    def _count_strategy(self) -> None:
        strategy = self._strategy
        name = strategy.stage if isinstance(strategy, Auto) else strategy.name
        self._by_strategy[name] = self._by_strategy.get(name, 0) + 1

    def _look_at(self, run: Run) -> None:
        record = run.record
        if record.defects:
            raise InternalError(
                f"the simulated world failed under {run.token}"
            ) from record.defects[0]
        if self._first is None:
            self._first = run
        self._events = max(self._events, record.begun)
        if run.how == "steps":
            self._unended = self._unended or run
        else:
            self._ended += 1
            self._unbegun |= run.how == "normal" and not _all_ran(run)
        for finding in findings_of(run):
            self._keep(finding, run)
        for finding, at_fault in self._comparison.compare(run):
            self._keep(finding, at_fault)

    def _keep(self, finding: Finding, run: Run) -> None:
        if finding.key not in self._found and finding.kind not in self._ignored:
            self._found[finding.key] = Found(finding, run, self._runs)

    # -- the end --------------------------------------------------------------

    def _conclusion(self) -> Exploration:
        found = [self._shrunk(found) for found in self._found.values()]
        found.sort(key=lambda each: _weight(each.finding.kind))
        verdict, reason, remedy = self._verdict(bool(found))
        return Exploration(
            verdict,
            self._runs,
            self._ended,
            self._events,
            found,
            self._first,
            reason,
            remedy,
            self._by_strategy,
        )

    def _verdict(self, found: bool) -> tuple[str, str, str]:
        first = self._first
        if found:
            return FAILS, "", ""
        if first is None:
            return INCONCLUSIVE, "no schedule ran", "allow at least one schedule"
        if self._unended is not None:
            return (
                INCONCLUSIVE,
                f"{self._runs - self._ended} of {self._runs} schedules didn't end within"
                f" {self._subject.steps} steps",
                "let the program end, or allow more steps",
            )
        if not first.ok and first.how != "listening":
            return INCONCLUSIVE, f"the program ended by {first.how}: {first.detail}", ""
        if self._unbegun:
            return INCONCLUSIVE, "an event never ran", "report this: it is our defect"
        if self._strategy.exhausted:
            return EXHAUSTED, "", ""
        if self._runs < self._schedules:
            return HOLDS, f"{self._strategy.name} has no more schedules", ""
        return HOLDS, "", ""

    def _shrunk(self, found: Found) -> Found:
        key = found.finding.key
        good = self._comparison.without_faults()

        def attempt(departures: Departures) -> tuple[Departures, Found] | None:
            run = self._subject.execute(follow(departures), found.run.seed)
            for finding in findings_of(run):
                if finding.key == key:
                    return run.schedule.departures, Found(finding, run, found.at)
            for finding, at_fault in good.without_faults().compare(run):
                if finding.key == key and at_fault is run:
                    return run.schedule.departures, Found(finding, run, found.at)
            return None

        # Runs that don't end are long: the bound is on steps, to be the same anywhere.
        attempts = min(400, max(20, SHRINKING_STEPS // (found.run.record.steps + 1)))
        departures = found.run.schedule.departures
        singles = self._single_departures() if len(departures) > 1 else ()
        return Shrinking(departures, found, attempt, attempts, singles).search()

    def _single_departures(self) -> Departures:
        """Each other choice at each decision of the run without departures."""
        offers = self._subject.execute(go_on).record.offers
        return tuple(
            (index, event)
            for index, (current, choices) in enumerate(offers)
            for event in choices
            if event != (current if current >= 0 else choices[0])
        )


def _all_ran(run: Run) -> bool:
    steps = run.record.all_steps()
    cancelled = sum(step.what == "cancel" for step in steps)
    return run.record.begun + cancelled >= len(run.record.names)


def _weight(kind: str) -> int:
    """The cause comes before its effects."""
    return KINDS.index(kind)
