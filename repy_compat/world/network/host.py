"""What the host knows of names, its own addresses and its TCP connections."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from contextlib import suppress

from repy_compat.world.base import Address, HostNotFound

#: Public addresses a UDP socket is "connected" to; no packet is ever sent.
_FAR_AWAY = ("8.8.8.8", "198.41.0.4", "1.1.1.1")

#: Where Linux lists its TCP sockets, and the codes of the states in that list.
_TCP_TABLE = "/proc/net/tcp"
_ESTABLISHED, _CLOSE_WAIT, _LISTEN = "01", "08", "0A"

_SIOCGIFCONF = 0x8912  # Linux: list of all interface addresses
_INTERFACE_NAME = 16


def resolve(name: str) -> tuple[str, list[str], list[str]]:
    """Primary name, aliases, IPv4 addresses of ``name``; HostNotFound."""
    try:
        return socket.gethostbyname_ex(name)
    except socket.gaierror as failure:
        raise HostNotFound(failure.errno, failure.strerror) from None
    except (socket.herror, UnicodeError, ValueError, TypeError):
        # Over-long labels, bytes above 127 and NULs: no host has such a name.
        raise HostNotFound(socket.EAI_NONAME, "Name or service not known") from None


def outgoing_ip() -> str:
    """The local address used towards the Internet; OSError if there is none."""
    for far in _FAR_AWAY:
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with probe, suppress(OSError):
            probe.connect((far, 80))
            return str(probe.getsockname()[0])
    raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))


def can_bind(ip: str) -> bool:
    """Whether ``ip`` is an address of this host."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, 0))
        except (OSError, UnicodeError, ValueError, TypeError):
            return False
        return True


def interface_ips(name: str) -> list[str]:
    """IPv4 addresses of a network interface, those of its aliases included.

    Empty if there is no such interface, or where the system can't be asked.
    """
    return [
        ip
        for label, ip in _interface_addresses()
        if label == name or label.startswith(name + ":")
    ]


def _interface_addresses() -> list[tuple[str, str]]:
    """Label and address of all that the interfaces have (Linux; else empty)."""
    if not sys.platform.startswith("linux"):
        return []
    import array
    import fcntl

    # struct ifconf {int length; struct ifreq *requests}, filled in by the kernel.
    room = array.array("B", bytes(65_536))
    where, length = room.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(
                probe.fileno(), _SIOCGIFCONF, struct.pack("iL", length, where)
            )
        except OSError:
            return []
    used = struct.unpack("iL", answer)[0]
    data = room.tobytes()[:used]
    size = 40 if struct.calcsize("P") == 8 else 32  # sizeof(struct ifreq)
    found = []
    for start in range(0, len(data) - size + 1, size):
        label = data[start : start + _INTERFACE_NAME].split(b"\0", 1)[0]
        address = data[start + _INTERFACE_NAME + 4 : start + _INTERFACE_NAME + 8]
        found.append((label.decode("latin-1"), socket.inet_ntoa(address)))
    return found


def is_listening(local: Address) -> bool:
    """Whether any process of the host listens for TCP there (True: can't tell)."""
    here = {_table_form(local), _table_form(Address("0.0.0.0", local.port))}
    known = _tcp_sockets()
    if known is None:
        return True
    return any(mine in here and state == _LISTEN for mine, _, state in known)


def stream_state(local: Address, remote: Address | None) -> str:
    """``'open'``, ``'closing'`` or ``''``, as ``world.base.Network`` describes."""
    here = _table_form(local)
    there = None if remote is None else _table_form(remote)
    result = ""
    for mine, theirs, state in _tcp_sockets() or ():
        if mine != here or state == _LISTEN or there not in (None, theirs):
            continue
        if state in (_ESTABLISHED, _CLOSE_WAIT):
            return "open"
        result = "closing"
    return result


def _tcp_sockets() -> list[tuple[str, str, str]] | None:
    """Local address, remote address and state of the host's TCP sockets.

    None where the system doesn't show them, or a confinement hides the list.
    """
    try:
        with open(_TCP_TABLE, encoding="ascii", errors="replace") as table:
            lines = table.readlines()[1:]
    except OSError:
        return None
    fields = (line.split() for line in lines)
    return [(words[1], words[2], words[3]) for words in fields if len(words) > 3]


def _table_form(address: Address) -> str:
    """An address as the table writes it: the word in the machine's order, in hex."""
    (word,) = struct.unpack("=I", socket.inet_aton(address.ip))
    return f"{word:08X}:{address.port:04X}"
