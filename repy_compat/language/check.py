"""One walk over every node and every name of a program; all complaints.

The walk goes through the tree in the order in which the reference went through
its own (language catalogue, L005): a node's kind first, then the names it
holds, then its parts. Every kind of node that may occur has an entry in
``_SHAPES``; what has no entry is refused. Every string field of every node is
tested, save the text of constants and, as the dialects want it, the names of
parameters.
"""

from __future__ import annotations

import ast

from . import syntax
from .dialect import Dialect
from .late import Late, LateError
from .tokens import PRIVATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .convert import Words


class Finding:
    """One thing that the check refuses.

    ``kind`` is ``"node"``, ``"name"``, ``"unicode"`` or ``"syntax"`` (a shape
    that Python 2's grammar doesn't have); ``what`` is the old compiler's name
    of the construct, the name, or the literal's value; ``attribute`` is the
    reference's word for where the string stood. ``line`` is the line of the
    construct, ``node`` the node itself.
    """

    __slots__ = ("kind", "what", "attribute", "line", "node")

    def __init__(
        self,
        kind: str,
        what: str,
        node: ast.AST,
        attribute: str = "",
        line: int | None = None,
    ) -> None:
        self.kind = kind
        self.what = what
        self.node = node
        self.attribute = attribute
        self.line = _reference_line(node) if line is None else line


def _reference_line(node: ast.AST) -> int:
    """The line that the reference gave a construct, 0 if it gave none.

    It is that of the first token, but an attribute's is that of its name, a
    generator expression's that of its ``for``, a set's or dictionary
    comprehension's that of its first element, and a string's that of its end.
    """
    if isinstance(node, ast.Attribute):
        return node.end_lineno or node.lineno
    if isinstance(node, ast.GeneratorExp):
        return node.generators[0].target.lineno
    if isinstance(node, (ast.Set, ast.SetComp)):
        return node.elts[0].lineno if isinstance(node, ast.Set) else node.elt.lineno
    if isinstance(node, ast.DictComp):
        return node.key.lineno
    line: int = getattr(node, "lineno", 0)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return min(line + node.value.count("\n"), node.end_lineno or line)
    return line


# What a node of a kind holds: (fields with names, fields with parts, in the
# reference's order). Kinds with a method of their own in _Walk aren't here.
_SHAPES: dict[type, tuple[tuple[tuple[str, str], ...], tuple[str, ...]]] = {
    ast.Pass: ((), ()),
    ast.Break: ((), ()),
    ast.Continue: ((), ()),
    ast.If: ((), ("test", "body", "orelse")),
    ast.While: ((), ("test", "body", "orelse")),
    ast.For: ((), ("target", "iter", "body", "orelse")),
    ast.Try: ((), ("body", "handlers", "orelse", "finalbody")),
    syntax.Handler: ((), ("type", "target", "body")),
    syntax.Raise: ((), ("kind", "value", "trace")),
    ast.Assert: ((), ("test", "msg")),
    ast.Slice: ((), ("lower", "upper", "step")),
    ast.keyword: ((("arg", "name"),), ("value",)),
    ast.ListComp: ((), ("elt", "generators")),
    ast.UnaryOp: ((), ("operand",)),
    ast.BoolOp: ((), ("values",)),
}

_OPERATORS = frozenset(
    [
        ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow,
        ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor,
    ]
)  # fmt: skip

# The constructs that both dialects refuse, under the names of Python 2's old
# compiler package, which the reference's texts show.
REFUSED: dict[type, str] = {
    ast.Import: "Import",
    ast.ImportFrom: "From",
    ast.Lambda: "Lambda",
    ast.Yield: "Yield",
    ast.With: "With",
    ast.Global: "Global",
    ast.IfExp: "IfExp",
    ast.GeneratorExp: "GenExpr",
    ast.Set: "Set",
    ast.SetComp: "SetComp",
    ast.DictComp: "DictComp",
    syntax.Exec: "Exec",
    syntax.Backquote: "Backquote",
}


def check(
    tree: ast.Module, dialect: Dialect, words: Words | None = None
) -> tuple[list[Finding], list[LateError]]:
    """Everything in a tree that is refused: by the dialect, by Python 2's compiler.

    The findings are in the reference's order, the late errors in Python 2's. The
    tree is :func:`repy_compat.language.parser.parse`'s. A finding of kind
    ``"syntax"`` is a shape that no text of Python 2 gives. ``words`` restores what
    :func:`~repy_compat.language.parser.parse_roughly` left to this walk.
    """
    walk = _Walk(dialect, words)
    walk.run(tree)
    return walk.findings, walk.late.errors(tree)


class _Decorators(ast.AST):
    """The decorators of a definition: one construct for the reference."""

    def __init__(self, items: list[ast.expr]) -> None:
        self.items = items


class _Walk:
    def __init__(self, dialect: Dialect, words: Words | None) -> None:
        self.dialect = dialect
        self.words = words
        self.findings: list[Finding] = []
        self.allowed: set[str] = set()
        self.pending: list[ast.AST] = []
        self.late = Late()

    def run(self, tree: ast.Module) -> None:
        pending = self.pending
        pending.append(tree)
        allowed, shapes, special = self.allowed, _SHAPES, _SPECIAL
        operators = _OPERATORS
        while pending:
            node = pending.pop()
            kind = node.__class__
            if kind is ast.Name:
                if node.id not in allowed:  # type: ignore[attr-defined]
                    self.name(node, node.id, "name")  # type: ignore[attr-defined]
                continue
            if kind is ast.Attribute:
                if node.attr not in allowed:  # type: ignore[attr-defined]
                    self.name(node, node.attr, "attrname")  # type: ignore[attr-defined]
                pending.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Constant:
                value = node.value  # type: ignore[attr-defined]
                if node.kind == "u" or value.__class__ not in _CONSTANTS:  # type: ignore[attr-defined]
                    self.constant(node)  # type: ignore[arg-type]
                continue
            if kind is ast.Expr or kind is ast.Return:
                if node.value is not None:  # type: ignore[attr-defined]
                    pending.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Assign:
                pending.append(node.value)  # type: ignore[attr-defined]
                pending += node.targets[::-1]  # type: ignore[attr-defined]
                continue
            if kind is ast.BinOp and node.op.__class__ in operators:  # type: ignore[attr-defined]
                pending.append(node.right)  # type: ignore[attr-defined]
                pending.append(node.left)  # type: ignore[attr-defined]
                continue
            if kind is ast.Subscript:
                pending.append(node.slice)  # type: ignore[attr-defined]
                pending.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Compare:
                pending += node.comparators[::-1]  # type: ignore[attr-defined]
                pending.append(node.left)  # type: ignore[attr-defined]
                continue
            method = special.get(kind)
            if method is not None:
                method(self, node)
                continue
            shape = shapes.get(kind)
            if shape is None:
                self.refuse(node)
                continue
            for field, attribute in shape[0]:
                name = getattr(node, field)
                if name not in allowed:
                    self.name(node, name, attribute)
            self.parts(node, shape[1])

    def parts(self, node: ast.AST, fields: tuple[str, ...]) -> None:
        pending = self.pending
        for field in reversed(fields):
            value = getattr(node, field)
            if value.__class__ is list:
                pending.extend(value[::-1])
            elif value is not None:
                pending.append(value)

    def name(self, node: ast.AST, name: str, attribute: str) -> None:
        if self.words is not None:
            field = _NAME_FIELDS[node.__class__]
            self.words.restore(node, field)
            name = getattr(node, field)
        if name == "None":
            self.none(node)
        elif self.dialect.allows_name(name) and name[:1] != PRIVATE:
            self.allowed.add(name)
        else:
            self.findings.append(Finding("name", name, node, attribute))

    def none(self, node: ast.AST) -> None:
        """None may be read as an attribute and deleted, but get no value."""
        context = getattr(node, "ctx", None)
        if context is None or isinstance(context, ast.Store):
            self.late.name(node, "None")

    def shape(self, node: ast.AST) -> None:
        self.findings.append(Finding("syntax", type(node).__name__, node))

    def refuse(self, node: ast.AST) -> None:
        """A kind without an entry: refused, and its parts are looked through."""
        what = REFUSED.get(node.__class__)
        if what is None:
            self.shape(node)
            return
        self.findings.append(Finding("node", what, node))
        inside: list[ast.AST] = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.arguments, ast.withitem)):
                inside.extend(
                    part
                    for part in ast.iter_child_nodes(child)
                    if isinstance(part, ast.expr)
                )
            elif not isinstance(child, (ast.expr_context, ast.alias)):
                inside.append(child)
        self.pending.extend(inside[::-1])

    def constant(self, node: ast.Constant) -> None:
        """A unicode literal, or a constant that only Python 3 has."""
        if self.words is not None:
            self.words.restore(node, "value")
            if node.kind == "L":
                return
        if node.kind == "u":
            self.findings.append(Finding("unicode", str(node.value), node, "value"))
        else:
            self.shape(node)

    def call(self, node: ast.Call) -> None:
        """Python 2 has at most one ``*`` and one ``**``, both at the end."""
        pending = self.pending
        if not node.keywords and len(node.args) < 256:
            for argument in node.args:
                if argument.__class__ is ast.Starred:
                    break
            else:
                pending += node.args[::-1]
                pending.append(node.func)
                return
        arguments: list[ast.AST] = []
        if len(node.keywords) > 1 or len(node.args) > 254:
            self.late.call(node)
        starred: ast.Starred | None = None
        doubled: ast.keyword | None = None
        for argument in node.args:
            if starred is not None:
                self.shape(argument)
            elif isinstance(argument, ast.Starred):
                starred = argument
            else:
                arguments.append(argument)
        for keyword in node.keywords:
            if doubled is not None:
                self.shape(keyword)
            elif keyword.arg is None:
                doubled = keyword
            else:
                arguments.append(keyword)
        if starred is not None:
            arguments.append(starred.value)
        if doubled is not None:
            arguments.append(doubled.value)
        pending.extend(arguments[::-1])
        pending.append(node.func)

    def dictionary(self, node: ast.Dict) -> None:
        pairs = list(zip(node.keys, node.values, strict=True))
        for key, value in pairs[::-1]:
            self.pending.append(value)
            if key is None:
                self.shape(value)
            else:
                self.pending.append(key)

    def function(self, node: syntax.FunctionDef) -> None:
        arguments = node.args
        parameters = (*arguments.args, arguments.vararg, arguments.kwarg)
        if self.words is not None:
            for parameter in parameters:
                if parameter is not None:
                    self.words.restore(parameter, "arg")
        self.late.function(node)
        if node.name not in self.allowed:
            self.name(node, node.name, "name")
        body = self.after_docstring(node, node.body, node.lineno)
        self.pending.extend(body[::-1])
        if (
            arguments.posonlyargs
            or arguments.kwonlyargs
            or node.returns is not None
            or getattr(node, "type_params", None)
        ):
            self.shape(node)
        made_names = {made.name for made in node.tuple_parameters}
        for parameter in parameters:
            if parameter is not None:
                self.parameter(parameter, made_names)
        for made in node.tuple_parameters:
            for part in ast.walk(made.target):
                if (
                    not isinstance(part, _TUPLE_PARTS)
                    or isinstance(part, ast.Name)
                    and part.id[:1] == PRIVATE
                ):
                    self.shape(part)
        self.pending.extend(arguments.defaults[::-1])
        if node.decorator_list:
            self.pending.append(_Decorators(node.decorator_list))

    def parameter(self, parameter: ast.arg, made_names: set[str]) -> None:
        """Any name will do, save a private one that the front end didn't make."""
        if parameter.annotation is not None:
            self.shape(parameter)
        if parameter.arg[:1] == PRIVATE and parameter.arg not in made_names:
            self.shape(parameter)

    def class_(self, node: ast.ClassDef) -> None:
        if node.keywords or getattr(node, "type_params", None):
            self.shape(node)
        if node.name not in self.allowed:
            self.name(node, node.name, "name")
        if node.decorator_list:  # the reference came to them after the body
            self.pending.append(_Decorators(node.decorator_list))
        body = self.after_docstring(node, node.body, node.lineno)
        self.pending.extend(body[::-1])
        self.parts(node, ("bases",))

    def decorators(self, node: _Decorators) -> None:
        self.findings.append(Finding("node", "Decorators", node.items[0]))
        self.pending.extend(node.items[::-1])

    def module(self, node: ast.Module) -> None:
        self.pending.extend(self.after_docstring(node, node.body, 0)[::-1])

    def after_docstring(
        self, node: ast.AST, body: list[ast.stmt], line: int
    ) -> list[ast.stmt]:
        """The statements behind the docstring.

        A docstring is a string of the definition itself: a unicode one is
        reported at the line of the definition, and at none for the module.
        """
        first = body[0] if body else None
        value = first.value if isinstance(first, ast.Expr) else None
        if not isinstance(value, ast.Constant) or value.kind != "u":
            return body
        if self.words is not None:
            self.words.restore(value, "value")
            if value.kind == "L":
                return body
        self.findings.append(Finding("unicode", str(value.value), value, "doc", line))
        return body[1:]

    def delete(self, node: ast.Delete) -> None:
        self.late.deletes = True
        self.pending.extend(node.targets[::-1])

    def binary(self, node: ast.BinOp | ast.AugAssign) -> None:
        if node.op.__class__ not in _OPERATORS:
            self.shape(node)
        if isinstance(node, ast.BinOp):
            self.pending.append(node.right)
            self.pending.append(node.left)
        else:
            self.pending.append(node.value)
            self.pending.append(node.target)

    def clause(self, node: ast.comprehension) -> None:
        if node.is_async:
            self.shape(node.iter)
        self.parts(node, ("target", "iter", "ifs"))

    def sequence(self, node: ast.Tuple | ast.List) -> None:
        if not node.elts and not isinstance(node.ctx, ast.Load):
            self.shape(node)
        self.pending.extend(node.elts[::-1])

    def print_(self, node: syntax.Print) -> None:
        if "Print" in self.dialect.refused:
            what = "Printnl" if node.newline else "Print"
            self.findings.append(Finding("node", what, node))
        self.parts(node, ("values", "dest"))


# Where a node of a kind has its name.
_NAME_FIELDS: dict[type, str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.keyword: "arg",
    syntax.FunctionDef: "name",
    ast.ClassDef: "name",
}
_CONSTANTS = frozenset([str, int, float, complex, type(None), type(...)])
_TUPLE_PARTS = (ast.Name, ast.Tuple, ast.Store)
_SPECIAL: dict[type, Callable[[_Walk, Any], None]] = {
    _Decorators: _Walk.decorators,
    ast.Module: _Walk.module,
    ast.Call: _Walk.call,
    ast.Delete: _Walk.delete,
    ast.Dict: _Walk.dictionary,
    syntax.FunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
    ast.BinOp: _Walk.binary,
    ast.AugAssign: _Walk.binary,
    ast.comprehension: _Walk.clause,
    ast.Tuple: _Walk.sequence,
    ast.List: _Walk.sequence,
    syntax.Print: _Walk.print_,
}
