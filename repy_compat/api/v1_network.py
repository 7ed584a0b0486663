"""The network of Repy V1: names, messages, connections and commhandles.

Repy V1 specification, sections 11.3, 14 and 15. This module checks arguments,
call rules and permissions, in the reference's order and with its texts, and makes
handles; what is open is in ``v1_comms``.
"""

from __future__ import annotations

from repy_compat.api.addresses import (
    ANY,
    LOOPBACK,
    LocalAddresses,
    dotted_numbers,
    local_addresses,
    sending,
)
from repy_compat.api.boundary import (
    MISSING,
    is_integer,
    is_number,
    need_room,
    no_arguments_v1,
    parameters,
    wrong_call_v1,
)
from repy_compat.api.copying import (
    Uncopyable,
    deep_copy,
    is_function,
    violation_text,
)
from repy_compat.api.exceptions import (
    NamespaceViolationError,
    Py2Exception,
    SocketAddressError,
)
from repy_compat.api.failures import detached
from repy_compat.api.handles import Handle, inner_of, make_handle
from repy_compat.api.v1_comms import Comms, take_outsocket
from repy_compat.api.v1_streams import Stream, failure_of
from repy_compat.errors import PortForbidden
from repy_compat.world.base import Address, HostNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import Network

_WILDCARDS = ("", ANY)
_ANYWHERE = Address(ANY, 0)
_DEFAULT_TIMEOUT = 5.0

_NO_LOCAL_IP = "Must specify a local IP address"
_LOCAL_PORT = "Local port number must be an integer, between 1 and 65535."
_DESTINATION_PORT = "Destination port number must be an integer, between 1 and 65535."
_PAIR = "Localip and localport must be specified simultaneously."
_TIMEOUT = "Timeout parameter must be a numeric value greater than 0."
_NO_NAME = (-2, "Name or service not known")
_NO_TIME = "Timed out checking for socket cleanup!"


def build_names(runtime: Runtime) -> dict[str, object]:
    """The network functions of a V1 run."""
    host = Host(runtime)
    return {
        "gethostbyname_ex": _build_gethostbyname_ex(runtime),
        "getmyip": _build_getmyip(runtime, host),
        "sendmess": _build_sendmess(runtime, host),
        "recvmess": _build_listen(runtime, host, "recvmess", "messport"),
        "waitforconn": _build_listen(runtime, host, "waitforconn", "connport"),
        "openconn": _build_openconn(runtime, host),
        "stopcomm": _build_stopcomm(runtime, host),
    }


class Host:
    """What the functions of one run share: permissions, names, open sockets."""

    def __init__(self, runtime: Runtime) -> None:
        self.network = runtime.world.network
        self.addresses: LocalAddresses = local_addresses(
            self.network, runtime.network_options
        )
        self.comms = Comms(
            runtime,
            lambda id: _new_commhandle(runtime, id),
            lambda stream: _new_socket(runtime, stream),
            _make_call,
        )
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
                return _ANYWHERE
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


# --- Names -------------------------------------------------------------------


def _build_gethostbyname_ex(runtime: Runtime) -> Callable[..., object]:
    charge = runtime.charge
    network = runtime.world.network

    def gethostbyname_ex(*arguments: object, **keywords: object) -> object:
        if keywords or len(arguments) != 1 or type(arguments[0]) is not str:
            raise wrong_call_v1("gethostbyname_ex", arguments, keywords)
        name = arguments[0]
        need_room()
        runtime.gate("gethostbyname_ex", name)
        charge("netsend", 4096)
        charge("netrecv", 4096)
        primary, aliases, addresses = look_up(network, name)
        return primary, list(aliases), list(addresses)

    return gethostbyname_ex


def _build_getmyip(runtime: Runtime, host: Host) -> Callable[..., object]:
    def getmyip(*arguments: object, **keywords: object) -> str:
        if arguments or keywords:
            raise no_arguments_v1("getmyip", arguments, keywords)
        need_room()
        runtime.gate("getmyip")
        return host.my_ip()

    return getmyip


# --- Messages ----------------------------------------------------------------


def _build_sendmess(runtime: Runtime, host: Host) -> Callable[..., object]:
    names = ("desthost", "destport", "message", "localip", "localport")
    charge = runtime.charge

    def sendmess(*arguments: object, **keywords: object) -> int:
        found = parameters(names, arguments, keywords)
        if found is None or not _send_types(found):
            raise wrong_call_v1("sendmess", arguments, keywords)
        desthost, message = found[0], found[2]
        localip, localport = _local_pair(found[3], found[4])
        destport = _checked_port(found[1], 1, _DESTINATION_PORT)
        _checked_port(localport, 0, _LOCAL_PORT)
        need_room()
        runtime.gate("sendmess", desthost, destport, message, localip, localport)
        if localport:
            host.allow_port("messport", localport)
        if localip is not None:
            host.allow_ip(localip)
        assert isinstance(desthost, str) and isinstance(message, str)
        resource = sending(desthost)
        charge(resource, 0)
        to = Address(host.resolve(desthost), destport)
        sent = _send(host, to, message, localip, localport)
        charge(resource, sent)
        return sent

    return sendmess


def _send_types(found: list[object]) -> bool:
    desthost, destport, message, localip, localport = found
    return (
        type(desthost) is str
        and is_integer(destport)
        and type(message) is str
        and _is_local_ip(localip)
        and _is_local_port(localport)
    )


def _is_local_ip(value: object) -> bool:
    return value is MISSING or value is None or type(value) is str


def _is_local_port(value: object) -> bool:
    return value is MISSING or value is None or is_integer(value)


def _local_pair(ip: object, port: object) -> tuple[str | None, int]:
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
    return (None if ip in _WILDCARDS else ip), int(port)


def _checked_port(port: object, least: int, text: str) -> int:
    """``port`` if it's from ``least`` to 65535; Exception with ``text`` if not."""
    assert isinstance(port, int)
    if not least <= port <= 65535:
        raise Py2Exception(text)
    return int(port)  # a small long is a class of its own


def _send(
    host: Host, to: Address, message: str, localip: str | None, localport: int
) -> int:
    """Send through the listener on the local address, else a socket of the moment."""
    try:
        if localip is not None:
            listening = host.comms.datagram_socket_on(localip, localport)
            if listening is not None:
                return listening.send_to(message, to)
        local = host.local(localip, localport)
        return host.network.send_datagram(message, to, local)
    except OSError as problem:
        failure = detached(problem)
    raise failure_of(failure)


# --- Listeners ---------------------------------------------------------------


def _build_listen(
    runtime: Runtime, host: Host, name: str, kind: str
) -> Callable[..., object]:
    """``recvmess`` or ``waitforconn``, which differ in the kind of port only."""

    def listen(*arguments: object, **keywords: object) -> object:
        found = parameters(("localip", "localport", "function"), arguments, keywords)
        if (
            found is None
            or type(found[0]) is not str
            or not is_integer(found[1])
            or not is_function(found[2])
        ):
            raise wrong_call_v1(name, arguments, keywords)
        localip, _, function = found
        assert isinstance(localip, str) and callable(function)
        if localip in _WILDCARDS:
            raise Py2Exception(_NO_LOCAL_IP)
        localport = _checked_port(found[1], 1, _LOCAL_PORT)
        need_room()
        runtime.gate(name, localip, localport)
        host.allow_port(kind, localport)
        host.allow_ip(localip)
        ip = host.resolve(localip)
        if ip == ANY:  # spelled in another way
            raise Py2Exception(_NO_LOCAL_IP)
        key = (kind, localip, localport)
        return host.comms.listen(key, Address(ip, localport), function)

    listen.__name__ = name
    return listen


def _make_call(function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    """Call a callback. Its result is nobody's, but has to be one that can cross."""
    try:
        deep_copy(function(*arguments))
        return
    except Uncopyable as refused:
        text = violation_text(refused)
    raise NamespaceViolationError(text)


def _build_stopcomm(runtime: Runtime, host: Host) -> Callable[..., object]:
    def stopcomm(*arguments: object, **keywords: object) -> bool:
        id = (
            inner_of(arguments[0], "commhandle", runtime)
            if len(arguments) == 1 and not keywords
            else None
        )
        if id is None:
            raise wrong_call_v1("stopcomm", arguments, keywords)
        assert isinstance(id, str)
        need_room()
        runtime.gate("stopcomm", id)
        return host.comms.stop(id)

    return stopcomm


def _new_commhandle(runtime: Runtime, id: str) -> Handle:
    return make_handle(
        runtime.handle_class, "commhandle", repr(id), {}, inner=id, owner=runtime
    )


# --- Connections -------------------------------------------------------------


def _build_openconn(runtime: Runtime, host: Host) -> Callable[..., object]:
    names = ("desthost", "destport", "localip", "localport", "timeout")
    now = runtime.scheduler.now

    def openconn(*arguments: object, **keywords: object) -> object:
        found = parameters(names, arguments, keywords)
        if found is None or not _open_types(found):
            raise wrong_call_v1("openconn", arguments, keywords)
        start = now()
        desthost = found[0]
        localip, localport = _local_pair(found[2], found[3])
        destport = _checked_port(found[1], 1, _DESTINATION_PORT)
        _checked_port(localport, 0, _LOCAL_PORT)
        deadline = start + _timeout(found[4])
        if localip is not None:
            host.allow_ip(localip)
        need_room()
        runtime.gate("openconn", desthost, destport, localip, localport)
        assert isinstance(desthost, str)
        if localip is not None and localport:
            _await_free_pair(host, desthost, destport, localip, localport, deadline)
        if localport:
            host.allow_port("connport", localport)
        item = take_outsocket(runtime, f"{desthost}:{destport}")
        try:
            left = deadline - now()
            if left <= 0:
                raise Py2Exception(_NO_TIME)
            remote = Address(host.resolve(desthost), destport)
            local = host.local(localip, localport)
            bound = None if local == _ANYWHERE else local
            stream = host.comms.connect(remote, bound, item, left)
            return _new_socket(runtime, stream)
        except BaseException:
            item.give_back()
            raise

    return openconn


def _await_free_pair(
    host: Host,
    desthost: str,
    destport: int,
    localip: str,
    localport: int,
    deadline: float,
) -> None:
    """See that the connection can be a new one; waits until ``deadline`` for it."""
    try:
        remote = Address(host.resolve(desthost), destport)
        local = host.local(localip, localport)
    except SocketAddressError:
        return  # connecting will say so, after what comes before it was checked
    host.comms.await_free_pair(local, remote, deadline)


def _open_types(found: list[object]) -> bool:
    desthost, destport, localip, localport, timeout = found
    return (
        type(desthost) is str
        and is_integer(destport)
        and _is_local_ip(localip)
        and _is_local_port(localport)
        and (timeout is MISSING or timeout is None or is_number(timeout))
    )


def _timeout(value: object) -> float:
    """Seconds to wait for a connection; Exception if not above 0."""
    if value is MISSING or value is None:
        return _DEFAULT_TIMEOUT
    assert isinstance(value, int | float)
    if not value > 0:
        raise Py2Exception(_TIMEOUT)
    # Longer than any system waits; a long may be too large for a float.
    return float(min(value, 1e9))


def _new_socket(runtime: Runtime, stream: Stream) -> Handle:
    """The handle of a connection."""
    gate = runtime.gate
    subject = f"<emulcomm.emulated_socket instance at 0x{id(stream):x}>"

    def close(*arguments: object, **keywords: object) -> bool:
        if arguments or keywords:
            raise no_arguments_v1("close", arguments, keywords, subject=subject)
        need_room()
        gate("socket.close")
        gate("stopcomm", stream.id)
        return stream.close()

    def recv(*arguments: object, **keywords: object) -> str:
        if keywords or len(arguments) != 1 or not is_integer(arguments[0]):
            raise wrong_call_v1("recv", arguments, keywords, subject=subject)
        size = arguments[0]
        assert isinstance(size, int)
        need_room()
        gate("socket.recv", size)
        return stream.receive(size)

    def send(*arguments: object, **keywords: object) -> int:
        if keywords or len(arguments) != 1 or type(arguments[0]) is not str:
            raise wrong_call_v1("send", arguments, keywords, subject=subject)
        message = arguments[0]
        need_room()
        gate("socket.send", message)
        return stream.send(message)

    def willblock(*arguments: object, **keywords: object) -> tuple[bool, bool]:
        if arguments or keywords:
            raise no_arguments_v1("willblock", arguments, keywords, subject=subject)
        need_room()
        return stream.would_block()

    return make_handle(
        runtime.handle_class,
        "socket",
        subject,
        {"close": close, "recv": recv, "send": send, "willblock": willblock},
    )
