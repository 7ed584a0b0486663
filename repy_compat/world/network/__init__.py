"""The host's IPv4 network, seen through the interface of ``world.base``.

    endpoints.py   UDP sockets, TCP listeners and connections
    selector.py    the one thread that watches listeners
    host.py        names, addresses and the state of connections

This module is on every run's way, so it stays light: the three others, and
Python's own ``socket``, are imported when a program first uses the network.
"""

from __future__ import annotations

from _thread import RLock

from repy_compat.errors import RunEnded
from repy_compat.undisturbed import undisturbed
from repy_compat.world.base import (
    Address,
    Body,
    Connection,
    DatagramSocket,
    Endpoint,
    Listener,
    Network,
    Watch,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from repy_compat.world.network.endpoints import Group
    from repy_compat.world.network.selector import Selectors
    from repy_compat.world.scheduler import RealScheduler


class RealNetwork(Network):
    """Sockets of the operating system, for one run.

    Many of these may live side by side in a process: nothing is shared.
    """

    def __init__(self, scheduler: RealScheduler | None = None) -> None:
        """``scheduler`` is the run's: the network stops when it stops."""
        # Reentrant, for a finaliser that the collector runs in here.
        self._lock = RLock()
        self._group: Group | None = None
        self._selectors: Selectors | None = None
        self._stopped = False
        self._send_datagram: Callable[[str, Address, Address], int] | None = None
        self._name_thread: Callable[[str | None], None] | None = None
        if scheduler is not None:
            self._name_thread = scheduler.name_thread
            scheduler.on_stop(self.stop)

    def _members(self) -> Group:
        """The open endpoints of this run."""
        if self._group is None:
            new_group = _endpoints().Group
            with self._lock:
                made = new_group()
                # Only now: a finaliser may have been as quick, in this very thread.
                made.stopped = self._stopped
                if self._group is None:
                    self._group = made
        return self._group

    def resolve(self, name: str) -> tuple[str, list[str], list[str]]:
        """Primary name, aliases, IPv4 addresses of ``name``; HostNotFound."""
        return _host().resolve(name)

    def outgoing_ip(self) -> str:
        """The local address used towards the Internet; OSError if there is none."""
        return _host().outgoing_ip()

    def interface_ips(self, name: str) -> list[str]:
        """IPv4 addresses of a network interface; empty if there is no such one."""
        return _host().interface_ips(name)

    def can_bind(self, ip: str) -> bool:
        """Whether ``ip`` is an address of this host."""
        return _host().can_bind(ip)

    def is_listening(self, local: Address) -> bool:
        """Whether any process of the host listens for TCP there (True: can't tell)."""
        return self._members().listens(local) or _host().is_listening(local)

    def stream_state(self, local: Address, remote: Address | None) -> str:
        """``'open'``, ``'closing'`` or ``''``: see the interface."""
        if self._members().joins(local, remote):
            return "open"
        return _host().stream_state(local, remote)

    def datagram_socket(self, local: Address) -> DatagramSocket:
        """Bind a UDP socket; port 0 lets the system choose."""
        group = self._members()
        opened: DatagramSocket = _endpoints().open_datagram_socket(group, local)
        return opened

    def send_datagram(self, data: str, to: Address, local: Address) -> int:
        """Send one datagram from a socket of the moment, bound to ``local``."""
        if self._stopped:
            raise RunEnded
        if self._send_datagram is None:
            self._send_datagram = _endpoints().send_datagram
        return self._send_datagram(data, to, local)

    def listen(self, local: Address, backlog: int) -> Listener:
        """Listen for TCP connections; EADDRINUSE while another listener has it."""
        group = self._members()
        opened: Listener = _endpoints().open_listener(group, local, backlog)
        return opened

    def connect(
        self, remote: Address, local: Address | None, timeout: float
    ) -> Connection:
        """Open a TCP connection; TimeoutError after ``timeout`` seconds."""
        group = self._members()
        opened: Connection = _endpoints().open_connection(group, remote, local, timeout)
        return opened

    def watch(self, endpoint: Endpoint, function: Body) -> Watch:
        """Call ``function`` on the selector's thread once ``endpoint`` is readable."""
        if self._selectors is None:
            new_selectors = undisturbed(_load_selector).Selectors
            with self._lock:
                made = new_selectors(name_thread=self._name_thread)
                if self._selectors is None:  # as above
                    self._selectors = made
        return self._selectors.watch(_endpoints().descriptor_of(endpoint), function)

    def stop(self) -> None:
        """End of the run: close every endpoint; waiting calls raise RunEnded."""
        with self._lock:
            self._stopped = True
            group, selectors = self._group, self._selectors
        if selectors is not None:
            selectors.stop()
        if group is not None:
            group.stop()


# A finaliser in the middle of an import would meet a module that is half loaded.


def _endpoints() -> ModuleType:
    """The module about sockets."""
    return undisturbed(_load_endpoints)


def _host() -> ModuleType:
    """The module about names, addresses and the state of connections."""
    return undisturbed(_load_host)


def _load_endpoints() -> ModuleType:
    from repy_compat.world.network import endpoints

    return endpoints


def _load_host() -> ModuleType:
    from repy_compat.world.network import host

    return host


def _load_selector() -> ModuleType:
    from repy_compat.world.network import selector

    return selector
