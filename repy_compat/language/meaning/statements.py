"""Statements: from Python 2's meaning to plain Python 3."""

from __future__ import annotations

import ast
from collections.abc import Callable

from repy_compat.language import syntax
from repy_compat.language.meaning.arithmetic import (
    SHIFTS,
    is_large,
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
)
from repy_compat.language.meaning.conditions import is_jump
from repy_compat.language.meaning.exceptions import Exceptions
from repy_compat.language.meaning.expressions import CAPITAL_CONSTANTS, attribute_name
from repy_compat.language.meaning.inference import UNKNOWN

OTHERWISE_IN_PYTHON_2 = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
"""Operators whose augmented assignment may need a helper whatever the operands are."""


class Statements(Exceptions):
    """Rewrites statements, one block at a time."""

    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of one block."""
        outer = self.before
        result: list[ast.stmt] = []
        self.before = result
        for node in nodes:
            method = STATEMENTS.get(type(node))
            if method is None:
                raise AssertionError(f"no rule for {type(node).__name__}")
            method(self, node)
        self.before = outer
        return result

    def add(self, node: ast.stmt) -> None:
        """Put a finished statement at the end of the block that is being built."""
        self.before.append(node)

    # Simple statements

    def unchanged(self, node: ast.stmt) -> None:
        """``pass``, ``break``, ``continue``."""
        self.add(node)

    def expression_statement(self, node: ast.Expr) -> None:
        """An expression as a statement."""
        if type(node.value) is ast.Constant and node.value.kind != "L":
            node.value.kind = None
            self.add(node)
            return
        node.value = self.expression(node.value)
        self.add(node)

    def assignment(self, node: ast.Assign) -> None:
        """``a = b = value``: first the value, then the targets from the left."""
        node.value = self.expression(node.value)
        node.targets = [self.target(target) for target in node.targets]
        self.add(node)

    def augmented(self, node: ast.AugAssign) -> None:
        """``target op= value``; the target's parts are evaluated once."""
        if not needs_care(node):
            target = self.target(node.target)
            assert isinstance(target, (ast.Name, ast.Attribute, ast.Subscript))
            node.target = target
            node.value = self.operand(node.value)
            self.add(node)
            return
        target = self.target(node.target)
        read = self.reading_twin(target)
        value = self.operand(node.value)
        changed = self.operation(node, node.op, read, value, "i")
        if (
            type(changed) is ast.IfExp
            and type(changed.body) is ast.BinOp
            and type(target) is ast.Name
        ):
            again = store(target, target.id)
            native = ast.AugAssign(
                target=target, op=changed.body.op, value=changed.body.right
            )
            helped = assign(node, again, changed.orelse)
            choice = ast.If(
                test=changed.test, body=[placed(node, native)], orelse=[helped]
            )
            self.add(placed(node, choice))
            return
        if type(changed) is ast.BinOp:
            assert isinstance(target, (ast.Name, ast.Attribute, ast.Subscript))
            self.add(
                placed(node, ast.AugAssign(target=target, op=changed.op, value=value))
            )
            return
        self.add(assign(node, target, changed))

    def reading_twin(self, target: ast.expr) -> ast.expr:
        """A read of what ``target`` stores to; impure parts go to variables."""
        if type(target) is ast.Name:
            read = load(target, target.id)
            return of_kind(read, self.scope.kinds.get(target.id) or UNKNOWN)
        if type(target) is ast.Attribute:
            target.value, value = self.shared(target.value)
            return placed(
                target, ast.Attribute(value=value, attr=target.attr, ctx=LOAD)
            )
        assert type(target) is ast.Subscript
        target.value, value = self.shared(target.value)
        if type(target.slice) is ast.Slice:
            return self.sliced_twin(target, target.slice, value)
        target.slice, index = self.shared(target.slice)
        return placed(target, ast.Subscript(value=value, slice=index, ctx=LOAD))

    def sliced_twin(
        self, target: ast.Subscript, piece: ast.Slice, value: ast.expr
    ) -> ast.expr:
        """The reading twin of ``value[a:b:c]``."""
        twin = placed(piece, ast.Slice(lower=None, upper=None, step=None))
        for field in ("lower", "upper", "step"):
            part = getattr(piece, field)
            if part is not None:
                first, second = self.shared(part)
                setattr(piece, field, first)
                setattr(twin, field, second)
        return placed(target, ast.Subscript(value=value, slice=twin, ctx=LOAD))

    def shared(self, node: ast.expr) -> tuple[ast.expr, ast.expr]:
        """The same value twice; evaluated once, before the statement, if need be."""
        if type(node) is ast.Constant:
            return node, node
        if type(node) is ast.Name:
            return node, load(node, node.id)
        name = self.fresh()
        self.add(assign(node, store(node, name), node))
        return load(node, name), load(node, name)

    def delete(self, node: ast.Delete) -> None:
        """``del``; attributes go through a helper for the sake of the texts."""
        for target in node.targets:
            self.delete_target(node, target)

    def delete_target(self, node: ast.Delete, target: ast.expr) -> None:
        """One target of ``del``, or a nest of them."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.delete_target(node, item)
            return
        if type(target) is ast.Name and target.id == "None":
            # Python 2 looked for a variable of that name, which nothing can bind.
            target.id = PRIVATE + "None"
        target = self.target(target)
        if type(target) is ast.Attribute:
            name = constant(target, target.attr)
            self.add(statement(node, call(node, "del_attribute", target.value, name)))
            return
        self.add(placed(node, ast.Delete(targets=[target])))

    def returning(self, node: ast.Return) -> None:
        """``return``."""
        if node.value is not None:
            node.value = self.expression(node.value)
            scope = self.scope
            parent = scope.parent
            if (
                parent is not None
                and parent.kind == "class"
                and isinstance(scope.node, ast.FunctionDef)
                and scope.node.name == "__init__"
                and scope.node.args.args
            ):
                made = load(node, scope.node.args.args[0].arg)
                node.value = call(node, "init_result", made, node.value)
        self.add(node)

    def assertion(self, node: ast.Assert) -> None:
        """``assert test, text``: the class is looked up when it fires."""
        test = self.condition_test(node.test)
        failed = placed(node, ast.UnaryOp(op=ast.Not(), operand=test))
        outer = self.before
        body: list[ast.stmt] = []
        self.before = body
        error: ast.expr = load(node, "AssertionError")
        if node.msg is not None:
            text = self.expression(node.msg)
            error = placed(node, ast.Call(func=error, args=[text], keywords=[]))
        raised = call(node, "raise1", error)
        body.append(placed(node, ast.Raise(exc=raised, cause=None)))
        self.before = outer
        self.add(placed(node, ast.If(test=failed, body=body, orelse=[])))

    def printing(self, node: syntax.Print) -> None:
        """``print``: what is written before an item that fails stays written.

        Items are evaluated one by one, between the writes; a run of items that
        can't fail nor have an effect is handed over at once.
        """
        dest: ast.expr = constant(node, None)
        if node.dest is not None:
            dest, again = self.shared(self.expression(node.dest))
        run: list[ast.expr] = []
        for item in node.values:
            if run and type(item) is not ast.Constant:
                self.write_items(node, dest, run, newline=False)
                run = []
            run.append(self.expression(item))
        self.write_items(node, dest, run, newline=bool(node.newline))

    def write_items(
        self, node: ast.AST, dest: ast.expr, items: list[ast.expr], newline: bool
    ) -> None:
        """One call of the helper that prints."""
        again = load(dest, dest.id) if type(dest) is ast.Name else dest
        values = tuple_of(node, items)
        end = constant(node, newline)
        self.add(statement(node, call(node, "print", again, values, end)))

    # Compound statements

    def condition(self, node: ast.If) -> None:
        """``if``; a chain of ``elif`` is walked in a loop, not by recursion."""
        target = self.before
        while True:
            self.before = target
            rest = node.orelse
            if not rest and is_jump(node.body):
                self.jump_condition(node)
                return
            node.test = self.condition_test(node.test)
            target.append(node)
            node.body = self.block(node.body)
            if len(rest) == 1 and type(rest[0]) is ast.If:
                target = node.orelse = []
                node = rest[0]
                continue
            node.orelse = self.block(rest) if rest else []
            return

    def jump_condition(self, node: ast.If) -> None:
        """``if test: break`` and its like: the jump itself goes into the attempt."""
        attempt = self.attempted(node.test)
        if attempt is None:
            node.test = self.test(node.test)
        elif attempt[1] is None:
            node.test = attempt[0]
        else:
            jump = self.block(node.body)
            self.add(self.guarded_jump(node, attempt[0], attempt[1], jump, False))
            return
        self.add(node)
        node.body = self.block(node.body)

    def conditions(self, node: ast.If) -> None:
        """``if``, leaving the current block as it was."""
        outer = self.before
        self.condition(node)
        self.before = outer

    def while_loop(self, node: ast.While) -> None:
        """``while``; a test that needs statements of its own moves inside."""
        outer = self.before
        needed: list[ast.stmt] = []
        self.before = needed
        attempt = self.attempted(node.test)
        if attempt is None:
            test = self.test(node.test)
        elif attempt[1] is None:
            test = attempt[0]
        else:
            self.before = outer
            self.attempted_while(node, needed, attempt[0], attempt[1])
            return
        self.before = outer
        body = self.block(node.body)
        if not needed:
            node.test = test
            node.body = body
            node.orelse = self.block(node.orelse)
            self.add(node)
            return
        self.while_with_statements(node, needed, test, body)

    def attempted_while(
        self,
        node: ast.While,
        needed: list[ast.stmt],
        native: ast.expr,
        helped: ast.expr,
    ) -> None:
        """``while 1: try: if not native: break ...`` with the body behind."""
        if node.orelse:
            name = self.fresh()
            first: list[ast.stmt] = [assign(node, store(node, name), native)]
            second: list[ast.stmt] = [assign(node, store(node, name), helped)]
            needed.append(self.guarded(node, first, second))
            body = self.block(node.body)
            self.while_with_statements(node, needed, load(node, name), body)
            return
        leave: list[ast.stmt] = [placed(node, ast.Break())]
        needed.append(self.guarded_jump(node, native, helped, leave, True))
        node.test = constant(node, True)
        node.body = needed + self.block(node.body)
        self.add(node)

    def while_with_statements(
        self,
        node: ast.While,
        needed: list[ast.stmt],
        test: ast.expr,
        body: list[ast.stmt],
    ) -> None:
        """``while 1: needed; if not test: <else>; break`` with the body behind."""
        leave: list[ast.stmt] = self.block(node.orelse)
        leave.append(placed(node, ast.Break()))
        failed = placed(node, ast.UnaryOp(op=ast.Not(), operand=test))
        stop = placed(node, ast.If(test=failed, body=leave, orelse=[]))
        node.test = constant(node, True)
        node.body = [*needed, stop, *body]
        node.orelse = []
        self.add(node)

    def for_loop(self, node: ast.For) -> None:
        """``for``."""
        node.iter = self.iterated(node.iter)
        outer = self.before
        inside: list[ast.stmt] = []
        self.before = inside
        target = self.target(node.target)
        self.before = outer
        if inside:
            name = self.fresh()
            inside.append(assign(target, target, load(target, name)))
            node.target = store(target, name)
        else:
            node.target = target
        node.body = inside + self.block(node.body)
        node.orelse = self.block(node.orelse)
        self.add(node)

    # Definitions

    def function(self, node: ast.FunctionDef) -> None:
        """``def``; parameters written as tuples are unpacked on entry."""
        arguments = node.args
        arguments.defaults = self.expressions(arguments.defaults)
        for parameter in (*arguments.args, arguments.vararg, arguments.kwarg):
            if parameter is not None:
                parameter.arg = attribute_name(parameter.arg)
        outer = self.scope
        self.scope = self.unit.scopes[node]
        unpacked: list[ast.stmt] = []
        for item in getattr(node, "tuple_parameters", ()):
            at = item.target
            unpacked.append(assign(at, self.target(at), load(at, item.name)))
        if self.table_dicts and arguments.kwarg is not None:
            name = arguments.kwarg.arg
            made = self.table_dict(load(node, name), 0)
            unpacked.append(assign(node, store(node, name), made))
        body = self.block(node.body)
        self.scope = outer
        self.add(
            placed(
                node,
                ast.FunctionDef(
                    name=attribute_name(node.name),
                    args=arguments,
                    body=unpacked + body,
                    decorator_list=[],
                    returns=None,
                    type_comment=None,
                    **TYPE_PARAMETERS,  # type: ignore[arg-type]
                ),
            )
        )

    def class_definition(self, node: ast.ClassDef) -> None:
        """``class``: the kind of class is settled when the statement runs."""
        node.bases = self.expressions(node.bases)
        outer = self.scope
        self.scope = self.unit.scopes[node]
        node.name = attribute_name(node.name)
        node.body = self.block(node.body)
        self.scope = outer
        self.add(node)


def needs_care(node: ast.AugAssign) -> bool:
    """Whether ``target op= value`` may have to go through a helper."""
    kind = type(node.op)
    if kind is ast.BitOr:
        # In Python 3, a dictionary takes in any iterable of pairs.
        return type(node.value) is not ast.Constant
    if kind in SHIFTS:
        return is_large(node.value)
    return kind in OTHERWISE_IN_PYTHON_2


TYPE_PARAMETERS: dict[str, list[ast.expr]] = (
    {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
)

STATEMENTS: dict[type, Callable[..., None]] = {
    ast.Pass: Statements.unchanged,
    ast.Break: Statements.unchanged,
    ast.Continue: Statements.unchanged,
    ast.Expr: Statements.expression_statement,
    ast.Assign: Statements.assignment,
    ast.AugAssign: Statements.augmented,
    ast.Delete: Statements.delete,
    ast.Return: Statements.returning,
    ast.Assert: Statements.assertion,
    syntax.Print: Statements.printing,
    syntax.Raise: Statements.raising,
    ast.If: Statements.conditions,
    ast.While: Statements.while_loop,
    ast.For: Statements.for_loop,
    ast.Try: Statements.trying,
    ast.FunctionDef: Statements.function,
    syntax.FunctionDef: Statements.function,
    ast.ClassDef: Statements.class_definition,
}

__all__ = [
    "Statements",
    "CAPITAL_CONSTANTS",
    "PRIVATE",
    "STORE",
    "is_simple",
    "kind_of",
]
