"""From a Python 2 text to a Python 3 text and a report: the door of this folder.

The rules walk over one tree; each records edits by position, and what it changed.
What a rule can't decide from the text becomes a question, and the text stays as it
is there. Rules are in ``statements`` (forms), ``names`` (builtins, attributes and
methods), ``modules`` (imports) and ``bytestrings`` (sockets, files, literals).
"""

from __future__ import annotations

import ast

from repy_compat.errors import UsageError
from repy_compat.language.lexer import Refused
from repy_compat.porting.port.kinds import Scopes
from repy_compat.porting.port.report import CHANGE, QUESTION, Finding, Port
from repy_compat.porting.port.source import Edits, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Porter:
    """One text while it's being ported: what the rules work with."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.source = Source(text)
        self.tree = self.source.tree
        self.scopes = Scopes(self.tree)
        self.edits = Edits(self.source.text)
        self.findings: list[Finding] = []
        self.libraries: dict[str, int] = {}
        self.api_names: dict[str, int] = {}
        #: import lines that the result needs, such as "from functools import reduce"
        self.needed: set[str] = set()
        self.true_division = False
        self.asked_about_output = False
        #: the modules that the program imports
        self.imported: set[str] = set()
        #: whether ``open`` and the like are Repy's, from repyportability
        self.uses_repy_api = False

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes of the tree."""
        return iter(list(ast.walk(self.tree)))

    def line(self, node: ast.AST | int) -> int:
        """The line of a node or of an offset."""
        if isinstance(node, int):
            return self.source.line(node)
        return self.source.line(self.source.start(node))

    def change(self, node: ast.AST | int, rule: str, message: str) -> None:
        """Report a change that was recorded in ``edits``."""
        self.findings.append(Finding(CHANGE, self.line(node), rule, message))

    def question(self, node: ast.AST | int, rule: str, message: str) -> None:
        """Report what a person has to decide."""
        self.findings.append(Finding(QUESTION, self.line(node), rule, message))

    def text_of(self, node: ast.AST) -> str:
        """The author's text of an expression."""
        return self.source.slice(self.source.start(node), self.source.end(node))

    def kind(self, node: ast.AST) -> str | None:
        """The kind of an expression's value; None if the text doesn't tell."""
        return self.scopes.kind(node)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds ``node``."""
        return self.scopes.parents.get(node)

    def is_builtin(self, node: ast.AST, name: str) -> bool:
        """Whether ``node`` is a name that means Python 2's builtin ``name``."""
        return (
            isinstance(node, ast.Name)
            and node.id == name
            and isinstance(node.ctx, ast.Load)
            and not self.scopes.is_bound(node, name)
        )


def port(name: str, data: bytes) -> Port:
    """Port one file: ``name`` for messages, ``data`` its bytes.

    Raises UsageError, with the place, for a text that isn't Python 2.
    """
    from repy_compat.porting.port import bytestrings, modules, names, statements

    text = data.decode("latin-1")
    try:
        porter = Porter(name, text)
    except Refused as refused:
        line = getattr(refused, "line", None) or getattr(refused, "place", None) or 1
        raise UsageError(
            f"{name}:{line}: Python 2 can't read this: {refused}"
        ) from None
    for rules in (modules, statements, names, bytestrings):
        rules.apply(porter)
    _need(porter)
    result = porter.edits.result()
    _must_compile(porter, result)
    if "\r\n" in text:
        result = result.replace("\n", "\r\n")
    return Port(name, result, porter.findings, porter.libraries, porter.api_names)


def _must_compile(porter: Porter, result: str) -> None:
    """What Python 3 doesn't take is a question, whatever the reason."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(result, porter.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = (getattr(error, "lineno", None) or 1) - len(porter.needed)
        porter.findings.append(
            Finding(QUESTION, max(line, 1), "syntax", f"Python 3 refuses this: {error}")
        )


def _need(porter: Porter) -> None:
    """Add the imports that the new text needs, in front of the first statement."""
    if not porter.needed:
        return
    at = _first_place(porter)
    porter.edits.insert(
        at, "".join(f"{line}\n" for line in sorted(porter.needed)), first=True
    )
    for line in sorted(porter.needed):
        porter.change(at, "import", f"added '{line}'")


def _first_place(porter: Porter) -> int:
    """Behind the docstring and the imports from __future__."""
    body = porter.tree.body
    position = 0
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        position = 1
    while position < len(body) and (
        isinstance(body[position], ast.ImportFrom)
        and body[position].module == "__future__"  # type: ignore[attr-defined]
    ):
        position += 1
    if position == len(body):
        return len(porter.source.text)
    line = porter.source.line(_first_offset(porter, body[position]))
    return porter.source.line_start(line)


def _first_offset(porter: Porter, statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        return porter.source.start(decorators[0])
    return porter.source.start(statement)
