"""What carries the events of a simulated run: OS threads with a baton, or greenlets.

Exactly one seat has the baton at any moment, so a carrier decides nothing: the
engine says who goes on, and the carrier moves the control there. The same
schedule gives the same trace on both.

Seats are kept when their event is over and serve the events of later runs:
starting a thread costs more than a whole short run.
"""

from __future__ import annotations

import _thread
from abc import ABC, abstractmethod
from collections.abc import Callable

Job = Callable[[], "Seat"]


class Seat:
    """A place where one event at a time can run; ``baton`` belongs to the carrier."""

    __slots__ = ("baton", "job")

    def __init__(self, baton: object) -> None:
        self.baton = baton
        self.job: Job | None = None


class Carrier(ABC):
    """Moves the control between seats. One carrier serves one thread of the caller."""

    name: str

    @abstractmethod
    def own_seat(self) -> Seat:
        """The seat of the calling thread."""

    @abstractmethod
    def seat(self, job: Job) -> Seat:
        """A seat that runs ``job`` when it is first switched to.

        ``job`` returns the seat that goes on when it is done.
        """

    @abstractmethod
    def switch(self, here: Seat, there: Seat) -> None:
        """Go on in ``there``; return when somebody switches back to ``here``."""

    @abstractmethod
    def close(self) -> None:
        """Let the kept seats go."""


class ThreadCarrier(Carrier):
    """OS threads that pass a baton: each waits for a lock of its own."""

    name = "threads"

    def __init__(self) -> None:
        self._idle: list[Seat] = []

    def own_seat(self) -> Seat:
        return _new_thread_seat()

    def seat(self, job: Job) -> Seat:
        if self._idle:
            seat = self._idle.pop()
            seat.job = job
            return seat
        seat = _new_thread_seat()
        seat.job = job
        _thread.start_new_thread(self._serve, (seat,))
        return seat

    def switch(self, here: Seat, there: Seat) -> None:
        there.baton.release()  # type: ignore[attr-defined]
        here.baton.acquire()  # type: ignore[attr-defined]

    def _serve(self, seat: Seat) -> None:
        take = seat.baton.acquire  # type: ignore[attr-defined]
        while True:
            take()
            job = seat.job
            if job is None:
                return
            following = job()
            seat.job = None
            self._idle.append(seat)
            following.baton.release()  # type: ignore[attr-defined]

    def close(self) -> None:
        idle, self._idle = self._idle, []
        for seat in idle:
            seat.baton.release()  # type: ignore[attr-defined]


def _new_thread_seat() -> Seat:
    baton = _thread.allocate_lock()
    baton.acquire()
    return Seat(baton)


class GreenletCarrier(Carrier):
    """Greenlets of the calling thread; needs the package ``greenlet``.

    ImportError when it isn't installed.
    """

    name = "greenlets"

    def __init__(self) -> None:
        from importlib import import_module

        greenlet = import_module("greenlet")
        self._new = greenlet.greenlet
        self._current = greenlet.getcurrent
        self._idle: list[Seat] = []

    def own_seat(self) -> Seat:
        return Seat(self._current())

    def seat(self, job: Job) -> Seat:
        if self._idle:
            seat = self._idle.pop()
            seat.job = job
            return seat
        seat = Seat(None)
        seat.baton = self._new(lambda: self._serve(seat))
        seat.job = job
        return seat

    def switch(self, here: Seat, there: Seat) -> None:
        there.baton.switch()  # type: ignore[attr-defined]

    def _serve(self, seat: Seat) -> None:
        while True:
            job = seat.job
            if job is None:
                return
            following = job()
            seat.job = None
            self._idle.append(seat)
            following.baton.switch()  # type: ignore[attr-defined]

    def close(self) -> None:
        idle, self._idle = self._idle, []
        here = self._current()
        for seat in idle:
            # A greenlet that returns goes on in its parent: in us.
            seat.baton.parent = here  # type: ignore[attr-defined]
            seat.baton.switch()  # type: ignore[attr-defined]


def new_carrier(kind: str = "auto") -> Carrier:
    """A carrier: ``threads``, ``greenlets``, or ``auto`` (greenlets if installed).

    ImportError for ``greenlets`` without the package; ValueError for another kind.
    """
    if kind == "threads":
        return ThreadCarrier()
    if kind == "greenlets":
        return GreenletCarrier()
    if kind != "auto":
        raise ValueError(f"carrier is 'threads', 'greenlets' or 'auto', not {kind!r}")
    try:
        return GreenletCarrier()
    except ImportError:
        return ThreadCarrier()
