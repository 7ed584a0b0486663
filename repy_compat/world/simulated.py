"""The simulated world: virtual time, a chosen schedule, files and network in memory.

The same API and the same ledger run on it as on the real world. A program that
sleeps for a year ends at once, and the order in which its events take turns is
what the chooser says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import shake_128

from repy_compat.world.base import Output, World
from repy_compat.world.simulation.carriers import Carrier, new_carrier
from repy_compat.world.simulation.engine import Chooser, Engine, go_on
from repy_compat.world.simulation.files import SimulatedFiles, no_library
from repy_compat.world.simulation.network import SimulatedNetwork

STEPS = 20_000


class SimulatedOutput(Output):
    """Keeps what is written: ``pieces`` in their order."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.pieces: list[str] = []
        self._engine = engine
        self._name = name

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self._engine.note(self._name, None, text)


class SimulatedWorld(World):
    """A world for one run, made in the thread that runs the main event.

    ``files`` is the content of the vessel folder, ``seed`` decides what the
    program draws as random bytes, ``chooser`` the schedule (by default the one
    without departures), ``steps`` how many points the run may pass, ``loose`` lets time go on while events
    can run. ``library``
    gives the text of installed files. After the run ``close`` must be called.
    """

    scheduler: Engine
    files: SimulatedFiles
    network: SimulatedNetwork
    output: SimulatedOutput
    error_output: SimulatedOutput
    entropy: Entropy

    def __init__(
        self,
        *,
        files: Mapping[str, str] = {},
        seed: int = 0,
        chooser: Chooser = go_on,
        carrier: Carrier | None = None,
        steps: int = STEPS,
        loose: bool = False,
        library: Callable[[str], str | None] = no_library,
    ) -> None:
        self.own_carrier = carrier is None
        self.carrier = new_carrier() if carrier is None else carrier
        engine = Engine(self.carrier, chooser, steps, loose)
        super().__init__(
            scheduler=engine,
            files=SimulatedFiles(files, library),
            network=SimulatedNetwork(engine),
            output=SimulatedOutput(engine, "print"),
            error_output=SimulatedOutput(engine, "error"),
            entropy=Entropy(engine, seed),
        )

    def drawn(self) -> bool:
        """Whether the program has drawn random bytes."""
        return bool(self.entropy.counts)

    def close(self) -> None:
        """Make every event leave; afterwards no line of the program runs."""
        self.scheduler.close()
        if self.own_carrier:
            self.carrier.close()


class Entropy:
    """Random bytes from a seed.

    Each event draws from a sequence of its own, so that what it gets doesn't
    depend on how its turns are mixed with those of others. ``counts`` holds how
    often each event has drawn.
    """

    def __init__(self, engine: Engine, seed: int) -> None:
        self._engine = engine
        self._seed = seed
        self.counts: dict[str, int] = {}

    def __call__(self, size: int) -> bytes:
        name = self._engine.current_name()
        count = self.counts[name] = self.counts.get(name, 0) + 1
        return shake_128(f"{self._seed}/{name}/{count}".encode()).digest(size)
