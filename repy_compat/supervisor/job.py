"""What a supervised run needs, and what it gives back."""

from __future__ import annotations

import os

from repy_compat.outcome import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from repy_compat.limits.restrictions import Limits
    from repy_compat.supervisor.wire import Value


#: Room for accepted connections: no resource of a restrictions file counts them
#: (Repy V1 specification, section 10.4).
_ACCEPTED = 10_000


class Job:
    """The terms of one supervised run.

    ``cpu`` is the share of one core (1.0: one core; None: not limited).
    ``memory`` and ``disk`` are bytes (None: not limited); memory counts what the
    program adds to 9,000,000 (Repy V1 specification, section 10.6).
    ``folder`` is the vessel folder: the worker's current directory, and the only
    place where it may write.
    ``libraries`` are further folders that it may read after the seal.
    ``tcp_ports`` are the ports it may bind (None: any); ``connects`` whether it
    may open TCP connections, ``listens`` whether it may accept them, ``network``
    whether it may have sockets at all. ``events`` is the number of threads to
    leave room for and ``descriptors`` the number of files and sockets.
    ``stop_file``, ``status_prefix`` and ``logfile`` are those of the command
    line. ``timeout`` is wall-clock seconds (None: for ever). ``raw`` lets
    control characters through to a terminal. ``strict`` refuses a machine that
    lacks a wall. ``keep`` are descriptors that the worker inherits besides its
    output.
    """

    __slots__ = (
        "cpu",
        "memory",
        "disk",
        "folder",
        "libraries",
        "tcp_ports",
        "connects",
        "listens",
        "network",
        "events",
        "descriptors",
        "stop_file",
        "status_prefix",
        "logfile",
        "timeout",
        "raw",
        "strict",
        "keep",
    )

    def __init__(
        self,
        *,
        cpu: float | None = None,
        memory: float | None = None,
        disk: float | None = None,
        folder: str = ".",
        libraries: Sequence[str] = (),
        tcp_ports: Sequence[int] | None = None,
        connects: bool = True,
        listens: bool = True,
        network: bool = True,
        events: int = 100,
        descriptors: int = 500,
        stop_file: str | None = None,
        status_prefix: str | None = None,
        logfile: str | None = None,
        timeout: float | None = None,
        raw: bool = False,
        strict: bool = False,
        keep: Sequence[int] = (),
    ) -> None:
        self.cpu = cpu
        self.memory = memory
        self.disk = disk
        # The worker changes into it: a relative name would lead astray there.
        self.folder = os.path.abspath(folder)
        self.libraries = tuple(libraries)
        self.tcp_ports = None if tcp_ports is None else tuple(tcp_ports)
        self.connects = connects
        self.listens = listens
        self.network = network
        self.events = events
        self.descriptors = descriptors
        self.stop_file = stop_file
        self.status_prefix = status_prefix
        self.logfile = logfile
        self.timeout = timeout
        self.raw = raw
        self.strict = strict
        self.keep = tuple(keep)

    @classmethod
    def under(cls, limits: Limits, **terms: object) -> Job:
        """A job on the terms of a restrictions file; ``terms`` are those of Job."""
        listeners = limits.amount("insockets")
        connections = limits.amount("outsockets")
        # A port of 0 lets the system choose one: what an outgoing connection does.
        ports = sorted(int(port) for port in limits.ports("connport"))
        listens = listeners > 0 and bool(ports)
        described: dict[str, object] = {
            "cpu": limits.amount("cpu"),
            "memory": limits.amount("memory"),
            "disk": limits.amount("diskused"),
            "tcp_ports": [0, *ports] if connections > 0 else ports,
            "connects": connections > 0,
            "listens": listens,
            "events": _count(limits.amount("events")),
            "descriptors": 2 * _count(limits.amount("filesopened"))
            + 2 * _count(connections)
            + 2 * _count(listeners)
            + (_ACCEPTED if listens else 0),
        }
        described.update(terms)
        return cls(**described)  # type: ignore[arg-type]


def _count(amount: float) -> int:
    return int(min(amount, 1_000_000)) if amount > 0 else 0


class SupervisedRun:
    """How a supervised run ended, and what its worker told.

    ``ending`` is the cause and the exit code. ``report`` is what the worker told
    last (``{}`` if it was ended before it could): treat it as the word of a
    program that may be hostile. ``rings`` are the walls the run had, ``missing``
    one sentence for each that it hadn't. ``stops`` counts the times it was
    stopped for its CPU share. ``seconds`` is its duration.
    """

    __slots__ = ("ending", "report", "rings", "missing", "stops", "seconds")

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        self.report: dict[str, Value] = {}
        self.rings: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()
        self.stops = 0
        self.seconds = 0.0

    def __repr__(self) -> str:
        return f"<SupervisedRun {self.ending!r}>"
