"""No finaliser of a program runs in the middle of what it could disturb (T4)."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from repy_compat.limits.ledger import Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.undisturbed import undisturbed
from repy_compat.world.network.selector import Poller, Selectors, default_poller
from repy_compat.world.scheduler import RealScheduler


class Finalised:
    """Garbage that only the collector finds; ``done`` counts what it found."""

    done = 0

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Finalised.done += 1


@pytest.fixture
def eager() -> Iterator[None]:
    """The collector runs whenever it can."""
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(1)
    yield
    gc.set_threshold(*before)


def make_garbage() -> int:
    """How much of what was made the collector found meanwhile."""
    before = Finalised.done
    for _ in range(20):
        Finalised()
    [[] for _ in range(20)]
    return Finalised.done - before


def test_the_collector_rests(eager: None) -> None:
    """And goes on afterwards, whatever ended the work, and nested or not."""
    assert make_garbage()
    gc.collect()
    assert undisturbed(make_garbage) == 0
    assert undisturbed(lambda: undisturbed(make_garbage) + make_garbage()) == 0
    with pytest.raises(ZeroDivisionError):
        undisturbed(lambda: 1 // 0)
    assert gc.isenabled()
    assert make_garbage()


def test_it_stays_off_where_it_was_off() -> None:
    """A host that collects by itself keeps to that."""
    gc.disable()
    try:
        undisturbed(lambda: None)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_is_on_again_when_the_last_thread_has_left() -> None:
    """In whatever order they come and go."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    seen: list[bool] = []

    def work() -> None:
        for _ in range(300):
            seen.append(undisturbed(gc.isenabled))

    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert gc.isenabled()
    assert not any(seen)


def test_a_watch_may_come_while_another_makes_the_selector() -> None:
    """As a finaliser in there would bring it: no wait, and one selector stays."""
    readable, writable = os.pipe()
    pollers: list[Poller] = []
    inner: list[object] = []

    def new_poller() -> Poller:
        pollers.append(default_poller())
        if len(pollers) == 1:
            inner.append(selectors.watch(readable, lambda: None))
        return pollers[-1]

    selectors = Selectors(new_poller)
    outer = selectors.watch(writable, lambda: None)
    assert outer.selector is inner[0].selector  # type: ignore[attr-defined]
    selectors.stop()
    os.close(readable)
    os.close(writable)


def test_whoever_waits_for_room_is_offered_it_undisturbed(eager: None) -> None:
    """A finaliser in an offer that came to wait for room would wait for itself."""
    ledger = Ledger(Limits.default(), RealScheduler())
    found: list[int] = []

    def offer() -> bool:
        found.append(make_garbage())
        return True

    ledger.wait_for_room("events", offer)
    assert found == [0]


def test_whoever_begins_to_offer_room_is_undisturbed_already() -> None:
    """A finaliser between the claim to offer and the offers would wait for itself."""
    ledger = Ledger(Limits.default().replace(events=1), RealScheduler())
    claimed: list[bool] = []

    class Claim:
        def acquire(self, blocking: bool) -> bool:
            claimed.append(gc.isenabled())
            return True

        def release(self) -> None:
            claimed.append(gc.isenabled())

    ledger._counts["events"]._waking = Claim()  # type: ignore[assignment]
    ledger.take_when_room("events", "one").give_back()
    assert gc.isenabled() and claimed == [False, False]
