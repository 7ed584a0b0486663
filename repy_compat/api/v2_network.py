"""The network of Repy V2: names, messages and connections.

Repy V2 specification, sections 6.1, 9.3 and 11. This module checks arguments
and permissions, in the reference's order and with its texts, and makes handles;
how they are opened is in ``v2_openings``, what they do in ``v2_sockets``.
"""

from __future__ import annotations

from repy_compat.api.addresses import (
    LocalAddresses,
    dotted_numbers,
    local_addresses,
)
from repy_compat.api.boundary import (
    check_duration,
    check_integer,
    check_string,
    need_room,
    wrong_count_v2,
)
from repy_compat.api.exceptions import (
    InternetConnectivityError,
    NetworkAddressError,
    RepyArgumentError,
    ResourceForbiddenError,
)
from repy_compat.api.handles import Handle, make_handle
from repy_compat.api.v2_openings import Sockets
from repy_compat.api.v2_sockets import MessageServer, Stream, StreamServer
from repy_compat.errors import PortForbidden
from repy_compat.python2 import numbers as python2_numbers
from repy_compat.world.base import Address, HostNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import Network

_LONGEST_MESSAGE = 9216


def build_names(runtime: Runtime) -> dict[str, object]:
    """The network functions of a V2 run."""
    sockets = Sockets(runtime)
    runtime.at_end(sockets.close_all)
    checks = Checks(runtime)
    return {
        "gethostbyname": _build_gethostbyname(runtime),
        "getmyip": _build_getmyip(runtime, checks.addresses),
        "sendmessage": _build_sendmessage(checks, sockets),
        "listenformessage": _build_listenformessage(checks, sockets),
        "listenforconnection": _build_listenforconnection(checks, sockets),
        "openconnection": _build_openconnection(checks, sockets),
    }


# --- What is checked before anything is touched ------------------------------


class Checks:
    """Arguments and permissions of one run's network calls."""

    def __init__(self, runtime: Runtime) -> None:
        self.addresses = local_addresses(runtime.world.network, runtime.network_options)
        self._allow_port = runtime.ledger.allow_port

    def permit(self, ip: str, port: int, kind: str, *, quoted: bool = False) -> None:
        """Return if the program may use a local address.

        ``kind`` is ``messport`` or ``connport``. The two listen calls show the
        address in quotes.

        Raises:
            ResourceForbiddenError: it may not.
        """
        if not self.addresses.allows(ip):
            shown = f"'{ip}'" if quoted else ip
            raise ResourceForbiddenError(
                f"Provided localip is not allowed! IP: {shown}"
            )
        try:
            self._allow_port(kind, port)
            return
        except PortForbidden:
            text = f"Provided localport is not allowed! Port: {port}"
        raise ResourceForbiddenError(text)


def _plain_int(value: int, text: str) -> None:
    """Return if ``value`` is an int and no long.

    Raises:
        RepyArgumentError: it isn't, with ``text``.
    """
    if python2_numbers.is_long(value):
        raise RepyArgumentError(text)


def _valid_ip(which: str, ip: str) -> None:
    """Return if ``ip`` can be the address of a host.

    Raises:
        RepyArgumentError: it can't; ``which`` is ``destip`` or ``localip``.
    """
    numbers = dotted_numbers(ip)
    if numbers is None or not 1 <= numbers[0] < 224 or ip == "192.168.0.0":
        raise RepyArgumentError(f"Provided {which} is not valid! IP: '{ip}'")


def _valid_port(which: str, port: int) -> None:
    """Return if ``port`` is between 1 and 65535.

    Raises:
        RepyArgumentError: it isn't; ``which`` is ``destport`` or ``localport``.
    """
    if not 1 <= port <= 65535:
        raise RepyArgumentError(f"Provided {which} is not valid! Port: {port}")


def _valid_ends(local: Address, remote: Address) -> None:
    """Return if two ends can talk to one another; RepyArgumentError if not."""
    _valid_ip("destip", remote.ip)
    _valid_ip("localip", local.ip)
    _valid_port("destport", remote.port)
    _valid_port("localport", local.port)


def _distinct(local: Address, remote: Address) -> None:
    if local == remote:
        raise RepyArgumentError(
            "Local socket name cannot match destination socket name! "
            "Local/Dest IP and Port match."
        )


def _local_address(arguments: tuple[object, ...]) -> Address:
    """The two arguments of a listen call, checked; RepyArgumentError if wrong."""
    ip = check_string(arguments[0])
    port = check_integer(arguments[1], 0)
    _plain_int(port, "Provided localport must be a int!")
    _valid_ip("localip", ip)
    _valid_port("localport", port)
    return Address(ip, port)


# --- Functions ---------------------------------------------------------------


def _build_gethostbyname(runtime: Runtime) -> Callable[..., object]:
    charge = runtime.charge
    resolve = runtime.world.network.resolve

    def gethostbyname(*arguments: object, **keywords: object) -> str:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("gethostbyname", 1, arguments, keywords)
        name = check_string(arguments[0])
        need_room()
        charge("netsend", 1024)
        charge("netrecv", 4096)
        if not name:
            return "0.0.0.0"
        if dotted_numbers(name) is not None:
            return name
        try:
            return resolve(name)[2][0]
        except (HostNotFound, IndexError):
            text = f"The hostname '{name}' could not be resolved."
        raise NetworkAddressError(text)

    return gethostbyname


def _build_getmyip(
    runtime: Runtime, addresses: LocalAddresses
) -> Callable[..., object]:
    charge = runtime.charge
    network: Network = runtime.world.network

    def getmyip(*arguments: object, **keywords: object) -> str:
        if arguments or keywords:
            raise wrong_count_v2("getmyip", 0, arguments, keywords)
        need_room()
        charge("netsend", 256)
        charge("netrecv", 128)
        if addresses.chosen:
            return addresses.best()
        try:
            return network.outgoing_ip()
        except OSError:
            text = "Cannot detect a connection to the Internet."
        raise InternetConnectivityError(text)

    return getmyip


def _build_sendmessage(checks: Checks, sockets: Sockets) -> Callable[..., object]:
    def sendmessage(*arguments: object, **keywords: object) -> int:
        if keywords or len(arguments) != 5:
            raise wrong_count_v2("sendmessage", 5, arguments, keywords)
        destip = check_string(arguments[0])
        destport = check_integer(arguments[1], 0)
        message = check_string(arguments[2])
        localip = check_string(arguments[3])
        localport = check_integer(arguments[4], 0)
        _plain_int(destport, "Provided destport must be an int!")
        _plain_int(localport, "Provided localport must be an int!")
        local, remote = Address(localip, localport), Address(destip, destport)
        _valid_ends(local, remote)
        _distinct(local, remote)
        checks.permit(localip, localport, "messport")
        if len(message) > _LONGEST_MESSAGE:
            raise RepyArgumentError(
                "Provided message is too long for UDP datagrams on some platforms. "
                f"Maximum length is {_LONGEST_MESSAGE} bytes."
            )
        need_room()
        return sockets.send_message(remote, message, local)

    return sendmessage


def _build_listenformessage(checks: Checks, sockets: Sockets) -> Callable[..., object]:
    def listenformessage(*arguments: object, **keywords: object) -> Handle:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("listenformessage", 2, arguments, keywords)
        local = _local_address(arguments)
        checks.permit(local.ip, local.port, "messport", quoted=True)
        need_room()
        return _message_server_handle(sockets.listen_for_messages(local))

    return listenformessage


def _build_listenforconnection(
    checks: Checks, sockets: Sockets
) -> Callable[..., object]:
    def listenforconnection(*arguments: object, **keywords: object) -> Handle:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("listenforconnection", 2, arguments, keywords)
        local = _local_address(arguments)
        checks.permit(local.ip, local.port, "connport", quoted=True)
        need_room()
        return _stream_server_handle(sockets.listen_for_connections(local))

    return listenforconnection


def _build_openconnection(checks: Checks, sockets: Sockets) -> Callable[..., object]:
    def openconnection(*arguments: object, **keywords: object) -> Handle:
        if keywords or len(arguments) != 5:
            raise wrong_count_v2("openconnection", 5, arguments, keywords)
        destip = check_string(arguments[0])
        destport = check_integer(arguments[1], 0)
        localip = check_string(arguments[2])
        localport = check_integer(arguments[3], 0)
        timeout = check_duration(arguments[4])
        _plain_int(destport, "Provided destport must be an int!")
        _plain_int(localport, "Provided localport must be an int!")
        if python2_numbers.is_long(timeout):
            raise RepyArgumentError("Provided timeout must be an int or float!")
        local, remote = Address(localip, localport), Address(destip, destport)
        _valid_ends(local, remote)
        if not timeout > 0:
            raise RepyArgumentError(
                f"Provided timeout is not valid, must be positive! Timeout: {timeout}"
            )
        _distinct(local, remote)
        checks.permit(localip, localport, "connport")
        need_room()
        return _stream_handle(sockets.connect(remote, local, float(timeout)))

    return openconnection


# --- Handles -----------------------------------------------------------------


def _message_server_handle(server: MessageServer) -> Handle:
    def close(*arguments: object, **keywords: object) -> bool:
        if arguments or keywords:
            raise wrong_count_v2("close", 0, arguments, keywords)
        need_room()
        return server.close()

    def getmessage(*arguments: object, **keywords: object) -> tuple[str, int, str]:
        if arguments or keywords:
            raise wrong_count_v2("getmessage", 0, arguments, keywords)
        need_room()
        return server.get_message()

    return make_handle(
        Handle,
        "socket",
        f"<emulcomm.UDPServerSocket object at 0x{id(server):x}>",
        {"close": close, "getmessage": getmessage},
    )


def _stream_server_handle(server: StreamServer) -> Handle:
    def close(*arguments: object, **keywords: object) -> bool:
        if arguments or keywords:
            raise wrong_count_v2("close", 0, arguments, keywords)
        need_room()
        return server.close()

    def getconnection(
        *arguments: object, **keywords: object
    ) -> tuple[str, int, Handle]:
        if arguments or keywords:
            raise wrong_count_v2("getconnection", 0, arguments, keywords)
        need_room()
        stream = server.get_connection()
        return stream.remote.ip, stream.remote.port, _stream_handle(stream)

    return make_handle(
        Handle,
        "socket",
        f"<emulcomm.TCPServerSocket object at 0x{id(server):x}>",
        {"close": close, "getconnection": getconnection},
    )


def _stream_handle(stream: Stream) -> Handle:
    def close(*arguments: object, **keywords: object) -> bool:
        if arguments or keywords:
            raise wrong_count_v2("close", 0, arguments, keywords)
        need_room()
        return stream.close()

    def recv(*arguments: object, **keywords: object) -> str:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("recv", 1, arguments, keywords)
        size = check_integer(arguments[0], 1)
        need_room()
        return stream.receive(size)

    def send(*arguments: object, **keywords: object) -> int:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("send", 1, arguments, keywords)
        message = check_string(arguments[0])
        need_room()
        return stream.send(message)

    return make_handle(
        Handle,
        "socket",
        f"<emulcomm.EmulatedSocket object at 0x{id(stream):x}>",
        {"close": close, "recv": recv, "send": send},
    )
