"""Rules for builtins, attributes and methods that Python 3 lost or changed."""

from __future__ import annotations

import ast

from repy_compat.language import syntax
from repy_compat.porting.port.porter import Porter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.porting.port.source import Render

_RENAMED = {
    "raw_input": "input", "unicode": "str", "unichr": "chr", "basestring": "str",
    "long": "int", "xrange": "range", "file": "open", "StandardError": "Exception",
}  # fmt: skip
_ATTRIBUTES = {
    "func_name": "__name__", "func_code": "__code__", "func_doc": "__doc__",
    "func_defaults": "__defaults__", "func_dict": "__dict__",
    "func_globals": "__globals__", "func_closure": "__closure__",
    "im_func": "__func__", "im_self": "__self__",
}  # fmt: skip
_VIEWS = ("keys", "values", "items")
_ITERATORS = {"iterkeys": "keys", "itervalues": "values", "iteritems": "items"}
# Calls that take anything that can be looped over, once, before anything else runs.
_CONSUMERS = frozenset(
    ["all", "any", "dict", "enumerate", "frozenset", "list", "max", "min", "set",
     "sorted", "sum", "tuple"]
)  # fmt: skip
_SPECIAL_METHODS = {
    "__nonzero__": "__bool__", "__div__": "__truediv__", "__idiv__": "__itruediv__",
    "__rdiv__": "__rtruediv__",
}  # fmt: skip
_LOST_METHODS = {
    "__getslice__": "slices come to __getitem__ now",
    "__setslice__": "slices come to __setitem__ now",
    "__delslice__": "slices come to __delitem__ now",
    "__unicode__": "str() calls __str__ only",
    "__coerce__": "there is no coercion; write the operators",
    "__hex__": "hex() uses __index__ now",
    "__oct__": "oct() uses __index__ now",
}


def apply(porter: Porter) -> None:
    """Record the edits and questions of this subject."""
    for node in porter.nodes():
        if isinstance(node, ast.Name):
            _name(porter, node)
        elif isinstance(node, ast.Call):
            _call(porter, node)
        elif isinstance(node, ast.Attribute):
            _attribute(porter, node)
        elif isinstance(node, ast.ClassDef):
            _class(porter, node)
        elif isinstance(node, ast.Subscript):
            _index_of_exception(porter, node)
        elif isinstance(node, syntax.Handler):
            _message_of(porter, node)


def _name(porter: Porter, node: ast.Name) -> None:
    new = _RENAMED.get(node.id)
    if new is None or not porter.is_builtin(node, node.id):
        return
    if node.id == "file" and porter.uses_repy_api:
        return
    if node.id == "file" and not _is_called(porter, node):
        porter.question(node, "file", "the type 'file' is gone; see the module io")
        return
    if node.id == "StandardError":
        porter.question(
            node, "StandardError", "StandardError is gone; Exception catches more"
        )
    if node.id == "unicode":
        _unicode(porter, node)
    porter.edits.replace(porter.source.start(node), porter.source.end(node), new)
    porter.change(node, node.id, f"{node.id} is {new}")


def _unicode(porter: Porter, node: ast.Name) -> None:
    parent = porter.parent(node)
    if not isinstance(parent, ast.Call) or parent.func is not node:
        text = "unicode and str are one type now; what distinguishes them has to go"
        porter.question(node, "unicode", text)
    elif len(parent.args) > 1:
        porter.question(node, "unicode", "unicode(bytes, encoding) is bytes.decode")


def _is_called(porter: Porter, node: ast.AST) -> bool:
    parent = porter.parent(node)
    return isinstance(parent, ast.Call) and parent.func is node


# --- calls -------------------------------------------------------------------------


def _call(porter: Porter, node: ast.Call) -> None:
    function = node.func
    if isinstance(function, ast.Name):
        if porter.is_builtin(function, function.id):
            rule = _BUILTINS.get(function.id)
            if rule is not None:
                rule(porter, node)
    elif isinstance(function, ast.Attribute):
        _method(porter, node, function)


def _list_needed(porter: Porter, node: ast.Call, lazy_is_fine: bool) -> bool:
    """Whether the list itself is wanted, or only what it holds, one by one."""
    parent = porter.parent(node)
    if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
        return not lazy_is_fine
    if isinstance(parent, ast.Call) and node in parent.args and not parent.keywords:
        function = parent.func
        if isinstance(function, ast.Name) and function.id in _CONSUMERS:
            return not porter.is_builtin(function, function.id)
        if isinstance(function, ast.Attribute) and function.attr == "join":
            return porter.kind(function.value) != "str"
    if isinstance(parent, ast.Compare) and node in parent.comparators:
        return not all(isinstance(o, (ast.In, ast.NotIn)) for o in parent.ops)
    return not isinstance(parent, ast.Expr)


def _listed(porter: Porter, node: ast.Call, what: str) -> None:
    start, end = porter.source.start(node), porter.source.end(node)
    porter.edits.wrap(start, end, "list(", ")")
    porter.change(node, "list", f"{what} is no list any more: list(...)")


def _range(porter: Porter, node: ast.Call) -> None:
    if _list_needed(porter, node, lazy_is_fine=True):
        _listed(porter, node, "range()")


def _zip(porter: Porter, node: ast.Call) -> None:
    # A loop may change what is zipped; a list was made before it began.
    if _list_needed(porter, node, lazy_is_fine=False):
        _listed(porter, node, "zip()")


def _map(porter: Porter, node: ast.Call) -> None:
    plain = not node.keywords and not any(
        isinstance(argument, ast.Starred) for argument in node.args
    )
    nothing = bool(node.args) and isinstance(node.args[0], ast.Constant)
    if plain and len(node.args) > (1 if nothing else 2):
        _map_of_several(porter, node, nothing)
    elif _list_needed(porter, node, lazy_is_fine=False):
        _listed(porter, node, "map()")


def _map_of_several(porter: Porter, node: ast.Call, nothing: bool) -> None:
    """It fills the shorter ones up with None; ``map(None, a, b)`` pairs."""
    parts = porter.source.arguments(node)
    start, end = porter.source.start(node), porter.source.end(node)
    if len(node.args) == 2:
        porter.edits.rebuild(start, end, lambda render: f"list({render(*parts[1])})")
        porter.change(node, "map", "map(None, x) is list(x)")
        return
    porter.needed.add("from itertools import zip_longest")

    def make(render: Render) -> str:
        pairs = f"zip_longest({', '.join(render(*part) for part in parts[1:])})"
        if nothing:
            return f"list({pairs})"
        return f"list(starmap({render(*parts[0])}, {pairs}))"

    porter.edits.rebuild(start, end, make)
    if nothing:
        porter.change(node, "map", "map(None, a, b) is list(zip_longest(a, b))")
        return
    porter.needed.add("from itertools import starmap")
    porter.question(
        node,
        "map",
        "map() filled shorter sequences up with None; if all are equally long, "
        "list(map(...)) does",
    )


def _filter(porter: Porter, node: ast.Call) -> None:
    kind = porter.kind(node.args[1]) if len(node.args) == 2 else None
    start, end = porter.source.start(node), porter.source.end(node)
    if kind == "str":
        porter.edits.wrap(start, end, "''.join(", ")")
        porter.change(node, "filter", "filter() of a string gave a string")
        return
    if kind == "tuple":
        porter.edits.wrap(start, end, "tuple(", ")")
        porter.change(node, "filter", "filter() of a tuple gave a tuple")
        return
    if not _list_needed(porter, node, lazy_is_fine=False):
        return
    if kind != "list":
        porter.question(
            node, "filter", "filter() of a string or tuple gave one; written as list()"
        )
    _listed(porter, node, "filter()")


def _reduce(porter: Porter, node: ast.Call) -> None:
    porter.needed.add("from functools import reduce")


def _input(porter: Porter, node: ast.Call) -> None:
    start, end = porter.source.start(node), porter.source.end(node)
    porter.edits.wrap(start, end, "eval(", ")")
    porter.change(node, "input", "input() evaluated what was typed: eval(input())")


def _apply(porter: Porter, node: ast.Call) -> None:
    parts = porter.source.arguments(node)

    def make(render: Render) -> str:
        given = [
            stars + render(*part)
            for stars, part in zip(("*", "**"), parts[1:], strict=False)
        ]
        return f"{_bracketed(node.args[0], render(*parts[0]))}({', '.join(given)})"

    porter.edits.rebuild(porter.source.start(node), porter.source.end(node), make)
    porter.change(node, "apply", "apply(f, args) is f(*args)")


def _bracketed(node: ast.AST, text: str) -> str:
    if isinstance(
        node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)
    ):
        return text
    return text if text.startswith("(") and text.endswith(")") else f"({text})"


def _cmp(porter: Porter, node: ast.Call) -> None:
    kinds = {porter.kind(argument) for argument in node.args}
    calls = any(isinstance(part, ast.Call) for a in node.args for part in ast.walk(a))
    known = None not in kinds and (len(kinds) == 1 or kinds <= {"int", "float", "bool"})
    if not known or calls or len(node.args) != 2:
        porter.need_compat("cmp")
        if not known:
            text = "compat.cmp orders values of unlike kinds, too, as Python 2 did"
            porter.question(node, "cmp", text)
        return
    first, second = porter.source.arguments(node)

    def make(render: Render) -> str:
        left = _bracketed(node.args[0], render(*first))
        right = _bracketed(node.args[1], render(*second))
        return f"(({left} > {right}) - ({left} < {right}))"

    porter.edits.rebuild(porter.source.start(node), porter.source.end(node), make)
    porter.change(node, "cmp", "cmp(a, b) is ((a > b) - (a < b))")


def _execfile(porter: Porter, node: ast.Call) -> None:
    parts = porter.source.arguments(node)

    def make(render: Render) -> str:
        rest = "".join(", " + render(*part) for part in parts[1:])
        return f"exec(open({render(*parts[0])}).read(){rest})"

    porter.edits.rebuild(porter.source.start(node), porter.source.end(node), make)
    porter.change(node, "execfile", "execfile(name) is exec(open(name).read())")


def _moved(module: str, name: str):  # type: ignore[no-untyped-def]
    def rule(porter: Porter, node: ast.Call) -> None:
        if name == "reload" and porter.text_of(node.args[0]) == "sys":
            porter.question(
                node, "reload", "reload(sys) has no use any more; remove it"
            )
        porter.needed.add(f"from {module} import {name}")

    return rule


def _lost(name: str, advice: str):  # type: ignore[no-untyped-def]
    def rule(porter: Porter, node: ast.Call) -> None:
        porter.question(node, name, f"{name}() {advice}")

    return rule


def _sorted(porter: Porter, node: ast.Call) -> None:
    if len(node.args) > 1:
        _cmp_to_key(porter, node, porter.source.arguments(node)[1], len(node.args))
    _cmp_keyword(porter, node)


def _cmp_to_key(
    porter: Porter, node: ast.Call, part: tuple[int, int], count: int
) -> None:
    porter.needed.add("from functools import cmp_to_key")
    porter.edits.wrap(*part, "key=cmp_to_key(", ")")
    porter.change(node, "sort", "a comparison function is a key: cmp_to_key(...)")


def _cmp_keyword(porter: Porter, node: ast.Call) -> None:
    for keyword in node.keywords:
        if keyword.arg == "cmp":
            start = porter.source.start(keyword)
            value = porter.source.start(keyword.value)
            end = porter.source.end(keyword.value)
            porter.needed.add("from functools import cmp_to_key")

            def make(render: Render, value: int = value, end: int = end) -> str:
                return f"key=cmp_to_key({render(value, end)})"

            porter.edits.rebuild(start, end, make)
            porter.change(
                node, "sort", "a comparison function is a key: cmp_to_key(...)"
            )


def _next_of(porter: Porter, node: ast.Call, function: ast.Attribute) -> None:
    dot = porter.source.dot(function)
    start = porter.source.start(node)

    def make(render: Render) -> str:
        return f"next({render(start, dot.start)})"

    porter.edits.rebuild(start, porter.source.end(node), make)
    porter.change(node, "next", "x.next() is next(x)")


def _has_key(porter: Porter, node: ast.Call, function: ast.Attribute) -> None:
    if "has_key" in porter.scopes.methods:
        porter.question(node, "has_key", "has_key: 'in' if this is a dictionary")
        return
    source = porter.source
    dot = source.dot(function)
    start = source.start(node)
    part = source.arguments(node)[0]
    parent = porter.parent(node)
    bare = isinstance(parent, (ast.If, ast.While, ast.BoolOp, ast.Return, ast.Assign))
    simple = isinstance(
        node.args[0],
        (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.BinOp),
    )

    def make(render: Render) -> str:
        key = render(*part)
        text = f"{key if simple else f'({key})'} in {render(start, dot.start)}"
        return text if bare else f"({text})"

    porter.edits.rebuild(start, source.end(node), make)
    porter.change(node, "has_key", "d.has_key(k) is k in d")


# --- methods -------------------------------------------------------------------------


def _method(porter: Porter, node: ast.Call, function: ast.Attribute) -> None:
    name = function.attr
    plain = not node.args and not node.keywords
    own = name in porter.scopes.methods
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if name == "has_key" and len(node.args) == 1 and not starred:
        _has_key(porter, node, function)
    elif name in _ITERATORS and plain:
        if own:
            porter.question(
                node, name, f"{name}(): the program has a method of this name"
            )
            return
        end = porter.source.end(function)
        porter.edits.replace(end - len(name), end, _ITERATORS[name])
        porter.change(node, name, f"{name}() is {_ITERATORS[name]}()")
        parent = porter.parent(node)
        if isinstance(parent, (ast.Attribute, ast.Assign)):
            porter.edits.wrap(
                porter.source.start(node), porter.source.end(node), "iter(", ")"
            )
    elif name in _VIEWS and plain:
        if own:
            if not isinstance(porter.parent(node), (ast.For, ast.Expr)):
                porter.question(
                    node,
                    name,
                    f"{name}(): a list is wanted here if this is a dictionary",
                )
        elif _list_needed(
            porter, node, lazy_is_fine=_is_untouched(porter, node, function)
        ):
            _listed(porter, node, f"{name}()")
    elif name == "next" and plain:
        _next_of(porter, node, function)
    elif name == "sort" and node.args:
        _cmp_to_key(porter, node, porter.source.arguments(node)[0], len(node.args))
    elif name in ("sort", "sorted"):
        _cmp_keyword(porter, node)


def _is_untouched(porter: Porter, node: ast.Call, function: ast.Attribute) -> bool:
    """Whether a loop over a view can't change the dictionary while it runs.

    It can't if its body calls nothing but builtins and methods of other things,
    and doesn't store into or delete from the dictionary.
    """
    loop = porter.parent(node)
    if not isinstance(loop, (ast.For, ast.comprehension)):
        return True
    body = loop.body if isinstance(loop, ast.For) else [porter.parent(loop)]
    subject = ast.dump(function.value)
    for statement in body:
        for inner in ast.walk(statement):  # type: ignore[arg-type]
            if isinstance(inner, ast.Call) and inner is not node:
                called = inner.func
                if isinstance(called, ast.Name):
                    if porter.scopes.is_bound(called, called.id):
                        return False
                elif (
                    not isinstance(called, ast.Attribute)
                    or called.attr
                    in ("pop", "popitem", "clear", "update", "setdefault")
                    or called.attr in porter.scopes.methods
                ):
                    return False
            if (
                isinstance(inner, ast.Subscript)
                and not isinstance(inner.ctx, ast.Load)
                and (
                    ast.dump(inner.value) == subject
                    or not isinstance(inner.value, ast.Name)
                )
            ):
                return False
    return True


# --- attributes and classes --------------------------------------------------------------


def _attribute(porter: Porter, node: ast.Attribute) -> None:
    end = porter.source.end(node)
    new = _ATTRIBUTES.get(node.attr)
    if new is not None:
        porter.edits.replace(end - len(node.attr), end, new)
        porter.change(node, node.attr, f".{node.attr} is .{new}")
    elif node.attr == "im_class":
        porter.question(node, "im_class", ".im_class is gone; see __self__.__class__")


def _class(porter: Porter, node: ast.ClassDef) -> None:
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    if not node.bases and _looks_at_class(porter, node):
        porter.question(node, "class", "a class without base is like any other now")
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            _method_definition(porter, item)
        elif (
            isinstance(item, ast.Assign)
            and isinstance(item.targets[0], ast.Name)
            and item.targets[0].id == "__metaclass__"
        ):
            porter.question(
                item, "metaclass", "give metaclass=... in the class statement"
            )
    if "__eq__" in names and "__hash__" not in names:
        porter.question(
            node, "hash", "a class with __eq__ and without __hash__ can't be a key now"
        )
    if "__cmp__" in names:
        start = porter.source.start(node)
        line = porter.source.line_start(porter.source.line(start))
        indentation = porter.source.slice(line, start)
        porter.need_compat("compares")
        porter.edits.insert(start, f"@compares\n{indentation.expandtabs(8)}")
        text = (
            "compat.compares makes operators ask __cmp__; Python 3 asks __lt__, __eq__"
        )
        porter.question(node, "__cmp__", text)
    if len(node.bases) > 1:
        porter.question(
            node, "class", "with several bases old-style classes looked left first"
        )


def _looks_at_class(porter: Porter, node: ast.ClassDef) -> bool:
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    return "__getattr__" in methods


def _method_definition(porter: Porter, item: ast.FunctionDef) -> None:
    source = porter.source
    word = source.tokens[source.token_after(source.start(item) + len("def"))]
    if item.decorator_list:
        found = source.find(item.name, source.start(item), source.start(item.body[0]))
        word = found or word
    if item.name == "next" and len(item.args.args) == 1:
        porter.edits.replace(word.start, word.end, "__next__")
        porter.change(item, "next", "the method next is __next__")
    elif item.name in _SPECIAL_METHODS:
        new = _SPECIAL_METHODS[item.name]
        porter.edits.replace(word.start, word.end, new)
        porter.change(item, item.name, f"{item.name} is {new}")
    elif item.name in _LOST_METHODS:
        porter.question(item, item.name, f"{item.name}: {_LOST_METHODS[item.name]}")


def _index_of_exception(porter: Porter, node: ast.Subscript) -> None:
    """``e[0]`` of an exception is ``e.args[0]``."""
    if porter.kind(node.value) == "exception" and _in_handler(porter, node):
        porter.edits.insert(porter.source.end(node.value), ".args")
        porter.change(node, "exception", "an exception's parts are in its args")


def _in_handler(porter: Porter, node: ast.Subscript) -> bool:
    inner: ast.AST | None = node
    name = node.value.id if isinstance(node.value, ast.Name) else None
    while inner is not None:
        target = getattr(inner, "target", None)
        if (
            isinstance(inner, syntax.Handler)
            and isinstance(target, ast.Name)
            and target.id == name
        ):
            return True
        inner = porter.parent(inner)
    return False


def _message_of(porter: Porter, node: syntax.Handler) -> None:
    if not isinstance(node.target, ast.Name):
        return
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.Attribute)
            and inner.attr == "message"
            and isinstance(inner.value, ast.Name)
            and inner.value.id == node.target.id
        ):
            porter.question(
                inner, "message", "exceptions have no .message; str(e) or e.args[0]"
            )


_BUILTINS = {
    "range": _range,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "reduce": _reduce,
    "input": _input,
    "apply": _apply,
    "cmp": _cmp,
    "execfile": _execfile,
    "reload": _moved("importlib", "reload"),
    "intern": _moved("sys", "intern"),
    "buffer": _lost("buffer", "is gone; use memoryview"),
    "coerce": _lost("coerce", "is gone; convert both values"),
    "round": _lost("round", "rounds halves to even now and gives an int"),
    "sorted": _sorted,
}
