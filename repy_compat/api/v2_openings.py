"""How a V2 program comes to its sockets: opening, and what can go wrong with it.

Repy V2 specification, sections 9.3, 11.3 and 11.4. Only opening a connection
waits for the network. What the sockets do once they are open is in ``v2_sockets``.
"""

from __future__ import annotations

import builtins
import errno
from _weakref import ref

from repy_compat.api.addresses import receiving, sending
from repy_compat.api.exceptions import (
    AddressBindingError,
    AlreadyListeningError,
    CleanupInProgressError,
    ConnectionRefusedError,
    DuplicateTupleError,
    InternetConnectivityError,
    ResourceExhaustedError,
    TimeoutError,
)
from repy_compat.api.failures import NO_ROOM, detached
from repy_compat.api.v2_sockets import (
    ABORTED,
    HEADER,
    MessageServer,
    Open,
    Stream,
    StreamServer,
    exhausted,
)
from repy_compat.errors import LimitReached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.api.runtime import Runtime
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import Address, Connection, DatagramSocket, Endpoint

_BACKLOG = 5
_LARGEST_BACKLOG = 1024

_LISTENING = "There is a listening socket on the provided localip and localport!"
_NOT_OURS = "Cannot bind to the specified local ip, invalid!"
_IN_USE = "Provided Local IP and Local Port is already in use!"
_CLEANING = "The socket is being cleaned up by the operating system!"
_DUPLICATE = "There is a duplicate connection which conflicts with the request!"
_NO_ROUTE = "The network is down or cannot be reached from the local IP!"
_REFUSED = "The connection was refused!"
_HUNG_UP = "The remote side hung up before the connection was established."
_TIMED_OUT = "Timed-out connecting to the remote host!"


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
            raise exhausted("insockets")
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
            raise exhausted("insockets")
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
        if number in ABORTED:
            return ConnectionRefusedError(_HUNG_UP)
        if number in NO_ROOM:
            return exhausted("outsockets")
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
