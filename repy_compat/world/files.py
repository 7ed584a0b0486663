"""The vessel folder of a real run: a flat directory, regular files, no links.

Names arrive checked (plain, no separators), and are checked again here by the
way they're opened: relative to the folder's own descriptor, never following a
link, never waiting for the other end of a pipe. Repy V1 specification, section
13; Repy V2 specification, section 10.
"""

from __future__ import annotations

import errno
import os
import stat
from _thread import RLock

from repy_compat.limits.diskuse import ENTRY_COST, DiskBrake, folder_use
from repy_compat.world.base import Files, RawFile

_NEVER_ESCAPES = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_HAS_DIR_FD = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_HAS_PREAD = hasattr(os, "pread") and hasattr(os, "pwrite")


class RealFiles(Files):
    """The files of one folder of the operating system.

    ``folder`` is the vessel; ``library`` a folder of installed Repy libraries that
    can be read where the vessel has no file of that name, or None. ``disk`` is the
    number of bytes beyond which a supervisor ends the run, or None: whoever writes
    far more than that waits for its end.
    """

    def __init__(
        self, folder: str, library: str | None = None, disk: float | None = None
    ) -> None:
        """OSError if ``folder`` is no directory that can be read."""
        self._folder = _Folder(folder)
        self._brake = None if disk is None else DiskBrake(disk, self._folder.use)
        self._library = None if library is None else _Folder(library)

    def names(self) -> list[str]:
        """All entries of the vessel, of any kind, in the system's order."""
        return [os.fsencode(name).decode("latin-1") for name in self._folder.names()]

    def is_regular(self, name: str) -> bool:
        """Whether ``name`` is a regular file of the vessel or of the library."""
        kind = self._folder.mode(name)
        if kind is None and self._library is not None:
            kind = self._library.mode(name)
        return kind is not None and stat.S_ISREG(kind)

    def open(
        self, name: str, *, write: bool, create: bool = False, truncate: bool = False
    ) -> RawFile:
        """Open a regular file; see the interface."""
        flags = os.O_RDWR if write else os.O_RDONLY
        if create:
            flags |= os.O_CREAT
            if self._brake is not None:
                self._brake.announce(ENTRY_COST)
        try:
            descriptor = self._folder.open(name, flags)
        except FileNotFoundError:
            if write or create or self._library is None:
                raise
            descriptor = self._library.open(name, flags)
        file = _RealFile(descriptor, self._brake)
        if truncate:
            # Not O_TRUNC: what was opened is known to be a regular file only now.
            try:
                file.truncate(0)
            except BaseException:
                file.close()
                raise
        return file

    def remove(self, name: str) -> None:
        """Delete the entry ``name`` of the vessel."""
        self._folder.remove(name)


class _Folder:
    """A directory, held by its descriptor where the system has such calls."""

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._descriptor: int | None = None
        if _HAS_DIR_FD:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags)
        elif not os.path.isdir(self._path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)

    def names(self) -> list[str]:
        if self._descriptor is None:
            return os.listdir(self._path)
        return os.listdir(self._descriptor)

    def use(self) -> int:
        return folder_use(self._path if self._descriptor is None else self._descriptor)

    def mode(self, name: str) -> int | None:
        """File type and permissions of an entry itself; None if there is none."""
        try:
            return os.lstat(self._at(name), dir_fd=self._descriptor).st_mode
        except OSError:
            return None

    def open(self, name: str, flags: int) -> int:
        """A descriptor of a regular file; OSError names the plain ``name``."""
        try:
            descriptor = os.open(
                self._at(name),
                flags | _NEVER_ESCAPES,
                0o666,
                dir_fd=self._descriptor,
            )
        except OSError as error:
            raise _named(error, name) from None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), name)

    def remove(self, name: str) -> None:
        try:
            os.remove(self._at(name), dir_fd=self._descriptor)
        except OSError as error:
            raise _named(error, name) from None

    def _at(self, name: str) -> str:
        """``name`` as the system's calls want it."""
        if "/" in name or "\\" in name or "\0" in name or name in ("", ".", ".."):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return name if self._descriptor is not None else f"{self._path}{os.sep}{name}"


def _named(error: OSError, name: str) -> OSError:
    """The same failure with the plain name, without the host's path."""
    if error.errno == errno.ELOOP:
        # A link that wasn't followed is, to a program, no file at all.
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return OSError(error.errno, error.strerror, name)


class _RealFile(RawFile):
    """An open regular file. Closing is exactly-once, also from a finaliser."""

    __slots__ = ("_descriptor", "_seeking", "_brake")

    def __init__(self, descriptor: int, brake: DiskBrake | None = None) -> None:
        self._descriptor = [descriptor]
        self._brake = brake
        # Without pread and pwrite, position and transfer are two calls.
        self._seeking = None if _HAS_PREAD else RLock()

    def read_at(self, size: int, offset: int) -> str:
        """Up to ``size`` bytes from ``offset``; ``''`` at or after the end."""
        descriptor = self._open_descriptor()
        data = self._pread(descriptor, size, offset)
        if not data or len(data) == size:
            return data.decode("latin-1")
        # A short read is the end, or a signal came in between.
        pieces = [data]
        got = len(data)
        while got < size and (
            data := self._pread(descriptor, size - got, offset + got)
        ):
            pieces.append(data)
            got += len(data)
        return b"".join(pieces).decode("latin-1")

    def write_at(self, data: str, offset: int) -> None:
        """Write all of ``data`` at ``offset``; OSError for a full disk and the like."""
        raw = data.encode("latin-1")
        brake = self._brake
        if brake is not None:
            size = brake.MOST_AT_ONCE
            if len(raw) > size:
                for begin in range(0, len(raw), size):
                    piece = raw[begin : begin + size]
                    brake.announce(len(piece))
                    self._write(piece, offset + begin)
                return
            brake.announce(len(raw))
        self._write(raw, offset)

    def _write(self, raw: bytes, offset: int) -> None:
        descriptor = self._open_descriptor()
        written = self._pwrite(descriptor, raw, offset)
        while written < len(raw):
            written += self._pwrite(descriptor, raw[written:], offset + written)

    def size(self) -> int:
        """Length of the file in bytes."""
        return os.fstat(self._open_descriptor()).st_size

    def truncate(self, size: int) -> None:
        """Cut or lengthen the file to ``size`` bytes."""
        os.ftruncate(self._open_descriptor(), size)

    def close(self) -> None:
        """Release the file; doing it again is harmless."""
        try:
            descriptor = self._descriptor.pop()
        except IndexError:
            return
        os.close(descriptor)

    __del__ = close

    def _open_descriptor(self) -> int:
        """The descriptor; EBADF once closed."""
        try:
            return self._descriptor[0]
        except IndexError:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None

    def _pread(self, descriptor: int, size: int, offset: int) -> bytes:
        if self._seeking is None:
            return os.pread(descriptor, size, offset)
        with self._seeking:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, size)

    def _pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        if self._seeking is None:
            return os.pwrite(descriptor, data, offset)
        with self._seeking:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.write(descriptor, data)
