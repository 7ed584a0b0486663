"""Virtual time and one event at a time: the scheduler of the simulated world.

The engine keeps the events of one run. Exactly one of them runs; it goes on
until it passes a *point* (a place where events can affect one another), blocks,
or ends. At each of these moments the engine looks who can run, and if there is
a choice it asks the *chooser*, a function that answers one question: of these
events, which next?

Time stands still while anything can run and jumps to the next deadline when
nothing can. Two rules keep programs that wait by spinning from standing still
for ever, and both are part of what a schedule means:

* an event that passed ``PATIENCE`` points without a break lets the others go on,
  and if there are none, time jumps to the next deadline;
* a clock that is read ``FREE_READINGS`` times while time stands still moves on.

Everything that happens is appended to ``log`` as small tuples
``(event number, what, object, detail, decision)``. ``what`` is the text of a place
(it begins with a digit) or the name of a step such as ``acquire``; ``decision`` is
the number of the choice that was made just before it, or -1 if there was none.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable
from heapq import heappop, heappush
from typing import NoReturn

from repy_compat.errors import RunEnded
from repy_compat.world.base import Body, KeepAlive, Lock, Pending, Scheduler, Signal
from repy_compat.world.simulation.carriers import Carrier, Seat
from repy_compat.world.simulation.task import (
    BLOCKED,
    OVER,
    PENDING,
    READY,
    Task,
)
from repy_compat.world.simulation.waiting import (
    Blocked,
    SimulatedKeepAlive,
    SimulatedLock,
    SimulatedPending,
    SimulatedSignal,
)

# (number of the decision, event that could go on or -1, events that can run) -> one
Chooser = Callable[[int, int, list[int]], int]
Entry = tuple[int, str, object, object, int]

# The choice of letting time go on to the next deadline, with a loose clock.
TIME = -2

# Events of one decision that are remembered: with thousands that can run, all
# of them would be millions.
OFFERED = 50

PATIENCE = 500
FREE_READINGS = 1000
MAIN = 0


def go_on(index: int, current: int, choices: list[int]) -> int:
    """The schedule without departures: the same event; if it can't, the lowest."""
    return current if current >= 0 else choices[0]


class Engine(Scheduler):
    """The scheduler of one simulated run, in the thread that creates it.

    ``steps`` bounds the points that a run may pass; a run that needs more ends
    with ``ending == "steps"``. ``ending`` is otherwise ``""`` (it went to its
    end), ``"deadlock"``, ``"listening"`` (only listeners keep it alive, and
    nobody sends), or ``"stopped"`` (by ``stop``). ``on_rest`` is called with the
    ending when the engine itself ends the run.

    With a ``loose`` clock, time may also go on while events can run: that is one
    more choice, as on a machine that is busy with something else.
    """

    def __init__(
        self,
        carrier: Carrier,
        chooser: Chooser = go_on,
        steps: int = 20_000,
        loose: bool = False,
    ) -> None:
        self._carrier = carrier
        self._chooser = chooser
        self._budget = steps
        self._loose = loose
        self.on_rest: Callable[[str], None] = _nobody
        self.time = 0.0
        self.steps = 0
        self.decisions = 0
        self.departures: list[tuple[int, int]] = []
        self.offers: list[tuple[int, tuple[int, ...]]] = []
        self.log: list[Entry] = []
        self.marks: list[tuple[int, float]] = []
        self.ended = False
        self.ending = ""
        self.blocked: list[Blocked] = []
        self.defects: list[BaseException] = []
        main = Task(MAIN, "MainThread", None)
        main.state = READY
        main.seat = carrier.own_seat()
        self.tasks = [main]
        self._main = main
        self.current = main
        self._ready = [MAIN]
        self._alarms: list[tuple[float, int, Task]] = []
        self._alarm_count = 0
        self._living = 0
        self._kept = 0
        self._readings = 0
        self._jumped_at = 0.0
        self._run_since = 0
        self._closing = False

    # -- points and choices ---------------------------------------------------

    def point(self, place: str, thing: object = None, detail: object = None) -> None:
        """The running event is about to touch ``thing``: others may go first.

        RunEnded when the run is over.
        """
        task = self.current
        if self.ended:
            raise RunEnded
        steps = self.steps = self.steps + 1
        decision = -1
        if (
            len(self._ready) > 1
            or steps - self._run_since > PATIENCE
            or (self._loose and self._alarms)
        ):
            decision = self.decisions
            self._offer(task)
        self.log.append((task.number, place, thing, detail, decision))
        if steps > self._budget:
            self._give_up("steps")

    def note(self, what: str, thing: object = None, detail: object = None) -> None:
        """Write a step of the running event into the log; no choice."""
        self.log.append((self.current.number, what, thing, detail, -1))

    def _note(
        self, task: Task, what: str, thing: object = None, detail: object = None
    ) -> None:
        self.log.append((task.number, what, thing, detail, -1))

    def tick(self) -> None:
        """One round of a loop: not a choice, but a step of the run's budget."""
        if self.ended:
            raise RunEnded
        self.steps += 1
        if self.steps > self._budget:
            self._give_up("steps")

    def _offer(self, task: Task) -> None:
        """A choice for a running event that could go on."""
        choices = self._ready
        tired = self.steps - self._run_since > PATIENCE
        if tired:
            if len(choices) == 1:
                self._run_since = self.steps
                if not self._next_deadline():
                    return
                choices = self._ready
            # Round in turn: always the lowest would let two spinning events
            # keep a third from running for ever.
            higher = [number for number in choices if number > task.number]
            choices = higher + [number for number in choices if number < task.number]
            if not choices:
                return
        following = self._choose(-1 if tired else task.number, choices)
        while following is None:
            following = self._choose(task.number, self._ready)
        if following is task:
            return
        self._pass_baton(task, following)
        if self.ended:
            raise RunEnded

    def _choose(self, current: int, choices: list[int]) -> Task | None:
        """The event that goes on; None when time went on instead."""
        if self._loose and self._alarms:
            choices = [*choices, TIME]
        if len(choices) == 1:
            return self.tasks[choices[0]]
        index = self.decisions
        self.decisions = index + 1
        usual = current if current >= 0 else choices[0]
        self.offers.append((current, tuple(choices[:OFFERED])))
        number = self._chooser(index, current, choices)
        if number != usual:
            self.departures.append((index, number))
        if number == TIME:
            self._next_deadline()
            return None
        return self.tasks[number]

    def _pass_baton(self, task: Task, following: Task) -> None:
        self._run_since = self.steps
        self.current = following
        seat = following.seat
        if seat is None:
            seat = self._begin(following)
        assert task.seat is not None
        self._carrier.switch(task.seat, seat)

    def _begin(self, task: Task) -> Seat:
        seat = task.seat = self._carrier.seat(lambda: self._live(task))
        return seat

    def _live(self, task: Task) -> Seat:
        """The whole life of an event; gives back the seat that goes on after it."""
        self._note(task, "begin")
        body = task.body
        assert body is not None
        try:
            body()
        except RunEnded:
            pass
        except BaseException as error:
            self.defects.append(error)
            self.stop()
        # What the body held goes now, not when the run is looked at.
        body = task.body = None
        self._leave_ready(task)
        task.state = OVER
        if not task.service:
            self._living -= 1
        if self._closing or self.ended:
            following = self._main
        else:
            self._note(task, "end")
            self._check_idle()
            following = self._next()
        self._run_since = self.steps
        self.current = following
        seat = following.seat
        if seat is None:
            seat = self._begin(following)
        return seat

    # -- blocking -------------------------------------------------------------

    def block(self, why: object, deadline: float | None = None) -> bool:
        """Park the running event until ``wake`` or the deadline; whether woken.

        RunEnded when the run is over.
        """
        if self.ended:
            raise RunEnded
        task = self.current
        task.why = why
        task.timed_out = False
        if deadline is not None:
            self._set_alarm(deadline, task)
        self._leave_ready(task)
        task.state = BLOCKED
        following = self._next()
        if following is not task:
            self._pass_baton(task, following)
        else:
            self._run_since = self.steps
        task.why = None
        task.alarm = 0
        if self.ended:
            raise RunEnded
        return not task.timed_out

    def wake(self, task: Task) -> None:
        """A parked event can run again."""
        if task.state == BLOCKED:
            task.state = READY
            insort(self._ready, task.number)

    def unwake(self, task: Task) -> None:
        """What a parked event was woken for is gone before it ran."""
        if task.state == READY and task is not self.current:
            task.state = BLOCKED
            self._ready.remove(task.number)

    def _leave_ready(self, task: Task) -> None:
        if task.state == READY:
            self._ready.remove(task.number)

    def _next(self) -> Task:
        """The event that goes on when the running one can't."""
        while True:
            while not self._ready:
                if not self._next_deadline():
                    self._nothing_left()
                    return self._main
            following = self._choose(-1, self._ready)
            if following is not None:
                return following

    def _nothing_left(self) -> None:
        waiting = [task for task in self.tasks if task.state == BLOCKED]
        self.blocked = [Blocked.of(task) for task in waiting]
        locked = any(
            isinstance(task.why, (SimulatedLock, SimulatedSignal)) for task in waiting
        )
        # Whoever only waits for the network would go on if somebody sent.
        self._rest("deadlock" if locked else "listening")

    def _give_up(self, ending: str) -> NoReturn:
        self.blocked = [
            Blocked.of(task) for task in self.tasks if task.state == BLOCKED
        ]
        self._rest(ending)
        raise RunEnded

    def _rest(self, ending: str) -> None:
        if not self.ended:
            self._end(ending)
            self.on_rest(ending)

    def _end(self, ending: str) -> None:
        if not self.ended:
            self.ended = True
            self.ending = ending

    # -- time -----------------------------------------------------------------

    def now(self) -> float:
        self._readings += 1
        if self._readings > FREE_READINGS and not self.ended:
            still = self.time - self._jumped_at
            self._advance(self.time + max(0.001, still * 0.01))
        return self.time

    def deadline_after(self, seconds: float) -> float:
        """The first moment at which at least ``seconds`` have passed by any sum."""
        deadline = self.time + seconds
        while deadline - self.time < seconds:
            deadline = math.nextafter(deadline, math.inf)
        return deadline

    def _set_alarm(self, deadline: float, task: Task) -> None:
        self._alarm_count += 1
        task.alarm = self._alarm_count
        heappush(self._alarms, (deadline, task.alarm, task))

    def _next_deadline(self) -> bool:
        """Let time jump to the next deadline that still matters; False if none."""
        alarms = self._alarms
        while alarms:
            if _is_live(alarms[0]):
                self._readings = 0
                self._jumped_at = alarms[0][0]
                self._advance(alarms[0][0])
                return True
            heappop(alarms)
        return False

    def _advance(self, moment: float) -> None:
        self.time = max(self.time, moment)
        self.marks.append((len(self.log), self.time))
        alarms = self._alarms
        while alarms and alarms[0][0] <= self.time:
            entry = heappop(alarms)
            if _is_live(entry):
                task = entry[2]
                task.timed_out = True
                task.state = READY
                insort(self._ready, task.number)

    # -- the interface of a scheduler -----------------------------------------

    def sleep(self, seconds: float) -> None:
        if self.ended:
            raise RunEnded
        if seconds > 0:
            self._note(self.current, "sleep", None, seconds)
            self.block("sleep", self.deadline_after(seconds))

    def start(self, name: str, body: Body) -> None:
        self._new_task(name, body, 0.0)

    def call_later(self, delay: float, name: str, body: Body) -> Pending:
        return SimulatedPending(self.cancel, self._new_task(name, body, delay))

    def serve(self, name: str, body: Body) -> None:
        """Run ``body`` beside the program: it doesn't keep the run alive."""
        task = self._new_task(name, body, 0.0)
        if task.state != OVER:
            task.service = True
            self._living -= 1

    def _new_task(self, name: str, body: Body, delay: float) -> Task:
        task = Task(len(self.tasks), name, body)
        if self.ended:
            task.state = OVER
            return task
        self.tasks.append(task)
        self._living += 1
        self._note(self.current, "start", task.number, name)
        if delay > 0:
            self._set_alarm(self.deadline_after(delay), task)
        else:
            task.state = READY
            self._ready.append(task.number)
        return task

    def cancel(self, task: Task) -> bool:
        """Drop an event that hasn't begun; False if it has, or is over."""
        if task.state == OVER or task.seat is not None:
            return False
        self._leave_ready(task)
        task.state = OVER
        task.body = None
        self._living -= 1
        self._note(self.current, "cancel", task.number, task.name)
        self._check_idle()
        return True

    def current_name(self) -> str:
        return self.current.name

    def new_lock(self) -> Lock:
        return SimulatedLock(self)

    def new_signal(self) -> Signal:
        return SimulatedSignal(self)

    def keep_alive(self) -> KeepAlive:
        self._kept += 1
        return SimulatedKeepAlive(self._release_kept)

    def _release_kept(self) -> None:
        self._kept -= 1
        self._check_idle()

    def _check_idle(self) -> None:
        if not self._living and not self._kept and self._main.why == "idle":
            self.wake(self._main)

    def wait_until_idle(self) -> None:
        if self.ended:
            raise RunEnded
        self._note(self._main, "phase")
        while self._living or self._kept:
            self.block("idle")
        self._note(self._main, "idle")

    def stop(self) -> None:
        self._end("stopped")

    # -- the end of a run -----------------------------------------------------

    def close(self) -> None:
        """End the run: every event that is still inside leaves by RunEnded.

        Called once, by the thread that made the engine, after the main event
        has left.
        """
        self._end("stopped" if self._unfinished() else "")
        self._closing = True
        for task in self.tasks[1:]:
            # An event may refuse to leave for a while: each passing of a point
            # or blocking call raises again.
            while task.seat is not None and task.state != OVER:
                self._pass_baton(self._main, task)
            task.state = OVER
            task.body = None
        self._alarms.clear()
        self.on_rest = _nobody

    def _unfinished(self) -> bool:
        return any(task.state != OVER for task in self.tasks[1:])


def _nobody(ending: str) -> None:
    """Nobody wants to know that the engine ended a run."""


def _is_live(alarm: tuple[float, int, Task]) -> bool:
    """Whether an alarm's event still waits for what the alarm was set for."""
    task = alarm[2]
    return task.alarm == alarm[1] and task.state in (PENDING, BLOCKED)
