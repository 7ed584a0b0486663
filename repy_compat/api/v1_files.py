"""The files of Repy V1: open, file, listdir, removefile and the file methods.

Repy V1 specification, section 13. All files are bytes. What is written goes
through to the operating system in the call, so nothing is lost whatever ends
the run; what is read comes from a buffer of the file object, which is the only
one of its name.

Safe to hand out (threat classes T4, T5, T6 and T13): the functions take exact
types, check the name before anything is touched, keep the open file in their
closures, and make sure of room on the stack before they take an item or a lock.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    MISSING,
    need_room,
    no_arguments_v1,
    parameters,
    wrong_call_v1,
)
from repy_compat.api.exceptions import (
    Py2Exception,
    Py2IOError,
    Py2OSError,
    Py2StopIteration,
    Py2TypeError,
    Py2ValueError,
)
from repy_compat.api.filetable import Entry, FileTable, opened
from repy_compat.api.handles import make_handle
from repy_compat.api.positioned import PositionedFile
from repy_compat.python2 import numbers as python2_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import RawFile

_ALLOWED = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
)
_MODES = frozenset({"r", "r+", "w", "w+", "a", "a+"})
_CLOSED = "Invalid file object (probably closed)."


def check_name(name: str) -> None:
    """Return if ``name`` may name a file.

    Raises:
        TypeError: it may not, with the texts of section 13.1.
    """
    if not name:
        raise Py2TypeError("filename is the empty string!")
    for character in name:
        if character not in _ALLOWED:
            raise Py2TypeError(f"filename has disallowed character '{character}'")
    if name in (".", ".."):
        raise Py2TypeError("filename cannot be a directory")


def build_names(runtime: Runtime) -> dict[str, object]:
    """The functions ``open``, ``file``, ``listdir`` and ``removefile`` of a run."""
    table = FileTable(runtime)
    runtime.at_end(table.close_all)
    opener = _build_open(runtime, table)
    return {
        "open": opener,
        "file": opener,
        "listdir": _build_listdir(runtime),
        "removefile": _build_removefile(runtime, table),
    }


def _build_open(runtime: Runtime, table: FileTable) -> Callable[..., object]:
    gate = runtime.gate
    files = runtime.world.files

    def open(*arguments: object, **keywords: object) -> object:
        found = parameters(("filename", "mode"), arguments, keywords)
        if found is None or type(found[0]) is not str:
            raise wrong_call_v1("emulated_open", arguments, keywords)
        name, mode = found[0], found[1]
        if mode is not MISSING and type(mode) is not str:
            raise wrong_call_v1("emulated_open", arguments, keywords)
        need_room()
        gate("open", name, "rb" if mode is MISSING else mode)
        kind = "r" if mode is MISSING else _kind_of(mode)
        gate("file.__init__", name, "rb" if kind == "r" else "r+b")
        if table.find(name) is not None:
            raise Py2ValueError("A file is only allowed to have one open filehandle.")
        check_name(name)
        entry = table.reserve(name)
        if entry is None:
            raise Py2ValueError("A file is only allowed to have one open filehandle.")
        raw = opened(table, entry, lambda: open_raw(entry, kind))
        return _new_file(runtime, table, entry, raw, kind)

    def open_raw(entry: Entry, kind: str) -> RawFile:
        name = entry.name
        table.take_item(entry)
        writes = kind[0] in "wa"
        if writes and not files.is_regular(name):
            gate("file.__init__", name, "wb")
        try:
            return files.open(
                name, write=kind != "r", create=writes, truncate=kind[0] == "w"
            )
        except OSError as error:
            raise Py2IOError(error.errno, error.strerror, name) from None

    return open


def _kind_of(mode: object) -> str:
    """A mode without its ``b`` and ``t``.

    Raises:
        ValueError: nothing that can be opened remains.
    """
    assert type(mode) is str
    kind = mode.replace("b", "").replace("t", "")
    if kind not in _MODES:
        raise Py2ValueError(f"Invalid or unsupported mode ('{mode}') passed to open().")
    return kind


def _build_listdir(runtime: Runtime) -> Callable[..., object]:
    names = runtime.world.files.names
    gate = runtime.gate

    def listdir(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise no_arguments_v1("listdir", arguments, keywords)
        gate("listdir")
        return list(names())

    return listdir


def _build_removefile(runtime: Runtime, table: FileTable) -> Callable[..., object]:
    gate = runtime.gate
    remove = runtime.world.files.remove

    def removefile(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1 or type(arguments[0]) is not str:
            raise wrong_call_v1("removefile", arguments, keywords)
        name = arguments[0]
        gate("removefile", name)
        check_name(name)
        entry = table.find(name)
        if entry is not None:
            raise Py2Exception(f'File "{name}" is open with handle "{entry.id}"')
        try:
            remove(name)
            return
        except OSError as error:
            raise Py2OSError(error.errno, error.strerror, name) from None

    return removefile


def _new_file(
    runtime: Runtime, table: FileTable, entry: Entry, raw: RawFile, kind: str
) -> object:
    """The handle of an open file."""
    charge = runtime.charge
    gate = runtime.gate
    writable = kind != "r"
    start = raw.size() if kind[0] == "a" else 0
    file = PositionedFile(raw, start, runtime.scheduler.new_lock())
    table.watch(entry, file)
    subject = f"<emulfile.emulated_file instance at 0x{id(file):x}>"

    def need_open() -> None:
        if file.is_closed:
            raise Py2ValueError(_CLOSED)
        need_room()

    def size_argument(
        name: str, arguments: tuple[object, ...], keywords: dict[str, object]
    ) -> int:
        if keywords or len(arguments) > 1:
            raise wrong_call_v1(name, arguments, keywords, subject=subject)
        if not arguments:
            return -1
        size = arguments[0]
        if type(size) is int:
            return size
        if python2_numbers.is_long(size):
            raise Py2TypeError(f"file.{name}() expects an integer argument")
        raise wrong_call_v1(name, arguments, keywords, subject=subject)

    def read(*arguments: object, **keywords: object) -> str:
        size = size_argument("read", arguments, keywords)
        gate("file.read", *arguments)
        need_open()
        charge("fileread", 0)
        data = file.read(size)
        charge("fileread", len(data))
        return data

    def readline(*arguments: object, **keywords: object) -> str:
        size = size_argument("readline", arguments, keywords)
        gate("file.readline", *arguments)
        need_open()
        charge("fileread", 0)
        line = file.readline(size)
        charge("fileread", len(line))
        return line

    def readlines(*arguments: object, **keywords: object) -> list[str]:
        size = size_argument("readlines", arguments, keywords)
        gate("file.readlines", *arguments)
        need_open()
        charge("fileread", 0)
        lines = file.readlines(size)
        charge("fileread", sum(map(len, lines)))
        return lines

    def next_line() -> str:
        gate("file.next")
        if writable:
            raise Py2IOError("file.next() is invalid for write-enabled files.")
        need_open()
        charge("fileread", 0)
        line = file.readline(-1)
        charge("fileread", len(line))
        if not line:
            raise Py2StopIteration
        return line

    def next(*arguments: object, **keywords: object) -> str:
        if arguments or keywords:
            raise no_arguments_v1("next", arguments, keywords, subject=subject)
        return next_line()

    def write(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1 or type(arguments[0]) is not str:
            raise wrong_call_v1("write", arguments, keywords, subject=subject)
        data = arguments[0]
        gate("file.write", data)
        if not writable:
            raise Py2ValueError("write() isn't allowed on read-only file objects!")
        need_open()
        charge("filewrite", 0)
        file.write(data)
        charge("filewrite", len(data))

    def writelines(*arguments: object, **keywords: object) -> None:
        lines = _strings(arguments)
        if keywords or lines is None:
            raise wrong_call_v1("writelines", arguments, keywords, subject=subject)
        gate("file.writelines", lines)
        if not writable:
            raise Py2ValueError("writelines() isn't allowed on read-only file objects!")
        need_open()
        charge("filewrite", 0)
        for line in lines:
            file.write(line)
            charge("filewrite", len(line))

    def seek(*arguments: object, **keywords: object) -> None:
        found = parameters(("offset", "whence"), arguments, keywords)
        if found is None or "offset" in keywords or not _seek_numbers(found):
            raise wrong_call_v1("seek", arguments, keywords, subject=subject)
        gate("file.seek", *(part for part in found if part is not MISSING))
        need_open()
        offset, whence = found
        assert isinstance(offset, int)
        file.seek(offset, whence if isinstance(whence, int) else 0)

    def flush(*arguments: object, **keywords: object) -> None:
        if arguments or keywords:
            raise no_arguments_v1("flush", arguments, keywords, subject=subject)
        gate("file.flush")
        # Writes went through already; only a closed writable file complains.
        if writable:
            need_open()

    def close(*arguments: object, **keywords: object) -> None:
        if arguments or keywords:
            raise no_arguments_v1("close", arguments, keywords, subject=subject)
        gate("file.close")
        need_room()
        file.detach()
        table.release(entry)

    return make_handle(
        runtime.handle_class,
        "file",
        subject,
        {
            "close": close,
            "flush": flush,
            "next": next,
            "read": read,
            "readline": readline,
            "readlines": readlines,
            "seek": seek,
            "write": write,
            "writelines": writelines,
        },
        next_item=next_line,
    )


def _strings(arguments: tuple[object, ...]) -> list[str] | None:
    """A copy of the only argument if it's a list of strings, else None."""
    if len(arguments) != 1 or type(arguments[0]) is not list:
        return None
    lines = list(arguments[0])
    return None if any(type(line) is not str for line in lines) else lines


def _seek_numbers(found: list[object]) -> bool:
    offset, whence = found
    return (type(offset) is int or python2_numbers.is_long(offset)) and (
        whence is MISSING or type(whence) is int or python2_numbers.is_long(whence)
    )
