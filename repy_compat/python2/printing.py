"""The print statement: pieces, spaces between them, and the space that is still due.

Repy V1 specification, section 7.5: each item, each blank and the newline are a write
of their own.
"""

from __future__ import annotations

from _collections_abc import Callable

from repy_compat.python2 import text as text_module
from repy_compat.python2.names import DICTS, long, type_name
from repy_compat.python2.text import py2_str

_NO_BLANK_AFTER = ("\n", "\t", "\r", "\x0b", "\x0c")


_PLAIN = frozenset((str, int, long, float, bool, type(None)))
_LISTS = frozenset((list, tuple, set, frozenset))
_MOST_LOOKED_AT = 64


def new_print(
    write: Callable[[str], None],
    write_pieces: Callable[[list[str]], None] | None = None,
    due: list[bool] | None = None,
    text_of: Callable[[object], str] = py2_str,
) -> Callable[[object, tuple, bool], None]:
    """The helper of one run for ``print``: ``(target, values, newline)``.

    ``write`` takes standard output's pieces; whether a space is due there is the
    one item of ``due``, on any other target its attribute ``softspace``.
    ``write_pieces`` takes those of a statement at once, where no text of a
    program's own making can come in between. ``text_of`` makes the text of a value
    where the program's own code may be called for it.
    """
    owed = [False] if due is None else due

    def print_(target: object, values: tuple, newline: bool) -> None:
        if target is not None:
            _print_to(target, values, newline)
            return
        if write_pieces is not None:
            pieces: list[str] = []
            blank = owed[0]
            for value in values:
                kind = type(value)
                if kind not in _PLAIN and _calls_program(value):
                    break
                text = value if kind is str else py2_str(value)
                pieces += (" ", text) if blank else (text,)
                blank = not (kind is str and text.endswith(_NO_BLANK_AFTER))
            else:
                if newline:
                    pieces.append("\n")
                    blank = False
                # What fails leaves no blank due, unless it was the line's end alone.
                owed[0] = owed[0] and not values
                write_pieces(pieces)
                owed[0] = blank
                return
        for value in values:
            if owed[0]:
                owed[0] = False
                write(" ")
            write(text_of(value))
            owed[0] = not _ends_line(value)
        if newline:
            write("\n")
            owed[0] = False

    return print_


def _ends_line(value: object) -> bool:
    """Whether no blank is due after ``value``; Python 2 looks at a string's own bytes."""
    return isinstance(value, str) and str.endswith(value, _NO_BLANK_AFTER)


def _calls_program(value: object) -> bool:
    """Whether making the text of ``value`` may call the program's own code."""
    kind = type(value)
    parts: tuple | list
    if kind in _LISTS:
        parts = tuple(value)  # type: ignore[arg-type]
    elif kind in DICTS:
        parts = [part for pair in list(value.items()) for part in pair]  # type: ignore[attr-defined]
    elif kind.__str__ is text_module.plain_exception_str:
        parts = text_module.exception_arguments(value)
    else:
        return True
    return len(parts) > _MOST_LOOKED_AT or not all(
        type(part) in _PLAIN for part in parts
    )


def _print_to(target: object, values: tuple, newline: bool) -> None:
    """``print >>target``: any object with a method ``write``."""
    for value in values:
        if _is_due(target):
            _set_due(target, False)
            _writer(target)(" ")
        text = py2_str(value)
        _writer(target)(text)
        _set_due(target, not _ends_line(value))
    if newline:
        _writer(target)("\n")
        _set_due(target, False)


def _writer(target: object) -> Callable[[str], object]:
    try:
        return target.write  # type: ignore[attr-defined]
    except AttributeError:
        if hasattr(type(target), "softspace") or hasattr(target, "__dict__"):
            raise
        raise AttributeError(
            f"'{type_name(target)}' object has no attribute 'write'"
        ) from None


def _is_due(target: object) -> bool:
    return bool(getattr(target, "softspace", 0))


def _set_due(target: object, due: bool) -> None:
    try:
        target.softspace = int(due)  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        return  # such a target forgets, as in 2.7
