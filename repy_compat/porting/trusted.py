"""The API as trusted Python code gets it: unwrapped and unrestricted.

Repy V1 specification, section 19.2: no call rules, no limits, no check of file
names, and what is handed over isn't copied. What remains is what the functions do.
"""

from __future__ import annotations

import os

from repy_compat.api.durations import as_delay
from repy_compat.api.exceptions import Py2IOError, Py2OSError, Py2ValueError
from repy_compat.api.filetable import Entry, FileTable, opened
from repy_compat.api.handles import make_handle
from repy_compat.api.v1_file_methods import new_file
from repy_compat.limits.restrictions import AMOUNTS, PORTS, Limits
from repy_compat.limits.rules import CallRules
from repy_compat.python2.classes import register_host_function
from repy_compat.world.base import Files, Output, RawFile
from repy_compat.world.events import EVENT
from repy_compat.world.files import RealFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime

_MODES = frozenset({"r", "r+", "w", "w+", "a", "a+"})


def no_limits() -> Limits:
    """Limits that refuse nothing and slow nothing down."""
    ports = dict.fromkeys(PORTS, range(65536))
    return Limits(dict.fromkeys(AMOUNTS, 1e18), ports, CallRules.allowing_all())


class TrustedFiles(Files):
    """Every file of the process, by any path; links are followed."""

    def names(self) -> list[str]:
        """The entries of the current folder."""
        return os.listdir(".")

    def is_regular(self, name: str) -> bool:
        """Whether ``name`` is a regular file."""
        return os.path.isfile(name)

    def open(
        self, name: str, *, write: bool, create: bool = False, truncate: bool = False
    ) -> RawFile:
        """Open a regular file; OSError names it as it was given."""
        folder, base = os.path.split(os.path.realpath(name))
        files = RealFiles(folder)
        return files.open(base, write=write, create=create, truncate=truncate)

    def remove(self, name: str) -> None:
        """Delete a file."""
        os.remove(name)


class StandardOutput(Output):
    """Python's own stream of the moment, such as ``sys.stdout``.

    Repy's output is bytes: a stream that can take bytes gets them, another gets
    them read as UTF-8 or, where they aren't that, as latin-1.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, text: str) -> None:
        """Deliver one piece."""
        import sys

        stream = getattr(sys, self._name)
        if stream is None:
            return
        if text.isascii():
            stream.write(text)
        elif hasattr(stream, "buffer"):
            stream.flush()
            stream.buffer.write(text.encode("latin-1"))
        else:
            data = text.encode("latin-1")
            try:
                stream.write(data.decode("utf-8"))
            except UnicodeDecodeError:
                stream.write(text)
        stream.flush()


def unwrapped_names(runtime: Runtime) -> dict[str, object]:
    """The functions of V1 that are other than the wrapped ones."""
    table = FileTable(runtime)
    runtime.at_end(table.close_all)
    opener = _build_open(runtime, table)
    names: dict[str, object] = {
        "settimer": _build_settimer(runtime),
        "open": opener,
        "file": opener,
        "removefile": _build_removefile(runtime),
    }
    for name, function in names.items():
        if name != "file":
            register_host_function(function, name)  # type: ignore[arg-type]
    return names


def _build_settimer(runtime: Runtime) -> Callable[..., object]:
    def settimer(waittime: float, function: Callable[..., object], args: object) -> object:  # fmt: skip
        if not callable(function):
            raise TypeError("settimer needs a function that can be called")
        given: tuple[object, ...] = tuple(args)  # type: ignore[arg-type]

        def body() -> None:
            function(*given)

        event = runtime.events.schedule(as_delay(waittime), EVENT, body)
        text = repr(runtime.unique_id("_EVENT:"))
        return make_handle(
            runtime.handle_class, "timerhandle", text, {}, inner=event, owner=runtime
        )

    return settimer


def _build_open(runtime: Runtime, table: FileTable) -> Callable[..., object]:
    files = runtime.world.files

    def open(filename: str, mode: str = "r") -> object:
        kind = mode.replace("b", "").replace("t", "")
        if kind not in _MODES:
            text = f"Invalid or unsupported mode ('{mode}') passed to open()."
            raise Py2ValueError(text)
        entry = table.reserve(filename)
        if entry is None:
            raise Py2ValueError("A file is only allowed to have one open filehandle.")
        raw = opened(table, entry, lambda: open_raw(entry, kind))
        return new_file(runtime, table, entry, raw, kind)

    def open_raw(entry: Entry, kind: str) -> RawFile:
        table.take_item(entry)
        try:
            return files.open(
                entry.name,
                write=kind != "r",
                create=kind[0] in "wa",
                truncate=kind[0] == "w",
            )
        except OSError as error:
            raise Py2IOError(error.errno, error.strerror, entry.name) from None

    return open


def _build_removefile(runtime: Runtime) -> Callable[..., object]:
    def removefile(filename: str) -> None:
        try:
            runtime.world.files.remove(filename)
            return
        except OSError as error:
            raise Py2OSError(error.errno, error.strerror, filename) from None

    return removefile
