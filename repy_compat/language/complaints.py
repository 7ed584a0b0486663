"""What was found in a program's text, put into words.

Two readers are served: people, who get each finding at its place in their file
with the construct named as they wrote it and what to use instead, and programs
that compile other programs, which get the reference's own text for the first
finding (Repy V1 specification, section 5.8; V2, section 3.5).
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from ..errors import Complaint
from . import hints
from .dialect import RESERVED_PREFIXES, Dialect
from .rewriting import rewrite
from .tokens import normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .check import Finding
    from .includes import SourceMap
    from .late import LateError
    from .lexer import Refused

    Locate = Callable[[int], tuple[str, int]]

_LONGEST_SHOWN = 400


# -- the reference's texts --


def reference_text(finding: Finding, dialect: Dialect, locate: Locate) -> str:
    """The text behind ``Code failed safety check! Error: `` for a finding."""
    line: int | None = locate(finding.line)[1] if finding.line else None
    if finding.what in ("Backquote", "Decorators") and finding.kind == "node":
        line = None
    if dialect is Dialect.V1:
        return _v1_text(finding, line)
    return _v2_text(finding, line)


def _v1_text(finding: Finding, line: int | None) -> str:
    if finding.kind == "node":
        inner = f"CheckNodeException'> ({line}, '{finding.what}')"
    else:
        shown = python2_repr(finding.what)
        if finding.kind == "unicode":
            shown = "u" + python2_repr(_decoded(finding.what))
        inner = f"CheckStrException'> ({line}, '{finding.attribute}', {shown})"
    return one_tuple("<class 'safety_exceptions." + inner)


def _v2_text(finding: Finding, line: int | None) -> str:
    if line is None:
        return one_tuple(
            "<type 'exceptions.TypeError'> unsupported operand type(s) for -: "
            "'NoneType' and 'int'"
        )
    if finding.kind == "unicode" and not finding.what.isascii():
        text = _decoded(finding.what)
        at = next(index for index, char in enumerate(text) if char > "\x7f")
        shown = "u" + python2_repr(text[at])
        return one_tuple(
            "<type 'exceptions.UnicodeEncodeError'> 'ascii' codec can't encode "
            f"character {shown} in position {len(_UNSAFE_STRING) + at}: "
            "ordinal not in range(128)"
        )
    if finding.kind == "node":
        name = "CheckNodeException"
        said = f"Unsafe call '{finding.what}' in line {line}"
    else:
        name = "CheckStrException"
        said = f"{_UNSAFE_STRING}{finding.what}' in line {line}, "
        said += f"node attribute '{finding.attribute}'"
    return one_tuple(f"<class 'exception_hierarchy.{name}'> {one_tuple(said)}")


_UNSAFE_STRING = "Unsafe string '"


def refused_text(refused: Refused, locate: Locate) -> str:
    """The reference's text for a text that Python 2 doesn't read."""
    place = "" if refused.line is None else f" (line {locate(refused.line)[1]})"
    return one_tuple(f"<type 'exceptions.{refused.kind}'> {refused.message}{place}")


def late_text(error: LateError, locate: Locate) -> str:
    """Python 2's text of a SyntaxError that its compiler raises."""
    if error.line is None:
        return error.message
    file, line = locate(error.line)
    return f"{error.message} ({file}, line {line})"


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


def _decoded(value: str) -> str:
    """The value of a unicode literal, whose bytes Python 2 read as UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


# -- sentences for people --


class Speaker:
    """Makes complaints about one text; knows places in it.

    ``locate`` turns a line of the text into file and line as people know them.
    """

    def __init__(self, source: bytes | str, dialect: Dialect, locate: Locate) -> None:
        self.text = normalize(source)
        self.dialect = dialect
        self.locate = locate
        self._columns: dict[int, list[tuple[int, int]]] | None = None

    def finding(self, finding: Finding) -> Complaint:
        """What a person is told about one thing that the dialect refuses."""
        node = finding.node
        line = getattr(node, "lineno", 0) or finding.line or 1
        return self._complaint(line, self._column(node), self.sentence(finding))

    def late(self, error: LateError) -> Complaint:
        """What a person is told about an error of Python 2's compiler."""
        line = getattr(error.node, "lineno", error.line or 1)
        return self._complaint(line, self._column(error.node), error.message)

    def refused(self, refused: Refused) -> Complaint:
        """What a person is told about a text that isn't Python 2."""
        lines = self.text.split("\n")
        said = refused.message
        hint = hints.for_text(self.text)
        if not hint and refused.kind == "IndentationError":
            hint = hints.for_indentation(self.text)
        if not hint and refused.place <= len(lines):
            hint = hints.for_line(lines[refused.place - 1])
        hint = hint or self._with_true_lines(refused.hint)
        if not said or refused.kind in ("TypeError", "MemoryError"):
            said, hint = hint or said, ""
        if refused.line is not None and refused.line != refused.place and not hint:
            hint = f"it begins in line {self.locate(refused.place)[1]}"
        sentence = f"{said}: {hint}" if hint else said
        column = refused.column if refused.line in (None, refused.place) else None
        return self._complaint(refused.line or refused.place, column, sentence)

    def _with_true_lines(self, hint: str) -> str:
        """A hint that may name another line of the text, as people know it."""
        start, mark, rest = hint.partition(" in line ")
        number, blank, end = rest.partition(" ")
        if not number.isdigit():
            return hint
        return f"{start}{mark}{self.locate(int(number))[1]}{blank}{end}"

    def _complaint(self, line: int, column: int | None, sentence: str) -> Complaint:
        file, true_line = self.locate(line)
        return Complaint(file, true_line, column, sentence)

    def sentence(self, finding: Finding) -> str:
        """The sentence about a finding, without its place."""
        if finding.kind == "name":
            return _about_name(finding.what, self.dialect)
        if finding.kind == "unicode":
            return (
                "unicode literals (u'...') are not available in Repy: strings are "
                "bytes, leave the u out"
            )
        if finding.kind == "syntax":
            return "invalid syntax: Python 2 has nothing of this form"
        if finding.what in ("Import", "From"):
            return _about_import(finding.node, self.dialect)
        if finding.what in ("Print", "Printnl"):
            return "print is not available in Repy V2: use log(...)"
        what, instead = _CONSTRUCTS[finding.what]
        return f"{what} not available in Repy: {instead}"

    def _column(self, node: ast.AST) -> int | None:
        """The column, as the person sees it, of a node of the rewritten text."""
        offset = getattr(node, "col_offset", None)
        if offset is None:
            return None
        if self._columns is None:
            self._columns = _columns(self.text)
        places = self._columns.get(getattr(node, "lineno", 0))
        if not places:
            return None
        at = max(bisect_right(places, (offset, 1 << 60)) - 1, 0)
        return places[at][1] + max(offset - places[at][0], 0)


def _columns(text: str) -> dict[int, list[tuple[int, int]]]:
    """For each line: where pieces begin, in the rewritten text and the original.

    Columns of the rewritten text are counted in bytes of UTF-8, as ast does.
    """
    rewritten = rewrite(text)
    columns: dict[int, list[tuple[int, int]]] = {}
    line = new = old = 0
    for piece, output in zip(rewritten.pieces, rewritten.output, strict=True):
        columns.setdefault(line, []).append((new, old))
        breaks = piece.count("\n")
        if breaks:
            line += breaks
            old = len(piece) - piece.rfind("\n") - 1
            new = len(output[output.rfind("\n") + 1 :].encode("utf-8"))
        else:
            old += len(piece)
            new += len(output.encode("utf-8"))
    return columns


def shown_line(
    complaint: Complaint, text: bytes | str, source_map: SourceMap | None
) -> str:
    """The line that a complaint is about, with a caret, for a person to see.

    ``text`` is the program's with its includes put in, ``source_map`` their map.
    Empty if there's nothing worth showing.
    """
    line: int | None = complaint.line
    if source_map is not None:
        place = complaint.file, complaint.line
        lines = range(1, text.count("\n") + 2)  # type: ignore[arg-type]
        line = next((each for each in lines if source_map.locate(each) == place), None)
    if line is None:
        return ""
    shown = excerpt(text, line, complaint.column)
    if not shown.partition("\n")[0].strip() or len(shown) > _LONGEST_SHOWN:
        return ""
    # Whatever the text holds, it mustn't command the terminal.
    return (
        "".join(char if char in "\t\n" or char >= " " else "?" for char in shown) + "\n"
    )


def excerpt(source: bytes | str, line: int, column: int | None) -> str:
    """A line of a text with a caret under a column, for a person to see.

    ``line`` counts from 1, ``column`` from 0; without a column there is no
    caret. Tabs stay, so that the caret stands right.
    """
    lines = normalize(source).split("\n")
    if not 1 <= line <= len(lines):
        return ""
    shown = lines[line - 1]
    if column is None or column > len(shown):
        return "    " + shown
    blanks = "".join(char if char == "\t" else " " for char in shown[:column])
    return f"    {shown}\n    {blanks}^"


def _about_name(name: str, dialect: Dialect) -> str:
    start = f"the name '{name}' is not allowed"
    if "__" in name:
        special = " ".join(sorted(dialect.special_methods))
        return f"{start}: names with two underscores are reserved, but for {special}"
    for prefix in RESERVED_PREFIXES:
        if name.startswith(prefix):
            others = " ".join(each for each in RESERVED_PREFIXES if each != prefix)
            return f"{start}: names that begin with {prefix} (or {others}) are reserved"
    return f"{start}: encode and decode are reserved, strings are bytes in Repy"


_CONSTRUCTS = {
    "Lambda": ("lambda is", "define a function with def"),
    "IfExp": ("'x if condition else y' is", "use an if statement"),
    "GenExpr": ("generator expressions are", "use a list: [x for x in y]"),
    "Yield": ("yield is", "collect the values in a list and return it"),
    "With": ("the with statement is", "use try and finally"),
    "Global": ("the global statement is", "keep the value in mycontext['name']"),
    "Exec": ("exec is", "see virtual namespaces"),
    "Set": ("set displays {a, b} are", "use set([a, b])"),
    "SetComp": ("set comprehensions are", "use set([x for x in y])"),
    "DictComp": ("dict comprehensions are", "fill a dictionary in a for loop"),
    "Backquote": ("backquotes are", "use repr(...)"),
    "Decorators": ("decorators are", "call the function: f = decorator(f)"),
}

# What replaces a module: for V1, for V2.
_MODULES = {
    "threading": ("settimer and getlock", "createthread and createlock"),
    "thread": ("settimer and getlock", "createthread and createlock"),
    "time": ("getruntime and sleep", "getruntime and sleep"),
    "random": ("randomfloat, or include random.repy", "randombytes"),
    "os": ("open, listdir and removefile", "openfile, listfiles and removefile"),
    "socket": (
        "openconn, waitforconn, sendmess and recvmess",
        "openconnection, listenforconnection, sendmessage and listenformessage",
    ),
    "sys": ("callargs and exitall", "callargs and exitall"),
    "math": ("include math.repy", "dy_import_module('math.r2py')"),
}


def _about_import(node: ast.AST, dialect: Dialect) -> str:
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
    else:
        assert isinstance(node, ast.Import)
        module = node.names[0].name
    v1, v2 = _MODULES.get(
        module.partition(".")[0],
        ("a line 'include NAME.repy' brings a Repy library in",
         "dy_import_module brings a Repy library in"),
    )  # fmt: skip
    instead = v1 if dialect is Dialect.V1 else v2
    if module in _MODULES:
        instead = "use " + instead
    return f"import is not available in Repy ('{module}'): {instead}"
