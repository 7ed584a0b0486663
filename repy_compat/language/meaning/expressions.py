"""Expressions: from Python 2's meaning to calls of helpers and native operations.

What an expression needs besides itself (temporary variables, loops for a
comprehension in a class body) goes as statements to ``self.before``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable

from repy_compat.language.meaning.arithmetic import (
    DIVISIONS,
    HELPERS,
    Arithmetic,
    kind_of,
    of_kind,
)
from repy_compat.language.meaning.build import (
    LOAD,
    PRIVATE,
    STORE,
    assign,
    call,
    constant,
    is_simple,
    load,
    placed,
    statement,
    store,
    tuple_of,
    walrus,
)
from repy_compat.language.meaning.folding import unfolded
from repy_compat.language.meaning.guards import (
    DUNDER_METHODS,
    GUARDED,
    MOST_ARGUMENTS,
)
from repy_compat.language.meaning.inference import (
    CALLS,
    INT,
    NOTHING,
    NUMBER,
    STR,
    STRING_METHODS,
    UNKNOWN,
    is_number,
    of_constant,
)
from repy_compat.language.meaning.names import Scope, Unit
from repy_compat.language.meaning.typetests import (
    class_names,
    exact_test,
    instance_test,
)

ORDERINGS = {ast.Lt: "lt", ast.Gt: "gt", ast.LtE: "le", ast.GtE: "ge"}
DIRECT_CALLS = {
    **{(name, 1): name for name in ("str", "repr", "chr", "ord", "int", "long")},
    **{(name, 1): name for name in ("float", "hex", "oct")},
    ("round", 1): "round1",
    ("round", 2): "round2",
    ("range", 1): "range1",
    ("range", 2): "range2",
    ("min", 2): "min2",
    ("max", 2): "max2",
    ("isinstance", 2): "isinstance2",
}
"""Builtins that have a faster helper, by name and number of arguments."""

CAPITAL_CONSTANTS = {"True": True, "False": False}


# Python 3.14 takes a warning about ``~True`` for a reason to import modules.
_HOST_MINDS_BOOLS = sys.version_info >= (3, 14)


class Expressions(Arithmetic):
    """Rewrites expressions; ``Statements`` is built upon it."""

    twice_bound: frozenset[str] = frozenset()
    """Names that comprehensions around the current place bind more than once."""

    native_orders = False
    """Whether orders are tried natively: helpers stand by if that fails."""

    table_dicts = False
    """Whether dictionaries are of a class of ours, which a helper makes them of."""

    unproven = False
    """Whether an order was tried natively that may fail."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.scope: Scope = next(iter(unit.scopes.values()))
        self.before: list[ast.stmt] = []
        self.temporaries = 0
        self.complex_numbers = unit.complex_numbers

    def fresh(self) -> str:
        """A variable's name that nobody else uses."""
        self.temporaries += 1
        return f"{PRIVATE}{self.temporaries}"

    # The door

    def expression(self, node: ast.expr) -> ast.expr:
        """The expression that means on Python 3 what ``node`` means on Python 2.

        The left-hand spine (``a + b + c``, ``a.b[c](d)``) is walked in a loop, so
        that long chains don't use up the stack.
        """
        kind: type = node.__class__
        if kind is ast.Name:
            return self.name(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            return self.constant(node)  # type: ignore[arg-type]
        spine: list[ast.expr] = []
        while True:
            kind = node.__class__
            if kind is ast.BinOp:
                spine.append(node)
                node = node.left  # type: ignore[attr-defined]
            elif kind is ast.Attribute or kind is ast.Subscript:
                spine.append(node)
                node = node.value  # type: ignore[attr-defined]
            elif kind is ast.Call:
                spine.append(node)
                node = node.func  # type: ignore[attr-defined]
                if type(node) is ast.Name:
                    break
            else:
                break
        if spine and type(spine[-1]) is ast.Call and type(node) is ast.Name:
            result = self.direct_call(spine.pop(), node)  # type: ignore[arg-type]
        else:
            result = self.leaf(node)
        while spine:
            outer = spine.pop()
            kind = type(outer)
            if kind is ast.BinOp:
                result = self.binary(outer, result)  # type: ignore[arg-type]
            elif kind is ast.Attribute:
                if spine and type(spine[-1]) is ast.Call:
                    result = self.method_call(spine.pop(), outer, result)  # type: ignore[arg-type]
                else:
                    result = self.attribute(outer, result)  # type: ignore[arg-type]
            elif kind is ast.Subscript:
                outer.value = result  # type: ignore[attr-defined]
                outer.slice = self.index(outer.slice)  # type: ignore[attr-defined]
                known = kind_of(result) == STR
                result = of_kind(outer, STR if known else UNKNOWN)
            else:
                result = self.call(outer, result)  # type: ignore[arg-type]
        return result

    def expressions(self, nodes: list[ast.expr]) -> list[ast.expr]:
        """Several expressions, in order."""
        return [self.expression(node) for node in nodes]

    def leaf(self, node: ast.expr) -> ast.expr:
        """An expression that doesn't begin with another one."""
        kind = type(node)
        if kind is ast.Name:
            return self.name(node)  # type: ignore[arg-type]
        if kind is ast.Constant:
            return self.constant(node)  # type: ignore[arg-type]
        method = LEAVES.get(kind)
        if method is None:
            raise AssertionError(f"no rule for {kind.__name__}")
        return method(self, node)

    # Names and constants

    def name(self, node: ast.Name) -> ast.expr:
        """A variable; True and False are constants unless the unit binds them."""
        name = node.id
        if name in CAPITAL_CONSTANTS:
            if self.unit.keeps(name):
                return of_kind(constant(node, CAPITAL_CONSTANTS[name]), INT)
            node.id = PRIVATE + name
            return node
        kind = self.scope.kinds.get(name, UNKNOWN)
        return node if kind == UNKNOWN else of_kind(node, kind or UNKNOWN)

    def constant(self, node: ast.Constant) -> ast.expr:
        """A literal; a small integer written with an L is shown as a long."""
        value = node.value
        if node.kind == "L" and isinstance(value, int) and value < 2**63:
            node.kind = None
            return of_kind(call(node, "long_literal", node), INT)
        node.kind = None
        return of_kind(node, of_constant(node.value))

    def operand(self, node: ast.expr) -> ast.expr:
        """An operand of arithmetic or comparison: there a long is its value."""
        if type(node) is ast.Constant:
            node.kind = None
            return of_kind(node, of_constant(node.value))
        if (
            type(node) is ast.UnaryOp
            and type(node.op) is ast.USub
            and type(node.operand) is ast.Constant
            and type(node.operand.value) is not complex
        ):
            node.operand.kind = None
            return of_kind(node, of_constant(node.operand.value))
        return self.expression(node)

    # Operators

    def binary(self, node: ast.BinOp, left: ast.expr) -> ast.expr:
        """``left op right``, where ``left`` is rewritten already."""
        if type(node.op) in DIVISIONS and shows_long(node.op, left, node.right):
            helper = HELPERS[type(node.op)]
            return call(node, helper, left, self.expression(node.right))
        if type(left) is ast.Call and _is_helper(left, "long_literal"):
            left = left.args[0]
        right = self.operand(node.right)
        return self.operation(node, node.op, left, right)

    def unary(self, node: ast.UnaryOp) -> ast.expr:
        """``not x``, ``-x``, ``+x``, ``~x``."""
        inner = node.operand
        if (
            type(node.op) is ast.USub
            and type(inner) is ast.Constant
            and inner.kind == "L"
            and isinstance(inner.value, int)
            and inner.value <= 2**63
        ):
            inner.kind = None
            return of_kind(call(node, "long_literal", node), INT)
        if (
            type(node.op) is ast.USub
            and type(inner) is ast.Constant
            and type(inner.value) is complex
            and ends_alike(node, inner)
        ):
            # Python 2 reads the sign as a part of the literal: no negative zero.
            return constant(node, complex(0.0, -inner.value.imag))
        node.operand = self.expression(inner)
        if type(node.op) is ast.Invert and _HOST_MINDS_BOOLS:
            return of_kind(call(node, "invert", node.operand), INT)
        if type(node.op) is ast.Invert:
            node.operand = unfolded(node.operand)
        if type(node.op) in (ast.Not, ast.Invert):
            return of_kind(node, INT)
        kind = kind_of(node.operand)
        node.operand = unfolded(node.operand)
        return of_kind(node, kind if is_number(kind) else NUMBER)

    def boolean(self, node: ast.BoolOp) -> ast.expr:
        """``a and b``, ``a or b``."""
        node.values = self.expressions(node.values)
        kind = NOTHING
        for value in node.values:
            kind |= kind_of(value)
        return of_kind(node, kind)

    def compare(self, node: ast.Compare) -> ast.expr:
        """Comparisons: ``==``, ``is`` and ``in`` are native, orders are helpers."""
        operators = node.ops
        if len(operators) == 1:
            test = self.type_test(node)
            if test is not None:
                return of_kind(test, INT)
            left = self.operand(node.left)
            right = self.comparand(operators[0], node.comparators[0])
            helper = self.order_helper(operators[0], left, right)
            if helper is not None:
                return of_kind(call(node, helper, left, right), INT)
            node.left, node.comparators = left, [right]
            return of_kind(node, INT)
        if self.native_orders or not any(
            type(operator) in ORDERINGS for operator in operators
        ):
            self.unproven = True
            node.left = self.operand(node.left)
            node.comparators = [
                self.comparand(operator, item)
                for operator, item in zip(operators, node.comparators, strict=True)
            ]
            return of_kind(node, INT)
        return of_kind(self.chain(node), INT)

    def type_test(self, node: ast.Compare) -> ast.expr | None:
        """``type(x) is str`` and its like, or None."""
        left = node.left
        if (
            type(left) is not ast.Call
            or type(left.func) is not ast.Name
            or left.func.id != "type"
            or len(left.args) != 1
            or not is_plain_call(left)
            or not self.unit.keeps("type")
        ):
            return None
        operator = node.ops[0]
        if type(operator) not in TYPE_TESTS:
            return None
        right = node.comparators[0]
        names = class_names(right, self.unit.keeps)
        if not names or (self.table_dicts and "dict" in names):
            return None
        argument = left.args[0]
        value = self.expression(argument)
        test = exact_test(node, operator, value, right, self.unit.keeps)
        if test is not None:
            return test
        left.args = [value]
        left.func = self.name(left.func)
        right = self.expression(right)
        return placed(node, ast.Compare(left=left, ops=[operator], comparators=[right]))

    def comparand(self, operator: ast.cmpop, node: ast.expr) -> ast.expr:
        """The right-hand side of a comparison; identity needs the real object."""
        if type(operator) in (ast.Is, ast.IsNot):
            return self.expression(node)
        return self.operand(node)

    def ordered(
        self, at: ast.AST, left: ast.expr, operator: ast.cmpop, right: ast.expr
    ) -> ast.expr:
        """One comparison of two rewritten operands."""
        helper = self.order_helper(operator, left, right)
        if helper is not None:
            return call(at, helper, left, right)
        return placed(at, ast.Compare(left=left, ops=[operator], comparators=[right]))

    def order_helper(
        self, operator: ast.cmpop, left: ast.expr, right: ast.expr
    ) -> str | None:
        """The helper that a comparison needs; None if it may be a native one."""
        helper = ORDERINGS.get(operator.__class__)
        if helper is None or self.is_ordered(left, right):
            return None
        if self.native_orders:
            self.unproven = True
            return None
        return helper

    def is_ordered(self, left: ast.expr, right: ast.expr) -> bool:
        """Whether the host surely orders two values as Python 2 does."""
        one, two = kind_of(left), kind_of(right)
        return is_number(one) and is_number(two) or one == two == STR

    def chain(self, node: ast.Compare) -> ast.expr:
        """``a < b < c``: each middle operand once, and only as far as needed."""
        parts: list[ast.expr] = []
        left = self.operand(node.left)
        last = len(node.ops) - 1
        for position, operator in enumerate(node.ops):
            right = self.comparand(operator, node.comparators[position])
            again = right
            if position < last and type(right) is not ast.Constant:
                name = self.fresh()
                self.walruses += 1
                right = walrus(right, name, right)
                again = load(right, name)
            parts.append(self.ordered(node, left, operator, right))
            left = again
        return placed(node, ast.BoolOp(op=ast.And(), values=parts))

    # Attributes, subscripts, calls

    def attribute(self, node: ast.Attribute, value: ast.expr) -> ast.expr:
        """A read of an attribute; the guarded names go through a helper."""
        name = node.attr
        if name in GUARDED:
            return call(node, "load_" + name, value)
        if name in DUNDER_METHODS:
            return call(node, "load_dunder", value, constant(node, name))
        node.attr = attribute_name(name)
        node.value = value
        return node

    def method_call(
        self, node: ast.Call, target: ast.Attribute, receiver: ast.expr
    ) -> ast.expr:
        """``receiver.name(arguments)``."""
        name = target.attr
        if name not in GUARDED:
            known = kind_of(receiver) == STR
            result = self.call(node, self.attribute(target, receiver))
            if known and name in STRING_METHODS:
                return of_kind(result, STRING_METHODS[name])
            return result
        if not is_plain_call(node) or len(node.args) > MOST_ARGUMENTS:
            return self.call(node, self.attribute(target, receiver))
        arguments = self.expressions(node.args)
        result = call(node, f"call{len(arguments)}_{name}", receiver, *arguments)
        if kind_of(receiver) == STR and name in STRING_METHODS:
            return of_kind(result, STRING_METHODS[name])
        return result

    def direct_call(self, node: ast.Call, function: ast.Name) -> ast.expr:
        """A call of a plain name."""
        name = function.id
        if not self.unit.keeps(name) or not is_plain_call(node):
            return self.call(node, self.name(function))
        if name == "isinstance" and len(node.args) == 2:
            names = class_names(node.args[1], self.unit.keeps)
            if names:
                value = self.expression(node.args[0])
                test = instance_test(node, value, names)
                if test is None:
                    kinds = self.expression(node.args[1])
                    test = call(node, "isinstance2", value, kinds)
                return of_kind(test, INT)
        kind = CALLS.get(name, UNKNOWN)
        helper = DIRECT_CALLS.get((name, len(node.args)))
        if helper is not None:
            return of_kind(call(node, helper, *self.expressions(node.args)), kind)
        return of_kind(self.call(node, self.name(function)), kind)

    def call(self, node: ast.Call, function: ast.expr) -> ast.expr:
        """A call; with a star and keywords in Python 2's order of evaluation."""
        if is_plain_call(node):
            node.func = function
            node.args = [self.expression(argument) for argument in node.args]
            return node
        starred = [item for item in node.args if type(item) is ast.Starred]
        named = [item for item in node.keywords if item.arg is not None]
        if starred and named and not all(is_simple(item.value) for item in named):
            return self.reordered_call(node, function, named)
        node.func = function
        arguments: list[ast.expr] = []
        for argument in node.args:
            if type(argument) is ast.Starred:
                argument.value = self.expression(argument.value)
                arguments.append(argument)
            else:
                arguments.append(self.expression(argument))
        node.args = arguments
        for keyword in node.keywords:
            if keyword.arg is not None:
                keyword.arg = attribute_name(keyword.arg)
            keyword.value = self.expression(keyword.value)
        return node

    def reordered_call(
        self, node: ast.Call, function: ast.expr, named: list[ast.keyword]
    ) -> ast.expr:
        """Keyword values come before what stands behind the star."""
        plain: list[ast.expr] = []
        star: ast.expr = constant(node, ())
        after: list[ast.expr] = []
        for argument in node.args:
            if type(argument) is ast.Starred:
                after.append(argument.value)
            else:
                plain.append(self.expression(argument))
        keys: list[ast.expr | None] = [
            constant(item, attribute_name(item.arg or "")) for item in named
        ]
        values = [self.expression(item.value) for item in named]
        keywords = placed(node, ast.Dict(keys=keys, values=values))
        star = self.expression(after[0])
        double: ast.expr = constant(node, None)
        for item in node.keywords:
            if item.arg is None:
                double = self.expression(item.value)
        return call(
            node, "call_star", function, tuple_of(node, plain), keywords, star, double
        )

    def index(self, node: ast.expr) -> ast.expr:
        """What stands between square brackets."""
        if type(node) is ast.Slice:
            for field in ("lower", "upper", "step"):
                part = getattr(node, field)
                if part is not None:
                    setattr(node, field, self.operand(part))
            return node
        if type(node) is ast.Tuple:
            node.elts = [self.index(item) for item in node.elts]
            return node
        return self.expression(node)

    # Displays

    def sequence(self, node: ast.List | ast.Tuple) -> ast.expr:
        """A list or tuple display."""
        node.elts = self.expressions(node.elts)
        return node

    def dictionary(self, node: ast.Dict) -> ast.expr:
        """A dict display: Python 2 evaluates each value before its key."""
        keys = [key for key in node.keys if key is not None]
        if all(is_simple(key) for key in keys) or all(
            type(value) is ast.Constant for value in node.values
        ):
            node.keys = list(self.expressions(keys))
            node.values = self.expressions(node.values)
            return self.table_dict(node, len(keys))
        parts: list[ast.expr] = []
        for key, value in zip(keys, node.values, strict=True):
            parts.append(self.expression(value))
            parts.append(self.expression(key))
        made = call(node, "dict_display", tuple_of(node, parts))
        return self.table_dict(made, len(keys))

    def table_dict(self, made: ast.expr, count: int) -> ast.expr:
        """A new dictionary of ``count`` pairs, of the class that it has to be of."""
        if not self.table_dicts:
            return made
        return call(made, "table_dict", made, constant(made, count))

    # List comprehensions

    def comprehension(self, node: ast.ListComp) -> ast.expr:
        """A list comprehension, whose variables stay bound behind it."""
        if self.scope.kind == "class":
            return self.loops(node)
        return self.leaking(node)

    def leaking(self, node: ast.ListComp) -> ast.expr:
        """A native comprehension that hands on what can be seen afterwards.

        ``[e for x in s]`` becomes ``[e for |x in s if (x := |x,)]`` where x is
        read behind the comprehension, and stays as it is elsewhere.
        """
        outer_names = self.twice_bound
        self.twice_bound = outer_names | rebound_inside(node)
        self.inside += 1
        first: ast.expr | None = None
        previous: ast.comprehension | None = None
        for generator in node.generators:
            source, moved = self.source(generator.iter)
            if moved is not None and previous is not None:
                previous.ifs.append(tuple_of(moved, [moved]))
            elif moved is not None:
                first = moved
            generator.iter = source
            renamed: list[str] = []
            generator.target = self.comprehension_target(generator.target, renamed)
            tests = [self.test(test) for test in generator.ifs]
            if renamed:
                self.walruses += 1
                tests.insert(
                    0,
                    tuple_of(
                        generator.target,
                        [
                            walrus(
                                generator.target,
                                name,
                                load(generator.target, private(name)),
                            )
                            for name in renamed
                        ],
                    ),
                )
            generator.ifs = tests
            previous = generator
        node.elt = self.expression(node.elt)
        self.inside -= 1
        self.twice_bound = outer_names
        if first is None:
            return node
        both = tuple_of(node, [first, node])
        return placed(
            node, ast.Subscript(value=both, slice=constant(node, 1), ctx=LOAD)
        )

    def source(self, node: ast.expr) -> tuple[ast.expr, ast.expr | None]:
        """What a comprehension runs over, and what must be evaluated before.

        An assignment can't stand in the source itself: such a source is taken
        out into a variable.
        """
        count = self.walruses
        rewritten = self.iterated(node)
        if self.walruses == count:
            return rewritten, None
        name = self.fresh()
        return load(rewritten, name), walrus(rewritten, name, rewritten)

    def comprehension_target(self, target: ast.expr, renamed: list[str]) -> ast.expr:
        """Targets of a comprehension; names whose leak shows are renamed."""
        if type(target) is ast.Name:
            if target.id in self.twice_bound or self.scope.leak_shows(target.id):
                renamed.append(attribute_name(target.id))
                target.id = private(attribute_name(target.id))
            else:
                target.id = attribute_name(target.id)
            return target
        if isinstance(target, (ast.Tuple, ast.List)):
            target.elts = [
                self.comprehension_target(item, renamed) for item in target.elts
            ]
            return target
        return self.target(target)

    def loops(self, node: ast.ListComp) -> ast.expr:
        """A comprehension of a class body, as loops in front of its statement."""
        outer = self.before
        result = self.fresh()
        empty = placed(node, ast.List(elts=[], ctx=LOAD))
        outer.append(assign(node, store(node, result), empty))
        body = outer
        for generator in node.generators:
            self.before = body
            source = self.iterated(generator.iter)
            inner: list[ast.stmt] = []
            target = self.target(generator.target)
            body.append(
                placed(
                    node,
                    ast.For(
                        target=target,
                        iter=source,
                        body=inner,
                        orelse=[],
                        type_comment=None,
                    ),
                )
            )
            body = inner
            for test in generator.ifs:
                self.before = body
                condition = self.test(test)
                nested: list[ast.stmt] = []
                body.append(
                    placed(node, ast.If(test=condition, body=nested, orelse=[]))
                )
                body = nested
        self.before = body
        item = self.expression(node.elt)
        append = placed(
            node,
            ast.Attribute(value=load(node, result), attr="append", ctx=LOAD),
        )
        added = placed(node, ast.Call(func=append, args=[item], keywords=[]))
        body.append(statement(node, added))
        self.before = outer
        return load(node, result)

    # Parts that statements refine

    def test(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth matters."""
        return self.expression(node)

    def iterated(self, node: ast.expr) -> ast.expr:
        """An expression that a loop runs over, once, from the front."""
        if (
            type(node) is ast.Call
            and type(node.func) is ast.Name
            and node.func.id in ("range", "xrange")
            and self.unit.keeps(node.func.id)
            and not node.keywords
            and 1 <= len(node.args) <= 3
            and not any(type(item) is ast.Starred for item in node.args)
        ):
            arguments = [self.operand(item) for item in node.args]
            return call(node, node.func.id + "_loop", *arguments)
        return self.expression(node)

    def target(self, node: ast.expr) -> ast.expr:
        """Something that is assigned to, augmented or deleted."""
        kind = type(node)
        if kind is ast.Name:
            if node.id in CAPITAL_CONSTANTS:  # type: ignore[attr-defined]
                node.id = PRIVATE + node.id  # type: ignore[attr-defined]
        elif kind is ast.Attribute:
            node.value = self.expression(node.value)  # type: ignore[attr-defined]
            node.attr = attribute_name(node.attr)  # type: ignore[attr-defined]
        elif kind is ast.Subscript:
            node.value = self.expression(node.value)  # type: ignore[attr-defined]
            node.slice = self.index(node.slice)  # type: ignore[attr-defined]
        elif isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self.target(item) for item in node.elts]
        return node


TYPE_TESTS = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def shows_long(operator: ast.operator, left: ast.expr, right: ast.expr) -> bool:
    """Whether it can be seen that an operand of a division is a long literal.

    ``left`` is rewritten already. A format shows it, and the complaint about a
    division by zero.
    """
    if type(right) is ast.Constant and right.kind == "L":
        return right.value == 0 or (type(operator) is ast.Mod and kind_of(left) == STR)
    if type(left) is ast.Call and _is_helper(left, "long_literal"):
        return type(right) is not ast.Constant or right.value == 0
    return False


def ends_alike(node: ast.expr, inner: ast.expr) -> bool:
    """Whether ``inner``, at the end of ``node``, isn't put in parentheses."""
    return (node.end_lineno, node.end_col_offset) == (
        inner.end_lineno,
        inner.end_col_offset,
    )


def is_plain_call(node: ast.Call) -> bool:
    """Whether a call has positional arguments only."""
    if node.keywords:
        return False
    for argument in node.args:  # noqa: SIM110 - a loop costs half of any()
        if argument.__class__ is ast.Starred:
            return False
    return True


def rebound_inside(node: ast.ListComp) -> frozenset[str]:
    """Variables of a comprehension that one inside it binds, too.

    They are the same variables in Python 2: what the inner one leaves in them
    shows in the outer one.
    """
    own: set[str] = set()
    inner: set[str] = set()
    for part in ast.walk(node):
        if type(part) is ast.ListComp:
            names = own if part is node else inner
            for generator in part.generators:
                names.update(
                    item.id
                    for item in ast.walk(generator.target)
                    if type(item) is ast.Name
                )
    return frozenset(own & inner)


def attribute_name(name: str) -> str:
    """A name as Python 3 accepts it: True and False are refused there."""
    return PRIVATE + name if name in CAPITAL_CONSTANTS else name


def private(name: str) -> str:
    """The hidden twin of a comprehension's variable."""
    return PRIVATE + PRIVATE + name


def _is_helper(node: ast.Call, helper: str) -> bool:
    """Whether ``node`` is a call of the named private helper."""
    return type(node.func) is ast.Name and node.func.id == PRIVATE + helper


LEAVES: dict[type, Callable[..., ast.expr]] = {
    ast.UnaryOp: Expressions.unary,
    ast.BoolOp: Expressions.boolean,
    ast.Compare: Expressions.compare,
    ast.List: Expressions.sequence,
    ast.Tuple: Expressions.sequence,
    ast.Dict: Expressions.dictionary,
    ast.ListComp: Expressions.comprehension,
}

__all__ = ["Expressions", "STORE"]
