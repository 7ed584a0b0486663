"""Supervision where there is no fork: the worker is a fresh interpreter.

Lost against a fork: the warm start (each run loads Python and all modules), the
times of stops in ``getresources``, and noticing the worker's end at once (it is
looked for every 20 ms). The limits hold all the same, measured with psutil.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from _thread import start_new_thread

from repy_compat.supervisor import verdict
from repy_compat.supervisor.capture import Capture, CapturedRun
from repy_compat.supervisor.watch import BLIND_PERIOD, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from repy_compat.supervisor.job import Job, SupervisedRun
    from repy_compat.supervisor.link import Body


def supervise_spawned(
    job: Job, body: Body, *, stdout: int = 1, stderr: int = 2
) -> SupervisedRun:
    """As ``supervisor.supervise``, with a fresh process; ``body`` has to be picklable."""
    return _SpawnedWatch(job, stdout, stderr, -1).run(body)


def run_captured_spawned(job: Job, body: Body, *, output_limit: int) -> CapturedRun:
    """As ``forkserver.run_captured``, with a fresh process."""
    import threading

    output, errors = Capture(output_limit), Capture(output_limit)
    readers = [
        threading.Thread(target=capture.take_all, daemon=True)
        for capture in (output, errors)
    ]
    for reader in readers:
        reader.start()
    try:
        run = supervise_spawned(
            job, body, stdout=output.entrance, stderr=errors.entrance
        )
    finally:
        output.close_entrance()
        errors.close_entrance()
        for reader in readers:
            reader.join()
        output.close()
        errors.close()
    truncated = output.truncated or errors.truncated
    return CapturedRun(run, output.content(), errors.content(), truncated)


class _SpawnedWatch(Watch):
    """One supervised run whose worker is a process of its own making."""

    _process: subprocess.Popen[bytes]

    def _start(self, body: Body) -> bool:
        self._link, worker_link = os.pipe()
        request = pickle.dumps((sys.path, pickle.dumps((self._job, body))))
        root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
        token, inherited = _inheritable(worker_link)
        command = (
            f"import sys; sys.path.insert(0, {os.path.abspath(root)!r}); "
            "from repy_compat.supervisor.spawn import work; "
            f"work({token}, {os.getpid()})"
        )
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", command],
                stdin=subprocess.PIPE,
                stdout=self._outlets.worker_stdout,
                stderr=self._outlets.worker_stderr,
                env=_environment(),
                **inherited,
            )
        except OSError as error:
            self._verdict = verdict.no_process(error)
            self._reaped = True
            return False
        finally:
            os.close(worker_link)
            self._outlets.start()
        self._pid = self._process.pid
        assert self._process.stdin is not None
        try:
            # It stays open: its end tells the worker that we are gone.
            self._process.stdin.write(len(request).to_bytes(4, "big") + request)
            self._process.stdin.flush()
        except OSError:
            # The worker is gone already; its exit code tells more.
            return True
        return True

    def _watch(self) -> None:
        self._plan_from_the_start()
        arrived: list[bytes] = []
        start_new_thread(_carry, (os.dup(self._link), arrived))
        while not self._reaped and self._verdict is None:
            self._look_for_process_end()
            while arrived and arrived[0]:
                self._hear(arrived.pop(0))
            if self._signals.drain():
                self._verdict = verdict.interrupted(self._signals.arrived)
            if not self._reaped and self._verdict is None:
                self._verdict = self._agenda.serve()
        last_moment = time.monotonic() + 1.0
        while self._reaped and time.monotonic() < last_moment:
            # What it said last may still be on its way; an empty piece is the end.
            if arrived and not arrived[-1]:
                break
            time.sleep(0.001)
        for data in arrived:
            self._hear(data)

    def _look_for_process_end(self) -> None:
        try:
            status = self._process.wait(BLIND_PERIOD)
        except subprocess.TimeoutExpired:
            return
        self._note_exit(status)

    def _note_exit(self, status: int) -> None:
        self._reaped = True
        if status < 0:
            self._exit_signal = -status
        else:
            self._exit_code = status & 0xFF

    def _kill(self) -> None:
        self._process.kill()
        self._note_exit(self._process.wait())

    def _listen_to_the_rest(self) -> None:
        """The carrying thread reads the link."""

    def _clean_up(self) -> None:
        super()._clean_up()
        if self._pid > 0 and self._process.stdin is not None:
            self._process.stdin.close()


def _environment() -> dict[str, str]:
    """Nothing, or what Windows needs to start a process at all."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


def _inheritable(descriptor: int) -> tuple[int, dict[str, Any]]:
    """How the worker will know ``descriptor``, and what makes it inherit it."""
    if sys.platform == "win32":
        import msvcrt

        handle = msvcrt.get_osfhandle(descriptor)
        os.set_handle_inheritable(handle, True)
        return handle, {"close_fds": False}
    return descriptor, {"pass_fds": [descriptor]}


def _carry(descriptor: int, arrived: list[bytes]) -> None:
    """Read the link until its end; an empty piece tells the end."""
    while True:
        data = os.read(descriptor, 65536)
        arrived.append(data)
        if not data:
            os.close(descriptor)
            return


# -- the worker's side


def work(token: int, supervisor_pid: int) -> None:
    """What the fresh interpreter does: read the request, become the worker."""
    from repy_compat.supervisor.measure import ON_LINUX
    from repy_compat.supervisor.worker import run_worker

    link = token
    if sys.platform == "win32":
        import msvcrt

        link = msvcrt.open_osfhandle(token, os.O_WRONLY)
    size = int.from_bytes(_read(4), "big")
    sys.path[:], request = pickle.loads(_read(size))
    job, body = pickle.loads(request)
    run_worker(
        job,
        body,
        link_descriptor=link,
        # Where the kernel doesn't tell, the end of the request's pipe does.
        leash=-1 if ON_LINUX else os.dup(0),
        board=None,
        stdout=1,
        stderr=2,
        log_line=(-1, -1),
        supervisor_pid=supervisor_pid,
    )


def _read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.read(0, size - len(data))
        if not piece:
            os._exit(0)
        data += piece
    return data
