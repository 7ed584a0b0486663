"""The ledger: what a program holds and consumes, never more than its limits.

Repy V1 specification, section 10; Repy V2 specification, sections 8 and 9.

Counted resources take no lock at all. Each has a bounded supply of tokens:
``_fresh`` mints a token that never existed, at most as many as the limit allows;
``free`` holds tokens that came back. Taking is one step that CPython does as a
whole (``popitem`` or ``next``), and so is giving back (``pop`` from the item, then
a store without a call, which can't fail at the depth limit of recursion). Hence:

* at no moment are more tokens out than the limit allows, in whatever order
  threads run; a refusal has changed nothing;
* an item that is given back twice, from two threads, from a finaliser that the
  collector runs in the middle of any of this, gives its token back once: only one
  ``pop`` finds it, and there's no lock to wait for;
* a fresh token is minted only when every older one is out, so the number minted
  is the most that was ever held at once.
"""

from __future__ import annotations

import gc
import math
from _collections import deque  # type: ignore[import-not-found]
from _collections_abc import Callable, Iterator
from _operator import length_hint
from _thread import allocate_lock
from _weakref import ref

from repy_compat.errors import LimitReached, PortForbidden
from repy_compat.limits.rates import Rate
from repy_compat.limits.restrictions import COUNTED, PORTS, RENEWABLE
from repy_compat.undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.limits.clock import Clock
    from repy_compat.limits.restrictions import Limits

# The operating system holds a program to its share of CPU time.
CHARGED = tuple(name for name in RENEWABLE if name != "cpu")

# CPython's range iterators take one step as a whole up to this many.
_UNLIMITED = 2**62


class Item:
    """One unit of a counted resource, held until it is given back.

    ``holder`` names who holds it, for people.
    """

    __slots__ = ("__weakref__", "_cell", "_count", "holder")

    # Set by _Count.take; a constructor of its own would double the cost.
    _count: _Count
    _cell: list[int]  # the token, while it is held
    holder: str

    def give_back(self) -> bool:
        """Return the unit. True for the first call, False for every later one.

        Safe in every thread and in a finaliser at any moment.
        """
        try:
            token = self._cell.pop()
        except IndexError:
            return False
        # At the depth limit a call fails, even of a built-in method. What comes
        # back is put down without one.
        count = self._count
        try:
            count.items.pop(token, None)
        finally:
            count.free[token] = None
        if count.waiting:
            count.wake()
        return True

    @property
    def held(self) -> bool:
        """Whether the unit has not been given back yet."""
        return bool(self._cell)


class _Count:
    """The supply of one counted resource."""

    __slots__ = (
        "_capacity",
        "free",
        "_fresh",
        "items",
        "_reclaiming",
        "waiting",
        "_waking",
        "name",
    )

    def __init__(self, name: str, limit: float) -> None:
        self.name = name
        # The reference refuses when the count *equals* the limit, so a
        # fraction lets one more in (Repy V1 specification, section 21.8).
        self._capacity = min(math.ceil(min(limit, _UNLIMITED)), _UNLIMITED)
        self._fresh: Iterator[int] = iter(range(self._capacity))
        self.free: dict[int, None] = {}
        self.items: dict[int, ref[Item]] = {}
        self.waiting: deque[Callable[[], bool]] = deque()
        self._waking = allocate_lock()
        self._reclaiming = allocate_lock()

    def take(self, holder: str) -> Item | None:
        """An item for ``holder``, or None when the limit is reached.

        Whatever can fail is done before the token is taken, or undone.
        """
        item = Item()
        item._count = self
        item._cell = cell = []
        item.holder = holder
        weak = ref(item)
        try:
            token = self.free.popitem()[0] if self.free else next(self._fresh)
        except (KeyError, StopIteration):
            # Between the two looks another thread may have returned one.
            try:
                token = self.free.popitem()[0]
            except KeyError:
                return None
        try:
            self.items[token] = weak
            cell.append(token)
        except BaseException:
            try:
                self.items.pop(token, None)
            finally:
                self.free[token] = None
            raise
        return item

    def has_room(self) -> bool:
        """Whether a take would succeed now."""
        return bool(self.free) or length_hint(self._fresh) > 0

    def wait(self, offer: Callable[[], bool]) -> None:
        """Call ``offer`` whenever there is room, until it says that it is served.

        First come, first served. ``offer`` runs in the thread that gave back,
        so it has to be short and must not wait.
        """
        self.waiting.append(offer)
        self.wake()

    def wake(self) -> None:
        """Offer what room there is to those who wait, the oldest first."""
        while self.waiting and self.has_room():
            # A finaliser in there that came to wait would wait for this thread.
            if not undisturbed(self._offer_room):
                return

    def _offer_room(self) -> bool:
        """Serve who waits while there is room; False if somebody else is at it.

        One at a time, to keep the order. Who comes second may leave: who is inside
        looks again afterwards whether somebody waits.
        """
        if not self._waking.acquire(False):
            return False
        try:
            while self.waiting and self.waiting[0]():
                self.waiting.popleft()
        finally:
            self._waking.release()
        return True

    def reclaim_lost(self) -> bool:
        """Take back tokens whose item died without giving back; whether any did.

        A finaliser that runs at the depth limit of recursion can fail before
        its first line. Its item is gone then, and nobody else could return it.
        """
        if not self._reclaiming.acquire(False):
            return True  # somebody is at it: look again
        try:
            items = list(self.items.items())
            # A dead item that is still on the books: its give_back is neither
            # done nor under way. The second look matters, for since the list was
            # made the token may have come back and gone to another item.
            lost = [
                token
                for token, weak in items
                if weak() is None and self.items.get(token) is weak
            ]
            for token in lost:
                del self.items[token]
                self.free[token] = None
        finally:
            self._reclaiming.release()
        return bool(lost)

    def held(self) -> int:
        """How many units are held now: tokens that are out."""
        return self.most_held() - len(self.free)

    def most_held(self) -> int:
        """The most units that were held at once so far."""
        return self._capacity - length_hint(self._fresh)

    def holders(self) -> list[str]:
        """Who holds a unit, the oldest first."""
        items = [weak() for weak in list(self.items.values())]
        return [item.holder for item in items if item is not None]


class _Counts(dict[str, _Count]):
    """The supplies of the counted resources, each made when it is first asked for.

    Most programs use one or two resources. ``setdefault`` is one step of CPython:
    of two threads that ask at once both get the same supply.
    """

    __slots__ = ("_limits",)

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __missing__(self, name: str) -> _Count:
        if name not in COUNTED:
            raise KeyError(name)
        return self.setdefault(name, _Count(name, self._limits.amount(name)))


class _Rates(dict[str, Rate]):
    """The renewable resources that the ledger charges, made as the supplies are."""

    __slots__ = ("_clock", "_limits")

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock

    def __missing__(self, name: str) -> Rate:
        if name not in CHARGED:
            raise KeyError(name)
        rate = Rate(name, self._limits.amount(name), self._clock)
        return self.setdefault(name, rate)


class Ledger:
    """Everything one run holds or consumes, under one set of limits."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        """``clock`` is the run's scheduler: it measures, sleeps and blocks."""
        self._limits = limits
        self._clock = clock
        self._counts = _Counts(limits)
        self._rates = _Rates(limits, clock)
        self._used_ports: dict[str, set[int]] = {kind: set() for kind in PORTS}

    def take(self, resource: str, holder: str) -> Item:
        """Take one unit of a counted resource in the name of ``holder``.

        Raises LimitReached when all are held; nothing has changed then.
        """
        count = self._counts[resource]
        item = count.take(holder)
        if item is None and count.reclaim_lost():
            item = count.take(holder)
        if item is None:
            raise LimitReached(resource)
        return item

    def take_after_collecting(self, resource: str, holder: str) -> Item:
        """Like ``take``, but collect unreachable handles and try again at the limit.

        Repy V1 specification, section 10.4: for ``open`` and ``openconn``.
        """
        try:
            return self.take(resource, holder)
        except LimitReached:
            gc.collect()
        return self.take(resource, holder)

    def take_when_room(self, resource: str, holder: str) -> Item:
        """Like ``take``, but wait for room, first come, first served.

        Raises RunEnded if the run ends while it waits.
        """
        signal = self._clock.new_signal()
        got: list[Item] = []
        wanted = [True]

        def offer() -> bool:
            if not wanted:
                return True
            item = self._counts[resource].take(holder)
            if item is None:
                return False
            got.append(item)
            signal.set()
            return True

        self._counts[resource].wait(offer)
        try:
            while not got:
                signal.wait()
        except BaseException:
            wanted.clear()
            for item in got:
                item.give_back()
            raise
        return got[0]

    def wait_for_room(self, resource: str, offer: Callable[[], bool]) -> None:
        """Have ``offer`` called whenever there is room, until it returns True.

        First come, first served; it may be called before this returns. It runs
        in whatever thread makes room, so it must be short and never wait.
        """
        self._counts[resource].wait(offer)

    def room(self, resource: str) -> bool:
        """Whether a take would succeed now."""
        return self._counts[resource].has_room()

    def allow_port(self, kind: str, port: int) -> None:
        """Check a local port of kind ``messport`` or ``connport``; remember its use.

        Raises PortForbidden if the restrictions don't grant it.
        """
        if port not in self._limits.ports(kind):
            raise PortForbidden(kind, port)
        self._used_ports[kind].add(port)

    def charge(self, resource: str, amount: float) -> None:
        """Use ``amount`` units of a renewable resource; sleeps an overdraft off.

        Raises RateIsZero for a limit of 0, RunEnded if the run ends meanwhile.
        """
        self._rates[resource].charge(amount)

    def charger(self, resource: str) -> Callable[[float], None]:
        """``charge`` for one resource, without looking it up each time."""
        return self._rates[resource].charge

    def held(self, resource: str) -> int:
        """How many units of a counted resource are held now."""
        return self._counts[resource].held() if resource in self._counts else 0

    def most_held(self, resource: str) -> int:
        """The most units of a counted resource that were held at once so far."""
        return self._counts[resource].most_held() if resource in self._counts else 0

    def all_held(self) -> dict[str, int]:
        """The counted resources of which units are held now, with their number."""
        counts = self._counts
        return {
            name: number
            for name in COUNTED
            if name in counts and (number := counts[name].held())
        }

    def all_most_held(self) -> dict[str, int]:
        """``most_held`` of each counted resource."""
        counts = self._counts
        return {
            name: counts[name].most_held() if name in counts else 0 for name in COUNTED
        }

    def holders(self, resource: str) -> list[str]:
        """Who holds a unit of a counted resource now."""
        return self._counts[resource].holders()

    def usage(self) -> dict[str, int | float | set[int]]:
        """A fresh copy of what the ledger knows of ``getresources``' usage.

        Repy V2 specification, section 8: the counts now, the renewable amounts
        as of their last charge, and the ports used so far. CPU, memory and disk
        are the operating system's to tell.
        """
        usage: dict[str, int | float | set[int]] = {
            name: self._counts[name].held() for name in COUNTED
        }
        usage.update((name, self._rates[name].used) for name in CHARGED)
        usage.update((kind, set(ports)) for kind, ports in self._used_ports.items())
        return usage
