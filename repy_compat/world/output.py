"""Where a run's output goes: a stream of the system, memory, a careful terminal."""

from __future__ import annotations

import os
from _thread import allocate_lock

from repy_compat.world.base import Output


class StreamOutput(Output):
    """A file descriptor, written without buffer: what was written is out.

    Pieces of several events are never mixed. When nobody reads the other end any
    more (a closed pipe), further text is thrown away and ``broken`` is True.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = allocate_lock()
        self.broken = False

    def write(self, text: str) -> None:
        """Deliver one piece. OSError for a full disk and the like."""
        data = text.encode("latin-1", "replace")
        with self._lock:
            while data and not self.broken:
                try:
                    written = os.write(self._descriptor, data)
                except BlockingIOError:
                    self._wait_until_writable()
                except BrokenPipeError:
                    self.broken = True
                else:
                    if written == len(data):
                        return
                    data = data[written:]

    def _wait_until_writable(self) -> None:
        """Somebody made the descriptor non-blocking, and its buffer is full."""
        import select

        select.select([], [self._descriptor], [])


class MemoryOutput(Output):
    """Output kept in memory, for runs inside another Python program.

    Keeps at most ``limit`` characters, the first ones; ``truncated`` tells whether
    more came. No limit if it is None.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._pieces: list[str] = []
        self._room = limit
        self._lock = allocate_lock()
        self.truncated = False

    def write(self, text: str) -> None:
        """Keep one piece, as far as there is room."""
        with self._lock:
            if self._room is not None:
                if len(text) > self._room:
                    self.truncated = True
                    text = text[: self._room]
                self._room -= len(text)
            self._pieces.append(text)

    def text(self) -> str:
        """Everything kept so far."""
        with self._lock:
            self._pieces = ["".join(self._pieces)]
            return self._pieces[0]


# Line feed and tab are what text needs; everything else that a terminal may act on
# is shown as <1b> and the like.
_SHOWN = {
    code: f"<{code:02x}>"
    for code in (*range(32), *range(127, 160))
    if chr(code) not in "\n\t"
}


class TerminalFilter(Output):
    """Makes text harmless for a terminal: control characters are spelt out.

    Without it a program could move the cursor, set colours or answer for the
    user. Lines, tabs and letters stay as they are.
    """

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, text: str) -> None:
        """Deliver one piece, its control characters spelt out."""
        self._output.write(text.translate(_SHOWN))
