"""Operators: native where both languages agree for the operands at hand.

``/`` and ``%`` mean something else in Python 3 for integers and strings. With
operands of a known kind the native operator is emitted; with simple ones an inline
test for integers; else a call of a helper.
"""

from __future__ import annotations

import ast

from repy_compat.language.meaning.build import (
    PRIVATE,
    Node,
    call,
    constant,
    is_simple,
    load,
    placed,
    store,
)
from repy_compat.language.meaning.folding import unfolded_operand
from repy_compat.language.meaning.formats import is_native_format
from repy_compat.language.meaning.inference import (
    FLOAT,
    INT,
    STR,
    UNKNOWN,
    is_number,
    of_operation,
)

KIND = PRIVATE + "kind"
NATIVE_DIVISION = {ast.Div: ast.FloorDiv, ast.Mod: ast.Mod}
HELPERS: dict[type, str] = {
    ast.Div: "div",
    ast.Mod: "mod",
    ast.FloorDiv: "floordiv",
    ast.Pow: "pow",
}


def kind_of(node: ast.expr) -> int:
    """The kind that was noted for a rewritten expression."""
    return node.__dict__.get(KIND, UNKNOWN)


def of_kind(node: Node, kind: int) -> Node:
    """Note the kind of a rewritten expression and return it."""
    node.__dict__[KIND] = kind
    return node


DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)
BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
SHIFTS: dict[type, str] = {ast.LShift: "lshift", ast.RShift: "rshift"}
MAYBE_DICTS = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Call),
    *(ast.BoolOp, ast.IfExp, ast.Dict, ast.NamedExpr),
)
"""Nodes of the lowered tree that can give a dictionary; no operator does."""


class Arithmetic:
    """Builds operations on rewritten operands."""

    complex_numbers = False
    """Whether the unit may meet complex numbers, for which ``//`` and ``%`` differ."""

    inside = 0
    """How many comprehensions are around: there a temporary variable is costly."""

    walruses = 0

    def fresh(self) -> str:
        """A variable's name that nobody else uses; ``Expressions`` has it."""
        raise NotImplementedError

    def remembered(self, node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
        """An operand for a first and for later uses; None if it can't be shared."""
        if type(node) is ast.Constant:
            return node, node
        if type(node) is ast.Name:
            return node, of_kind(load(node, node.id), kind_of(node))
        if self.inside:
            return None
        name = self.fresh()
        self.walruses += 1
        first = placed(node, ast.NamedExpr(target=store(node, name), value=node))
        return of_kind(first, kind_of(node)), of_kind(load(node, name), kind_of(node))

    def operation(
        self,
        at: ast.AST,
        operator: ast.operator,
        left: ast.expr,
        right: ast.expr,
        prefix: str = "",
    ) -> ast.expr:
        """``left operator right``; ``prefix`` is ``i`` for the in-place helpers."""
        kind = type(operator)
        if self.complex_numbers and kind not in BITWISE:
            left, right = _both_complex(left, right)
        result = of_operation(operator, kind_of(left), kind_of(right))
        made: ast.expr
        if kind in DIVISIONS and is_zero(right):
            # What fails tells longs from ints.
            made = call(at, prefix + HELPERS[kind], left, right)
        elif kind is ast.Div or kind is ast.Mod:
            made = self.division(at, operator, left, right, prefix)
        elif kind is ast.Pow:
            made = self.power(at, left, right, prefix)
        elif kind is ast.FloorDiv and self.complex_numbers:
            made = call(at, prefix + "floordiv", left, right)
        elif (
            kind is ast.BitOr
            and may_be_dict(left)
            and (may_be_dict(right) or (prefix and kind_of(right) == UNKNOWN))
        ):
            made = self.tested_union(at, left, right, prefix)
        elif kind in SHIFTS and is_large(right):
            made = call(at, prefix + SHIFTS[kind], left, right)
        else:
            made = self.native(at, operator, left, right)
        return of_kind(made, result)

    def native(
        self, at: ast.AST, operator: ast.operator, left: ast.expr, right: ast.expr
    ) -> ast.expr:
        """The host's own operation; the program's node, if it is that one."""
        left = of_kind(unfolded_operand(operator, left, right), kind_of(left))
        if at.__class__ is ast.BinOp and at.op is operator:
            at.left, at.right = left, right
            return at
        return placed(at, ast.BinOp(left=left, op=operator, right=right))

    def division(
        self,
        at: ast.AST,
        operator: ast.operator,
        left: ast.expr,
        right: ast.expr,
        prefix: str,
    ) -> ast.expr:
        """``/`` and ``%``."""
        one, two = kind_of(left), kind_of(right)
        modulo = type(operator) is ast.Mod
        if modulo and type(left) is ast.Constant and type(left.value) is str:
            if is_native_format(left.value, right, kind_of):
                return self.native(at, operator, left, right)
            return call(at, "format", left, right)
        if self.complex_numbers:
            return call(at, prefix + HELPERS[type(operator)], left, right)
        if modulo and (is_number(one) or is_plain_divisor(right)):
            return self.native(at, operator, left, right)
        if not modulo:
            if one == INT and two == INT:
                return self.native(at, ast.FloorDiv(), left, right)
            if one == FLOAT or two == FLOAT:
                return self.native(at, operator, left, right)
        if one == STR:
            return call(at, "mod" if modulo else prefix + "div", left, right)
        return self.tested_division(at, operator, left, right, prefix)

    def tested_division(
        self,
        at: ast.AST,
        operator: ast.operator,
        left: ast.expr,
        right: ast.expr,
        prefix: str,
    ) -> ast.expr:
        """``(left // right if both are int else helper(left, right))``."""
        helper = prefix + HELPERS[type(operator)]
        modulo = type(operator) is ast.Mod
        known = modulo or INT in (kind_of(right), kind_of(left))
        if not known and not is_simple(right):
            return call(at, helper, left, right)
        test_left = modulo or kind_of(left) != INT
        test_right = not modulo and kind_of(right) != INT
        native = ast.FloorDiv() if not modulo else operator
        if test_left:
            shared = self.remembered(left)
            if shared is None:
                return call(at, helper, left, right)
            left, again = shared
            if test_right:
                test = self.both_int(at, left, right)
                other = load(right, right.id) if type(right) is ast.Name else right
                return self.choice(at, test, native, again, other, helper)
            if not modulo or is_simple(right) or is_repeatable(right):
                test = self.is_int(at, left)
                return self.choice(at, test, native, again, right, helper)
            return call(at, helper, left, right)
        if not is_simple(left):
            return call(at, helper, left, right)
        shared = self.remembered(right)
        if shared is None:
            return call(at, helper, left, right)
        right, again = shared
        return self.choice(at, self.is_int(at, right), native, left, again, helper)

    def tested_union(
        self, at: ast.AST, left: ast.expr, right: ast.expr, prefix: str
    ) -> ast.expr:
        """``|``: of two dictionaries it makes a third one in Python 3 only."""
        shared = self.remembered(left) if is_simple(right) else None
        if shared is None:
            return call(at, prefix + "or", left, right)
        left, again = shared
        test = self.is_int(at, left)
        return self.choice(at, test, ast.BitOr(), again, right, prefix + "or")

    def choice(
        self,
        at: ast.AST,
        test: ast.expr,
        operator: ast.operator,
        left: ast.expr,
        right: ast.expr,
        helper: str,
    ) -> ast.expr:
        """``(left operator right if test else helper(left, right))``."""
        return placed(
            at,
            ast.IfExp(
                test=test,
                body=self.native(at, operator, left, right),
                orelse=call(at, helper, left, right),
            ),
        )

    def is_int(self, at: ast.AST, value: ast.expr) -> ast.expr:
        """``type(value) is int``, by private names."""
        return placed(
            at,
            ast.Compare(
                left=call(at, "type", value),
                ops=[ast.Is()],
                comparators=[load(at, PRIVATE + "exact_int")],
            ),
        )

    def both_int(self, at: ast.AST, left: ast.expr, right: ast.expr) -> ast.expr:
        """``type(left) is int is type(right)``."""
        return placed(
            at,
            ast.Compare(
                left=call(at, "type", left),
                ops=[ast.Is(), ast.Is()],
                comparators=[
                    load(at, PRIVATE + "exact_int"),
                    call(at, "type", right),
                ],
            ),
        )

    def power(
        self, at: ast.AST, left: ast.expr, right: ast.expr, prefix: str
    ) -> ast.expr:
        """``**``: Python 3 gives a complex number where Python 2 fails."""
        if kind_of(left) == INT and kind_of(right) == INT:
            return self.native(at, ast.Pow(), left, right)
        if type(right) is ast.Constant and not self.complex_numbers:
            if type(right.value) is int and 0 <= right.value <= 16:
                return self.native(at, ast.Pow(), left, right)
            if kind_of(left) == FLOAT and type(right.value) is float:
                return self.float_power(at, left, right, prefix)
        return call(at, prefix + "pow", left, right)

    def float_power(
        self, at: ast.AST, left: ast.expr, right: ast.expr, prefix: str
    ) -> ast.expr:
        """``(left ** right if left >= 0.0 else helper(left, right))``."""
        shared = self.remembered(left)
        if shared is None:
            return call(at, prefix + "pow", left, right)
        left, again = shared
        test = placed(
            at,
            ast.Compare(left=left, ops=[ast.GtE()], comparators=[constant(at, 0.0)]),
        )
        return self.choice(at, test, ast.Pow(), again, right, prefix + "pow")


def may_be_dict(node: ast.expr) -> bool:
    """Whether a rewritten operand can turn out to be a dictionary."""
    return kind_of(node) == UNKNOWN and type(node) in MAYBE_DICTS


def is_zero(node: ast.expr) -> bool:
    """Whether a rewritten operand is a literal zero."""
    return type(node) is ast.Constant and type(node.value) is int and not node.value


def is_large(node: ast.expr) -> bool:
    """Whether a shift is by a number that looks as if an int couldn't hold it."""
    if type(node) is ast.Constant:
        return isinstance(node.value, int) and node.value > 4096
    return type(node) is ast.BinOp and type(node.op) in (ast.Pow, ast.LShift)


def is_plain_divisor(node: ast.expr) -> bool:
    """Whether ``x % node`` is the same in both languages even for a string x.

    A format with one small integer gives the same text; from 256 on ``%c`` would
    make a character that is no byte.
    """
    return (
        type(node) is ast.Constant
        and type(node.value) is int
        and (0 <= node.value < 256 or 0x10FFFF < node.value < 2**63)
    )


def is_repeatable(node: ast.expr) -> bool:
    """Whether a rewritten operand may stand twice, in two branches of a choice.

    It is evaluated once in either case; only its size counts.
    """
    if is_simple(node):
        return True
    if type(node) is ast.BinOp:
        return is_simple(node.left) and is_simple(node.right)
    if type(node) is ast.Attribute:
        return is_simple(node.value)
    if type(node) is ast.Subscript:
        return is_simple(node.value) and is_simple(node.slice)
    return False


def _both_complex(left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr]:
    """Literals of which one is complex: Python 2 makes both so before it calculates.

    From Python 3.14 on the host doesn't, which shows in the sign of a zero.
    """
    if type(left) is ast.Constant and type(right) is ast.Constant:
        if type(right.value) is complex:
            return _as_complex(left), right
        if type(left.value) is complex:
            return left, _as_complex(right)
    return left, right


def _as_complex(node: ast.Constant) -> ast.Constant:
    value = node.value
    if (type(value) is int or type(value) is float) and abs(value) < 2**53:
        return placed(node, ast.Constant(value=complex(value)))
    return node
