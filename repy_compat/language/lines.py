"""The line that a traceback shows: Python 2's, not Python 3's.

For a call over several lines Python 2 names the last line that it had reached,
Python 3 the first line of the call. When every expression has the largest line
of its parts, Python 3 names the line that Python 2 does.
"""

from __future__ import annotations

import ast


def settle_lines(tree: ast.Module) -> ast.Module:
    """Gives every expression the largest line of its parts, in place.

    A string over several lines counts with its last line. Nodes without a place
    (made by the lowering) get that of the node they stand in. Iterative, so a
    tree may be as deep as it likes.
    """
    order: list[ast.AST] = [tree]
    parents = [-1]
    at = 0
    while at < len(order):
        node = order[at]
        for field in node._fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                for item in value:  # type: ignore[union-attr]
                    if isinstance(item, ast.AST):
                        order.append(item)
                        parents.append(at)
            elif isinstance(value, ast.AST):
                order.append(value)
                parents.append(at)
        if "lineno" in node._attributes:
            _place(node, order[parents[at]])
        at += 1
    expression = ast.expr
    for index in range(len(order) - 1, 0, -1):
        node = order[index]
        if not isinstance(node, (expression, ast.keyword)):
            continue
        if node.__class__ is ast.Constant:
            line = node.end_lineno or node.lineno
        else:
            line = node.lineno
        if line != node.lineno:
            _move(node, line)
        parent = order[parents[index]]
        if isinstance(parent, (expression, ast.keyword)) and parent.lineno < line:
            _move(parent, line)
        elif isinstance(parent, ast.comprehension):
            grand = order[parents[parents[index]]]
            if isinstance(grand, expression) and grand.lineno < line:
                _move(grand, line)
    return tree


def _place(node: ast.AST, parent: ast.AST) -> None:
    if not hasattr(node, "lineno"):
        node.lineno = getattr(parent, "lineno", 1)  # type: ignore[attr-defined]
        node.col_offset = getattr(parent, "col_offset", 0)  # type: ignore
        node.end_lineno = node.lineno  # type: ignore[attr-defined]
        node.end_col_offset = node.col_offset  # type: ignore[attr-defined]
    elif getattr(node, "end_lineno", None) is None:
        node.end_lineno = node.lineno  # type: ignore[attr-defined]
        node.end_col_offset = node.col_offset = 0  # type: ignore[attr-defined]


def _move(node: ast.AST, line: int) -> None:
    node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
