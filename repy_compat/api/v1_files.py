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
    Py2TypeError,
    Py2ValueError,
)
from repy_compat.api.filetable import Entry, FileTable, opened
from repy_compat.api.v1_file_methods import new_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import RawFile

_ALLOWED = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
)
_MODES = frozenset({"r", "r+", "w", "w+", "a", "a+"})


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
        return new_file(runtime, table, entry, raw, kind)

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
