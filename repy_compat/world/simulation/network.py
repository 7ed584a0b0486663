"""A loopback network in memory: one host, its addresses, UDP and TCP.

Datagrams and connections arrive at once and are never lost, except that a full
buffer refuses more as a real one does. What may be late is the event that
receives: whether it runs before or after others is the schedule's choice.
"""

from __future__ import annotations

import errno
import os
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from functools import cached_property
from weakref import WeakValueDictionary, ref

from repy_compat.world.base import (
    DATAGRAM_BUFFER,
    STREAM_BUFFER,
    Address,
    Body,
    Connection,
    DatagramSocket,
    Endpoint,
    HostNotFound,
    Listener,
    Network,
    Watch,
)
from repy_compat.world.simulation.engine import Engine
from repy_compat.world.simulation.task import Task

LOOPBACK = "127.0.0.1"
HOST = "10.0.0.1"
ANY = "0.0.0.0"
FIRST_EPHEMERAL = 32768
LARGEST_DATAGRAM = 65507
NAMES = {
    "localhost": ("localhost", [], [LOOPBACK]),
    "host": ("host", ["host.simulated"], [HOST]),
}


def _failure(number: int) -> OSError:
    return OSError(number, os.strerror(number))


class _Endpoint(Endpoint):
    """What every endpoint shares: waiting for it, watching it, closing it."""

    def __init__(self, network: SimulatedNetwork, local: Address) -> None:
        self.local = local
        self._network = network
        self._engine = network.engine
        self._waiting: list[Task] = []
        self._watches: list[SimulatedWatch] = []
        self.closed = False
        network.opened[id(self)] = self

    @abstractmethod
    def _has_input(self) -> bool:
        """Whether there is something to receive."""

    def _has_room(self) -> bool:
        return True

    def readable(self) -> bool:
        self.check()
        return self._has_input()

    def writable(self) -> bool:
        self.check()
        return self._has_room()

    def check(self) -> None:
        """OSError EBADF when closed."""
        if self.closed:
            raise _failure(errno.EBADF)

    def wait_readable(self, timeout: float | None) -> bool:
        return self._wait(self._has_input, timeout)

    def wait_writable(self, timeout: float | None) -> bool:
        return self._wait(self._has_room, timeout)

    def _wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        engine = self._engine
        deadline = None if timeout is None else engine.deadline_after(max(0.0, timeout))
        while not self.closed and not ready():
            if deadline is not None and engine.time >= deadline:
                return False
            task = engine.current
            self._waiting.append(task)
            try:
                engine.block(self, deadline)
            finally:
                self._waiting.remove(task)
        return not self.closed

    def changed(self) -> None:
        """Something arrived, left or closed: whoever waits looks again."""
        for task in self._waiting:
            self._engine.wake(task)
        for watch in tuple(self._watches):
            watch.look()

    def watched(self, watch: SimulatedWatch, present: bool) -> None:
        """Add or drop a watch."""
        if present:
            self._watches.append(watch)
        elif watch in self._watches:
            self._watches.remove(watch)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._network.opened.pop(id(self), None)
            self._leave()
            for task in self._waiting:
                self._engine.wake(task)

    def _leave(self) -> None:
        """Give the address up and tell the peer."""

    def __del__(self) -> None:
        if hasattr(self, "closed"):
            self.close()


class SimulatedDatagramSocket(_Endpoint, DatagramSocket):
    """A bound UDP socket."""

    def __init__(self, network: SimulatedNetwork, local: Address) -> None:
        super().__init__(network, local)
        self._queue: deque[tuple[str, Address]] = deque()
        self._queued = 0

    def _has_input(self) -> bool:
        return bool(self._queue)

    def send_to(self, data: str, to: Address) -> int:
        self.check()
        if len(data) > LARGEST_DATAGRAM:
            raise _failure(errno.EMSGSIZE)
        receiver = self._network.datagram_receiver(to)
        if receiver is not None:
            ip = LOOPBACK if self.local.ip == ANY else self.local.ip
            receiver.deliver(data, Address(ip, self.local.port))
        return len(data)

    def deliver(self, data: str, sender: Address) -> None:
        """Put a datagram into the buffer, or lose it when the buffer is full."""
        if self._queued + len(data) <= 2 * DATAGRAM_BUFFER:
            self._queue.append((data, sender))
            self._queued += len(data)
            self.changed()

    def receive_from(self) -> tuple[str, Address]:
        self.check()
        if not self._queue:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        data, sender = self._queue.popleft()
        self._queued -= len(data)
        return data, sender

    def _leave(self) -> None:
        self._network.datagrams.pop((self.local.ip, self.local.port), None)


class SimulatedConnection(_Endpoint, Connection):
    """One end of a TCP connection."""

    send_buffer = 2 * STREAM_BUFFER

    def __init__(
        self, network: SimulatedNetwork, local: Address, remote: Address
    ) -> None:
        super().__init__(network, local)
        self.remote = remote
        self._peer: ref[SimulatedConnection] | None = None
        self.incoming = ""
        self.peer_closed = False

    def _has_input(self) -> bool:
        return bool(self.incoming) or self.peer_closed

    @property
    def peer(self) -> SimulatedConnection | None:
        """The other end while it is open."""
        return None if self._peer is None else self._peer()

    def join(self, peer: SimulatedConnection) -> None:
        """Say which the other end is."""
        self._peer = ref(peer)

    def _has_room(self) -> bool:
        peer = self.peer
        return peer is None or len(peer.incoming) < self.send_buffer

    def send(self, data: str) -> int:
        self.check()
        peer = self.peer
        if peer is None or self.peer_closed:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        room = self.send_buffer - len(peer.incoming)
        if room <= 0:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        part = data[:room]
        peer.incoming += part
        peer.changed()
        return len(part)

    def receive(self, size: int) -> str:
        self.check()
        if not self.incoming:
            if self.peer_closed:
                return ""
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        data, self.incoming = self.incoming[:size], self.incoming[size:]
        if self.peer is not None:
            self.peer.changed()
        return data

    def ended(self) -> bool:
        self.check()
        return self.peer_closed and not self.incoming

    def _leave(self) -> None:
        peer, self._peer = self.peer, None
        if peer is not None:
            peer.peer_closed = True
            peer.changed()


class SimulatedListener(_Endpoint, Listener):
    """A listening TCP socket."""

    def __init__(self, network: SimulatedNetwork, local: Address, backlog: int) -> None:
        super().__init__(network, local)
        self._backlog = max(1, backlog)
        self._queue: deque[SimulatedConnection] = deque()

    def _has_input(self) -> bool:
        return bool(self._queue)

    def accept(self) -> Connection:
        self.check()
        if not self._queue:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        connection = self._queue.popleft()
        self.changed()
        return connection

    def is_full(self) -> bool:
        """Whether one more connection would have to wait."""
        return len(self._queue) > self._backlog

    def offer(self, connection: SimulatedConnection) -> None:
        """A connection that waits to be accepted."""
        self._queue.append(connection)
        self.changed()

    def _leave(self) -> None:
        self._network.listeners.pop((self.local.ip, self.local.port), None)
        while self._queue:
            self._queue.popleft().close()


class SimulatedWatch(Watch):
    """Calls its function once the endpoint is readable, then rests until ``resume``."""

    def __init__(self, engine: Engine, endpoint: _Endpoint, function: Body) -> None:
        self._engine = engine
        self._endpoint = endpoint
        self._function = function
        self._armed = False
        self._cancelled = False
        endpoint.watched(self, True)
        self.resume()

    def resume(self) -> None:
        if not self._cancelled:
            self._armed = True
            self.look()

    def look(self) -> None:
        """Start the call if it is due."""
        endpoint = self._endpoint
        if self._armed and not endpoint.closed and endpoint.readable():
            self._armed = False
            self._engine.serve("selector", self._call)

    def _call(self) -> None:
        if not self._cancelled:
            self._function()

    def cancel(self) -> None:
        self._cancelled = True
        self._armed = False
        self._endpoint.watched(self, False)


class SimulatedNetwork(Network):
    """The loopback network of one simulated host, ``127.0.0.1`` and ``10.0.0.1``."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._next_port = FIRST_EPHEMERAL

    # An endpoint closes itself when the program has forgotten it, so the network
    # mustn't keep it. Most programs have none: the tables are made when asked for.

    @cached_property
    def datagrams(
        self,
    ) -> WeakValueDictionary[tuple[str, int], SimulatedDatagramSocket]:
        """The bound UDP sockets by their local address."""
        return WeakValueDictionary()

    @cached_property
    def listeners(self) -> WeakValueDictionary[tuple[str, int], SimulatedListener]:
        """The listening sockets by their local address."""
        return WeakValueDictionary()

    @cached_property
    def opened(self) -> WeakValueDictionary[int, _Endpoint]:
        """Every open endpoint."""
        return WeakValueDictionary()

    def resolve(self, name: str) -> tuple[str, list[str], list[str]]:
        if name in NAMES:
            primary, aliases, addresses = NAMES[name]
            return primary, list(aliases), list(addresses)
        parts = name.split(".")
        if len(parts) == 4 and all(p.isdigit() and int(p) < 256 for p in parts):
            return name, [], [name]
        raise HostNotFound(-2, "Name or service not known")

    def outgoing_ip(self) -> str:
        return HOST

    def interface_ips(self, name: str) -> list[str]:
        return {"lo": [LOOPBACK], "eth0": [HOST]}.get(name, [])

    def can_bind(self, ip: str) -> bool:
        return ip in (ANY, HOST) or ip.startswith("127.")

    def datagram_socket(self, local: Address) -> DatagramSocket:
        local = self._bindable(local, self.datagrams)
        made = SimulatedDatagramSocket(self, local)
        self.datagrams[local.ip, local.port] = made
        return made

    def listen(self, local: Address, backlog: int) -> Listener:
        local = self._bindable(local, self.listeners)
        made = SimulatedListener(self, local, backlog)
        self.listeners[local.ip, local.port] = made
        return made

    def _bindable(self, local: Address, taken: Iterable[tuple[str, int]]) -> Address:
        if not self.can_bind(local.ip):
            raise _failure(errno.EADDRNOTAVAIL)
        if local.port == 0:
            return Address(local.ip, self._free_port())
        if any(_overlap(local, held) for held in taken):
            raise _failure(errno.EADDRINUSE)
        return local

    def _free_port(self) -> int:
        self._next_port += 1
        return self._next_port

    def datagram_receiver(self, to: Address) -> SimulatedDatagramSocket | None:
        """The socket that a datagram to ``to`` reaches, or None."""
        return self.datagrams.get((to.ip, to.port)) or (
            self.datagrams.get((ANY, to.port)) if self.can_bind(to.ip) else None
        )

    def _listener(self, remote: Address) -> SimulatedListener | None:
        return self.listeners.get((remote.ip, remote.port)) or (
            self.listeners.get((ANY, remote.port)) if self.can_bind(remote.ip) else None
        )

    def connect(
        self, remote: Address, local: Address | None, timeout: float
    ) -> Connection:
        ip = LOOPBACK if remote.ip.startswith("127.") else HOST
        if local is None:
            local = Address(ip, self._free_port())
        elif not self.can_bind(local.ip):
            raise _failure(errno.EADDRNOTAVAIL)
        else:
            local = Address(
                ip if local.ip == ANY else local.ip, local.port or self._free_port()
            )
        if any(_overlap(local, held) for held in self.listeners):
            raise _failure(errno.EADDRINUSE)
        if self.stream_state(local, remote):
            raise _failure(errno.EADDRNOTAVAIL)
        if not self.can_bind(remote.ip):
            # Nobody answers there: the call takes all of its time.
            self.engine.sleep(timeout)
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        listener = self._accepting(remote, timeout)
        return self._joined(listener, local, remote)

    def _accepting(self, remote: Address, timeout: float) -> SimulatedListener:
        deadline = self.engine.deadline_after(max(0.0, timeout))
        while True:
            listener = self._listener(remote)
            if listener is None:
                raise ConnectionRefusedError(
                    errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)
                )
            if not listener.is_full():
                return listener
            if self.engine.time >= deadline:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            self.engine.sleep(min(0.1, deadline - self.engine.time))

    def _joined(
        self, listener: SimulatedListener, local: Address, remote: Address
    ) -> Connection:
        ours = SimulatedConnection(self, local, remote)
        theirs = SimulatedConnection(self, remote, local)
        ours.join(theirs)
        theirs.join(ours)
        listener.offer(theirs)
        return ours

    def is_listening(self, local: Address) -> bool:
        return any(_overlap(local, held) for held in self.listeners)

    def stream_state(self, local: Address, remote: Address | None) -> str:
        for endpoint in list(self.opened.values()):
            if (
                isinstance(endpoint, SimulatedConnection)
                and endpoint.local == local
                and remote in (None, endpoint.remote)
            ):
                return "open"
        return ""

    def watch(self, endpoint: Endpoint, function: Body) -> Watch:
        assert isinstance(endpoint, _Endpoint)
        return SimulatedWatch(self.engine, endpoint, function)

    def stop(self) -> None:
        for endpoint in list(self.opened.values()):
            endpoint.close()


def _overlap(local: Address, held: tuple[str, int]) -> bool:
    """Whether two local addresses can't be bound at the same time."""
    return local.port == held[1] and (
        local.ip == held[0] or local.ip == ANY or held[0] == ANY
    )
