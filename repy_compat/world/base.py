"""What a program can touch, as interfaces: the real and the simulated world agree here.

Everything that differs between a run against the operating system and a run
under virtual time and a chosen schedule is behind these classes. The API is
written against them and knows neither.

Text crosses here as Repy byte strings: ``str`` whose characters are 0-255.
Times are seconds (float), sizes are bytes (int).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from abc import ABC, abstractmethod
    from collections.abc import Callable
    from types import TracebackType
    from typing import TypeAlias

    Body: TypeAlias = Callable[[], None]
else:
    # A class with the metaclass of ``abc`` takes five times as long to make, in each
    # run; that nothing abstract is made an instance of is what the type checker sees.
    ABC = object
    Body = object

    def abstractmethod(function):
        """What a world has to define."""
        return function


class Lock(ABC):
    """A lock without an owner: any event may release it.

    ``quick(False)``, where there is such a thing, does what ``acquire(False)`` does,
    without a detour. Who was refused goes on with ``wait``.
    """

    __slots__ = ()

    quick: Callable[[bool], bool] | None = None

    def wait(self) -> bool:
        """Take the lock after ``quick`` refused it; True."""
        return self.acquire()

    @abstractmethod
    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock; wait for it if ``blocking``. True when it was taken."""

    @abstractmethod
    def release(self) -> None:
        """Give the lock up. RuntimeError if nobody holds it."""

    @abstractmethod
    def locked(self) -> bool:
        """Whether somebody holds it now."""

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class Signal(ABC):
    """A flag that events can wait for."""

    __slots__ = ()

    @abstractmethod
    def set(self) -> None:
        """Raise the flag; every waiting event goes on."""

    @abstractmethod
    def clear(self) -> None:
        """Lower the flag."""

    @abstractmethod
    def is_set(self) -> bool:
        """Whether the flag is up."""

    @abstractmethod
    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is up, at most ``timeout`` seconds; whether it is."""


class Pending(ABC):
    """A body that will run later and costs no thread until then."""

    __slots__ = ()

    @abstractmethod
    def cancel(self) -> bool:
        """True if the body had not started and now never will; False otherwise."""


class KeepAlive(ABC):
    """While one of these is held, the program isn't idle (a listener, say)."""

    __slots__ = ()

    @abstractmethod
    def release(self) -> None:
        """Stop holding; doing it again is harmless."""


class Scheduler(ABC):
    """Time and events. It is also the clock that ``limits`` measures rates with."""

    #: Whether each event has a thread of the system to itself.
    events_are_threads = False

    @abstractmethod
    def now(self) -> float:
        """Seconds since the run began; never decreases."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Block the calling event for at least ``seconds``; RunEnded after stop()."""

    @abstractmethod
    def start(self, name: str, body: Body) -> None:
        """Run ``body`` in another event called ``name``.

        OSError (or RuntimeError) when the operating system has no thread left.
        The body must not raise; what it raises is a defect of ours.
        """

    @abstractmethod
    def call_later(self, delay: float, name: str, body: Body) -> Pending:
        """Start ``body`` as event ``name`` once ``delay`` seconds have passed."""

    @abstractmethod
    def current_name(self) -> str:
        """Name of the calling event; ``MainThread`` for the one that runs the text."""

    @abstractmethod
    def new_lock(self) -> Lock:
        """A fresh lock for the program or the API."""

    @abstractmethod
    def new_signal(self) -> Signal:
        """A fresh signal, lowered."""

    @abstractmethod
    def wait_until_idle(self) -> None:
        """The main event waits until no other event runs, is pending or is kept alive."""

    @abstractmethod
    def keep_alive(self) -> KeepAlive:
        """Keep wait_until_idle waiting until the result is released."""

    @abstractmethod
    def stop(self) -> None:
        """End of the run: no body starts any more, waiting calls raise RunEnded."""


class RawFile(ABC):
    """An open regular file of the vessel folder, addressed by offset."""

    @abstractmethod
    def read_at(self, size: int, offset: int) -> str:
        """Up to ``size`` bytes from ``offset``; ``''`` at or after the end."""

    @abstractmethod
    def write_at(self, data: str, offset: int) -> None:
        """Write all of ``data`` at ``offset``, through to the operating system."""

    @abstractmethod
    def size(self) -> int:
        """Length of the file in bytes."""

    @abstractmethod
    def truncate(self, size: int) -> None:
        """Cut or lengthen the file to ``size`` bytes."""

    @abstractmethod
    def close(self) -> None:
        """Release the file; doing it again is harmless."""


class Files(ABC):
    """The flat vessel folder. Names are plain: the API has checked them.

    Failures are OSError with errno as the operating system gives it, and the
    plain name as filename. Links are never followed.
    """

    @abstractmethod
    def names(self) -> list[str]:
        """All entries, of any kind, in the operating system's order."""

    @abstractmethod
    def is_regular(self, name: str) -> bool:
        """Whether ``name`` is a regular file (also one of the installed library)."""

    @abstractmethod
    def open(
        self, name: str, *, write: bool, create: bool = False, truncate: bool = False
    ) -> RawFile:
        """Open a regular file.

        A file of the installed library (``dylink.r2py`` and the like) that the
        folder doesn't hold can be opened too, for reading only; it isn't listed.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Delete the entry ``name``."""


class Address:
    """An IPv4 address and a port; a value that never changes."""

    __slots__ = ("ip", "port")

    ip: str
    port: int

    def __init__(self, ip: str, port: int) -> None:
        object.__setattr__(self, "ip", ip)
        object.__setattr__(self, "port", port)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an address doesn't change")

    def __repr__(self) -> str:
        return f"Address({self.ip!r}, {self.port})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Address):
            return NotImplemented
        return self.ip == other.ip and self.port == other.port

    def __hash__(self) -> int:
        return hash((self.ip, self.port))


#: Bytes asked for in each direction of a TCP socket (Linux grants the double).
STREAM_BUFFER = 10_000

#: Bytes asked for on the receiving side of a UDP socket: the largest message fits.
DATAGRAM_BUFFER = 66_000


class HostNotFound(OSError):
    """A host name without an IPv4 address; errno is negative, as getaddrinfo's are."""


class Endpoint(ABC):
    """Anything open on the network: a UDP socket, a TCP listener, a connection.

    No call of these waits, except ``wait_readable`` and ``wait_writable``.
    Failures are OSError with errno as the operating system gives it; after
    ``close`` every call but ``close`` and the two waits fails with EBADF. An
    endpoint that becomes unreachable closes itself.
    """

    local: Address

    @abstractmethod
    def close(self) -> None:
        """Release the endpoint in an orderly way; doing it again is harmless.

        Whoever waits on it goes on at once. Safe in a finaliser. When this
        returns the address of a UDP socket or a listener is free again.
        """

    @abstractmethod
    def readable(self) -> bool:
        """Whether a receive (or accept) would find something now, an end included."""

    @abstractmethod
    def writable(self) -> bool:
        """Whether a send would take at least one byte now, or fail for good."""

    @abstractmethod
    def wait_readable(self, timeout: float | None) -> bool:
        """Wait until readable(), closed or ``timeout`` seconds; whether readable.

        RunEnded when the network is stopped.
        """

    @abstractmethod
    def wait_writable(self, timeout: float | None) -> bool:
        """Wait until writable(), closed or ``timeout`` seconds; whether writable.

        RunEnded when the network is stopped.
        """


class DatagramSocket(Endpoint):
    """A bound UDP socket."""

    @abstractmethod
    def send_to(self, data: str, to: Address) -> int:
        """Send one datagram, waiting for room in the system's buffers; bytes sent."""

    @abstractmethod
    def receive_from(self) -> tuple[str, Address]:
        """The next datagram; BlockingIOError when there is none."""


class Connection(Endpoint):
    """An established TCP connection.

    ``send_buffer`` is the size of the sending buffer that was granted, in bytes
    (20000 on Linux).
    """

    remote: Address
    send_buffer: int

    @abstractmethod
    def send(self, data: str) -> int:
        """Send a first part of ``data``; BlockingIOError when the buffers are full."""

    @abstractmethod
    def receive(self, size: int) -> str:
        """1 to ``size`` bytes; ``''`` when the peer closed; BlockingIOError if none."""

    def await_data(self, size: int) -> str:
        """1 to ``size`` bytes, waiting for them; ``''`` when there'll be no more.

        RunEnded when the network is stopped.
        """
        while True:
            try:
                return self.receive(size)
            except BlockingIOError:
                self.wait_readable(None)

    @abstractmethod
    def ended(self) -> bool:
        """Whether the peer has closed and nothing is left to read.

        OSError when the connection was reset.
        """


class Listener(Endpoint):
    """A listening TCP socket."""

    @abstractmethod
    def accept(self) -> Connection:
        """The next connection; BlockingIOError when there is none."""


class Watch(ABC):
    """A standing request to be told when an endpoint can be read."""

    @abstractmethod
    def resume(self) -> None:
        """Ask once more: after each call of its function a watch rests."""

    @abstractmethod
    def cancel(self) -> None:
        """Withdraw the request; the function isn't called afterwards.

        A call that has begun on the selector's thread may still be under way.
        Must come before the endpoint's close. Doing it again is harmless.
        """


class Network(ABC):
    """IPv4 networking of the host, or a loopback network in memory.

    Every ``ip`` that is handed in is numeric: names go through ``resolve``.
    ``0.0.0.0`` as a local address leaves the choice to the system.
    """

    @abstractmethod
    def resolve(self, name: str) -> tuple[str, list[str], list[str]]:
        """Primary name, aliases, IPv4 addresses of ``name``; HostNotFound."""

    @abstractmethod
    def outgoing_ip(self) -> str:
        """The local address used towards the Internet; OSError if there is none."""

    @abstractmethod
    def interface_ips(self, name: str) -> list[str]:
        """IPv4 addresses of a network interface; empty if there is no such one."""

    @abstractmethod
    def can_bind(self, ip: str) -> bool:
        """Whether ``ip`` is an address of this host."""

    @abstractmethod
    def datagram_socket(self, local: Address) -> DatagramSocket:
        """Bind a UDP socket; port 0 lets the system choose. Never shares a port."""

    def send_datagram(self, data: str, to: Address, local: Address) -> int:
        """Send one datagram from a socket of the moment, bound to ``local``."""
        endpoint = self.datagram_socket(local)
        try:
            return endpoint.send_to(data, to)
        finally:
            endpoint.close()

    @abstractmethod
    def listen(self, local: Address, backlog: int) -> Listener:
        """Listen for TCP connections; EADDRINUSE while another listener has it.

        Connections that the port had earlier don't keep it busy.
        """

    @abstractmethod
    def connect(
        self, remote: Address, local: Address | None, timeout: float
    ) -> Connection:
        """Open a TCP connection; TimeoutError after ``timeout`` seconds.

        EADDRINUSE says that the local port is taken, EADDRNOTAVAIL that the local
        address isn't the host's or that the same connection exists.
        """

    @abstractmethod
    def is_listening(self, local: Address) -> bool:
        """Whether any process of the host listens for TCP there (True: can't tell)."""

    @abstractmethod
    def stream_state(self, local: Address, remote: Address | None) -> str:
        """State of the host's TCP connection between two addresses.

        ``'open'`` (established, or only the peer has closed), ``'closing'``
        (TIME_WAIT and the others) or ``''`` (there is none, or can't tell).
        Without ``remote`` any connection of ``local`` counts, open ones first.
        """

    @abstractmethod
    def watch(self, endpoint: Endpoint, function: Body) -> Watch:
        """Call ``function`` on the selector's thread once ``endpoint`` is readable.

        One selector thread serves all watches; it exists only while one does.
        The function must be short and not raise: it starts an event and returns.
        """

    @abstractmethod
    def stop(self) -> None:
        """End of the run: close every endpoint; waiting calls raise RunEnded."""


class Output(ABC):
    """A stream that a run writes to."""

    @abstractmethod
    def write(self, text: str) -> None:
        """Deliver one piece; it is out when this returns."""


class World:
    """Everything a program can touch.

    ``entropy`` gives that many random bytes; the rest are the interfaces above.
    """

    __slots__ = (
        "scheduler",
        "files",
        "network",
        "output",
        "error_output",
        "entropy",
    )

    def __init__(
        self,
        scheduler: Scheduler,
        files: Files,
        network: Network,
        output: Output,
        error_output: Output,
        entropy: Callable[[int], bytes],
    ) -> None:
        self.scheduler = scheduler
        self.files = files
        self.network = network
        self.output = output
        self.error_output = error_output
        self.entropy = entropy
