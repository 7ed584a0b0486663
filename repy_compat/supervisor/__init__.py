"""The process that runs a program, and the process that watches it."""

from __future__ import annotations

import os

from repy_compat.errors import IsolationUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.supervisor.job import Job, SupervisedRun
    from repy_compat.supervisor.link import Body


def supervise(
    job: Job, body: Body, *, stdout: int = 1, stderr: int = 2, leash: int = -1
) -> SupervisedRun:
    """Run ``body`` in a worker process on the terms of ``job``.

    ``body`` is called in the worker with a ``WorkerLink``; what it returns is the
    exit code. ``stdout`` and ``stderr`` are the descriptors for its output. As
    soon as ``leash`` (a descriptor; -1: none) can be read or ends, so does the run.
    Returns when the worker has ended and everything of it is gone; sentences
    about limits, and about ends that nobody asked for, have then been written
    to ``stderr``. IsolationUnavailable if ``job.strict`` and a wall is missing, or
    if no memory can be measured here (a Linux without /proc); OSError if the
    vessel folder isn't there; UsageError if the log can't be written.
    """
    from repy_compat.supervisor import measure

    os.scandir(job.folder).close()
    if not measure.can_measure():
        raise IsolationUnavailable(
            f"{measure.PROCESSES} isn't mounted here, "
            "so memory can't be measured or limited"
        )
    if not hasattr(os, "fork"):
        from repy_compat.supervisor.spawn import supervise_spawned

        return supervise_spawned(job, body, stdout=stdout, stderr=stderr)
    from repy_compat.supervisor.watch import Watch

    return Watch(job, stdout, stderr, leash).run(body)
