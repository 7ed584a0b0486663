"""What the sockets of a V2 program do: states, charges and texts.

Repy V2 specification, sections 9.3, 11.3 and 11.4. No call waits for the network;
each may wait for a renewable resource.

A server or a connection belongs to the handle that shows it: when the last
reference to the handle goes, the object closes and gives its unit back.
"""

from __future__ import annotations

import errno

from repy_compat.api.addresses import receiving, sending
from repy_compat.api.exceptions import (
    ResourceExhaustedError,
    SocketClosedLocal,
    SocketClosedRemote,
    SocketWouldBlockError,
)
from repy_compat.api.failures import NO_ROOM, detached
from repy_compat.errors import LimitReached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import (
        Connection,
        DatagramSocket,
        Endpoint,
        Listener,
    )

    class Owner(Protocol):
        """What something open needs of the run's network."""

        def charge(self, resource: str, amount: float) -> None: ...

        def remember(self, opened: Open) -> None: ...

        def forget(self, opened: Open) -> None: ...

        def new_stream(self, connection: Connection) -> Stream: ...


HEADER = 64  # bytes charged for each step that sends a packet

#: The peer, or somebody in its name, ended the connection at once.
ABORTED = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})

_NO_MESSAGES = "No messages currently available!"
_NO_CONNECTIONS = "No connections currently available!"
_SERVER_CLOSED = "The socket has been closed!"
_CLOSED = "The socket is closed!"
_ENDED = "The socket has been closed remotely!"
_ENDED_SENDING = "The socket has been closed by the remote end!"
_NOTHING_TO_READ = "There is no data! recv() would block."
_FULL = "send() would block."


def exhausted(resource: str) -> Exception:
    """What a program sees when the host itself has no descriptor left."""
    return ResourceExhaustedError(str(LimitReached(resource)))


class Open:
    """Something open on the network, with the unit that it holds in the ledger."""

    def __init__(self, owner: Owner, endpoint: Endpoint, item: Item) -> None:
        self._endpoint = endpoint
        self._item = item
        self._claims = [True]  # whoever pops this is the one who closes
        self._owner = owner
        owner.remember(self)

    @property
    def is_closed(self) -> bool:
        """Whether closing has begun."""
        return not self._claims

    def claim(self) -> bool:
        """Become the one who closes; False if somebody else is."""
        try:
            return self._claims.pop()
        except IndexError:
            return False

    def release(self) -> None:
        """Close the endpoint and give the unit back; harmless again."""
        self._owner.forget(self)
        try:
            self._endpoint.close()
        finally:
            self._item.give_back()

    def shut(self) -> bool:
        """Close at once and free of charge; False if it was closed already."""
        if not self.claim():
            return False
        self.release()
        return True

    def __del__(self) -> None:
        # Also where a close was begun and failed half-way.
        if hasattr(self, "_owner"):
            self._claims.clear()
            self.release()


class MessageServer(Open):
    """A UDP socket that a program listens on."""

    def __init__(self, owner: Owner, endpoint: DatagramSocket, item: Item) -> None:
        self.endpoint = endpoint
        self._charge = owner.charge
        self._receiving = receiving(endpoint.local.ip)
        super().__init__(owner, endpoint, item)

    def get_message(self) -> tuple[str, int, str]:
        """Address, port and text of the next message.

        Raises:
            SocketClosedLocal: the server is closed.
            SocketWouldBlockError: there is none.
        """
        self._need_open()
        self._charge(self._receiving, 0)
        try:
            message, remote = self.endpoint.receive_from()
        except OSError:
            message = None
        if message is None:
            self._need_open()
            raise SocketWouldBlockError(_NO_MESSAGES)
        self._charge(self._receiving, HEADER + len(message))
        return remote.ip, remote.port, message

    def _need_open(self) -> None:
        if self.is_closed:
            raise SocketClosedLocal(_SERVER_CLOSED)

    def close(self) -> bool:
        """Stop listening; False if that was done before."""
        return self.shut()


class StreamServer(Open):
    """A TCP socket that a program listens on."""

    def __init__(self, owner: Owner, listener: Listener, item: Item) -> None:
        self._listener = listener
        self._sending = sending(listener.local.ip)
        self._receiving = receiving(listener.local.ip)
        super().__init__(owner, listener, item)

    def get_connection(self) -> Stream:
        """The next connection.

        Raises:
            SocketClosedLocal: the server is closed.
            SocketWouldBlockError: nobody called, or hung up meanwhile.
            ResourceExhaustedError: no outsocket is free; the caller is hung up on.
        """
        self._need_open()
        charge = self._owner.charge
        charge(self._receiving, 0)
        charge(self._sending, 0)
        try:
            connection = self._listener.accept()
        except OSError as problem:
            failure = detached(problem)
        else:
            stream = self._owner.new_stream(connection)
            charge(self._receiving, 2 * HEADER)
            charge(self._sending, HEADER)
            return stream
        self._need_open()
        if failure.errno in NO_ROOM:
            raise exhausted("outsockets")
        raise SocketWouldBlockError(_NO_CONNECTIONS)

    def _need_open(self) -> None:
        if self.is_closed:
            raise SocketClosedLocal(_SERVER_CLOSED)

    def close(self) -> bool:
        """Stop listening; False if that was done before."""
        return self.shut()


class Stream(Open):
    """A TCP connection of a program."""

    def __init__(self, owner: Owner, connection: Connection, item: Item) -> None:
        self.remote = connection.remote
        self._connection = connection
        self._charge = owner.charge
        self._sending = sending(connection.remote.ip)
        self._receiving = receiving(connection.remote.ip)
        self._piece = max(1, connection.send_buffer - 1)
        super().__init__(owner, connection, item)

    def receive(self, size: int) -> str:
        """1 to ``size`` bytes.

        Raises:
            SocketWouldBlockError: there are none yet.
            SocketClosedRemote: the peer closed and all was read, or it reset.
            SocketClosedLocal: closed here, or broken.
        """
        self._need_open()
        self._charge(self._receiving, 0)
        self._charge(self._sending, 0)
        try:
            data = self._connection.receive(size)
        except OSError as problem:
            failure = detached(problem)
        else:
            if not data:
                raise SocketClosedRemote(_ENDED)
            self._charge(self._receiving, HEADER + len(data))
            self._charge(self._sending, HEADER)
            return data
        raise self._broken(failure, _NOTHING_TO_READ, _ENDED)

    def send(self, message: str) -> int:
        """Send a first part of ``message``; its length.

        Raises:
            SocketWouldBlockError: the buffers are full.
            SocketClosedRemote: the peer closed and all was read, or it reset.
            SocketClosedLocal: closed here, or broken.
        """
        self._need_open()
        self._charge(self._sending, 0)
        self._charge(self._receiving, 0)
        try:
            ended = self._connection.ended()
            sent = 0 if ended else self._connection.send(message[: self._piece])
        except OSError as problem:
            failure = detached(problem)
        else:
            if ended:
                raise SocketClosedRemote(_ENDED_SENDING)
            self._charge(self._receiving, HEADER)
            self._charge(self._sending, HEADER + sent)
            return sent
        raise self._broken(failure, _FULL, _ENDED_SENDING)

    def close(self) -> bool:
        """Close in an orderly way; False, and free of charge, if done before."""
        if not self.claim():
            return False
        try:
            self._charge(self._receiving, 0)
            self._charge(self._sending, 0)
        finally:
            self.release()
        self._charge(self._receiving, HEADER)
        self._charge(self._sending, 2 * HEADER)
        return True

    def _need_open(self) -> None:
        if self.is_closed:
            raise SocketClosedLocal(_CLOSED)

    def _broken(self, failure: OSError, blocked: str, ended: str) -> Exception:
        """What a failed call raises; a broken connection is closed."""
        if isinstance(failure, BlockingIOError):
            return SocketWouldBlockError(blocked)
        if self.is_closed or failure.errno == errno.EBADF:
            return SocketClosedLocal(_CLOSED)
        self.shut()
        if failure.errno in ABORTED:
            return SocketClosedRemote(ended)
        return SocketClosedLocal(
            f"The socket has encountered an unexpected error! Error:{failure}"
        )
