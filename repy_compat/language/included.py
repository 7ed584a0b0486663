"""Which files an include line may bring in.

Whoever writes a program writes its include lines, and whoever runs it lends them
the right to read (threat class T13). So a run, a check and an import under limits
bring in Repy sources of the folders that the caller named, and nothing else. The
preprocessor's command is asked for just this, to read what the lines name: it
follows them anywhere (Repy V1 specification, section 17.1), and says so when a run
wouldn't have.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SOURCES = (".repy", ".r2py", ".mix")
_OUTSIDE = "it lies outside of the folders that are searched"


class NotIncluded(OSError):
    """There is such a file, but it may not be brought in; the text says why not."""


def refusal(path: str, folders: Iterable[str]) -> str | None:
    """Why a run doesn't bring in the file at ``path``; None if it does.

    A run brings in files in and below ``folders`` that are named like Repy sources,
    by their own names and by those of what they link to.
    """
    return _refusal(path, os.path.realpath(path), folders)


def _refusal(path: str, place: str, folders: Iterable[str]) -> str | None:
    roots = (os.path.join(os.path.realpath(folder or "."), "") for folder in folders)
    if not place.startswith(tuple(roots)):
        return _OUTSIDE
    if not path.endswith(_SOURCES) or not place.endswith(_SOURCES):
        return f"only {', '.join(_SOURCES)} files are brought in"
    return None


def read_allowed(path: str, folders: Iterable[str]) -> str:
    """The bytes of a file that a run may bring in, as characters 0-255.

    Raises OSError; NotIncluded for a file that is there, but may not be brought in.
    """
    # What is looked at is what is read, whoever changes a link meanwhile.
    place = os.path.realpath(path)
    if os.path.lexists(path):
        reason = _refusal(path, place, folders)
        if reason is not None:
            hint = " (--include-path DIR adds one)" if reason is _OUTSIDE else ""
            raise NotIncluded(reason + hint)
    return read_regular(place)


def read_regular(path: str) -> str:
    """The bytes of a regular file as characters 0-255.

    Raises OSError; NotIncluded for a device or a pipe, which might never end.
    """
    import stat

    # Never waits for the other end of a pipe.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotIncluded("it is no regular file")
        return file.read().decode("latin-1")
