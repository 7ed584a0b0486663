"""The stations of compiling: parse, mark switch points, check, lower, compile."""

from __future__ import annotations

import ast

from ..errors import ProgramRejected
from .check import check
from .complaints import Speaker, late_text, reference_text, refused_text
from .convert import NotPython2
from .deep import deeply, quietly
from .dialect import Dialect
from .lexer import Refused
from .lines import settle_lines
from .parser import parse_roughly, refusal, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..errors import Complaint
    from .check import Finding
    from .complaints import Locate
    from .includes import SourceMap
    from .late import LateError


class _Text:
    """One program's text on its way through the stations."""

    def __init__(
        self,
        source: bytes,
        filename: str,
        dialect: Dialect,
        source_map: SourceMap | None,
    ) -> None:
        self.source = source
        self.filename = filename
        self.dialect = dialect
        self.locate: Locate = lambda line: (filename, line)
        if source_map is not None:
            self.locate = source_map.locate

    def checked_tree(self) -> ast.Module:
        """The tree of a program that passed the check; raises ProgramRejected."""
        try:
            tree, words = parse_roughly(self.source)
            findings, late = check(tree, self.dialect, words)
            if findings and any(finding.kind == "syntax" for finding in findings):
                verify(self.source)
        except Refused as refused:
            raise self.not_python2(refused) from None
        except NotPython2 as error:
            raise self.not_python2(refusal(self.source, error)) from None
        if findings or late:
            raise self.refused_by_check(findings, late)
        return tree

    def refused_by_check(
        self, findings: list[Finding], late: list[LateError]
    ) -> ProgramRejected:
        """What the dialect refuses, or else what Python 2's compiler refuses."""
        speaker = Speaker(self.source, self.dialect, self.locate)
        if findings:
            return ProgramRejected(
                [speaker.finding(finding) for finding in findings],
                reference_text(findings[0], self.dialect, self.locate),
            )
        return ProgramRejected(
            [speaker.late(error) for error in late],
            late_text(late[0], self.locate),
            late=True,
        )

    def not_python2(self, refused: Refused) -> ProgramRejected:
        speaker = Speaker(self.source, self.dialect, self.locate)
        text = refused_text(refused, self.locate)
        return ProgramRejected([speaker.refused(refused)], text)

    def code(
        self, exploring: bool, table_dicts: bool, hidden: frozenset[str]
    ) -> CodeType:
        tree = self.checked_tree()
        from . import meaning

        if exploring:
            from . import switchpoints

            tree = switchpoints.mark(tree, self.dialect, self.filename)
        lowered = settle_lines(
            meaning.lower(
                tree,
                self.dialect,
                self.filename,
                rebound=hidden,
                table_dicts=table_dicts,
            )
        )
        try:
            return quietly(lambda: compile(lowered, self.filename, "exec", 0, True))
        except SyntaxError as error:
            # The host can't have our assignments inside the target of a comprehension.
            hint = "a comprehension within the target of another one"
            refused = Refused("SyntaxError", "invalid syntax", error.lineno, hint=hint)
            raise self.not_python2(refused) from None

    def too_deep(self) -> ProgramRejected:
        refused = Refused(
            "MemoryError", "", None, hint="brackets or operators are nested too deeply"
        )
        return self.not_python2(refused)


def compile_text(
    source: bytes,
    filename: str,
    dialect: Dialect,
    source_map: SourceMap | None,
    exploring: bool,
    table_dicts: bool = False,
    hidden: frozenset[str] = frozenset(),
) -> CodeType:
    """The code object of a program's text; raises ProgramRejected."""
    text = _Text(source, filename, dialect, source_map)
    try:
        return deeply(lambda: text.code(exploring, table_dicts, hidden))
    except (RecursionError, MemoryError):
        raise text.too_deep() from None


def checked(
    source: bytes,
    filename: str,
    dialect: Dialect,
    source_map: SourceMap | None = None,
) -> ast.Module:
    """The tree of a program's text that passed the check; raises ProgramRejected."""
    text = _Text(source, filename, dialect, source_map)
    try:
        return deeply(text.checked_tree)
    except (RecursionError, MemoryError):
        raise text.too_deep() from None


def check_text(
    source: bytes, filename: str, dialect: Dialect, source_map: SourceMap | None
) -> list[Complaint]:
    """All complaints about a program's text."""
    try:
        checked(source, filename, dialect, source_map)
    except ProgramRejected as rejected:
        return list(rejected.complaints)
    return []
