"""The worker's first steps: from a fresh process to the body it runs."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import gc
import os
import sys

from repy_compat.errors import IsolationUnavailable
from repy_compat.outcome import MONITOR_DIED
from repy_compat.supervisor import confine
from repy_compat.supervisor.link import WorkerLink, flush_standard_streams
from repy_compat.supervisor.measure import ON_LINUX, MemoryMeter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap
    from typing import NoReturn

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.link import Body


def run_worker(
    job: Job,
    body: Body,
    *,
    link_descriptor: int,
    leash: int,
    board: mmap | None,
    stdout: int,
    stderr: int,
    log_line: tuple[int, int],
    supervisor_pid: int,
) -> NoReturn:
    """Run ``body`` in this process and end it with the code that it returns.

    ``leash`` is a pipe that ends when the supervisor does (-1 where the kernel
    tells us otherwise). Never returns and never raises: nothing of the
    supervisor's program, whose copy we are, may run here.
    """
    code = MONITOR_DIED
    # Until the seal we only load what stays: see WorkerLink.seal.
    gc.disable()
    try:
        _take_signals()
        _stay_only_with(supervisor_pid)
        meter = MemoryMeter()
        link_descriptor, leash, stdout, stderr, *log_ends = _above_standard(
            link_descriptor, leash, stdout, stderr, *log_line
        )
        _set_standard_streams(stdout, stderr)
        confine.keep_only(
            (0, 1, 2, link_descriptor, leash, meter.descriptor, *log_ends, *job.keep)
        )
        link = WorkerLink(job, link_descriptor, meter, board, log_ends)
        confine.prepare(job)
        # A relative place would mean the vessel from now on.
        sys.path[:] = [place for place in sys.path if os.path.isabs(place)]
        os.chdir(job.folder)
        import_nothing_from(job.folder)
        if leash >= 0:
            _watch_leash(leash)
        try:
            code = body(link)
        except IsolationUnavailable as error:
            link.refuse(str(error))
        link.finish(code)
    except BaseException:
        _show_defect()
    finally:
        flush_standard_streams()
        os._exit(code & 0xFF)


def _take_signals() -> None:
    """Ctrl-C is the supervisor's business, and its handlers aren't ours."""
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP", "SIGCHLD"):
        if hasattr(_signal, name):
            _signal.signal(getattr(_signal, name), _signal.SIG_DFL)


def _stay_only_with(supervisor_pid: int) -> None:
    """Have the kernel end this process when its supervisor ends."""
    if not ON_LINUX:
        return
    from repy_compat.supervisor.syscalls import end_with_parent

    end_with_parent()
    if os.getppid() != supervisor_pid:
        os._exit(MONITOR_DIED)


def import_nothing_from(folder: str) -> None:
    """No module comes from the vessel folder: a program could have written it."""
    vessel = os.path.realpath(folder)
    sys.path[:] = [place for place in sys.path if os.path.realpath(place) != vessel]


def _watch_leash(leash: int) -> None:
    """Elsewhere a thread waits for the end of a pipe that the supervisor holds."""
    from _thread import start_new_thread

    def wait() -> None:
        os.read(leash, 1)
        os._exit(MONITOR_DIED)

    start_new_thread(wait, ())


def _above_standard(*descriptors: int) -> tuple[int, ...]:
    """Duplicates of those descriptors that lie where the standard streams go."""
    return tuple(
        _duplicate_above_standard(descriptor) if 0 <= descriptor <= 2 else descriptor
        for descriptor in descriptors
    )


def _duplicate_above_standard(descriptor: int) -> int:
    low = []
    duplicate = os.dup(descriptor)
    while duplicate <= 2:
        low.append(duplicate)
        duplicate = os.dup(descriptor)
    for number in low:
        os.close(number)
    return duplicate


def _set_standard_streams(stdout: int, stderr: int) -> None:
    """Nothing to read, and the two outputs where they belong."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)


def _show_defect() -> None:
    """An exception that left the body is ours: show it all."""
    try:
        from traceback import format_exc

        text = "Internal Error\n" + format_exc()
        os.write(2, text.encode("latin-1", "replace"))
    except BaseException:
        return
