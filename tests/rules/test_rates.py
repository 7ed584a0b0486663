"""Renewable resources: who waits, how long, and what is counted meanwhile."""

from __future__ import annotations

import threading
import time

import pytest

from repy_compat.errors import RunEnded
from repy_compat.limits.rates import Rate
from repy_compat.world.scheduler import RealScheduler


class FakeClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.while_sleeping = lambda: None

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.while_sleeping()

    def new_lock(self) -> threading.Lock:
        return threading.Lock()

    def new_signal(self) -> threading.Event:
        return threading.Event()

    def current_name(self) -> str:
        return "MainThread"


def test_a_second_s_worth_at_once() -> None:
    """The example of the specification: 100 at once, then 150 wait 1.5 seconds."""
    clock = FakeClock()
    rate = Rate("filewrite", 100, clock)
    rate.charge(100)
    assert clock.slept == []
    rate.charge(150)
    assert clock.time == 1.5
    assert rate.used == 100


def test_a_charge_of_zero_waits_for_others_only() -> None:
    """Nothing is slept off while the consumption is within the limit."""
    clock = FakeClock()
    rate = Rate("lograte", 10, clock)
    for _ in range(3):
        rate.charge(0)
    rate.charge(10)
    rate.charge(0)
    assert clock.slept == []


def test_reading_does_not_drain() -> None:
    """``used`` stays as the last charge left it, however much time goes by."""
    clock = FakeClock()
    rate = Rate("lograte", 10, clock)
    rate.charge(4)
    clock.time += 100
    assert rate.used == 4
    rate.charge(1)
    assert rate.used == 1


def test_a_sleep_that_is_too_short_is_repeated() -> None:
    """The consumption is looked at again after each sleep."""
    clock = FakeClock()
    original = clock.sleep
    clock.sleep = lambda seconds: original(seconds / 2)  # type: ignore[method-assign]
    rate = Rate("lograte", 1, clock)
    rate.charge(3)
    assert pytest.approx(clock.time) == 2.0
    assert len(clock.slept) > 5


def test_charging_inside_one_s_own_charge() -> None:
    """A finaliser that charges while its thread sleeps neither hangs nor is free."""
    clock = FakeClock()
    rate = Rate("lograte", 10, clock)
    nested = [5.0]
    clock.while_sleeping = lambda: rate.charge(nested.pop()) if nested else None
    rate.charge(20)
    assert pytest.approx(clock.time) == 1.5
    assert pytest.approx(rate.used) == 10


def test_others_queue_behind_a_sleeper() -> None:
    """One charge at a time: the second waits until the first has slept."""
    scheduler = RealScheduler()
    rate = Rate("lograte", 100, scheduler)
    done: list[str] = []

    def charge(name: str, amount: float) -> None:
        rate.charge(amount)
        done.append(name)

    scheduler.start("first", lambda: charge("first", 110))
    while not rate.used:
        time.sleep(0.001)
    scheduler.start("second", lambda: charge("second", 0))
    scheduler.wait_until_idle()
    assert done == ["first", "second"]


def test_the_end_of_the_run_wakes_a_sleeper() -> None:
    """stop() raises RunEnded in a charge that sleeps, and in those behind it."""
    scheduler = RealScheduler()
    rate = Rate("lograte", 1, scheduler)
    ended: list[str] = []

    def charge(name: str) -> None:
        try:
            rate.charge(1000)
        except RunEnded:
            ended.append(name)

    scheduler.start("a", lambda: charge("a"))
    scheduler.start("b", lambda: charge("b"))
    time.sleep(0.05)
    assert not ended
    scheduler.stop()
    give_up = time.monotonic() + 5
    while len(ended) < 2 and time.monotonic() < give_up:
        time.sleep(0.001)
    assert sorted(ended) == ["a", "b"]


def test_a_failing_charge_is_counted() -> None:
    """Whatever ends a charge, what was used has been counted."""
    clock = FakeClock()

    def fail() -> None:
        raise RunEnded

    clock.while_sleeping = fail
    rate = Rate("lograte", 10, clock)
    with pytest.raises(RunEnded):
        rate.charge(30)
    clock.while_sleeping = lambda: None
    # 30 less the 2 seconds that were slept.
    rate.charge(0)
    assert rate.used == 10
    assert clock.time == 2.0
