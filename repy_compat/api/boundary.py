"""What crosses between a program and the API: argument checks and their texts.

Each API function tests the exact types of its arguments itself, which is all
that a correct call costs, and asks this module for the exception when a test
fails. No code of the program runs before that decision (threat class T5).

V1: Repy V1 specification, sections 15.1 and 15.2. An argument that can't be
copied is reported before a wrong number or type, because the reference copies
first. V2: Repy V2 specification, section 6.1, in the order given there.
"""

from __future__ import annotations

from repy_compat.api.copying import (
    Uncopyable,
    deep_copy,
    is_function,
    type_text,
    violation_text,
)
from repy_compat.api.exceptions import (
    NamespaceViolationError,
    Py2TypeError,
    RepyArgumentError,
)
from repy_compat.python2 import numbers as python2_numbers
from repy_compat.python2 import text as python2_text

Arguments = tuple[object, ...]
Keywords = dict[str, object]

# --- Room for a call ---------------------------------------------------------

_ROOM = 24  # calls below the deepest function that takes or opens something
FILE_ROOM = 12  # the same for reading, writing and closing a file


def need_room(levels: int = _ROOM) -> None:
    """Raise RecursionError now if the stack couldn't hold ``levels`` more calls.

    A program can bring an API call to the very end of the stack. Functions that
    take an item, hold a lock or change a table ask here first, so that the
    error comes before anything is taken and not half-way (threat class T4).
    """
    if levels:
        need_room(levels - 1)


# --- V1 ----------------------------------------------------------------------


def wrong_call_v1(
    name: str,
    arguments: Arguments,
    keywords: Keywords,
    *,
    detail: str = "",
    subject: str = "",
) -> Exception:
    """The exception for a call of the V1 function ``name`` with wrong arguments.

    ``detail`` is ``No arguments allowed.`` for functions without parameters.
    ``subject`` is the text of the object whose method was called.
    """
    try:
        deep_copy(arguments)
        deep_copy(keywords)
    except Uncopyable as refused:
        return NamespaceViolationError(violation_text(refused))
    shown = python2_text.py2_repr(arguments)
    if subject:
        shown = _with_subject(subject, arguments)
    return Py2TypeError(
        f"Function '{name}' called with incorrect arguments. {detail} "
        f"Arguments were args:{shown}, kwargs:{python2_text.py2_repr(keywords)}"
    )


def _with_subject(subject: str, arguments: Arguments) -> str:
    """The text of a tuple of an object, whose text is ``subject``, and arguments."""
    if not arguments:
        return f"({subject},)"
    return f"({', '.join([subject, *map(python2_text.py2_repr, arguments)])})"


def no_arguments_v1(
    name: str, arguments: Arguments, keywords: Keywords, *, subject: str = ""
) -> Exception:
    """The exception for arguments given to a V1 function that takes none."""
    return wrong_call_v1(
        name, arguments, keywords, detail="No arguments allowed.", subject=subject
    )


def copied_v1(
    value: object, name: str, arguments: Arguments, keywords: Keywords
) -> object:
    """A deep copy of ``value``, one of the arguments of a call of ``name``.

    Raises:
        NamespaceViolationError: something in it may not cross.
    """
    try:
        return deep_copy(value)
    except Uncopyable:
        pass
    raise wrong_call_v1(name, arguments, keywords)


def is_integer(value: object) -> bool:
    """Whether ``value`` is exactly an int or a long; bool is neither."""
    return type(value) is int or python2_numbers.is_long(value)


def is_number(value: object) -> bool:
    """Whether ``value`` is exactly an int, long or float."""
    return type(value) is float or is_integer(value)


def parameters(
    names: tuple[str, ...], arguments: Arguments, keywords: Keywords
) -> list[object] | None:
    """The arguments in the order of ``names``, ``MISSING`` where none was given.

    None if there are too many, an unknown keyword, or one given twice.
    """
    if len(arguments) > len(names):
        return None
    found = list(arguments) + [MISSING] * (len(names) - len(arguments))
    for name, value in keywords.items():
        if name not in names or found[names.index(name)] is not MISSING:
            return None
        found[names.index(name)] = value
    return found


class _Missing:
    """The mark for a parameter that a call didn't give."""

    __slots__ = ()


MISSING = _Missing()

# --- V2 ----------------------------------------------------------------------


def wrong_count_v2(
    name: str, count: int, arguments: Arguments, keywords: Keywords
) -> Exception:
    """The exception for keywords, or not ``count`` arguments, in a V2 call."""
    if keywords:
        return RepyArgumentError(f"Keyword arguments not allowed when calling {name}.")
    return RepyArgumentError(
        f"Function '{name}' takes {count} arguments, "
        f"not {len(arguments)} as you provided."
    )


def invalid_type(value: object) -> Exception:
    """The exception for an argument of a type that a V2 function doesn't take."""
    return RepyArgumentError(f"Invalid type {type_text(value)}")


def check_string(value: object, longest: int | None = None) -> str:
    """``value`` if it's a str of at most ``longest`` characters.

    Raises:
        RepyArgumentError: it isn't.
    """
    if type(value) is not str:
        raise invalid_type(value)
    if longest is not None and len(value) > longest:
        raise RepyArgumentError(f"Max string length is {longest}")
    return value


def check_integer(value: object, least: int) -> int:
    """``value`` if it's an int or long of at least ``least``; a bool isn't.

    Raises:
        RepyArgumentError: it isn't.
    """
    if not is_integer(value):
        raise invalid_type(value)
    assert isinstance(value, int)
    if value < least:
        raise RepyArgumentError(f"Min value is {least}.")
    return value


def check_optional_integer(value: object) -> int | None:
    """``value`` if it's None, an int or a long.

    Raises:
        RepyArgumentError: it isn't.
    """
    if value is None:
        return None
    if not is_integer(value):
        raise invalid_type(value)
    assert isinstance(value, int)
    return value


def check_duration(value: object) -> int | float:
    """``value`` if it's an int, long or float that isn't negative.

    Raises:
        RepyArgumentError: it isn't.
    """
    if not is_number(value):
        raise invalid_type(value)
    assert isinstance(value, int | float)
    if not value >= 0:
        raise RepyArgumentError("Must be non-negative.")
    return value


def check_bool(value: object) -> bool:
    """``value`` if it's exactly True or False.

    Raises:
        RepyArgumentError: it isn't.
    """
    if type(value) is not bool:
        raise invalid_type(value)
    return value


def check_function(value: object) -> object:
    """``value`` if it's a function or method that may be a callback.

    Raises:
        RepyArgumentError: it isn't.
    """
    if not is_function(value):
        raise invalid_type(value)
    return value
