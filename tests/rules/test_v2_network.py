"""Repy V2's network: checks in order, charges, failures and their classes."""

from __future__ import annotations

import gc
import socket
import struct
from collections.abc import Callable, Iterator

import pytest

from repy_compat.api.addresses import AddressOptions
from repy_compat.api.exceptions import SocketWouldBlockError
from repy_compat.python2.numbers import long_literal
from tests.network_rig import (
    HOME,
    PATIENCE,
    Rig,
    free_ports,
    full_listener,
    raised,
    release_ports,
    until,
    v2,
)

ONE = TWO = THREE = FOUR = 0
PORTS: list[int] = []
LISTENING = "There is a listening socket on the provided localip and localport!"
NOT_OURS = "Cannot bind to the specified local ip, invalid!"
STRANGE = "203.0.113.9"


@pytest.fixture(autouse=True)
def _fresh_ports() -> Iterator[None]:
    global ONE, TWO, THREE, FOUR
    PORTS[:] = ONE, TWO, THREE, FOUR = free_ports(4)
    yield
    release_ports(PORTS)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = v2(ports=PORTS)
    yield made
    made.end()


def patiently(call: Callable[..., object], *arguments: object) -> object:
    """What a call returns once it doesn't raise SocketWouldBlockError."""
    result: list[object] = []

    def attempt() -> bool:
        try:
            result.append(call(*arguments))
        except SocketWouldBlockError:
            return False
        return True

    assert until(attempt)
    return result[0]


def connected(rig: Rig) -> tuple[object, object]:
    """Both ends of a connection from port TWO to ONE; the server is closed."""
    server = rig.listenforconnection(HOME, ONE)
    mine = rig.openconnection(HOME, ONE, HOME, TWO, 5)
    _, _, theirs = patiently(server.getconnection)
    server.close()
    return mine, theirs


# --- arguments ---------------------------------------------------------------


def test_arguments_are_checked_in_the_reference_order(rig: Rig) -> None:
    """Count, types, ports as int, addresses, ports' values, timeout, ends."""
    send, open_ = rig.sendmessage, rig.openconnection
    one = long_literal(1)
    cases = [
        (
            send,
            (HOME,),
            "Function 'sendmessage' takes 5 arguments, not 1 as you provided.",
        ),
        (send, (HOME, "1", "x", HOME, ONE), "Invalid type <type 'str'>"),
        (send, (HOME, -1, "x", "bad", -1), "Min value is 0."),
        (send, (HOME, True, "x", HOME, ONE), "Invalid type <type 'bool'>"),
        (send, (HOME, 1, 5, HOME, ONE), "Invalid type <type 'int'>"),
        (send, ("bad", one, "x", "bad", ONE), "Provided destport must be an int!"),
        (send, ("bad", 0, "x", "bad", one), "Provided localport must be an int!"),
        (send, ("bad", 0, "x", "worse", 0), "Provided destip is not valid! IP: 'bad'"),
        (
            send,
            (HOME, 0, "x", "worse", 0),
            "Provided localip is not valid! IP: 'worse'",
        ),
        (send, (HOME, 0, "x", HOME, 0), "Provided destport is not valid! Port: 0"),
        (
            send,
            (HOME, 65536, "x", HOME, 0),
            "Provided destport is not valid! Port: 65536",
        ),
        (send, (HOME, 1, "x", HOME, 0), "Provided localport is not valid! Port: 0"),
        (
            send,
            (HOME, 1, "x", HOME, 1),
            "Local socket name cannot match destination socket name! "
            "Local/Dest IP and Port match.",
        ),
        (
            send,
            (HOME, ONE, "x" * 9217, HOME, TWO),
            "Provided message is too long for UDP datagrams on some platforms. "
            "Maximum length is 9216 bytes.",
        ),
        (open_, (HOME, 1, HOME, 2, "5"), "Invalid type <type 'str'>"),
        (open_, (HOME, 1, HOME, 2, -1), "Must be non-negative."),
        (open_, ("x", 0, "x", 0, one), "Provided timeout must be an int or float!"),
        (
            open_,
            (HOME, 1, HOME, 1, 0),
            "Provided timeout is not valid, must be positive! Timeout: 0",
        ),
        (
            open_,
            (HOME, 1, HOME, 1, 5),
            "Local socket name cannot match destination socket name! "
            "Local/Dest IP and Port match.",
        ),
        (rig.listenformessage, (HOME, one), "Provided localport must be a int!"),
        (rig.listenforconnection, ("", ONE), "Provided localip is not valid! IP: ''"),
        (
            rig.getmyip,
            (1,),
            "Function 'getmyip' takes 0 arguments, not 1 as you provided.",
        ),
        (rig.gethostbyname, (None,), "Invalid type <type 'NoneType'>"),
    ]
    for call, arguments, text in cases:
        found = raised(call, *arguments)
        assert found == f"RepyArgumentError: {text}", (arguments, found)
    assert raised(send, destip=HOME) == (
        "RepyArgumentError: Keyword arguments not allowed when calling sendmessage."
    )


@pytest.mark.parametrize(
    "ip",
    [
        "localhost", "127.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255",
        "256.0.0.1", "1.2.3", "1.2.3.4.5", "192.168.0.0", "127.0.0.01", "0127.0.0.1",
        "0x7f.0.0.1", " 127.0.0.1", "127.0.0.1 ", "127.0.0.+1", "127.0.0.", "1.2.3.\xb2",
    ],
)  # fmt: skip
def test_addresses_are_four_plain_numbers(rig: Rig, ip: str) -> None:
    """Other spellings, wildcards and groups are refused (threat class T14)."""
    for call in (rig.listenformessage, rig.listenforconnection):
        assert raised(call, ip, ONE) == (
            f"RepyArgumentError: Provided localip is not valid! IP: '{ip}'"
        )
    assert raised(rig.sendmessage, ip, ONE, "x", HOME, TWO).endswith(
        f"Provided destip is not valid! IP: '{ip}'"
    )


def test_ports_and_local_addresses_need_permission() -> None:
    """Local address first, then the port; the listen calls quote the address."""
    rig = v2(ports=[ONE], options=AddressOptions([("ip", "127.0.0.7")], True))
    assert rig.getmyip() == "127.0.0.7"
    for call in (rig.listenformessage, rig.listenforconnection):
        assert raised(call, "127.0.0.2", TWO) == (
            "ResourceForbiddenError: Provided localip is not allowed! IP: '127.0.0.2'"
        )
        assert raised(call, HOME, TWO) == (
            f"ResourceForbiddenError: Provided localport is not allowed! Port: {TWO}"
        )
    for call, last in ((rig.sendmessage, ()), (rig.openconnection, (5,))):
        middle = ("x",) if not last else ()
        assert raised(call, HOME, 9, *middle, "127.0.0.3", ONE, *last) == (
            "ResourceForbiddenError: Provided localip is not allowed! IP: 127.0.0.3"
        )
        assert raised(call, HOME, 9, *middle, HOME, TWO, *last) == (
            f"ResourceForbiddenError: Provided localport is not allowed! Port: {TWO}"
        )
    assert rig.listenformessage("127.0.0.7", ONE).close() is True
    rig.end()


# --- names -------------------------------------------------------------------


def test_names_and_addresses_resolve(rig: Rig) -> None:
    """An address comes back, '' is 0.0.0.0, nonsense is NetworkAddressError."""
    assert rig.gethostbyname("127.0.0.1") == HOME
    assert rig.gethostbyname("localhost") == HOME
    assert rig.gethostbyname("") == "0.0.0.0"
    assert raised(rig.gethostbyname, "no such name") == (
        "NetworkAddressError: The hostname 'no such name' could not be resolved."
    )
    rig.charges.look()
    rig.gethostbyname(HOME)
    assert rig.charges.look() == [("netsend", 1024), ("netrecv", 4096)]


def test_getmyip_needs_a_network(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one it raises; it costs network either way."""

    def unreachable() -> str:
        raise OSError

    monkeypatch.setattr(rig.network, "outgoing_ip", unreachable)
    assert raised(rig.getmyip) == (
        "InternetConnectivityError: Cannot detect a connection to the Internet."
    )
    assert rig.charges.look() == [("netsend", 256), ("netrecv", 128)]


# --- messages ----------------------------------------------------------------


def test_messages_are_fetched_whole_and_in_order(rig: Rig) -> None:
    """An empty one too; nothing there is SocketWouldBlockError."""
    server = rig.listenformessage(HOME, ONE)
    assert raised(server.getmessage) == (
        "SocketWouldBlockError: No messages currently available!"
    )
    for text in ("hello", "", "\xff" * 9216):
        assert rig.sendmessage(HOME, ONE, text, HOME, TWO) == len(text)
        assert patiently(server.getmessage) == (HOME, TWO, text)
    assert (server.close(), server.close()) == (True, False)
    assert raised(server.getmessage) == (
        "SocketClosedLocal: The socket has been closed!"
    )


def test_a_message_costs_its_bytes_and_64(rig: Rig) -> None:
    """Nothing to fetch costs nothing."""
    server = rig.listenformessage(HOME, ONE)
    assert rig.charges.look() == []
    raised(server.getmessage)
    assert rig.charges.look() == [("looprecv", 0)]
    rig.sendmessage(HOME, ONE, "four", HOME, TWO)
    assert rig.charges.look() == [("loopsend", 0), ("loopsend", 68)]
    patiently(server.getmessage)
    assert rig.charges.look()[-1] == ("looprecv", 68)
    server.close()
    assert rig.charges.look() == []


def test_a_listening_socket_sends(rig: Rig) -> None:
    """From its address, without an outsocket; also when it was closed before."""
    server = rig.listenformessage(HOME, ONE)
    rig.sendmessage(HOME, ONE, "a", HOME, TWO)
    rig.sendmessage(HOME, ONE, "b", HOME, TWO)
    own = rig.listenformessage(HOME, TWO)
    rig.sendmessage(HOME, ONE, "c", HOME, TWO)
    assert rig.ledger.most_held("outsockets") == 1
    own.close()
    rig.sendmessage(HOME, ONE, "d", HOME, TWO)
    assert [patiently(server.getmessage)[2] for _ in range(4)] == list("abcd")
    assert rig.held() == {"insockets": 1}


def test_why_a_message_cannot_be_sent(rig: Rig) -> None:
    """Port taken, foreign address, no route."""
    with socket.socket(type=socket.SOCK_DGRAM) as outsider:
        outsider.bind((HOME, TWO))
        assert raised(rig.sendmessage, HOME, ONE, "x", HOME, TWO) == (
            "DuplicateTupleError: Provided Local IP and Local Port is already in use!"
        )
    assert raised(rig.sendmessage, HOME, ONE, "x", STRANGE, TWO) == (
        f"AddressBindingError: {NOT_OURS}"
    )
    assert raised(rig.sendmessage, STRANGE, ONE, "x", HOME, TWO) == (
        "InternetConnectivityError: "
        "The network is down or cannot be reached from the local IP!"
    )
    assert rig.held() == {}


def test_sending_needs_a_free_outsocket() -> None:
    """It is given back at once, and not needed with a listening socket."""
    rig = v2(ports=PORTS, outsockets=1)
    rig.sendmessage(HOME, ONE, "x", HOME, TWO)
    held = rig.ledger.take("outsockets", "somebody")
    assert raised(rig.sendmessage, HOME, ONE, "x", HOME, TWO) == (
        "ResourceExhaustedError: Resource 'outsockets' limit exceeded!!"
    )
    server = rig.listenformessage(HOME, TWO)
    assert rig.sendmessage(HOME, ONE, "x", HOME, TWO) == 1
    held.give_back()
    server.close()
    rig.end()


# --- listening ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["listenformessage", "listenforconnection"])
def test_why_listening_fails(rig: Rig, name: str) -> None:
    """Taken here or elsewhere, foreign; closing frees the address at once."""
    listen = getattr(rig, name)
    server = listen(HOME, ONE)
    assert raised(listen, HOME, ONE) == f"AlreadyListeningError: {LISTENING}"
    assert server.close() is True
    listen(HOME, ONE).close()
    kind = socket.SOCK_DGRAM if "message" in name else socket.SOCK_STREAM
    with socket.socket(type=kind) as outsider:
        outsider.bind((HOME, ONE))
        if kind == socket.SOCK_STREAM:
            assert raised(listen, HOME, ONE) == (
                "CleanupInProgressError: "
                "The socket is being cleaned up by the operating system!"
            )
            outsider.listen()
        assert raised(listen, HOME, ONE) == f"AlreadyListeningError: {LISTENING}"
    assert raised(listen, STRANGE, ONE) == f"AddressBindingError: {NOT_OURS}"
    assert rig.held() == {}


@pytest.mark.parametrize("name", ["listenformessage", "listenforconnection"])
def test_no_insocket_frees_the_address(name: str) -> None:
    """ResourceExhaustedError, and the address isn't bound."""
    rig = v2(ports=PORTS, insockets=1)
    listen = getattr(rig, name)
    first = listen(HOME, ONE)
    text = "ResourceExhaustedError: Resource 'insockets' limit exceeded!!"
    assert raised(listen, HOME, TWO) == text
    first.close()
    assert listen(HOME, TWO).close() is True
    rig.end()


def test_messages_and_connections_have_ports_of_their_own(rig: Rig) -> None:
    """The same number serves both."""
    one, two = rig.listenformessage(HOME, ONE), rig.listenforconnection(HOME, ONE)
    assert rig.held() == {"insockets": 2}
    assert one.close() and two.close()


def test_dropping_a_server_closes_it(rig: Rig) -> None:
    """The last reference goes: the unit is back and the port free."""
    gc.disable()
    try:
        for listen in (rig.listenformessage, rig.listenforconnection):
            server = listen(HOME, ONE)
            del server
            assert rig.held() == {}
    finally:
        gc.enable()


def test_a_listening_program_may_end(rig: Rig) -> None:
    """V2's listeners keep nothing alive and cost no event."""
    server = rig.listenforconnection(HOME, ONE)
    rig.scheduler.wait_until_idle()
    assert rig.held() == {"insockets": 1}
    server.close()


# --- connections -------------------------------------------------------------


def test_a_connection_carries_data_both_ways(rig: Rig) -> None:
    """Open as soon as it is queued; nothing waits."""
    server = rig.listenforconnection(HOME, ONE)
    assert raised(server.getconnection) == (
        "SocketWouldBlockError: No connections currently available!"
    )
    mine = rig.openconnection(HOME, ONE, HOME, TWO, 5)
    assert mine.send("early") == 5
    ip, port, theirs = patiently(server.getconnection)
    assert (ip, port) == (HOME, TWO)
    assert patiently(theirs.recv, 3) + patiently(theirs.recv, 100) == "early"
    assert raised(theirs.recv, 1) == (
        "SocketWouldBlockError: There is no data! recv() would block."
    )
    assert theirs.send("") == 0
    assert (server.close(), server.close()) == (True, False)
    assert theirs.send("on") == 2
    assert patiently(mine.recv, 2**70) == "on"
    assert raised(server.getconnection) == (
        "SocketClosedLocal: The socket has been closed!"
    )
    assert rig.held() == {"outsockets": 2}


def test_what_connections_cost(rig: Rig) -> None:
    """The table of section 9.3, in order."""
    server = rig.listenforconnection(HOME, ONE)
    look = rig.charges.look
    raised(server.getconnection)
    assert look() == [("looprecv", 0), ("loopsend", 0)]
    mine = rig.openconnection(HOME, ONE, HOME, TWO, 5)
    assert look() == [
        ("loopsend", 0), ("looprecv", 0), ("loopsend", 128), ("looprecv", 64),
    ]  # fmt: skip
    _, _, theirs = patiently(server.getconnection)
    assert look()[-4:] == [
        ("looprecv", 0), ("loopsend", 0), ("looprecv", 128), ("loopsend", 64),
    ]  # fmt: skip
    mine.send("four")
    assert look() == [
        ("loopsend", 0), ("looprecv", 0), ("looprecv", 64), ("loopsend", 68),
    ]  # fmt: skip
    patiently(theirs.recv, 9)
    assert look()[-4:] == [
        ("looprecv", 0), ("loopsend", 0), ("looprecv", 68), ("loopsend", 64),
    ]  # fmt: skip
    raised(theirs.recv, 9)
    assert look() == [("looprecv", 0), ("loopsend", 0)]
    mine.close()
    assert look() == [
        ("looprecv", 0), ("loopsend", 0), ("looprecv", 64), ("loopsend", 128),
    ]  # fmt: skip
    mine.close()
    assert look() == []


def test_buffers_fill_and_empty(rig: Rig) -> None:
    """At most 19999 bytes a time; full before 1 MB; room again after reading."""
    mine, theirs = connected(rig)
    sent = mine.send("x" * 100_000)
    assert sent == 19_999
    while sent < 1_000_000:
        try:
            sent += mine.send("x" * 5000)
        except SocketWouldBlockError as full:
            assert str(full) == "send() would block."
            break
    assert sent < 1_000_000
    while sent:
        sent -= len(patiently(theirs.recv, 65536))
    assert patiently(mine.send, "y") == 1


def test_the_states_of_a_connection(rig: Rig) -> None:
    """Peer closed with data left, without, and closed here."""
    mine, theirs = connected(rig)
    theirs.send("rest")
    assert (theirs.close(), theirs.close()) == (True, False)
    assert raised(theirs.recv, 1) == "SocketClosedLocal: The socket is closed!"
    assert raised(theirs.send, "x") == "SocketClosedLocal: The socket is closed!"
    assert mine.send("normal") == 6
    mine, theirs = connected_again(rig)
    theirs.send("rest")
    theirs.close()
    assert patiently(mine.recv, 100) == "rest"
    assert until(lambda: "remotely" in raised(mine.recv, 1))
    for _ in range(2):
        assert raised(mine.recv, 1) == (
            "SocketClosedRemote: The socket has been closed remotely!"
        )
        assert raised(mine.send, "x") == (
            "SocketClosedRemote: The socket has been closed by the remote end!"
        )
    assert (mine.close(), mine.close()) == (True, False)
    assert rig.held() == {}


def connected_again(rig: Rig) -> tuple[object, object]:
    """Another connection, from port THREE to ONE."""
    server = rig.listenforconnection(HOME, ONE)
    mine = rig.openconnection(HOME, ONE, HOME, THREE, 5)
    _, _, theirs = patiently(server.getconnection)
    server.close()
    return mine, theirs


def test_a_reset_closes_the_connection(rig: Rig) -> None:
    """SocketClosedRemote once; from then on it is closed here."""
    server = rig.listenforconnection(HOME, ONE)
    for call, argument in (("recv", 1), ("send", "x")):
        peer = socket.create_connection((HOME, ONE))
        _, _, sock = patiently(server.getconnection)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        rig.scheduler.sleep(0.02)  # for the reset to arrive
        assert raised(getattr(sock, call), argument).startswith("SocketClosedRemote: ")
        assert raised(sock.recv, 1) == "SocketClosedLocal: The socket is closed!"
        assert sock.close() is False
        assert rig.held() == {"insockets": 1}


def test_why_a_connection_cannot_be_opened(rig: Rig) -> None:
    """Section 11.4's table."""
    open_ = rig.openconnection
    assert raised(open_, HOME, ONE, HOME, TWO, 5) == (
        "ConnectionRefusedError: The connection was refused!"
    )
    server = rig.listenforconnection(HOME, ONE)
    assert raised(open_, "1.2.3.4", 80, HOME, ONE, 5) == (
        f"AlreadyListeningError: {LISTENING}"
    )
    assert raised(open_, HOME, ONE, STRANGE, TWO, 5) == (
        f"AddressBindingError: {NOT_OURS}"
    )
    assert raised(open_, HOME, ONE, HOME, TWO, 0.0000001) == (
        "TimeoutError: Timed-out connecting to the remote host!"
    )
    mine = open_(HOME, ONE, HOME, THREE, 5)
    assert raised(open_, HOME, ONE, HOME, THREE, 5) == (
        "DuplicateTupleError: "
        "There is a duplicate connection which conflicts with the request!"
    )
    assert raised(open_, STRANGE, ONE, HOME, TWO, 5) == (
        "InternetConnectivityError: "
        "The network is down or cannot be reached from the local IP!"
    )
    with socket.socket() as outsider:
        outsider.bind((HOME, FOUR))
        assert raised(open_, HOME, ONE, HOME, FOUR, 5) == (
            "CleanupInProgressError: "
            "The socket is being cleaned up by the operating system!"
        )
        outsider.connect((HOME, ONE))
        assert raised(open_, HOME, ONE, HOME, FOUR, 5).startswith("DuplicateTupleError")
    mine.close()
    server.close()
    assert rig.held() == {}


def test_a_call_that_nobody_answers_times_out(rig: Rig) -> None:
    """TimeoutError, and nothing is held."""
    with full_listener(ONE):
        assert raised(rig.openconnection, HOME, ONE, HOME, TWO, 0.1) == (
            "TimeoutError: Timed-out connecting to the remote host!"
        )
    assert rig.held() == {}


def test_outsockets_are_checked_after_connecting_and_accepting() -> None:
    """The other side sees a connection that is closed at once."""
    rig = v2(ports=PORTS, outsockets=1)
    server = rig.listenforconnection(HOME, ONE)
    mine = rig.openconnection(HOME, ONE, HOME, TWO, 5)
    text = "ResourceExhaustedError: Resource 'outsockets' limit exceeded!!"
    assert until(lambda: raised(server.getconnection) == text)
    assert until(lambda: "SocketClosedRemote" in raised(mine.recv, 1))
    with socket.create_server((HOME, THREE)) as outsider:
        assert raised(rig.openconnection, HOME, THREE, HOME, FOUR, 5) == text
        peer, _ = outsider.accept()
        peer.settimeout(PATIENCE)
        assert peer.recv(1) == b""
        peer.close()
    mine.close()
    assert rig.held() == {"insockets": 1}
    server.close()
    rig.end()


def test_dropping_a_connection_closes_it(rig: Rig) -> None:
    """Free of charge; the peer reads the end."""
    gc.disable()
    try:
        mine, theirs = connected(rig)
        rig.charges.look()
        del mine
        assert rig.held() == {"outsockets": 1}
        assert until(lambda: "SocketClosedRemote" in raised(theirs.recv, 1))
        assert all(amount == 0 for _, amount in rig.charges.look())
    finally:
        gc.enable()


def test_a_port_with_old_connections_can_be_listened_on(rig: Rig) -> None:
    """Open ones or ones that are being cleaned up don't matter."""
    mine, theirs = connected(rig)
    rig.listenforconnection(HOME, ONE).close()
    theirs.close()
    mine.close()
    rig.listenforconnection(HOME, ONE).close()


def test_the_backlog_follows_the_outsockets() -> None:
    """As many callers queue as the program could take."""
    rig = v2(ports=PORTS, outsockets=12)
    server = rig.listenforconnection(HOME, ONE)
    peers = [socket.create_connection((HOME, ONE), 0.5) for _ in range(12)]
    taken = [patiently(server.getconnection) for _ in peers]
    assert len(taken) == 12
    for peer in peers:
        peer.close()
    del taken
    rig.end()


def test_the_end_of_the_run_leaves_nothing(rig: Rig) -> None:
    """Servers and connections that are still held are closed by the host."""
    rig.kept = [  # type: ignore[attr-defined]
        rig.listenformessage(HOME, ONE),
        *connected(rig),
        rig.listenforconnection(HOME, ONE),
    ]
    assert rig.held() == {"insockets": 2, "outsockets": 2}


def test_handles_are_wrapped_sockets(rig: Rig) -> None:
    """Equal only to themselves, usable as keys, with the documented methods."""
    server = rig.listenformessage(HOME, ONE)
    assert repr(server).startswith("<Namespace wrapped socket: <")
    assert {server: 1}[server] == 1
    for name in ("recv", "fileno"):
        with pytest.raises(AttributeError):
            getattr(server, name)
    assert raised(server.getmessage, 1).endswith(
        "Function 'getmessage' takes 0 arguments, not 1 as you provided."
    )
    server.close()
