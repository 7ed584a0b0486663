"""Where a run's output goes: a stream of the system, memory, a careful terminal."""

from __future__ import annotations

import os
from _thread import RLock

from repy_compat.world.base import Output


class StreamOutput(Output):
    """A file descriptor, written without buffer: what was written is out.

    Pieces of several events are never mixed. With ``careless``, further text is
    thrown away after a failure (a full disk, a pipe that nobody reads any more), and
    ``broken`` is True.
    """

    def __init__(self, descriptor: int, *, careless: bool = False) -> None:
        self._descriptor = descriptor
        self._careless = careless
        # Reentrant: a finaliser that the collector runs in here may write, too.
        self._lock = RLock()
        self.broken = False

    def write(self, text: str) -> None:
        """Deliver one piece. OSError if that can't be done, unless careless.

        As in Python 2, a pipe that nobody reads any more is such an error: it ends a
        program that would write for ever.
        """
        data = text.encode("latin-1", "replace")
        with self._lock:
            while data and not self.broken:
                try:
                    written = os.write(self._descriptor, data)
                except BlockingIOError:
                    self._wait_until_writable()
                except OSError:
                    if not self._careless:
                        raise
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
        self._lock = RLock()  # reentrant for finalisers
        self.truncated = False

    def write(self, text: str) -> None:
        """Keep one piece, as far as there is room."""
        size = len(text)
        with self._lock:
            room = self._room
            if room is not None:
                # No call between reading and writing the room: no finaliser either.
                self._room = room - size if size <= room else 0
                if size > room:
                    self.truncated = True
                    text = text[:room]
            self._pieces.append(text)

    def text(self) -> str:
        """Everything kept so far."""
        return "".join(list(self._pieces))


class TerminalFilter:
    """Makes bytes harmless for a terminal: what it would act on is spelt out.

    Without it a program could move the cursor, hide text, or type for the user.
    Line ends, tabs and letters (UTF-8 or not) stay as they are; other control
    characters appear as ``<1b>``. A character may be cut between two pieces: the
    first part appears with the second piece, or with ``flush``.
    """

    def __init__(self) -> None:
        from codecs import getincrementaldecoder

        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")

    def feed(self, data: bytes) -> bytes:
        """The harmless form of one piece."""
        return self._harmless(self._decoder.decode(data))

    def flush(self) -> bytes:
        """What is left over at the end."""
        return self._harmless(self._decoder.decode(b"", final=True))

    def _harmless(self, text: str) -> bytes:
        return text.translate(_SHOWN).encode("utf-8", "surrogateescape")


def harmless(text: str) -> str:
    """Text that may be a stranger's, within a sentence of ours for a terminal.

    As ``TerminalFilter`` shows it, and nothing returns to the line's beginning.
    """
    return text.translate(_SHOWN).replace("\r", "<0d>")


def _spelt_out() -> dict[int, str]:
    """A translation of everything that a terminal may act on."""
    controls = [*range(0x20), *range(0x7F, 0xA0)]
    # A byte that isn't UTF-8 arrives as a surrogate; an old terminal may take
    # these for control characters.
    lone = {0xDC00 + code: f"<{code:02x}>" for code in range(0x80, 0xA0)}
    # Characters that make text appear in another order than it is.
    order = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    shown = {code: f"<{code:02x}>" for code in controls + order}
    del shown[ord("\n")], shown[ord("\t")], shown[ord("\r")]
    return shown | lone


_SHOWN = _spelt_out()
