"""A V1 file from inside: a raw file with a position and a buffer for reading.

Repy V1 specification, section 13.3. A file has one file object at a time, so
the buffer can only be outdated by the object's own writes, which drop it.
Every operation is atomic against others on the same object.
"""

from __future__ import annotations

from repy_compat.api.exceptions import Py2IOError, Py2ValueError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.api.turns import Turn
    from repy_compat.world.base import RawFile

_CHUNK = 32768
_LARGEST_OFFSET = 2**63 - 1
_FAR = 2**62  # no file is as long; near the largest offset the system refuses reads
_INVALID = (22, "Invalid argument")


class PositionedFile:
    """An open file with a position, in bytes from its start.

    What the operating system refuses is Python 2's IOError; any use after
    ``detach`` is the ValueError of closed files.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_buffer_start",
        "_turn",
        "_position",
        "_raw",
    )

    def __init__(self, raw: RawFile, position: int, turn: Turn) -> None:
        self._raw: RawFile | None = raw
        self._position = position
        self._turn = turn
        self._buffer = ""
        self._buffer_start = 0

    @property
    def is_closed(self) -> bool:
        """Whether ``detach`` was called."""
        return self._raw is None

    def detach(self) -> None:
        """Closed from now on; waits for an operation that another event is in."""
        with self._turn:
            self._raw = None
            self._buffer = ""

    def read(self, size: int) -> str:
        """Up to ``size`` bytes from the position on; negative: up to the end."""
        with self._turn:
            try:
                return self._read(self._need_raw(), size)
            except OSError as error:
                raise Py2IOError(error.errno, error.strerror) from None

    def readline(self, size: int) -> str:
        """Up to and with the next line end, at most ``size`` bytes if not negative."""
        with self._turn:
            try:
                return self._readline(self._need_raw(), size)
            except OSError as error:
                raise Py2IOError(error.errno, error.strerror) from None

    def readlines(self, size: int) -> list[str]:
        """The lines up to the one that reaches ``size`` bytes; all if not positive."""
        with self._turn:
            try:
                return self._readlines(self._need_raw(), size)
            except OSError as error:
                raise Py2IOError(error.errno, error.strerror) from None

    def write(self, data: str) -> None:
        """Write ``data`` at the position, through to the operating system."""
        with self._turn:
            try:
                self._need_raw().write_at(data, self._position)
                self._position += len(data)
                self._buffer = ""
                return
            except OSError as error:
                raise Py2IOError(error.errno, error.strerror) from None

    def seek(self, offset: int, whence: int) -> None:
        """Move to ``offset`` from the start (0), the position (1) or the end (2)."""
        with self._turn:
            raw = self._need_raw()
            if whence == 0:
                target = offset
            elif whence == 1:
                target = self._position + offset
            elif whence == 2:
                target = raw.size() + offset
            else:
                target = -1
            if not 0 <= target <= _LARGEST_OFFSET:
                raise Py2IOError(*_INVALID)
            self._position = target

    def _need_raw(self) -> RawFile:
        if self._raw is None:
            raise Py2ValueError("Invalid file object (probably closed).")
        return self._raw

    def _read(self, raw: RawFile, size: int) -> str:
        if 0 <= size <= _CHUNK and self._position < _FAR:
            piece = raw.read_at(size, self._position)
            self._position += len(piece)
            return piece
        # Never more than is there: a program's size may be any number.
        left = max(raw.size() - self._position, 0)
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            piece = raw.read_at(wanted, self._position)
            if not piece:
                break
            pieces.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else "".join(pieces)

    def _readline(self, raw: RawFile, size: int) -> str:
        line = self._from_buffer(raw, size)
        if line[-1:] == "\n" or len(line) == size:
            return line
        # The line goes on behind the buffer.
        pieces = [line]
        length = len(line)
        while line and line[-1:] != "\n" and length != size:
            line = self._from_buffer(raw, size - length if size >= 0 else -1)
            pieces.append(line)
            length += len(line)
        return "".join(pieces)

    def _from_buffer(self, raw: RawFile, size: int) -> str:
        """The part of the line that the buffer holds, filling it first if need be."""
        position = self._position
        begin = position - self._buffer_start
        if not 0 <= begin < len(self._buffer):
            self._buffer = raw.read_at(_CHUNK, position) if position < _FAR else ""
            self._buffer_start = position
            begin = 0
        stop = self._buffer.find("\n", begin) + 1 or len(self._buffer)
        if 0 <= size < stop - begin:
            stop = begin + size
        self._position = self._buffer_start + stop
        return self._buffer[begin:stop]

    def _readlines(self, raw: RawFile, size: int) -> list[str]:
        lines = []
        length = 0
        while size <= 0 or length < size:
            line = self._readline(raw, -1)
            if not line:
                break
            lines.append(line)
            length += len(line)
        return lines
