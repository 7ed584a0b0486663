"""Methods of Python 2.7's str that Python 3's str has lost or does otherwise.

A str is bytes: letters, digits and blanks are ASCII ones only (Repy language
catalogue, section H). The host's method is right for ASCII text, with exceptions
for the blanks; all other text goes through the host's ``bytes``, whose methods know
ASCII only, as 2.7's did. The host's methods are called through ``str`` because a
program's subclass may have its own of that name.
"""

from __future__ import annotations

from _collections_abc import Callable

from repy_compat.python2.conversions import BLANKS, as_index, as_short
from repy_compat.python2.counts import NONE, ONE, PARSE, UNPACK, takes
from repy_compat.python2.iteration import iterate_or
from repy_compat.python2.names import (
    type_name,
)
from repy_compat.python2.strformat import format_fields

_isascii = str.isascii
_NEED_TEXT = "expected a string or other character buffer object"


def _bytewise(name: str) -> Callable[[str], object]:
    """A method without arguments that looks at letters or digits only."""
    native = getattr(str, name)
    bytewise = getattr(bytes, name)
    gives_text = not name.startswith("is")

    def method(text: str) -> object:
        if _isascii(text):
            return native(text)
        result = bytewise(text.encode("latin-1"))
        return result.decode("latin-1") if gives_text else result

    method.__name__ = name
    method.__qualname__ = name
    return takes(NONE, 0, 0)(method)


@takes(NONE, 0, 0)
def upper(text: str) -> str:
    """``text.upper()``."""
    if _isascii(text):
        return str.upper(text)
    return text.encode("latin-1").upper().decode("latin-1")


@takes(NONE, 0, 0)
def lower(text: str) -> str:
    """``text.lower()``."""
    if _isascii(text):
        return str.lower(text)
    return text.encode("latin-1").lower().decode("latin-1")


@takes(NONE, 0, 0)
def isspace(text: str) -> bool:
    """``text.isspace()``."""
    return len(text) > 0 and not str.strip(text, BLANKS)


@takes(PARSE, 0, 1)
def strip(text: str, characters: str | None = None, /) -> str:
    """``text.strip(characters)``."""
    if characters is None:
        return str.strip(text, BLANKS)
    if isinstance(characters, str):
        return str.strip(text, characters)
    raise TypeError("strip arg must be None, str or unicode")


@takes(PARSE, 0, 1)
def lstrip(text: str, characters: str | None = None, /) -> str:
    """``text.lstrip(characters)``."""
    if characters is None:
        return str.lstrip(text, BLANKS)
    if isinstance(characters, str):
        return str.lstrip(text, characters)
    raise TypeError("lstrip arg must be None, str or unicode")


@takes(PARSE, 0, 1)
def rstrip(text: str, characters: str | None = None, /) -> str:
    """``text.rstrip(characters)``."""
    if characters is None:
        return str.rstrip(text, BLANKS)
    if isinstance(characters, str):
        return str.rstrip(text, characters)
    raise TypeError("rstrip arg must be None, str or unicode")


def _blanks_agree(text: str) -> bool:
    """Whether both languages see the same blanks in ``text``."""
    return _isascii(text) and not (
        "\x1c" in text or "\x1d" in text or "\x1e" in text or "\x1f" in text
    )


def _separator(separator: object) -> str:
    if not isinstance(separator, str):
        raise TypeError(_NEED_TEXT)
    if not separator:
        raise ValueError("empty separator")
    return separator


@takes(PARSE, 0, 2)
def split(text: str, separator: str | None = None, most: int = -1, /) -> list[str]:
    """``text.split(separator, most)``."""
    if type(most) is not int:
        most = as_index(most)
    if separator is None:
        if _blanks_agree(text):
            return str.split(text, None, most)
        pieces = text.encode("latin-1").split(None, most)
        return [piece.decode("latin-1") for piece in pieces]
    if type(separator) is not str or not separator:
        separator = _separator(separator)
    return str.split(text, separator, most)


@takes(PARSE, 0, 2)
def rsplit(text: str, separator: str | None = None, most: int = -1, /) -> list[str]:
    """``text.rsplit(separator, most)``."""
    if type(most) is not int:
        most = as_index(most)
    if separator is None:
        if _blanks_agree(text):
            return str.rsplit(text, None, most)
        pieces = text.encode("latin-1").rsplit(None, most)
        return [piece.decode("latin-1") for piece in pieces]
    return str.rsplit(text, _separator(separator), most)


@takes(PARSE, 0, 1)
def splitlines(text: str, keepends: int = 0, /) -> list[str]:
    """``text.splitlines(keepends)``: lines end with ``\\n``, ``\\r`` or both."""
    keep = bool(as_short(keepends))
    if _blanks_agree(text) and "\x0b" not in text and "\x0c" not in text:
        return str.splitlines(text, keep)
    lines = text.encode("latin-1").splitlines(keep)
    return [line.decode("latin-1") for line in lines]


@takes(PARSE, 0, 1)
def expandtabs(text: str, size: int = 8, /) -> str:
    """``text.expandtabs(size)``."""
    return str.expandtabs(text, as_short(size))


@takes(ONE, 1, 1)
def join(separator: str, items: object, /) -> str:
    """``separator.join(items)``."""
    if type(items) is list or type(items) is tuple:
        pieces = items
    else:
        pieces = list(iterate_or(items, "can only join an iterable"))
    try:
        return str.join(separator, pieces)
    except TypeError:
        for position, item in enumerate(pieces):
            if not isinstance(item, str):
                raise TypeError(
                    f"sequence item {position}: expected string, "
                    f"{type_name(item)} found"
                ) from None
        raise


@takes(UNPACK, 1, 2)
def translate(text: str, table: str | None, delete: object = "", /) -> str:
    """``text.translate(table, delete)``: a table of 256 characters or None."""
    if table is not None and not isinstance(table, str):
        raise TypeError(_NEED_TEXT)
    if table is not None and len(table) != 256:
        raise ValueError("translation table must be 256 characters long")
    if not isinstance(delete, str):
        raise TypeError(_NEED_TEXT)
    codes = None if table is None else table.encode("latin-1")
    result = text.encode("latin-1").translate(codes, delete.encode("latin-1"))
    return result.decode("latin-1")


def format_(text: str, /, *arguments: object, **keywords: object) -> str:
    """``text.format(...)``."""
    return format_fields(text, arguments, keywords)


format_.__name__ = "format"

METHODS: dict[str, Callable[..., object]] = {
    **{
        name: _bytewise(name)
        for name in (
            "capitalize",
            "isalnum",
            "isalpha",
            "isdigit",
            "islower",
            "istitle",
            "isupper",
            "swapcase",
            "title",
        )
    },
    "expandtabs": expandtabs,
    "format": format_,
    "isspace": isspace,
    "join": join,
    "lower": lower,
    "lstrip": lstrip,
    "rsplit": rsplit,
    "rstrip": rstrip,
    "split": split,
    "splitlines": splitlines,
    "strip": strip,
    "translate": translate,
    "upper": upper,
}
