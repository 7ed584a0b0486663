"""All that a V1 run has open on the network, by its commhandles' names.

Repy V1 specification, sections 9.1, 10.4, 14.5 and 14.8. What listeners and
connections do is in ``v1_listeners`` and ``v1_streams``.
"""

from __future__ import annotations

from _weakref import ref

from repy_compat.api.exceptions import Py2Exception
from repy_compat.api.failures import detached
from repy_compat.api.turns import new_turn
from repy_compat.api.v1_listeners import (
    MessageListener,
    Registration,
    StreamListener,
)
from repy_compat.api.v1_streams import Stream, failure_of
from repy_compat.errors import LimitReached
from repy_compat.undisturbed import undisturbed
from repy_compat.world.events import COMM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import Address, DatagramSocket

# The reference asks for 5. A quick caller overruns that while one callback starts,
# and then waits a second until its system tries again; more only helps.
BACKLOG = 128
SELECTOR = "selector"  # holder of the event that listening costs
_CLEANUP_STEP = 0.2  # seconds between two looks at a port that is being cleaned up


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
        self.lock = new_turn(runtime.scheduler)
        self._by_key: dict[tuple[str, str, int], Registration] = {}
        self._by_id: dict[str, Registration] = {}
        # Finalisers change this one, so only single steps are taken on it.
        self._streams: dict[str, ref[Stream]] = {}
        self._selector_item: Item | None = None
        #: Held while the selector's event is waited for.
        self._starting = new_turn(runtime.scheduler, long=True)

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
        known, listener, id = undisturbed(lambda: self._enter(key, local, function))
        handle = self.handle_of(id)
        if not known:
            self._start_selector()
            listener.begin()
        return handle

    def _enter(
        self,
        key: tuple[str, str, int],
        local: Address,
        function: Callable[..., object],
    ) -> tuple[bool, Registration, str]:
        """Whether there was a listener under ``key``, the one there is now, its id."""
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
            return known is not None, listener, id

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
        listener = undisturbed(lambda: self._forget(id))
        if listener is None:
            known = self._streams.get(id)
            stream = None if known is None else known()
            return stream is not None and stream.close()
        listener.release()
        self._stop_selector()
        listener.rest()
        return True

    def _forget(self, id: str) -> Registration | None:
        """The listener that is stopped from now on; None if ``id`` is none."""
        with self.lock:
            listener = self._by_id.pop(id, None)
            if listener is not None:
                del self._by_key[listener.key]
                listener.stopped = True
            return listener

    def _start_selector(self) -> None:
        """Take the event that listening costs, waiting until one is free."""
        with self._starting:
            if self._selector_item is None:
                item = self._events.hold_when_room(SELECTOR)
                # A finaliser in here may have been as quick.
                if self._selector_item is None:
                    self._selector_item = item
                else:
                    item.give_back()
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
