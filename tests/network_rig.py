"""A run without a program: tests call the network API as a program would.

The world is the real one, on loopback, with ports that the system says are free.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from repy_compat.api import v1_network, v2_network
from repy_compat.api.addresses import AddressOptions
from repy_compat.api.runtime import Runtime
from repy_compat.language.dialect import Dialect
from repy_compat.limits.ledger import Ledger
from repy_compat.limits.restrictions import Limits
from repy_compat.limits.rules import CallRules
from repy_compat.python2.errors import class_text
from repy_compat.world.base import Output, World
from repy_compat.world.events import EventTable
from repy_compat.world.network import RealNetwork
from repy_compat.world.network.selector import Selector
from repy_compat.world.scheduler import RealScheduler

HOME = "127.0.0.1"
PATIENCE = 10.0
COUNTED = ("events", "filesopened", "insockets", "outsockets")
GENEROUS = {
    "events": 20,
    "filesopened": 5,
    "insockets": 20,
    "outsockets": 20,
    "netsend": 1e9,
    "netrecv": 1e9,
    "loopsend": 1e9,
    "looprecv": 1e9,
    "lograte": 1e9,
    "random": 1e9,
    "cpu": 1.0,
}


# Below the ports that the system chooses from, so no outgoing connection takes one.
_PORTS = iter(range(12_000 + os.getpid() * 61 % 18_000, 32_000))
_claims: dict[int, socket.socket] = {}  # open ones: they end with the process


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses and no other test process will.

    Each call gives others: what an earlier test did with a port may still be
    cleaned up by the system.
    """
    ports: list[int] = []
    while len(ports) < count:
        port = next(_PORTS)
        if _claim(port) and _is_free(port):
            ports.append(port)
    return ports


def release_ports(ports: Iterable[int]) -> None:
    """This process is done with these ports; it never gets them again."""
    for port in ports:
        claim = _claims.pop(port, None)
        if claim is not None:
            claim.close()


def _claim(port: int) -> bool:
    """Keep a port from other test processes (by a name that only Linux has)."""
    if not sys.platform.startswith("linux"):
        return True
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0repy-compat-test-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims[port] = claim
    return True


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


@contextmanager
def full_listener(port: int) -> Iterator[None]:
    """Somebody who listens on ``port`` and answers no further call."""
    with socket.socket() as listener:
        listener.bind((HOME, port))
        listener.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex((HOME, port))
        yield
        for caller in callers:
            caller.close()


def until(condition: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Wait until ``condition()`` is true; whether it came true."""
    pause = threading.Event()
    for _ in range(int(patience * 200)):
        if condition():
            return True
        pause.wait(0.005)
    return bool(condition())


def selector_threads() -> int:
    """How many threads watch listeners in this process."""
    code = Selector._run.__code__
    found = 0
    for innermost in sys._current_frames().values():
        frame: FrameType | None = innermost
        while frame is not None and frame.f_code is not code:
            frame = frame.f_back
        found += frame is not None
    return found


class Collected(Output):
    """Output that is kept."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, text: str) -> None:
        self.pieces.append(text)


class Charges:
    """What was charged to the network's resources since the last look."""

    def __init__(self, runtime: Runtime) -> None:
        self._charges: list[tuple[str, float]] = []
        original = runtime.charge

        def charge(resource: str, amount: float) -> None:
            self._charges.append((resource, amount))
            original(resource, amount)

        runtime.charge = charge  # type: ignore[method-assign]

    def look(self) -> list[tuple[str, float]]:
        """The charges in order; starts anew."""
        seen, self._charges[:] = list(self._charges), []
        return seen


class Rig:
    """One run in this thread, which is its main event unless told otherwise."""

    running: list[Rig] = []

    def __init__(
        self,
        dialect: Dialect,
        *,
        ports: Iterable[int] = (),
        options: AddressOptions | None = None,
        main: bool = True,
        rules: CallRules | None = None,
        **amounts: float,
    ) -> None:
        Rig.running.append(self)
        self.scheduler = RealScheduler()
        self.network = RealNetwork(self.scheduler)
        output = Collected()
        world = World(
            scheduler=self.scheduler,
            files=None,  # type: ignore[arg-type]
            network=self.network,
            output=output,
            error_output=output,
            entropy=os.urandom,
        )
        ports = list(ports)
        limits = Limits(
            {**GENEROUS, **amounts},
            {"messport": ports, "connport": ports},
            rules or CallRules.allowing_all(),
        )
        self.ledger = Ledger(limits, self.scheduler)
        self.uncaught: list[BaseException] = []
        events = EventTable(
            self.ledger, self.scheduler, lambda _, error: self.uncaught.append(error)
        )
        self.runtime = Runtime(
            world,
            self.ledger,
            limits,
            dialect,
            self._end,
            events=events,
            extra_builtins=lambda _: {},
            network_options=options,
        )
        self.charges = Charges(self.runtime)
        rooms = {"V1": v1_network, "V2": v2_network}
        self.names = rooms[dialect.name].build_names(self.runtime)
        self._main = self.ledger.take("events", "MainThread") if main else None

    def _end(self, how: str) -> None:
        raise AssertionError(how)

    def __getattr__(self, name: str) -> Callable[..., object]:
        return self.names[name]  # type: ignore[return-value]

    def function(self, body: Callable[..., object]) -> Callable[..., object]:
        """``body`` as a function that a program has defined."""
        namespace = {"__builtins__": {"\u01c0match": None}, "body": body}
        exec("def function(*arguments): return body(*arguments)", namespace)
        return namespace["function"]  # type: ignore[return-value]

    def start(self, body: Callable[[], object]) -> list[object]:
        """Run ``body`` in an event of its own; its result or error comes here."""
        result: list[object] = []

        def run() -> None:
            try:
                result.append(body())
            except BaseException as error:
                result.append(error)

        self.runtime.events.start("_EVENT", run)
        return result

    def held(self) -> dict[str, int]:
        """Counted units that are held, without the main event."""
        held = {name: self.ledger.held(name) for name in COUNTED}
        held["events"] -= self._main is not None
        return {name: count for name, count in held.items() if count}

    def idle(self) -> bool:
        """Whether nothing is held and no thread watches listeners."""
        others = sum(rig is not self for rig in Rig.running)
        return not self.held() and selector_threads() <= others

    def end(self) -> None:
        """The run is over; nothing of it may be left."""
        Rig.running.remove(self)
        # What the scheduler drops when it stops would keep its events for ever.
        self.runtime.close()
        left = not until(self.idle)
        self.scheduler.stop()
        assert not left, (self.held(), self.ledger.holders("events"))
        assert not self.uncaught, self.uncaught


def v1(**options: object) -> Rig:
    """A run of a V1 program."""
    return Rig(Dialect.V1, **options)  # type: ignore[arg-type]


def v2(**options: object) -> Rig:
    """A run of a V2 program."""
    return Rig(Dialect.V2, **options)  # type: ignore[arg-type]


def raised(call: Callable[..., object], *arguments: object, **keywords: object) -> str:
    """``class: text`` of what a call raises, by the name that Python 2 shows."""
    try:
        result = call(*arguments, **keywords)
    except Exception as error:
        name = class_text(type(error)).split("'")[1]
        return f"{name.removeprefix('exception_hierarchy.')}: {error}"
    raise AssertionError(f"nothing was raised, but {result!r} returned")
