"""Marks in an exploring build where a run may switch to another event.

A mark stands directly before an access to something that events can share, and
before each call of the API: subscripts, attributes, module-level names, methods
of containers and of API objects. ``x[k] += 1`` has two, one before its load and
one between its load and its store. The marks are added to the Python 2 tree,
before ``meaning`` lowers it; the ordinary build never comes here.

A mark is a call of one of these helpers, which an exploring run puts among the
builtins:

=======================  =====================================================
``ǀat(place, x)``        the access follows at once; gives ``x`` back
``ǀkey(place, k, x)``    ``x[k]`` follows at once; gives ``k`` back
``ǀbase(place, x)``      remember ``x``, no switch; gives ``x`` back
``ǀvalue(place, v)``     the access to what was remembered follows; gives ``v`` back
``ǀhere(place)``         an access without an object; gives True
``ǀround()``             a loop goes round once more; no switch
=======================  =====================================================

A place is a text, ``number:line:kind:pairs:words``, then a line end and the name
of the file, since virtual namespaces have texts of their own. The number counts the marks
in the order of the source, so that a schedule means the same on every version of
Python. ``pairs`` are the numbers of the loads that a store is based upon, and behind
a semicolon those of the checks that it depends upon (``if``, ``while``): a store is a
lost update if another event stored there after such a load or check. ``words`` is what a
person reads, such as ``mycontext['count']``. The kinds:

==  ===========================================================
r   read of an item or attribute
w   write or deletion of an item or attribute
u   the store of an augmented assignment; its load is its pair
q   method or builtin that reads a container
m   method that changes a container
n   read of a module-level name
s   assignment of a module-level name
c   call of the API, or of a method of an API object
o   print
f   beginning of a ``finally`` block
b   remembered base, not an access
==  ===========================================================

What can't be shared gets no mark; ``sharing`` knows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from repy_compat.language.checks import checked_blocks
from repy_compat.language.dialect import Dialect
from repy_compat.language.sharing import Scope, Sharing
from repy_compat.language.syntax import Print

AT, KEY, BASE = "ǀat", "ǀkey", "ǀbase"
VALUE, HERE, ROUND = "ǀvalue", "ǀhere", "ǀround"
HELPERS = (AT, KEY, BASE, VALUE, HERE, ROUND)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


API_NAMES = _names(
    "VirtualNamespace canceltimer createlock createthread createvirtualnamespace"
    " exitall file get_thread_name gethostbyname gethostbyname_ex getlasterror"
    " getlock getmyip getresources getruntime getthreadname listdir"
    " listenforconnection listenformessage listfiles log open openconn"
    " openconnection openfile randombytes randomfloat recvmess removefile sendmess"
    " sendmessage settimer sleep stopcomm waitforconn"
)
API_METHODS = _names(
    "acquire release send recv close read readline readlines write writelines seek"
    " flush next readat writeat getmessage getconnection evaluate"
)
CHANGING_METHODS = _names(
    "append extend insert remove pop popitem sort reverse add discard update clear"
    " setdefault difference_update intersection_update"
    " symmetric_difference_update"
)
READING_METHODS = _names(
    "get has_key keys values items iterkeys itervalues iteritems copy"
)
READING_BUILTINS = _names(
    "len min max sum sorted list tuple set frozenset dict any all enumerate iter"
    " reversed"
)


def mark(tree: ast.Module, dialect: Dialect, filename: str = "") -> ast.Module:
    """Add the marks to ``tree`` (in place) and return it."""
    marker = _Marker(tree, filename)
    marker.number()
    marker.pair()
    marker.check()
    marker.rewrite()
    return tree


class _Access:
    """One mark: its number, kind, words, and the loads that its store rests upon."""

    __slots__ = ("checks", "file", "kind", "line", "number", "pairs", "words")

    def __init__(
        self, number: int, node: ast.AST, kind: str, words: str, file: str
    ) -> None:
        if isinstance(node, ast.comprehension):
            node = node.iter  # the only node here without a line of its own
        self.number = number
        self.file = file
        self.line = getattr(node, "lineno", 0)
        self.kind = kind
        self.words = words
        self.pairs: list[int] = []
        self.checks: list[int] = []

    def place(self, kind: str = "") -> ast.Constant:
        """The mark's place as a constant of the program."""
        pairs = ",".join(map(str, self.pairs))
        if self.checks:
            pairs += ";" + ",".join(map(str, self.checks))
        kind = kind or self.kind
        place = f"{self.number}:{self.line}:{kind}:{pairs}:{self.words}\n{self.file}"
        return ast.Constant(place)


class _Marker:
    """The passes over one tree: number, pair, check, rewrite.

    All go over the same list of nodes in the order of the source, so nothing
    here recurses: programs may nest deeper than Python's stack.
    """

    def __init__(self, tree: ast.Module, filename: str) -> None:
        self._filename = filename
        self._sharing = Sharing(tree)
        self._nodes = list(self._sharing.nodes())
        self._marks: dict[int, _Access] = {}
        self._stores: dict[int, _Access] = {}
        self._names: list[tuple[_Access, ast.AST, str, int | None, ast.Name]] = []
        self._bases: dict[int, ast.Name] = {}
        self._count = 0

    # -- first pass: numbers --------------------------------------------------

    def number(self) -> None:
        """Give each access its number and its words, before anything changes."""
        called: set[int] = set()
        for node, scope in self._nodes:
            if isinstance(node, ast.Call):
                called.add(id(node.func))
                self._number_call(node, scope)
            elif isinstance(node, ast.Subscript):
                self._number_subscript(node, scope)
            elif isinstance(node, ast.Attribute):
                if not (id(node) in called or id(node) in self._marks) and (
                    self._sharing.is_assigned(node.attr)
                ):
                    self._add(node, _kind(node), words_of(node))
            elif isinstance(node, ast.AugAssign):
                self._number_augmented(node, scope)
            elif isinstance(node, ast.Assign):
                self._number_assignment(node, scope)
            elif isinstance(node, Print):
                if _printed(node):
                    self._add(node, "o", "print")
            elif isinstance(node, ast.Compare):
                if isinstance(node.ops[-1], (ast.In, ast.NotIn)):
                    self._number_reader(node, node.comparators[-1], scope)
            elif isinstance(node, (ast.For, ast.comprehension)):
                self._number_reader(node, node.iter, scope)
            elif isinstance(node, ast.Try) and node.finalbody:
                self._add(node.finalbody[0], "f", "finally")
            self._number_names(node, scope)

    def _new(self, node: ast.AST, kind: str, words: str) -> _Access:
        self._count += 1
        return _Access(self._count, node, kind, words, self._filename)

    def _add(self, node: ast.AST, kind: str, words: str) -> _Access:
        access = self._marks[id(node)] = self._new(node, kind, words)
        return access

    def _number_subscript(self, node: ast.Subscript, scope: Scope) -> None:
        if id(node) in self._marks:
            return
        if isinstance(node.value, ast.Name):
            if scope.is_private(node.value.id):
                return
            self._bases[id(node)] = node.value
        if not isinstance(node.value, (ast.Constant, ast.Call)):
            self._add(node, _kind(node), words_of(node))

    def _number_augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            if scope.is_module and self._sharing.is_shared(target.id):
                self._add(node, "s", target.id)
            return
        # The load is the target's own mark and comes first in the source.
        if isinstance(target, ast.Subscript):
            self._number_subscript(target, scope)
        else:
            self._add(target, "r", words_of(target))
        load = self._marks.get(id(target))
        if load is not None:
            load.kind = "r"
            store = self._add(node, "u", load.words)
            store.pairs = [load.number]

    def _number_assignment(self, node: ast.Assign, scope: Scope) -> None:
        if scope.is_module:
            names = [
                target.id
                for target in node.targets
                if isinstance(target, ast.Name) and self._sharing.is_shared(target.id)
            ]
            if names:
                self._add(node, "s", names[0])

    def _number_call(self, node: ast.Call, scope: Scope) -> None:
        function = node.func
        if isinstance(function, ast.Name):
            name = function.id
            if name in API_NAMES and not scope.is_local(name):
                self._add(node, "c", name)
            elif name in READING_BUILTINS and len(node.args) == 1:
                self._number_reader(node, node.args[0], scope)
        elif isinstance(function, ast.Attribute):
            base = function.value
            kind = _method_kind(function.attr)
            private = isinstance(base, ast.Name) and scope.is_private(base.id)
            if kind and not private and not isinstance(base, ast.Constant):
                self._add(node, kind, f"{words_of(base)}.{function.attr}")

    def _number_reader(self, node: ast.AST, value: ast.expr, scope: Scope) -> None:
        """Something that reads a whole container, if it can be a shared one."""
        if isinstance(value, ast.Name):
            if not scope.is_private(value.id):
                self._add(node, "q", value.id)
        elif isinstance(value, (ast.Attribute, ast.Subscript)):
            self._add(node, "q", words_of(value))

    def _number_names(self, node: ast.AST, scope: Scope) -> None:
        """Loads of shared module-level names among the children of ``node``."""
        for field, index, child in _children(node):
            if (
                isinstance(child, ast.Name)
                and isinstance(child.ctx, ast.Load)
                and self._sharing.is_shared(child.id)
                and not scope.is_module
                and not scope.is_local(child.id)
            ):
                access = self._new(child, "n", child.id)
                self._names.append((access, node, field, index, child))

    # -- second pass: which loads a store rests upon ----------------------------

    def pair(self) -> None:
        """Find the stores whose value was made of a load of the same place."""
        for node, scope in self._nodes:
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            target = node.targets[0]
            loads = self._loads(node.value, scope)
            if isinstance(target, ast.Name):
                scope.flows[target.id] = loads
            elif isinstance(target, (ast.Subscript, ast.Attribute)):
                store = self._marks.get(id(target))
                if store is not None:
                    store.pairs = [
                        load.number for load in loads if load.words == store.words
                    ]

    def check(self) -> None:
        """Find the checks that stores depend upon."""
        for node, _ in self._nodes:
            for block in checked_blocks(node):
                for check in self._checks_of(block.test):
                    for store in block.stores:
                        access = self._marks.get(id(store))
                        if access is not None and self._is_about(check, store, access):
                            access.checks.append(check.number)

    def _checks_of(self, test: ast.AST) -> list[_Access]:
        marks = (self._marks.get(id(node)) for node in ast.walk(test))
        return [mark for mark in marks if mark is not None and mark.kind in "rq"]

    def _is_about(self, check: _Access, store: ast.AST, access: _Access) -> bool:
        """Whether a check looks at the very place, or at its whole container."""
        if check.kind == "r":
            return check.words == access.words
        container = words_of(store.value)  # type: ignore[attr-defined]
        return isinstance(store, ast.Subscript) and check.words in (
            container,
            f"{container}.has_key",
            f"{container}.get",
            f"{container}.keys",
        )

    def _loads(self, value: ast.AST, scope: Scope) -> list[_Access]:
        found: list[_Access] = []
        for node in ast.walk(value):
            if isinstance(node, (ast.Subscript, ast.Attribute)):
                load = self._marks.get(id(node))
                if load is not None:
                    found.append(load)
            elif isinstance(node, ast.Name):
                found.extend(scope.flows.get(node.id, ()))
        return found

    # -- last pass: the marks themselves -------------------------------------

    def rewrite(self) -> None:
        """Put the calls of the helpers into the tree."""
        for access, parent, field, index, name in self._names:
            here = _call(name, HERE, access.place())
            guarded = ast.BoolOp(ast.And(), [here, name])
            _put(parent, field, index, ast.copy_location(guarded, name))
        for node, _ in self._nodes:
            if isinstance(node, (ast.For, ast.While)):
                node.body.insert(0, _statement(node.body[0], ROUND))
            elif isinstance(node, ast.Try) and node.finalbody:
                first = node.finalbody[0]
                place = self._marks[id(first)].place()
                node.finalbody.insert(0, _statement(first, HERE, place))
            access_here = self._marks.get(id(node))
            if access_here is not None:
                self._rewrite_access(node, access_here)

    def _rewrite_access(self, node: ast.AST, access: _Access) -> None:
        place = access.place()
        if isinstance(node, ast.Subscript):
            self._rewrite_subscript(node, access)
        elif isinstance(node, ast.Attribute):
            node.value = _call(node.value, AT, place, node.value)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            node.value = _call(node.value, VALUE, place, node.value)
        elif isinstance(node, Print):
            values = _printed(node)
            values[-1] = _call(values[-1], VALUE, place, values[-1])
        elif isinstance(node, ast.Compare):
            last = node.comparators[-1]
            node.comparators[-1] = _call(last, AT, place, last)
        elif isinstance(node, (ast.For, ast.comprehension)):
            node.iter = _call(node.iter, AT, place, node.iter)
        elif isinstance(node, ast.Call):
            self._rewrite_call(node, access)

    def _rewrite_subscript(self, node: ast.Subscript, access: _Access) -> None:
        place = access.place()
        if isinstance(node.slice, ast.Slice):
            node.value = _call(node.value, AT, place, node.value)
            return
        base = self._bases.get(id(node))
        if base is not None:
            again = ast.copy_location(ast.Name(base.id, ast.Load()), base)
            node.slice = _call(node.slice, KEY, place, node.slice, again)
            return
        node.value = _call(node.value, BASE, access.place("b"), node.value)
        node.slice = _call(node.slice, VALUE, place, node.slice)

    def _rewrite_call(self, node: ast.Call, access: _Access) -> None:
        """The mark comes after the arguments if these can take part in a race."""
        place = access.place()
        if access.kind == "q" and isinstance(node.func, ast.Name):
            node.args[0] = _call(node.args[0], AT, place, node.args[0])
            return
        plain = all(isinstance(value, (ast.Constant, ast.Name)) for value in node.args)
        late = node.args and not plain and not isinstance(node.args[-1], ast.Starred)
        if isinstance(node.func, ast.Attribute):
            function = node.func
            mark, kind = (BASE, access.place("b")) if late else (AT, place)
            function.value = _call(function.value, mark, kind, function.value)
        elif not late:
            node.func = _call(node.func, AT, place, node.func)
        if late:
            node.args[-1] = _call(node.args[-1], VALUE, place, node.args[-1])


def _printed(node: Print) -> list[ast.expr]:
    values: list[ast.expr] = node.values
    return values


def _kind(node: ast.Subscript | ast.Attribute) -> str:
    return "r" if isinstance(node.ctx, ast.Load) else "w"


def _method_kind(name: str) -> str:
    if name in CHANGING_METHODS:
        return "m"
    if name in READING_METHODS:
        return "q"
    return "c" if name in API_METHODS else ""


def _call(near: ast.AST, helper: str, *values: ast.expr) -> ast.Call:
    made = ast.Call(ast.Name(helper, ast.Load()), list(values), [])
    for node in (made, made.func, values[0] if values else made):
        ast.copy_location(node, near)
    return made


def _statement(near: ast.stmt, helper: str, *values: ast.expr) -> ast.Expr:
    return ast.copy_location(ast.Expr(_call(near, helper, *values)), near)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, object]]:
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield field, index, item
        else:
            yield field, None, value


def _put(parent: ast.AST, field: str, index: int | None, value: ast.AST) -> None:
    if index is None:
        setattr(parent, field, value)
    else:
        getattr(parent, field)[index] = value


def words_of(node: ast.AST, depth: int = 4) -> str:
    """What a person reads for a place: ``a.b['c']``, with ``...`` for long parts."""
    if depth == 0:
        return "..."
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        text = repr(node.value)
        return text if len(text) <= 30 else "..."
    if isinstance(node, ast.Attribute):
        return f"{words_of(node.value, depth - 1)}.{node.attr}"
    if isinstance(node, ast.Subscript):
        inner = words_of(node.slice, depth - 1)
        return f"{words_of(node.value, depth - 1)}[{inner}]"
    if isinstance(node, ast.Call):
        return f"{words_of(node.func, depth - 1)}(...)"
    return "..."
