"""Real time: events on reused workers, timers without threads, and the end."""

from __future__ import annotations

import gc
import sys
import threading
import time
from _thread import allocate_lock

import pytest

import repy_compat.world.scheduler as scheduler_module
from repy_compat.errors import InternalError, RunEnded
from repy_compat.world.base import Pending
from repy_compat.world.scheduler import RealScheduler


def threads_of(scheduler: RealScheduler) -> int:
    """Worker threads that exist."""
    return len(scheduler._idle)


def eventually(condition: object) -> bool:
    """Whether ``condition()`` becomes true within five seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.001)
    return False


def test_names() -> None:
    """Each event has the name it was started under; other threads are MainThread."""
    scheduler = RealScheduler()
    names: list[str] = []
    scheduler.start("one", lambda: names.append(scheduler.current_name()))
    scheduler.wait_until_idle()
    scheduler.call_later(0.001, "two", lambda: names.append(scheduler.current_name()))
    scheduler.wait_until_idle()
    assert names == ["one", "two"]
    assert scheduler.current_name() == "MainThread"


def test_workers_are_reused() -> None:
    """Ten thousand short events in a row leave a handful of threads."""
    scheduler = RealScheduler()
    left = [10_000]

    def next_one() -> None:
        left[0] -= 1
        if left[0]:
            scheduler.call_later(0, "e", next_one)

    scheduler.start("e", next_one)
    scheduler.wait_until_idle()
    assert left == [0]
    assert threads_of(scheduler) <= 10


def test_events_run_side_by_side() -> None:
    """An event that waits for a later one doesn't keep it from running."""
    scheduler = RealScheduler()
    signals = [scheduler.new_signal() for _ in range(20)]
    order: list[int] = []

    def body(index: int) -> None:
        if index + 1 < len(signals):
            signals[index + 1].wait()
        order.append(index)
        signals[index].set()

    for index in range(20):
        scheduler.start(f"e{index}", lambda index=index: body(index))
    scheduler.wait_until_idle()
    assert order == list(reversed(range(20)))


def test_a_worker_blocked_by_its_own_successor() -> None:
    """A worker may start an event and wait for it, over and over."""
    scheduler = RealScheduler()
    depth: list[int] = []

    def body(level: int) -> None:
        done = scheduler.new_signal()
        if level:
            scheduler.start("e", lambda: (body(level - 1), done.set()))  # type: ignore
            done.wait()
        depth.append(level)

    scheduler.start("e", lambda: body(30))
    scheduler.wait_until_idle()
    assert depth == list(range(31))


def test_pending_timers_cost_no_thread() -> None:
    """Thousands of pending bodies share one timer thread; cancelled ones are gone."""
    scheduler = RealScheduler()
    before = threading.active_count()
    pending = [scheduler.call_later(1000, "e", lambda: None) for _ in range(5000)]
    assert threading.active_count() == before
    assert threads_of(scheduler) == 0
    assert all(body.cancel() for body in pending)
    assert not any(body.cancel() for body in pending)
    scheduler.wait_until_idle()
    assert len(scheduler._heap) < 200
    scheduler.stop()


def test_timers_fire_in_order_and_never_early() -> None:
    """Each body runs once, after its time."""
    scheduler = RealScheduler()
    fired: list[tuple[float, float]] = []

    def arm(delay: float) -> Pending:
        due = scheduler.now() + delay
        return scheduler.call_later(
            delay, "e", lambda: fired.append((due, scheduler.now()))
        )

    for step in (30, 10, 20, 0, -5, 1):
        arm(step / 1000)
    scheduler.wait_until_idle()
    assert len(fired) == 6
    assert all(due <= at for due, at in fired)
    # An earlier timer wakes the sleeping timer thread.
    arm(10)
    early = arm(0.01)
    assert eventually(lambda: len(fired) == 7)
    assert not early.cancel()
    scheduler.stop()


def test_cancel_or_run_never_both() -> None:
    """A timer that fires while it is cancelled does exactly one of the two."""
    scheduler = RealScheduler()
    for _ in range(300):
        ran: list[int] = []
        pending = scheduler.call_later(0.0003, "e", lambda ran=ran: ran.append(1))
        time.sleep(0.0003)
        cancelled = pending.cancel()
        scheduler.wait_until_idle()
        assert cancelled + len(ran) == 1


def test_idle_means_nothing_left() -> None:
    """wait_until_idle waits for running, pending and kept-alive things."""
    scheduler = RealScheduler()
    scheduler.wait_until_idle()
    done: list[str] = []
    alive = scheduler.keep_alive()
    scheduler.call_later(0.02, "e", lambda: done.append("timer"))

    def let_go() -> None:
        done.append("alive")
        alive.release()
        alive.release()

    scheduler.call_later(0.04, "e", let_go)
    scheduler.wait_until_idle()
    assert done == ["timer", "alive"]


def test_sleep_is_never_short() -> None:
    """sleep() takes at least its time by now(); nothing for zero and less."""
    scheduler = RealScheduler()
    for seconds in (0.001, 0.01, 0.05):
        begun = scheduler.now()
        scheduler.sleep(seconds)
        assert scheduler.now() - begun >= seconds
    scheduler.sleep(0)
    scheduler.sleep(-1e300)


def test_locks() -> None:
    """A lock has no owner; releasing a free one is a RuntimeError."""
    scheduler = RealScheduler()
    lock = scheduler.new_lock()
    assert lock.acquire()
    assert lock.locked()
    assert not lock.acquire(False)
    scheduler.call_later(0.02, "e", lock.release)
    assert lock.acquire(True)
    lock.release()
    with pytest.raises(RuntimeError):
        lock.release()
    with lock:
        assert lock.locked()
    assert not lock.locked()


def test_signals() -> None:
    """A signal wakes all who wait; a wait with a timeout comes back False."""
    scheduler = RealScheduler()
    signal = scheduler.new_signal()
    assert not signal.wait(0.01)
    woken: list[bool] = []
    for _ in range(3):
        scheduler.start("e", lambda: woken.append(signal.wait()))
    scheduler.call_later(0.02, "e", signal.set)
    assert signal.wait(5)
    scheduler.wait_until_idle()
    assert woken == [True] * 3
    assert signal.is_set() and signal.wait(0)
    signal.clear()
    assert not signal.is_set()


def test_stop_ends_every_wait() -> None:
    """After stop() nobody waits any longer, and no body starts."""
    scheduler = RealScheduler()
    lock, signal = scheduler.new_lock(), scheduler.new_signal()
    lock.acquire()
    ended: list[str] = []
    begun: list[str] = []

    def waiting(name: str, wait: object) -> None:
        def body() -> None:
            begun.append(name)
            try:
                wait()  # type: ignore[operator]
            except RunEnded:
                ended.append(name)

        scheduler.start(name, body)

    waiting("sleep", lambda: scheduler.sleep(1e9))
    waiting("lock 1", lock.acquire)
    waiting("lock 2", lock.acquire)
    waiting("with", lambda: lock.__enter__())
    waiting("signal", signal.wait)
    waiting("timeout", lambda: signal.wait(1e9))
    scheduler.call_later(1000, "e", lambda: begun.append("never"))
    assert eventually(lambda: len(begun) == 6)
    time.sleep(0.02)
    at_stop: list[str] = []
    scheduler.on_stop(lambda: at_stop.append("called"))
    scheduler.stop()
    assert eventually(lambda: len(ended) == 6)
    assert at_stop == ["called"]
    for call in (
        lambda: scheduler.sleep(0),
        lambda: scheduler.start("e", lambda: None),
        lambda: scheduler.call_later(1, "e", lambda: None),
        scheduler.wait_until_idle,
        lambda: scheduler.new_signal().wait(),
    ):
        with pytest.raises(RunEnded):
            call()
    assert len(begun) == 6


def test_stop_leaves_no_thread() -> None:
    """The workers and the timer thread of a stopped run end."""
    ended: list[int] = []
    original = scheduler_module.start_thread

    def counting(function: object) -> None:
        def run() -> None:
            function()  # type: ignore[operator]
            ended.append(1)

        started.append(1)
        original(run)

    started: list[int] = []
    scheduler_module.start_thread = counting
    try:
        scheduler = RealScheduler()
        for _ in range(5):
            scheduler.start("e", lambda: scheduler.sleep(0.01))
        scheduler.call_later(100, "e", lambda: None)
        scheduler.call_later(0.02, "e", lambda: None)
        time.sleep(0.05)
        scheduler.stop()
        assert eventually(lambda: len(ended) == len(started))
    finally:
        scheduler_module.start_thread = original
    assert len(started) >= 2


def test_no_thread_left_in_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """start() and a due call_later() report it; nothing is left over."""

    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(scheduler_module, "start_new_thread", refuse)
    scheduler = RealScheduler()
    for call in (
        lambda: scheduler.start("e", lambda: None),
        lambda: scheduler.call_later(0, "e", lambda: None),
        lambda: scheduler.call_later(10, "e", lambda: None),
    ):
        with pytest.raises(OSError):
            call()
    scheduler.wait_until_idle()
    monkeypatch.undo()
    ran: list[int] = []
    scheduler.start("e", lambda: ran.append(1))
    scheduler.wait_until_idle()
    assert ran == [1]


def test_timers_wait_for_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A due timer isn't lost when the system has no thread at that moment."""
    scheduler = RealScheduler()
    ran: list[int] = []
    original = scheduler_module.start_new_thread
    scheduler.call_later(0.02, "e", lambda: ran.append(1))
    refused: list[int] = []

    def refuse(*arguments: object) -> object:
        if len(refused) < 2:
            refused.append(1)
            raise RuntimeError("can't start new thread")
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scheduler_module, "start_new_thread", refuse)
    scheduler.wait_until_idle()
    assert (ran, refused) == ([1], [1, 1])


def test_a_raising_body_is_our_defect() -> None:
    """Bodies look after their exceptions; one that doesn't is reported as ours."""
    scheduler = RealScheduler()
    scheduler.start("e", lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    with pytest.raises(InternalError) as caught:
        scheduler.wait_until_idle()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_schedulers_side_by_side() -> None:
    """Runs in one process don't see each other."""
    one, other = RealScheduler(), RealScheduler()
    seen: list[str] = []
    other.start("other", lambda: (other.sleep(0.02), seen.append("other")))  # type: ignore
    one.start("one", lambda: seen.append(other.current_name()))
    one.wait_until_idle()
    one.stop()
    other.wait_until_idle()
    assert seen == ["MainThread", "other"]


def test_finalisers_that_call_the_scheduler() -> None:
    """A collector that runs inside our calls may start, arm and cancel events."""
    scheduler = RealScheduler()
    ran: list[int] = []

    class Garbage:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            scheduler.call_later(1000, "e", lambda: None).cancel()
            scheduler.call_later(0, "e", lambda: ran.append(1))

    before = gc.get_threshold()
    gc.set_threshold(5, 2, 2)
    try:
        for _ in range(1000):
            Garbage()
            scheduler.call_later(1000, "e", lambda: None).cancel()
            scheduler.start("e", lambda: None)
    finally:
        gc.set_threshold(*before)
    gc.collect()
    scheduler.wait_until_idle()
    assert len(ran) == 1000


def test_the_switch_interval_is_short() -> None:
    """A woken event waits a millisecond for a busy one, not five."""
    RealScheduler()
    assert sys.getswitchinterval() <= 0.001


def test_park_returns_whether_it_was_opened() -> None:
    """park() tells a release from a timeout."""
    scheduler = RealScheduler()
    gate = allocate_lock()
    gate.acquire()
    assert not scheduler.park(gate, 0.001)
    scheduler.call_later(0.005, "e", gate.release)
    assert scheduler.park(gate, 5)


def test_a_timer_that_is_due_before_the_timer_thread_looks() -> None:
    """A timer thread that was about to end first sees to what became due meanwhile."""
    scheduler = RealScheduler()
    ran: list[str] = []
    scheduler.call_later(0.001, "first", lambda: ran.append("first"))
    scheduler.wait_until_idle()
    # The timer thread waits a while for another timer. It is let in only when that
    # is due already.
    with scheduler._mutex:
        assert scheduler._timer_thread
        scheduler.call_later(0.001, "second", lambda: ran.append("second"))
        time.sleep(0.02)
    assert eventually(lambda: len(ran) == 2)
    scheduler.stop()
