"""Calls of the operating system that Python has no function for.

The module ``ctypes`` takes 3 ms to import, a third of what a whole supervised
run may cost; its C half, ``_ctypes``, takes half a millisecond and is all that
four calls need. Where it is missing (a build without libffi) the functions raise
OSError, and the walls they would have built are reported as missing.
"""

from __future__ import annotations

import errno
import os

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9

_functions: dict[str, object] = {}


def call(name: str, *arguments: int | bytes | None) -> int:
    """Call the C function ``name`` with integers (as long) and pointers.

    The result as an int. OSError with the call's errno when that is -1.
    """
    function = _functions.get(name)
    if function is None:
        function = _functions[name] = _find(name)
    result, number = function(*arguments)  # type: ignore[operator]
    if result == -1:
        raise OSError(number, os.strerror(number), name)
    return int(result)


def _find(name: str) -> object:
    try:
        import _ctypes
    except ImportError:
        raise OSError(
            errno.ENOSYS, "this Python was built without ctypes", name
        ) from None

    class Long(_ctypes._SimpleCData):
        _type_ = "l"

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
        _restype_ = Long

    function = Function(_ctypes.dlsym(_ctypes.dlopen(None, 0), name))  # type: ignore[arg-type]

    def invoke(*arguments: int | bytes | None) -> tuple[int, int]:
        # A plain int would be passed as a C int: half of an address.
        result = function(
            *(Long(item) if isinstance(item, int) else item for item in arguments)
        )
        return result, _ctypes.get_errno()

    return invoke


def address_of(data: bytes) -> int:
    """Where CPython keeps the bytes of ``data``; valid while ``data`` lives."""
    return id(data) + bytes.__basicsize__ - 1


def end_with_parent() -> None:
    """The kernel kills this process when the thread that made it ends."""
    call("prctl", _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def forbid_new_privileges() -> None:
    """No program that this process starts gets more rights than it has."""
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def forbid_inspection() -> None:
    """No core dump, and no debugger of the same user."""
    call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def fill_zero(address: int, size: int) -> None:
    """Overwrite ``size`` bytes of this process's own memory."""
    call("memset", address, 0, size)
