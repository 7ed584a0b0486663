"""Texts of Python 3.14 and 3.15 become those of 3.13, on whichever host this runs."""

from __future__ import annotations

import sys

import pytest

from repy_compat.python2.errors import exception_text
from repy_compat.python2.lists import index
from repy_compat.python2.newhosts import older_text

TEXTS = [
    ("zero to a negative power", "0.0 cannot be raised to a negative power"),
    (
        "zero to a negative or complex power",
        "0.0 to a negative or complex power",
    ),
    (
        "cannot use 'list' as a dict key (unhashable type: 'list')",
        "unhashable type: 'list'",
    ),
    (
        "cannot use 'set' as a set element (unhashable type: 'set')",
        "unhashable type: 'set'",
    ),
    (
        "argument of type 'int' is not a container or iterable",
        "argument of type 'int' is not iterable",
    ),
    (
        "slice indices must be integers or have an __index__ method",
        "slice indices must be integers or None or have an __index__ method",
    ),
    (
        "B.__iter__() must return an iterator, not int",
        "iter() returned non-iterator of type 'int'",
    ),
    (
        "B.__str__() must return a str, not int",
        "__str__ returned non-string (type int)",
    ),
    (
        "A.B.__float__() must return a float, not str",
        "A.B.__float__ returned non-float (type str)",
    ),
    ("A.__next__() must return a key, not str",) * 2,
    (
        "not enough arguments for format string (got 1)",
        "not enough arguments for format string",
    ),
    (
        "not all arguments converted during string formatting (required 1, got 2)",
        "not all arguments converted during string formatting",
    ),
    ("format requires a mapping, not int", "format requires a mapping"),
    (
        "format argument: %d requires a real number, not str",
        "%d format: a real number is required, not str",
    ),
    (
        "format argument 'a': %x requires an integer, not float",
        "%x format: an integer is required, not float",
    ),
    (
        "format argument 2: %f requires a real number, not str",
        "must be real number, not str",
    ),
    (
        "format argument: %c requires an integer or a unicode character, not float",
        "%c requires int or char",
    ),
    (
        "format argument: %c argument not in range(0x110000)",
        "%c arg not in range(0x110000)",
    ),
    ("format argument 1: * requires int, not str", "* wants int"),
    (
        "stray % or incomplete format key at position 0",
        "incomplete format key",
    ),
    ("precision too big at position 0", "prec too big"),
    ("width too big at position 4", "width too big"),
    ("format of another kind",) * 2,
]


@pytest.mark.parametrize(("new", "old"), TEXTS)
def test_text_is_told_in_the_older_words(new: str, old: str) -> None:
    """What needs no look at the failed instruction."""
    assert older_text(TypeError(new), new) == old


def test_note_tells_which_element() -> None:
    """dict.update says there what it said in its text."""
    error = TypeError("object is not iterable")
    error.__dict__["__notes__"] = ["Cannot convert element #1 to a sequence"]
    text = older_text(error, "object is not iterable")
    assert text == "cannot convert element #1 to a sequence"


def failing(operation: str, left: object, right: object) -> BaseException:
    """What the host raises for an operation in the code of a program."""
    space: dict[str, object] = {"__builtins__": {"\u01c0match": None}}
    exec(f"def run(left, right):\n  {operation}\n", space)
    try:
        space["run"](left, right)  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="its code tells otherwise")
@pytest.mark.parametrize(
    ("operation", "left", "old"),
    [
        ("return left / right", 1.5, "float division by zero"),
        ("return left / right", 2j, "complex division by zero"),
        ("return left // right", 1.5, "float divmod()"),
        ("return left // right", 5, "integer division or modulo by zero"),
        ("return left % right", 1.5, "float modulo by zero"),
        ("return left % right", 5, "integer division or modulo by zero"),
        ("left %= right", 1.5, "float modulo by zero"),
        ("left //= right", 5, "integer division or modulo by zero"),
    ],
)
def test_division_is_told_by_its_operands(
    operation: str, left: object, old: str
) -> None:
    """A host that only says 'division by zero' is asked what it divided."""
    assert older_text(failing(operation, left, 0), "division by zero") == old


@pytest.mark.parametrize(
    ("template", "new", "old"),
    [
        (
            "ab%(x)5q",
            "unsupported format %q at position 2",
            "unsupported format character 'q' (0x71) at index 7",
        ),
        (
            "%-03.1\x01",
            "stray % at position 0 or unexpected format character U+0001 at position 6",
            "unsupported format character '?' (0x1) at index 6",
        ),
        ("a%5", "stray % at position 1", "incomplete format"),
        (
            "%hhq",
            "unsupported format %h at position 0",
            "unsupported format character 'h' (0x68) at index 2",
        ),
    ],
)
def test_format_is_looked_for_in_the_template(
    template: str, new: str, old: str
) -> None:
    """The host tells where a format begins, Python 2 where its letter is."""
    error = failing("return left % right", template, {"x": 1})
    assert older_text(error, new) == old


def test_index_names_what_is_not_there() -> None:
    """The method that newer hosts need tells the value as Python 2 writes it."""
    assert index([1, "a", 3], "a") == 1
    assert index([1, 2, 1], 1, 1) == 2
    with pytest.raises(ValueError) as raised:
        index([1], "x\xff")
    assert exception_text(raised.value) == "'x\\xff' is not in list"
