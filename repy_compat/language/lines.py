"""The line that a traceback shows: Python 2's, not Python 3's.

For a call over several lines Python 2 names the last line that it had reached,
Python 3 the first line of the call. When every expression has the largest line
of its parts, Python 3 names the line that Python 2 does.
"""

from __future__ import annotations

import ast


def settle_lines(tree: ast.Module) -> ast.Module:
    """Gives every expression the largest line of its parts, in place.

    A string over several lines counts with its last line. Expressions on one
    line, nearly all, are passed over. Iterative, so a tree may be as deep as it
    likes.
    """
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        for field in node._fields:
            value = getattr(node, field, None)
            if value.__class__ is not list:
                value = (value,)
            for part in value:
                if isinstance(part, ast.expr):
                    if part.end_lineno != part.lineno:
                        _settle(part)
                elif isinstance(part, ast.AST):
                    pending.append(part)
    return tree


def _settle(expression: ast.expr) -> None:
    """Settles one expression over several lines, from the inside out."""
    order: list[ast.AST] = [expression]
    parents = [-1]
    for at, node in enumerate(order):  # the list grows while it is read
        for child in ast.iter_child_nodes(node):
            order.append(child)
            parents.append(at)
    lines = [getattr(node, "lineno", 0) for node in order]
    for at in range(len(order) - 1, -1, -1):
        node = order[at]
        if isinstance(node, ast.Constant):
            lines[at] = node.end_lineno or lines[at]
        if parents[at] >= 0 and lines[parents[at]] < lines[at]:
            lines[parents[at]] = lines[at]
        if hasattr(node, "lineno") and node.lineno != lines[at]:
            node.lineno = node.end_lineno = lines[at]  # type: ignore[attr-defined]
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
