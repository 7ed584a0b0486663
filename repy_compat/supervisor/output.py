"""The worker's two outputs: straight through, to a terminal, or into the log.

Where the output is a new file or a pipe, the worker writes to it itself. A terminal
is never handed to the worker: it could read the keyboard through it and type into
it. Neither is a file that has content, nor a socket. There, and for a circular log,
the supervisor stands in between with one thread, so that a terminal that was halted
never keeps it from watching.
"""

from __future__ import annotations

import os
import select
import stat
import time
from _thread import allocate_lock, start_new_thread
from errno import EAGAIN

from repy_compat.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.logline import Recorder
    from repy_compat.world.circularlog import CircularLog

#: Bytes carried at once: as many as one file of a circular log holds.
_CHUNK = 16384
#: What any pipe takes at once when it can be written to at all.
_PIECE = 512
#: Milliseconds to wait for a reader before asking whether to go on waiting.
_PATIENCE = 100


class Outlets:
    """Where one run's output goes.

    ``worker_stdout`` and ``worker_stderr`` are the descriptors for the worker;
    ``log_line`` are two more for the pieces of a log, or (-1, -1). Where nobody reads,
    ``given_up`` is asked now and then whether to stop waiting for it.
    """

    def __init__(
        self, job: Job, stdout: int, stderr: int, given_up: Callable[[], bool]
    ) -> None:
        self._given_up = given_up
        self._pumps: list[_Pump] = []
        self._log: CircularLog | None = None
        self._recorder: Recorder | None = None
        self.log_line = (-1, -1)
        out: _Pump | None
        error: _Pump | None
        if job.logfile is not None:
            from repy_compat.world.circularlog import CircularLog

            try:
                self._log = CircularLog(job.logfile)
            except OSError as failure:
                sentence = f"can't write the log {job.logfile}: {failure.strerror}"
                raise UsageError(sentence) from None
            out = error = self._pump(self._log.write)
            from repy_compat.supervisor.logline import Recorder

            self._recorder = Recorder(self._log.write)
            self.log_line = self._recorder.worker_ends
        else:
            out = self._pump_for(stdout, job.raw)
            same = out is not None and _are_same(stdout, stderr)
            # One pipe for both keeps what was written in its order.
            error = out if same else self._pump_for(stderr, job.raw)
        self._stdout = stdout
        self._stderr = stderr
        self._out = out
        self._error = error
        self.worker_stdout = stdout if out is None else out.entrance
        self.worker_stderr = stderr if error is None else error.entrance
        # A worker that was taken over can change how what it shares with us waits.
        self._waiting = [
            descriptor
            for descriptor, pump in ((stdout, out), (stderr, error))
            if pump is None and hasattr(os, "fork") and os.get_blocking(descriptor)
        ]

    def _pump(
        self, write: Callable[[bytes], object], end: Callable[[], object] = bool
    ) -> _Pump:
        pump = _Pump(write, end)
        self._pumps.append(pump)
        return pump

    def _pump_for(self, descriptor: int, raw: bool) -> _Pump | None:
        if os.isatty(descriptor):
            terminal = _Terminal(descriptor, raw)
            return self._pump(terminal.write, terminal.flush)
        if _is_only_output(descriptor):
            return None
        return self._pump(lambda data: write_all(descriptor, data))

    def start(self) -> None:
        """After the worker was made: close its ends and begin to carry."""
        for carrier in self._carriers():
            carrier.start()

    def finish(self) -> None:
        """After the worker's end: wait until all it wrote has been delivered."""
        for carrier in self._carriers():
            carrier.finish(self._given_up)
        for descriptor in self._waiting:
            os.set_blocking(descriptor, True)

    def seconds_spent(self) -> float:
        """Processor time that carrying the worker's output took."""
        return sum(carrier.spent for carrier in self._carriers())

    def _carriers(self) -> list[_Pump | Recorder]:
        recorder = [] if self._recorder is None else [self._recorder]
        return [*recorder, *self._pumps]

    def say(self, text: str) -> None:
        """Write to the program's standard output, behind what it wrote."""
        self._write(self._out, self._stdout, text)

    def complain(self, text: str) -> None:
        """Write to the program's standard error, behind what it wrote."""
        self._write(self._error, self._stderr, text)

    def close(self) -> None:
        """Release the log; nothing can be written afterwards."""
        if self._log is not None:
            self._log.close()

    def _write(self, pump: _Pump | None, descriptor: int, text: str) -> None:
        data = text.encode("latin-1", "replace")
        while data and (self._log is not None or self._has_room(descriptor)):
            piece, data = data[:_PIECE], data[_PIECE:]
            if pump is not None:
                pump.write(piece)
            else:
                write_all(descriptor, piece)

    def _has_room(self, descriptor: int) -> bool:
        """Wait until a piece can be written; False if that was given up."""
        if not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        while not poll.poll(_PATIENCE):
            if self._given_up():
                return False
        return True


class _Pump:
    """A pipe, and a thread that carries what comes out of it; then it calls ``end``."""

    def __init__(
        self, write: Callable[[bytes], object], end: Callable[[], object]
    ) -> None:
        self._exit, self.entrance = os.pipe()
        self._deliver = write
        self._deliver_rest = end
        self._done = allocate_lock()
        self._failed = False
        #: Processor seconds of the thread so far.
        self.spent = 0.0

    def start(self) -> None:
        os.close(self.entrance)
        self.entrance = -1
        self._done.acquire()
        try:
            start_new_thread(self._carry, ())
        except RuntimeError:
            self._give_up()
            raise OSError(EAGAIN, "the system has no thread left") from None

    def _carry(self) -> None:
        try:
            while True:
                data = os.read(self._exit, _CHUNK)
                if not data:
                    break
                self.write(data)
                self.spent = time.thread_time()
            self._deliver_rest()
        except OSError:
            # A terminal that is gone has no use for the rest of a character.
            self._failed = True
        finally:
            self._give_up()

    def _give_up(self) -> None:
        os.close(self._exit)
        self._done.release()

    def finish(self, given_up: Callable[[], bool]) -> None:
        while not self._done.acquire(timeout=0.1):
            if given_up():
                return
        self._done.release()

    def write(self, data: bytes) -> None:
        """Deliver ``data``; after a failure nothing more is tried."""
        if self._failed:
            return
        try:
            self._deliver(data)
        except OSError:
            # A closed terminal or a full disk. The program isn't to be blocked
            # by it: what it writes goes nowhere from here on.
            self._failed = True


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of ``data``; a reader that has left is nobody's concern."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        return


def _are_same(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def _is_only_output(descriptor: int) -> bool:
    """Whether nothing can be had or spoilt through ``descriptor``.

    Through one that can be read, an escaped program could read; in a file that
    others have written to, it could overwrite what they wrote.
    """
    status = os.fstat(descriptor)
    if stat.S_ISCHR(status.st_mode):
        return True
    if stat.S_ISREG(status.st_mode):
        return status.st_size == 0
    return not stat.S_ISSOCK(status.st_mode)


class _Terminal:
    """A terminal; unless ``raw``, nothing arrives that it would act on."""

    def __init__(self, descriptor: int, raw: bool) -> None:
        self._descriptor = descriptor
        self._filter = None
        if not raw:
            from repy_compat.world.output import TerminalFilter

            self._filter = TerminalFilter()

    def write(self, data: bytes) -> None:
        if self._filter is not None:
            data = self._filter.feed(data)
        self._put(data)

    def flush(self) -> None:
        """What the filter held back: the first part of a character."""
        if self._filter is not None:
            self._put(self._filter.flush())

    def _put(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]
