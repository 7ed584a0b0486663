"""The parallelize libraries under random inputs, limits, aborts, closes, schedules.

Repy V1 specification, section 18.2: every target is done once, in one of three
ways, whatever the schedule, the number of free events, and who aborts or closes.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parallelize_program import Job, exploration_of

jobs = st.builds(
    Job,
    targets=st.integers(0, 5),
    workers=st.integers(0, 4),
    stop=st.sampled_from(["", "abort", "close"]),
    delay=st.sampled_from([0.0, 0.1, 0.2]),
    dialect=st.sampled_from(["V1", "V2"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(jobs, st.integers(1, 7), st.sampled_from(["races", "pct3", "random"]))
def test_no_schedule_breaks_parallelize(job: Job, events: int, strategy: str) -> None:
    """No finding: no lost target, no deadlock, no event left, no uncaught exception."""
    exploration = exploration_of(
        job, strategy=strategy, schedules=12, limits={"events": events}
    )
    assert exploration.ok, f"{job} with {events} events: {exploration}"
