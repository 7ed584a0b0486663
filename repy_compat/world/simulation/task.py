"""One event of a simulated run, and how it waits."""

from __future__ import annotations

from typing import NamedTuple

from repy_compat.world.base import Body
from repy_compat.world.simulation.carriers import Seat
from repy_compat.world.simulation.waiting import SimulatedLock

PENDING, READY, BLOCKED, OVER = "pending", "ready", "blocked", "over"


class Task:
    """One event of a run: its number in the order of creation, and what it waits for."""

    __slots__ = (
        "alarm",
        "body",
        "name",
        "number",
        "seat",
        "service",
        "state",
        "timed_out",
        "why",
    )

    def __init__(self, number: int, name: str, body: Body | None) -> None:
        self.number = number
        self.name = name
        self.body = body
        self.seat: Seat | None = None
        self.state = PENDING
        self.why: object = None
        self.alarm = 0
        self.timed_out = False
        self.service = False


class Blocked(NamedTuple):
    """An event that waits when the run comes to rest.

    ``why`` is ``idle``, ``sleep``, a lock, a signal or an endpoint. ``holder`` is
    the number of the event that took the lock, or -1; ``holder_over`` says that
    this event has ended.
    """

    number: int
    why: object
    holder: int
    holder_over: bool

    @staticmethod
    def of(task: Task) -> Blocked:
        """How ``task`` waits now."""
        why = task.why
        holder = why.holder if isinstance(why, SimulatedLock) and why.taken else None
        if holder is None:
            return Blocked(task.number, why, -1, False)
        return Blocked(task.number, why, holder.number, holder.state == OVER)
