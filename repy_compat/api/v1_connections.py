"""Connections of Repy V1: openconn and the socket objects.

Repy V1 specification, sections 14.5 and 14.7; ``v1_streams`` holds what the
methods do.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    MISSING,
    is_integer,
    is_number,
    need_room,
    no_arguments_v1,
    parameters,
    wrong_call_v1,
)
from repy_compat.api.exceptions import Py2Exception, SocketAddressError
from repy_compat.api.handles import Handle, make_handle
from repy_compat.api.v1_comms import take_outsocket
from repy_compat.api.v1_host import (
    ANYWHERE,
    DESTINATION_PORT,
    LOCAL_PORT,
    Host,
    checked_port,
    is_local_ip,
    is_local_port,
    local_pair,
)
from repy_compat.world.base import Address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.api.v1_streams import Stream

_DEFAULT_TIMEOUT = 5.0
_TIMEOUT = "Timeout parameter must be a numeric value greater than 0."
_NO_TIME = "Timed out checking for socket cleanup!"


def build_openconn(runtime: Runtime, host: Host) -> Callable[..., object]:
    names = ("desthost", "destport", "localip", "localport", "timeout")
    now = runtime.scheduler.now

    def openconn(*arguments: object, **keywords: object) -> object:
        found = parameters(names, arguments, keywords)
        if found is None or not _open_types(found):
            raise wrong_call_v1("openconn", arguments, keywords)
        start = now()
        desthost = found[0]
        localip, localport = local_pair(found[2], found[3])
        destport = checked_port(found[1], 1, DESTINATION_PORT)
        checked_port(localport, 0, LOCAL_PORT)
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
            bound = None if local == ANYWHERE else local
            stream = host.comms.connect(remote, bound, item, left)
            return new_socket(runtime, stream)
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
        and is_local_ip(localip)
        and is_local_port(localport)
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


def new_socket(runtime: Runtime, stream: Stream) -> Handle:
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
