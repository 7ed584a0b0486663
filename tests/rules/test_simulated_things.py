"""Files, network and entropy of the simulated world."""

from __future__ import annotations

import errno

import pytest

from repy_compat.world.base import Address
from repy_compat.world.simulated import SimulatedWorld
from repy_compat.world.simulation.carriers import ThreadCarrier
from repy_compat.world.simulation.files import SimulatedFiles

HERE = "127.0.0.1"


@pytest.fixture
def world():  # type: ignore[no-untyped-def]
    made = SimulatedWorld(carrier=ThreadCarrier(), seed=7)
    yield made
    made.close()


def test_files_read_write_and_lengthen() -> None:
    """Writing beyond the end fills with NUL, as a real file does."""
    files = SimulatedFiles({"a": "hello"})
    file = files.open("a", write=True)
    file.write_at("X", 7)
    assert files.content == {"a": "hello\0\0X"}
    assert file.read_at(3, 3) == "lo\0"
    file.truncate(2)
    assert (file.size(), file.read_at(9, 5)) == (2, "")


def test_files_fail_as_real_ones() -> None:
    """ENOENT for a missing file, EBADF after close or without the right to write."""
    files = SimulatedFiles({"a": ""}, {"lib.repy": "text"}.get)
    for attempt in (lambda: files.open("b", write=False), lambda: files.remove("b")):
        with pytest.raises(FileNotFoundError) as missing:
            attempt()
        assert missing.value.filename == "b"
    reading = files.open("a", write=False)
    with pytest.raises(OSError, match="Bad file") as refused:
        reading.write_at("x", 0)
    assert refused.value.errno == errno.EBADF
    assert files.open("lib.repy", write=False).read_at(10, 0) == "text"
    assert files.names() == ["a"]


def test_an_open_file_outlives_its_name() -> None:
    """Removing a file doesn't take it from who has it open."""
    files = SimulatedFiles({"a": "text"})
    file = files.open("a", write=False)
    files.remove("a")
    assert (files.names(), file.read_at(9, 0)) == ([], "text")


def test_datagrams_arrive_with_their_sender(world: SimulatedWorld) -> None:
    """UDP over the loopback; without a datagram BlockingIOError."""
    network = world.network
    receiver = network.datagram_socket(Address(HERE, 1000))
    sender = network.datagram_socket(Address(HERE, 0))
    with pytest.raises(BlockingIOError):
        receiver.receive_from()
    assert sender.send_to("hi", Address(HERE, 1000)) == 2
    assert receiver.receive_from() == ("hi", sender.local)
    assert sender.send_to("lost", Address(HERE, 9)) == 4
    with pytest.raises(OSError, match="in use"):
        network.datagram_socket(Address("0.0.0.0", 1000))


def test_connections_carry_bytes_and_their_end(world: SimulatedWorld) -> None:
    """TCP over the loopback: send, receive, a full buffer, the peer's close."""
    network = world.network
    listener = network.listen(Address(HERE, 2000), 5)
    ours = network.connect(Address(HERE, 2000), None, 1.0)
    theirs = listener.accept()
    assert theirs.remote == ours.local
    assert ours.send("hello") == 5
    assert (theirs.receive(2), theirs.receive(9)) == ("he", "llo")
    assert ours.send("x" * 50_000) == ours.send_buffer
    assert not ours.writable()
    ours.close()
    assert theirs.receive(50_000) == "x" * 20_000
    assert theirs.receive(1) == ""
    assert theirs.ended()
    with pytest.raises(BrokenPipeError):
        theirs.send("y")


def test_nobody_listening_refuses_and_nobody_there_times_out(
    world: SimulatedWorld,
) -> None:
    """ECONNREFUSED at once; TimeoutError after the whole time."""
    with pytest.raises(ConnectionRefusedError):
        world.network.connect(Address(HERE, 3000), None, 5.0)
    assert world.scheduler.now() == 0
    with pytest.raises(TimeoutError):
        world.network.connect(Address("192.0.2.1", 3000), None, 5.0)
    assert world.scheduler.now() == 5


def test_a_watch_calls_once_until_it_is_resumed(world: SimulatedWorld) -> None:
    """After each call a watch rests; cancelled, it is silent."""
    socket = world.network.datagram_socket(Address(HERE, 4000))
    calls: list[int] = []
    watch = world.network.watch(socket, lambda: calls.append(len(calls)))
    for _ in range(2):
        socket.send_to("x", socket.local)
    world.scheduler.sleep(1)
    assert calls == [0]
    watch.resume()
    world.scheduler.sleep(1)
    assert calls == [0, 1]
    watch.cancel()
    watch.resume()
    world.scheduler.sleep(1)
    assert calls == [0, 1]


def test_an_endpoint_that_is_forgotten_frees_its_address(world: SimulatedWorld) -> None:
    """As a real socket does when nobody refers to it any more."""
    network = world.network
    socket = network.datagram_socket(Address(HERE, 5000))
    del socket
    assert network.datagram_socket(Address(HERE, 5000)).local.port == 5000


def test_entropy_is_the_seed_s() -> None:
    """The same seed gives the same bytes, another one others."""

    def drawn(seed: int) -> list[bytes]:
        made = SimulatedWorld(carrier=ThreadCarrier(), seed=seed)
        made.close()
        return [made.entropy(8), made.entropy(8)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert len(set(drawn(1))) == 2
