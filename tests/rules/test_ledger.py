"""The ledger: never above a limit, nothing lost, nothing returned twice."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading

import pytest

from repy_compat.errors import LimitReached, PortForbidden, RateIsZero, RunEnded
from repy_compat.limits.ledger import Item, Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.world.scheduler import RealScheduler


def new_ledger(**amounts: float) -> Ledger:
    return Ledger(Limits.default().replace(**amounts), RealScheduler())


def test_the_limit_is_exact() -> None:
    """As many as the limit says; the next is refused with the reference's text."""
    ledger = new_ledger(events=3)
    items = [ledger.take("events", f"e{number}") for number in range(3)]
    with pytest.raises(LimitReached) as refused:
        ledger.take("events", "late")
    assert str(refused.value) == "Resource 'events' limit exceeded!!"
    assert 3 == ledger.held("events") == ledger.most_held("events")
    assert ledger.holders("events") == ["e0", "e1", "e2"]
    assert not ledger.room("events")
    assert items[1].give_back()
    assert ledger.room("events")
    assert ledger.holders("events") == ["e0", "e2"]


def test_giving_back_counts_once() -> None:
    """The second give_back is False and frees nothing, whoever holds the unit now."""
    ledger = new_ledger(events=1)
    first = ledger.take("events", "first")
    assert first.held
    assert [first.give_back() for _ in range(3)] == [True, False, False]
    second = ledger.take("events", "second")
    assert not first.give_back()
    assert ledger.holders("events") == ["second"]
    assert second.held and not first.held


@pytest.mark.parametrize(
    ("limit", "most"), [(0, 0), (0.0, 0), (2.0, 2), (2.5, 3), (0.1, 1)]
)
def test_fractions_of_items(limit: float, most: int) -> None:
    """A count is refused when it equals the limit: 2.5 lets three in."""
    ledger = new_ledger(filesopened=limit)
    taken = []
    while ledger.room("filesopened"):
        taken.append(ledger.take("filesopened", "f"))
    assert most == len(taken)
    with pytest.raises(LimitReached):
        ledger.take("filesopened", "f")


def test_no_limit_at_all() -> None:
    """An infinite limit is never reached."""
    ledger = new_ledger(events=float("inf"))
    kept = [ledger.take("events", "e") for _ in range(1000)]
    assert ledger.room("events")
    assert 1000 == len(kept) == ledger.most_held("events")


def test_resources_are_apart() -> None:
    """Each counted resource has a supply of its own."""
    ledger = new_ledger(insockets=1, outsockets=1)
    kept = ledger.take("insockets", "a"), ledger.take("outsockets", "b")
    assert (ledger.held("insockets"), ledger.held("outsockets")) == (1, 1)
    assert all(item.give_back() for item in kept)


def test_most_held_is_the_most_at_one_moment() -> None:
    """What was returned in between isn't counted twice."""
    ledger = new_ledger(events=10)
    for _ in range(20):
        pair = ledger.take("events", "a"), ledger.take("events", "b")
        for item in pair:
            item.give_back()
    assert ledger.most_held("events") == 2


def test_an_item_that_nobody_can_return_is_reclaimed() -> None:
    """A handle that vanished without giving back doesn't lower the limit."""
    ledger = new_ledger(filesopened=1)
    ledger.take("filesopened", "vanished")
    assert ledger.take("filesopened", "next").give_back()


def test_collecting_before_refusing() -> None:
    """At the limit, unreachable handles are collected and it's tried once more."""
    ledger = new_ledger(filesopened=1)

    class Handle:
        """A handle in a cycle, which only the collector finds."""

        def __init__(self) -> None:
            self.item = ledger.take_after_collecting("filesopened", "handle")
            self.me = self

        def __del__(self) -> None:
            self.item.give_back()

    gc.disable()
    try:
        for _ in range(3):
            Handle()
    finally:
        gc.enable()
    gc.collect()
    kept = ledger.take_after_collecting("filesopened", "kept")
    with pytest.raises(LimitReached):
        ledger.take_after_collecting("filesopened", "refused")
    assert kept.give_back()


def test_finalisers_in_the_middle_of_everything() -> None:
    """Items given back by the collector, at any moment, are all accounted for."""
    ledger = new_ledger(events=50)

    class Garbage:
        def __init__(self, item: Item) -> None:
            self.item = item
            self.me = self

        def __del__(self) -> None:
            self.item.give_back()
            # Programs may do anything in here, also what they just did.
            ledger.charge("lograte", 1)
            ledger.take("events", "in finaliser").give_back()

    before = gc.get_threshold()
    gc.set_threshold(7, 2, 2)
    try:
        for _ in range(2000):
            try:
                Garbage(ledger.take("events", "garbage"))
            except LimitReached:
                gc.collect()
            ledger.charge("lograte", 1)
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert ledger.held("events") == 0
    assert ledger.most_held("events") <= 50


def test_recursion_errors_leave_the_counts_right() -> None:
    """At whatever depth a take or give_back fails, nothing is lost for good."""
    ledger = new_ledger(events=5)
    kept: list[Item] = []

    def at_depth(depth: int) -> None:
        if depth:
            at_depth(depth - 1)
            return
        item = ledger.take("events", "deep")
        kept.append(item)
        item.give_back()

    old = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        for depth in range(100, 210):
            with contextlib.suppress(RecursionError):
                at_depth(depth)
            for item in kept:
                item.give_back()
            kept.clear()
    finally:
        sys.setrecursionlimit(old)
    again = [ledger.take("events", "all") for _ in range(5)]
    assert len(again) == 5
    with pytest.raises(LimitReached):
        ledger.take("events", "one more")


def test_ports() -> None:
    """Only granted ports; those used so far are remembered."""
    ledger = Ledger(
        Limits.default().replace(messport=[5, 6], connport=[]), RealScheduler()
    )
    ledger.allow_port("messport", 5)
    for kind, port in (("messport", 7), ("connport", 5), ("messport", 0)):
        with pytest.raises(PortForbidden) as refused:
            ledger.allow_port(kind, port)
        assert f"Resource '{kind} {port}' not allowed!!!" == str(refused.value)
    assert {5} == ledger.usage()["messport"]
    assert set() == ledger.usage()["connport"]


def test_usage_at_the_start_is_nothing() -> None:
    """All counts, amounts and ports start empty; the dictionary is a copy."""
    ledger = new_ledger()
    usage = ledger.usage()
    assert len(usage) == 14
    assert not any(usage.values())
    assert usage["fileread"] == 0.0 and type(usage["fileread"]) is float
    usage["messport"].add(1)
    assert set() == ledger.usage()["messport"]


def test_usage_shows_what_was_charged() -> None:
    """A charge appears exactly, as of the moment of the charge."""
    ledger = new_ledger(fileread=100000)
    ledger.charge("fileread", 4096)
    item = ledger.take("filesopened", "f")
    assert (ledger.usage()["fileread"], ledger.usage()["filesopened"]) == (4096.0, 1)
    item.give_back()
    assert ledger.usage()["fileread"] == 4096.0


def test_a_rate_of_zero() -> None:
    """It can't be charged, not even with 0."""
    ledger = new_ledger(lograte=0)
    for amount in (0, 1):
        with pytest.raises(RateIsZero) as refused:
            ledger.charge("lograte", amount)
        text = "Resource 'lograte' limit set to 0, won't drain!"
        assert text == str(refused.value)


def test_waiting_for_room_is_first_come_first_served() -> None:
    """Who asked first is served first, as soon as there's room and not before."""
    ledger = new_ledger(events=1)
    held = [ledger.take("events", "main")]
    served: list[str] = []

    def offer(name: str) -> bool:
        try:
            held.append(ledger.take("events", name))
        except LimitReached:
            return False
        served.append(name)
        return True

    for name in "abc":
        ledger.wait_for_room("events", lambda name=name: offer(name))
    assert served == []
    for _ in range(3):
        held.pop().give_back()
    assert served == ["a", "b", "c"]
    assert 1 == ledger.held("events") == ledger.most_held("events")


def test_take_when_room_waits() -> None:
    """The caller blocks until another thread gives back."""
    ledger = new_ledger(events=1)
    first = ledger.take("events", "first")
    got: list[Item] = []
    thread = threading.Thread(
        target=lambda: got.append(ledger.take_when_room("events", "second"))
    )
    thread.start()
    thread.join(0.05)
    assert got == []
    first.give_back()
    thread.join(5)
    assert ledger.holders("events") == ["second"]
    assert got[0].give_back()


def test_take_when_room_ends_with_the_run() -> None:
    """stop() raises RunEnded in who waits, and no unit is left behind."""
    scheduler = RealScheduler()
    ledger = Ledger(Limits.default().replace(events=1), scheduler)
    first = ledger.take("events", "first")
    ended: list[str] = []

    def wait() -> None:
        try:
            ledger.take_when_room("events", "second")
        except RunEnded:
            ended.append("second")

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(0.05)
    scheduler.stop()
    thread.join(5)
    assert ended == ["second"]
    first.give_back()
    assert ledger.held("events") == 0
