"""Short ways to build nodes of the lowered tree, each at the place of another node.

Every function takes, as its first argument, the node of the program whose place
(line and column) the new node gets.
"""

from __future__ import annotations

import ast
from typing import TypeVar

PRIVATE = "\u01c0"
"""First letter of every name that no program can write or build."""

LOAD = ast.Load()
STORE = ast.Store()

Node = TypeVar("Node", bound=ast.AST)


def placed(at: ast.AST, node: Node) -> Node:
    """Give ``node`` the place of ``at`` and return it."""
    where = at.__dict__
    put = node.__dict__
    try:
        put["lineno"] = where["lineno"]
        put["col_offset"] = where["col_offset"]
        put["end_lineno"] = where["end_lineno"]
        put["end_col_offset"] = where["end_col_offset"]
    except KeyError:  # a node that has no place of its own, or half of one
        put["lineno"] = line = where.get("lineno", 1)
        put["col_offset"] = where.get("col_offset", 0)
        put["end_lineno"] = where.get("end_lineno", line)
        put["end_col_offset"] = where.get("end_col_offset", 0)
    return node


def load(at: ast.AST, name: str) -> ast.Name:
    """A read of the variable ``name``."""
    return placed(at, ast.Name(id=name, ctx=LOAD))


def store(at: ast.AST, name: str) -> ast.Name:
    """The variable ``name`` as a target."""
    return placed(at, ast.Name(id=name, ctx=STORE))


def constant(at: ast.AST, value: object) -> ast.Constant:
    """A constant."""
    return placed(at, ast.Constant(value=value, kind=None))  # type: ignore[arg-type]


def call(at: ast.AST, function: str, *arguments: ast.expr) -> ast.Call:
    """A call of the private helper ``function`` (named without its first letter)."""
    return placed(
        at,
        ast.Call(func=load(at, PRIVATE + function), args=list(arguments), keywords=[]),
    )


def tuple_of(at: ast.AST, items: list[ast.expr]) -> ast.Tuple:
    """A tuple display."""
    return placed(at, ast.Tuple(elts=items, ctx=LOAD))


def assign(at: ast.AST, target: ast.expr, value: ast.expr) -> ast.Assign:
    """``target = value``."""
    return placed(at, ast.Assign(targets=[target], value=value, type_comment=None))


def walrus(at: ast.AST, name: str, value: ast.expr) -> ast.NamedExpr:
    """``(name := value)``."""
    return placed(at, ast.NamedExpr(target=store(at, name), value=value))


def statement(at: ast.AST, value: ast.expr) -> ast.Expr:
    """An expression as a statement."""
    return placed(at, ast.Expr(value=value))


def is_simple(node: ast.expr) -> bool:
    """Whether reading ``node`` again gives the same and has no effect."""
    return type(node) is ast.Constant or type(node) is ast.Name
