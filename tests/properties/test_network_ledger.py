"""The socket and port counts under random opening, closing and refusing."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network_rig import HOME, Rig, free_ports, raised, until, v1, v2

PORTS = free_ports(4)
STRANGER = free_ports(1)[0]  # granted to nobody
INSOCKETS, OUTSOCKETS = 3, 3
Step = tuple[str, int, int]
Action = Callable[..., None]


def steps(*names: str) -> st.SearchStrategy[list[Step]]:
    """Up to 25 operations, each with two numbers that choose what it works on."""
    number = st.integers(0, 7)
    return st.lists(
        st.tuples(st.sampled_from(names), number, number), min_size=3, max_size=25
    )


def play(model: V1Model | V2Model, script: list[tuple[Action, Iterable[int]]]) -> None:
    """Take the steps, look at the counts after each, end the run whatever happens."""
    failure = ""
    try:
        for action, numbers in script:
            action(*numbers)
            model.check()
    except Exception as error:
        # The API's exceptions hide what the test's tools need.
        failure = "".join(traceback.format_exception(error))
    finally:
        model.rig.end()
    assert not failure, failure


class V1Model:
    """What a V1 run should hold, told by the rules alone."""

    def __init__(self) -> None:
        self.rig = v1(ports=PORTS, insockets=INSOCKETS, outsockets=OUTSOCKETS)
        self.listening: dict[tuple[str, int], object] = {}
        self.handles: list[tuple[object, tuple[str, int]]] = []
        self.sockets: list[object] = []
        self.closed: set[int] = set()
        self.function = self.rig.function(lambda *_: None)

    def listen(self, kind: str, which: int) -> None:
        port = [*PORTS, STRANGER][which % 5]
        key = (kind, port)
        call = self.rig.recvmess if kind == "messport" else self.rig.waitforconn
        if port == STRANGER:
            text = raised(call, HOME, port, self.function)
            assert text.endswith(f"Resource '{kind} {port}' not allowed!!!")
        elif key not in self.listening and len(self.listening) == INSOCKETS:
            text = raised(call, HOME, port, self.function)
            assert text.endswith("Resource 'insockets' limit exceeded!!")
        else:
            handle = call(HOME, port, self.function)
            self.listening[key] = handle
            self.handles.append((handle, key))

    def stop(self, which: int) -> None:
        if self.handles:
            handle, key = self.handles[which % len(self.handles)]
            current = self.listening.get(key) is handle
            assert self.rig.stopcomm(handle) is current
            if current:
                del self.listening[key]

    def connect(self, which: int) -> None:
        port = PORTS[which % 4]
        if len(self.sockets) - len(self.closed) == OUTSOCKETS:
            text = raised(self.rig.openconn, HOME, port)
            assert text.endswith("Resource 'outsockets' limit exceeded!!")
        elif ("connport", port) in self.listening:
            self.sockets.append(self.rig.openconn(HOME, port))
        else:
            text = raised(self.rig.openconn, HOME, port)
            assert text.endswith("Connection refused")

    def close(self, which: int) -> None:
        if self.sockets:
            number = which % len(self.sockets)
            assert self.sockets[number].close() is (number not in self.closed)  # type: ignore[attr-defined]
            self.closed.add(number)

    def drop(self, which: int) -> None:
        if self.sockets:
            number = which % len(self.sockets)
            del self.sockets[number]
            # What came behind it has moved up by one.
            self.closed = {n - (n > number) for n in self.closed if n != number}

    def check(self) -> None:
        wanted = {
            "insockets": len(self.listening),
            "outsockets": len(self.sockets) - len(self.closed),
        }
        ledger = self.rig.ledger
        assert {name: ledger.held(name) for name in wanted} == wanted
        # The main event, the selector's, and callbacks that are about to end.
        listens = bool(self.listening)
        assert until(lambda: ledger.held("events") == 1 + listens)


@given(steps("hear", "serve", "stop", "connect", "close", "drop"))
@settings(max_examples=60, deadline=None)
def test_v1_counts_follow_the_model(script: list[Step]) -> None:
    """After each call the counts are those of the model; at the end all is free."""
    model = V1Model()
    actions: dict[str, Action] = {
        "hear": lambda which: model.listen("messport", which),
        "serve": lambda which: model.listen("connport", which),
        "stop": model.stop,
        "connect": model.connect,
        "close": model.close,
        "drop": model.drop,
    }
    play(model, [(actions[name], (which,)) for name, which, _ in script])
    assert model.rig.ledger.most_held("insockets") <= INSOCKETS
    assert model.rig.ledger.most_held("outsockets") <= OUTSOCKETS


class V2Model:
    """What a V2 run should hold, told by the rules alone."""

    def __init__(self) -> None:
        self.rig: Rig = v2(ports=PORTS, insockets=INSOCKETS, outsockets=OUTSOCKETS)
        self.servers: dict[tuple[str, int], object] = {}
        self.open: list[object] = []

    def listen(self, name: str, which: int) -> None:
        port = [*PORTS, STRANGER][which % 5]
        call = getattr(self.rig, name)
        if port == STRANGER:
            assert raised(call, HOME, port).startswith("ResourceForbiddenError")
        elif (name, port) in self.servers:
            assert raised(call, HOME, port).startswith("AlreadyListeningError")
        elif len(self.servers) == INSOCKETS:
            assert raised(call, HOME, port).startswith("ResourceExhaustedError")
        else:
            self.servers[name, port] = call(HOME, port)

    def close_server(self, which: int, *, drop: bool) -> None:
        if self.servers:
            key = sorted(self.servers)[which % len(self.servers)]
            server = self.servers.pop(key)
            if not drop:
                assert server.close() is True  # type: ignore[attr-defined]
                assert server.close() is False  # type: ignore[attr-defined]

    def connect(self, to: int, source: int) -> None:
        remote, local = PORTS[to % 4], PORTS[source % 4]
        call = self.rig.openconnection
        arguments = (HOME, remote, HOME, local, 5)
        if remote == local:
            assert raised(call, *arguments).startswith("RepyArgumentError")
        elif ("listenforconnection", local) in self.servers:
            assert raised(call, *arguments).startswith("AlreadyListeningError")
        elif ("listenforconnection", remote) not in self.servers:
            # The pair may be one that the system is still cleaning up.
            text = raised(call, *arguments).split(":")[0]
            assert text in (
                "ConnectionRefusedError", "AddressBindingError", "DuplicateTupleError",
            )  # fmt: skip
        else:
            self.connect_to_server(arguments)

    def connect_to_server(self, arguments: tuple[object, ...]) -> None:
        full = len(self.open) == OUTSOCKETS
        try:
            connection = self.rig.openconnection(*arguments)
        except Exception as error:
            name = type(error).__name__
            exhausted = "ResourceExhaustedError" in name
            assert exhausted == full or "Exhausted" not in name
        else:
            assert not full
            self.open.append(connection)

    def accept(self, which: int) -> None:
        servers = [k for k in sorted(self.servers) if k[0] == "listenforconnection"]
        if not servers:
            return
        server = self.servers[servers[which % len(servers)]]
        try:
            _, _, connection = server.getconnection()  # type: ignore[attr-defined]
        except Exception as error:
            full = len(self.open) == OUTSOCKETS
            assert full or "SocketWouldBlockError" in type(error).__name__
        else:
            self.open.append(connection)

    def close(self, which: int, *, drop: bool) -> None:
        if self.open:
            connection = self.open.pop(which % len(self.open))
            if not drop:
                assert connection.close() is True  # type: ignore[attr-defined]
                assert connection.close() is False  # type: ignore[attr-defined]

    def send(self, to: int, source: int) -> None:
        remote, local = PORTS[to % 4], PORTS[source % 4]
        if remote != local:
            call = self.rig.sendmessage
            free = ("listenformessage", local) in self.servers
            if free or len(self.open) < OUTSOCKETS:
                assert call(HOME, remote, "x", HOME, local) == 1
            else:
                text = raised(call, HOME, remote, "x", HOME, local)
                assert text.startswith("ResourceExhaustedError")

    def check(self) -> None:
        assert self.rig.held() == {
            name: count
            for name, count in (
                ("insockets", len(self.servers)),
                ("outsockets", len(self.open)),
            )
            if count
        }


@given(
    steps(
        "hear", "serve", "end", "drop server", "connect", "accept", "close", "drop",
        "send",
    )
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_v2_counts_follow_the_model(script: list[Step]) -> None:
    """After each call the counts are those of the model; at the end all is free."""
    model = V2Model()
    actions: dict[str, Action] = {
        "hear": lambda a, _: model.listen("listenformessage", a),
        "serve": lambda a, _: model.listen("listenforconnection", a),
        "end": lambda a, _: model.close_server(a, drop=False),
        "drop server": lambda a, _: model.close_server(a, drop=True),
        "connect": model.connect,
        "accept": lambda a, _: model.accept(a),
        "close": lambda a, _: model.close(a, drop=False),
        "drop": lambda a, _: model.close(a, drop=True),
        "send": model.send,
    }
    play(model, [(actions[name], numbers) for name, *numbers in script])
    assert model.rig.ledger.most_held("insockets") <= INSOCKETS
    assert model.rig.ledger.most_held("outsockets") <= OUTSOCKETS
