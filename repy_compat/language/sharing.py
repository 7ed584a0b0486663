"""What of a program events can't share, so that an exploring build needs no mark.

Three things, each proved from the text alone:

* an attribute that the whole text never assigns (Repy has no ``setattr``);
* a module-level name that is bound once, before the first call that could start
  an event;
* a list, dictionary or set that a function made and never gave away.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Calls that can't start an event, so that names bound before them stay quiet.
HARMLESS_CALLS = _names(
    "getlock createlock getruntime randomfloat randombytes getmyip get_thread_name"
    " getthreadname list dict set frozenset tuple int long float str len range xrange"
    " min max abs sorted bool repr type isinstance chr ord round sum zip"
    " SafeDict"
)
MAKERS = _names("list dict set range sorted")
HARMLESS_READERS = _names(
    "len str repr sum min max sorted list tuple set dict enumerate range"
)
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


class Scope:
    """A function, a class body or the module.

    ``flows`` is for the marker: which loads a local name was made of.
    """

    def __init__(self, owner: ast.AST, parent: Scope | None) -> None:
        self.is_module = isinstance(owner, ast.Module)
        self.is_function = isinstance(owner, (ast.FunctionDef, ast.Lambda))
        self._parent = parent
        self._local: set[str] = set()
        self._private: dict[str, bool] = {}
        self.flows: dict[str, list] = {}
        if self.is_function:
            self._local.update(_parameters(owner))

    def bind(self, name: str) -> None:
        """A name that this scope assigns."""
        self._local.add(name)

    def binds(self, name: str) -> bool:
        """Whether this very scope assigns ``name``."""
        return name in self._local

    def is_local(self, name: str) -> bool:
        """Whether ``name``, used here, isn't one of the module."""
        if self.is_module:
            return False
        if name in self._local:
            return True
        scope = self._parent
        while scope is not None:
            if scope.is_function and name in scope._local:
                return True
            scope = scope._parent
        return False

    def made(self, name: str, fresh: bool) -> None:
        """``name`` is assigned here, to a container made on the spot or not."""
        self._private[name] = self._private.get(name, True) and fresh

    def give_away(self, name: str) -> None:
        """Somebody else may know what ``name`` refers to."""
        scope: Scope | None = self
        while scope is not None:
            scope._private[name] = False
            scope = scope._parent

    def is_private(self, name: str) -> bool:
        """Whether ``name`` is a container that only this call of the function knows."""
        return self.is_function and self._private.get(name, False)


class Sharing:
    """The facts about one tree, and its nodes in the order of the source."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(_walk(tree))
        self._attributes: set[str] = set()
        for node, scope in self._nodes:
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self._attributes.add(node.attr)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                scope.bind(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                scope.bind(node.name)
        self._find_private()
        self._shared = _shared_names(tree, self._nodes)

    def nodes(self) -> Iterator[tuple[ast.AST, Scope]]:
        """Every node with its scope, parents first, in the order of the source."""
        return iter(self._nodes)

    def is_assigned(self, attribute: str) -> bool:
        """Whether the text assigns an attribute of this name anywhere."""
        return attribute in self._attributes

    def is_shared(self, name: str) -> bool:
        """Whether an event could see the module-level ``name`` change."""
        return name in self._shared

    def _find_private(self) -> None:
        harmless: set[int] = set()
        for node, scope in self._nodes:
            harmless.update(_harmless_uses(node))
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        alone = len(node.targets) == 1
                        scope.made(target.id, alone and _is_fresh(node.value))
                        harmless.add(id(target))
        for node, scope in self._nodes:
            if isinstance(node, ast.Name) and (
                id(node) not in harmless or not scope.binds(node.id)
            ):
                scope.give_away(node.id)


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, Scope]]:
    """All nodes with their scopes, without recursion."""
    module = Scope(tree, None)
    stack: list[tuple[ast.AST, Scope]] = [
        (node, module) for node in reversed(tree.body)
    ]
    while stack:
        node, scope = stack.pop()
        yield node, scope
        inner = scope
        if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            inner = Scope(node, scope)
        children = []
        for field in node._fields:
            value = getattr(node, field, None)
            owner = inner if field == "body" else scope
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    children.append((child, owner))
        stack.extend(reversed(children))


def _parameters(owner: ast.AST) -> Iterator[str]:
    args: ast.arguments = owner.args  # type: ignore[attr-defined]
    for arg in args.args:
        yield arg.arg
    if args.vararg is not None:
        yield args.vararg.arg
    if args.kwarg is not None:
        yield args.kwarg.arg
    for parameter in getattr(owner, "tuple_parameters", ()):
        for node in ast.walk(parameter.target):
            if isinstance(node, ast.Name):
                yield node.id


def _is_fresh(value: ast.AST) -> bool:
    if isinstance(value, DISPLAYS):
        return True
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in MAKERS
    )


def _harmless_uses(node: ast.AST) -> Iterator[int]:
    """Names that ``node`` uses without giving away what they refer to."""
    uses: list[ast.AST | None] = []
    if isinstance(node, ast.Subscript):
        uses = [node.value]
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            uses = [node.func.value]
        elif isinstance(node.func, ast.Name) and node.func.id in HARMLESS_READERS:
            uses = list(node.args)
    elif isinstance(node, ast.Compare):
        uses = [node.left, *node.comparators]
    elif isinstance(node, ast.For):
        uses = [node.iter]
    elif isinstance(node, (ast.Return, ast.If, ast.While)):
        uses = [node.value if isinstance(node, ast.Return) else node.test]
    for use in uses:
        if isinstance(use, ast.Name):
            yield id(use)


def _shared_names(tree: ast.Module, nodes: list[tuple[ast.AST, Scope]]) -> set[str]:
    """Module-level names that can change, or come into being, beside an event."""
    times: dict[str, int] = {}
    for node, scope in nodes:
        if scope.is_module:
            for name in _bound_by(node):
                times[name] = times.get(name, 0) + 1
    quiet: set[str] = set()
    for statement in tree.body:
        if not _is_quiet(statement):
            break
        quiet.update(_bound_by(statement))
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                quiet.update(_bound_by(target))
    return {name for name in times if times[name] > 1 or name not in quiet}


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id


def _is_quiet(statement: ast.stmt) -> bool:
    """Whether no event can start while ``statement`` runs."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in HARMLESS_CALLS
        ):
            return False
        if isinstance(node, ast.FunctionDef):
            stack.extend(node.args.defaults)
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return True
