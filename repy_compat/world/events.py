"""Events: the only place where an event is charged and given back.

An event is a phase of the program, a thread or timer it started, or a callback of
the network. Each holds one unit of the resource ``events`` from the call that asks
for it until its body has ended in whatever way, and gives it back once (Repy V1
specification, section 9.1; Repy V2 specification, section 7).

Works over any scheduler: nothing here waits except through it.
"""

from __future__ import annotations

from itertools import count

from repy_compat.errors import LimitReached, RunEnded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.limits.ledger import Item, Ledger
    from repy_compat.world.base import Body, KeepAlive, Pending, Scheduler

EVENT = "_EVENT"  # kind of timers and created threads
COMM = "_COMMH"  # kind of network callbacks
MAIN = "MainThread"


class Event:
    """One event: its name, its unit of the ledger and, once scheduled, its timer.

    ``name`` is the name of its thread.
    """

    __slots__ = ("_body", "_item", "_kind", "_pending", "_table", "name")

    def __init__(self, table: EventTable, kind: str, body: Body) -> None:
        self._table = table
        self._kind = kind
        self._body = body
        self._item: Item | None = None
        self._pending: Pending | None = None
        self.name = ""

    def __call__(self) -> None:
        """Run the body and give the unit back, whatever ends it."""
        try:
            self._body()
        except RunEnded:
            pass
        except BaseException as error:
            self._table.on_uncaught(self._kind, error)
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Return the unit, if it hasn't been; drop what the event kept alive."""
        item, self._item = self._item, None
        # The body's arguments may hold the last reference to a handle.
        self._body = _nothing
        if item is not None:
            item.give_back()


class EventTable:
    """All events of one run, their names and their units of the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        scheduler: Scheduler,
        on_uncaught: Callable[[str, BaseException], None],
    ) -> None:
        """``on_uncaught(kind, exception)`` is called in the event that it ended.

        The unit is given back after it has returned. RunEnded isn't reported.
        """
        self._ledger = ledger
        self._scheduler = scheduler
        self.on_uncaught = on_uncaught
        self._numbers = count(1)

    def main(self, body: Body) -> None:
        """A phase: run ``body`` in the calling thread as one event.

        Raises LimitReached, before anything ran, if no event is free. What the
        body raises comes out after the event was given back.
        """
        item = self._ledger.take("events", MAIN)
        try:
            body()
        finally:
            item.give_back()

    def start(self, kind: str, body: Body) -> Event:
        """Run ``body`` in an event of its own now.

        Raises LimitReached if no event is free, and the scheduler's OSError if
        the system has no thread left; the event is given back then.
        """
        event = self._charged(kind, body)
        try:
            self._scheduler.start(event.name, event)
        except BaseException:
            event.give_back()
            raise
        return event

    def schedule(self, delay: float, kind: str, body: Body) -> Event:
        """Run ``body`` in an event of its own after ``delay`` seconds.

        The event counts from now on. Raises as ``start`` does.
        """
        event = self._charged(kind, body)
        try:
            event._pending = self._scheduler.call_later(delay, event.name, event)
        except BaseException:
            event.give_back()
            raise
        return event

    def cancel(self, event: Event) -> bool:
        """True if a scheduled event had not started and now never will.

        Exactly one of the two happens to it: it is cancelled or it runs.
        """
        pending = event._pending
        if pending is None or not pending.cancel():
            return False
        event.give_back()
        return True

    def start_when_room(self, kind: str, body: Body) -> None:
        """Run ``body`` in an event of its own as soon as one is free.

        Returns at once. First come, first served; until it starts, the program
        isn't idle. If the system has no thread left when there is room, the
        OSError goes to ``on_uncaught``.
        """
        waiting = _Waiting(self, kind, body, self._scheduler.keep_alive())
        self._ledger.wait_for_room("events", waiting.offer)

    def hold_when_room(self, holder: str) -> Item:
        """Wait until an event is free and take it in the name of ``holder``.

        For V1's network selector, which is an event without a body (section
        9.1). RunEnded if the run ends while it waits.
        """
        return self._ledger.take_when_room("events", holder)

    def _charged(self, kind: str, body: Body) -> Event:
        """An event that holds its unit and has its name."""
        event = Event(self, kind, body)
        # Numbers are given to events that exist, not to refused requests; the
        # name is complete before anybody can see the event.
        item = self._ledger.take("events", kind)
        event._item = item
        event.name = item.holder = f"{kind}:Thread:{next(self._numbers)}"
        return event


def _nothing() -> None:
    """The body of an event that is over."""


class _Waiting:
    """A body that waits for a free event."""

    __slots__ = ("_body", "_keep_alive", "_kind", "_table")

    def __init__(
        self, table: EventTable, kind: str, body: Body, keep_alive: KeepAlive
    ) -> None:
        self._table = table
        self._kind = kind
        self._body = body
        self._keep_alive = keep_alive

    def offer(self) -> bool:
        """Start the body if there is room; whether it needs no further offer."""
        try:
            self._table.start(self._kind, self._body)
        except LimitReached:
            return False
        except RunEnded:
            pass
        except OSError as error:
            self._table.on_uncaught(self._kind, error)
        self._keep_alive.release()
        return True
