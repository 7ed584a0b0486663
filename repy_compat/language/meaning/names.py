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
        self.mentioned: set[str] = set()
        self.complex_numbers = False
        self.defines_iter = False
        module = Scope("module", None, tree)
        self.scopes[tree] = module
        self._walk(tree.body, module)
        if "complex" in self.mentioned:
            self.complex_numbers = True
        for scope in self.scopes.values():
            self.bound |= scope.bound
        for scope in self.scopes.values():
            if scope.kind == "function":
                scope.kinds = scope.bindings.kinds(self.bound)
        self.exception_classes = self._find_exception_classes(tree, module)

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

    def _walk(self, nodes: list[ast.stmt], scope: Scope) -> None:
        """Record the names of the statements, scope by scope, without recursion."""
        pending: list[tuple[ast.AST, Scope, frozenset[str]]] = [
            (node, scope, frozenset()) for node in nodes
        ]
        while pending:
            node, scope, hidden = pending.pop()
            kind = type(node)
            if kind is ast.Name:
                self._name(node, scope, hidden)  # type: ignore[arg-type]
            elif kind is ast.Constant:
                if type(node.value) is complex:  # type: ignore[attr-defined]
                    self.complex_numbers = True
            elif kind is syntax.FunctionDef or kind is ast.FunctionDef:
                self._function(node, scope, pending)  # type: ignore[arg-type]
            elif kind is ast.ClassDef:
                scope.bound.add(node.name)  # type: ignore[attr-defined]
                scope.bindings.unknown(node.name)  # type: ignore[attr-defined]
                inner = Scope("class", scope, node)
                self.scopes[node] = inner
                for base in node.bases:  # type: ignore[attr-defined]
                    pending.append((base, scope, hidden))
                for statement in node.body:  # type: ignore[attr-defined]
                    pending.append((statement, inner, frozenset()))
            elif kind is ast.ListComp:
                self._comprehension(node, scope, hidden, pending)  # type: ignore[arg-type]
            else:
                self._binding(node, kind, scope)
                for field in node._fields:
                    value = getattr(node, field, None)
                    if value.__class__ is list:
                        for item in value:
                            if isinstance(item, ast.AST):
                                pending.append((item, scope, hidden))
                    elif isinstance(value, ast.AST):
                        pending.append((value, scope, hidden))

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
        elif kind is syntax.Raise and node.kind is None:  # type: ignore[attr-defined]
            self.bare_raise = True

    def _name(self, node: ast.Name, scope: Scope, hidden: frozenset[str]) -> None:
        """Count one occurrence of a name."""
        name = node.id
        self.mentioned.add(name)
        if type(node.ctx) is ast.Load:
            if name not in hidden:
                reader: Scope | None = scope
                while reader is not None:
                    reader.read.add(name)
                    reader = reader.parent
        else:
            scope.bound.add(name)
            if type(node.ctx) is ast.Del:
                scope.read.add(name)
            else:
                scope.bindings.stored(name)

    def _function(
        self,
        node: ast.FunctionDef,
        scope: Scope,
        pending: list[tuple[ast.AST, Scope, frozenset[str]]],
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
        for default in arguments.defaults:
            pending.append((default, scope, frozenset()))
        for parameter in getattr(node, "tuple_parameters", ()):
            pending.append((parameter.target, inner, frozenset()))
        for statement in node.body:
            pending.append((statement, inner, frozenset()))

    def _comprehension(
        self,
        node: ast.ListComp,
        scope: Scope,
        hidden: frozenset[str],
        pending: list[tuple[ast.AST, Scope, frozenset[str]]],
    ) -> None:
        """A comprehension binds in the scope around it, and hides what it binds."""
        for generator in node.generators:
            pending.append((generator.iter, scope, hidden))
            pending.append((generator.target, scope, hidden))
            scope.bindings.looped(generator.target, generator.iter)
            names = [
                part.id
                for part in ast.walk(generator.target)
                if type(part) is ast.Name and type(part.ctx) is ast.Store
            ]
            hidden = hidden.union(names)
            for test in generator.ifs:
                pending.append((test, scope, hidden))
        pending.append((node.elt, scope, hidden))
