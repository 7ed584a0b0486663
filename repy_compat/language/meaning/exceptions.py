"""``raise``, ``try`` and ``except``.

What a handler may name in Python 2 is wider than what Python 3 accepts, so each
handler's class goes through the helper that finds the host's classes for it, or is
one of the private names that stand for them. A bare ``except:`` names everything
that Python 2 knew: the exception that ends a run passes through.
"""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.language.meaning.build import (
    PRIVATE,
    STORE,
    assign,
    call,
    constant,
    load,
    placed,
    store,
    tuple_of,
)
from repy_compat.language.meaning.conditions import Conditions
from repy_compat.language.meaning.guards import (
    BUILTIN_EXCEPTIONS,
    PLAIN_EXCEPTIONS,
    SIMPLE_EXCEPTIONS,
    WIDE_EXCEPTIONS,
)

LAST = PRIVATE + "last"
"""The variable that keeps the exception a function (or module) handled last."""


NEVER, WITH_CALLS, ALWAYS = range(3)
"""Which handlers note what they handled.

Always in a unit that has a bare ``raise`` or reads ``getlasterror``. Another unit
of a dialect with getlasterror may only reach it through a function that a handler
calls.
"""


class Exceptions(Conditions):
    """The statements that raise and handle; built upon by ``Statements``."""

    records = ALWAYS
    """Which handlers leave behind what getlasterror and bare raise look for."""

    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        """Rewrite a block; ``Statements`` has it."""
        raise NotImplementedError

    def add(self, node: ast.stmt) -> None:
        """Append a statement to the current block; ``Statements`` has it."""
        raise NotImplementedError

    # raise

    def raising(self, node: syntax.Raise) -> None:
        """``raise`` in all its forms."""
        line = last_line(node)
        statement = placed(node, ast.Raise(exc=self.raised(node), cause=None))
        if line != statement.lineno:
            statement.lineno = line
            statement.end_lineno = max(line, statement.end_lineno or line)
            # The columns belong to other lines: the host refuses an end before a begin.
            statement.col_offset = statement.end_col_offset = 0
        self.add(statement)

    def raised(self, node: syntax.Raise) -> ast.expr:
        """The instance that a ``raise`` statement raises."""
        if node.kind is None:
            return call(node, "reraise")
        fresh = self.fresh_exception(node)
        if fresh is not None:
            return fresh
        kind = self.expression(node.kind)
        if node.value is None:
            return call(node, "raise1", kind)
        value = self.expression(node.value)
        if node.trace is None:
            return call(node, "raise2", kind, value)
        return call(node, "raise3", kind, value, self.expression(node.trace))

    def fresh_exception(self, node: syntax.Raise) -> ast.expr | None:
        """``raise ValueError('text')`` and ``raise ValueError, 'text'``: natively."""
        kind: ast.expr = node.kind  # type: ignore[assignment]
        if type(kind) is ast.Call and node.value is None:
            if self.is_exception_name(kind.func) and not kind.keywords:
                return self.expression(kind)
            return None
        if node.trace is not None or not self.is_exception_name(kind):
            return None
        arguments: list[ast.expr] = []
        if node.value is not None:
            if not is_text(node.value):
                return None
            arguments.append(self.expression(node.value))
        return placed(
            node,
            ast.Call(func=self.expression(kind), args=arguments, keywords=[]),
        )

    def is_exception_name(self, node: ast.expr) -> bool:
        """Whether ``node`` surely names an exception class that makes itself."""
        return type(node) is ast.Name and (
            node.id in self.unit.exception_classes
            or (node.id in SIMPLE_EXCEPTIONS and self.unit.keeps(node.id))
        )

    # try

    def trying(self, node: ast.Try) -> None:
        """``try`` with all its clauses."""
        node.body = self.block(node.body)
        unmatched = self.records == ALWAYS and all(
            handler.type is not None for handler in node.handlers
        )
        node.handlers = [self.handler(handler) for handler in node.handlers]
        if unmatched and node.handlers:
            node.handlers.append(self.passing_handler(node))
        node.orelse = self.block(node.orelse)
        node.finalbody = self.block(node.finalbody)
        self.add(node)

    def handler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        """One clause; its target stays bound behind it."""
        target: ast.expr | None = getattr(node, "target", None)
        matched = self.matched(node, node.type)
        outer = self.before
        first: list[ast.stmt] = []
        self.before = first
        name: str | None = None
        records = self.handler_records(node)
        if target is not None or records:
            name = self.fresh()
            caught = load(node, name)
            if records:
                first.append(assign(node, store(node, LAST), load(node, name)))
            if target is None:
                noted = call(node, "noted", caught)
                first.append(placed(node, ast.Expr(value=noted)))
            elif not records and self.needs_no_translation(node.type, target):
                first.append(assign(node, self.target(target), caught))
                for field in ("__traceback__", "__context__"):
                    left = ast.Attribute(value=load(node, name), attr=field, ctx=STORE)
                    nothing = constant(node, None)
                    first.append(assign(node, placed(node, left), nothing))
            else:
                helper = "caught" if records else "caught_lightly"
                shown = call(node, helper, caught)
                first.append(assign(node, self.target(target), shown))
        self.before = outer
        body = first + self.block(node.body)
        return placed(node, ast.ExceptHandler(type=matched, name=name, body=body))

    def needs_no_translation(self, kind: ast.expr | None, target: ast.expr) -> bool:
        """Whether a clause may bind what it caught, once that lost its frames.

        That is so for classes of the program, and for the host's exceptions that
        hold no more than Python 2's if nobody ever reads the variable.
        """
        kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        unread = (
            type(target) is ast.Name
            and self.scope.kind == "function"
            and target.id not in self.scope.read
        )
        return all(
            type(item) is ast.Name
            and (
                item.id in self.unit.exception_classes
                or (unread and item.id in PLAIN_EXCEPTIONS and self.is_known(item))
            )
            for item in kinds
        )

    def passing_handler(self, node: ast.Try) -> ast.ExceptHandler:
        """Note what no clause matches: Python 2 counts it as handled here, too."""
        name = self.fresh()
        body: list[ast.stmt] = [
            assign(node, store(node, LAST), load(node, name)),
            placed(node, ast.Raise(exc=None, cause=None)),
        ]
        kinds = load(node, PRIVATE + "everything")
        return placed(node, ast.ExceptHandler(type=kinds, name=name, body=body))

    def handler_records(self, node: ast.ExceptHandler) -> bool:
        """Whether one handler notes what it handled."""
        if self.records != WITH_CALLS:
            return self.records == ALWAYS
        return any(
            type(part) is ast.Call
            and not (type(part.func) is ast.Name and self.is_silent(part.func.id))
            for statement in node.body
            for part in ast.walk(statement)
        )

    def is_silent(self, name: str) -> bool:
        """Whether ``name`` is a builtin that calls nothing of the program's units."""
        return name in SILENT_BUILTINS and self.unit.keeps(name)

    def matched(self, at: ast.AST, node: ast.expr | None) -> ast.expr:
        """What the native clause names for Python 2's ``except node``."""
        if node is None:
            return load(at, PRIVATE + "everything")
        if type(node) is ast.Name:
            if self.is_known(node):
                return load(node, PRIVATE + node.id)
            if node.id in self.unit.exception_classes:
                return node
        if type(node) is ast.Tuple and all(
            self.is_known(item) and item.id not in WIDE_EXCEPTIONS  # type: ignore[attr-defined]
            for item in node.elts
        ):
            return self.matched_names(node)
        return call(at, "match", self.expression(node))

    def matched_names(self, node: ast.Tuple) -> ast.expr:
        """A tuple of builtin exceptions that are one class each."""
        if not node.elts:
            return constant(node, ())
        return tuple_of(
            node,
            [load(item, PRIVATE + item.id) for item in node.elts],  # type: ignore[attr-defined]
        )

    def is_known(self, node: ast.expr) -> bool:
        """Whether ``node`` names a builtin exception of Python 2."""
        return (
            type(node) is ast.Name
            and node.id in BUILTIN_EXCEPTIONS
            and self.unit.keeps(node.id)
        )


SILENT_BUILTINS = frozenset(
    ("len", "ord", "chr", "str", "repr", "int", "long", "float", "type", "isinstance")
)


def last_line(node: ast.stmt) -> int:
    """The largest line of a statement's parts: where Python 2 has arrived by then."""
    line = node.lineno
    if getattr(node, "end_lineno", line) == line:
        return line
    for part in ast.walk(node):
        if isinstance(part, ast.expr):
            last = part.end_lineno if type(part) is ast.Constant else part.lineno
            line = max(line, last or line)
    return line


def is_text(node: ast.expr) -> bool:
    """Whether ``node`` can only give a string (or fail)."""
    if type(node) is ast.Constant:
        return type(node.value) is str
    if type(node) is ast.BinOp:
        if type(node.op) is ast.Mod:
            return type(node.left) is ast.Constant and type(node.left.value) is str
        if type(node.op) is ast.Add:
            left: ast.expr = node
            while type(left) is ast.BinOp and type(left.op) is ast.Add:
                if type(left.right) is ast.Constant:
                    return type(left.right.value) is str
                left = left.left
            return is_text(left)
    return False
