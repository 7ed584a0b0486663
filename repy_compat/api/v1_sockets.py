"""What listeners and connections of a V1 program do: states, charges and texts.

Repy V1 specification, sections 9.1, 10.3, 10.4 and 14.

Listeners belong to the run and live until they are stopped. A watch tells when
one can be read; then an event is asked for, and only when it is there the message
is read or the connection accepted, in that event, and the watch is resumed. So
at most one callback per listener waits for an event, and what isn't read yet
stays in the buffers of the operating system.

A connection belongs to the socket object that shows it: when the last reference
to that goes, the connection closes. Its commhandle is only a name.
"""

from __future__ import annotations

import builtins
from weakref import ref

from repy_compat.api.addresses import receiving, sending
from repy_compat.api.exceptions import (
    Py2Exception,
    Py2ValueError,
    SocketError,
    SocketTimeout,
)
from repy_compat.api.failures import NO_ROOM, detached
from repy_compat.errors import LimitReached
from repy_compat.world.base import Address
from repy_compat.world.events import COMM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import (
        Connection,
        DatagramSocket,
        Endpoint,
        KeepAlive,
        Listener,
        Scheduler,
        Watch,
    )

# The reference asks for 5. A quick caller overruns that while one callback starts,
# and then waits a second until its system tries again; more only helps.
BACKLOG = 128
SELECTOR = "selector"  # holder of the event that listening costs
_CLEANUP_STEP = 0.2  # seconds between two looks at a port that is being cleaned up
_NO_DESCRIPTOR_PAUSE = 0.1  # seconds until an accept is tried again

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

    def __init__(self, comms: Comms, connection: Connection, item: Item | None) -> None:
        self._connection = connection
        self._item = item
        self._claims = [True]  # whoever pops this is the one who closes
        self._comms = comms
        self.remote = connection.remote
        self._charge = comms.charge
        self._sending = sending(connection.remote.ip)
        self._receiving = receiving(connection.remote.ip)
        self._piece = max(1, connection.send_buffer - 1)
        self.id = comms.new_id()
        comms.add_stream(self)

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
        self._comms.drop_stream(self)
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


class Turnstile:
    """A lock that the event which holds it may take again.

    A finaliser of the program can run in the middle of anything that allocates,
    and may call the network in the same event.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._lock = scheduler.new_lock()
        self._current_name = scheduler.current_name
        self._owner = ""
        self._depth = 0

    def __enter__(self) -> None:
        me = self._current_name()
        if self._owner != me:
            self._lock.acquire()
            self._owner = me
        self._depth += 1

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = ""
            self._lock.release()


class Registration:
    """A listener: its endpoint, its function, and what it holds.

    ``key`` is kind, address and port as the program named them.
    """

    def __init__(
        self,
        comms: Comms,
        key: tuple[str, str, int],
        endpoint: Endpoint,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        self.comms = comms
        self.key = key
        self.id = comms.new_id()
        self.function = function
        self.stopped = False
        self._endpoint = endpoint
        self._item = item
        self._watch: Watch | None = None
        self._receiving = receiving(key[1])
        self._keep_alive: KeepAlive = comms.keep_alive()

    def begin(self) -> None:
        """Start to watch the endpoint, unless it was stopped meanwhile."""
        with self.comms.lock:
            if not self.stopped:
                self._watch = self.comms.watch(self._endpoint, self._arrived)

    def _arrived(self) -> None:
        """On the selector's thread: there is something to read."""
        self.comms.start_when_room(self._deliver)

    def _deliver(self) -> None:
        """In an event of its own: read, listen on, call the function."""
        if self.stopped:
            return
        # What these raise (a rate of zero) ends the run, so nobody listens on.
        self.comms.charge(self._receiving, 0)
        call = self._next_call()
        self._listen_on()
        if call is not None:
            self.comms.make_call(*call)

    def _listen_on(self) -> None:
        """See to what comes next: here and now if it's there, else by the watch."""
        if self.stopped:
            return
        if self._has_more():
            self.comms.start_when_room(self._deliver)
            return
        watch = self._watch
        if watch is None:
            # This event came before ``begin`` had even seen its watch.
            with self.comms.lock:
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
        comms: Comms,
        key: tuple[str, str, int],
        endpoint: DatagramSocket,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        super().__init__(comms, key, endpoint, item, function)
        self.endpoint = endpoint

    def _next_call(self) -> tuple[Callable[..., object], tuple[object, ...]] | None:
        try:
            message, remote = self.endpoint.receive_from()
        except OSError:
            return None  # somebody else's error arrived, or it was stopped
        if not message:
            return None
        # By the reference's rule, which rates are tuned to: loop whatever the IP.
        self.comms.charge("looprecv", len(message))
        function, handle = self.function, self.comms.handle_of(self.id)
        return function, (remote.ip, remote.port, message, handle)


class StreamListener(Registration):
    """A TCP socket given to ``waitforconn``."""

    def __init__(
        self,
        comms: Comms,
        key: tuple[str, str, int],
        listener: Listener,
        item: Item,
        function: Callable[..., object],
    ) -> None:
        super().__init__(comms, key, listener, item, function)
        self._listener = listener

    def _next_call(self) -> tuple[Callable[..., object], tuple[object, ...]] | None:
        try:
            connection = self._listener.accept()
        except OSError as problem:
            if problem.errno in NO_ROOM:
                self.comms.pause(_NO_DESCRIPTOR_PAUSE)
            return None
        stream = Stream(self.comms, connection, None)
        comms = self.comms
        return self.function, (
            stream.remote.ip,
            stream.remote.port,
            comms.socket_of(stream),
            comms.handle_of(stream.id),
            comms.handle_of(self.id),
        )


class Comms:
    """The network of one V1 run: all its listeners and connections, by id.

    ``handle_of`` and ``socket_of`` make what the program gets to see of an id
    and of a connection; ``make_call`` calls a function of the program.
    """

    def __init__(
        self,
        runtime: Runtime,
        handle_of: Callable[[str], object],
        socket_of: Callable[[Stream], object],
        make_call: Callable[[Callable[..., object], tuple[object, ...]], None],
    ) -> None:
        self.charge = runtime.charge
        self.handle_of = handle_of
        self.socket_of = socket_of
        self.make_call = make_call
        self.watch = runtime.world.network.watch
        self.keep_alive = runtime.scheduler.keep_alive
        self.pause = runtime.scheduler.sleep
        self._runtime = runtime
        self._network = runtime.world.network
        self._scheduler = runtime.scheduler
        self._events = runtime.events
        #: Held while listeners change; never while anything waits.
        self.lock = Turnstile(runtime.scheduler)
        self._by_key: dict[tuple[str, str, int], Registration] = {}
        self._by_id: dict[str, Registration] = {}
        # Finalisers change this one, so only single steps are taken on it.
        self._streams: dict[str, ref[Stream]] = {}
        self._selector_item: Item | None = None
        #: Held while the selector's event is waited for.
        self._starting = Turnstile(runtime.scheduler)

    def new_id(self) -> str:
        """A new name for a listener or a connection."""
        return self._runtime.unique_id("_COMMH:")

    def start_when_room(self, body: Callable[[], None]) -> None:
        """Run a callback's body as soon as an event is free."""
        try:
            self._events.start(COMM, body)
        except (LimitReached, OSError):
            # Wait for an event; or have the lack of threads reported.
            self._events.start_when_room(COMM, body)

    # --- connections ---------------------------------------------------------

    def add_stream(self, stream: Stream) -> None:
        """Know a connection by its id, without keeping it alive."""
        self._streams[stream.id] = ref(stream)

    def drop_stream(self, stream: Stream) -> None:
        """Forget a connection that closes."""
        self._streams.pop(stream.id, None)

    def connect(
        self, remote: Address, local: Address | None, item: Item, timeout: float
    ) -> Stream:
        """Open a connection that holds ``item``; waits at most ``timeout`` seconds.

        Raises:
            SocketError: it failed; SocketTimeout when the time was over.
        """
        try:
            connection = self._network.connect(remote, local, timeout)
        except OSError as problem:
            failure = detached(problem)
        else:
            return Stream(self, connection, item)
        raise failure_of(failure)

    def await_free_pair(self, local: Address, remote: Address, deadline: float) -> None:
        """Return once no connection is left between two addresses, or time is over.

        Raises:
            Exception: one is open (section 14.5).
        """
        now = self._scheduler.now
        while state := self._network.stream_state(local, remote):
            if state == "open":
                raise Py2Exception(self._who_has(local, remote))
            left = deadline - now()
            if left <= 0:
                return
            self._scheduler.sleep(min(_CLEANUP_STEP, left))

    def _who_has(self, local: Address, remote: Address) -> str:
        for known in list(self._streams.values()):
            stream = known()
            if stream is not None and stream.joins(local, remote):
                return f" Duplicate handle exists with name: {stream.id}"
        return "Network socket is in use by an external process!"

    # --- listeners -----------------------------------------------------------

    def listen(
        self,
        key: tuple[str, str, int],
        local: Address,
        function: Callable[..., object],
    ) -> object:
        """Listen, or let ``function`` take over from an earlier one; the handle.

        Raises:
            Exception: no insocket is free.
            SocketError: the address can't be had.
        """
        with self.lock:
            known = self._by_key.get(key)
            if known is None:
                listener = self._open(key, local, function)
            else:
                listener = known
                del self._by_id[known.id]
                known.id = self.new_id()
                known.function = function
            id = listener.id
            self._by_key[key] = self._by_id[id] = listener
        handle = self.handle_of(id)
        if known is None:
            self._start_selector()
            listener.begin()
        return handle

    def _open(
        self,
        key: tuple[str, str, int],
        local: Address,
        function: Callable[..., object],
    ) -> Registration:
        item = self._runtime.take("insockets", f"{key[1]}:{key[2]}")
        try:
            if key[0] == "messport":
                datagrams = self._network.datagram_socket(local)
                return MessageListener(self, key, datagrams, item, function)
            streams = self._network.listen(local, BACKLOG)
            return StreamListener(self, key, streams, item, function)
        except OSError as problem:
            item.give_back()
            failure = detached(problem)
        except BaseException:
            item.give_back()
            raise
        raise failure_of(failure)

    def datagram_socket_on(self, ip: str, port: int) -> DatagramSocket | None:
        """The socket of the listener for messages on an address, if there is one."""
        listener = self._by_key.get(("messport", ip, port))
        return listener.endpoint if isinstance(listener, MessageListener) else None

    def stop(self, id: str) -> bool:
        """Stop a listener or close a connection; False if ``id`` is neither now."""
        with self.lock:
            listener = self._by_id.pop(id, None)
            if listener is not None:
                del self._by_key[listener.key]
                listener.stopped = True
        if listener is None:
            known = self._streams.get(id)
            stream = None if known is None else known()
            return stream is not None and stream.close()
        listener.release()
        self._stop_selector()
        listener.rest()
        return True

    def _start_selector(self) -> None:
        """Take the event that listening costs, waiting until one is free."""
        with self._starting:
            if self._selector_item is None:
                self._selector_item = self._events.hold_when_room(SELECTOR)
        # The listener may have been stopped while this one waited.
        self._stop_selector()

    def _stop_selector(self) -> None:
        """Give the event back if nothing is listened to any more."""
        with self.lock:
            if self._by_id or self._selector_item is None:
                return
            item, self._selector_item = self._selector_item, None
        item.give_back()

    def close_all(self) -> None:
        """The run is over: close everything that is still open."""
        for id in [*self._by_id, *self._streams]:
            self.stop(id)


def take_outsocket(runtime: Runtime, holder: str) -> Item:
    """An outsocket; at the limit, unreachable sockets are collected first.

    Raises:
        Exception: all are held (section 10.4).
    """
    try:
        return runtime.ledger.take_after_collecting("outsockets", holder)
    except LimitReached as reached:
        text = str(reached)
    raise Py2Exception(text)
