"""The supervisor: runs a body in a worker process and watches it to its end.

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
    INTERRUPTED,
    LIMIT_EXCEEDED,
    MONITOR_DIED,
    NO_THREAD,
    STARTUP_FAILED,
    STOPPED,
    TIMED_OUT,
    Ending,
)
from repy_compat.supervisor import wire
from repy_compat.supervisor.cpushare import CpuShare, is_limited
from repy_compat.supervisor.job import SupervisedRun
from repy_compat.supervisor.link import LONGEST_FRAME
from repy_compat.supervisor.measure import (
    ON_LINUX,
    MemoryMeter,
    folder_use,
    memory_use,
)
from repy_compat.supervisor.output import Outlets
from repy_compat.supervisor.status import StatusFile, stop_requested
from repy_compat.supervisor.worker import run_worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

    from repy_compat.supervisor.job import Body, Job

#: Seconds between two looks (Repy V1 specification, sections 2.5, 2.6 and 10.5 to
#: 10.7).
MEMORY_PERIOD = 0.1
HURRIED_MEMORY_PERIOD = 0.02
DISK_PERIOD = 0.5
STOP_FILE_PERIOD = 1.0
STATUS_PERIOD = 1.0
#: Bytes that a worker may say in all: more is an attempt to keep us busy.
MOST_TOLD = 8_000_000
#: Where the kernel has no descriptor for a process, its end is looked for.
BLIND_PERIOD = 0.02


def supervise(
    job: Job, body: Body, *, stdout: int = 1, stderr: int = 2, leash: int = -1
) -> SupervisedRun:
    """Run ``body`` in a worker process on the terms of ``job``.

    ``body`` is called in the worker with a ``WorkerLink``; what it returns is the
    exit code. ``stdout`` and ``stderr`` are the descriptors for its output. As
    soon as ``leash`` (a descriptor; -1: none) can be read or ends, so does the run.
    Returns when the worker has ended and everything of it is gone; sentences
    about limits, and about ends that nobody asked for, have then been written
    to ``stderr``. IsolationUnavailable if ``job.strict`` and a wall is missing;
    OSError if the vessel folder isn't there; UsageError if the log can't be written.
    """
    os.scandir(job.folder).close()
    if not hasattr(os, "fork"):
        from repy_compat.supervisor.spawn import supervise_spawned

        return supervise_spawned(job, body, stdout=stdout, stderr=stderr)
    return Watch(job, stdout, stderr, leash).run(body)


class Watch:
    """One supervised run, from the supervisor's side."""

    def __init__(self, job: Job, stdout: int, stderr: int, leash: int) -> None:
        self._job = job
        self._leash = leash
        self._worker_leash = -1
        self._begin = time.monotonic()
        self._outlets = Outlets(job, stdout, stderr)
        self._status = (
            None if job.status_prefix is None else StatusFile(job.status_prefix)
        )
        self._signals = _Signals()
        self._pid = 0
        self._reaped = False
        self._exit_code = 0
        self._exit_signal = 0
        self._link = -1
        self._received = bytearray()
        self._told = 0
        self._sealed = False
        self._board: mmap | None = None
        self._cpu: CpuShare | None = None
        self._meter: MemoryMeter | None = None
        self._memory_baseline = (0, 0)
        self._memory_before = 0
        self._stop_file_was_empty = False
        #: what is to be looked at: [when, function]; the function tells the
        #: seconds until the next time, or None for never again
        self._tasks: list[tuple[float, Callable[[], float | None]]] = []
        self._verdict: Ending | None = None
        self._sentence = ""
        self._message = ""
        self._end: dict[str, wire.Value] | None = None
        self._refusal: str | None = None
        self._result = SupervisedRun(Ending("killed", MONITOR_DIED))

    # -- from the start to the end

    def run(self, body: Body) -> SupervisedRun:
        self._publish("Started")
        self._signals.take()
        try:
            if self._start(body):
                self._watch()
        finally:
            self._clean_up()
            self._signals.give_back()
        self._tell()
        self._outlets.close()
        self._publish(self._final_state())
        self._result.seconds = time.monotonic() - self._begin
        if self._refusal is not None:
            raise IsolationUnavailable(self._refusal)
        return self._result

    def _start(self, body: Body) -> bool:
        """Make the worker; False if the system has no process left."""
        job = self._job
        self._link, worker_link = os.pipe()
        worker_leash = -1
        if not ON_LINUX:
            worker_leash, self._worker_leash = os.pipe()
        if is_limited(job.cpu):
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
            os.close(worker_link)
            self._verdict = Ending("startup", STARTUP_FAILED, str(error))
            self._sentence = f"repy: no process for the program: {error.strerror}\n"
            self._reaped = True
            self._outlets.start()
            return False
        if self._pid == 0:
            run_worker(
                job,
                body,
                link_descriptor=worker_link,
                leash=worker_leash,
                board=self._board,
                stdout=self._outlets.worker_stdout,
                stderr=self._outlets.worker_stderr,
                log_line=self._outlets.log_line,
                supervisor_pid=supervisor_pid,
            )
        os.close(worker_link)
        if worker_leash >= 0:
            os.close(worker_leash)
        self._outlets.start()
        return True

    def _watch(self) -> None:
        """Serve what happens until the worker has ended or has to."""
        self._plan_first_tasks()
        poll = select.poll()
        poll.register(self._link, select.POLLIN)
        os.set_blocking(self._link, False)
        process = _process_descriptor(self._pid)
        if process >= 0:
            poll.register(process, select.POLLIN)
        else:
            self._plan(BLIND_PERIOD, self._look_for_end)
        for descriptor in (self._signals.descriptor, self._leash):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        try:
            while not self._reaped and self._verdict is None:
                for descriptor, _ in poll.poll(self._milliseconds()):
                    if descriptor == process:
                        self._reap()
                    elif descriptor == self._link:
                        if not self._receive():
                            poll.unregister(self._link)
                    elif descriptor == self._leash:
                        self._verdict = Ending("interrupted", INTERRUPTED, "called off")
                    elif self._signals.drain():
                        self._interrupted()
                self._do_due_tasks()
        finally:
            if process >= 0:
                os.close(process)

    def _clean_up(self) -> None:
        """Whatever happened: no process, no descriptor, no memory is left."""
        if not self._reaped and self._pid > 0:
            self._kill()
        if self._pid > 0:
            self._receive()
        os.close(self._link)
        if self._worker_leash >= 0:
            os.close(self._worker_leash)
        if self._meter is not None:
            self._meter.close()
        if self._cpu is not None:
            self._result.stops = self._cpu.stops
        if self._board is not None:
            self._board.close()
        self._outlets.finish(self._signals.drain)

    # -- what is to be done when

    def _plan(self, delay: float, task: Callable[[], float | None]) -> None:
        self._tasks.append((time.monotonic() + delay, task))

    def _plan_first_tasks(self) -> None:
        job = self._job
        if job.disk is not None:
            self._plan(0.0, self._look_at_disk)
        if job.stop_file is not None:
            self._plan(0.0, self._look_for_stop_file)
        if self._status is not None:
            self._plan(STATUS_PERIOD, self._refresh_status)
        if job.timeout is not None:
            self._plan(job.timeout, self._time_out)

    def _milliseconds(self) -> int | None:
        """How long to sleep: until the next task, rounded up."""
        if not self._tasks:
            return None
        seconds = min(when for when, _ in self._tasks) - time.monotonic()
        return max(0, min(int(seconds * 1000) + 1, 3_600_000))

    def _do_due_tasks(self) -> None:
        now = time.monotonic()
        for item in [item for item in self._tasks if item[0] <= now]:
            if self._reaped or self._verdict is not None:
                return
            self._tasks.remove(item)
            try:
                delay = item[1]()
            except ProcessLookupError:
                # It ended between two looks; its descriptor tells so next.
                continue
            if delay is not None:
                self._plan(delay, item[1])

    # -- what the worker says

    def _receive(self) -> bool:
        """Read what the worker sent; False when its end of the link is closed."""
        while True:
            try:
                data = os.read(self._link, 65536)
            except BlockingIOError:
                return True
            if not data:
                return False
            if not self._feed(data):
                return False
            if self._end is None and not self._reaped:
                # One piece a turn: a worker that floods the link doesn't keep us
                # from measuring it.
                return True

    def _feed(self, data: bytes) -> bool:
        """Take what arrived on the link; False if nothing more is wanted of it."""
        self._received += data
        self._told += len(data)
        while self._take_frame():
            pass
        if len(self._received) > LONGEST_FRAME + 4 or self._told > MOST_TOLD:
            self._forged()
            return False
        return True

    def _forged(self) -> None:
        """The worker is no longer ours: no code of ours sends such a thing."""
        self._verdict = Ending("killed", LIMIT_EXCEEDED, "a forged message")
        self._sentence = "repy: the program's process sent what it can't have meant\n"

    def _take_frame(self) -> bool:
        received = self._received
        if len(received) < 5:
            return False
        size = int.from_bytes(received[:4], "big")
        if len(received) < size + 4:
            return False
        kind = bytes(received[4:5])
        payload = bytes(received[5 : size + 4])
        del received[: size + 4]
        try:
            self._take(kind, wire.loads(payload))
        except (wire.Malformed, KeyError, TypeError, ValueError):
            self._forged()
        return True

    def _take(self, kind: bytes, value: wire.Value) -> None:
        if kind == b"S" and not self._sealed and isinstance(value, dict):
            self._begin_to_measure(value)
        elif kind == b"R" and isinstance(value, dict):
            self._result.report = value
        elif kind == b"E" and isinstance(value, dict):
            self._end = value
            report = value.get("report")
            if isinstance(report, dict):
                self._result.report = report
        elif kind == b"U" and not self._sealed and isinstance(value, str):
            self._refusal = value

    def _begin_to_measure(self, told: dict[str, wire.Value]) -> None:
        """The program's first statement is next: its limits hold from here."""
        self._sealed = True
        self._memory_baseline = (_integer(told["private"]), _integer(told["total"]))
        self._result.rings = _texts(told["rings"])
        self._result.missing = _texts(told["missing"])
        if self._job.memory is not None:
            try:
                self._meter = MemoryMeter(self._pid)
            except OSError:
                return
            self._plan(HURRIED_MEMORY_PERIOD, self._look_at_memory)
        if self._job.cpu is not None and is_limited(self._job.cpu):
            self._cpu = CpuShare(self._job.cpu, self._pid, self._board)
            self._plan(CpuShare.PERIOD, self._look_at_cpu)

    # -- what is looked at

    def _look_at_cpu(self) -> float | None:
        assert self._cpu is not None
        if self._job.cpu is not None and not self._job.cpu > 0:
            # The reference divides by it and its monitor dies (Repy V1
            # specification, section 21).
            self._verdict = Ending("limit", MONITOR_DIED, "the cpu limit is zero")
            self._sentence = "Monitor process died! Terminating!\n"
            return None
        return self._cpu.look()

    def _look_at_memory(self) -> float | None:
        assert self._meter is not None and self._job.memory is not None
        use = memory_use(self._meter.read(), self._memory_baseline)
        if use > self._job.memory:
            self._exceed("memory", "Memory", use, self._job.memory)
            return None
        growth, self._memory_before = use - self._memory_before, use
        hurried = 3 * growth > self._job.memory - use
        return HURRIED_MEMORY_PERIOD if hurried else MEMORY_PERIOD

    def _look_at_disk(self) -> float | None:
        assert self._job.disk is not None
        use = folder_use(self._job.folder)
        if use > self._job.disk:
            self._exceed("diskused", "Disk", use, self._job.disk)
        return DISK_PERIOD

    def _exceed(self, resource: str, name: str, use: int, limit: float) -> None:
        self._sentence = (
            f"{name} use '{use}' over limit '{float(limit)!r}'. "
            "Impolitely killing child!\n"
        )
        detail = f"{resource}: {use} over {float(limit)!r}"
        self._verdict = Ending("limit", LIMIT_EXCEEDED, detail)

    def _look_for_stop_file(self) -> float | None:
        assert self._job.stop_file is not None
        request = stop_requested(self._job.stop_file)
        if request is None:
            return STOP_FILE_PERIOD
        if request.empty and not self._stop_file_was_empty:
            # Perhaps its writer has only just created it.
            self._stop_file_was_empty = True
            return 0.1
        self._verdict = Ending("stopped", request.code, "by the stop file")
        self._message = request.message
        return None

    def _refresh_status(self) -> float | None:
        self._publish("Started")
        return STATUS_PERIOD

    def _time_out(self) -> float | None:
        seconds = self._job.timeout
        detail = f"still running after {seconds:g} seconds"
        self._verdict = Ending("timeout", TIMED_OUT, detail)
        self._sentence = f"repy: the program was ended after {seconds:g} seconds\n"
        return None

    def _look_for_end(self) -> float | None:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            return BLIND_PERIOD
        self._note_status(status)
        return None

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

    def _interrupted(self) -> None:
        number = self._signals.arrived
        if number == _signal.SIGINT:
            self._verdict = Ending("interrupted", INTERRUPTED)
            self._sentence = "repy: interrupted; the program was ended\n"
        else:
            name = signal_name(number)
            self._verdict = Ending("interrupted", 128 + number, f"by {name}")
            self._sentence = f"repy: ended by {name}, and the program with it\n"

    # -- what is told

    def _tell(self) -> None:
        """Settle how the run ended, and write the sentence about it."""
        ending = self._verdict or self._natural_ending()
        self._result.ending = ending
        if self._message:
            self._outlets.say(self._message + "\n")
        if self._sentence:
            self._outlets.complain(self._sentence)

    def _natural_ending(self) -> Ending:
        """How a worker ended that we didn't end."""
        number = self._exit_signal
        if number:
            name = signal_name(number)
            self._sentence = f"repy: the program's process was ended by {name}\n"
            return Ending("killed", 128 + number, f"by {name}")
        code = self._exit_code
        told = self._end
        if self._refusal is not None:
            return Ending("startup", STARTUP_FAILED, self._refusal)
        if told is None or told.get("code") != code:
            return Ending("internal", code, "the worker ended without a word")
        return Ending(_text(told.get("how")), code, _text(told.get("detail")))

    def _final_state(self) -> str:
        ending = self._result.ending
        if ending.how == "stopped" and ending.code == STOPPED:
            return "Stopped"
        if ending.how == "no thread" and ending.code == NO_THREAD:
            return "ThreadErr"
        return "Terminated"

    def _publish(self, state: str) -> None:
        if self._status is not None:
            self._status.write(state)


class _Signals:
    """Ctrl-C and its like, noted instead of raised: no step is left half done."""

    _NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

    def __init__(self) -> None:
        self.arrived = 0
        self.descriptor = -1
        self._wakeup = -1
        self._before: list[tuple[int, object]] = []
        self._wakeup_before = -1

    def take(self) -> None:
        """From here on the signals only wake the supervisor."""
        try:
            for name in self._NAMES:
                number = getattr(_signal, name, None)
                if number is None or _signal.getsignal(number) is _signal.SIG_IGN:
                    # Ignored by whoever started us (nohup, a shell's background).
                    continue
                self._before.append((number, _signal.signal(number, self._note)))
        except ValueError:
            # Not the main thread: signals are somebody else's here.
            return
        self.descriptor, self._wakeup = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._wakeup, False)
        self._wakeup_before = _signal.set_wakeup_fd(
            self._wakeup, warn_on_full_buffer=False
        )

    def give_back(self) -> None:
        """Restore the handlers as they were."""
        if self.descriptor < 0:
            return
        _signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before:
            if handler is not None:
                _signal.signal(number, handler)
        os.close(self.descriptor)
        os.close(self._wakeup)
        self.descriptor = -1

    def _note(self, number: int, frame: object) -> None:
        self.arrived = number

    def drain(self) -> bool:
        """Take the wake-up bytes; whether a signal of ours has arrived."""
        if self.descriptor >= 0:
            try:
                os.read(self.descriptor, 4096)
            except BlockingIOError:
                return self.arrived != 0
        return self.arrived != 0


def signal_name(number: int) -> str:
    """For example ``signal 9 (SIGKILL)``."""
    for name in dir(_signal):
        is_signal = name.startswith("SIG") and not name.startswith("SIG_")
        if is_signal and getattr(_signal, name) == number:
            return f"signal {number} ({name})"
    return f"signal {number}"


def _process_descriptor(pid: int) -> int:
    """A descriptor that becomes readable when ``pid`` ends, or -1."""
    if not hasattr(os, "pidfd_open"):
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _integer(value: wire.Value) -> int:
    if type(value) is not int:
        raise TypeError("not an integer")
    return value


def _text(value: wire.Value) -> str:
    return value[:10_000] if isinstance(value, str) else ""


def _texts(value: wire.Value) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(_text(item) for item in value)
