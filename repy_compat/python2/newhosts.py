"""Texts of Python 3.14 and 3.15 in the words of Python 3.13.

The tables of ``messages`` know how 3.10 to 3.13 speak. Later releases say less in
some texts (which type of number was divided) and more in others (what a format got);
here theirs become the older ones, with what the failed instruction tells.
"""

from __future__ import annotations

import sys

from repy_compat.python2 import arity

NEEDED = sys.version_info >= (3, 14)
"""Whether this host speaks so."""

_RESULTS = {
    "__bool__": "__bool__ should return bool, returned {}",
    "__complex__": "__complex__ returned non-complex (type {})",
    "__float__": "{}.__float__ returned non-float (type {})",
    "__hash__": "__hash__ method should return an integer",
    "__index__": "__index__ returned non-int (type {})",
    "__int__": "__int__ returned non-int (type {})",
    "__iter__": "iter() returned non-iterator of type '{}'",
    "__repr__": "__repr__ returned non-string (type {})",
    "__str__": "__str__ returned non-string (type {})",
}
"""What was said of a special method that returned a value of another type."""

_PARTS = (
    (" is not a container or iterable", " is not iterable"),
    ("integers or have an __index__", "integers or None or have an __index__"),
)
_FLOAT_FORMATS = frozenset("eEfFgG")
_INTEGER_FORMATS = frozenset("xXo")


def older_text(error: BaseException, text: str) -> str:
    """``text``, the host's about ``error``, as Python 3.13 would have put it."""
    if text == "division by zero":
        return _division(error)
    if text.startswith("zero to a negative"):
        return "0.0 " + text.removeprefix("zero ").replace(
            "to a negative power", "cannot be raised to a negative power"
        )
    if "unhashable type: '" in text:
        return text[text.index("unhashable type: '") :].rstrip(")")
    if text == "object is not iterable":
        notes = getattr(error, "__notes__", None) or [text]
        return notes[0][:1].lower() + notes[0][1:]
    if "__() must return " in text:
        return _result(text)
    if " too big at position " in text:
        return text.partition(" at position ")[0].replace("precision", "prec")
    if "format" in text or text.startswith("stray %"):
        return _format(error, text)
    for part, older in _PARTS:
        text = text.replace(part, older)
    return text


def _division(error: BaseException) -> str:
    """Which of the texts about a division it was, by the operation and its operands."""
    operation = arity.last_operation(error).removesuffix("=")
    kinds = [type(value) for value in arity.last_operands(error)]
    if operation == "/":
        # Lowered code divides so only where the result is no integer.
        return f"{'complex' if complex in kinds else 'float'} division by zero"
    if float not in kinds:
        return "integer division or modulo by zero"
    return "float modulo by zero" if operation == "%" else "float divmod()"


def _result(text: str) -> str:
    called, _, rest = text.partition("() must return ")
    cls, _, method = called.rpartition(".")
    given = rest.rpartition(" not ")[2]
    told = _RESULTS.get(method)
    if told is None:
        return text
    return told.format(cls, given) if told.startswith("{}.") else told.format(given)


# Formats


def _format(error: BaseException, text: str) -> str:
    for start in ("not enough arguments for format", "not all arguments converted"):
        if text.startswith(start):
            return text.partition(" (")[0]
    if text.startswith("format requires a mapping"):
        return "format requires a mapping"
    if text.startswith("stray % or incomplete format key"):
        return "incomplete format key"
    if text.startswith(("stray %", "unsupported format %")):
        return _unsupported(error, text)
    start, _, needs = text.partition(": ")
    if start.startswith("format argument") and needs[:1] in ("%", "*"):
        return _argument(needs)
    return text


def _unsupported(error: BaseException, text: str) -> str:
    """``unsupported format %q at position 3``: the position is that of the ``%``."""
    start = int(text.partition(" at position ")[2].partition(" ")[0])
    template = arity.last_operands(error)[0]
    if type(template) is not str:
        return text
    at = _conversion(template, start + 1)
    if at >= len(template):
        return "incomplete format"
    character = template[at]
    shown = character if " " <= character <= "~" else "?"
    return f"unsupported format character '{shown}' ({ord(character):#x}) at index {at}"


def _conversion(template: str, at: int) -> int:
    """Where the conversion character of a format stands whose key begins at ``at``."""
    if template[at : at + 1] == "(":
        at = template.index(")", at) + 1
    while template[at : at + 1] in tuple("#0- +*.123456789"):
        at += 1
    return at + (template[at : at + 1] in ("h", "l", "L") and at + 1 < len(template))


def _argument(needs: str) -> str:
    """``%d requires a real number, not str``."""
    conversion = needs[1:2]
    given = needs.rpartition(" not ")[2]
    if needs.startswith("* requires int"):
        return "* wants int"
    if conversion == "c":
        if "not in range" in needs:
            return needs.replace("argument", "arg")
        return "%c requires int or char"
    if conversion in _FLOAT_FORMATS:
        return f"must be real number, not {given}"
    if conversion in _INTEGER_FORMATS:
        return f"%{conversion} format: an integer is required, not {given}"
    return f"%{conversion} format: a real number is required, not {given}"
