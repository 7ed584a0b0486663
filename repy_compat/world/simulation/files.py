"""A vessel folder in memory: flat, with the errors of a real one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping

from repy_compat.world.base import Files, RawFile


def no_library(name: str) -> str | None:
    """An installed library without a single file."""
    return None


class SimulatedFiles(Files):
    """Files by name. ``content`` shows what the folder holds, as byte strings.

    ``library`` gives the text of an installed file that the folder doesn't hold,
    or None.
    """

    def __init__(
        self,
        files: Mapping[str, str] = {},
        library: Callable[[str], str | None] = no_library,
    ) -> None:
        self._files = {name: bytearray(text, "latin-1") for name, text in files.items()}
        self._library = library

    @property
    def content(self) -> dict[str, str]:
        return {name: data.decode("latin-1") for name, data in self._files.items()}

    def names(self) -> list[str]:
        return list(self._files)

    def is_regular(self, name: str) -> bool:
        return name in self._files or self._library(name) is not None

    def open(
        self, name: str, *, write: bool, create: bool = False, truncate: bool = False
    ) -> RawFile:
        data = self._files.get(name)
        if data is None:
            data = self._absent(name, write, create)
        elif truncate:
            del data[:]
        return SimulatedFile(data, name, write)

    def _absent(self, name: str, write: bool, create: bool) -> bytearray:
        installed = None if create else self._library(name)
        if installed is not None:
            if write:
                raise _failure(errno.EACCES, name)
            return bytearray(installed, "latin-1")
        if not create:
            raise _failure(errno.ENOENT, name)
        data = self._files[name] = bytearray()
        return data

    def remove(self, name: str) -> None:
        if name not in self._files:
            raise _failure(errno.ENOENT, name)
        del self._files[name]


class SimulatedFile(RawFile):
    """An open file; like a real one it outlives the removal of its name."""

    def __init__(self, data: bytearray, name: str, write: bool) -> None:
        self._data: bytearray | None = data
        self._name = name
        self._write = write

    def _opened(self, for_writing: bool = False) -> bytearray:
        if self._data is None or (for_writing and not self._write):
            raise _failure(errno.EBADF, self._name)
        return self._data

    def read_at(self, size: int, offset: int) -> str:
        return self._opened()[offset : offset + size].decode("latin-1")

    def write_at(self, data: str, offset: int) -> None:
        held = self._opened(for_writing=True)
        if offset > len(held):
            held.extend(bytes(offset - len(held)))
        held[offset : offset + len(data)] = data.encode("latin-1")

    def size(self) -> int:
        return len(self._opened())

    def truncate(self, size: int) -> None:
        held = self._opened(for_writing=True)
        if size < len(held):
            del held[size:]
        else:
            held.extend(bytes(size - len(held)))

    def close(self) -> None:
        self._data = None


def _failure(number: int, name: str) -> OSError:
    return OSError(number, os.strerror(number), name)
