"""The tree: Python 2's statements on CPython's ``ast``.

Everything that Python 2 and Python 3 have in common is an ordinary node of
:mod:`ast`. What Python 3 lost has a node class here. The tree that
:func:`~repy_compat.language.parser.parse` returns is checked by ``check`` and
then rewritten by ``meaning`` into a tree of plain Python 3.

Conventions of the tree:

* ``lineno`` of a node is the author's line in the (merged) text;
* names are Python 2's: ``async``, ``nonlocal``, ``print_`` are plain names, and
  so are ``True`` and ``False``, which a program may rebind; ``None`` is a
  ``Constant``;
* ``Constant.kind`` is ``"L"`` for an integer that was written with an L and
  ``"u"`` for a unicode literal (which no dialect allows).
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False


class Print(ast.stmt):
    """``print >>dest, values`` with or without the newline at the end.

    ``dest`` is an expression or None, ``values`` a list of expressions,
    ``newline`` False where the statement ended in a comma.
    """

    _fields = ("dest", "values", "newline")
    dest: ast.expr | None
    values: list[ast.expr]
    newline: bool

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class Raise(ast.stmt):
    """``raise kind, value, trace``: each an expression or None."""

    _fields = ("kind", "value", "trace")
    kind: ast.expr | None
    value: ast.expr | None
    trace: ast.expr | None

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class Exec(ast.stmt):
    """``exec body in globals, locals``; the last two may be None."""

    _fields = ("body", "globals", "locals")
    body: ast.expr
    globals: ast.expr | None
    locals: ast.expr | None

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class Handler(ast.ExceptHandler):
    """``except type, target:``.

    ``type`` is an expression or None; ``target`` is any expression that can be
    assigned to, or None. The ``name`` of ``ast.ExceptHandler`` isn't used.
    """

    _fields = ("type", "target", "body")
    type: ast.expr | None
    target: ast.expr | None
    body: list[ast.stmt]

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class Backquote(ast.expr):
    """```value```: the repr of a value, as an expression."""

    _fields = ("value",)
    value: ast.expr

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class TupleParameter(ast.AST):
    """A parameter written as a tuple: ``def f(a, (b, c)): ...``.

    ``name`` is the private name of the parameter that receives the value and
    ``target`` the ``Tuple`` of names that it is unpacked to.
    """

    _fields = ("name", "target")
    name: str
    target: ast.expr

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...


class FunctionDef(ast.FunctionDef):
    """A function definition with its tuple parameters.

    ``tuple_parameters`` lists a :class:`TupleParameter` for each parameter
    written as a tuple, in their order.
    """

    _fields = ast.FunctionDef._fields + ("tuple_parameters",)
    tuple_parameters: list[TupleParameter]

    if TYPE_CHECKING:

        def __init__(self, **fields: object) -> None: ...
