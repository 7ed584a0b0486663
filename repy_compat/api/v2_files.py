"""The files of Repy V2: openfile, listfiles, removefile and the file methods.

Repy V2 specification, sections 9.3 and 10. A file has no position: every
operation names its offset.

Safe to hand out (threat classes T4, T5, T6 and T13): the functions take exact
types, check the name before anything is touched, keep the open file in their
closures, and make sure of room on the stack before they take an item or a lock.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    FILE_ROOM,
    check_bool,
    check_integer,
    check_optional_integer,
    check_string,
    need_room,
    wrong_count_v2,
)
from repy_compat.api.exceptions import (
    FileClosedError,
    FileError,
    FileInUseError,
    FileNotFoundError,
    RepyArgumentError,
    SeekPastEndOfFileError,
)
from repy_compat.api.filetable import Entry, FileTable, opened
from repy_compat.api.handles import make_handle
from repy_compat.api.turns import new_turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.api.turns import Turn
    from repy_compat.world.base import Files, RawFile

BLOCK = 4096
_LONGEST_NAME = 120
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


def check_name(value: object) -> str:
    """``value`` if it may name a file.

    Raises:
        RepyArgumentError: it may not, with the texts of section 10.
    """
    name = check_string(value, _LONGEST_NAME)
    if name in ("", ".", ".."):
        raise RepyArgumentError("Illegal filename provided!")
    for character in name:
        if character not in _ALLOWED:
            raise RepyArgumentError(f"Filename has disallowed character '{character}'")
    if name[0] == ".":
        raise RepyArgumentError("Filename starts with a period, this is not allowed!")
    return name


def blocks(offset: int, length: int) -> int:
    """How many blocks an access touches, as section 9.3 counts them."""
    end = offset + length
    return end // BLOCK - offset // BLOCK + (1 if end % BLOCK else 0)


def build_names(runtime: Runtime) -> dict[str, object]:
    """The functions of this subject for one run, by name."""
    table = FileTable(runtime)
    runtime.at_end(table.close_all)
    return {
        "openfile": _build_openfile(runtime, table),
        "listfiles": _build_listfiles(runtime),
        "removefile": _build_removefile(runtime, table),
    }


def _build_listfiles(runtime: Runtime) -> Callable[..., object]:
    names = runtime.world.files.names
    charge_read = runtime.charger("fileread")

    def listfiles(*arguments: object, **keywords: object) -> list[str]:
        if arguments or keywords:
            raise wrong_count_v2("listfiles", 0, arguments, keywords)
        charge_read(BLOCK)
        return list(names())

    return listfiles


def _build_openfile(runtime: Runtime, table: FileTable) -> Callable[..., object]:
    charge_read = runtime.charger("fileread")
    charge_write = runtime.charger("filewrite")
    files = runtime.world.files

    def openfile(*arguments: object, **keywords: object) -> object:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("emulated_open", 2, arguments, keywords)
        check_string(arguments[0], _LONGEST_NAME)
        create = check_bool(arguments[1])
        name = check_name(arguments[0])
        need_room()
        entry = table.reserve(name)
        if entry is None:
            raise FileInUseError(
                f'Cannot open file "{name}" because it is already open!'
            )
        raw = opened(table, entry, lambda: open_raw(entry, create))
        return _new_file(runtime, table, entry, raw)

    def open_raw(entry: Entry, create: bool) -> RawFile:
        name = entry.name
        table.take_item(entry)
        charge_read(BLOCK)
        raw = _try_open(files, name, write=True)
        if raw is None and create:
            charge_write(BLOCK)
            raw = _try_open(files, name, write=True, create=True)
        # What can't be written can perhaps be read: a file of the installed
        # library, or one that the host protects.
        raw = raw or _try_open(files, name, write=False)
        if raw is None:
            raise FileNotFoundError(
                f'Cannot openfile non-existent file "{name}" without creating it!'
            )
        return raw

    return openfile


def _try_open(
    files: Files, name: str, *, write: bool, create: bool = False
) -> RawFile | None:
    try:
        return files.open(name, write=write, create=create)
    except OSError:
        return None


def _build_removefile(runtime: Runtime, table: FileTable) -> Callable[..., object]:
    charge_read = runtime.charger("fileread")
    charge_write = runtime.charger("filewrite")
    files = runtime.world.files

    def removefile(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("removefile", 1, arguments, keywords)
        name = check_name(arguments[0])
        need_room()
        in_use = f'Cannot remove file "{name}" because it is in use!'
        if table.find(name) is not None:
            raise FileInUseError(in_use)
        charge_read(BLOCK)
        if name not in files.names() or not files.is_regular(name):
            raise _not_there(name)
        charge_write(BLOCK)
        # The charges may have waited: the name is asked for again, and held.
        entry = table.reserve(name)
        if entry is None:
            raise FileInUseError(in_use)
        try:
            files.remove(name)
        except OSError:
            raise _not_there(name) from None
        finally:
            table.release(entry)

    return removefile


def _not_there(name: str) -> Exception:
    return FileNotFoundError(f'Cannot remove non-existent file "{name}".')


def _new_file(runtime: Runtime, table: FileTable, entry: Entry, raw: RawFile) -> object:
    """The handle of an open file."""
    charge_read = runtime.charger("fileread")
    charge_write = runtime.charger("filewrite")
    inside = _Inside(entry, raw, new_turn(runtime.scheduler))
    table.watch(entry, inside)

    def readat(*arguments: object, **keywords: object) -> str:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("readat", 2, arguments, keywords)
        limit = check_optional_integer(arguments[0])
        offset = check_integer(arguments[1], 0)
        if limit is not None and limit < 0:
            raise RepyArgumentError("Negative sizelimit specified!")
        need_room(FILE_ROOM)
        inside.need_open()
        charge_read(0)
        data = inside.read(limit, offset)
        charge_read(BLOCK * blocks(offset, len(data)))
        return data

    def writeat(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("writeat", 2, arguments, keywords)
        data = check_string(arguments[0])
        offset = check_integer(arguments[1], 0)
        need_room(FILE_ROOM)
        inside.need_open()
        charge_write(0)
        inside.write(data, offset)
        charge_write(BLOCK * blocks(offset, len(data)))

    def close(*arguments: object, **keywords: object) -> None:
        if arguments or keywords:
            raise wrong_count_v2("close", 0, arguments, keywords)
        need_room(FILE_ROOM)
        inside.close(table)

    return make_handle(
        runtime.handle_class,
        "file",
        f"<emulfile.emulated_file object at 0x{id(inside):x}>",
        {"close": close, "readat": readat, "writeat": writeat},
        iterated="<class 'emulfile.emulated_file'>",
    )


class _Inside:
    """An open file: one operation at a time.

    ``size`` is that at open plus what was written through this handle.
    """

    __slots__ = ("__weakref__", "_entry", "_turn", "_raw", "closed", "size")

    def __init__(self, entry: Entry, raw: RawFile, turn: Turn) -> None:
        self._entry = entry
        self._raw = raw
        self._turn = turn
        self.closed = False
        self.size = raw.size()

    def need_open(self) -> None:
        """Raise FileClosedError if the file is closed."""
        if self.closed:
            name = self._entry.name
            raise FileClosedError(f"File '{name}' is already closed!")

    def read(self, limit: int | None, offset: int) -> str:
        """Up to ``limit`` bytes from ``offset`` on; None means to the end."""
        with self._turn:
            self.need_open()
            if offset > self.size:
                raise SeekPastEndOfFileError("Seek offset extends past the EOF!")
            left = self.size - offset
            wanted = left if limit is None else min(limit, left)
            try:
                return _read_all(self._raw, wanted, offset)
            except OSError as error:
                raise FileError(_reason(error)) from None

    def write(self, data: str, offset: int) -> None:
        """Write all of ``data`` at ``offset``, through to the operating system."""
        with self._turn:
            self.need_open()
            if offset > self.size:
                raise SeekPastEndOfFileError("Seek offset extends past the EOF!")
            try:
                self._raw.write_at(data, offset)
                self.size = max(self.size, offset + len(data))
                return
            except OSError as error:
                raise FileError(_reason(error)) from None

    def close(self, table: FileTable) -> None:
        """Close the file and give its place back."""
        with self._turn:
            self.need_open()
            self.closed = True
            table.release(self._entry)


def _reason(error: OSError) -> str:
    return f"[Errno {error.errno}] {error.strerror}"


def _read_all(raw: RawFile, size: int, offset: int) -> str:
    pieces = []
    while size > 0:
        piece = raw.read_at(size, offset)
        if not piece:
            break
        pieces.append(piece)
        offset += len(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else "".join(pieces)
