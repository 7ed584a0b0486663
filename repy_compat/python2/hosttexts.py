"""The host's complaints about arguments of built-in methods, in Python 2.7's words.

Methods that both languages share are called natively, so their complaints are the
host's; its releases 3.10 to 3.13 differ among themselves.
"""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NEED_TEXT = "expected a string or other character buffer object"
_SEARCHES = ("find", "rfind", "index", "rindex")
_PARSED = frozenset(
    [
        "center",
        "count",
        "endswith",
        "expandtabs",
        "find",
        "index",
        "insert",
        "ljust",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rsplit",
        "split",
        "startswith",
        "zfill",
        "bool",
        "float",
        "int",
        "list",
        "str",
        "tuple",
    ]
)
"""Methods and types whose complaint in 2.7 reads ``name() takes ... (n given)``."""

_BUILTINS = frozenset(vars(builtins))

EXACT = {
    "cannot convert Infinity to integer ratio": (
        "Cannot pass infinity to float.as_integer_ratio."
    ),
    "cannot convert NaN to integer ratio": (
        "Cannot pass NaN to float.as_integer_ratio."
    ),
    "unhashable type: 'slice'": "unhashable type",
    "string too large": "repeated string is too long",
}


def method_text(text: str) -> str | None:
    """2.7's words for a TypeError of a built-in method; None if it's another one."""
    exact = EXACT.get(text)
    if exact is not None:
        return exact
    if text.endswith(" object cannot be interpreted as an integer"):
        if text.startswith("'float'"):
            return "integer argument expected, got float"
        if text.startswith("'complex'"):
            return "can't convert complex to int"
        return "an integer is required"
    for part, rule in _RULES:
        if part in text:
            return rule(text)
    return None


def value_text(text: str) -> str:
    """2.7's words for a ValueError: texts of bytes are shown escaped."""
    value, found, _ = text.partition(" is not in list")
    if found:
        if value.lstrip("-").isdigit() and not -(2**63) <= int(value) < 2**63:
            return f"{value}L{found}"
        return text.encode("ascii", "backslashreplace").decode("ascii")
    return text


def _first_argument(text: str) -> str | None:
    """``startswith first arg must be str or a tuple of str, not int``."""
    return text.replace("str or a tuple of str", "str, unicode, or tuple")


def _needs_text(text: str) -> str | None:
    start = text.partition(" must be str")[0]
    if text.startswith("must be str") or "() argument " in start:
        return _NEED_TEXT
    return None


def _no_order(text: str) -> str | None:
    if "'complex'" in text:
        return "no ordering relation is defined for complex numbers"
    return None


def _needs_float(text: str) -> str | None:
    return "float argument required, not " + text.rpartition(" ")[2]


def _needs_number(text: str) -> str | None:
    return text.replace("a real number", "a number")


def _needs_tuple_of_texts(text: str) -> str | None:
    return _NEED_TEXT if text.startswith("tuple for ") else None


def _expected(text: str) -> str | None:
    """``name expected at least 2 arguments, got 1``."""
    name, _, rest = text.partition(" expected ")
    bound, _, got = rest.partition(", got ")
    words = bound.split(" ")
    if not name.isidentifier() or words[-1] not in ("argument", "arguments"):
        return None
    number = words[-2]
    qualifier = " ".join(words[:-2])
    parsed = name in _PARSED or (name == "pop" and bound == "at most 1 argument")
    if not parsed:
        return f"{name} expected {' '.join(words[:-1])} arguments, got {got}"
    plural = "" if number == "1" else "s"
    shown = name if name == "index" else _shown(name)  # mostly a list's
    return (
        f"{shown}() takes {qualifier or 'exactly'} {number} "
        f"argument{plural} ({got} given)"
    )


def _takes(text: str) -> str | None:
    """``list.append() takes exactly one argument (0 given)``."""
    if not text.endswith(" given)"):
        return None
    called, _, rest = text.partition("() takes ")
    name = called.rpartition(".")[2]
    if name == "zfill":
        rest = rest.replace("one argument", "1 argument")
    return f"{_shown(name)}() takes {rest.replace(' positional', '')}"


def _shown(name: str) -> str:
    return "/".join(_SEARCHES) if name in _SEARCHES else name


def _keywords(text: str) -> str | None:
    called = text.partition("() takes no keyword arguments")[0]
    if called.startswith("exceptions.") or not ("." in called or called in _BUILTINS):
        return f"{called} does not take keyword arguments"  # an exception's class
    return f"{called.rpartition('.')[2]}() takes no keyword arguments"


_RULES: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    (" first arg must be str", _first_argument),
    (" not supported between instances of ", _no_order),
    ("must be str", _needs_text),
    ("must be real number, not ", _needs_float),
    (" format: a real number is required, not ", _needs_number),
    (" must only contain str", _needs_tuple_of_texts),
    (" expected ", _expected),
    ("() takes no keyword arguments", _keywords),
    ("() takes exactly ", _takes),
    ("() takes no arguments (", _takes),
    ("() takes at least ", _takes),
    ("() takes at most ", _takes),
)


def fill_text(text: str, name: str | None) -> str | None:
    """2.7's words for a fill character that is none.

    The host doesn't say which method was called: ``name`` does, if it is known.
    """
    if not text.startswith("The fill character must be "):
        return None
    given = text.rpartition("not ")[2] if ", not " in text else "str"
    given = "None" if given == "NoneType" else given
    return f"{name or 'center'}() argument 2 must be char, not {given}"
