"""What the sockets of a V2 program do: states, charges, failures and their texts.

Repy V2 specification, sections 9.3, 11.3 and 11.4. No call waits for the network
except opening a connection; each may wait for a renewable resource.

A server or a connection belongs to the handle that shows it: when the last
reference to the handle goes, the object closes and gives its unit back.
"""

from __future__ import annotations

import builtins
import errno
from weakref import ref

from repy_compat.api.addresses import receiving, sending
from repy_compat.api.exceptions import (
    AddressBindingError,
    AlreadyListeningError,
    CleanupInProgressError,
    ConnectionRefusedError,
    DuplicateTupleError,
    InternetConnectivityError,
    ResourceExhaustedError,
    SocketClosedLocal,
    SocketClosedRemote,
    SocketWouldBlockError,
    TimeoutError,
)
from repy_compat.api.failures import NO_ROOM, detached
from repy_compat.errors import LimitReached
from repy_compat.world.base import Address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.api.runtime import Runtime
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import (
        Connection,
        DatagramSocket,
        Endpoint,
        Listener,
    )

HEADER = 64  # bytes charged for each step that sends a packet
_BACKLOG = 5
_LARGEST_BACKLOG = 1024

_ABORTED = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})

_LISTENING = "There is a listening socket on the provided localip and localport!"
_NOT_OURS = "Cannot bind to the specified local ip, invalid!"
_IN_USE = "Provided Local IP and Local Port is already in use!"
_CLEANING = "The socket is being cleaned up by the operating system!"
_DUPLICATE = "There is a duplicate connection which conflicts with the request!"
_NO_ROUTE = "The network is down or cannot be reached from the local IP!"
_REFUSED = "The connection was refused!"
_HUNG_UP = "The remote side hung up before the connection was established."
_TIMED_OUT = "Timed-out connecting to the remote host!"
_NO_MESSAGES = "No messages currently available!"
_NO_CONNECTIONS = "No connections currently available!"
_SERVER_CLOSED = "The socket has been closed!"
_CLOSED = "The socket is closed!"
_ENDED = "The socket has been closed remotely!"
_ENDED_SENDING = "The socket has been closed by the remote end!"
_NOTHING_TO_READ = "There is no data! recv() would block."
_FULL = "send() would block."


class Open:
    """Something open on the network, with the unit that it holds in the ledger."""

    def __init__(self, sockets: Sockets, endpoint: Endpoint, item: Item) -> None:
        self._endpoint = endpoint
        self._item = item
        self._claims = [True]  # whoever pops this is the one who closes
        self._sockets = sockets
        sockets.remember(self)

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
        self._sockets.forget(self)
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
        if hasattr(self, "_sockets"):
            self._claims.clear()
            self.release()


class MessageServer(Open):
    """A UDP socket that a program listens on."""

    def __init__(self, sockets: Sockets, endpoint: DatagramSocket, item: Item) -> None:
        self.endpoint = endpoint
        self._charge = sockets.charge
        self._receiving = receiving(endpoint.local.ip)
        super().__init__(sockets, endpoint, item)

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

    def __init__(self, sockets: Sockets, listener: Listener, item: Item) -> None:
        self._listener = listener
        self._sending = sending(listener.local.ip)
        self._receiving = receiving(listener.local.ip)
        super().__init__(sockets, listener, item)

    def get_connection(self) -> Stream:
        """The next connection.

        Raises:
            SocketClosedLocal: the server is closed.
            SocketWouldBlockError: nobody called, or hung up meanwhile.
            ResourceExhaustedError: no outsocket is free; the caller is hung up on.
        """
        self._need_open()
        charge = self._sockets.charge
        charge(self._receiving, 0)
        charge(self._sending, 0)
        try:
            connection = self._listener.accept()
        except OSError as problem:
            failure = detached(problem)
        else:
            stream = self._sockets.new_stream(connection)
            charge(self._receiving, 2 * HEADER)
            charge(self._sending, HEADER)
            return stream
        self._need_open()
        if failure.errno in NO_ROOM:
            raise _exhausted("outsockets")
        raise SocketWouldBlockError(_NO_CONNECTIONS)

    def _need_open(self) -> None:
        if self.is_closed:
            raise SocketClosedLocal(_SERVER_CLOSED)

    def close(self) -> bool:
        """Stop listening; False if that was done before."""
        return self.shut()


class Stream(Open):
    """A TCP connection of a program."""

    def __init__(self, sockets: Sockets, connection: Connection, item: Item) -> None:
        self.remote = connection.remote
        self._connection = connection
        self._charge = sockets.charge
        self._sending = sending(connection.remote.ip)
        self._receiving = receiving(connection.remote.ip)
        self._piece = max(1, connection.send_buffer - 1)
        super().__init__(sockets, connection, item)

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
        if failure.errno in _ABORTED:
            return SocketClosedRemote(ended)
        return SocketClosedLocal(
            f"The socket has encountered an unexpected error! Error:{failure}"
        )


class Sockets:
    """The network of one V2 run: opens what the classes above keep open."""

    def __init__(self, runtime: Runtime) -> None:
        self.charge = runtime.charge
        self._network = runtime.world.network
        self._ledger = runtime.ledger
        self._scheduler = runtime.scheduler
        # How many callers may queue: as many as could be taken (section 11.4).
        queue = runtime.limits.amount("outsockets")
        self._backlog = int(min(queue, _LARGEST_BACKLOG)) if queue >= 1 else _BACKLOG
        # Finalisers change these two, so only single steps are taken on them.
        self._servers: dict[Address, ref[MessageServer]] = {}
        self._open: dict[int, ref[Open]] = {}

    # --- who is open ---------------------------------------------------------

    def remember(self, opened: Open) -> None:
        """Know of something open until ``forget``."""
        self._open[id(opened)] = ref(opened)
        if isinstance(opened, MessageServer):
            self._servers[opened.endpoint.local] = ref(opened)

    def forget(self, opened: Open) -> None:
        """``opened`` is about to close; its address may be taken anew then."""
        known = self._open.pop(id(opened), None)
        if known is not None and isinstance(opened, MessageServer):
            self._servers.pop(opened.endpoint.local, None)

    def close_all(self) -> None:
        """The run is over: close everything that is still open."""
        for known in list(self._open.values()):
            opened = known()
            if opened is not None:
                opened.shut()

    # --- messages ------------------------------------------------------------

    def send_message(self, remote: Address, message: str, local: Address) -> int:
        """Send one datagram from ``local``; bytes sent.

        Through the server that listens there, else a socket of the moment.

        Raises:
            DuplicateTupleError: somebody else has the port.
            AddressBindingError: the address isn't the host's.
            InternetConnectivityError: no way leads there.
            ResourceExhaustedError: no outsocket is free for the socket.
        """
        resource = sending(remote.ip)
        self.charge(resource, 0)
        sent = self._send_through_server(remote, message, local)
        if sent is None:
            sent = self._send_once(remote, message, local)
        self.charge(resource, HEADER + sent)
        return sent

    def _send_through_server(
        self, remote: Address, message: str, local: Address
    ) -> int | None:
        """Bytes sent, or None if no server of this run listens there."""
        known = self._servers.get(local)
        server = None if known is None else known()
        if server is None or server.is_closed:
            return None
        try:
            return server.endpoint.send_to(message, remote)
        except OSError as problem:
            failure = detached(problem)
        if failure.errno == errno.EBADF:
            return None  # closed a moment ago
        raise InternetConnectivityError(_NO_ROUTE)

    def _send_once(self, remote: Address, message: str, local: Address) -> int:
        endpoint = self._bind(local, DuplicateTupleError, _IN_USE)
        try:
            item = self._take("outsockets")
            try:
                return endpoint.send_to(message, remote)
            finally:
                item.give_back()
        except OSError:
            pass
        finally:
            endpoint.close()
        raise InternetConnectivityError(_NO_ROUTE)

    def listen_for_messages(self, local: Address) -> MessageServer:
        """Listen for datagrams.

        Raises:
            AlreadyListeningError: the port is taken.
            AddressBindingError: the address isn't the host's.
            ResourceExhaustedError: no insocket is free.
        """
        endpoint = self._bind(local, AlreadyListeningError, _LISTENING)
        return MessageServer(self, endpoint, self._take_for(endpoint, "insockets"))

    def _bind(self, local: Address, busy: type[Exception], text: str) -> DatagramSocket:
        try:
            return self._network.datagram_socket(local)
        except OSError as problem:
            failure = detached(problem)
        if failure.errno == errno.EADDRINUSE:
            raise busy(text)
        if failure.errno in NO_ROOM:
            raise _exhausted("insockets")
        raise AddressBindingError(_NOT_OURS)

    # --- connections ---------------------------------------------------------

    def listen_for_connections(self, local: Address) -> StreamServer:
        """Listen for connections.

        Raises:
            AlreadyListeningError: somebody listens there.
            CleanupInProgressError: the port is taken in another way.
            AddressBindingError: the address isn't the host's.
            ResourceExhaustedError: no insocket is free.
        """
        try:
            listener = self._network.listen(local, self._backlog)
        except OSError as problem:
            failure = detached(problem)
        else:
            item = self._take_for(listener, "insockets")
            return StreamServer(self, listener, item)
        if failure.errno == errno.EADDRINUSE:
            if self._network.is_listening(local):
                raise AlreadyListeningError(_LISTENING)
            raise CleanupInProgressError(_CLEANING)
        if failure.errno in NO_ROOM:
            raise _exhausted("insockets")
        raise AddressBindingError(_NOT_OURS)

    def connect(self, remote: Address, local: Address, timeout: float) -> Stream:
        """Open a connection; waits at most ``timeout`` seconds.

        Raises:
            NetworkError: it failed; which of the classes, see section 11.4.
            TimeoutError: it took too long.
            ResourceExhaustedError: no outsocket is free, or one end too few.
        """
        self.charge(sending(remote.ip), 0)
        self.charge(receiving(remote.ip), 0)
        try:
            connection = self._network.connect(remote, local, timeout)
        except OSError as problem:
            failure = detached(problem)
        else:
            stream = self.new_stream(connection)
            self.charge(sending(remote.ip), 2 * HEADER)
            self.charge(receiving(remote.ip), HEADER)
            return stream
        raise self._not_connected(failure, remote, local)

    def _not_connected(
        self, failure: OSError, remote: Address, local: Address
    ) -> Exception:
        """The exception for a connection that couldn't be opened."""
        number = failure.errno
        if isinstance(failure, builtins.TimeoutError):
            return TimeoutError(_TIMED_OUT)
        if number == errno.EADDRINUSE:
            if self._network.is_listening(local):
                return AlreadyListeningError(_LISTENING)
            if self._network.stream_state(local, None) == "open":
                return DuplicateTupleError(_DUPLICATE)
            return CleanupInProgressError(_CLEANING)
        if number == errno.EADDRNOTAVAIL:
            if self._network.stream_state(local, remote) == "open":
                return DuplicateTupleError(_DUPLICATE)
            return AddressBindingError(_NOT_OURS)
        if number == errno.ECONNREFUSED:
            return ConnectionRefusedError(_REFUSED)
        if number in _ABORTED:
            return ConnectionRefusedError(_HUNG_UP)
        if number in NO_ROOM:
            return _exhausted("outsockets")
        if number == errno.EACCES and not self._network.can_bind(local.ip):
            return AddressBindingError(_NOT_OURS)
        return InternetConnectivityError(_NO_ROUTE)

    def new_stream(self, connection: Connection) -> Stream:
        """A stream for an open connection; hangs up if no outsocket is free."""
        return Stream(self, connection, self._take_for(connection, "outsockets"))

    # --- units ---------------------------------------------------------------

    def _take(self, resource: str) -> Item:
        try:
            return self._ledger.take(resource, self._scheduler.current_name())
        except LimitReached as reached:
            text = str(reached)
        raise ResourceExhaustedError(text)

    def _take_for(self, endpoint: Endpoint, resource: str) -> Item:
        """A unit for an open endpoint, which is closed if there is none."""
        try:
            return self._take(resource)
        except BaseException:
            endpoint.close()
            raise


def _exhausted(resource: str) -> Exception:
    """What a program sees when the host itself has no descriptor left."""
    return ResourceExhaustedError(str(LimitReached(resource)))
