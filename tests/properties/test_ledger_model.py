"""The ledger against models: one step at a time, and under many real threads."""

from __future__ import annotations

import math
import sys
import threading
from _thread import allocate_lock

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from repy_compat.errors import LimitReached
from repy_compat.limits.ledger import Item, Ledger
from repy_compat.limits.restrictions import COUNTED, Limits
from repy_compat.world.scheduler import RealScheduler


class Threads:
    """A few real threads that each do one thing at a time when told."""

    def __init__(self, number: int) -> None:
        self._jobs: list[object] = [None] * number
        self._answers: list[object] = [None] * number
        self._go = [allocate_lock() for _ in range(number)]
        self._done = [allocate_lock() for _ in range(number)]
        for lock in self._go + self._done:
            lock.acquire()
        for index in range(number):
            threading.Thread(target=self._serve, args=(index,), daemon=True).start()

    def _serve(self, index: int) -> None:
        while True:
            self._go[index].acquire()
            job = self._jobs[index]
            if job is None:
                return
            try:
                self._answers[index] = job()  # type: ignore[operator]
            except LimitReached as refused:
                self._answers[index] = refused
            self._done[index].release()

    def do(self, index: int, job: object) -> object:
        """Run ``job`` in thread ``index``; what it returned."""
        self._jobs[index] = job
        self._go[index].release()
        self._done[index].acquire()
        return self._answers[index]

    def end(self) -> None:
        for index, lock in enumerate(self._go):
            self._jobs[index] = None
            lock.release()


class LedgerModel(RuleBasedStateMachine):
    """Random requests from random threads; a dictionary knows what must come out."""

    items = Bundle("items")

    def __init__(self) -> None:
        super().__init__()
        self.threads = Threads(3)

    @initialize(limits=st.lists(st.sampled_from([0, 1, 2, 2.5, 7]), min_size=4))
    def start(self, limits: list[float]) -> None:
        self.limits = dict(zip(COUNTED, limits, strict=False))
        self.ledger = Ledger(Limits.default().replace(**self.limits), RealScheduler())
        self.held: dict[str, list[Item]] = {name: [] for name in COUNTED}
        self.most = dict.fromkeys(COUNTED, 0)

    @rule(
        target=items,
        resource=st.sampled_from(COUNTED),
        thread=st.integers(0, 2),
        holder=st.text(max_size=3),
    )
    def take(self, resource: str, thread: int, holder: str) -> object:
        got = self.threads.do(thread, lambda: self.ledger.take(resource, holder))
        if len(self.held[resource]) >= math.ceil(self.limits[resource]):
            assert isinstance(got, LimitReached)
            return (resource, None)
        assert isinstance(got, Item)
        assert holder == got.holder
        self.held[resource].append(got)
        self.most[resource] = max(self.most[resource], len(self.held[resource]))
        return (resource, got)

    @rule(pair=items, thread=st.integers(0, 2))
    def give_back(self, pair: tuple[str, Item | None], thread: int) -> None:
        resource, item = pair
        if item is None:
            return
        held = item in self.held[resource]
        assert held == self.threads.do(thread, item.give_back)
        if held:
            self.held[resource].remove(item)

    @rule(pair=consumes(items))
    def forget(self, pair: tuple[str, Item | None]) -> None:
        """An item that nobody knows any more is returned by nobody: give it back."""
        resource, item = pair
        if item is not None and item in self.held[resource]:
            assert item.give_back()
            self.held[resource].remove(item)

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        usage = self.ledger.usage()
        for resource in COUNTED:
            count = len(self.held[resource])
            assert count == self.ledger.held(resource) == usage[resource]
            assert self.most[resource] == self.ledger.most_held(resource)
            assert self.ledger.room(resource) == (count < self.limits[resource])
            assert sorted(item.holder for item in self.held[resource]) == sorted(
                self.ledger.holders(resource)
            )

    def teardown(self) -> None:
        self.threads.end()


LedgerModel.TestCase.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None
)
TestLedgerModel = LedgerModel.TestCase


@settings(max_examples=15, deadline=None)
@given(limit=st.integers(1, 6), threads=st.integers(2, 6), seed=st.integers(0, 999))
def test_threads_at_full_speed(limit: int, threads: int, seed: int) -> None:
    """Threads take and give back as fast as they can: the limit holds at all times.

    The count is kept beside the ledger under a lock, around what the ledger
    grants: it can be lower than the truth but never higher.
    """
    ledger = Ledger(Limits.default().replace(events=limit), RealScheduler())
    counting = allocate_lock()
    granted = highest = refused = 0
    start = threading.Barrier(threads)

    def work(number: int) -> None:
        nonlocal granted, highest, refused
        state = seed * 31 + number
        mine: list[Item] = []
        start.wait()
        for _ in range(300):
            state = (state * 1103515245 + 12345) % 2**31
            if state & 0x4000 or not mine:
                try:
                    mine.append(ledger.take("events", str(number)))
                except LimitReached:
                    with counting:
                        refused += 1
                    continue
                with counting:
                    granted += 1
                    highest = max(highest, granted)
            else:
                with counting:
                    granted -= 1
                item = mine.pop()
                assert item.give_back()
                assert not item.give_back()
        for item in mine:
            with counting:
                granted -= 1
            item.give_back()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(interval)
    assert highest <= ledger.most_held("events") <= limit
    assert ledger.held("events") == 0
    # Everything is there again.
    again = [ledger.take("events", "again") for _ in range(limit)]
    assert limit == len(again) == ledger.held("events")


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4))
def test_one_item_returned_by_many_threads(limit: int) -> None:
    """Of all threads that return the same item, exactly one is told True."""
    ledger = Ledger(Limits.default().replace(events=limit), RealScheduler())
    item = ledger.take("events", "contested")
    start = threading.Barrier(4)
    answers: list[bool] = []

    def give() -> None:
        start.wait()
        answers.append(item.give_back())

    workers = [threading.Thread(target=give) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [False, False, False, True]
    assert ledger.held("events") == 0
