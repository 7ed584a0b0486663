"""Random programs of events: refused exactly when a model says so, never over a limit.

A program is a tree: an event does things in turn, such as arming further events,
cancelling them, waiting or failing. The model is a count kept under a lock, taken
around each step: one step happens at a time, though in many threads.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.errors import LimitReached
from repy_compat.limits.ledger import Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.world.events import EVENT, Event, EventTable
from repy_compat.world.scheduler import RealScheduler

# A step: (what, a program for a new event or a number)
programs = st.recursive(
    st.just([]),
    lambda inner: st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["now", "soon", "late", "thread"]), inner),
            st.tuples(st.just("cancel"), st.integers(0, 5)),
            st.tuples(st.sampled_from(["fail", "end", "yield"]), st.just(0)),
        ),
        max_size=6,
    ),
    max_leaves=25,
)
LATE = 3600.0


class Machine:
    """Runs a program over the real scheduler, beside a model of its events."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.scheduler = RealScheduler()
        self.ledger = Ledger(Limits.default().replace(events=limit), self.scheduler)
        self.table = EventTable(self.ledger, self.scheduler, self.failed)
        self.turn = allocate_lock()
        self.waiting: set[Event] = set()  # armed far in the future
        self.armed: list[Event] = []
        self.failures = 0
        self.expected_failures = 0
        self.bodies = 0
        self.granted = 0
        self.over_limit = False
        self.wrong: list[str] = []

    def failed(self, kind: str, error: BaseException) -> None:
        if not isinstance(error, KeyError):
            self.wrong.append(repr(error))
        self.failures += 1

    def body(self, program: list) -> None:
        with self.turn:
            self.bodies += 1
        for what, argument in program:
            if what == "fail":
                with self.turn:
                    self.expected_failures += 1
                raise KeyError(what)
            if what == "end":
                return
            if what == "yield":
                self.scheduler.sleep(0.0002)
            elif what == "cancel":
                self.cancel(argument)
            else:
                self.arm(what, argument)

    def arm(self, what: str, program: list) -> None:
        with self.turn:
            before = self.ledger.held("events")
            delay = {"now": 0.0, "thread": 0.0, "soon": 0.001, "late": LATE}[what]
            try:
                if what == "thread":
                    event = self.table.start(EVENT, lambda: self.body(program))
                else:
                    event = self.table.schedule(
                        delay, EVENT, lambda: self.body(program)
                    )
            except LimitReached:
                # Others may have ended meanwhile, never begun: the turn is ours.
                if before < self.limit:
                    self.wrong.append(f"refused with {before} held")
                return
            if before > self.limit or self.ledger.held("events") > self.limit:
                self.wrong.append("over the limit")
            self.granted += 1
            self.armed.append(event)
            if what == "late":
                self.waiting.add(event)

    def cancel(self, index: int) -> None:
        with self.turn:
            if index >= len(self.armed):
                return
            event = self.armed[-1 - index]
            was_waiting = event in self.waiting
            cancelled = self.table.cancel(event)
            if was_waiting and not cancelled:
                self.wrong.append("a pending timer could not be cancelled")
            if cancelled:
                self.waiting.discard(event)
                self.granted -= 1
                if self.table.cancel(event):
                    self.wrong.append("cancelled twice")

    def run(self, program: list) -> None:
        self.granted += 1
        try:
            self.table.main(lambda: self.body(program))
        except KeyError:
            self.failures += 1
        # What waits for an hour would keep the program alive that long.
        while True:
            with self.turn:
                for event in self.waiting:
                    if self.table.cancel(event):
                        self.granted -= 1
                    else:
                        self.wrong.append("a late timer ran")
                self.waiting.clear()
            if not self.scheduler._alive:
                break
            self.scheduler.sleep(0.0005)
        self.scheduler.wait_until_idle()
        self.scheduler.stop()


@settings(max_examples=60, deadline=None)
@given(program=programs, limit=st.integers(1, 6), hurry=st.booleans())
def test_random_programs(program: list, limit: int, hurry: bool) -> None:
    """Every grant and refusal is right, all that was granted ran, and it ends at 0."""
    machine = Machine(limit)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5 if hurry else interval)
    try:
        machine.run(program)
    finally:
        sys.setswitchinterval(interval)
    assert machine.wrong == []
    assert machine.ledger.held("events") == 0
    assert machine.ledger.most_held("events") <= limit
    assert machine.failures == machine.expected_failures
    # Each granted event ran once, or was cancelled.
    assert machine.bodies == machine.granted


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 5),
    steps=st.lists(
        st.one_of(st.just("arm"), st.integers(0, 6)), min_size=1, max_size=60
    ),
)
def test_refused_exactly_when_the_model_says_so(
    limit: int, steps: list[str | int]
) -> None:
    """Arming is granted if and only if fewer events than the limit are held."""
    machine = Machine(limit)
    held = most = 1
    armed: list[Event] = []
    cancelled: set[int] = set()

    def phase() -> None:
        nonlocal held, most
        for step in steps:
            if isinstance(step, str):
                try:
                    armed.append(machine.table.schedule(LATE, EVENT, lambda: None))
                except LimitReached:
                    assert held == limit
                else:
                    assert held < limit
                    held += 1
                    most = max(most, held)
            elif step < len(armed):
                fresh = step not in cancelled
                assert machine.table.cancel(armed[step]) == fresh
                cancelled.add(step)
                held -= fresh
            assert machine.ledger.held("events") == held

    machine.table.main(phase)
    assert machine.ledger.held("events") == held - 1
    assert machine.ledger.most_held("events") == most
    for event in armed:
        machine.table.cancel(event)
    assert machine.ledger.held("events") == 0
    machine.scheduler.wait_until_idle()
    machine.scheduler.stop()
