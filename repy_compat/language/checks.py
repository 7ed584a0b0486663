"""Which stores of a program depend on which test: check, then act.

A store depends on the test of an ``if`` or ``while`` around it, and on that of an
``if`` before it in the same block that leaves the block when it is met, as in
``if key in table: return``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

LEAVING = (ast.Return, ast.Continue, ast.Break)
# Statements after a leaving ``if`` that are looked at: whatever is further away is
# rarely about the same thing, and blocks may be thousands of lines.
NEAR = 8


class CheckedBlock(NamedTuple):
    """A test, and the targets of assignments that are only reached through it.

    A store of True, False or None isn't among them: two events that both set a flag
    do no harm by that.
    """

    test: ast.expr
    stores: list[ast.Subscript | ast.Attribute]


def checked_blocks(node: ast.AST) -> Iterator[CheckedBlock]:
    """The checks that ``node`` makes, or that are made in a block of ``node``."""
    if isinstance(node, (ast.If, ast.While)):
        # A chain of elif would be walked once for each of its links.
        chained = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
        block = node.body if chained else [*node.body, *node.orelse]
        yield CheckedBlock(node.test, list(_stores(block)))
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            yield from _leaving_checks(inner)


def _leaving_checks(block: list[ast.stmt]) -> Iterator[CheckedBlock]:
    for position, statement in enumerate(block):
        if isinstance(statement, ast.If) and isinstance(statement.body[-1], LEAVING):
            following = block[position + 1 : position + 1 + NEAR]
            yield CheckedBlock(statement.test, list(_stores(following)))


def _stores(block: list[ast.stmt]) -> Iterator[ast.Subscript | ast.Attribute]:
    """Targets of plain assignments in a block, not those of inner functions."""
    stack: list[ast.AST] = list(block)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.expr)):
            continue
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, (ast.Subscript, ast.Attribute)) and not _is_flag(
                node.value
            ):
                yield target
        stack.extend(ast.iter_child_nodes(node))


def _is_flag(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is None or isinstance(value.value, bool)
    return isinstance(value, ast.Name) and value.id in ("True", "False", "None")
