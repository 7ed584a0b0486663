"""Which local variables can only hold integers, floats or strings.

A function's variables are bound in that function only (Repy has no ``global``),
so looking at all its bindings, in any order, is enough. A kind is a set of bits;
``UNKNOWN`` holds them all. A bool and a marked long count as integers: for
arithmetic and order they are.

An operation that fails for a kind of operand tells nothing about its result, so
``x + 1`` is a number whatever x is. (Complex numbers are no concern: units that
mention them are treated with care elsewhere.)
"""

from __future__ import annotations

import ast

NOTHING = 0
INT = 1
FLOAT = 2
NUMBER = 3
STR = 4
UNKNOWN = 15

Kinds = dict[str, int]

CALLS = {
    "len": INT,
    "ord": INT,
    "int": INT,
    "long": INT,
    "isinstance": INT,
    "bool": INT,
    "float": FLOAT,
    "round": FLOAT,
    "str": STR,
    "chr": STR,
    "repr": STR,
    "hex": STR,
    "oct": STR,
}
"""What calls of builtins give, whatever they are called with."""

STRING_METHODS = {
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), INT),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalpha", "isspace"), INT),
    **dict.fromkeys(("upper", "lower", "strip", "lstrip", "rstrip", "replace"), STR),
    **dict.fromkeys(("join", "capitalize", "ljust", "rjust", "center", "zfill"), STR),
}
"""What methods of a string give."""


def is_number(kind: int) -> bool:
    """Whether a kind holds integers and floats only."""
    return kind != NOTHING and not kind & ~NUMBER


def of_constant(value: object) -> int:
    """The kind of a literal."""
    if isinstance(value, int):
        return INT
    if type(value) is float:
        return FLOAT
    return STR if type(value) is str else UNKNOWN


def of_operation(operator: ast.operator, left: int, right: int) -> int:
    """The kind of ``left operator right``."""
    if not left or not right:
        return NOTHING
    kind = type(operator)
    if kind is ast.LShift or kind is ast.RShift:
        return INT
    if kind is ast.BitAnd or kind is ast.BitOr or kind is ast.BitXor:
        return INT if left == INT or right == INT else UNKNOWN
    if kind is ast.Pow:
        return FLOAT if FLOAT in (left, right) else NUMBER
    if left == STR and kind in (ast.Add, ast.Mult, ast.Mod):
        return STR
    if right == STR and kind in (ast.Add, ast.Mult):
        return STR
    if kind is ast.Mod and not is_number(left):
        return UNKNOWN
    if left == FLOAT or right == FLOAT:
        return FLOAT
    if is_number(left) and is_number(right):
        return left | right
    if kind is ast.Mult:
        return UNKNOWN
    return NUMBER if is_number(left) or is_number(right) else UNKNOWN


def of_expression(node: ast.expr, kinds: Kinds, bound: set[str]) -> int:
    """The kind of an expression that isn't rewritten yet.

    ``kinds`` are those of the variables, ``bound`` the names of the unit that are
    no builtins. Long chains of operators are walked in a loop.
    """
    if node.__class__ is not ast.BinOp:
        return _of_leaf(node, kinds, bound)
    spine: list[ast.BinOp] = []
    while type(node) is ast.BinOp:
        spine.append(node)
        node = node.left
    result = _of_leaf(node, kinds, bound)
    while spine:
        outer = spine.pop()
        right = of_expression(outer.right, kinds, bound)
        if type(outer.op) is ast.Pow and _is_natural(outer.right) and result == INT:
            continue
        result = of_operation(outer.op, result, right)
    return result


def _is_natural(node: ast.expr) -> bool:
    return type(node) is ast.Constant and type(node.value) is int


def _of_leaf(node: ast.expr, kinds: Kinds, bound: set[str]) -> int:
    """The kind of anything but a binary operation."""
    kind = type(node)
    if kind is ast.Constant:
        return of_constant(node.value)  # type: ignore[attr-defined]
    if kind is ast.Name:
        name = node.id  # type: ignore[attr-defined]
        if name in ("True", "False") and name not in bound:
            return INT
        return kinds.get(name, UNKNOWN)
    if kind is ast.Call:
        return of_call(node, kinds, bound)  # type: ignore[arg-type]
    if kind is ast.UnaryOp:
        if type(node.op) in (ast.Not, ast.Invert):  # type: ignore[attr-defined]
            return INT
        inner = of_expression(node.operand, kinds, bound)  # type: ignore[attr-defined]
        return inner if inner == NOTHING or is_number(inner) else NUMBER
    if kind is ast.Compare:
        return INT
    if kind is ast.BoolOp:
        result = NOTHING
        for value in node.values:  # type: ignore[attr-defined]
            result |= of_expression(value, kinds, bound)
        return result
    if kind is ast.Subscript:
        inner = of_expression(node.value, kinds, bound)  # type: ignore[attr-defined]
        return inner if inner in (NOTHING, STR) else UNKNOWN
    return UNKNOWN


def of_call(node: ast.Call, kinds: Kinds, bound: set[str]) -> int:
    """The kind of a call: of some builtins, and of methods of strings."""
    function = node.func
    if type(function) is ast.Name:
        name = function.id
        if name in bound:
            return UNKNOWN
        if name == "abs" and len(node.args) == 1:
            inner = of_expression(node.args[0], kinds, bound)
            return inner if inner == NOTHING or is_number(inner) else NUMBER
        return CALLS.get(name, UNKNOWN)
    if type(function) is ast.Attribute and function.attr in STRING_METHODS:
        inner = of_expression(function.value, kinds, bound)
        if inner == NOTHING:
            return NOTHING
        if inner == STR:
            return STRING_METHODS[function.attr]
    return UNKNOWN


class Bindings:
    """How the variables of one function are bound.

    ``values`` are pairs of a name and the expression it is bound to, ``loops``
    pairs of a name and the expression it runs over, ``changes`` the augmented
    assignments. ``stores`` counts all stores to each name: where the counts don't
    agree a store of another kind exists, and the name is unknown.
    """

    __slots__ = ("values", "loops", "changes", "stores")

    def __init__(self) -> None:
        self.values: list[tuple[str, ast.expr]] = []
        self.loops: list[tuple[str, ast.expr]] = []
        self.changes: list[tuple[str, ast.operator, ast.expr]] = []
        self.stores: dict[str, int] = {}

    def unknown(self, name: str) -> None:
        """Note a binding of which nothing is known."""
        self.stores[name] = self.stores.get(name, 0) + 1000

    def stored(self, name: str) -> None:
        """Count a store; ``value`` and ``loop`` explain it."""
        self.stores[name] = self.stores.get(name, 0) + 1

    def assigned(self, target: ast.expr, value: ast.expr) -> None:
        """Note ``target = value``; tuples of one length part by part."""
        if type(target) is ast.Name:
            self.values.append((target.id, value))
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
        ):
            for part, item in zip(target.elts, value.elts, strict=True):
                self.assigned(part, item)

    def looped(self, target: ast.expr, source: ast.expr) -> None:
        """Note that ``target`` runs over ``source``."""
        if type(target) is ast.Name:
            self.loops.append((target.id, source))

    def kinds(self, bound: set[str]) -> Kinds:
        """The kinds of the variables: the smallest solution of all bindings."""
        if not self.stores:
            return {}
        explained: dict[str, int] = {}
        for name, _ in self.values:
            explained[name] = explained.get(name, 0) + 1
        for name, _ in self.loops:
            explained[name] = explained.get(name, 0) + 1
        for name, _, _ in self.changes:
            explained[name] = explained.get(name, 0) + 1
        kinds: Kinds = {
            name: NOTHING
            for name, count in self.stores.items()
            if explained.get(name) == count
        }
        if not kinds:
            return kinds
        values = [item for item in reversed(self.values) if item[0] in kinds]
        loops = [item for item in reversed(self.loops) if item[0] in kinds]
        changes = [item for item in reversed(self.changes) if item[0] in kinds]
        before: Kinds = {}
        while before != kinds:
            before = kinds.copy()
            for name, value in values:
                if kinds[name] != UNKNOWN:
                    kinds[name] |= of_expression(value, kinds, bound)
            for name, source in loops:
                if kinds[name] != UNKNOWN:
                    kinds[name] |= _of_items(source, kinds, bound)
            for name, operator, value in changes:
                if kinds[name] != UNKNOWN:
                    right = of_expression(value, kinds, bound)
                    kinds[name] |= of_operation(operator, kinds[name], right)
        return kinds


def _of_items(source: ast.expr, kinds: Kinds, bound: set[str]) -> int:
    """The kind of what a loop over ``source`` gives."""
    if (
        type(source) is ast.Call
        and type(source.func) is ast.Name
        and source.func.id in ("range", "xrange")
        and source.func.id not in bound
    ):
        return INT
    if isinstance(source, (ast.List, ast.Tuple)):
        result = NOTHING
        for item in source.elts:
            result |= of_expression(item, kinds, bound)
        return result
    kind = of_expression(source, kinds, bound)
    return kind if kind in (NOTHING, STR) else UNKNOWN
