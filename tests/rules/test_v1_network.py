"""Repy V1's network: checks, charges, events, listeners and connections."""

from __future__ import annotations

import gc
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from repy_compat.api.addresses import AddressOptions
from repy_compat.api.turns import new_turn
from tests.network_rig import (
    HOME,
    PATIENCE,
    Rig,
    free_ports,
    full_listener,
    raised,
    release_ports,
    until,
    v1,
)

ONE = TWO = THREE = FOUR = 0
PORTS: list[int] = []


@pytest.fixture(autouse=True)
def _fresh_ports() -> Iterator[None]:
    global ONE, TWO, THREE, FOUR
    PORTS[:] = ONE, TWO, THREE, FOUR = free_ports(4)
    yield
    release_ports(PORTS)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = v1(ports=PORTS)
    yield made
    made.end()


def hear(rig: Rig, port: int = 0) -> tuple[object, list[tuple[object, ...]]]:
    """A listener that keeps what arrives."""
    heard: list[tuple[object, ...]] = []
    return rig.recvmess(
        HOME, port or ONE, rig.function(lambda *a: heard.append(a))
    ), heard


def serve(rig: Rig, port: int = 0) -> tuple[object, list[tuple[object, ...]]]:
    """A listener that keeps the connections."""
    served: list[tuple[object, ...]] = []
    handle = rig.waitforconn(
        HOME, port or ONE, rig.function(lambda *a: served.append(a))
    )
    return handle, served


def pair(rig: Rig) -> tuple[object, object]:
    """Both ends of a connection; the listener is stopped."""
    listener, served = serve(rig)
    mine = rig.openconn(HOME, ONE)
    assert until(lambda: served)
    assert rig.stopcomm(listener) is True
    return mine, served.pop()[2]


def fill(rig: Rig, sock: object) -> int:
    """Send until nothing more can be, also after a moment; bytes sent."""
    sent = 0
    while not sock.willblock()[1]:  # type: ignore[attr-defined]
        sent += sock.send("y" * 20_000)  # type: ignore[attr-defined]
        if sock.willblock()[1]:  # type: ignore[attr-defined]
            rig.scheduler.sleep(0.1)  # the system may still shift some
    return sent


def free_outsider(port: int = 0, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A socket of somebody else on the host."""
    made = socket.socket(type=kind)
    made.bind((HOME, port))
    return made


# --- messages ----------------------------------------------------------------


def test_a_message_reaches_its_function_with_a_handle_of_its_own(rig: Rig) -> None:
    """Address, port, text; the handle names the listener and is new each time."""
    handle, heard = hear(rig)
    assert repr(handle).startswith("<Namespace wrapped commhandle: '_COMMH:MainThread:")
    assert rig.sendmess(HOME, ONE, "hello", HOME, TWO) == 5
    assert until(lambda: heard)
    ip, port, text, theirs = heard[0]
    assert (ip, port, text) == (HOME, TWO, "hello")
    assert theirs is not handle and repr(theirs) == repr(handle)
    assert rig.stopcomm(theirs) is True
    assert rig.stopcomm(handle) is False
    assert rig.stopcomm(theirs) is False


def test_callbacks_run_in_numbered_threads(rig: Rig) -> None:
    """Their names count on from the timers'."""
    names: list[str] = []
    name = rig.scheduler.current_name
    rig.recvmess(HOME, ONE, rig.function(lambda *_: names.append(name())))
    rig.sendmess(HOME, ONE, "a")
    assert until(lambda: len(names) == 1)
    rig.sendmess(HOME, ONE, "b")
    assert until(lambda: len(names) == 2)
    assert names == ["_COMMH:Thread:1", "_COMMH:Thread:2"]


def test_an_empty_message_is_dropped(rig: Rig) -> None:
    """It is sent, returns 0, and no function is called for it."""
    _, heard = hear(rig)
    assert rig.sendmess(HOME, ONE, "") == 0
    rig.sendmess(HOME, ONE, "next")
    assert until(lambda: heard)
    assert [call[2] for call in heard] == ["next"]


def test_the_largest_message_arrives_and_a_larger_is_refused(rig: Rig) -> None:
    """65507 bytes in one piece; one more is the system's error."""
    _, heard = hear(rig)
    text = "\x00\xff" * 32753 + "x"
    assert rig.sendmess(HOME, ONE, text) == 65507
    assert until(lambda: heard)
    assert heard[0][2] == text
    assert raised(rig.sendmess, HOME, ONE, text + "y") == (
        "socket.error: [Errno 90] Message too long"
    )


def test_sending_to_nobody_works(rig: Rig) -> None:
    """UDP doesn't tell."""
    assert rig.sendmess(HOME, ONE, "anybody?") == 8
    assert rig.sendmess("localhost", ONE, "anybody?", "", 0) == 8
    assert rig.sendmess(HOME, ONE, "x", localip=None, localport=None) == 1


@pytest.mark.parametrize("wild", ["", "0.0.0.0"])
def test_a_local_port_holds_without_an_address(rig: Rig, wild: str) -> None:
    """Any address of the host, but this port; for messages and connections."""
    _, heard = hear(rig)
    _, served = serve(rig)
    rig.sendmess(HOME, ONE, "x", wild, TWO)
    mine = rig.openconn(HOME, ONE, wild, THREE)
    assert until(lambda: heard and served)
    assert heard[0][:2] == (HOME, TWO)
    assert served[0][:2] == (HOME, THREE)
    assert mine.close() is True
    assert "not allowed" in raised(rig.sendmess, HOME, ONE, "x", wild, 9)
    assert "not allowed" in raised(rig.openconn, HOME, ONE, wild, 9)


def test_a_listener_sends_from_its_own_socket(rig: Rig) -> None:
    """A program answers from the address that it listens on."""
    hear(rig, ONE)
    _, heard = hear(rig, TWO)
    rig.sendmess(HOME, TWO, "from one", HOME, ONE)
    assert until(lambda: heard)
    assert heard[0][:3] == (HOME, ONE, "from one")


def test_a_second_recvmess_replaces_the_function(rig: Rig) -> None:
    """The old handle is void, the new one good, and one insocket is held."""
    old, heard = hear(rig)
    again: list[tuple[object, ...]] = []
    new = rig.recvmess(HOME, ONE, rig.function(lambda *a: again.append(a)))
    assert rig.held() == {"insockets": 1, "events": 1}
    rig.sendmess(HOME, ONE, "x")
    assert until(lambda: again)
    assert not heard
    assert repr(again[0][3]) == repr(new)
    assert [rig.stopcomm(old), rig.stopcomm(new), rig.stopcomm(new)] == [
        False,
        True,
        False,
    ]


def test_an_address_is_free_at_once_after_stopcomm(rig: Rig) -> None:
    """Listening, stopping and listening again never fails."""
    for _ in range(20):
        handle, _ = hear(rig)
        listener, _ = serve(rig)
        assert rig.stopcomm(handle) is True
        assert rig.stopcomm(listener) is True
        assert rig.held().get("insockets") is None


def test_what_recvmess_refuses(rig: Rig) -> None:
    """Address, port, permission, foreign address, taken port: in this order."""
    function = rig.function(lambda *_: None)
    calls = (rig.recvmess, rig.waitforconn)
    kinds = ("messport", "connport")
    for call, kind in zip(calls, kinds, strict=True):
        for wild in ("", "0.0.0.0", "0", "00.0.0"):
            assert raised(call, wild, ONE, function).endswith(
                "Must specify a local IP address"
            ), wild
        for port in (0, -1, 65536):
            assert raised(call, HOME, port, function) == (
                "exceptions.Exception: Local port number must be an integer, "
                "between 1 and 65535."
            )
        assert raised(call, HOME, 9, function) == (
            f"exceptions.Exception: Resource '{kind} 9' not allowed!!!"
        )
        assert raised(call, "203.0.113.9", ONE, function) == (
            "socket.error: [Errno 99] Cannot assign requested address"
        )
        assert raised(call, "no such host", ONE, function) == (
            "socket.gaierror: [Errno -2] Name or service not known"
        )
        for wrong in ((None, ONE, function), (HOME, True, function), (HOME, ONE, 1)):
            assert "called with incorrect arguments" in raised(call, *wrong)
    for kind_number, call in ((socket.SOCK_DGRAM, calls[0]), (1, calls[1])):
        with free_outsider(TWO, kind_number) as outsider:
            if kind_number == socket.SOCK_STREAM:
                outsider.listen()
            assert raised(call, HOME, TWO, function) == (
                "socket.error: [Errno 98] Address already in use"
            )
    assert rig.held() == {}


def test_what_sendmess_refuses(rig: Rig) -> None:
    """Pair, destination port, local port, permission, name."""
    pair_text = "Localip and localport must be specified simultaneously."
    port_text = " port number must be an integer, between 1 and 65535."
    send = rig.sendmess
    assert raised(send, HOME, 0, "x", HOME).endswith(pair_text)
    assert raised(send, HOME, ONE, "x", None, ONE).endswith(pair_text)
    assert raised(send, HOME, ONE, "x", localport=0).endswith(pair_text)
    for port in (0, -5, 70000):
        assert raised(send, HOME, port, "x").endswith("Destination" + port_text)
    for port in (-1, 65536):
        assert raised(send, HOME, ONE, "x", HOME, port).endswith("Local" + port_text)
    assert raised(send, HOME, ONE, "x", HOME, 9).endswith(
        "Resource 'messport 9' not allowed!!!"
    )
    assert raised(send, "no such host", ONE, "x").startswith("socket.gaierror")
    assert "incorrect arguments" in raised(send, HOME, ONE)
    assert "incorrect arguments" in raised(send, HOME, ONE, 5)
    with free_outsider(TWO, socket.SOCK_DGRAM):
        assert raised(send, HOME, ONE, "x", HOME, TWO) == (
            "socket.error: [Errno 98] Address already in use"
        )


def test_messages_are_charged_by_their_bytes(rig: Rig) -> None:
    """Before: a charge of 0; after sending and before the call: the length."""
    rig.sendmess(HOME, ONE, "four")
    assert rig.charges.look() == [("loopsend", 0), ("loopsend", 4)]
    rig.sendmess("localhost", ONE, "four")
    assert rig.charges.look() == [("netsend", 0), ("netsend", 4)]
    _, heard = hear(rig)
    outsider = free_outsider(kind=socket.SOCK_DGRAM)
    outsider.sendto(b"seven!!", (HOME, ONE))
    outsider.close()
    assert until(lambda: heard)
    assert rig.charges.look() == [("looprecv", 0), ("looprecv", 7)]


# --- events ------------------------------------------------------------------


def test_listening_costs_one_event_however_many_listeners(rig: Rig) -> None:
    """The selector's event comes with the first and goes with the last."""
    assert rig.held() == {}
    one, _ = hear(rig, ONE)
    two, _ = serve(rig, TWO)
    assert rig.held() == {"events": 1, "insockets": 2}
    rig.stopcomm(one)
    assert rig.held() == {"events": 1, "insockets": 1}
    rig.stopcomm(two)
    assert until(rig.idle)


def test_a_callback_waits_for_an_event_with_its_message_unread() -> None:
    """Nothing is lost meanwhile, and the limit is never exceeded."""
    rig = v1(ports=PORTS, events=3)
    gate = rig.scheduler.new_lock()
    gate.acquire()
    heard: list[object] = []

    def slow(ip: str, port: int, text: str, handle: object) -> None:
        heard.append(text)
        with gate:
            pass

    rig.recvmess(HOME, ONE, rig.function(slow))
    for text in ("1", "2", "3"):
        rig.sendmess(HOME, ONE, text)
    assert until(lambda: rig.ledger.held("events") == 3)
    assert until(lambda: heard) and len(heard) == 1
    gate.release()
    assert until(lambda: sorted(heard) == ["1", "2", "3"])  # type: ignore[type-var]
    assert rig.ledger.most_held("events") == 3
    rig.end()


def test_a_listener_waits_for_the_selectors_event() -> None:
    """With every event taken recvmess blocks; it goes on when one comes free."""
    rig = v1(ports=PORTS, events=2)
    spare = rig.ledger.take("events", "somebody")
    timer = rig.ledger
    assert not timer.room("events")
    spare.give_back()
    blocked = rig.start(lambda: hear(rig)[0])
    assert until(lambda: rig.ledger.held("insockets") == 1)
    # The event that called recvmess and this one are all there are.
    assert not blocked
    assert rig._main is not None
    rig._main.give_back()
    assert until(lambda: blocked)
    rig._main = None
    assert rig.stopcomm(blocked[0]) is True
    rig.end()


def test_stopping_while_callbacks_wait_for_events_leaves_nothing() -> None:
    """Ten listeners with a message each, no event free: all stop, all is free."""
    ports = free_ports(10)
    rig = v1(ports=ports, events=2)
    heard: list[object] = []
    handles = [
        rig.recvmess(HOME, port, rig.function(lambda *a: heard.append(a)))
        for port in ports
    ]
    for port in ports:
        rig.sendmess(HOME, port, "x")
    assert all(rig.stopcomm(handle) for handle in handles)
    assert until(lambda: rig.ledger.held("events") == 1)
    assert not heard
    rig.end()


def test_a_listener_keeps_the_program_alive(rig: Rig) -> None:
    """The main event waits until the last listener is stopped."""
    first, _ = hear(rig)
    second, _ = serve(rig)
    idle = rig.start(lambda: None)
    assert until(lambda: idle)

    def stop_both() -> None:
        rig.stopcomm(first)
        rig.stopcomm(second)

    rig.runtime.events.schedule(0.05, "_EVENT", stop_both)
    rig.scheduler.wait_until_idle()
    assert rig.held() == {}


def test_an_exception_in_a_callback_is_reported(rig: Rig) -> None:
    """It ends the run; so does a result that couldn't cross."""

    def fail(*_: object) -> None:
        raise ValueError("no service")

    rig.recvmess(HOME, ONE, rig.function(fail))
    rig.recvmess(HOME, TWO, rig.function(lambda *_: object()))
    rig.sendmess(HOME, ONE, "x")
    assert until(lambda: len(rig.uncaught) == 1)
    assert str(rig.uncaught.pop()) == "no service"
    rig.sendmess(HOME, TWO, "x")
    assert until(lambda: len(rig.uncaught) == 1)
    assert "_copy failed on" in str(rig.uncaught.pop())


# --- connections -------------------------------------------------------------


def test_a_connection_reaches_its_function(rig: Rig) -> None:
    """Address, port, socket, its handle and the listener's."""
    listener, served = serve(rig)
    mine = rig.openconn(HOME, ONE, HOME, TWO)
    assert until(lambda: served)
    ip, port, theirs, handle, listening = served.pop()
    assert (ip, port) == (HOME, TWO)
    assert repr(listening) == repr(listener)
    assert repr(theirs).startswith("<Namespace wrapped socket: ")
    assert mine.send("ping") == 4
    assert theirs.recv(100) == "ping"
    assert rig.stopcomm(handle) is True
    assert (rig.stopcomm(handle), theirs.close()) == (False, False)
    assert raised(mine.recv, 1) == "exceptions.Exception: Socket closed"
    assert (mine.close(), mine.close()) == (True, False)
    assert raised(mine.send, "x") == "exceptions.Exception: Socket closed!"
    assert raised(mine.recv, 1) == "exceptions.Exception: Socket closed"
    assert raised(mine.willblock) == "exceptions.Exception: Socket closed"


def test_sockets_have_four_methods_and_exact_arguments(rig: Rig) -> None:
    """Anything else is an attribute error or a wrong call."""
    mine, theirs = pair(rig)
    for name in ("sendall", "fileno", "accept"):
        with pytest.raises(AttributeError):
            getattr(mine, name)
    for call, arguments in (
        (mine.send, ()),
        (mine.send, (5,)),
        (mine.recv, ("1",)),
        (mine.recv, (True,)),
        (mine.close, (1,)),
        (mine.willblock, (1,)),
    ):
        assert "called with incorrect arguments." in raised(call, *arguments)
    for keywords in ({"bytes": 5}, {"message": "x"}):
        assert "incorrect arguments" in raised(mine.recv, **keywords)
    assert raised(mine.recv, -1) == (
        "exceptions.ValueError: negative buffersize in recv"
    )
    theirs.send("x")
    assert until(lambda: not mine.willblock()[0])
    assert raised(mine.recv, 0) == "exceptions.Exception: Socket closed"
    assert mine.recv(2**70) == "x"


def test_send_takes_at_most_the_buffer_less_one(rig: Rig) -> None:
    """19999 bytes on Linux, however much is offered; nothing for nothing."""
    mine, theirs = pair(rig)
    assert mine.send("x" * 100_000) == 19_999
    assert mine.send("") == 0
    got = 0
    while got < 19_999:
        got += len(theirs.recv(65536))


def test_willblock_tells_what_would_wait(rig: Rig) -> None:
    """Fresh, data waiting, buffers full, peer gone."""
    mine, theirs = pair(rig)
    assert mine.willblock() == (True, False)
    theirs.send("x")
    assert until(lambda: mine.willblock() == (False, False))
    assert mine.recv(5) == "x"
    fill(rig, mine)
    assert mine.willblock() == (True, True)
    theirs.close()
    assert until(lambda: mine.willblock()[0] is False)


def test_send_and_recv_wait(rig: Rig) -> None:
    """A full buffer and an empty one block their event until the peer acts."""
    mine, theirs = pair(rig)
    received = rig.start(lambda: theirs.recv(10))
    mine.send("late")
    assert until(lambda: received)
    assert received == ["late"]
    fill(rig, mine)
    sent = rig.start(lambda: mine.send("z" * 20_000))
    rig.scheduler.sleep(0.05)
    assert not sent
    while not sent:
        theirs.recv(65536)
    assert isinstance(sent[0], int) and sent[0] > 0


def test_closing_interrupts_who_waits(rig: Rig) -> None:
    """A blocked recv and a blocked send end with the socket's close."""
    mine, theirs = pair(rig)
    fill(rig, mine)
    waiting = [
        rig.start(lambda: raised(theirs.recv, 1)),
        rig.start(lambda: raised(mine.recv, 1)),
        rig.start(lambda: raised(mine.send, "z")),
    ]
    assert until(lambda: waiting[0])
    assert waiting.pop(0) != ["exceptions.Exception: Socket closed"]
    rig.scheduler.sleep(0.05)
    assert not waiting[0] and not waiting[1]
    assert mine.close() is True
    assert until(lambda: waiting[0] and waiting[1])
    assert waiting == [["exceptions.Exception: Socket closed"]] * 2


def test_an_unreachable_socket_is_closed_at_once(rig: Rig) -> None:
    """No collector is needed; the peer sees the end and the unit is back."""
    listener, served = serve(rig)
    rig.stopcomm(listener)
    gc.disable()
    try:
        mine, theirs = pair(rig)
        assert rig.held() == {"outsockets": 1}
        close = mine.close
        del mine
        assert rig.held() == {"outsockets": 1}  # a method holds its socket
        del close
        assert rig.held() == {}
        assert raised(theirs.recv, 1).endswith("Socket closed")
    finally:
        gc.enable()


def test_an_accepted_socket_that_nobody_keeps_is_closed(rig: Rig) -> None:
    """The callback returns, and the caller reads the end."""
    rig.waitforconn(HOME, ONE, rig.function(lambda *_: None))
    mine = rig.openconn(HOME, ONE)
    assert raised(mine.recv, 1).endswith("Socket closed")


def test_a_handle_of_a_dropped_connection_is_stale(rig: Rig) -> None:
    """The handle alone doesn't keep the connection."""
    _, served = serve(rig)
    mine = rig.openconn(HOME, ONE)
    assert until(lambda: served)
    handle = served.pop()[3]
    assert until(lambda: rig.stopcomm(handle) is False)
    assert raised(mine.recv, 1).endswith("Socket closed")


def test_outsockets_count_opened_connections_only() -> None:
    """At the limit unreachable sockets are collected and the attempt repeated."""
    rig = v1(ports=PORTS, outsockets=1)
    _, served = serve(rig)
    mine = rig.openconn(HOME, ONE)
    assert raised(rig.openconn, HOME, ONE).endswith(
        "Resource 'outsockets' limit exceeded!!"
    )
    ring: list[object] = [mine]
    ring.append(ring)
    del mine, ring
    second = rig.openconn(HOME, ONE)
    assert second.close() is True
    assert rig.held().get("outsockets") is None
    del served[:]
    rig.end()


def test_a_failed_connection_gives_its_outsocket_back() -> None:
    """Refused, timed out, unknown: the count is as before."""
    rig = v1(ports=PORTS, outsockets=1)
    for _ in range(3):
        assert raised(rig.openconn, HOME, ONE) == (
            "socket.error: [Errno 111] Connection refused"
        )
        assert raised(rig.openconn, "no such host", ONE).startswith("socket.gaierror")
        assert "imed" in raised(rig.openconn, HOME, ONE, timeout=1e-9)
    assert rig.held() == {}
    rig.end()


def test_a_call_that_nobody_answers_times_out(rig: Rig) -> None:
    """The text tells so; the outsocket is free again."""
    with full_listener(ONE):
        assert raised(rig.openconn, HOME, ONE, timeout=0.1) == (
            "socket.timeout: timed out"
        )
    assert rig.held() == {}


def test_what_openconn_refuses(rig: Rig) -> None:
    """Pair, ports, timeout, permission; types first."""
    pair_text = "Localip and localport must be specified simultaneously."
    port_text = " port number must be an integer, between 1 and 65535."
    open_ = rig.openconn
    assert raised(open_, HOME, 0, HOME).endswith(pair_text)
    assert raised(open_, HOME, ONE, None, TWO).endswith(pair_text)
    assert raised(open_, HOME, 0).endswith("Destination" + port_text)
    assert raised(open_, HOME, ONE, HOME, 65536).endswith("Local" + port_text)
    for timeout in (0, -1.5, float("nan")):
        assert raised(open_, HOME, ONE, HOME, 9, timeout).endswith(
            "Timeout parameter must be a numeric value greater than 0."
        )
    assert raised(open_, HOME, ONE, HOME, 9).endswith(
        "Resource 'connport 9' not allowed!!!"
    )
    assert raised(open_, HOME, ONE, "203.0.113.9", TWO).startswith("socket.error")
    assert "incorrect arguments" in raised(open_, 127, ONE)
    assert "incorrect arguments" in raised(open_, HOME, ONE, HOME, TWO, "2")
    assert "incorrect arguments" in raised(open_, HOME, ONE, port=3)


def test_the_same_connection_twice_is_refused(rig: Rig) -> None:
    """By name if it's ours, in general if it's somebody else's."""
    listener, served = serve(rig)
    mine = rig.openconn(HOME, ONE, HOME, TWO)
    assert until(lambda: served)
    text = raised(rig.openconn, HOME, ONE, HOME, TWO)
    assert text.startswith("exceptions.Exception:  Duplicate handle exists with name: ")
    mine.close()
    text = raised(rig.openconn, HOME, ONE, HOME, TWO, 0.3)
    assert text.endswith("Timed out checking for socket cleanup!")
    outsider = free_outsider(THREE)
    outsider.connect((HOME, ONE))
    assert raised(rig.openconn, HOME, ONE, HOME, THREE).endswith(
        "Network socket is in use by an external process!"
    )
    outsider.close()
    rig.stopcomm(listener)


def test_streams_are_charged_by_their_bytes(rig: Rig) -> None:
    """0 before, the bytes after; by the remote address; opening costs nothing."""
    _, served = serve(rig)
    mine = rig.openconn(HOME, ONE)
    assert until(lambda: served)
    theirs = served.pop()[2]
    assert rig.charges.look() == [("looprecv", 0)]
    mine.send("four")
    assert rig.charges.look() == [("loopsend", 0), ("loopsend", 4)]
    theirs.recv(100)
    assert rig.charges.look() == [("looprecv", 0), ("looprecv", 4)]
    mine.willblock()
    mine.close()
    assert rig.charges.look() == []


def test_after_stopcomm_callers_are_refused(rig: Rig) -> None:
    """Established connections go on."""
    mine, theirs = pair(rig)
    assert raised(rig.openconn, HOME, ONE).endswith("Connection refused")
    mine.send("still")
    assert theirs.recv(5) == "still"


def test_stopcomm_takes_commhandles_only(rig: Rig) -> None:
    """Other handles, other runs' handles and other values are wrong calls."""
    other = v1(ports=PORTS)
    foreign, _ = hear(other, THREE)
    mine, _ = pair(rig)
    for wrong in (None, 3, "_COMMH:MainThread:1", mine, foreign):
        assert "called with incorrect arguments" in raised(rig.stopcomm, wrong)
    other.end()


# --- peers that misbehave ----------------------------------------------------


def test_a_reset_is_a_closed_socket(rig: Rig) -> None:
    """recv and send say that the socket is closed; close still works once."""
    _, served = serve(rig)
    peer = socket.create_connection((HOME, ONE))
    assert until(lambda: served)
    sock = served.pop()[2]
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    assert raised(sock.recv, 1).endswith("Socket closed")
    assert raised(sock.send, "x").endswith("Socket closed")
    assert (sock.close(), sock.close()) == (True, False)


def test_a_half_closed_peer_can_still_be_answered(rig: Rig) -> None:
    """The request's end is read, then the answer is sent."""
    _, served = serve(rig)
    peer = socket.create_connection((HOME, ONE))
    peer.sendall(b"request")
    peer.shutdown(socket.SHUT_WR)
    assert until(lambda: served)
    sock = served.pop()[2]
    assert sock.recv(100) == "request"
    assert raised(sock.recv, 100).endswith("Socket closed")
    assert sock.send("answer") == 6
    assert sock.close() is True
    peer.settimeout(PATIENCE)
    assert peer.recv(100) == b"answer"
    assert peer.recv(100) == b""
    peer.close()


def test_an_answer_survives_a_request_that_nobody_read(rig: Rig) -> None:
    """A small server that reads once, answers and closes doesn't reset."""
    _, served = serve(rig)
    peer = socket.create_connection((HOME, ONE))
    peer.sendall(b"GET / HTTP/1.0\r\n" + b"x" * 5000)
    assert until(lambda: served)
    sock = served.pop()[2]
    sock.recv(10)
    sock.send("page")
    sock.close()
    peer.settimeout(PATIENCE)
    assert peer.recv(100) == b"page"
    assert peer.recv(100) == b""
    peer.close()


def test_a_flood_of_messages_leaves_nothing(rig: Rig) -> None:
    """What the buffers can't hold is lost; the rest is heard, and all ends."""
    handle, heard = hear(rig)
    with free_outsider(kind=socket.SOCK_DGRAM) as outsider:
        for number in range(2000):
            outsider.sendto(b"%d" % number, (HOME, ONE))
    assert until(lambda: len(heard) >= 100)
    assert rig.stopcomm(handle) is True


def test_a_crowd_of_callers_is_served(rig: Rig) -> None:
    """Some hang up at once, some stay: each is served or dropped, none is left."""
    served: list[str] = []

    def answer(ip: str, port: int, sock: object, *_: object) -> None:
        try:
            served.append(sock.recv(5))  # type: ignore[attr-defined]
        except Exception:
            served.append("")
        sock.close()  # type: ignore[attr-defined]

    listener = rig.waitforconn(HOME, ONE, rig.function(answer))
    for number in range(200):
        peer = socket.create_connection((HOME, ONE), PATIENCE)
        if number % 2:
            peer.sendall(b"hello")
        peer.close()
    assert until(lambda: len(served) == 200)
    assert served.count("hello") == 100
    assert rig.stopcomm(listener) is True


def test_a_slow_reader_holds_the_sender_back() -> None:
    """All bytes arrive in order although the reader may read only so fast."""
    rig = v1(ports=PORTS, looprecv=300_000)
    _, served = serve(rig)
    peer = socket.create_connection((HOME, ONE))
    assert until(lambda: served)
    sock = served.pop()[2]
    block = bytes(range(250)) * 40

    def read_all() -> int:
        text = ""
        while len(text) < 400_000:
            text += sock.recv(65536)
        assert text == block.decode("latin-1") * 40
        return len(text)

    reader = rig.start(read_all)
    for _ in range(40):
        peer.sendall(block)
    peer.close()
    assert until(lambda: reader)
    assert reader == [400_000]
    rig.end()


def test_the_end_of_the_run_ends_everything() -> None:
    """Blocked events leave; ports and sockets are free."""
    rig = v1(ports=PORTS)
    listener, served = serve(rig)
    hear(rig, TWO)
    mine = rig.openconn(HOME, ONE)
    assert until(lambda: served)
    blocked = rig.start(lambda: mine.recv(1))
    rig.scheduler.sleep(0.02)
    rig.scheduler.stop()
    assert until(lambda: blocked)
    rig.end()
    assert type(blocked[0]).__name__ == "RunEnded"
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for port in (ONE, TWO):
            with socket.socket(type=kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((HOME, port))


def test_a_rate_of_zero_ends_the_run_once(rig: Rig) -> None:
    """What arrives can't be charged, so the run ends with the ledger's text."""
    strict = v1(ports=PORTS, looprecv=0)
    hear(strict, TWO)
    rig.sendmess(HOME, TWO, "one")
    rig.sendmess(HOME, TWO, "two")
    assert until(lambda: strict.uncaught)
    assert [str(error) for error in strict.uncaught] == [
        "Resource 'looprecv' limit set to 0, won't drain!"
    ]
    strict.uncaught.clear()
    strict.end()


def test_many_connections_are_open_at_once() -> None:
    """Several hundred at a time, all of them usable."""
    rig = v1(ports=PORTS, outsockets=300, events=10)
    _, served = serve(rig)
    mine = [rig.openconn(HOME, ONE) for _ in range(300)]
    assert until(lambda: len(served) == 300)
    for number, sock in enumerate(mine):
        assert sock.send(f"{number:3}") == 3
    texts = [call[2].recv(3) for call in served]  # type: ignore[attr-defined]
    assert sorted(map(int, texts)) == list(range(300))
    assert rig.ledger.most_held("outsockets") == 300
    for sock in mine:
        assert sock.close() is True
    served.clear()
    rig.end()


@pytest.mark.parametrize("long", [False, True])
def test_a_finaliser_may_use_the_network_inside_a_call(rig: Rig, long: bool) -> None:
    """The lock of the listeners lets in the event that holds it."""
    turn = new_turn(rig.scheduler, long=long)
    order: list[str] = []
    with turn:
        with turn:
            order.append("inner")
        other = rig.start(lambda: enter(turn, order))
        rig.scheduler.sleep(0.02)
        order.append("outer")
    assert until(lambda: other)
    assert order == ["inner", "outer", "other"]


def enter(turn: Any, order: list[str]) -> None:
    with turn:
        order.append("other")


# --- names and local addresses -----------------------------------------------


def test_names_cost_network_and_come_back_as_lists(rig: Rig) -> None:
    """4096 bytes each way, before the look-up."""
    assert rig.gethostbyname_ex(HOME) == (HOME, [], [HOME])
    assert rig.charges.look() == [("netsend", 4096), ("netrecv", 4096)]
    assert raised(rig.gethostbyname_ex, "no such host") == (
        "socket.gaierror: [Errno -2] Name or service not known"
    )
    assert len(rig.charges.look()) == 2
    assert "incorrect arguments" in raised(rig.gethostbyname_ex, 5)
    assert "No arguments allowed." in raised(rig.getmyip, 1)
    assert rig.network.can_bind(rig.getmyip())


def test_only_the_named_addresses_may_be_used() -> None:
    """--ip with --nootherips: that address and 127.0.0.1, nothing else."""
    options = AddressOptions([("ip", "127.0.0.7"), ("ip", "203.0.113.9")], True)
    rig = v1(ports=PORTS, options=options)
    function = rig.function(lambda *_: None)
    assert rig.getmyip() == "127.0.0.7"
    text = "exceptions.Exception: IP '127.0.0.2' is not allowed."
    assert raised(rig.recvmess, "127.0.0.2", ONE, function) == text
    assert raised(rig.waitforconn, "127.0.0.2", ONE, function) == text
    assert raised(rig.sendmess, HOME, ONE, "x", "127.0.0.2", TWO) == text
    assert raised(rig.openconn, HOME, ONE, "127.0.0.2", TWO) == text
    assert "is not allowed" in raised(rig.recvmess, "203.0.113.9", ONE, function)
    assert "is not allowed" in raised(rig.recvmess, "127.1", ONE, function)
    _, heard = hear(rig)
    rig.sendmess(HOME, ONE, "x")
    assert until(lambda: heard)
    assert heard[0][0] == "127.0.0.7"
    rig.end()


def test_nootherips_alone_leaves_loopback() -> None:
    """getmyip is 127.0.0.1 then."""
    rig = v1(ports=PORTS, options=AddressOptions([], True))
    assert rig.getmyip() == HOME
    rig.end()


def test_preferred_addresses_forbid_nothing() -> None:
    """Without --nootherips every local address may still be named."""
    rig = v1(ports=PORTS, options=AddressOptions([("iface", "no-such"), ("ip", HOME)]))
    assert rig.getmyip() == HOME
    handle = rig.recvmess("127.0.0.9", ONE, rig.function(lambda *_: None))
    assert rig.stopcomm(handle) is True
    rig.end()


def test_two_runs_share_nothing() -> None:
    """Each has its own listeners, counts and selector."""
    one, two = v1(ports=PORTS), v1(ports=PORTS)
    _, heard_one = hear(one, ONE)
    _, heard_two = hear(two, TWO)
    one.sendmess(HOME, TWO, "to two", HOME, ONE)
    assert until(lambda: heard_two)
    one.end()
    two.sendmess(HOME, TWO, "still there")
    assert until(lambda: len(heard_two) == 2)
    assert not heard_one
    two.end()
