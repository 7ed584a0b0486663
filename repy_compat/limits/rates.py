"""Renewable resources: the arithmetic of using now and sleeping the excess off.

Repy V1 specification, section 10.2; Repy V2 specification, section 9.2.

The state is a consumption that drains at ``limit`` units per second. Three
things make this more than six lines:

* **Queueing.** A charge that is over the limit sleeps, and other charges of the
  same resource wait behind it. That takes the scheduler's lock (``_turn``), which
  a simulated world sees. Where nobody sleeps, arithmetic under a plain lock
  (``_mutex``) is enough, and that is the road nearly every charge takes.
* **Finalisers.** The collector can run a program's ``__del__`` inside any of our
  calls, and that may charge the same resource in the same thread. So the mutex is
  reentrant, no call stands between reading the state and writing it back, and
  a thread that already has its turn never waits for it.
* **Failure.** A RecursionError between an operation and its charge must not make
  the operation free of charge: the amount is counted whatever ends the call.
"""

from __future__ import annotations

from _thread import RLock

from repy_compat.errors import RateIsZero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.limits.clock import Clock


class Rate:
    """The consumption of one renewable resource."""

    __slots__ = (
        "_busy",
        "_clock",
        "_enter",
        "_inside",
        "_last",
        "_leave",
        "_limit",
        "_mutex",
        "_name",
        "_now",
        "_turn",
        "_used",
    )

    def __init__(self, name: str, limit: float, clock: Clock) -> None:
        """``limit`` in units per second; ``clock`` measures, sleeps and queues."""
        self._name = name
        self._limit = float(limit)
        self._clock = clock
        self._now = clock.now
        self._used = 0.0
        self._last = 0.0
        self._mutex = mutex = RLock()
        self._enter = mutex.acquire
        self._leave = mutex.release
        self._turn = clock.new_lock()
        self._busy = 0  # charges that wait, sleep or are about to
        self._inside: set[str] = set()  # events that are in _charge_in_turn

    @property
    def used(self) -> float:
        """Units charged and not yet drained, as of the last charge."""
        return self._used

    def charge(self, amount: float) -> None:
        """Use ``amount`` units; return once the consumption is within the limit.

        A charge of 0 only waits. Raises RateIsZero if the limit is 0, and
        RunEnded if the run ends while it waits; the amount counts all the same.
        """
        limit = self._limit
        if not limit:
            raise RateIsZero(self._name)
        # Not ``with``, which costs twice as much; by way of local names because
        # the interpreter is quicker with them than with calls of attributes.
        enter, leave, clock = self._enter, self._leave, self._now
        enter()
        try:
            if not self._busy:
                now = clock()
                # From here to the end of this branch nothing is called, so
                # that no finaliser gets in between.
                used = self._used
                elapsed = now - self._last
                if elapsed > 0.0:
                    used -= elapsed * limit
                    if used < 0.0:
                        used = 0.0
                    self._last = now
                used += amount
                self._used = used
                if used <= limit:
                    return
                amount = 0.0  # counted
            self._busy += 1
        finally:
            leave()
        try:
            self._charge_in_turn(amount)
        finally:
            with self._mutex:
                self._busy -= 1

    def _charge_in_turn(self, amount: float) -> None:
        """Wait for a turn, count ``amount`` and sleep the overdraft off."""
        counted = False
        try:
            me = self._clock.current_name()
            if me in self._inside:
                # A finaliser inside our own turn: the outer charge sleeps for both.
                return
            self._inside.add(me)
            try:
                with self._turn:
                    self._used_after(amount)
                    counted = True
                    self._sleep_off()
            finally:
                self._inside.discard(me)
        finally:
            if not counted:
                with self._mutex:
                    self._used += amount

    def _sleep_off(self) -> None:
        limit = self._limit
        while (used := self._used_after(0.0)) > limit:
            begun = self._now()
            self._clock.sleep((used - limit) / limit)
            if self._now() <= begun:
                # A wait that is too short for the clock's own steps: a virtual
                # clock would stand still for ever.
                with self._mutex:
                    self._used = min(self._used, limit)

    def _used_after(self, amount: float) -> float:
        """Drain to the present, add ``amount``; the consumption afterwards."""
        with self._mutex:
            now = self._now()
            used = self._used
            elapsed = now - self._last
            if elapsed > 0.0:
                used -= elapsed * self._limit
                if used < 0.0:
                    used = 0.0
                self._last = now
            used += amount
            self._used = used
            return used
