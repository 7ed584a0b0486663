"""What a connection of a V1 program does: states, charges and texts.

Repy V1 specification, sections 10.3 and 14.7.

A connection belongs to the socket object that shows it: when the last reference
to that goes, the connection closes. Its commhandle is only a name.
"""

from __future__ import annotations

import builtins

from repy_compat.api.addresses import receiving, sending
from repy_compat.api.exceptions import (
    Py2Exception,
    Py2ValueError,
    SocketError,
    SocketTimeout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import Address, Connection

    class StreamOwner(Protocol):
        """What a connection needs of the run's network."""

        def charge(self, resource: str, amount: float) -> None: ...

        def new_id(self) -> str: ...

        def add_stream(self, stream: Stream) -> None: ...

        def drop_stream(self, stream: Stream) -> None: ...


_CLOSED = "Socket closed"
_CLOSED_SENDING = "Socket closed!"


def failure_of(problem: OSError) -> Exception:
    """The V1 exception for a failure of the host's network."""
    if isinstance(problem, builtins.TimeoutError):
        return SocketTimeout("timed out")
    return SocketError(problem.errno, problem.strerror)


class Stream:
    """A TCP connection of a program.

    ``item`` is its outsocket; accepted connections hold none.
    """

    def __init__(
        self, owner: StreamOwner, connection: Connection, item: Item | None
    ) -> None:
        self._connection = connection
        self._item = item
        self._claims = [True]  # whoever pops this is the one who closes
        self._owner = owner
        self.remote = connection.remote
        self._charge = owner.charge
        self._sending = sending(connection.remote.ip)
        self._receiving = receiving(connection.remote.ip)
        self._piece = max(1, connection.send_buffer - 1)
        self.id = owner.new_id()
        owner.add_stream(self)

    def joins(self, local: Address, remote: Address) -> bool:
        """Whether this is the connection between two addresses."""
        return self.remote == remote and self._connection.local == local

    def send(self, message: str) -> int:
        """Send a first part of ``message``, waiting for room; its length."""
        if not self._claims:
            raise Py2Exception(_CLOSED_SENDING)
        self._charge(self._sending, 0)
        try:
            sent = self._send_piece(message[: self._piece])
        except OSError:
            sent = -1
        if sent < 0:
            raise Py2Exception(_CLOSED)
        self._charge(self._sending, sent)
        return sent

    def _send_piece(self, piece: str) -> int:
        # It waits for as long as ``would_block`` says so, also where the system
        # would still take a few bytes.
        if piece and not self._connection.writable():
            self._connection.wait_writable(None)
        while True:
            try:
                return self._connection.send(piece)
            except BlockingIOError:
                self._connection.wait_writable(None)

    def receive(self, size: int) -> str:
        """1 to ``size`` bytes, waiting for them."""
        if not self._claims:
            raise Py2Exception(_CLOSED)
        if size < 0:
            raise Py2ValueError("negative buffersize in recv")
        self._charge(self._receiving, 0)
        data = self._await_data(size)
        if not data:
            raise Py2Exception(_CLOSED)
        self._charge(self._receiving, len(data))
        return data

    def _await_data(self, size: int) -> str:
        """The data, or ``''`` when there will be no more."""
        try:
            if size:
                return self._connection.await_data(size)
            self._connection.wait_readable(None)
        except OSError:
            pass
        return ""

    def would_block(self) -> tuple[bool, bool]:
        """Whether ``receive`` and ``send`` would have to wait now."""
        try:
            if self._claims:
                connection = self._connection
                return not connection.readable(), not connection.writable()
        except OSError:
            pass
        raise Py2Exception(_CLOSED)

    def close(self) -> bool:
        """Close in an orderly way; False if it was done before."""
        try:
            self._claims.pop()
        except IndexError:
            return False
        self._release()
        return True

    def _release(self) -> None:
        self._owner.drop_stream(self)
        try:
            self._connection.close()
        finally:
            if self._item is not None:
                self._item.give_back()

    def __del__(self) -> None:
        # Also where a close was begun and failed half-way.
        if hasattr(self, "id"):
            self._claims.clear()
            self._release()
