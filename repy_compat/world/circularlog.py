"""The circular log: the last 16 to 32 KiB of output, in two files.

Repy V1 specification, section 12.3; Repy V2 specification, section 1.4.
"""

from __future__ import annotations

import os
from _thread import allocate_lock

FILE_SIZE = 16384  # bytes in each of the two files

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class CircularLog:
    """Output in ``<name>.old`` and ``<name>.new``, continued from an earlier run.

    A log starts in the first file. When it's full, writing goes on in the second;
    when that is full, it replaces the first and a new second begins. The
    active file and how full it is are all there is to remember.
    """

    def __init__(self, name: str, file_size: int = FILE_SIZE) -> None:
        """``name`` is a path without ending; ``file_size`` counts bytes.

        OSError if the files can't be opened for writing.
        """
        self._old = name + ".old"
        self._new = name + ".new"
        self._size = file_size
        self._lock = allocate_lock()
        if os.path.exists(self._new) and not os.path.exists(self._old):
            os.rename(self._new, self._old)
            self._first = False
        else:
            self._first = not os.path.exists(self._new)
        self._descriptor = -1
        self._open(self._old if self._first else self._new)
        # A longer file isn't ours. It counts as full, and its turn passes.
        self._fill = min(os.fstat(self._descriptor).st_size, file_size)

    def write(self, data: bytes) -> int:
        """Append one piece; the number of bytes to charge for it.

        That is its length, or what is left of a piece too large for both files.
        OSError if the system can't write.
        """
        with self._lock:
            total = self._fill + len(data)
            if total <= self._size:
                self._append(data)
                return len(data)
            if total <= 2 * self._size:
                room = self._size - self._fill
                self._append(data[:room])
                self._rotate()
                self._append(data[room:])
                return len(data)
            return self._replace_both(data, total % self._size)

    def close(self) -> None:
        """Release the files; doing it again is harmless."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _append(self, data: bytes) -> None:
        self._fill += len(data)
        while data:
            data = data[os.write(self._descriptor, data) :]

    def _rotate(self) -> None:
        """The active file is full: it becomes (or stays) the old one."""
        if not self._first:
            os.replace(self._new, self._old)
        self._start_new()

    def _replace_both(self, data: bytes, rest: int) -> int:
        """Keep the tail of a large piece: ``rest`` bytes in the new file.

        The old file gets the bytes before them, as many as a file holds. With
        nothing for the new file it is there all the same, empty.
        """
        kept = data[len(data) - rest - self._size :]
        self._open(self._old, os.O_TRUNC)
        self._append(kept[: self._size])
        self._start_new()
        self._append(kept[self._size :])
        return len(kept)

    def _start_new(self) -> None:
        self._first = False
        self._open(self._new, os.O_TRUNC)
        self._fill = 0

    def _open(self, path: str, flags: int = 0) -> None:
        """Make ``path`` the active file."""
        descriptor = os.open(path, _APPEND | flags, 0o666)
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = descriptor
