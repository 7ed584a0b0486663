"""What the listeners of a V1 program do when something arrives.

Repy V1 specification, sections 9.1, 10.3, 14.4 and 14.6.

Listeners belong to the run and live until they are stopped. A watch tells when
one can be read; then an event is asked for, and only when it is there the message
is read or the connection accepted, in that event, and the listener listens on. So
at most one callback per listener waits for an event, and what isn't read yet
stays in the buffers of the operating system.
"""

from __future__ import annotations

from repy_compat.api.addresses import receiving
from repy_compat.api.failures import NO_ROOM
from repy_compat.api.v1_streams import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from repy_compat.api.turns import Turn
    from repy_compat.api.v1_streams import StreamOwner
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import (
        DatagramSocket,
        Endpoint,
        KeepAlive,
        Listener,
        Watch,
    )

    class ListenerOwner(StreamOwner, Protocol):
        """What a listener needs of the run's network, besides what connections need."""

        @property
        def lock(self) -> Turn: ...

        def keep_alive(self) -> KeepAlive: ...

        def watch(self, endpoint: Endpoint, ready: Callable[[], None]) -> Watch: ...

        def pause(self, seconds: float) -> None: ...

        def start_when_room(self, body: Callable[[], None]) -> None: ...

        def handle_of(self, id: str) -> object: ...

        def socket_of(self, stream: Stream) -> object: ...

        def make_call(
            self, function: Callable[..., object], arguments: tuple[object, ...]
        ) -> None: ...


_NO_DESCRIPTOR_PAUSE = 0.1  # seconds until an accept is tried again


class Registration:
    """A listener: its endpoint, its function, and what it holds.

    ``key`` is kind, address and port as the program named them.
    """

    def __init__(
        self,
        owner: ListenerOwner,
        key: tuple[str, str, int],
        endpoint: Endpoint,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        self.owner = owner
        self.key = key
        self.id = owner.new_id()
        self.function = function
        self.stopped = False
        self._endpoint = endpoint
        self._item = item
        self._watch: Watch | None = None
        self._receiving = receiving(key[1])
        self._keep_alive: KeepAlive = owner.keep_alive()

    def begin(self) -> None:
        """Start to watch the endpoint, unless it was stopped meanwhile."""
        with self.owner.lock:
            if not self.stopped:
                self._watch = self.owner.watch(self._endpoint, self._arrived)

    def _arrived(self) -> None:
        """On the selector's thread: there is something to read."""
        self.owner.start_when_room(self._deliver)

    def _deliver(self) -> None:
        """In an event of its own: read, listen on, call the function."""
        if self.stopped:
            return
        # What these raise (a rate of zero) ends the run, so nobody listens on.
        self.owner.charge(self._receiving, 0)
        call = self._next_call()
        self._listen_on()
        if call is not None:
            self.owner.make_call(*call)

    def _listen_on(self) -> None:
        """See to what comes next: here and now if it's there, else by the watch."""
        if self.stopped:
            return
        if self._has_more():
            self.owner.start_when_room(self._deliver)
            return
        watch = self._watch
        if watch is None:
            # This event came before ``begin`` had even seen its watch.
            with self.owner.lock:
                watch = self._watch
        if watch is not None:
            watch.resume()

    def _has_more(self) -> bool:
        try:
            return self._endpoint.readable()
        except OSError:
            return False  # it was stopped a moment ago

    def _next_call(self) -> tuple[Callable[..., object], tuple[object, ...]] | None:
        """Function and arguments for what arrived; None if there is nothing."""
        raise NotImplementedError

    def release(self) -> None:
        """Stop for good and give everything back. ``stopped`` is set before."""
        if self._watch is not None:
            self._watch.cancel()
        self._endpoint.close()
        self._item.give_back()

    def rest(self) -> None:
        """Let the program end; comes last, when nothing is held any more."""
        self._keep_alive.release()


class MessageListener(Registration):
    """A UDP socket given to ``recvmess``."""

    def __init__(
        self,
        owner: ListenerOwner,
        key: tuple[str, str, int],
        endpoint: DatagramSocket,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        super().__init__(owner, key, endpoint, item, function)
        self.endpoint = endpoint

    def _next_call(self) -> tuple[Callable[..., object], tuple[object, ...]] | None:
        try:
            message, remote = self.endpoint.receive_from()
        except OSError:
            return None  # somebody else's error arrived, or it was stopped
        if not message:
            return None
        # By the reference's rule, which rates are tuned to: loop whatever the IP.
        self.owner.charge("looprecv", len(message))
        function, handle = self.function, self.owner.handle_of(self.id)
        return function, (remote.ip, remote.port, message, handle)


class StreamListener(Registration):
    """A TCP socket given to ``waitforconn``."""

    def __init__(
        self,
        owner: ListenerOwner,
        key: tuple[str, str, int],
        listener: Listener,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        super().__init__(owner, key, listener, item, function)
        self._listener = listener

    def _next_call(self) -> tuple[Callable[..., object], tuple[object, ...]] | None:
        try:
            connection = self._listener.accept()
        except OSError as problem:
            if problem.errno in NO_ROOM:
                self.owner.pause(_NO_DESCRIPTOR_PAUSE)
            return None
        stream = Stream(self.owner, connection, None)
        owner = self.owner
        return self.function, (
            stream.remote.ip,
            stream.remote.port,
            owner.socket_of(stream),
            owner.handle_of(stream.id),
            owner.handle_of(self.id),
        )
