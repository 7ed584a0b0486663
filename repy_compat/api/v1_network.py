"""The network of Repy V1: names, messages, listeners and commhandles.

Repy V1 specification, sections 11.3, 14 and 15. This module checks arguments,
call rules and permissions, in the reference's order and with its texts, and makes
handles; what is open is in ``v1_comms``, connections are in ``v1_connections``.
"""

from __future__ import annotations

from repy_compat.api.addresses import ANY, sending
from repy_compat.api.boundary import (
    is_integer,
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
from repy_compat.api.exceptions import NamespaceViolationError, Py2Exception
from repy_compat.api.failures import detached
from repy_compat.api.handles import Handle, inner_of, make_handle
from repy_compat.api.v1_connections import build_openconn, new_socket
from repy_compat.api.v1_host import (
    DESTINATION_PORT,
    LOCAL_PORT,
    WILDCARDS,
    Host,
    checked_port,
    is_local_ip,
    is_local_port,
    local_pair,
    look_up,
)
from repy_compat.api.v1_streams import failure_of
from repy_compat.world.base import Address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime

_NO_LOCAL_IP = "Must specify a local IP address"


def build_names(runtime: Runtime) -> dict[str, object]:
    """The network functions of a V1 run."""
    host = Host(
        runtime,
        lambda id: _new_commhandle(runtime, id),
        lambda stream: new_socket(runtime, stream),
        _make_call,
    )
    return {
        "gethostbyname_ex": _build_gethostbyname_ex(runtime),
        "getmyip": _build_getmyip(runtime, host),
        "sendmess": _build_sendmess(runtime, host),
        "recvmess": _build_listen(runtime, host, "recvmess", "messport"),
        "waitforconn": _build_listen(runtime, host, "waitforconn", "connport"),
        "openconn": build_openconn(runtime, host),
        "stopcomm": _build_stopcomm(runtime, host),
    }


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
        localip, localport = local_pair(found[3], found[4])
        destport = checked_port(found[1], 1, DESTINATION_PORT)
        checked_port(localport, 0, LOCAL_PORT)
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
        and is_local_ip(localip)
        and is_local_port(localport)
    )


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
        if localip in WILDCARDS:
            raise Py2Exception(_NO_LOCAL_IP)
        localport = checked_port(found[1], 1, LOCAL_PORT)
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
