"""Text in, Python 2's tree out.

CPython's parser reads the rewritten text. Only where it refuses, or where the
rewriting saw something that Python 3 takes and Python 2 may not, is the exact
grammar asked; it has the last word about what is refused, and how.
"""

from __future__ import annotations

import ast

from .convert import NotPython2, Words, convert
from .lexer import Refused
from .rewriting import Rewritten, rewrite
from .tokens import normalize

__all__ = ["Refused", "parse", "parse_roughly", "refusal", "verify"]


def parse(source: bytes | str) -> ast.Module:
    """The tree of a program.

    Raises Refused where Python 2 refuses the text, and RecursionError or
    MemoryError where it is nested too deeply for this thread's stack.
    """
    return _tree(source, later=False)[0]


def parse_roughly(source: bytes | str) -> tuple[ast.Module, Words | None]:
    """As :func:`parse`, but some words may still have to be restored.

    That is left for the walk of the check: it sees every word anyway.
    """
    return _tree(source, later=True)


def _tree(source: bytes | str, later: bool) -> tuple[ast.Module, Words | None]:
    text = normalize(source)
    if "\0" in text:
        message = "suite() argument 1 must be string without null bytes, not str"
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Refused("TypeError", message, None, place=line, hint="NUL byte")
    rewritten = rewrite(text)
    rewritten.forget_pieces()
    try:
        tree = _parse(rewritten)
    except (MemoryError, RecursionError):
        verify(text)  # a text that isn't Python 2 at all is refused for that
        raise
    if tree is None or rewritten.suspicious or rewritten.bad_escape:
        verify(text)
    if tree is None:
        # Python 2 refuses an assignment to None only when it compiles.
        later = False
        rewritten = rewrite(text, rename_none=True)
        tree = _parse(rewritten)
    if tree is None:
        raise _refusal_of_python3(rewritten)
    try:
        return convert(tree, rewritten, later)
    except NotPython2 as error:
        raise refusal(text, error) from None


def refusal(source: bytes | str, error: NotPython2) -> Refused:
    """What Python 2 says about a text of which the tree isn't Python 2's."""
    try:
        verify(source)
    except Refused as refused:
        return refused
    return Refused("SyntaxError", "invalid syntax", error.line)


def verify(source: bytes | str) -> None:
    """Asks the exact grammar; raises Refused where Python 2 refuses the text."""
    from .grammar import recognize

    recognize(normalize(source))


def _parse(rewritten: Rewritten) -> ast.Module | None:
    """CPython's tree, or None if Python 3 refuses the text."""
    try:
        if len(rewritten.chunks) > 1:
            try:
                return _parse_chunks(rewritten.chunks)
            except SyntaxError:
                pass  # whatever it is, the whole text shows it, or that it is none
        return ast.parse(rewritten.text)
    except (SyntaxError, ValueError) as error:
        if "too many nested parentheses" in str(error):
            raise MemoryError from None
        return None


def _parse_chunks(chunks: list[str]) -> ast.Module:
    """The tree of a text in chunks: less memory at a time, and so less time."""
    tree = ast.Module(body=[], type_ignores=[])
    lines = 0
    for chunk in chunks:
        tree.body += ast.parse("\n" * lines + chunk).body
        lines += chunk.count("\n")
    return tree


def _refusal_of_python3(rewritten: Rewritten) -> Refused:
    """For a text that fits Python 2's grammar and still can't be read."""
    try:
        ast.parse(rewritten.text)
    except SyntaxError as error:
        return Refused("SyntaxError", "invalid syntax", error.lineno)
    except ValueError:
        pass
    return Refused("SyntaxError", "invalid syntax", 1)
