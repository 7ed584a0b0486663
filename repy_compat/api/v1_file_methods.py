"""The methods of an open V1 file.

Repy V1 specification, section 13.3. Safe to hand out (threat classes T1 and
T4): what a program gets are closures over the open file, which close it when
the last of them is gone; they take exact types, and make sure of room on the
stack before they take the file's lock.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    FILE_ROOM,
    MISSING,
    is_integer,
    need_room,
    no_arguments_v1,
    parameters,
    wrong_call_v1,
)
from repy_compat.api.exceptions import (
    Py2IOError,
    Py2StopIteration,
    Py2TypeError,
    Py2ValueError,
)
from repy_compat.api.filetable import Entry, FileTable
from repy_compat.api.handles import make_handle
from repy_compat.api.positioned import PositionedFile
from repy_compat.api.turns import new_turn
from repy_compat.python2 import numbers as python2_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import RawFile

    Methods = dict[str, Callable[..., object]]

_NAMES = [
    "close",
    "flush",
    "next",
    "read",
    "readline",
    "readlines",
    "seek",
    "write",
    "writelines",
]
_RULES = [f"file.{name}" for name in _NAMES]


class _Open:
    """An open file as its methods see it.

    ``gate`` asks the call rules, None if they allow every method; ``charge_read`` and
    ``charge_write`` charge the rates; ``subject`` is the file's text in refusals.
    """

    __slots__ = ("charge_read", "charge_write", "file", "gate", "subject", "writable")

    def __init__(self, runtime: Runtime, file: PositionedFile, writable: bool) -> None:
        self.charge_read = runtime.charger("fileread")
        self.charge_write = runtime.charger("filewrite")
        self.file = file
        self.gate = runtime.gate_of(*_RULES)
        self.subject = f"<emulfile.emulated_file instance at 0x{id(file):x}>"
        self.writable = writable

    def need_open(self) -> None:
        """Raise ValueError if the file is closed, RecursionError without room."""
        if self.file.is_closed:
            raise Py2ValueError("Invalid file object (probably closed).")
        need_room(FILE_ROOM)

    def size(
        self, name: str, arguments: tuple[object, ...], keywords: dict[str, object]
    ) -> int:
        """The size that a call of ``read`` and the like gives; -1 if it gives none."""
        if keywords or len(arguments) > 1:
            raise wrong_call_v1(name, arguments, keywords, subject=self.subject)
        if not arguments:
            return -1
        size = arguments[0]
        if python2_numbers.is_long(size):
            raise Py2TypeError(f"file.{name}() expects an integer argument")
        if type(size) is int:
            return size
        raise wrong_call_v1(name, arguments, keywords, subject=self.subject)


def new_file(
    runtime: Runtime, table: FileTable, entry: Entry, raw: RawFile, kind: str
) -> object:
    """The handle of a file just opened as ``kind``: r, r+, w, w+, a or a+."""
    start = raw.size() if kind[0] == "a" else 0
    file = PositionedFile(raw, start, new_turn(runtime.scheduler))
    table.watch(entry, file)
    opened = _Open(runtime, file, kind != "r")
    next_line = _next_line(opened)
    methods = {
        **_reading(opened, next_line),
        **_writing(opened),
        **_managing(opened, table, entry),
    }
    return make_handle(
        runtime.handle_class, "file", opened.subject, methods, next_item=next_line
    )


def _next_line(opened: _Open) -> Callable[[], str]:
    gate, charge, file = opened.gate, opened.charge_read, opened.file

    def next_line() -> str:
        if gate is not None:
            gate("file.next")
        if opened.writable:
            raise Py2IOError("file.next() is invalid for write-enabled files.")
        opened.need_open()
        charge(0)
        line = file.readline(-1)
        charge(len(line))
        if not line:
            raise Py2StopIteration
        return line

    return next_line


def _reading(opened: _Open, next_line: Callable[[], str]) -> Methods:
    gate, charge, file = opened.gate, opened.charge_read, opened.file

    def read(*arguments: object, **keywords: object) -> str:
        size = opened.size("read", arguments, keywords)
        if gate is not None:
            gate("file.read", *arguments)
        opened.need_open()
        charge(0)
        data = file.read(size)
        charge(len(data))
        return data

    def readline(*arguments: object, **keywords: object) -> str:
        size = opened.size("readline", arguments, keywords)
        if gate is not None:
            gate("file.readline", *arguments)
        opened.need_open()
        charge(0)
        line = file.readline(size)
        charge(len(line))
        return line

    def readlines(*arguments: object, **keywords: object) -> list[str]:
        size = opened.size("readlines", arguments, keywords)
        if gate is not None:
            gate("file.readlines", *arguments)
        opened.need_open()
        charge(0)
        lines = file.readlines(size)
        charge(sum(map(len, lines)))
        return lines

    def next(*arguments: object, **keywords: object) -> str:
        if arguments or keywords:
            subject = opened.subject
            raise no_arguments_v1("next", arguments, keywords, subject=subject)
        return next_line()

    return {"read": read, "readline": readline, "readlines": readlines, "next": next}


def _writing(opened: _Open) -> Methods:
    gate, charge, file = opened.gate, opened.charge_write, opened.file

    def write(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1 or type(arguments[0]) is not str:
            subject = opened.subject
            raise wrong_call_v1("write", arguments, keywords, subject=subject)
        data = arguments[0]
        if gate is not None:
            gate("file.write", data)
        if not opened.writable:
            raise Py2ValueError("write() isn't allowed on read-only file objects!")
        opened.need_open()
        charge(0)
        file.write(data)
        charge(len(data))

    def writelines(*arguments: object, **keywords: object) -> None:
        lines = _strings(arguments)
        if keywords or lines is None:
            subject = opened.subject
            raise wrong_call_v1("writelines", arguments, keywords, subject=subject)
        if gate is not None:
            gate("file.writelines", lines)
        if not opened.writable:
            raise Py2ValueError("writelines() isn't allowed on read-only file objects!")
        opened.need_open()
        charge(0)
        for line in lines:
            file.write(line)
            charge(len(line))

    return {"write": write, "writelines": writelines}


def _managing(opened: _Open, table: FileTable, entry: Entry) -> Methods:
    gate, file, subject = opened.gate, opened.file, opened.subject

    def seek(*arguments: object, **keywords: object) -> None:
        found = parameters(("offset", "whence"), arguments, keywords)
        if found is None or "offset" in keywords or not _are_places(found):
            raise wrong_call_v1("seek", arguments, keywords, subject=subject)
        if gate is not None:
            gate("file.seek", *(part for part in found if part is not MISSING))
        opened.need_open()
        offset, whence = found
        assert isinstance(offset, int)
        file.seek(offset, whence if isinstance(whence, int) else 0)

    def flush(*arguments: object, **keywords: object) -> None:
        if arguments or keywords:
            raise no_arguments_v1("flush", arguments, keywords, subject=subject)
        if gate is not None:
            gate("file.flush")
        # Writes went through already; only a closed writable file complains.
        if opened.writable:
            opened.need_open()

    def close(*arguments: object, **keywords: object) -> None:
        if arguments or keywords:
            raise no_arguments_v1("close", arguments, keywords, subject=subject)
        if gate is not None:
            gate("file.close")
        need_room(FILE_ROOM)
        file.detach()
        table.release(entry)

    return {"seek": seek, "flush": flush, "close": close}


def _strings(arguments: tuple[object, ...]) -> list[str] | None:
    """A copy of the only argument if it's a list of strings, else None."""
    if len(arguments) != 1 or type(arguments[0]) is not list:
        return None
    lines = list(arguments[0])
    return None if any(type(line) is not str for line in lines) else lines


def _are_places(found: list[object]) -> bool:
    offset, whence = found
    return is_integer(offset) and (whence is MISSING or is_integer(whence))
