"""The stations of compiling: parse, mark switch points, check, lower, compile."""

from __future__ import annotations

import ast
import warnings

from ..errors import Complaint, ProgramRejected
from .check import check
from .complaints import complain, reference_text, refused_text
from .dialect import Dialect
from .lines import settle_lines
from .parser import Refused, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from .includes import SourceMap


def checked_tree(
    text: bytes, filename: str, dialect: Dialect, source_map: SourceMap | None
) -> ast.Module:
    """The tree of a program that passed the check; raises ProgramRejected."""
    try:
        tree = parse(text)
    except Refused as refused:
        complaint = Complaint(
            filename, refused.line or 1, refused.column, refused.message
        )
        raise ProgramRejected([complaint], refused_text(refused)) from None
    findings = check(tree, dialect)
    if findings:
        raise ProgramRejected(
            complain(findings, filename, dialect), reference_text(findings[0], dialect)
        )
    return tree


def compile_text(
    text: bytes,
    filename: str,
    dialect: Dialect,
    source_map: SourceMap | None,
    exploring: bool,
) -> CodeType:
    """The code object of a program's text; raises ProgramRejected."""
    tree = checked_tree(text, filename, dialect, source_map)
    from . import meaning

    if exploring:
        from . import switchpoints

        tree = switchpoints.mark(tree, dialect)
    lowered = settle_lines(meaning.lower(tree, dialect, filename))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(lowered, filename, "exec", dont_inherit=True)
    return code


def check_text(
    text: bytes, filename: str, dialect: Dialect, source_map: SourceMap | None
) -> list[Complaint]:
    """All complaints about a program's text."""
    try:
        checked_tree(text, filename, dialect, source_map)
    except ProgramRejected as rejected:
        return list(rejected.complaints)
    return []
