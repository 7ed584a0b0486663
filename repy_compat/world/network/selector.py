"""One thread that tells when listeners can be read; it lives while there are any.

A watch fires once and then rests until it is resumed, so a listener whose
callback waits for a free event costs nothing meanwhile. Registering, resuming
and withdrawing take effect at once, also while the thread sleeps.
"""

from __future__ import annotations

import os
import select
from _collections_abc import Callable
from _thread import RLock, start_new_thread
from contextlib import suppress
from typing import Protocol

from repy_compat.errors import RunEnded
from repy_compat.undisturbed import undisturbed
from repy_compat.world.base import Body, Watch


class Poller(Protocol):
    """Waits for one of several descriptors; each fires once and is then at rest."""

    def arm(self, descriptor: int) -> None:
        """Fire (again) when the descriptor can be read."""

    def forget(self, descriptor: int) -> None:
        """Never fire for the descriptor again."""

    def wait(self) -> list[int]:
        """Sleep until something fires or ``wake``; the descriptors that fired."""

    def wake(self) -> None:
        """Make ``wait`` return."""

    def close(self) -> None:
        """Release what the poller itself holds."""


class _Bell:
    """A pipe: writing into one end wakes whoever waits on the other.

    No pair of sockets: behind the walls of a worker there is none.
    """

    def __init__(self) -> None:
        self._exit, self._entrance = os.pipe()
        os.set_blocking(self._exit, False)
        os.set_blocking(self._entrance, False)

    def fileno(self) -> int:
        return self._exit

    def ring(self) -> None:
        # An error says: full, so it rings already; or closed, so nobody waits.
        with suppress(OSError):
            os.write(self._entrance, b"!")

    def silence(self) -> None:
        with suppress(OSError):  # it is empty then
            while os.read(self._exit, 4096):
                pass

    def close(self) -> None:
        ends = self._exit, self._entrance
        # The numbers may come to mean other files at once.
        self._exit = self._entrance = -1
        for descriptor in ends:
            if descriptor >= 0:
                os.close(descriptor)


class _SocketBell(_Bell):
    """The same where ``select`` takes nothing but sockets (Windows)."""

    def __init__(self) -> None:
        import socket

        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._theirs.setblocking(False)

    def fileno(self) -> int:
        return self._theirs.fileno()

    def ring(self) -> None:
        # An error says: full, so it rings already; or closed, so nobody waits.
        with suppress(OSError):
            self._mine.send(b"!")

    def silence(self) -> None:
        with suppress(OSError):  # it is empty then
            while self._theirs.recv(4096):
                pass

    def close(self) -> None:
        self._mine.close()
        self._theirs.close()


def _new_bell() -> _Bell:
    return _SocketBell() if os.name == "nt" else _Bell()


class EpollPoller:
    """Linux: changes made by other threads reach a sleeping ``wait`` by themselves."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._bell = _new_bell()
        self._epoll.register(self._bell.fileno(), select.EPOLLIN)
        self._known: set[int] = set()

    def arm(self, descriptor: int) -> None:
        mask = select.EPOLLIN | select.EPOLLONESHOT
        if descriptor in self._known:
            self._epoll.modify(descriptor, mask)
        else:
            self._epoll.register(descriptor, mask)
            self._known.add(descriptor)

    def forget(self, descriptor: int) -> None:
        if descriptor in self._known:
            self._known.discard(descriptor)
            # Closed before it was withdrawn: the system has forgotten it already.
            with suppress(OSError):
                self._epoll.unregister(descriptor)

    def wait(self) -> list[int]:
        fired = [descriptor for descriptor, _ in self._epoll.poll()]
        if self._bell.fileno() in fired:
            self._bell.silence()
            fired.remove(self._bell.fileno())
        return fired

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        self._epoll.close()
        self._bell.close()


class SelectPoller:
    """Everywhere else: the set is handed over anew for each wait."""

    def __init__(self) -> None:
        self._bell = _new_bell()
        self._armed: set[int] = set()

    def arm(self, descriptor: int) -> None:
        self._armed.add(descriptor)
        self._bell.ring()

    def forget(self, descriptor: int) -> None:
        self._armed.discard(descriptor)
        # A wait that still holds the descriptor would fail once it is closed.
        self._bell.ring()

    def wait(self) -> list[int]:
        watched = list(self._armed)
        try:
            fired, _, _ = select.select([self._bell.fileno(), *watched], [], [])
        except (OSError, ValueError):
            return []  # one was closed under the wait; it is forgotten by now
        if self._bell.fileno() in fired:
            self._bell.silence()
            fired.remove(self._bell.fileno())
        for descriptor in fired:
            self._armed.discard(descriptor)
        return fired

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        self._bell.close()


def default_poller() -> Poller:
    """The best poller of this system."""
    return EpollPoller() if hasattr(select, "epoll") else SelectPoller()


class Selector:
    """The thread, and the watches it serves. It ends when the last one goes."""

    def __init__(self, poller: Poller, owner: Selectors) -> None:
        self._poller = poller
        self._name_thread = owner.name_thread
        self._lock = owner.lock
        self._watches: dict[int, RealWatch] = {}
        self._ending = False
        # Not threading.Thread, whose start waits for the new thread: a finaliser that
        # runs there first may wait for the lock that the starter holds.
        start_new_thread(self._run, ())

    def add(self, watch: RealWatch) -> None:
        """Serve one more watch; it stays unarmed if the selector has ended."""
        with self._lock:
            if self._ending:
                return
            self._watches[watch.descriptor] = watch
            watch.armed = True
            self._poller.arm(watch.descriptor)

    def resume(self, watch: RealWatch) -> None:
        """Arm a watch again, unless it was withdrawn."""
        with self._lock:
            if self._ending or watch.armed:
                return
            if self._watches.get(watch.descriptor) is watch:
                watch.armed = True
                self._poller.arm(watch.descriptor)

    def remove(self, watch: RealWatch) -> bool:
        """Withdraw a watch; whether none is left (the thread ends then)."""
        with self._lock:
            if self._ending:
                return True
            if self._watches.get(watch.descriptor) is watch:
                del self._watches[watch.descriptor]
                self._poller.forget(watch.descriptor)
            if not self._watches:
                self._end()
            return self._ending

    def stop(self) -> None:
        """Withdraw all watches; the thread ends."""
        with self._lock:
            self._watches.clear()
            if not self._ending:
                self._end()

    def _end(self) -> None:
        self._ending = True
        self._poller.wake()

    def _run(self) -> None:
        if self._name_thread is not None:
            self._name_thread("(selector)")
        try:
            while not self._ending:
                for function in self._due(self._poller.wait()):
                    function()
        except RunEnded:
            pass  # the run is over: nobody wants to be told any more
        finally:
            with self._lock:
                self._ending = True
                self._poller.close()
            if self._name_thread is not None:
                self._name_thread(None)

    def _due(self, fired: list[int]) -> list[Body]:
        """Functions of the watches that fired and were still armed.

        A descriptor's number may have come to mean another listener since it
        fired. Its function is then called once too often, which is harmless: it
        finds nothing to read and resumes.
        """
        due: list[Body] = []
        with self._lock:
            for descriptor in fired:
                watch = self._watches.get(descriptor)
                if watch is not None and watch.armed:
                    watch.armed = False
                    due.append(watch.function)
        return due


class RealWatch(Watch):
    """A standing request to a selector."""

    def __init__(
        self, owner: Selectors, selector: Selector, descriptor: int, function: Body
    ) -> None:
        self._owner = owner
        self.selector = selector
        self.descriptor = descriptor
        self.function = function
        self.armed = False

    def resume(self) -> None:
        """Ask once more: after each call of its function a watch rests."""
        self.selector.resume(self)

    def cancel(self) -> None:
        """Withdraw the request; the function isn't called afterwards."""
        self._owner.withdraw(self)


class Selectors:
    """Keeps at most one selector for a run, made when needed, gone when idle."""

    def __init__(
        self,
        new_poller: Callable[[], Poller] = default_poller,
        name_thread: Callable[[str | None], None] | None = None,
    ) -> None:
        # Held while a watch comes or goes, so none is given to an ending thread.
        # One lock for all, and reentrant: a finaliser that the collector runs
        # while it is held may let a watch come or go itself.
        self.lock = RLock()
        self.name_thread = name_thread
        self._new_poller = new_poller
        self._current: Selector | None = None
        self._stopped = False

    def watch(self, descriptor: int, function: Body) -> Watch:
        """Watch a descriptor, with a new selector if there is none."""
        return undisturbed(lambda: self._watch(descriptor, function))

    def _watch(self, descriptor: int, function: Body) -> Watch:
        with self.lock:
            while True:
                current = self._selector()
                watch = RealWatch(self, current, descriptor, function)
                current.add(watch)
                if watch.armed:
                    return watch

    def _selector(self) -> Selector:
        """The selector of now, a new one if there is none. Under the lock."""
        if self._current is None:
            if self._stopped:
                raise RunEnded
            made = Selector(self._new_poller(), self)
            if self._current is not None or self._stopped:
                made.stop()  # a finaliser was as quick
            else:
                self._current = made
        return self._current or self._selector()

    def withdraw(self, watch: RealWatch) -> None:
        """Withdraw a watch; the selector goes with its last one."""
        with self.lock:
            if watch.selector.remove(watch) and self._current is watch.selector:
                self._current = None

    def stop(self) -> None:
        """End the selector for good."""
        with self.lock:
            self._stopped = True
            current, self._current = self._current, None
        if current is not None:
            current.stop()
