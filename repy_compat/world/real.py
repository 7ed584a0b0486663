"""The real world: the operating system's clock, threads, files, network and entropy."""

from __future__ import annotations

import os

from repy_compat.world.base import Network, Output, World
from repy_compat.world.files import RealFiles
from repy_compat.world.network import RealNetwork
from repy_compat.world.scheduler import RealScheduler


def real_world(
    folder: str,
    output: Output,
    error_output: Output,
    *,
    network: Network | None = None,
    library: str | None = None,
    disk: float | None = None,
    started: float | None = None,
) -> World:
    """A world for one run in the vessel ``folder``.

    ``network`` is the host's own network unless another is given; ``library`` a
    folder of Repy libraries that programs can read as if they were in the vessel;
    ``disk`` the bytes beyond which a supervisor ends the run, or None;
    ``started`` the moment of time.monotonic() at which the run began. OSError if
    the folder can't be opened.
    """
    scheduler = RealScheduler(started=started)
    return World(
        scheduler=scheduler,
        files=RealFiles(folder, library, disk),
        network=RealNetwork(scheduler) if network is None else network,
        output=output,
        error_output=error_output,
        entropy=os.urandom,
    )
