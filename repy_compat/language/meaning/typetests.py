"""``isinstance(x, str)`` and ``type(x) is dict``: tests of built-in types, natively.

The names of built-in types are facades in a program. Where such a name stands in
a test, and the unit doesn't bind it, the host's own class does the same.
"""

from __future__ import annotations

import ast

from repy_compat.language.meaning.build import PRIVATE, call, load, placed, tuple_of

SIMPLE_TYPES = frozenset(
    ("str", "list", "dict", "tuple", "float", "set", "frozenset", "complex", "bool")
)
"""Types for which one class of the host stands, and nothing else."""

LISTED_OUR_WAY = frozenset(("set", "frozenset"))
"""Types whose values are of a class of ours in a program, the host's as well elsewhere."""

CLASS = "class_"


def class_names(node: ast.expr, unit_keeps: object) -> list[str] | None:
    """The built-in types that a type or a tuple of types names; None if others."""
    items = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
    names: list[str] = []
    for item in items:
        if type(item) is not ast.Name or not unit_keeps(item.id):  # type: ignore[operator]
            return None
        if item.id not in SIMPLE_TYPES and item.id not in ("int", "long"):
            return None
        names.append(item.id)
    return names


def instance_test(at: ast.AST, value: ast.expr, names: list[str]) -> ast.expr | None:
    """``isinstance(value, names)``; None where size tells int from long."""
    if "int" in names and "long" in names:
        names = [name for name in names if name not in ("long", "bool")]
    elif "int" in names or "long" in names:
        return None
    classes = [load(at, PRIVATE + CLASS + name) for name in names]
    if not classes:
        return None
    kinds: ast.expr = classes[0]
    if len(classes) > 1:
        kinds = tuple_of(at, list(classes))
    return call(at, "isinstance", value, kinds)


def exact_test(
    at: ast.AST, operator: ast.cmpop, value: ast.expr, other: ast.expr, keeps: object
) -> ast.expr | None:
    """``type(value) operator other`` for built-in types, or None."""
    names = class_names(other, keeps)
    if not names or not LISTED_OUR_WAY.isdisjoint(names):
        return None
    kind = type(operator)
    if kind in (ast.In, ast.NotIn):
        if not isinstance(other, (ast.Tuple, ast.List)):
            return None
        if ("int" in names) != ("long" in names):
            return None
        classes = tuple_of(at, [load(at, PRIVATE + CLASS + name) for name in names])
        return compare(at, call(at, "type", value), operator, classes)
    if isinstance(other, (ast.Tuple, ast.List)):
        return None
    positive = kind in (ast.Is, ast.Eq)
    if names[0] in ("int", "long"):
        test = call(at, f"is_{names[0]}", value)
        if positive:
            return test
        return placed(at, ast.UnaryOp(op=ast.Not(), operand=test))
    operator = ast.Is() if positive else ast.IsNot()
    wanted = load(at, PRIVATE + CLASS + names[0])
    return compare(at, call(at, "type", value), operator, wanted)


def compare(
    at: ast.AST, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> ast.expr:
    """One comparison."""
    return placed(at, ast.Compare(left=left, ops=[operator], comparators=[right]))
