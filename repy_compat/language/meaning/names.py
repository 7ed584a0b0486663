"""What a unit's names are: which are bound where, and which builtins keep their meaning.

One walk over the tree before the rewriting. There is no ``global`` statement in
Repy, so a name bound in a function is local there and a name bound nowhere in the
unit is a builtin (or comes from the context that the unit is evaluated in).
"""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.language.meaning.guards import BUILTIN_EXCEPTIONS
from repy_compat.language.meaning.inference import Bindings, Kinds


class Scope:
    """One module, class body or function: what it binds and what it reads.

    ``kind`` is ``"module"``, ``"class"`` or ``"function"``. ``bound`` holds the
    names that the scope binds (parameters included), ``read`` those that are read
    outside of the list comprehensions that bind them, here or in a scope inside.
    """

    __slots__ = ("kind", "parent", "bound", "read", "node", "bindings", "kinds")

    def __init__(self, kind: str, parent: Scope | None, node: ast.AST) -> None:
        self.kind = kind
        self.parent = parent
        self.node = node
        self.bound: set[str] = set()
        self.read: set[str] = set()
        self.bindings = Bindings()
        self.kinds: Kinds = {}

    def leak_shows(self, name: str) -> bool:
        """Whether anybody can see ``name`` after the comprehension that binds it."""
        return self.kind != "function" or name in self.read


class Unit:
    """The names of a whole unit.

    ``bound`` holds every name that any scope of the unit binds, ``scopes`` the
    scope of each function, class and module node. ``bare_raise`` tells whether a
    ``raise`` without operands occurs anywhere.
    """

    def __init__(self, tree: ast.Module, rebound: frozenset[str]) -> None:
        self.bound: set[str] = set(rebound)
        self.scopes: dict[ast.AST, Scope] = {}
        self.bare_raise = False
        self.complex_numbers = False
        self.defines_iter = False
        module = Scope("module", None, tree)
        self.scopes[tree] = module
        self._walk(tree.body, module)
        for scope in self.scopes.values():
            self.bound |= scope.bound
        if "_context" in module.read:
            self.bound |= self._texts(tree)
        self.mentioned = self.bound | module.read
        if "complex" in self.mentioned:
            self.complex_numbers = True
        for scope in self.scopes.values():
            if scope.kind == "function":
                scope.kinds = scope.bindings.kinds(self.bound)
        self.exception_classes = self._find_exception_classes(tree, module)

    def _texts(self, tree: ast.Module) -> set[str]:
        """The names that a unit may bind as keys of its own namespace."""
        return {
            part.value
            for part in ast.walk(tree)
            if type(part) is ast.Constant
            and type(part.value) is str
            and part.value.isidentifier()
        }

    def _find_exception_classes(self, tree: ast.Module, module: Scope) -> set[str]:
        """Classes that are surely new-style exceptions wherever their name is read.

        Defined once, at the top, from built-in exceptions or one another, in a
        unit that has no other way to its global variables.
        """
        found: set[str] = set()
        if "_context" in self.mentioned:
            return found
        elsewhere = {
            name
            for scope in self.scopes.values()
            if scope is not module
            for name in scope.bound
        }
        for node in tree.body:
            if type(node) is not ast.ClassDef or not node.bases:
                continue
            name = node.name
            if name in elsewhere or module.bindings.stores.get(name) != 1000:
                continue
            if all(
                type(base) is ast.Name
                and (
                    base.id in found
                    or (base.id in BUILTIN_EXCEPTIONS and base.id not in self.bound)
                )
                for base in node.bases
            ):
                found.add(name)
        return found

    def keeps(self, name: str) -> bool:
        """Whether ``name`` is the builtin of this name throughout the unit."""
        return name not in self.bound

    def _walk(self, nodes: list[ast.stmt], module: Scope) -> None:
        """Record the names of the statements, scope by scope, without recursion."""
        opened: list[tuple[list[ast.AST], Scope]] = [(list(nodes), module)]
        for pending, scope in opened:  # the list grows while it is read
            self._walk_scope(pending, scope, opened)
        for _, scope in reversed(opened):
            if scope.parent is not None:
                scope.parent.read |= scope.read

    def _walk_scope(
        self,
        pending: list[ast.AST],
        scope: Scope,
        opened: list[tuple[list[ast.AST], Scope]],
    ) -> None:
        """Record the names of one scope; those inside are put at the end."""
        read, parts_of = scope.read, _PARTS
        while pending:
            node = pending.pop()
            kind = node.__class__
            if kind is ast.Name:
                if node.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
                    read.add(node.id)  # type: ignore[attr-defined]
                else:
                    self._stored(node, scope)  # type: ignore[arg-type]
                continue
            if kind is ast.Constant:
                if node.value.__class__ is complex:  # type: ignore[attr-defined]
                    self.complex_numbers = True
                continue
            if kind is ast.Attribute:
                pending.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Call:
                pending.append(node.func)  # type: ignore[attr-defined]
                pending += node.args  # type: ignore[attr-defined]
                pending += node.keywords  # type: ignore[attr-defined]
                continue
            parts = parts_of.get(kind)
            if parts is None:
                self._rare(node, scope, pending, opened)
                continue
            if kind in _BINDING:
                self._binding(node, kind, scope)
            for field, is_list in parts:
                value = getattr(node, field)
                if is_list:
                    pending += value
                elif value is not None:
                    pending.append(value)

    def _rare(
        self,
        node: ast.AST,
        scope: Scope,
        pending: list[ast.AST],
        opened: list[tuple[list[ast.AST], Scope]],
    ) -> None:
        """A definition, a comprehension, or a node without a rule of its own."""
        if isinstance(node, ast.FunctionDef):
            self._function(node, scope, pending, opened)
        elif isinstance(node, ast.ClassDef):
            scope.bound.add(node.name)
            scope.bindings.unknown(node.name)
            inner = Scope("class", scope, node)
            self.scopes[node] = inner
            pending += node.bases
            opened.append((list(node.body), inner))
        elif isinstance(node, ast.ListComp):
            self._comprehensions(node, scope)
        else:
            self._binding(node, node.__class__, scope)
            pending += ast.iter_child_nodes(node)

    def _binding(self, node: ast.AST, kind: type, scope: Scope) -> None:
        """Note what a statement tells about the kinds of variables."""
        bindings = scope.bindings
        if kind is ast.Assign:
            for target in node.targets:  # type: ignore[attr-defined]
                bindings.assigned(target, node.value)  # type: ignore[attr-defined]
        elif kind is ast.For:
            bindings.looped(node.target, node.iter)  # type: ignore[attr-defined]
        elif kind is ast.AugAssign:
            target = node.target  # type: ignore[attr-defined]
            if type(target) is ast.Name:
                change = (target.id, node.op, node.value)  # type: ignore[attr-defined]
                bindings.changes.append(change)
                scope.read.add(target.id)
        elif kind is syntax.Raise and node.kind is None:  # type: ignore[attr-defined]
            self.bare_raise = True

    def _stored(self, node: ast.Name, scope: Scope) -> None:
        """Count one name that is bound or deleted."""
        scope.bound.add(node.id)
        if type(node.ctx) is ast.Del:
            scope.read.add(node.id)
        else:
            scope.bindings.stored(node.id)

    def _function(
        self,
        node: ast.FunctionDef,
        scope: Scope,
        pending: list[ast.AST],
        opened: list[tuple[list[ast.AST], Scope]],
    ) -> None:
        """Open the scope of a function; its defaults belong to the one around."""
        scope.bound.add(node.name)
        scope.bindings.unknown(node.name)
        if node.name == "__iter__":
            self.defines_iter = True
        inner = Scope("function", scope, node)
        self.scopes[node] = inner
        arguments = node.args
        for parameter in arguments.args:
            inner.bound.add(parameter.arg)
            inner.bindings.unknown(parameter.arg)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                inner.bound.add(extra.arg)
                inner.bindings.unknown(extra.arg)
        pending += arguments.defaults
        inside: list[ast.AST] = [
            parameter.target for parameter in getattr(node, "tuple_parameters", ())
        ]
        inside += node.body
        opened.append((inside, inner))

    def _comprehensions(self, outer: ast.ListComp, scope: Scope) -> None:
        """A comprehension binds in the scope around it, and hides what it binds."""
        pending: list[tuple[ast.AST, frozenset[str]]] = [(outer, frozenset())]
        while pending:
            node, hidden = pending.pop()
            if isinstance(node, ast.Name):
                if type(node.ctx) is not ast.Load:
                    self._stored(node, scope)
                elif node.id not in hidden:
                    scope.read.add(node.id)
            elif isinstance(node, ast.Constant):
                if type(node.value) is complex:
                    self.complex_numbers = True
            elif isinstance(node, ast.ListComp):
                pending += self._comprehension(node, scope, hidden)
            else:
                pending += [(part, hidden) for part in ast.iter_child_nodes(node)]

    def _comprehension(
        self, node: ast.ListComp, scope: Scope, hidden: frozenset[str]
    ) -> list[tuple[ast.AST, frozenset[str]]]:
        """The parts of a comprehension, each with the names that are hidden there."""
        parts: list[tuple[ast.AST, frozenset[str]]] = []
        for generator in node.generators:
            parts.append((generator.iter, hidden))
            parts.append((generator.target, hidden))
            scope.bindings.looped(generator.target, generator.iter)
            names = [
                part.id
                for part in ast.walk(generator.target)
                if type(part) is ast.Name and type(part.ctx) is ast.Store
            ]
            hidden = hidden.union(names)
            parts += [(test, hidden) for test in generator.ifs]
        parts.append((node.elt, hidden))
        return parts


_ONE, _MANY = False, True
# The parts of frequent kinds of nodes, and whether each is a list.
_PARTS: dict[type, tuple[tuple[str, bool], ...]] = {
    ast.Expr: (("value", _ONE),),
    ast.Assign: (("value", _ONE), ("targets", _MANY)),
    ast.AugAssign: (("value", _ONE), ("target", _ONE)),
    ast.Return: (("value", _ONE),),
    ast.Pass: (),
    ast.Break: (),
    ast.Continue: (),
    ast.If: (("test", _ONE), ("body", _MANY), ("orelse", _MANY)),
    ast.While: (("test", _ONE), ("body", _MANY), ("orelse", _MANY)),
    ast.For: (
        ("target", _ONE),
        ("iter", _ONE),
        ("body", _MANY),
        ("orelse", _MANY),
    ),
    ast.Try: (
        ("body", _MANY),
        ("handlers", _MANY),
        ("orelse", _MANY),
        ("finalbody", _MANY),
    ),
    syntax.Handler: (("type", _ONE), ("target", _ONE), ("body", _MANY)),
    syntax.Raise: (("kind", _ONE), ("value", _ONE), ("trace", _ONE)),
    syntax.Print: (("dest", _ONE), ("values", _MANY)),
    ast.BinOp: (("left", _ONE), ("right", _ONE)),
    ast.UnaryOp: (("operand", _ONE),),
    ast.BoolOp: (("values", _MANY),),
    ast.Compare: (("left", _ONE), ("comparators", _MANY)),
    ast.Subscript: (("value", _ONE), ("slice", _ONE)),
    ast.Slice: (("lower", _ONE), ("upper", _ONE), ("step", _ONE)),
    ast.Tuple: (("elts", _MANY),),
    ast.List: (("elts", _MANY),),
    ast.keyword: (("value", _ONE),),
}
_BINDING = frozenset((ast.Assign, ast.For, ast.AugAssign, syntax.Raise))
