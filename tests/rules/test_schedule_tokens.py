"""A schedule as a value, its token, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from repy_compat.errors import UsageError
from repy_compat.testing import Schedule, explore, replay, run, schedules
from tests.exploring import DOCUMENTED

DIGEST = "3fa2c1" + "0" * 34


def test_a_token_shows_digits_seed_and_departures() -> None:
    """Short, and readable by people."""
    assert Schedule().token(DIGEST) == "3fa2c1"
    assert Schedule(((7, 2), (12, 0)), 5).token(DIGEST) == "3fa2c1+5.7-2.12-0"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedules())
def test_every_schedule_survives_its_token(schedule: Schedule) -> None:
    """Printing and reading gives the same schedule."""
    assert Schedule.from_token(schedule.token(DIGEST), DIGEST) == schedule


def test_time_is_a_departure_too() -> None:
    """A loose clock's choice is written as ``t``."""
    schedule = Schedule(((3, -2),))
    assert schedule.token(DIGEST) == "3fa2c1.3-t"
    assert Schedule.from_token("3fa2c1.3-t", DIGEST) == schedule


@pytest.mark.parametrize(
    "token",
    ["", "3fa2c", "3fa2c1.", "3fa2c1.7", "3fa2c1.7-2.7-1", "3fa2c1.9-1.7-1", "x"],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    """UsageError, and not a run of something else."""
    with pytest.raises(UsageError, match="is not a schedule token"):
        Schedule.from_token(token, DIGEST)


def test_a_token_for_another_text_is_refused() -> None:
    """The message says what to do."""
    token = explore(DOCUMENTED).found[0].token
    with pytest.raises(UsageError, match="another text.*Explore again"):
        replay(DOCUMENTED + "\n", token)


def test_a_token_that_does_not_fit_the_run_is_refused() -> None:
    """Another event limit makes another run: it is told, not papered over."""
    token = run(DOCUMENTED).token + ".3-9"
    with pytest.raises(UsageError, match="event 9 can't run at decision 3"):
        replay(DOCUMENTED, token)


def test_a_replay_is_the_same_run() -> None:
    """Trace, output and departures are equal."""
    found = explore(DOCUMENTED).found[0]
    again = replay(DOCUMENTED, found.token)
    assert again.trace == found.run.trace
    assert again.token == found.token
    assert again.mycontext == {"count": 1}


def test_the_files_of_a_program_belong_to_its_text() -> None:
    """A token for other files is refused: a module's text may be among them."""
    files = {"module.r2py": "x = 1\n"}
    token = explore(DOCUMENTED, files=files).found[0].token
    assert replay(DOCUMENTED, token, files=files).mycontext == {"count": 1}
    with pytest.raises(UsageError, match="or to other files"):
        replay(DOCUMENTED, token)
