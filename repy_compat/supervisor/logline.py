"""The line on which a worker writes pieces into the supervisor's circular log.

A program may read its own log, so a piece has to be in it when the statement that
printed it is over; and a log treats a large piece otherwise than many small ones
(Repy V1 specification, section 12.3). So a piece is sent whole, behind its length,
and the worker waits for one byte in answer.
"""

from __future__ import annotations

import os
import time
from _thread import allocate_lock, start_new_thread
from errno import EAGAIN

from repy_compat.world.base import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: The longest part of a piece that is sent at once. Longer than both files of a log,
#: so that the parts of a piece end as the piece would.
LONGEST_PART = 65536


class LoggedOutput(Output):
    """The worker's end: an output whose pieces are in the log when it returns."""

    def __init__(self, pieces: int, answers: int) -> None:
        self._pieces = pieces
        self._answers = answers
        self._lock = allocate_lock()

    def write(self, text: str) -> None:
        """Deliver one piece."""
        data = text.encode("latin-1", "replace")
        # An odd part comes first: what the log keeps is decided by the last one.
        end = len(data) % LONGEST_PART or LONGEST_PART
        with self._lock:
            while data:
                self._deliver(data[:end])
                data, end = data[end:], LONGEST_PART

    def _deliver(self, part: bytes) -> None:
        message = len(part).to_bytes(4, "big") + part
        try:
            while message:
                message = message[os.write(self._pieces, message) :]
            os.read(self._answers, 1)
        except OSError:
            # No supervisor any more: this process is about to end, too.
            return


class Recorder:
    """The supervisor's end: writes the pieces with ``write``, in a thread.

    ``worker_ends`` are the descriptors for the worker.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._pieces, their_pieces = os.pipe()
        their_answers, self._answers = os.pipe()
        self.worker_ends = (their_pieces, their_answers)
        self._done = allocate_lock()
        #: Processor seconds of the thread so far.
        self.spent = 0.0

    def start(self) -> None:
        """After the worker was made: close its ends and begin to record."""
        for descriptor in self.worker_ends:
            os.close(descriptor)
        self._done.acquire()
        try:
            start_new_thread(self._record, ())
        except RuntimeError:
            self._give_up()
            raise OSError(EAGAIN, "the system has no thread left") from None

    def finish(self, given_up: Callable[[], bool]) -> None:
        """After the worker's end: wait until all it sent is written."""
        while not self._done.acquire(timeout=0.1):
            if given_up():
                return
        self._done.release()

    def _record(self) -> None:
        try:
            while True:
                size = int.from_bytes(self._read(4), "big")
                if not 0 < size <= LONGEST_PART:
                    return
                self._write(self._read(size))
                os.write(self._answers, b"+")
                self.spent = time.thread_time()
        except OSError:
            # The end of the worker, a full disk, or a worker that won't listen.
            return
        finally:
            self._give_up()

    def _give_up(self) -> None:
        os.close(self._pieces)
        os.close(self._answers)
        self._done.release()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = os.read(self._pieces, size - len(data))
            if not piece:
                raise OSError("the worker has ended")
            data += piece
        return data
