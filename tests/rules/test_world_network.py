"""The host's network behind the interface of the world."""

from __future__ import annotations

import errno
import gc
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from repy_compat.errors import RunEnded
from repy_compat.world.base import Address, HostNotFound
from repy_compat.world.network import RealNetwork
from repy_compat.world.network.endpoints import RealConnection
from repy_compat.world.network.selector import Selectors, SelectPoller, default_poller
from tests.network_rig import selector_threads

HOME = "127.0.0.1"
PATIENCE = 5.0


@pytest.fixture
def network() -> Iterator[RealNetwork]:
    made = RealNetwork()
    yield made
    made.stop()


def pair(network: RealNetwork) -> tuple[RealConnection, RealConnection]:
    listener = network.listen(Address(HOME, 0), 5)
    client = network.connect(listener.local, None, PATIENCE)
    assert listener.wait_readable(PATIENCE)
    server = listener.accept()
    listener.close()
    return client, server


def until(condition, tries: int = 500) -> bool:
    pause = threading.Event()
    for _ in range(tries):
        if condition():
            return True
        pause.wait(0.01)
    return False


def test_a_datagram_arrives_whole_with_its_sender(network: RealNetwork) -> None:
    """The largest message of UDP over IPv4 comes in one piece, byte for byte."""
    one = network.datagram_socket(Address(HOME, 0))
    two = network.datagram_socket(Address(HOME, 0))
    text = "".join(map(chr, range(256))) * 255 + "x" * 227
    assert len(text) == 65507 == one.send_to(text, two.local)
    assert two.wait_readable(PATIENCE)
    assert two.receive_from() == (text, one.local)
    with pytest.raises(BlockingIOError):
        two.receive_from()


def test_an_empty_datagram_is_a_datagram(network: RealNetwork) -> None:
    """Nothing sent is something received."""
    one = network.datagram_socket(Address(HOME, 0))
    assert one.send_to("", one.local) == 0
    assert one.wait_readable(PATIENCE)
    assert one.receive_from() == ("", one.local)


def test_too_long_a_datagram_is_refused(network: RealNetwork) -> None:
    """65508 bytes fail with EMSGSIZE."""
    one = network.datagram_socket(Address(HOME, 0))
    with pytest.raises(OSError) as failure:
        one.send_to("x" * 65508, one.local)
    assert failure.value.errno == errno.EMSGSIZE


def test_a_udp_port_is_never_shared(network: RealNetwork) -> None:
    """A bound UDP port is busy until it is closed, then free at once."""
    one = network.datagram_socket(Address(HOME, 0))
    with pytest.raises(OSError) as failure:
        network.datagram_socket(one.local)
    assert failure.value.errno == errno.EADDRINUSE
    one.close()
    network.datagram_socket(one.local).close()


def test_udp_and_tcp_ports_are_separate(network: RealNetwork) -> None:
    """The same number can be used for both."""
    listener = network.listen(Address(HOME, 0), 5)
    network.datagram_socket(listener.local).close()


def test_an_address_of_nobody_here_is_refused(network: RealNetwork) -> None:
    """Binding to another host's address is EADDRNOTAVAIL, for all kinds."""
    foreign = Address("203.0.113.9", 0)
    for attempt in (
        lambda: network.datagram_socket(foreign),
        lambda: network.listen(foreign, 5),
        lambda: network.connect(Address(HOME, 1), foreign, 1.0),
    ):
        with pytest.raises(OSError) as failure:
            attempt()
        assert failure.value.errno == errno.EADDRNOTAVAIL
    assert not network.can_bind("203.0.113.9")
    assert network.can_bind(HOME)


def test_a_connection_carries_bytes_both_ways(network: RealNetwork) -> None:
    """What is sent is received, on both sides, with the addresses crossed."""
    client, server = pair(network)
    assert (client.local, client.remote) == (server.remote, server.local)
    assert client.send("ping\xff") == 5
    assert server.wait_readable(PATIENCE)
    assert server.receive(100) == "ping\xff"
    assert server.send("pong") == 4
    assert client.wait_readable(PATIENCE)
    assert client.receive(2) + client.receive(2) == "pong"
    with pytest.raises(BlockingIOError):
        client.receive(1)


def test_a_full_connection_refuses_and_then_takes_again(network: RealNetwork) -> None:
    """Small buffers fill up before 1 MB; reading makes room."""
    client, server = pair(network)
    sent = 0
    with pytest.raises(BlockingIOError):
        while sent < 1_000_000:
            sent += client.send("x" * 10_000)
    assert 10_000 <= sent < 1_000_000
    assert not client.writable()
    received = 0
    while received < sent:
        assert server.wait_readable(PATIENCE)
        received += len(server.receive(65536))
    assert client.wait_writable(PATIENCE)
    assert client.send("y") == 1


def test_closing_delivers_what_was_sent_even_with_unread_data(
    network: RealNetwork,
) -> None:
    """The peer reads the answer and then the end, not a reset."""
    client, server = pair(network)
    client.send("a request that nobody reads")
    assert server.wait_readable(PATIENCE)
    server.send("answer")
    server.close()
    assert client.wait_readable(PATIENCE)
    assert client.receive(100) == "answer"
    assert client.wait_readable(PATIENCE)
    assert client.receive(100) == ""
    assert client.ended()


def test_ended_looks_without_taking(network: RealNetwork) -> None:
    """Data that is left hides the end, and stays."""
    client, server = pair(network)
    assert not client.ended()
    server.send("rest")
    server.close()
    assert client.wait_readable(PATIENCE)
    assert not client.ended()
    assert client.receive(10) == "rest"
    assert until(client.ended)


def test_a_reset_is_an_error(network: RealNetwork) -> None:
    """A peer that aborts shows as ConnectionResetError."""
    listener = network.listen(Address(HOME, 0), 5)
    peer = socket.create_connection((HOME, listener.local.port))
    assert listener.wait_readable(PATIENCE)
    server = listener.accept()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    assert server.wait_readable(PATIENCE)
    with pytest.raises(ConnectionResetError):
        server.receive(10)


def test_nobody_listening_is_a_refusal(network: RealNetwork) -> None:
    """Connecting to a free port fails with ECONNREFUSED."""
    listener = network.listen(Address(HOME, 0), 5)
    listener.close()
    with pytest.raises(ConnectionRefusedError):
        network.connect(listener.local, None, PATIENCE)


def test_a_tiny_timeout_always_passes(network: RealNetwork) -> None:
    """However quick the system is, a ten-millionth of a second is over."""
    listener = network.listen(Address(HOME, 0), 5)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            network.connect(listener.local, None, 1e-7)


def test_a_listener_is_exclusive_and_its_port_free_after_close(
    network: RealNetwork,
) -> None:
    """One listener for an address; old connections don't keep the port."""
    listener = network.listen(Address(HOME, 0), 5)
    with pytest.raises(OSError) as failure:
        network.listen(listener.local, 5)
    assert failure.value.errno == errno.EADDRINUSE
    client = network.connect(listener.local, None, PATIENCE)
    assert listener.wait_readable(PATIENCE)
    server = listener.accept()
    listener.close()
    again = network.listen(listener.local, 5)
    again.close()
    server.close()
    client.close()
    network.listen(listener.local, 5).close()


def test_the_state_of_connections_can_be_asked(network: RealNetwork) -> None:
    """Open, closing and none; listening or not."""
    listener = network.listen(Address(HOME, 0), 5)
    assert network.is_listening(listener.local)
    client = network.connect(listener.local, None, PATIENCE)
    assert network.stream_state(client.local, client.remote) == "open"
    assert network.stream_state(client.local, None) == "open"
    assert network.stream_state(client.local, Address(HOME, 1)) == ""
    assert listener.wait_readable(PATIENCE)
    server = listener.accept()
    listener.close()
    assert not network.is_listening(listener.local)
    client.close()
    server.close()
    assert until(lambda: network.stream_state(client.local, client.remote) == "closing")


def test_closing_wakes_who_waits(network: RealNetwork) -> None:
    """A thread in wait_readable goes on at once when another closes."""
    client, server = pair(network)
    result: list[bool] = []
    waiter = threading.Thread(
        target=lambda: result.append(client.wait_readable(PATIENCE * 4))
    )
    waiter.start()
    assert until(lambda: client._waiting == 1)
    client.close()
    waiter.join(PATIENCE)
    assert result == [False]
    assert client._socket.fileno() == -1
    assert until(server.ended)


def test_a_closed_endpoint_fails_with_ebadf(network: RealNetwork) -> None:
    """After close nothing works, and closing again is harmless."""
    client, _ = pair(network)
    client.close()
    client.close()
    for attempt in (
        lambda: client.send("x"),
        lambda: client.receive(1),
        client.ended,
        client.readable,
        client.writable,
    ):
        with pytest.raises(OSError) as failure:
            attempt()
        assert failure.value.errno == errno.EBADF
    assert not client.wait_readable(None)


def test_an_unreachable_endpoint_closes_itself(network: RealNetwork) -> None:
    """Dropping the last reference is a close; the peer sees the end."""
    client, server = pair(network)
    gc.disable()
    try:
        del client
        assert until(server.ended)
    finally:
        gc.enable()
    assert len(network._members()) == 1


def test_the_end_of_a_run_closes_everything(network: RealNetwork) -> None:
    """Waiting threads leave with RunEnded, and nothing can be opened any more."""
    client, server = pair(network)
    raised: list[str] = []

    def wait() -> None:
        try:
            server.wait_readable(None)
        except RunEnded:
            raised.append("RunEnded")

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert until(lambda: server._waiting == 1)
    network.stop()
    waiter.join(PATIENCE)
    assert raised == ["RunEnded"]
    assert len(network._members()) == 0
    with pytest.raises(RunEnded):
        network.datagram_socket(Address(HOME, 0))
    with pytest.raises(RunEnded):
        network.connect(Address(HOME, 1), None, 1.0)


@pytest.mark.parametrize("poller", [default_poller, SelectPoller])
def test_a_watch_fires_once_until_resumed(network: RealNetwork, poller: type) -> None:
    """One call per resume, on one thread that is gone with the last watch."""
    network._selectors = Selectors(poller)
    before = selector_threads()
    sockets = [network.datagram_socket(Address(HOME, 0)) for _ in range(3)]
    calls: list[int] = []
    watches = [
        network.watch(sock, lambda number=number: calls.append(number))
        for number, sock in enumerate(sockets)
    ]
    assert until(lambda: selector_threads() == before + 1)
    for sock in sockets:
        sock.send_to("x", sock.local)
    assert until(lambda: sorted(calls) == [0, 1, 2])
    sockets[0].send_to("y", sockets[0].local)
    watches[0].resume()
    assert until(lambda: calls.count(0) == 2)
    assert len(calls) == 4
    for watch in watches:
        watch.cancel()
        watch.resume()
        watch.cancel()
    assert until(lambda: selector_threads() == before)
    sockets[1].receive_from()
    again = network.watch(sockets[1], lambda: calls.append(7))
    sockets[1].send_to("x", sockets[1].local)
    assert until(lambda: 7 in calls)
    again.cancel()
    assert until(lambda: selector_threads() == before)


@pytest.mark.parametrize("poller", [default_poller, SelectPoller])
def test_watches_come_and_go_while_others_do(
    network: RealNetwork, poller: type
) -> None:
    """No request is lost when the last watch goes while another one comes."""
    network._selectors = Selectors(poller)
    before = selector_threads()
    failures: list[str] = []

    def work() -> None:
        for _ in range(30):
            called = threading.Event()
            sock = network.datagram_socket(Address(HOME, 0))
            sock.send_to("x", sock.local)
            watch = network.watch(sock, called.set)
            if not called.wait(PATIENCE):
                failures.append("lost")
            watch.cancel()
            sock.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    assert until(lambda: selector_threads() == before)


def test_the_end_of_a_run_ends_the_selector(network: RealNetwork) -> None:
    """After stop the thread leaves and no watch can be made."""
    before = selector_threads()
    sock = network.datagram_socket(Address(HOME, 0))
    network.watch(sock, lambda: None)
    assert until(lambda: selector_threads() == before + 1)
    network.stop()
    assert until(lambda: selector_threads() == before)


def test_names_are_resolved(network: RealNetwork) -> None:
    """An address is its own name; nonsense of any kind is HostNotFound."""
    assert network.resolve(HOME) == (HOME, [], [HOME])
    assert HOME in network.resolve("localhost")[2]
    for nonsense in ("no such name", "x" * 300, "a\0b", "\xff.example", "a..b"):
        with pytest.raises(HostNotFound) as failure:
            network.resolve(nonsense)
        assert failure.value.errno < 0


def test_the_loopback_interface_is_known(network: RealNetwork) -> None:
    """Its addresses are found by its name where the system can be asked."""
    assert HOME in network.interface_ips("lo") or not network.interface_ips("lo")
    assert network.interface_ips("no-such-interface") == []
