"""Events: charged at the call, given back once, whatever ends them."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable

import pytest

import repy_compat.world.scheduler as scheduler_module
from repy_compat.errors import LimitReached, RunEnded
from repy_compat.limits.ledger import Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.world.events import COMM, EVENT, Event, EventTable
from repy_compat.world.scheduler import RealScheduler


class Run:
    """A scheduler, a ledger and an event table, as a run has them."""

    def __init__(self, events: float) -> None:
        self.scheduler = RealScheduler()
        self.ledger = Ledger(Limits.default().replace(events=events), self.scheduler)
        self.failures: list[tuple[str, str]] = []
        self.held_at_failure: list[int] = []
        self.table = EventTable(self.ledger, self.scheduler, self.failed)

    def failed(self, kind: str, error: BaseException) -> None:
        self.held_at_failure.append(self.held())
        self.failures.append((kind, type(error).__name__))

    def held(self) -> int:
        return self.ledger.held("events")


def nothing() -> None:
    """A body that does nothing."""


def test_a_phase_is_an_event() -> None:
    """It is charged before its first statement and given back at its end."""
    run = Run(1)
    held: list[int] = []
    run.table.main(lambda: held.append(run.held()))
    assert (held, run.held()) == ([1], 0)
    with pytest.raises(ZeroDivisionError):
        run.table.main(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    assert run.held() == 0
    with pytest.raises(LimitReached):
        Run(0).table.main(nothing)


def test_a_timer_counts_from_the_call() -> None:
    """With N events, N - 1 timers can be pending beside a running phase."""
    run = Run(3)

    def phase() -> None:
        handles = [run.table.schedule(100, EVENT, nothing) for _ in range(2)]
        with pytest.raises(LimitReached):
            run.table.schedule(0, EVENT, nothing)
        assert run.held() == 3
        assert run.table.cancel(handles[0])
        assert run.held() == 2
        assert not run.table.cancel(handles[0])
        run.table.schedule(0, EVENT, nothing)
        assert run.table.cancel(handles[1])

    run.table.main(phase)
    run.scheduler.wait_until_idle()
    assert (run.held(), run.ledger.most_held("events")) == (0, 3)


def test_names_are_numbered_at_the_call() -> None:
    """One count over all kinds; a refused request gets no number."""
    run = Run(3)
    names: list[str] = []

    def body() -> None:
        names.append(run.scheduler.current_name())

    late = run.table.schedule(0.05, EVENT, body)
    comm = run.table.start(COMM, body)
    run.scheduler.start("x", lambda: time.sleep(0.01))
    third = run.table.schedule(0.1, EVENT, body)
    assert [late.name, comm.name, third.name] == [
        "_EVENT:Thread:1",
        "_COMMH:Thread:2",
        "_EVENT:Thread:3",
    ]
    run.scheduler.wait_until_idle()
    assert sorted(names) == sorted([late.name, comm.name, third.name])
    kept = [run.table.schedule(100, EVENT, body) for _ in range(3)]
    with pytest.raises(LimitReached):
        run.table.start(EVENT, body)
    assert run.ledger.holders("events") == [f"_EVENT:Thread:{n}" for n in (4, 5, 6)]
    assert run.table.cancel(kept[0])
    assert run.table.schedule(100, EVENT, body).name == "_EVENT:Thread:7"
    run.scheduler.stop()


@pytest.mark.parametrize("kind", [EVENT, COMM])
def test_an_exception_is_reported_by_its_event(kind: str) -> None:
    """The event still counts while its exception is reported, and not after."""
    run = Run(1)
    run.table.start(kind, lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    run.scheduler.wait_until_idle()
    assert run.failures == [(kind, "ZeroDivisionError")]
    assert (run.held_at_failure, run.held()) == ([1], 0)


def test_the_end_of_the_run_is_no_failure() -> None:
    """RunEnded gives the event back and is reported to nobody."""
    run = Run(1)

    def ends() -> None:
        raise RunEnded

    run.table.start(EVENT, ends)
    run.scheduler.wait_until_idle()
    assert (run.failures, run.held()) == ([], 0)


def test_no_thread_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusal is passed on and the event is given back."""

    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(scheduler_module, "start_new_thread", refuse)
    run = Run(2)
    for request in (
        lambda: run.table.start(EVENT, nothing),
        lambda: run.table.schedule(0, EVENT, nothing),
        lambda: run.table.schedule(9, EVENT, nothing),
    ):
        with pytest.raises(OSError):
            request()
        assert run.held() == 0
    run.scheduler.wait_until_idle()


def test_waiting_for_a_free_event() -> None:
    """start_when_room keeps the order, never exceeds the limit, loses nothing."""
    run = Run(2)
    order: list[int] = []
    signal = run.scheduler.new_signal()

    def body(number: int) -> None:
        signal.wait()
        order.append(number)

    for number in range(6):
        run.table.start_when_room(COMM, lambda number=number: body(number))
    assert run.held() == 2
    assert order == []
    signal.set()
    run.scheduler.wait_until_idle()
    assert sorted(order) == list(range(6))
    assert (run.held(), run.ledger.most_held("events")) == (0, 2)


def test_waiting_with_one_event_is_in_order() -> None:
    """With a single event, waiting callbacks run one after the other."""
    run = Run(1)
    order: list[int] = []

    def phase() -> None:
        for number in range(10):
            run.table.start_when_room(COMM, lambda number=number: order.append(number))
        assert order == []

    run.table.main(phase)
    run.scheduler.wait_until_idle()
    assert order == list(range(10))
    assert run.ledger.most_held("events") == 1


def test_the_selector_s_event() -> None:
    """hold_when_room blocks its caller until an event is free."""
    run = Run(1)
    got: list[object] = []

    def listen() -> None:
        got.append(run.table.hold_when_room("selector"))

    thread = threading.Thread(target=listen)
    run.table.main(lambda: (thread.start(), thread.join(0.05)))  # type: ignore
    thread.join(5)
    assert run.ledger.holders("events") == ["selector"]


def test_requests_at_the_depth_limit_of_recursion() -> None:
    """At whatever depth a request fails, it has happened wholly or not at all."""
    run = Run(20)
    ran: list[int] = []
    asked: list[int] = []

    def at_depth(depth: int, request: Callable[[], object]) -> None:
        if depth:
            at_depth(depth - 1, request)
            return
        request()
        asked.append(1)

    def arm_and_cancel() -> None:
        handle = run.table.schedule(0.2, EVENT, nothing)
        armed.append(handle)
        run.table.cancel(handle)

    armed: list[Event] = []
    requests = (
        lambda: run.table.schedule(0, EVENT, lambda: ran.append(1)),
        lambda: run.table.start(EVENT, lambda: ran.append(1)),
        arm_and_cancel,
    )
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        for request in requests:
            for depth in range(100, 250):
                asked.clear()
                ran.clear()
                with contextlib.suppress(RecursionError):
                    at_depth(depth, request)
                for handle in armed:
                    run.table.cancel(handle)
                armed.clear()
                run.scheduler.wait_until_idle()
                assert request is arm_and_cancel or len(ran) >= len(asked)
    finally:
        sys.setrecursionlimit(limit)
    assert run.failures == []
    items = [run.ledger.take("events", "all") for _ in range(20)]
    assert run.held() == len(items) == 20


def test_what_an_event_kept_alive_goes_with_it() -> None:
    """An event that is over, or cancelled, no longer holds its body's arguments."""
    run = Run(2)

    class Argument:
        def __del__(self) -> None:
            gone.append(1)

    gone: list[int] = []

    def schedule(delay: float) -> object:
        argument = Argument()
        return run.table.schedule(delay, EVENT, lambda: id(argument))

    handles = [schedule(0), schedule(100)]
    run.table.cancel(handles[1])  # type: ignore[arg-type]
    run.scheduler.wait_until_idle()
    assert gone == [1, 1]
