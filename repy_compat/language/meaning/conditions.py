"""Tests of ``if`` and ``while``: comparisons that cost what native ones cost.

Python 2 can order any two values, Python 3 raises TypeError for most mixtures. A
test whose evaluation has no effect may be evaluated twice, so it is tried natively
first, and with helpers if that fails::

    try: |t = a < b
    except TypeError: |t = lt(a, b)
    if |t: ...

Programs can't define operators, which is what makes names, attributes, subscripts
and arithmetic free of effects.
"""

from __future__ import annotations

import ast

from repy_compat.language.meaning.build import (
    LOAD,
    PRIVATE,
    assign,
    constant,
    load,
    placed,
    store,
)
from repy_compat.language.meaning.expressions import ORDERINGS, Expressions
from repy_compat.language.meaning.guards import DUNDER_METHODS, GUARDED

PURE_CALLS = frozenset(("len", "ord"))
PURE_OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.BitAnd,
    ast.BitOr,
    ast.BitXor,
    ast.LShift,
    ast.RShift,
)
SHORT = (ast.Break, ast.Continue, ast.Pass)


class Conditions(Expressions):
    """Rewrites the tests of statements."""

    def condition_test(self, node: ast.expr) -> ast.expr:
        """The test of a statement; what must run before it goes to ``before``."""
        attempt = self.attempted(node)
        if attempt is None:
            return self.test(node)
        native, helped = attempt
        if helped is None:
            return native
        name = self.fresh()
        body: list[ast.stmt] = [assign(node, store(node, name), native)]
        other: list[ast.stmt] = [assign(node, store(node, name), helped)]
        self.before.append(self.guarded(node, body, other))
        return load(node, name)

    def attempted(self, node: ast.expr) -> tuple[ast.expr, ast.expr | None] | None:
        """The test tried natively, and by helpers (None: not needed).

        None for tests without an order, or whose evaluation may have an effect.
        """
        if not has_order(node):
            return None
        if not self.is_pure(node):
            node = self.spilled(node)
            if not self.is_pure(node):
                return None
        copy = clone(node)
        self.native_orders = True
        self.unproven = False
        native = self.expression(node)
        self.native_orders = False
        if not self.unproven:
            return native, None
        return native, self.expression(copy)

    def spilled(self, node: ast.expr) -> ast.expr:
        """A single comparison with its impure operands taken out in front."""
        if type(node) is not ast.Compare or len(node.ops) != 1:
            return node
        left, right = node.left, node.comparators[0]
        if self.inside or not (self.is_pure(left) or type(left) is ast.Call):
            return node
        if not (self.is_pure(right) or type(right) is ast.Call):
            return node
        if not self.is_pure(left) or not self.is_pure(right):
            if type(right) is not ast.Constant:
                node.left = self.spill(left)
                if not self.is_pure(right):
                    node.comparators[0] = self.spill(right)
            else:
                node.left = self.spill(left)
        return node

    def spill(self, node: ast.expr) -> ast.expr:
        """Evaluate an expression into a variable, in front of the statement."""
        if type(node) is ast.Constant:
            return node
        name = self.fresh()
        value = self.operand(node)
        self.before.append(assign(node, store(node, name), value))
        return load(node, name)

    def guarded(
        self, at: ast.AST, body: list[ast.stmt], other: list[ast.stmt]
    ) -> ast.Try:
        """``try: body`` and ``other`` after a TypeError of the host."""
        handler = placed(
            at,
            ast.ExceptHandler(
                type=load(at, PRIVATE + "TypeError"), name=None, body=other
            ),
        )
        return placed(
            at, ast.Try(body=body, handlers=[handler], orelse=[], finalbody=[])
        )

    def guarded_jump(
        self,
        at: ast.AST,
        native: ast.expr,
        helped: ast.expr,
        jump: list[ast.stmt],
        negated: bool,
    ) -> ast.Try:
        """``try: if native: jump`` / ``except TypeError: if helped: jump``."""
        branches: list[list[ast.stmt]] = []
        for test in (native, helped):
            if negated:
                test = placed(at, ast.UnaryOp(op=ast.Not(), operand=test))
            branch: list[ast.stmt] = [
                placed(at, ast.If(test=test, body=list(jump), orelse=[]))
            ]
            branches.append(branch)
        return self.guarded(at, branches[0], branches[1])

    def is_pure(self, node: ast.expr) -> bool:
        """Whether evaluating an expression (again) has no effect."""
        while True:
            kind = type(node)
            if kind is ast.Name or kind is ast.Constant:
                return True
            if kind is ast.BinOp:
                if not isinstance(node.op, PURE_OPERATORS):  # type: ignore[attr-defined]
                    if type(node.op) is not ast.Mod:  # type: ignore[attr-defined]
                        return False
                    if type(node.left) is ast.Constant:  # type: ignore[attr-defined]
                        return False
                    if not self.is_numeric_modulo(node):  # type: ignore[arg-type]
                        return False
                if not self.is_pure(node.right):  # type: ignore[attr-defined]
                    return False
                node = node.left  # type: ignore[attr-defined]
                continue
            if kind is ast.Attribute:
                name = node.attr  # type: ignore[attr-defined]
                if name in GUARDED or name in DUNDER_METHODS:
                    return False
                node = node.value  # type: ignore[attr-defined]
                continue
            if kind is ast.Subscript:
                if not self.is_pure(node.slice):  # type: ignore[attr-defined]
                    return False
                node = node.value  # type: ignore[attr-defined]
                continue
            return self.is_pure_other(node)

    def is_numeric_modulo(self, node: ast.BinOp) -> bool:
        """Whether a ``%`` can't be a format, which may call a program's methods."""
        from repy_compat.language.meaning.inference import is_number, of_expression

        return is_number(of_expression(node.left, self.scope.kinds, self.unit.bound))

    def is_pure_other(self, node: ast.expr) -> bool:
        """The same for expressions that don't go on to the left."""
        if type(node) is ast.Compare:
            if self.unit.defines_iter and any(
                type(operator) in (ast.In, ast.NotIn) for operator in node.ops
            ):
                return False
            return self.is_pure(node.left) and all(map(self.is_pure, node.comparators))
        if type(node) is ast.BoolOp:
            return all(map(self.is_pure, node.values))
        if type(node) is ast.UnaryOp:
            return self.is_pure(node.operand)
        if isinstance(node, (ast.Tuple, ast.List)):
            return all(map(self.is_pure, node.elts))
        if type(node) is ast.Slice:
            parts = (node.lower, node.upper, node.step)
            return all(part is None or self.is_pure(part) for part in parts)
        return (
            type(node) is ast.Call
            and type(node.func) is ast.Name
            and node.func.id in PURE_CALLS
            and self.unit.keeps(node.func.id)
            and not node.keywords
            and all(map(self.is_pure, node.args))
        )


def has_order(node: ast.expr) -> bool:
    """Whether a test orders two values, outside of calls and displays."""
    if type(node) is ast.Compare:
        return any(type(operator) in ORDERINGS for operator in node.ops)
    if type(node) is ast.BoolOp:
        return any(map(has_order, node.values))
    if type(node) is ast.UnaryOp:
        return type(node.op) is ast.Not and has_order(node.operand)
    return False


def clone(node: ast.expr) -> ast.expr:
    """A copy of a pure expression, with its places."""
    spine: list[ast.BinOp] = []
    while type(node) is ast.BinOp:
        spine.append(node)
        node = node.left
    result = _clone_node(node)
    while spine:
        outer = spine.pop()
        copied = ast.BinOp(left=result, op=outer.op, right=clone(outer.right))
        result = placed(outer, copied)
    return result


def _clone_node(node: ast.expr) -> ast.expr:
    kind = node.__class__
    copied = kind.__new__(kind)  # what __init__ would do is done below
    fields = copied.__dict__
    fields.update(node.__dict__)
    if kind is ast.Name or kind is ast.Constant:
        return copied
    for name in node._fields:
        value = fields.get(name)
        if isinstance(value, ast.expr):
            fields[name] = clone(value)
        elif value.__class__ is list:
            fields[name] = [
                clone(item) if isinstance(item, ast.expr) else item for item in value
            ]
    return copied


def is_jump(body: list[ast.stmt]) -> bool:
    """Whether a block only jumps, and can't fail with a TypeError of its own."""
    if len(body) != 1:
        return False
    only = body[0]
    if isinstance(only, SHORT):
        return True
    return type(only) is ast.Return and (
        only.value is None or type(only.value) in (ast.Name, ast.Constant)
    )


__all__ = ["Conditions", "LOAD", "constant", "is_jump"]
