"""One text on its way from Python 2 to Python 3: what the rules read and write.

The rules walk over one tree; each records edits by position, and what it changed.
What a rule can't decide from the text becomes a question, and the text stays as it
is there.
"""

from __future__ import annotations

import ast

from repy_compat.porting.port.kinds import Scopes
from repy_compat.porting.port.report import CHANGE, QUESTION, Finding
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

    def need_compat(self, name: str) -> None:
        """Have the result import ``name`` from ``porting.compat``."""
        self.needed.add(f"from repy_compat.porting.compat import {name}")

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
