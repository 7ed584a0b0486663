"""UDP sockets, TCP listeners and TCP connections of the operating system.

Whoever has to wait does so inside one call of the system, without a timeout of
ours: closing shuts the socket down first, which wakes the waiting thread. The
last one to leave then gives the descriptor back, so its number can't come to mean
another socket under somebody's feet.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import weakref
from _thread import RLock
from contextlib import suppress
from time import monotonic

from repy_compat.errors import RunEnded
from repy_compat.world.base import (
    DATAGRAM_BUFFER,
    STREAM_BUFFER,
    Address,
    Connection,
    DatagramSocket,
    Endpoint,
    Listener,
)

#: More than the largest UDP message over IPv4 (65507 bytes).
_DATAGRAM = 65_536

#: No single receive asks for more: the buffers of the system are smaller, and
#: Python reserves what is asked for before it looks.
_LARGEST_RECEIVE = 65_536

#: At most so much unread data is thrown away when a connection is closed.
_LARGEST_DRAIN = 1_048_576

#: Seconds; the system counts milliseconds in an int.
_LONGEST_WAIT = 1e6

#: Flag for calls that mustn't wait on a connection. Connections are in blocking
#: mode where the system has it: a waiting receive is one call then.
_NO_WAIT = getattr(socket, "MSG_DONTWAIT", 0)

_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})


class Group:
    """The open endpoints of one run: what has to be closed when it ends."""

    def __init__(self, *, stopped: bool = False) -> None:
        # Finalisers take entries out of this at any moment, so it has no lock
        # and only single dictionary operations, which are atomic.
        self._members: dict[int, weakref.ref[_Socket]] = {}
        self.stopped = stopped

    def add(self, member: _Socket) -> None:
        """Remember an open endpoint; RunEnded, and it is closed, after ``stop``."""
        self._members[id(member)] = weakref.ref(member)
        if self.stopped:
            member.close()
            raise RunEnded

    def discard(self, member: _Socket) -> None:
        """Forget an endpoint that is closed."""
        self._members.pop(id(member), None)

    def stop(self) -> None:
        """Close all and everything that is still going to be added."""
        self.stopped = True
        for member in self._open():
            member.close()

    def _open(self) -> list[_Socket]:
        references = list(self._members.values())
        return [member for reference in references if (member := reference())]

    def listens(self, local: Address) -> bool:
        """Whether one of them listens for TCP on ``local``."""
        return any(
            isinstance(member, RealListener)
            and member.local in (local, Address("0.0.0.0", local.port))
            for member in self._open()
        )

    def joins(self, local: Address, remote: Address | None) -> bool:
        """Whether one of them is a connection of ``local`` (with ``remote``)."""
        return any(
            isinstance(member, RealConnection)
            and member.local == local
            and remote in (None, member.remote)
            for member in self._open()
        )

    def __len__(self) -> int:
        return len(self._members)


def _ready(descriptor: int, *, write: bool, timeout: float | None) -> bool:
    """Wait until a descriptor can be read or written, or has failed."""
    if timeout is not None:
        timeout = min(max(timeout, 0.0), _LONGEST_WAIT)
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(descriptor, select.POLLOUT if write else select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1e3))
    watched = [descriptor]
    nothing: list[int] = []
    found = select.select(
        nothing if write else watched, watched if write else nothing, watched, timeout
    )
    return any(found)


class _Socket(Endpoint):
    """What the three kinds share: closing, waiting, and who is still inside."""

    # No __slots__: the base classes have a dictionary anyway.

    def __init__(self, group: Group, sock: socket.socket) -> None:
        self._socket = sock
        # Reentrant: a finaliser that the collector runs in here may use the socket.
        self._lock = RLock()
        self._waiting = 0
        self._closed = False
        self._group = group
        group.add(self)

    def _name_local(self) -> None:
        ip, port = self._socket.getsockname()
        self.local = Address(ip, port)

    def _check_open(self) -> None:
        """EBADF once closed; called with the lock held."""
        if self._closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def close(self) -> None:
        """Release the socket in an orderly way; doing it again is harmless."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._shut_down()
            if not self._waiting:
                self._socket.close()
        self._group.discard(self)

    def __del__(self) -> None:
        if hasattr(self, "_group"):
            self.close()

    def _shut_down(self) -> None:
        """Wake whoever waits."""
        if self._waiting:
            # It wakes them although it fails for what isn't connected.
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _enter(self) -> bool:
        """Begin to wait on the descriptor, unless it's closed; then ``_leave``."""
        with self._lock:
            if not self._closed:
                self._waiting += 1
                return True
        self._leave_if_stopped()
        return False

    def _leave(self) -> None:
        """The wait is over; the last one out after a close releases the descriptor."""
        with self._lock:
            self._waiting -= 1
            if self._closed and not self._waiting:
                self._socket.close()
        self._leave_if_stopped()

    def _leave_if_stopped(self) -> None:
        if self._group.stopped:
            raise RunEnded

    def _wait(self, *, write: bool, timeout: float | None) -> bool:
        if not self._enter():
            return False
        try:
            ready = _ready(self._socket.fileno(), write=write, timeout=timeout)
        finally:
            self._leave()
        return ready and not self._closed

    def readable(self) -> bool:
        """Whether a receive (or accept) would find something now, an end included."""
        with self._lock:
            self._check_open()
            return _ready(self._socket.fileno(), write=False, timeout=0)

    def writable(self) -> bool:
        """Whether a send would take at least one byte now, or fail for good."""
        with self._lock:
            self._check_open()
            return _ready(self._socket.fileno(), write=True, timeout=0)

    def wait_readable(self, timeout: float | None) -> bool:
        """Wait until readable(), closed or ``timeout`` seconds; whether readable."""
        return self._wait(write=False, timeout=timeout)

    def wait_writable(self, timeout: float | None) -> bool:
        """Wait until writable(), closed or ``timeout`` seconds; whether writable."""
        return self._wait(write=True, timeout=timeout)


class RealDatagramSocket(_Socket, DatagramSocket):
    """A bound UDP socket."""

    def send_to(self, data: str, to: Address) -> int:
        """Send one datagram, waiting for room in the system's buffers; bytes sent."""
        payload = data.encode("latin-1")
        while True:
            with self._lock:
                self._check_open()
                try:
                    return self._socket.sendto(payload, (to.ip, to.port))
                except BlockingIOError:
                    pass
            self.wait_writable(None)

    def receive_from(self) -> tuple[str, Address]:
        """The next datagram; BlockingIOError when there is none."""
        with self._lock:
            self._check_open()
            payload, (ip, port) = self._socket.recvfrom(_DATAGRAM)
        return payload.decode("latin-1"), Address(ip, port)


class RealConnection(_Socket, Connection):
    """A TCP connection, established by ``open_connection`` or an accept."""

    # What these are until it is established.
    local = remote = Address("0.0.0.0", 0)
    send_buffer = STREAM_BUFFER

    def establish(self, remote: Address, timeout: float) -> None:
        """Connect the fresh socket; OSError, or TimeoutError after ``timeout`` s."""
        deadline = monotonic() + timeout
        failure = self._socket.connect_ex((remote.ip, remote.port))
        if failure in _IN_PROGRESS:
            self.wait_writable(timeout)
            if monotonic() >= deadline:
                raise TimeoutError(errno.ETIMEDOUT, "timed out")
            failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, os.strerror(failure))
        # A limit that passed while the system was quick is passed all the same:
        # a program with a tiny one expects to be told so every time.
        if monotonic() >= deadline:
            raise TimeoutError(errno.ETIMEDOUT, "timed out")
        self.settle(remote)

    def settle(self, remote: Address) -> None:
        """Fill in what is known of an established connection."""
        self._name_local()
        self.remote = remote
        self.send_buffer = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        self._socket.setblocking(bool(_NO_WAIT))

    def _shut_down(self) -> None:
        """Send the end after what was sent, and drop what was never read.

        Closing with unread data would make the system reset the connection, and
        the peer might lose the answer that it has not read yet.
        """
        dropped = 0
        # An error says: gone already, reset, or nothing more there.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
            while dropped < _LARGEST_DRAIN:
                piece = self._socket.recv(_DATAGRAM, _NO_WAIT)
                if not piece:
                    break
                dropped += len(piece)

    def send(self, data: str) -> int:
        """Send a first part of ``data``; BlockingIOError when the buffers are full."""
        payload = data.encode("latin-1")
        with self._lock:
            self._check_open()
            return self._socket.send(payload, _NO_WAIT)

    def receive(self, size: int) -> str:
        """1 to ``size`` bytes; ``''`` when the peer closed; BlockingIOError if none."""
        with self._lock:
            self._check_open()
            data = self._socket.recv(min(size, _LARGEST_RECEIVE), _NO_WAIT)
        return data.decode("latin-1")

    def await_data(self, size: int) -> str:
        """1 to ``size`` bytes, waiting for them; ``''`` when there'll be no more."""
        if not _NO_WAIT:
            return super().await_data(size)
        if not self._enter():
            return ""
        try:
            data = self._socket.recv(min(size, _LARGEST_RECEIVE))
        finally:
            self._leave()
        return data.decode("latin-1")

    def ended(self) -> bool:
        """Whether the peer has closed and nothing is left to read."""
        with self._lock:
            self._check_open()
            try:
                return not self._socket.recv(1, socket.MSG_PEEK | _NO_WAIT)
            except BlockingIOError:
                return False


class RealListener(_Socket, Listener):
    """A listening TCP socket."""

    local = Address("0.0.0.0", 0)

    def accept(self) -> Connection:
        """The next connection; BlockingIOError when there is none."""
        with self._lock:
            self._check_open()
            sock, (ip, port) = self._socket.accept()
        with closing_on_failure(sock):
            connection = RealConnection(self._group, sock)
            connection.settle(Address(ip, port))
        return connection


class closing_on_failure:
    """Close a socket if the block that was to hand it on fails."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            self._socket.close()


def _new_socket(kind: socket.SocketKind) -> socket.socket:
    sock = socket.socket(socket.AF_INET, kind)
    sock.setblocking(False)
    return sock


def _new_stream_socket(*, reuse: bool) -> socket.socket:
    sock = _new_socket(socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STREAM_BUFFER)
    # Elsewhere this option would let two listeners share a port.
    if reuse and os.name == "posix":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return sock


def open_datagram_socket(group: Group, local: Address) -> RealDatagramSocket:
    """Bind a UDP socket; ``0.0.0.0`` with port 0 leaves both to the system."""
    sock = _new_socket(socket.SOCK_DGRAM)
    with closing_on_failure(sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DATAGRAM_BUFFER)
        sock.bind((local.ip, local.port))
        endpoint = RealDatagramSocket(group, sock)
        endpoint._name_local()
    return endpoint


def send_datagram(data: str, to: Address, local: Address) -> int:
    """Send one datagram from a socket that only this call knows; bytes sent.

    It blocks while the system's buffers are full: they empty by themselves.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if local.port or local.ip != "0.0.0.0":
            sock.bind((local.ip, local.port))
        return sock.sendto(data.encode("latin-1"), (to.ip, to.port))


def open_listener(group: Group, local: Address, backlog: int) -> RealListener:
    """Listen for TCP connections; accepted ones inherit the buffer sizes."""
    sock = _new_stream_socket(reuse=True)
    with closing_on_failure(sock):
        sock.bind((local.ip, local.port))
        sock.listen(backlog)
        endpoint = RealListener(group, sock)
        endpoint._name_local()
    return endpoint


def open_connection(
    group: Group, remote: Address, local: Address | None, timeout: float
) -> RealConnection:
    """Connect, from ``local`` if given; TimeoutError after ``timeout`` seconds."""
    sock = _new_stream_socket(reuse=local is not None and local.port != 0)
    with closing_on_failure(sock):
        if local is not None:
            sock.bind((local.ip, local.port))
        endpoint = RealConnection(group, sock)
    try:
        endpoint.establish(remote, timeout)
    except BaseException:
        endpoint.close()
        raise
    return endpoint


def descriptor_of(endpoint: Endpoint) -> int:
    """The descriptor of an open endpoint of this module; OSError if it is closed."""
    if not isinstance(endpoint, _Socket):
        raise TypeError("not an endpoint of this network")
    with endpoint._lock:
        endpoint._check_open()
        return endpoint._socket.fileno()
