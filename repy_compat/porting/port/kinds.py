"""What kind of value an expression has, as far as the text alone tells.

Kinds are ``int``, ``float``, ``str``, ``list``, ``tuple``, ``dict``, ``bool``,
``socket``, ``exception`` and ``None`` for "can't tell". A name has a kind if every
assignment to it in its scope gives that kind. Never a guess.
"""

from __future__ import annotations

import ast

from repy_compat.language import syntax

_CALLS = {
    "abs": "", "bool": "bool", "chr": "str", "dict": "dict", "divmod": "tuple",
    "file": "file", "float": "float", "hex": "str", "id": "int", "int": "int",
    "len": "int", "list": "list", "long": "int", "oct": "str", "open": "file",
    "ord": "int", "range": "list", "raw_input": "str", "repr": "str",
    "round": "float", "sorted": "list", "str": "str", "tuple": "tuple",
    "zip": "list", "map": "list",
}  # fmt: skip
_METHODS = {
    "join": "str", "strip": "str", "lower": "str", "upper": "str", "replace": "str",
    "lstrip": "str", "rstrip": "str", "split": "list", "splitlines": "list",
    "readlines": "list", "find": "int", "rfind": "int", "keys": "list",
    "values": "list", "items": "list", "ljust": "str", "rjust": "str",
    "count": "int", "format": "str",
}  # fmt: skip
_MODULE_CALLS = {
    ("time", "time"): "float", ("time", "clock"): "float",
    ("random", "random"): "float", ("random", "randint"): "int",
    ("random", "randrange"): "int", ("math", "sqrt"): "float",
    ("math", "floor"): "float", ("math", "ceil"): "float",
    ("os", "getpid"): "int", ("socket", "socket"): "socket",
    ("socket", "create_connection"): "socket", ("os", "getcwd"): "str",
    ("string", "atoi"): "int", ("string", "atof"): "float", ("string", "join"): "str",
    ("string", "upper"): "str", ("string", "lower"): "str",
    ("string", "strip"): "str", ("string", "replace"): "str",
    ("string", "split"): "list",
}  # fmt: skip
_NUMBERS = ("int", "bool", "float")
_SCOPES = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.Module)


class _Item(ast.AST):
    """Stands for what a loop over ``iterated`` gives."""

    def __init__(self, iterated: ast.AST) -> None:
        super().__init__()
        self.iterated = iterated


class Scopes:
    """The scope of every node of a tree, and what is assigned to names in each."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scope_of: dict[ast.AST, ast.AST] = {}
        self.given: dict[tuple[ast.AST, str], list[ast.AST | str | None]] = {}
        self.methods: set[str] = set()
        self._asked: set[tuple[ast.AST, str]] = set()
        self._walk(tree)
        for node in self.parents:
            self._note(node)

    def _walk(self, root: ast.Module) -> None:
        pending: list[tuple[ast.AST, ast.AST]] = [(root, root)]
        while pending:
            node, scope = pending.pop()
            self.scope_of[node] = scope
            inner = node if isinstance(node, _SCOPES) else scope
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
                pending.append((child, inner))

    def _give(
        self, node: ast.AST, target: ast.AST, value: ast.AST | str | None
    ) -> None:
        if isinstance(target, ast.Name):
            self.given.setdefault((self.scope_of[node], target.id), []).append(value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts: list[ast.AST | None] = [None] * len(target.elts)
            given_parts = getattr(value, "elts", [])
            if len(given_parts) == len(parts) and not isinstance(value, ast.Set):
                parts = list(given_parts)
            for part, given in zip(target.elts, parts, strict=True):
                self._give(node, part, given)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if self._accepted(node.value) and isinstance(target, ast.Tuple):
                    self._give(node, target.elts[0], "socket")
                    for part in target.elts[1:]:
                        self._give(node, part, None)
                else:
                    self._give(node, target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._give(node, node.target, ast.BinOp(node.target, node.op, node.value))
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._give(node, node.target, _Item(node.iter))
        elif isinstance(node, ast.arg):
            self.given.setdefault((self.scope_of[node], node.arg), []).append(None)
        elif isinstance(node, syntax.Handler) and node.target is not None:
            self._give(node, node.target, "exception")
        elif isinstance(node, ast.FunctionDef):
            self.given.setdefault((self.scope_of[node], node.name), []).append(None)
            if isinstance(self.scope_of[node], ast.ClassDef):
                self.methods.add(node.name)
            for extra in (node.args.vararg, node.args.kwarg):
                if extra is not None:
                    self.given.setdefault((node, extra.arg), []).append(None)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                self.given.setdefault((self.scope_of[node], name), []).append(None)
        elif isinstance(node, ast.ClassDef):
            self.given.setdefault((self.scope_of[node], node.name), []).append(None)
        elif isinstance(node, ast.Global):
            # From elsewhere: any function may assign it.
            for name in node.names:
                self.given.setdefault((self.scope_of[node], name), []).append(None)
                self.given.setdefault((self.tree, name), []).append(None)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._give(node, node.optional_vars, node.context_expr)

    def _accepted(self, value: ast.AST) -> bool:
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr == "accept"
            and not value.args
        )

    def _item(self, iterated: ast.AST) -> str | None:
        """The kind of what a loop over an expression gives."""
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name):
            name = iterated.func.id
            if name in ("range", "xrange") and not self.is_bound(iterated, name):
                return "int"
        if isinstance(iterated, (ast.List, ast.Tuple)) and iterated.elts:
            kinds = {self.kind(element) for element in iterated.elts}
            return kinds.pop() if len(kinds) == 1 else None
        return "str" if self.kind(iterated) == "str" else None

    def is_bound(self, node: ast.AST, name: str) -> bool:
        """Whether the program itself binds a name that is a builtin otherwise."""
        scope = self.scope_of[node]
        while True:
            if (scope, name) in self.given:
                return True
            if scope is self.tree:
                return False
            scope = self.scope_of[scope]

    # --- kinds ---------------------------------------------------------------------

    def kind(self, node: ast.AST) -> str | None:
        """The kind of an expression's value, None if the text doesn't tell."""
        if isinstance(node, _Item):
            return self._item(node.iterated)
        if isinstance(node, ast.Constant):
            return None if node.value is None else type(node.value).__name__
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.UnaryOp):
            return "bool" if isinstance(node.op, ast.Not) else self.kind(node.operand)
        if isinstance(node, ast.Compare):
            return "bool"
        if isinstance(node, ast.IfExp):
            kinds = {self.kind(node.body), self.kind(node.orelse)}
            return kinds.pop() if len(kinds) == 1 else None
        if isinstance(node, ast.Subscript):
            kind = self.kind(node.value)
            return kind if kind == "str" or isinstance(node.slice, ast.Slice) else None
        plain = {
            ast.List: "list", ast.ListComp: "list", ast.Dict: "dict",
            ast.DictComp: "dict", ast.Tuple: "tuple", syntax.Backquote: "str",
        }  # fmt: skip
        return plain.get(type(node))

    def _name(self, node: ast.Name) -> str | None:
        if node.id in ("True", "False"):
            return "bool"
        scope = self.scope_of.get(node)
        while scope is not None:
            if (scope, node.id) in self.given:
                return self._bound_kind(scope, node.id)
            scope = None if scope is self.tree else self.scope_of[scope]
        return None

    def _bound_kind(self, scope: ast.AST, name: str) -> str | None:
        if (scope, name) in self._asked:
            return "unbounded"  # an assignment that depends on itself decides nothing
        self._asked.add((scope, name))
        try:
            kinds = {
                given if given is None or isinstance(given, str) else self.kind(given)
                for given in self.given[scope, name]
            }
        finally:
            self._asked.discard((scope, name))
        kinds.discard("unbounded")
        return kinds.pop() if len(kinds) == 1 else None

    def _operation(self, node: ast.BinOp) -> str | None:
        left, right = self.kind(node.left), self.kind(node.right)
        if "unbounded" in (left, right):
            other = right if left == "unbounded" else left
            # x = x + 1 keeps the kind that the other assignments give.
            return "unbounded" if other in (*_NUMBERS, "str", "unbounded") else None
        if left == "str" and isinstance(node.op, ast.Mod):
            return "str"
        if "float" in (left, right) and {left, right} <= {"float", None}:
            # A float and anything that fits it give a float.
            return "float"
        if left in _NUMBERS and right in _NUMBERS:
            return "float" if "float" in (left, right) else "int"
        if isinstance(node.op, ast.Add) and left == right:
            return left
        if isinstance(node.op, ast.Mult) and {left, right} & {"int", "bool"}:
            sequences = {left, right} & {"str", "list", "tuple"}
            return sequences.pop() if sequences else None
        return None

    def _call(self, node: ast.Call) -> str | None:
        function = node.func
        if isinstance(function, ast.Name):
            if self.is_bound(node, function.id):
                return None
            if function.id == "abs" and node.args:
                return self.kind(node.args[0])
            return _CALLS.get(function.id) or None
        if not isinstance(function, ast.Attribute):
            return None
        if isinstance(function.value, ast.Name):
            found = _MODULE_CALLS.get((function.value.id, function.attr))
            if found is not None:
                return found
        if function.attr in self.methods:
            return None
        if function.attr == "join" and self.kind(function.value) != "str":
            return None
        if function.attr in ("keys", "values", "items") and node.args:
            return None
        if function.attr == "count" and self.kind(function.value) is None:
            return None
        return _METHODS.get(function.attr)
