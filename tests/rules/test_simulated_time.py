"""The simulated world's clock and scheduler, with plain bodies."""

from __future__ import annotations

import contextlib

import pytest

from repy_compat.errors import RunEnded
from repy_compat.world.simulation.carriers import ThreadCarrier, new_carrier
from repy_compat.world.simulation.engine import Engine
from tests.exploring import simulate

YEAR = 365 * 86400.0


def test_time_jumps_to_the_next_deadline() -> None:
    """A year of sleep is over at once, and the clock says that it passed."""
    seen: list[float] = []

    def main(engine: Engine) -> None:
        engine.sleep(YEAR)
        seen.append(engine.now())

    simulate(main)
    assert seen == [YEAR]


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.3, 1e-9, 1 / 3])
def test_sleep_is_never_early(seconds: float) -> None:
    """The difference of two readings around a sleep is at least what was asked."""

    def main(engine: Engine) -> None:
        for _ in range(20):
            before = engine.now()
            engine.sleep(seconds)
            assert engine.now() - before >= seconds

    simulate(main)


def test_timers_fire_in_the_order_of_their_times() -> None:
    """Whatever the order of the calls, the earlier deadline comes first."""
    order: list[tuple[str, float]] = []

    def main(engine: Engine) -> None:
        for delay in (3.0, 1.0, 2.0):
            name = f"t{delay:g}"
            engine.call_later(
                delay, name, lambda: order.append((engine.current_name(), engine.now()))
            )

    simulate(main)
    assert order == [("t1", 1.0), ("t2", 2.0), ("t3", 3.0)]


def test_a_cancelled_body_never_runs_and_cancel_says_so_once() -> None:
    """Exactly one of the two happens: the body runs or cancel says True."""
    ran: list[str] = []
    said: list[bool] = []

    def main(engine: Engine) -> None:
        pending = engine.call_later(1.0, "a", lambda: ran.append("a"))
        done = engine.call_later(0.0, "b", lambda: ran.append("b"))
        engine.sleep(0.5)
        said.extend([pending.cancel(), pending.cancel(), done.cancel()])

    simulate(main)
    assert (ran, said) == (["b"], [True, False, False])


def test_only_one_event_runs_at_a_time_and_goes_on_by_default() -> None:
    """Without departures an event runs through; the lowest that can run follows."""
    order: list[str] = []

    def body(engine: Engine, name: str) -> None:
        for place in ("1:1:c::x", "2:1:c::y"):
            engine.point(place)
            order.append(name)

    def main(engine: Engine) -> None:
        for name in "abc":
            engine.start(name, lambda name=name: body(engine, name))  # type: ignore[misc]

    engine = simulate(main)
    assert order == list("aabbcc")
    assert engine.departures == []


def test_a_chooser_interleaves_at_points() -> None:
    """A departure switches to the other event, and is recorded."""
    order: list[str] = []

    def body(engine: Engine, name: str) -> None:
        for place in ("1:1:c::x", "2:1:c::y"):
            engine.point(place)
            order.append(name)

    def main(engine: Engine) -> None:
        for name in "ab":
            engine.start(name, lambda name=name: body(engine, name))  # type: ignore[misc]

    engine = simulate(main, lambda index, current, choices: choices[-1])
    assert order == list("bbaa")
    assert engine.departures[0][1] == 2


def test_a_lock_is_waited_for_and_released_by_anybody() -> None:
    """A lock has no owner; who waits goes on when it is free."""
    order: list[str] = []

    def main(engine: Engine) -> None:
        lock = engine.new_lock()
        assert lock.acquire()
        assert lock.acquire(False) is False

        def waiter() -> None:
            lock.acquire()
            order.append("taken")
            lock.release()

        def releaser() -> None:
            order.append("released")
            lock.release()

        engine.start("waiter", waiter)
        engine.start("releaser", releaser)

    simulate(main)
    assert order == ["released", "taken"]


def test_releasing_a_free_lock_is_an_error() -> None:
    """RuntimeError, as for the real one."""
    engine = Engine(ThreadCarrier())
    with pytest.raises(RuntimeError):
        engine.new_lock().release()
    engine.close()


def test_a_signal_is_waited_for_with_and_without_a_time() -> None:
    """wait gives False after its time and True when the flag is up."""
    seen: list[object] = []

    def main(engine: Engine) -> None:
        signal = engine.new_signal()
        seen.append((signal.wait(2.0), engine.now()))
        engine.call_later(1.0, "set", signal.set)
        seen.append((signal.wait(5.0), engine.now()))
        signal.clear()
        seen.append(signal.is_set())
        # The alarm of the second wait, at 7.0, must not end the third one.
        seen.append((signal.wait(9.0), engine.now()))

    simulate(main)
    assert seen == [(False, 2.0), (True, 3.0), False, (False, 12.0)]


def test_a_deadlock_ends_the_run_and_names_who_waits() -> None:
    """Every event leaves by RunEnded, the main one too."""
    left: list[str] = []
    engines: list[Engine] = []

    def body(engine: Engine, first: object, second: object) -> None:
        try:
            first.acquire()  # type: ignore[attr-defined]
            engine.sleep(1)
            second.acquire()  # type: ignore[attr-defined]
        finally:
            left.append(engine.current_name())

    def main(engine: Engine) -> None:
        engines.append(engine)
        one, other = engine.new_lock(), engine.new_lock()
        engine.start("a", lambda: body(engine, one, other))
        engine.start("b", lambda: body(engine, other, one))

    with pytest.raises(RunEnded):
        simulate(main)
    assert engines[0].ending == "deadlock"
    assert [each.number for each in engines[0].blocked] == [0, 1, 2]
    assert sorted(left) == ["a", "b"]


def test_the_end_reaches_an_event_that_catches_everything() -> None:
    """A body that swallows RunEnded meets it again at its next point."""
    lines: list[str] = []

    def stubborn(engine: Engine) -> None:
        for _ in range(3):
            with contextlib.suppress(BaseException):
                engine.sleep(10)
        engine.point("1:1:c::x")
        lines.append("ran after the end")

    def main(engine: Engine) -> None:
        engine.start("stubborn", lambda: stubborn(engine))
        engine.call_later(1.0, "end", engine.stop)

    with pytest.raises(RunEnded):
        simulate(main)
    assert lines == []


def test_a_spinning_event_lets_others_and_time_go_on() -> None:
    """Waiting by looking again and again ends when what it waits for happens."""
    flags: list[bool] = []

    def main(engine: Engine) -> None:
        engine.call_later(5.0, "set", lambda: flags.append(True))
        while not flags:
            engine.point("1:1:c::flag")

    assert simulate(main).time == 5.0


def test_a_clock_that_is_watched_moves() -> None:
    """A loop that only reads the clock comes to its end."""

    def main(engine: Engine) -> None:
        while engine.now() < 60:
            engine.tick()

    assert simulate(main, steps=100_000).time >= 60


def test_a_run_is_bounded_in_steps() -> None:
    """An endless loop ends the run with the ending ``steps``."""
    engines: list[Engine] = []

    def main(engine: Engine) -> None:
        engines.append(engine)
        while True:
            engine.tick()

    with pytest.raises(RunEnded):
        simulate(main, steps=1000)
    assert engines[0].ending == "steps"


def test_listeners_keep_a_run_alive_without_a_deadlock() -> None:
    """With only a keep-alive left the run ends as ``listening``; released, as idle."""
    engines: list[Engine] = []

    def main(engine: Engine) -> None:
        engines.append(engine)
        engine.keep_alive()

    with pytest.raises(RunEnded):
        simulate(main)
    assert engines[0].ending == "listening"

    def released(engine: Engine) -> None:
        kept = engine.keep_alive()
        engine.call_later(1.0, "r", kept.release)

    assert simulate(released).ending == ""


@pytest.mark.parametrize("kind", ["threads", "greenlets"])
def test_both_carriers_make_the_same_run(kind: str) -> None:
    """The log of a run doesn't depend on what carries its events."""
    if kind == "greenlets":
        pytest.importorskip("greenlet")
    order: list[str] = []

    def body(engine: Engine, name: str) -> None:
        engine.point("1:1:c::x")
        order.append(name)
        engine.sleep(1)
        engine.point("2:1:c::y")
        order.append(name)

    def main(engine: Engine) -> None:
        for name in "abc":
            engine.start(name, lambda name=name: body(engine, name))  # type: ignore[misc]

    carrier = new_carrier(kind)
    engine = simulate(main, lambda i, c, choices: choices[-1], carrier=carrier)
    carrier.close()
    assert order == ["c", "b", "a", "c", "b", "a"]
    assert engine.time == 1.0


def test_with_a_loose_clock_time_may_go_on_while_events_can_run() -> None:
    """A timer may come before an event that was ready long before it."""
    from repy_compat.world.simulation.engine import TIME

    order: list[str] = []

    def main(engine: Engine) -> None:
        engine.start("ready", lambda: order.append("ready"))
        engine.call_later(5.0, "late", lambda: order.append("late"))
        engine.point("1:1:c::x")

    def hurry(index: int, current: int, choices: list[int]) -> int:
        return TIME if TIME in choices else choices[-1]

    simulate(main, hurry, loose=True)
    assert order == ["late", "ready"]
