"""The watch: runs a body in a worker process and looks after it to its end.

The worker is a fork of the calling process, so everything that was imported is
already there: the fork is the warm start. From then on the supervisor sleeps in
``poll`` until the worker speaks or ends, a signal arrives, or something is to be
measured. It never waits on anything that the worker could hold up.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import select
import sys
import time

from repy_compat.errors import IsolationUnavailable
from repy_compat.outcome import (
    MONITOR_DIED,
    NO_THREAD,
    STARTUP_FAILED,
    STOPPED,
    Ending,
)
from repy_compat.supervisor import verdict
from repy_compat.supervisor.agenda import Agenda, Limits
from repy_compat.supervisor.cpushare import is_limited
from repy_compat.supervisor.hearing import Forged, Hearing, text_of
from repy_compat.supervisor.job import SupervisedRun
from repy_compat.supervisor.measure import ON_LINUX
from repy_compat.supervisor.output import Outlets
from repy_compat.supervisor.signals import Signals
from repy_compat.supervisor.status import StatusFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap
    from typing import NoReturn

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.link import Body
    from repy_compat.supervisor.verdict import Verdict

#: Seconds between two status files (Repy V1 specification, section 2.6).
STATUS_PERIOD = 1.0
#: Where the kernel has no descriptor for a process, its end is looked for.
BLIND_PERIOD = 0.02
#: The ends that a worker can come to by itself.
_OWN_ENDINGS = frozenset(
    (
        *("normal", "exitall", "systemexit", "exception", "refused", "startup"),
        *("no event", "no thread", "internal"),
    )
)


class Watch:
    """One supervised run, from the supervisor's side."""

    def __init__(self, job: Job, stdout: int, stderr: int, leash: int) -> None:
        self._job = job
        self._leash = leash
        self._begin = time.monotonic()
        prefix = job.status_prefix
        self._status = None if prefix is None else StatusFile(prefix)
        self._signals = Signals()
        self._outlets = Outlets(job, stdout, stderr, self._signals.drain)
        self._agenda = Agenda()
        self._limits = Limits(job, self._agenda, self._outlets.seconds_spent)
        self._hearing = Hearing()
        self._verdict: Verdict | None = None
        # The worker: its process, and what ties it to us.
        self._pid = 0
        self._reaped = False
        self._exit_code = 0
        self._exit_signal = 0
        self._link = -1
        self._worker_leash = -1
        self._board: mmap | None = None

    # -- from the start to the end

    def run(self, body: Body) -> SupervisedRun:
        """The whole run; see ``supervisor.supervise``."""
        self._publish("Started")
        self._signals.take()
        try:
            try:
                if self._start(body):
                    self._watch()
            finally:
                self._clean_up()
            run = self._tell()
        finally:
            self._signals.give_back()
        self._outlets.close()
        self._publish(_final_state(run.ending))
        if self._hearing.refusal is not None:
            raise IsolationUnavailable(self._hearing.refusal)
        return run

    def _start(self, body: Body) -> bool:
        """Make the worker; False if the system has no process left."""
        self._link, worker_link = os.pipe()
        worker_leash = -1
        if not ON_LINUX:
            worker_leash, self._worker_leash = os.pipe()
        if is_limited(self._job.cpu):
            from mmap import mmap

            from repy_compat.supervisor.link import BOARD_SIZE

            self._board = mmap(-1, BOARD_SIZE)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                # What lies in their buffers would be written twice.
                stream.flush()
        supervisor_pid = os.getpid()
        try:
            self._pid = os.fork()
        except OSError as error:
            self._verdict = verdict.no_process(error)
            self._reaped = True
        if self._pid == 0 and not self._reaped:
            self._be_the_worker(body, worker_link, worker_leash, supervisor_pid)
        os.close(worker_link)
        if worker_leash >= 0:
            os.close(worker_leash)
        self._outlets.start()
        return not self._reaped

    def _be_the_worker(
        self, body: Body, link: int, leash: int, supervisor_pid: int
    ) -> NoReturn:
        """What the new process does; its modules are loaded while we begin to watch."""
        try:
            from repy_compat.supervisor.worker import run_worker

            run_worker(
                self._job,
                body,
                link_descriptor=link,
                leash=leash,
                board=self._board,
                stdout=self._outlets.worker_stdout,
                stderr=self._outlets.worker_stderr,
                log_line=self._outlets.log_line,
                supervisor_pid=supervisor_pid,
            )
        finally:
            os._exit(MONITOR_DIED)

    def _watch(self) -> None:
        """Serve what happens until the worker has ended or has to."""
        self._plan_from_the_start()
        poll = select.poll()
        os.set_blocking(self._link, False)
        process = _process_descriptor(self._pid)
        if process < 0:
            self._agenda.plan(BLIND_PERIOD, self._look_for_end)
        for descriptor in (self._link, process, self._signals.descriptor, self._leash):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        try:
            while not self._reaped and self._verdict is None:
                for descriptor, _ in poll.poll(self._agenda.milliseconds()):
                    if descriptor == process:
                        self._reap()
                    elif descriptor == self._link:
                        if not self._listen():
                            poll.unregister(self._link)
                    elif descriptor == self._leash:
                        self._verdict = verdict.called_off()
                    elif self._signals.drain():
                        self._verdict = verdict.interrupted(self._signals.arrived)
                if not self._reaped and self._verdict is None:
                    self._verdict = self._agenda.serve()
        finally:
            if process >= 0:
                os.close(process)

    def _clean_up(self) -> None:
        """Whatever happened: no process, no descriptor, no memory is left."""
        if not self._reaped and self._pid > 0:
            self._kill()
        if self._pid > 0:
            self._listen_to_the_rest()
        for descriptor in (self._link, self._worker_leash):
            if descriptor >= 0:
                os.close(descriptor)
        self._limits.close()
        if self._board is not None:
            self._board.close()
        self._outlets.finish()

    # -- what is looked at

    def _plan_from_the_start(self) -> None:
        self._limits.plan_from_the_start(self._pid)
        if self._status is not None:
            self._agenda.plan(STATUS_PERIOD, self._refresh_status)

    def _refresh_status(self) -> float:
        self._publish("Started")
        return STATUS_PERIOD

    def _look_for_end(self) -> float | None:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            return BLIND_PERIOD
        self._note_status(status)
        return None

    # -- what the worker says

    def _listen(self) -> bool:
        """Take one piece from the link; False when its other end is closed.

        One piece a turn: a worker that floods the link doesn't keep us from
        measuring it.
        """
        try:
            data = os.read(self._link, 65536)
        except BlockingIOError:
            return True
        self._hear(data)
        return bool(data)

    def _listen_to_the_rest(self) -> None:
        """After the worker's end: what is left in the link, which isn't much."""
        try:
            while data := os.read(self._link, 65536):
                self._hear(data)
        except BlockingIOError:
            return

    def _hear(self, data: bytes) -> None:
        was_sealed = self._hearing.seal is not None
        try:
            self._hearing.feed(data)
        except Forged:
            self._verdict = self._verdict or verdict.forged()
            return
        seal = self._hearing.seal
        if seal is not None and not was_sealed and not self._reaped:
            try:
                self._limits.plan_from_the_seal(seal.memory, self._board)
            except ProcessLookupError:
                # A short program: its end is what we hear of next.
                return

    # -- its process

    def _reap(self) -> None:
        self._note_status(os.waitpid(self._pid, 0)[1])

    def _note_status(self, status: int) -> None:
        self._reaped = True
        if os.WIFSIGNALED(status):
            self._exit_signal = os.WTERMSIG(status)
        else:
            self._exit_code = os.WEXITSTATUS(status)

    def _kill(self) -> None:
        os.kill(self._pid, _signal.SIGKILL)
        self._reap()

    # -- what is told

    def _tell(self) -> SupervisedRun:
        """Settle how the run ended, and write the sentence about it."""
        if self._verdict is None and self._exit_signal:
            self._verdict = verdict.killed(self._exit_signal)
        if self._verdict is None:
            run = SupervisedRun(self._own_ending())
            if run.ending.detail == verdict.WITHOUT_A_WORD:
                self._outlets.complain(f"repy: {verdict.WITHOUT_A_WORD}\n")
        else:
            run = SupervisedRun(self._verdict.ending)
            if self._verdict.message:
                self._outlets.say(self._verdict.message)
            if self._verdict.complaint:
                self._outlets.complain(self._verdict.complaint)
        run.report = self._hearing.report
        if self._hearing.seal is not None:
            run.rings = self._hearing.seal.rings
            run.missing = self._hearing.seal.missing
        run.stops = self._limits.stops
        run.seconds = time.monotonic() - self._begin
        return run

    def _own_ending(self) -> Ending:
        """How a worker ended that nobody ended, by its own words and its exit code."""
        code = self._exit_code
        told = self._hearing.end
        if self._hearing.refusal is not None:
            return Ending("startup", STARTUP_FAILED, self._hearing.refusal)
        if told is None or told.get("code") != code:
            code = code or MONITOR_DIED
            return Ending("internal", code, verdict.WITHOUT_A_WORD)
        how = text_of(told, "how")
        if how not in _OWN_ENDINGS:
            # A limit, a timeout or a signal: that would be for us to say.
            return Ending(
                "internal", code, "the worker named an end that isn't its own"
            )
        return Ending(how, code, text_of(told, "detail"))

    def _publish(self, state: str) -> None:
        if self._status is not None:
            self._status.write(state)


def _final_state(ending: Ending) -> str:
    if ending.how == "stopped" and ending.code == STOPPED:
        return "Stopped"
    if ending.how == "no thread" and ending.code == NO_THREAD:
        return "ThreadErr"
    return "Terminated"


def _process_descriptor(pid: int) -> int:
    """A descriptor that becomes readable when ``pid`` ends, or -1."""
    if not hasattr(os, "pidfd_open"):
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1
