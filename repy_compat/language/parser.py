"""Text in, Python 2's tree out."""

from __future__ import annotations

import ast
import warnings

from .convert import NotPython2, convert
from .tokens import normalize, rewrite


class Refused(Exception):
    """A text that Python 2 doesn't read.

    ``kind`` is the name of Python 2's exception class, ``message`` its text
    without the place, ``line`` where it is, or None where Python 2 names none,
    ``column`` counts from 0 or is None.
    """

    def __init__(
        self, kind: str, message: str, line: int | None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.column = column


def parse(source: bytes | str) -> ast.Module:
    """The tree of a program; raises Refused where Python 2 would."""
    text = normalize(source)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Refused(
            "TypeError",
            "suite() argument 1 must be string without null bytes, not str",
            None,
        )
    rewritten = rewrite(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(rewritten.text)
        return convert(tree, rewritten)
    except SyntaxError as error:
        raise Refused("SyntaxError", "invalid syntax", error.lineno) from None
    except NotPython2 as error:
        raise Refused("SyntaxError", "invalid syntax", error.line) from None
