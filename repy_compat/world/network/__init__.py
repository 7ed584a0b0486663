"""The host's IPv4 network, seen through the interface of ``world.base``.

    endpoints.py   UDP sockets, TCP listeners and connections
    selector.py    the one thread that watches listeners
    host.py        names, addresses and the state of connections

This module is on every run's way, so it stays light: the three others, and
Python's own ``socket``, are imported when a program first uses the network.
"""

from __future__ import annotations

from _thread import allocate_lock

from repy_compat.errors import RunEnded
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

    from repy_compat.world.network.endpoints import Group
    from repy_compat.world.network.selector import Selectors
    from repy_compat.world.scheduler import RealScheduler


class RealNetwork(Network):
    """Sockets of the operating system, for one run.

    Many of these may live side by side in a process: nothing is shared.
    """

    def __init__(self, scheduler: RealScheduler | None = None) -> None:
        """``scheduler`` is the run's: the network stops when it stops."""
        self._lock = allocate_lock()
        self._group: Group | None = None
        self._selectors: Selectors | None = None
        self._stopped = False
        self._send_datagram: Callable[[str, Address, Address], int] | None = None
        if scheduler is not None:
            scheduler.on_stop(self.stop)

    def _members(self) -> Group:
        """The open endpoints of this run."""
        if self._group is None:
            from repy_compat.world.network.endpoints import Group

            with self._lock:
                if self._group is None:
                    self._group = Group(stopped=self._stopped)
        return self._group

    def resolve(self, name: str) -> tuple[str, list[str], list[str]]:
        """Primary name, aliases, IPv4 addresses of ``name``; HostNotFound."""
        from repy_compat.world.network import host

        return host.resolve(name)

    def outgoing_ip(self) -> str:
        """The local address used towards the Internet; OSError if there is none."""
        from repy_compat.world.network import host

        return host.outgoing_ip()

    def interface_ips(self, name: str) -> list[str]:
        """IPv4 addresses of a network interface; empty if there is no such one."""
        from repy_compat.world.network import host

        return host.interface_ips(name)

    def can_bind(self, ip: str) -> bool:
        """Whether ``ip`` is an address of this host."""
        from repy_compat.world.network import host

        return host.can_bind(ip)

    def is_listening(self, local: Address) -> bool:
        """Whether any process of the host listens for TCP there (True: can't tell)."""
        from repy_compat.world.network import host

        return self._members().listens(local) or host.is_listening(local)

    def stream_state(self, local: Address, remote: Address | None) -> str:
        """``'open'``, ``'closing'`` or ``''``: see the interface."""
        from repy_compat.world.network import host

        if self._members().joins(local, remote):
            return "open"
        return host.stream_state(local, remote)

    def datagram_socket(self, local: Address) -> DatagramSocket:
        """Bind a UDP socket; port 0 lets the system choose."""
        group = self._members()
        from repy_compat.world.network.endpoints import open_datagram_socket

        return open_datagram_socket(group, local)

    def send_datagram(self, data: str, to: Address, local: Address) -> int:
        """Send one datagram from a socket of the moment, bound to ``local``."""
        if self._stopped:
            raise RunEnded
        if self._send_datagram is None:
            from repy_compat.world.network.endpoints import send_datagram

            self._send_datagram = send_datagram
        return self._send_datagram(data, to, local)

    def listen(self, local: Address, backlog: int) -> Listener:
        """Listen for TCP connections; EADDRINUSE while another listener has it."""
        group = self._members()
        from repy_compat.world.network.endpoints import open_listener

        return open_listener(group, local, backlog)

    def connect(
        self, remote: Address, local: Address | None, timeout: float
    ) -> Connection:
        """Open a TCP connection; TimeoutError after ``timeout`` seconds."""
        group = self._members()
        from repy_compat.world.network.endpoints import open_connection

        return open_connection(group, remote, local, timeout)

    def watch(self, endpoint: Endpoint, function: Body) -> Watch:
        """Call ``function`` on the selector's thread once ``endpoint`` is readable."""
        if self._selectors is None:
            from repy_compat.world.network.selector import Selectors

            with self._lock:
                if self._selectors is None:
                    self._selectors = Selectors()
        from repy_compat.world.network.endpoints import descriptor_of

        return self._selectors.watch(descriptor_of(endpoint), function)

    def stop(self) -> None:
        """End of the run: close every endpoint; waiting calls raise RunEnded."""
        with self._lock:
            self._stopped = True
            group, selectors = self._group, self._selectors
        if selectors is not None:
            selectors.stop()
        if group is not None:
            group.stop()
