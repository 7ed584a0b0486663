"""What was found in a program's text, put into words.

Two readers are served: people, who get each finding at its place in their file
with the construct named as they wrote it and what to use instead, and programs
that compile other programs, which get the reference's own text for the first
finding (Repy V1 specification, section 5.8; V2, section 3.5).
"""

from __future__ import annotations

from ..errors import Complaint
from .check import Finding
from .dialect import Dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .parser import Refused


def reference_text(finding: Finding, dialect: Dialect) -> str:
    """The text behind ``Code failed safety check! Error: `` for a finding."""
    no_line = finding.kind == "node" and finding.what in ("Backquote", "Decorators")
    no_line = no_line or (finding.kind == "unicode" and not finding.line)
    if dialect is Dialect.V1:
        line = "None" if no_line else str(finding.line)
        if finding.kind == "node":
            inner = f"CheckNodeException'> ({line}, '{finding.what}')"
        else:
            shown = python2_repr(finding.what)
            if finding.kind == "unicode":
                shown = "u" + shown
            inner = f"CheckStrException'> ({line}, '{finding.attribute}', {shown})"
        return one_tuple("<class 'safety_exceptions." + inner)
    if no_line:
        return one_tuple(
            "<type 'exceptions.TypeError'> unsupported operand type(s) for -: "
            "'NoneType' and 'int'"
        )
    if finding.kind == "node":
        said = f"Unsafe call '{finding.what}' in line {finding.line}"
        name = "CheckNodeException"
    else:
        said = (
            f"Unsafe string '{finding.what}' in line {finding.line}, "
            f"node attribute '{finding.attribute}'"
        )
        name = "CheckStrException"
    return one_tuple(f"<class 'exception_hierarchy.{name}'> {one_tuple(said)}")


def refused_text(refused: Refused) -> str:
    """The reference's text for a text that Python 2 doesn't read."""
    place = "" if refused.line is None else f" (line {refused.line})"
    return one_tuple(f"<type 'exceptions.{refused.kind}'> {refused.message}{place}")


def one_tuple(text: str) -> str:
    """``(text,)`` as Python 2 shows a tuple of one string."""
    return f"({python2_repr(text)},)"


def python2_repr(text: str) -> str:
    """Python 2's repr of a string (of characters above 255, as of unicode)."""
    quote = '"' if "'" in text and '"' not in text else "'"
    made = []
    for char in text:
        code = ord(char)
        if char in (quote, "\\"):
            made.append("\\" + char)
        elif char in "\n\r\t":
            made.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char])
        elif 32 <= code < 127:
            made.append(char)
        elif code < 256:
            made.append(f"\\x{code:02x}")
        else:
            made.append(f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}")
    return quote + "".join(made) + quote


def complain(findings: list[Finding], file: str, dialect: Dialect) -> list[Complaint]:
    """One sentence for people for each finding."""
    return [
        Complaint(
            file,
            finding.line or 1,
            getattr(finding.node, "col_offset", None),
            sentence(finding, dialect),
        )
        for finding in findings
    ]


def sentence(finding: Finding, dialect: Dialect) -> str:
    """What a person is told about one finding."""
    if finding.kind == "name":
        return f"the name {finding.what!r} is reserved"
    if finding.kind == "unicode":
        return "unicode literals are not available in Repy"
    return f"{finding.what} is not available in Repy"
