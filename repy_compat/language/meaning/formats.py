"""Literal format strings for which the host's ``%`` gives what Python 2's gives."""

from __future__ import annotations

import ast
from collections.abc import Callable

from repy_compat.language.meaning.inference import INT, NUMBER, STR, is_number

_FLAGS = "-+ 0#"
_FLOAT_CODES = "eEfFgG"


def is_native_format(
    text: str, right: ast.expr, kind_of: Callable[[ast.expr], int]
) -> bool:
    """Whether ``text % right`` is the same in both languages.

    That is so when the kind of every argument is known and fits its code:
    integers for ``%d`` and ``%x``, numbers for ``%f``, integers and strings for
    ``%s``.
    """
    codes = _codes(text)
    if codes is None:
        return False
    if type(right) is ast.Tuple:
        arguments = right.elts
    elif kind_of(right) in (INT, STR, NUMBER) or is_number(kind_of(right)):
        arguments = [right]
    else:
        return False
    if len(arguments) != len(codes):
        return False
    return all(
        _fits(code, argument, kind_of(argument))
        for code, argument in zip(codes, arguments, strict=True)
    )


def _fits(code: str, argument: ast.expr, kind: int) -> bool:
    if code in "dixXu":
        return kind == INT
    if code in _FLOAT_CODES:
        return is_number(kind) and not _may_be_huge(argument)
    return code == "s" and kind in (INT, STR)


def _may_be_huge(node: ast.expr) -> bool:
    """Whether an integer looks as if no float could hold it."""
    if type(node) is ast.Constant:
        return isinstance(node.value, int) and node.value >= 2**1023
    return type(node) is ast.BinOp and type(node.op) in (ast.Pow, ast.LShift)


def _codes(text: str) -> list[str] | None:
    """The codes of a format; None if it has anything but flags, width, precision."""
    codes: list[str] = []
    at = 0
    while True:
        at = text.find("%", at)
        if at < 0:
            return codes
        at += 1
        if text[at : at + 1] == "%":
            at += 1
            continue
        flags = at
        while text[at : at + 1] and text[at] in _FLAGS:
            at += 1
        if "#" in text[flags:at]:
            return None
        while text[at : at + 1].isdigit():
            at += 1
        precision = None
        if text[at : at + 1] == ".":
            at += 1
            start = at
            while text[at : at + 1].isdigit():
                at += 1
            precision = int(text[start:at] or 0)
        code = text[at : at + 1]
        if not code or code not in "dixXus" + _FLOAT_CODES:
            return None
        if precision is not None and code in "dixXu" and not 0 < precision <= 116:
            return None  # Python 2 shows a zero as nothing, and has a limit
        codes.append(code)
        at += 1
