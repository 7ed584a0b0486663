"""Properties of event limits over generated programs and schedules.

Repy V1 specification, section 9.1: never above the limit, refused exactly when
full, nothing left at the end.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repy_compat.testing import Run, Schedule, event_programs, run, schedules
from repy_compat.testing.findings import most_events
from repy_compat.testing.trace import change_of_events

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def held_at_refusals(done: Run) -> list[int]:
    """How many events were held each time when one was refused."""
    held, found = 0, []
    for step in done.record.all_steps():
        held += change_of_events(step, done.record)
        if step.what == "refused" and step.detail == "events":
            found.append(held)
    return found


@few
@given(event_programs(), st.integers(1, 6), schedules())
def test_never_above_refused_exactly_when_full_nothing_left(
    program: str, limit: int, schedule: Schedule
) -> None:
    """The three promises about events, under any schedule of any V1 program."""
    done = run(program, limits={"events": limit}, schedule=schedule)
    assert done.how in ("normal", "exception"), done.errors
    assert most_events(done) <= limit
    assert done.most_held["events"] == most_events(done)
    assert held_at_refusals(done) == [limit] * done.refused["events"]
    assert done.left.get("events", 0) == 0 or done.how == "exception"


@few
@given(event_programs(dialect="V2"), st.integers(1, 6), schedules())
def test_threads_keep_the_same_promises(
    program: str, limit: int, schedule: Schedule
) -> None:
    """The same for createthread in V2."""
    done = run(program, limits={"events": limit}, schedule=schedule, dialect="V2")
    assert done.how in ("normal", "exception"), done.errors
    assert most_events(done) <= limit
    assert held_at_refusals(done) == [limit] * done.refused["events"]


@few
@given(event_programs(), schedules())
def test_a_token_is_the_whole_schedule(program: str, schedule: Schedule) -> None:
    """Replaying the token of any run gives the same trace."""
    done = run(program, schedule=schedule)
    assert run(program, schedule=done.token).trace == done.trace


@few
@given(event_programs(), schedules())
def test_generated_programs_end(program: str, schedule: Schedule) -> None:
    """They deadlock under no schedule and handle every refusal."""
    assert run(program, schedule=schedule).how == "normal"
