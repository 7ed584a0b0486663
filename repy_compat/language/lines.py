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
    simple, heads, blocks = _SIMPLE, _HEADS, _BLOCKS
    while pending:
        node = pending.pop()
        kind = node.__class__
        field = simple.get(kind)
        if field is not None:
            value = getattr(node, field)
            if value is None or (
                node.end_lineno == node.lineno  # type: ignore[attr-defined]
                and value.end_lineno == value.lineno == node.lineno  # type: ignore[attr-defined]
            ):
                continue
        head = heads.get(kind)
        if head is None:
            _settle_parts(node, node._fields, pending)
        else:
            _settle_parts(node, head, pending)
            for name in blocks[kind]:
                pending += getattr(node, name)
        if kind is ast.Assign:
            line = node.value.lineno  # type: ignore[attr-defined]
            if line > node.lineno:  # type: ignore[attr-defined]
                for target in node.targets:  # type: ignore[attr-defined]
                    _not_before(target, line)
        elif kind is ast.If and node.test.lineno > node.lineno:  # type: ignore[attr-defined]
            # An assert, rewritten: its raise stands on the line of the assert.
            line = node.test.lineno  # type: ignore[attr-defined]
            for statement in node.body:  # type: ignore[attr-defined]
                if statement.lineno < line:
                    _move(statement, line)
    return tree


# Statements that stand on one line as a whole if they and this field do.
_SIMPLE: dict[type, str] = {
    ast.Expr: "value",
    ast.Assign: "value",
    ast.AugAssign: "value",
    ast.Return: "value",
}
# The expressions in front of the blocks of compound statements, and the blocks.
_HEADS: dict[type, tuple[str, ...]] = {
    ast.If: ("test",),
    ast.While: ("test",),
    ast.For: ("target", "iter"),
    ast.Try: (),
    ast.ExceptHandler: ("type",),
}
_BLOCKS: dict[type, tuple[str, ...]] = {
    ast.If: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
}


def _settle_parts(
    node: ast.AST, fields: tuple[str, ...], pending: list[ast.AST]
) -> None:
    """Settles the expressions in some fields; other nodes are put off."""
    for field in fields:
        value = getattr(node, field, None)
        if value.__class__ is not list:
            value = (value,)
        for part in value:
            if isinstance(part, ast.expr):
                if part.end_lineno != part.lineno:
                    _settle(part)
            elif isinstance(part, ast.AST):
                pending.append(part)


def _not_before(target: ast.expr, line: int) -> None:
    """Values are given to targets when the last line of the value was reached."""
    for node in ast.walk(target):
        if isinstance(node, ast.expr) and node.lineno < line:
            _move(node, line)


def _move(node: ast.expr | ast.stmt, line: int) -> None:
    node.lineno = line
    node.end_lineno = max(line, node.end_lineno or line)
    node.col_offset = node.end_col_offset = 0


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
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # The end of a string; of adjacent ones, that of the first.
            end = node.end_lineno or lines[at]
            lines[at] = min(lines[at] + node.value.count("\n"), end)
        if parents[at] >= 0 and lines[parents[at]] < lines[at]:
            lines[parents[at]] = lines[at]
        if isinstance(node, (ast.expr, ast.keyword)) and node.lineno != lines[at]:
            node.lineno = node.end_lineno = lines[at]
            node.col_offset = node.end_col_offset = 0
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.lineno < lines[at]:
            # CPython takes a method call's line from the end of the attribute.
            called.end_lineno = lines[at]
