"""Constants that the host calculates while it compiles stay small.

CPython folds what is calculated from literals, and keeps every intermediate result
until the whole text is compiled. A sum of a thousand strings, or products side by
side, would take memory before any limit holds, and what becomes a constant of the
code counts as the program's text. Python 2.7 folded nothing above 20 characters.
"""

from __future__ import annotations

import ast

from repy_compat.language.meaning.build import LOAD, PRIVATE, constant, placed

LARGEST = 256
"""Bytes of a result that the host may fold."""

_BULK = PRIVATE + "bulk"
_SMALL = 16


def unfolded_operand(
    operator: ast.operator, left: ast.expr, right: ast.expr
) -> ast.expr:
    """The rewritten left operand, wrapped if the result would be folded to a lot."""
    one = bulk(left)
    if one is None:
        return left
    two = bulk(right)
    if two is None:
        return left
    if _result(operator, left, right, one, two) <= LARGEST:
        return left
    return _wrapped(left)


def unfolded(node: ast.expr) -> ast.expr:
    """The rewritten operand of a sign, wrapped if it is a large constant."""
    size = bulk(node)
    return node if size is None or size <= LARGEST else _wrapped(node)


def bulk(node: ast.expr) -> int | None:
    """About how many bytes a rewritten expression is folded to; None if it isn't."""
    kind = node.__class__
    if kind is ast.Constant:
        value = node.value  # type: ignore[attr-defined]
        if value.__class__ is str:
            return len(value)
        return value.bit_length() >> 3 if value.__class__ is int else _SMALL
    if kind not in _FOLDED:
        return None
    noted = node.__dict__
    if _BULK not in noted:
        noted[_BULK] = _bulk_of_parts(node)
    size: int | None = noted[_BULK]
    return size


_FOLDED = frozenset((ast.Tuple, ast.UnaryOp, ast.BinOp))


def _bulk_of_parts(node: ast.expr) -> int | None:
    if isinstance(node, ast.Tuple):
        total = 0
        for item in node.elts:
            size = bulk(item)
            if size is None:
                return None
            total += 8 + size
        return total
    if isinstance(node, ast.UnaryOp):
        return bulk(node.operand)
    assert isinstance(node, ast.BinOp)
    one = bulk(node.left)
    two = None if one is None else bulk(node.right)
    if one is None or two is None:
        return None
    return _result(node.op, node.left, node.right, one, two)


def _result(
    operator: ast.operator, left: ast.expr, right: ast.expr, one: int, two: int
) -> int:
    if type(operator) is not ast.Mult:
        return one + two
    for times, size in ((left, two), (right, one)):
        value = getattr(times, "value", None)
        if type(value) is int and value.bit_length() < 64:
            return max(value, 1) * max(size, 1)
    return (one + 1) * (two + 1)


def _wrapped(node: ast.expr) -> ast.expr:
    """``[node][0]``: the host doesn't look into lists."""
    items = placed(node, ast.List(elts=[node], ctx=LOAD))
    first = ast.Subscript(value=items, slice=constant(node, 0), ctx=LOAD)
    return placed(node, first)
