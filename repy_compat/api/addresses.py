"""Which addresses a program may use, and what counts as loopback.

Repy V1 specification, sections 10.3, 14.1 and 14.9; Repy V2 specification,
sections 11.1 and 11.5.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from repy_compat.world.base import Network

LOOPBACK = "127.0.0.1"
ANY = "0.0.0.0"

_DIGITS = frozenset("0123456789")


# What texts meant that were looked at lately; programs use the same few over and over.
_known: dict[str, tuple[int, ...] | None] = {}
_KNOWN_AT_MOST = 512
_LONGEST = len("255.255.255.255")


def dotted_numbers(ip: str) -> tuple[int, ...] | None:
    """The four numbers of a plain IPv4 address; None for any other text.

    Plain means four decimal numbers from 0 to 255 without leading zeros: the
    system reads ``010`` as eight, so such a text could mean another address to
    us than to the system (threat class T14).
    """
    if len(ip) > _LONGEST:
        return None
    try:
        return _known[ip]
    except KeyError:
        pass
    if len(_known) >= _KNOWN_AT_MOST:
        _known.clear()
    numbers = _known[ip] = _read(ip)
    return numbers


def _read(ip: str) -> tuple[int, ...] | None:
    parts = ip.split(".")
    if len(parts) != 4:
        return None
    numbers = []
    for part in parts:
        if not 1 <= len(part) <= 3 or not _DIGITS.issuperset(part):
            return None
        number = int(part)
        if number > 255 or (part[0] == "0" and part != "0"):
            return None
        numbers.append(number)
    return tuple(numbers)


def is_loopback(ip: str) -> bool:
    """Whether traffic with ``ip`` is charged to the loop resources.

    Decided on the text alone: four decimal numbers, the first 127. The name
    ``localhost`` counts as network.
    """
    numbers = dotted_numbers(ip)
    return numbers is not None and numbers[0] == 127


def sending(ip: str) -> str:
    """The resource that sending to ``ip`` is charged to."""
    return "loopsend" if is_loopback(ip) else "netsend"


def receiving(ip: str) -> str:
    """The resource that receiving from (or on) ``ip`` is charged to."""
    return "looprecv" if is_loopback(ip) else "netrecv"


class AddressOptions:
    """The options ``--ip``, ``--iface`` and ``--nootherips`` of a run."""

    __slots__ = ("addresses", "only_these")

    def __init__(
        self, addresses: Iterable[tuple[str, str]] = (), only_these: bool = False
    ) -> None:
        """``addresses`` are pairs of ``ip`` or ``iface`` and a value, best first.

        ``only_these`` forbids every other local address but 127.0.0.1.
        """
        self.addresses = tuple(addresses)
        self.only_these = only_these


class LocalAddresses:
    """The local addresses that a run may and should use."""

    def __init__(self, network: Network, options: AddressOptions) -> None:
        self._network = network
        self._wanted = options.addresses
        self._only_these = options.only_these

    @property
    def chosen(self) -> bool:
        """Whether any of the three options was given."""
        return bool(self._wanted) or self._only_these

    def permitted(self) -> list[str]:
        """The addresses named by the options, best first, and 127.0.0.1.

        Made anew each time: interfaces come and go while a program runs.
        """
        found: list[str] = []
        for kind, value in self._wanted:
            by_name = kind == "iface"
            for ip in self._network.interface_ips(value) if by_name else [value]:
                if ip not in found and self._network.can_bind(ip):
                    found.append(ip)
        if LOOPBACK not in found:
            found.append(LOOPBACK)
        return found

    def best(self) -> str:
        """The address that the options prefer."""
        return self.permitted()[0]

    def allows(self, ip: str) -> bool:
        """Whether the program may name ``ip`` as its local address."""
        return not self._only_these or ip in self.permitted()


def local_addresses(network: Network, options: object) -> LocalAddresses:
    """The addresses of a run, from what its Runtime was given (None: no options)."""
    if options is None:
        options = AddressOptions()
    assert isinstance(options, AddressOptions)
    return LocalAddresses(network, options)
