"""Makes Python 2's tree of the tree that ``ast.parse`` gives for rewritten text.

The private names that :mod:`repy_compat.language.tokens` wrote disappear here:
calls become the statements they stand for, renamed words get their own names
back, and parameters written as tuples find their tuples.
"""

from __future__ import annotations

import ast

from .rewriting import Rewritten, rewrite
from .syntax import (
    Backquote,
    Exec,
    FunctionDef,
    Handler,
    Print,
    Raise,
    TupleParameter,
)
from .tokens import PRIVATE

_PRINT = PRIVATE + "print"
_PRINT_TO = PRIVATE + "print_to"
_RAISE = PRIVATE + "raise"
_EXCEPT = PRIVATE + "except"
_EXEC = PRIVATE + "exec"
_REPR = PRIVATE + "repr"
_LONG_LITERAL = f"u'{PRIVATE}".encode()
_BLOCKS_OF: dict[type, tuple[str, ...]] = {
    ast.If: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.Try: ("body", "orelse", "finalbody", "handlers"),
    ast.With: ("body",),
    ast.ClassDef: ("body",),
    FunctionDef: ("body",),
}


class NotPython2(Exception):
    """Python 3 took the text, but Python 2 has nothing of this shape.

    ``line`` is the line of the offending node.
    """

    def __init__(self, node: ast.AST) -> None:
        super().__init__(type(node).__name__)
        self.line = getattr(node, "lineno", 1)


class Words:
    """What it takes to give the renamed words of one text their own form back.

    A walk that looks at every node anyway hands in the nodes that hold a private
    word: ``restore`` works in place and raises NotPython2 for two long literals
    side by side.
    """

    __slots__ = ("text", "lines")

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[bytes] | None = None

    def restore(self, node: ast.AST, field: str) -> None:
        """Restores the word in one field of a node, if a private one is there."""
        value = getattr(node, field)
        if value.__class__ is str and value[:1] == PRIVATE:
            if self.lines is None:
                self.lines = self.text.encode("utf-8").split(b"\n")
            _restore(node, field, value, self.lines)


def convert(
    tree: ast.Module, rewritten: Rewritten, later: bool = False
) -> tuple[ast.Module, Words | None]:
    """Turns the tree of a rewritten text into Python 2's tree, in place.

    With ``later`` the renamed words may be left for a walk that comes behind:
    then :class:`Words` is given, too, for what remains to be done. Raises
    NotPython2 where a rewritten form doesn't have Python 2's shape.
    """
    words: Words | None = None
    if rewritten.renamed or rewritten.suspicious:  # as every backquote is
        if later and not rewritten.suspicious:
            words = Words(rewritten.text)
        else:
            _restore_words(tree, rewritten)
    _convert_blocks(tree, rewritten)
    return tree, words


def _convert_blocks(tree: ast.Module, rewritten: Rewritten) -> None:
    """Makes Python 2's statements of the calls that stand for them."""
    blocks: list[list[ast.stmt]] = [tree.body]
    while blocks:
        block = blocks.pop()
        for index, statement in enumerate(block):
            kind = statement.__class__
            if kind is ast.Expr:
                value = statement.value  # type: ignore[attr-defined]
                if (
                    value.__class__ is ast.Call
                    and value.func.__class__ is ast.Name
                    and value.func.id[0] == PRIVATE
                    and value.func.id[1:] not in _WORDS
                ):
                    block[index] = _statement(statement, value)
                continue
            if kind is ast.Assign or kind is ast.Return:
                continue
            if kind is ast.Raise:
                block[index] = _raise(statement)  # type: ignore[arg-type]
                continue
            if kind is ast.FunctionDef:
                statement = block[index] = _function(statement, rewritten)  # type: ignore[arg-type]
            for name in _BLOCKS_OF.get(statement.__class__, ()):
                inner = getattr(statement, name)
                if inner:
                    if name == "handlers":
                        inner[:] = [_handler(handler) for handler in inner]
                        blocks.extend(handler.body for handler in inner)
                    else:
                        blocks.append(inner)


def _statement(statement: ast.stmt, call: ast.Call) -> ast.stmt:
    name = call.func.id  # type: ignore[attr-defined]
    made: ast.stmt
    if name in (_PRINT, _PRINT_TO):
        values, newline = call.args[0], call.args[1].value  # type: ignore[attr-defined]
        if values.__class__ is not ast.List:
            raise NotPython2(values)
        items = values.elts
        if name == _PRINT_TO and not items:
            raise NotPython2(statement)  # print >> and nothing
        dest = items.pop(0) if name == _PRINT_TO else None
        made = Print(dest=dest, values=items, newline=bool(newline))
    elif name == _EXEC:
        made = _exec(_positional(call, 1, 2))
    else:
        raise NotPython2(statement)
    return ast.copy_location(made, statement)


def _exec(arguments: list[ast.expr]) -> Exec:
    body, where = arguments[0], arguments[1] if len(arguments) > 1 else None
    if isinstance(body, ast.Compare) and isinstance(body.ops[0], ast.In):
        inside: ast.expr = body.comparators[0]
        if len(body.ops) > 1:
            inside = ast.copy_location(
                ast.Compare(body.comparators[0], body.ops[1:], body.comparators[1:]),
                body.comparators[0],
            )
        return Exec(body=body.left, globals=inside, locals=where)
    if where is not None:
        raise NotPython2(where)
    return Exec(body=body, globals=None, locals=None)


def _raise(statement: ast.Raise) -> Raise:
    if statement.cause is not None:
        raise NotPython2(statement)
    parts: list[ast.expr] = []
    if statement.exc is not None:
        if not _is_private_call(statement.exc, _RAISE):
            raise NotPython2(statement)
        parts = _positional(statement.exc, 1, 3)
    kind, value, trace = (*parts, None, None, None)[:3]
    made = Raise(kind=kind, value=value, trace=trace)
    return ast.copy_location(made, statement)


def _handler(handler: ast.ExceptHandler) -> Handler:
    kind: ast.expr | None = None
    target: ast.expr | None = None
    if handler.type is not None:
        if not _is_private_call(handler.type, _EXCEPT) or handler.name:
            raise NotPython2(handler)
        kind, target, *_ = (*_positional(handler.type, 1, 2), None)
        if target is not None:
            store(target)
    made = Handler(type=kind, target=target, body=handler.body)
    return ast.copy_location(made, handler)


def _is_private_call(node: ast.expr, name: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
    )


def _positional(call: ast.expr, least: int, most: int) -> list[ast.expr]:
    """The arguments of a call that may have nothing but plain arguments."""
    assert isinstance(call, ast.Call)
    if call.keywords or not least <= len(call.args) <= most:
        raise NotPython2(call)
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            raise NotPython2(argument)
    return call.args


def store(target: ast.expr) -> None:
    """Makes an expression a target of assignment, in place.

    Raises NotPython2 for what can't be assigned to.
    """
    pending = [target]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Tuple, ast.List)):
            pending.extend(node.elts)
            if isinstance(node, ast.Tuple) and not node.elts:
                raise NotPython2(node)
        elif not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            raise NotPython2(node)
        node.ctx = ast.Store()


def _function(node: ast.FunctionDef, rewritten: Rewritten) -> FunctionDef:
    """The function with its tuple parameters; refuses what only Python 3 has."""
    arguments = node.args
    if (
        node.returns is not None
        or arguments.posonlyargs
        or arguments.kwonlyargs
        or getattr(node, "type_params", None)
    ):
        raise NotPython2(node)
    tuples: list[TupleParameter] = []
    if rewritten.tuple_parameters:
        for argument in arguments.args:
            if argument.arg in rewritten.tuple_parameters:
                tuples.append(_tuple_parameter(argument, rewritten))
    made = FunctionDef(
        name=node.name,
        args=arguments,
        body=node.body,
        decorator_list=node.decorator_list,
        returns=None,
        type_comment=None,
        tuple_parameters=tuples,
    )
    if hasattr(node, "type_params"):  # Python 3.12 and later
        setattr(made, "type_params", [])  # noqa: B010
    return ast.copy_location(made, node)


def _tuple_parameter(argument: ast.arg, rewritten: Rewritten) -> TupleParameter:
    text, line = rewritten.tuple_parameters[argument.arg]
    inner = rewrite(text)
    try:
        parsed = ast.parse(inner.text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise NotPython2(argument) from None
    _restore_words(parsed, inner)
    ast.increment_lineno(parsed, line - 1)
    statement = parsed.body[0]
    if len(parsed.body) != 1 or not isinstance(statement, ast.Expr):
        raise NotPython2(argument)
    target = statement.value
    for node in ast.walk(target):
        if not isinstance(node, (ast.Name, ast.Tuple, ast.expr_context)):
            raise NotPython2(argument)
    store(target)
    return TupleParameter(name=argument.arg, target=target)


def _restore_words(tree: ast.Module, rewritten: Rewritten) -> None:
    """Gives renamed words, long literals and backquotes their own form back."""
    pending: list[ast.AST] = [tree]
    lines = rewritten.text.encode("utf-8").split(b"\n")
    while pending:
        node = pending.pop()
        for name in _SEARCHED.get(node.__class__, node._fields):
            value = getattr(node, name, None)
            kind = value.__class__
            if kind is str:
                if value[:1] == PRIVATE:  # type: ignore[index]
                    _restore(node, name, value, lines)  # type: ignore[arg-type]
            elif kind is list:
                for index, item in enumerate(value):  # type: ignore[arg-type]
                    if isinstance(item, ast.AST):
                        if _is_private_call(item, _REPR):  # type: ignore[arg-type]
                            item = value[index] = _backquote(item)  # type: ignore
                        pending.append(item)
            elif isinstance(value, ast.AST):
                if _is_private_call(value, _REPR):  # type: ignore[arg-type]
                    value = _backquote(value)  # type: ignore[arg-type]
                    setattr(node, name, value)
                pending.append(value)


def _restore(node: ast.AST, name: str, value: str, lines: list[bytes]) -> None:
    word = value[len(PRIVATE) :]
    if isinstance(node, ast.Constant):
        # A program's own u'\u01c010' has the same value, but was written otherwise.
        if lines[node.lineno - 1].startswith(_LONG_LITERAL, node.col_offset):
            if PRIVATE in word:
                raise NotPython2(node)  # two literals side by side
            node.value = int(word, 0)
            node.kind = "L"
    elif word in _WORDS:
        setattr(node, name, word)
        if (
            word == "None"
            and isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
        ):
            node.__class__ = ast.Constant  # type: ignore[assignment]
            node.value, node.kind = None, None  # type: ignore[attr-defined]


# Fields worth looking at, for the kinds of nodes that are most of a tree.
_SEARCHED: dict[type, tuple[str, ...]] = {
    ast.Name: ("id",),
    ast.Constant: ("value",),
    ast.Attribute: ("attr", "value"),
    ast.Subscript: ("value", "slice"),
    ast.BinOp: ("left", "right"),
    ast.Compare: ("left", "comparators"),
    ast.UnaryOp: ("operand",),
    ast.BoolOp: ("values",),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Assign: ("targets", "value"),
    ast.AugAssign: ("target", "value"),
    ast.arg: ("arg",),
}
_WORDS = frozenset(["True", "False", "async", "await", "nonlocal", "None"])


def _backquote(call: ast.Call) -> Backquote:
    value = call.args[0] if len(call.args) == 1 else ast.Tuple(call.args, ast.Load())
    return ast.copy_location(Backquote(value=ast.copy_location(value, call)), call)
