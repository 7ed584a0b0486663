"""What findings claim, against what a run's own numbers say."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from repy_compat.testing import Run, Schedule, event_programs, run, schedules
from repy_compat.testing.explorer import Explorer
from repy_compat.testing.findings import findings_of
from repy_compat.testing.shrinking import Shrinking
from repy_compat.testing.strategy import new_strategy
from repy_compat.testing.subject import Subject

few = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def updates_of(done: Run, words: str) -> int:
    """How often a counter was written, its start not counted."""
    return -1 + sum(
        step.place is not None and step.what == "w" and step.place.words == words
        for step in done.record.all_steps()
    )


@few
@given(event_programs(), schedules(max_switches=8))
def test_an_update_is_reported_lost_exactly_when_the_sum_is_wrong(
    program: str, schedule: Schedule
) -> None:
    """Each store is its load plus one, so the sum tells whether one was lost."""
    done = run(program, schedule=schedule)
    claimed = {
        finding.moments[0].what.removeprefix("reads ")
        for finding in findings_of(done)
        if finding.kind == "lost update"
    }
    wrong = {
        f"mycontext['{name}']"
        for name in ("count", "refused")
        if updates_of(done, f"mycontext['{name}']") != done.mycontext[name]
    }
    assert claimed == wrong


@settings(few, max_examples=25)
@given(event_programs(max_workers=3))
def test_a_shrunk_schedule_shows_what_was_found(program: str) -> None:
    """Replaying its token shows the same finding, and its size is what is told."""
    subject = Subject(program, steps=3000)
    explorer = Explorer(subject, new_strategy("auto", 40), 40)
    for found in explorer.explore().found:
        again = subject.execute(_follow(found.run), found.run.seed)
        assert again.trace == found.run.trace
        if found.finding.kind == "lost update":
            kinds = [finding.kind for finding in findings_of(again)]
            assert "lost update" in kinds
    subject.close()


def _follow(done: Run):  # type: ignore[no-untyped-def]
    from repy_compat.testing.schedule import follow

    return follow(done.schedule.departures)


def test_shrinking_finds_the_smallest_and_earliest() -> None:
    """Of all schedules that show it, the one with the fewest, earliest departures."""

    def attempt(departures):  # type: ignore[no-untyped-def]
        shown = {event for index, event in departures if index >= 3} >= {1, 2}
        return (departures, "shown") if shown else None

    start = ((1, 1), (4, 2), (6, 3), (9, 1), (12, 2), (15, 1))
    search = Shrinking(start, "first", attempt)
    assert search.search() == "shown"
    assert search.best in (((3, 1), (4, 2)), ((3, 2), (4, 1)))
