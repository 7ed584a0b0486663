"""Text in, Python 2's tree out.

CPython's parser reads the rewritten text. Only where it refuses, or where the
rewriting saw something that Python 3 takes and Python 2 may not, is the exact
grammar asked; it has the last word about what is refused, and how.
"""

from __future__ import annotations

import ast

from .convert import NotPython2, convert
from .lexer import Refused
from .rewriting import Rewritten, rewrite
from .tokens import normalize

__all__ = ["Refused", "parse", "verify"]


def parse(source: bytes | str) -> ast.Module:
    """The tree of a program.

    Raises Refused where Python 2 refuses the text, and RecursionError or
    MemoryError where it is nested too deeply for this thread's stack.
    """
    text = normalize(source)
    if "\0" in text:
        message = "suite() argument 1 must be string without null bytes, not str"
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Refused("TypeError", message, None, place=line, hint="NUL byte")
    rewritten = rewrite(text)
    try:
        tree = _parse(rewritten)
    except (MemoryError, RecursionError):
        verify(text)  # a text that isn't Python 2 at all is refused for that
        raise
    if tree is None or rewritten.suspicious or rewritten.bad_escape:
        verify(text)
    if tree is None:
        # Python 2 refuses an assignment to None only when it compiles.
        rewritten = rewrite(text, rename_none=True)
        tree = _parse(rewritten)
    if tree is None:
        raise _refusal_of_python3(rewritten)
    try:
        return convert(tree, rewritten)
    except NotPython2 as error:
        verify(text)
        raise Refused("SyntaxError", "invalid syntax", error.line) from None


def verify(source: bytes | str) -> None:
    """Asks the exact grammar; raises Refused where Python 2 refuses the text."""
    from .grammar import recognize

    recognize(normalize(source))


def _parse(rewritten: Rewritten) -> ast.Module | None:
    """CPython's tree, or None if Python 3 refuses the text."""
    try:
        return ast.parse(rewritten.text)
    except (SyntaxError, ValueError) as error:
        if "too many nested parentheses" in str(error):
            raise MemoryError from None
        return None


def _refusal_of_python3(rewritten: Rewritten) -> Refused:
    """For a text that fits Python 2's grammar and still can't be read."""
    try:
        ast.parse(rewritten.text)
    except SyntaxError as error:
        return Refused("SyntaxError", "invalid syntax", error.lineno)
    except ValueError:
        pass
    return Refused("SyntaxError", "invalid syntax", 1)
