"""Python 2's ways, for ported programs whose text alone doesn't decide what is meant.

``repy port`` imports a name from here only together with a question. Once a person
has answered it, the import can go.
"""

from __future__ import annotations

import atexit
import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["as_bytes", "as_text", "cmp", "compares", "input", "old_div", "print"]

_owed: dict[int, Any] = {}  # by id: streams that a blank is owed to


def old_div(left: Any, right: Any) -> Any:
    """What ``left / right`` is in Python 2: rounded down for whole numbers."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return left / right


def cmp(left: Any, right: Any) -> int:
    """-1, 0 or 1: Python 2's order, which any two values have."""
    try:
        return int(left > right) - int(left < right)
    except TypeError:
        from repy_compat.python2 import ordering

        return int(ordering.cmp(left, right))


def compares(cls: Any) -> Any:
    """Let the operators of a class ask its ``__cmp__``, as Python 2's did."""
    tests: dict[str, Any] = {
        "__lt__": lambda order: order < 0,
        "__le__": lambda order: order <= 0,
        "__gt__": lambda order: order > 0,
        "__ge__": lambda order: order >= 0,
        "__eq__": lambda order: order == 0,
        "__ne__": lambda order: order != 0,
    }
    for name, test in tests.items():
        if name not in cls.__dict__:
            # Set afterwards, so that __hash__ stays what it was.
            setattr(cls, name, _comparison(name, test))
    return cls


def _comparison(name: str, test: Any) -> Any:
    def compare(self: Any, other: object) -> Any:
        order = self.__cmp__(other)
        return order if order is NotImplemented else test(order)

    compare.__name__ = name
    return compare


def as_bytes(data: Any) -> Any:
    """A byte string as bytes, for a socket; anything else as it is.

    UnicodeEncodeError for a text that is no byte string.
    """
    return data.encode("latin-1") if isinstance(data, str) else data


def as_text(data: Any) -> Any:
    """Bytes from a socket as a byte string; also the first part of ``recvfrom``'s."""
    if isinstance(data, tuple):
        return (as_text(data[0]), *data[1:])
    return data.decode("latin-1") if isinstance(data, bytes) else data


def print(*values: object, end: str = "\n", file: Any = None) -> None:
    """Python 2's print statement as a function.

    ``end=' '`` stands for a comma at the end: the blank is written when another
    print follows, and only then. Floats show 12 digits.
    """
    stream = sys.stdout if file is None else file
    text = " ".join(_text(value) for value in values)
    if _owed.pop(id(stream), None) is not None and values:
        text = " " + text
    if end != " ":
        text += end
    elif not (text[-1:].isspace() and text[-1:] != " "):
        _owed[id(stream)] = stream
    stream.write(text)


def input(prompt: object = "") -> str:
    """Python 2's raw_input, which writes an owed blank first."""
    if _owed.pop(id(sys.stdout), None) is not None:
        sys.stdout.write(" ")
    return builtins.input(prompt)


def _text(value: object) -> str:
    if type(value) is float:
        text = f"{value:.12g}"
        return text if text.strip("-0123456789") else text + ".0"
    return str(value)


@atexit.register
def _end_line() -> None:
    """Python 2 ends the line that a comma left open."""
    if _owed.pop(id(sys.stdout), None) is not None:
        sys.stdout.write("\n")
