"""What Python 2 found only when it compiled a text that had passed the check.

Python 2 built its tree first (assignment to None, repeated keywords), then the
tables of names (repeated parameters), then the code, statement by statement
(``return`` outside a function and so on). The errors come in this order, with
Python 2's texts and lines (language catalogue, L037).
"""

from __future__ import annotations

import ast

from . import syntax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_BLOCKS = 20
_LOOP, _EXCEPT, _FINALLY_TRY, _FINALLY_END = "loop", "except", "try", "finally"


class LateError:
    """One error of Python 2's compiler.

    ``message`` is Python 2's text without the place, ``line`` the line it names
    or None where it names none; ``node`` is where it is.
    """

    __slots__ = ("message", "line", "node")

    def __init__(self, message: str, line: int | None, node: ast.AST) -> None:
        self.message = message
        self.line = line
        self.node = node


class Late:
    """Collects the late errors of one text, stage by stage.

    The check's walk hands in calls, functions and names; :meth:`errors` adds
    what statements do wrong.
    """

    def __init__(self) -> None:
        self.building: list[LateError] = []
        self.naming: list[LateError] = []
        self.deletes = False  # whether a name is deleted anywhere

    # -- what the walk hands in --

    def call(self, node: ast.Call) -> None:
        """A call with several keywords or very many arguments."""
        seen: set[str | None] = set()
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg in seen:
                self.built("keyword argument repeated", keyword)
                break
            seen.add(keyword.arg)
        plain = sum(not isinstance(argument, ast.Starred) for argument in node.args)
        named = sum(keyword.arg is not None for keyword in node.keywords)
        if plain + named > 255:
            self.built("more than 255 arguments", node)

    def name(self, node: ast.AST, name: str) -> None:
        """A name that is given a value and must not be."""
        self.built(f"cannot assign to {name}", node)

    def built(self, message: str, node: ast.AST) -> None:
        self.building.append(LateError(message, getattr(node, "lineno", 1), node))

    def function(self, node: syntax.FunctionDef) -> None:
        """A function: its parameters must differ."""
        seen: set[str] = set()
        for name in _parameters(node):
            if name in ("None", "__debug__"):
                self.name(node, name)
            elif name in seen:
                message = f"duplicate argument '{name}' in function definition"
                self.naming.append(LateError(message, node.lineno, node))
            seen.add(name)

    # -- the result --

    def errors(self, tree: ast.Module) -> list[LateError]:
        """All late errors, in Python 2's order.

        Statements in dead branches (``if 0:``), which Python 2 never compiled
        and Python 3 does, are replaced by ``pass`` where Python 3 would refuse
        them.
        """
        self.building.sort(key=_place)
        return self.building + self.naming + _Statements(self.deletes).errors(tree)


def _place(error: LateError) -> tuple[int, int]:
    node = error.node
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _parameters(node: syntax.FunctionDef) -> Iterator[str]:
    """The names of all parameters, those inside tuples in their place."""
    made = {parameter.name: parameter.target for parameter in node.tuple_parameters}
    arguments = node.args
    inside: list[str] = []
    for argument in arguments.args:
        target = made.get(argument.arg)
        if target is None:
            yield argument.arg
        else:
            inside += [
                name.id for name in ast.walk(target) if isinstance(name, ast.Name)
            ]
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            yield star.arg
    yield from inside


class _Scope:
    """Where a statement stands: the kind of its unit, the blocks around it.

    ``dead`` is True in a branch that Python 2 didn't compile.
    """

    __slots__ = ("unit", "blocks", "dead")

    def __init__(
        self, unit: str, blocks: tuple[str, ...] = (), dead: bool = False
    ) -> None:
        self.unit = unit
        self.blocks = blocks
        self.dead = dead

    def inside(self, block: str) -> _Scope:
        return _Scope(self.unit, (*self.blocks, block), self.dead)

    def killed(self, dead: bool) -> _Scope:
        return _Scope(self.unit, self.blocks, True) if dead else self


class _Statements:
    """One pass over the statements, in the order in which Python 2 compiled them."""

    def __init__(self, deletes: bool) -> None:
        self.found: list[LateError] = []
        self.deletes = deletes

    def errors(self, tree: ast.Module) -> list[LateError]:
        todo: list[tuple[list[ast.stmt], int, _Scope]] = [
            (tree.body, 0, _Scope("module"))
        ]
        while todo:
            block, at, scope = todo.pop()
            while at < len(block):
                statement = block[at]
                at += 1
                kind = statement.__class__
                if kind in _PLAIN:
                    continue
                message = self.simple(statement, scope)
                if message:
                    if scope.dead:
                        block[at - 1] = ast.copy_location(ast.Pass(), statement)
                    else:
                        line = statement.lineno
                        self.found.append(LateError(message, line, statement))
                    continue
                inner = self.blocks(statement, scope)
                if inner:
                    todo.append((block, at, scope))
                    todo.extend((part, 0, where) for part, where in reversed(inner))
                    break
        return self.found

    def simple(self, statement: ast.stmt, scope: _Scope) -> str:
        """The message about a statement that may not stand here, or nothing."""
        if isinstance(statement, ast.Return):
            return "" if scope.unit == "function" else "'return' outside function"
        if isinstance(statement, ast.Break):
            return "" if _LOOP in scope.blocks else "'break' outside loop"
        if isinstance(statement, ast.Continue):
            return _continue(scope.blocks)
        return ""

    def blocks(
        self, statement: ast.stmt, scope: _Scope
    ) -> list[tuple[list[ast.stmt], _Scope]]:
        """The statements inside a statement, each with where they stand."""
        if isinstance(statement, ast.If):
            truth = _truth(statement.test)
            return [
                (statement.body, scope.killed(truth is False)),
                (statement.orelse, scope.killed(truth is True)),
            ]
        if isinstance(statement, ast.While):
            inside = self.inside(statement, scope, _LOOP)
            dead = _truth(statement.test) is False
            return [(statement.body, inside.killed(dead)), (statement.orelse, scope)]
        if isinstance(statement, ast.For):
            inside = self.inside(statement, scope, _LOOP)
            return [(statement.body, inside), (statement.orelse, scope)]
        if isinstance(statement, ast.Try):
            return self.try_blocks(statement, scope)
        if isinstance(statement, syntax.FunctionDef):
            if self.deletes and not scope.dead:
                self.deleted(statement)
            return [(statement.body, _Scope("function", (), scope.dead))]
        if isinstance(statement, ast.ClassDef):
            return [(statement.body, _Scope("class", (), scope.dead))]
        return []

    def try_blocks(
        self, statement: ast.Try, scope: _Scope
    ) -> list[tuple[list[ast.stmt], _Scope]]:
        around = scope
        if statement.finalbody:
            around = self.inside(statement, scope, _FINALLY_TRY)
        body = around
        if statement.handlers:
            body = self.inside(statement, around, _EXCEPT)
            self.handler_order(statement, scope)
        made = [(statement.body, body)]
        made += [(handler.body, around) for handler in statement.handlers]
        made.append((statement.orelse, around))
        if statement.finalbody:
            made.append((statement.finalbody, scope.inside(_FINALLY_END)))
        return made

    def handler_order(self, statement: ast.Try, scope: _Scope) -> None:
        """A clause for everything must be the last."""
        handlers = statement.handlers
        for index, handler in enumerate(handlers[:-1]):
            if handler.type is None:
                message = "default 'except:' must be last"
                if not scope.dead:
                    line = _last_line(statement, index)
                    self.found.append(LateError(message, line, handler))
                return

    def inside(self, statement: ast.stmt, scope: _Scope, block: str) -> _Scope:
        """One block deeper; there is an end to that."""
        if len(scope.blocks) == _MOST_BLOCKS and not scope.dead:
            message = "too many statically nested blocks"
            self.found.append(LateError(message, None, statement))
        return scope.inside(block)

    def deleted(self, function: syntax.FunctionDef) -> None:
        """``del`` of a variable that a function inside refers to."""
        names: dict[str, ast.AST] = {}
        for node in _own_nodes(function.body, _compiled_parts):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                names.setdefault(node.id, node)
        if not names:
            return
        for name in _referenced_inside(function.body) & names.keys():
            message = f"can not delete variable '{name}' referenced in nested scope"
            self.found.append(LateError(message, None, names[name]))


def _continue(blocks: tuple[str, ...]) -> str:
    improper = "'continue' not properly in loop"
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block == _LOOP:
            return ""
        if block == _FINALLY_END:
            return "'continue' not supported inside 'finally' clause"
    return improper


def _truth(test: ast.expr) -> bool | None:
    """What Python 2 knew of a test when it compiled it."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.USub):
        test = test.operand
        if not isinstance(test, ast.Constant) or isinstance(test.value, str):
            return None
    if isinstance(test, ast.Constant) and isinstance(
        test.value, (int, float, complex, str)
    ):
        return bool(test.value)
    return None


def _last_line(statement: ast.Try, handlers: int) -> int:
    """The last line that Python 2 had seen before the clause with this index."""
    line = statement.lineno
    parts: list[ast.AST] = [*statement.body]
    for handler in statement.handlers[:handlers]:
        parts.append(handler)
    for part in parts:
        for node in ast.walk(part):
            line = max(line, getattr(node, "lineno", 0))
    return line


def _compiled_parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes right below ``node`` that Python 2 made code of."""
    parts = ast.iter_child_nodes(node)
    if not isinstance(node, (ast.If, ast.While)):
        return parts
    truth = _truth(node.test)
    if truth is False:
        return iter(node.orelse)
    if truth is True and isinstance(node, ast.If):
        return iter(node.body)
    return parts


def _own_nodes(
    body: list[ast.stmt],
    parts: Callable[[ast.AST], Iterator[ast.AST]] = ast.iter_child_nodes,
) -> Iterator[ast.AST]:
    """All nodes of a body, without those of functions and classes inside it."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, (syntax.FunctionDef, ast.ClassDef)):
            continue
        pending.extend(parts(node))


def _referenced_inside(body: list[ast.stmt]) -> set[str]:
    """Names that the functions and classes in a body take from around them.

    Iterative: functions and classes are numbered outside in, then joined from
    the inside out.
    """
    scopes: list[tuple[int, bool, set[str], set[str]]] = []
    pending: list[tuple[ast.AST, int]] = [
        (node, -1) for node in _own_nodes(body) if _is_scope(node)
    ]
    while pending:
        node, parent = pending.pop()
        assert isinstance(node, (syntax.FunctionDef, ast.ClassDef))
        used: set[str] = set()
        bound: set[str] = set()
        is_class = isinstance(node, ast.ClassDef)
        if isinstance(node, syntax.FunctionDef):
            bound.update(_parameters(node))
        at = len(scopes)
        scopes.append((parent, is_class, used, bound))
        for inner in _own_nodes(node.body):
            if isinstance(inner, ast.Name):
                (used if isinstance(inner.ctx, ast.Load) else bound).add(inner.id)
            elif isinstance(inner, (syntax.FunctionDef, ast.ClassDef)):
                bound.add(inner.name)
                pending.append((inner, at))
    result: set[str] = set()
    for parent, _, used, bound in reversed(scopes):
        free = used - bound
        if parent < 0:
            result |= free
        elif scopes[parent][1]:
            # A class doesn't bind for the functions inside it.
            _pass_on(scopes, parent, free, result)
        else:
            scopes[parent][2].update(free)
    return result


def _pass_on(
    scopes: list[tuple[int, bool, set[str], set[str]]],
    parent: int,
    free: set[str],
    result: set[str],
) -> None:
    """Hands free names of a method past the classes around it."""
    while parent >= 0 and scopes[parent][1]:
        parent = scopes[parent][0]
    if parent < 0:
        result |= free
    else:
        scopes[parent][2].update(free)


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, (syntax.FunctionDef, ast.ClassDef))


_PLAIN = frozenset(
    [
        ast.Expr, ast.Assign, ast.AugAssign, ast.Pass, ast.Delete, ast.Assert,
        syntax.Print, syntax.Raise,
    ]
)  # fmt: skip
