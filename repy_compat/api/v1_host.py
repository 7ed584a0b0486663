"""What the network functions of a V1 run share: permissions, names, addresses.

Repy V1 specification, sections 14.1 and 14.9.
"""

from __future__ import annotations

from repy_compat.api.addresses import (
    ANY,
    LOOPBACK,
    LocalAddresses,
    dotted_numbers,
    local_addresses,
)
from repy_compat.api.boundary import MISSING, is_integer
from repy_compat.api.exceptions import Py2Exception, SocketAddressError
from repy_compat.api.v1_comms import Comms
from repy_compat.errors import PortForbidden
from repy_compat.world.base import Address, HostNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.api.v1_streams import Stream
    from repy_compat.world.base import Network

WILDCARDS = ("", ANY)
ANYWHERE = Address(ANY, 0)

LOCAL_PORT = "Local port number must be an integer, between 1 and 65535."
DESTINATION_PORT = "Destination port number must be an integer, between 1 and 65535."
_PAIR = "Localip and localport must be specified simultaneously."
_NO_NAME = (-2, "Name or service not known")


class Host:
    """What the functions of one run share: permissions, names, open sockets."""

    def __init__(
        self,
        runtime: Runtime,
        handle_of: Callable[[str], object],
        socket_of: Callable[[Stream], object],
        make_call: Callable[[Callable[..., object], tuple[object, ...]], None],
    ) -> None:
        """The three make what a program sees of an id and of a connection, and
        call its functions; see ``Comms``.
        """
        self.network = runtime.world.network
        self.addresses: LocalAddresses = local_addresses(
            self.network, runtime.network_options
        )
        self.comms = Comms(runtime, handle_of, socket_of, make_call)
        self._ledger = runtime.ledger
        runtime.at_end(self.comms.close_all)

    def allow_port(self, kind: str, port: int) -> None:
        """Return if the restrictions grant a local port; Exception if not."""
        try:
            self._ledger.allow_port(kind, port)
            return
        except PortForbidden as forbidden:
            text = str(forbidden)
        raise Py2Exception(text)

    def allow_ip(self, ip: str) -> None:
        """Return if the program may name a local address; Exception if not."""
        if not self.addresses.allows(ip):
            raise Py2Exception(f"IP '{ip}' is not allowed.")

    def resolve(self, name: str) -> str:
        """The address of a host name or an address; SocketAddressError if none."""
        if dotted_numbers(name) is not None:
            return name
        if not name:
            return ANY
        return look_up(self.network, name)[2][0]

    def local(self, ip: str | None, port: int) -> Address:
        """Where a socket that sends is bound.

        ``ip`` None leaves the choice to the options ``--ip`` and ``--iface``, and
        without any to the system.
        """
        if ip is None:
            if not self.addresses.chosen:
                return Address(ANY, port) if port else ANYWHERE
            ip = self.addresses.best()
        return Address(self.resolve(ip), port)

    def my_ip(self) -> str:
        """The address that other hosts would see, or 127.0.0.1 without network."""
        if self.addresses.chosen:
            return self.addresses.best()
        try:
            return self.network.outgoing_ip()
        except OSError:
            return LOOPBACK


def look_up(network: Network, name: str) -> tuple[str, list[str], list[str]]:
    """Primary name, aliases and at least one address; SocketAddressError if none."""
    try:
        found = network.resolve(name)
        if found[2]:
            return found
        number, text = _NO_NAME
    except HostNotFound as unknown:
        number, text = unknown.errno or 0, unknown.strerror or ""
    raise SocketAddressError(number, text)


# --- Arguments ---------------------------------------------------------------


def is_local_ip(value: object) -> bool:
    """Whether ``value`` may stand for an optional local address."""
    return value is MISSING or value is None or type(value) is str


def is_local_port(value: object) -> bool:
    """Whether ``value`` may stand for an optional local port."""
    return value is MISSING or value is None or is_integer(value)


def local_pair(ip: object, port: object) -> tuple[str | None, int]:
    """The optional local address, with the defaults put in.

    Raises:
        Exception: only one of the two was given.
    """
    ip_given = ip is not MISSING and ip is not None
    port_given = port is not MISSING and port is not None
    if ip_given != port_given:
        raise Py2Exception(_PAIR)
    if not ip_given:
        return None, 0
    assert isinstance(ip, str) and isinstance(port, int)
    return (None if ip in WILDCARDS else ip), int(port)


def checked_port(port: object, least: int, text: str) -> int:
    """``port`` if it's from ``least`` to 65535; Exception with ``text`` if not."""
    assert isinstance(port, int)
    if not least <= port <= 65535:
        raise Py2Exception(text)
    return int(port)  # a small long is a class of its own
