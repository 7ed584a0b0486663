"""One event of a simulated run."""

from __future__ import annotations

from repy_compat.world.base import Body
from repy_compat.world.simulation.carriers import Seat

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
