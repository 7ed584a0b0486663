"""Python 2.7's complaints about the arguments of built-in functions and methods.

Our functions that play built-in ones have plain signatures, so that right calls
are fast. A wrong call is refused by the host; from the host's text and the table
kept here comes what 2.7 says. The functions' qualified names begin with U+01C0,
so a host's text tells whether it is about one of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Function = TypeVar("Function", bound=Callable[..., object])

PRIVATE = "\u01c0"

ONE = "one"
"""``abs() takes exactly one argument (2 given)``"""
NONE = "none"
"""``upper() takes no arguments (1 given)``"""
UNPACK = "unpack"
"""``range expected at least 1 arguments, got 0``"""
PARSE = "parse"
"""``replace() takes at least 2 arguments (1 given)``"""
SLOT = "slot"
"""``expected 0 arguments, got 1``, of a special method"""
KEYWORDS = "keywords"
"""As PARSE, for a function that has keyword arguments."""


class _Entry:
    __slots__ = ("name", "style", "least", "most", "leading")

    def __init__(
        self, name: str, style: str, least: int, most: int, leading: int
    ) -> None:
        self.name = name
        self.style = style
        self.least = least
        self.most = most
        self.leading = leading


_entries: dict[str, _Entry] = {}


def takes(
    style: str,
    least: int,
    most: int,
    *,
    name: str = "",
    shown: str = "",
    leading: int = 1,
) -> Callable[[Function], Function]:
    """Decorator: the function plays a built-in that takes ``least`` to ``most``.

    ``name`` is the built-in's name (default: the function's without trailing
    underscore), ``shown`` the name in complaints where that differs, ``leading``
    the number of arguments in front that 2.7 doesn't count (a method's self).
    """

    def mark(function: Function) -> Function:
        plain = name or function.__name__
        if plain[:2] != "__":
            plain = plain.rstrip("_")
        module = function.__module__.rpartition(".")[2]
        qualified = f"{PRIVATE}{module}.{function.__qualname__}"
        function.__name__ = plain
        function.__qualname__ = qualified
        _entries[qualified] = _Entry(shown or plain, style, least, most, leading)
        return function

    return mark


def count_text(called: str, rest: str, error: BaseException) -> str | None:
    """2.7's text for the host's ``called() rest``, or None if it's about others."""
    entry = _entries.get(called)
    if entry is None:
        return None
    if rest.startswith(("got ", "takes no keyword")):
        if entry.style == SLOT:
            return f"wrapper {entry.name} doesn't take keyword arguments"
        if entry.style != KEYWORDS:
            return f"{entry.name}() takes no keyword arguments"
        from repy_compat.python2.arity import last_given

        total = last_given(error)
        if total > entry.most:
            return _text(entry, total)
        word = rest.split("'")[1]
        if rest.startswith("got multiple values"):
            return f"Argument given by name ('{word}') and position (1)"
        return f"'{word}' is an invalid keyword argument for this function"
    given = _given(entry, rest)
    return None if given is None else _text(entry, given)


def _given(entry: _Entry, rest: str) -> int | None:
    if rest.startswith("missing "):
        return max(entry.least - int(rest.split(" ")[1]), 0)
    number = rest.rpartition(" but ")[2].partition(" ")[0]
    return int(number) - entry.leading if number.isdigit() else None


def _text(entry: _Entry, given: int) -> str:
    name, style = entry.name, entry.style
    if style == ONE:
        return f"{name}() takes exactly one argument ({given} given)"
    if style == NONE:
        return f"{name}() takes no arguments ({given} given)"
    limit = entry.least if given < entry.least else entry.most
    if style == SLOT:
        return f"expected {limit} arguments, got {given}"
    if entry.least == entry.most:
        bound = ""
    else:
        bound = "at least " if given < entry.least else "at most "
    if style == UNPACK:
        return f"{name} expected {bound}{limit} arguments, got {given}"
    plural = "" if limit == 1 else "s"
    return (
        f"{name}() takes {bound or 'exactly '}{limit} argument{plural} ({given} given)"
    )
