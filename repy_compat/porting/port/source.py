"""A Python 2 text, its tree, and edits by position that keep comments and layout.

The tree is that of the project's own front end, before any of Repy's refusals. Its
nodes say where they stand in the *rewritten* text that the front end reads; the
pieces of that text lead back to the author's.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from repy_compat.language.parser import parse
from repy_compat.language.rewriting import aligned
from repy_compat.language.tokens import normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Render = Callable[[int, int], str]
    Make = Callable[[Render], str]

_BLANKS = " \t\f"


class Token:
    """One token: its text, where it begins and ends, ``"\\n"`` for a line's end."""

    __slots__ = ("end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end


class Source:
    """A normalized Python 2 text with its tree and tokens.

    Raises ``repy_compat.language.lexer.Refused`` for what Python 2 refuses.
    """

    def __init__(self, text: str) -> None:
        self.text = normalize(text)
        self.print_function = _has_print_function(self.text)
        readable = self.text
        if self.print_function:
            # As a plain name of the same length it is no statement.
            readable = _hide_print(readable)
        self.tree = parse(readable)
        self.tokens: list[Token] = []
        self._starts: list[tuple[int, int]] = []
        self._pieces: list[tuple[int, int]] = []
        self._read(readable)
        self._token_starts = [token.start for token in self.tokens]
        self._line_starts = [0]
        for at, character in enumerate(self.text):
            if character == "\n":
                self._line_starts.append(at + 1)

    def _read(self, text: str) -> None:
        offset, line, column = -1, 0, 0
        for piece, output in aligned(text):
            word = piece.rstrip(_BLANKS)
            if output:
                self._starts.append((line, column))
                self._pieces.append((offset, offset + len(word)))
            if piece[0] in "\n#":
                self.tokens.append(Token("\n", max(offset, 0), max(offset, 0)))
            elif piece[0] != "\\":
                self.tokens.append(Token(self._word(word), offset, offset + len(word)))
            offset += len(piece)
            lines = output.count("\n")
            if lines:
                line += lines
                output = output[output.rfind("\n") + 1 :]
                column = 0
            column += len(output.encode("utf-8"))

    def _word(self, word: str) -> str:
        return "print" if self.print_function and word == _HIDDEN_PRINT else word

    # --- where things stand ------------------------------------------------------

    def start(self, node: ast.AST) -> int:
        """The offset at which a node begins."""
        return self._piece(node.lineno, node.col_offset)[0]  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """The offset behind a node's last token."""
        return self._piece(node.end_lineno, node.end_col_offset - 1)[1]  # type: ignore[attr-defined]

    def _piece(self, line: int, column: int) -> tuple[int, int]:
        return self._pieces[max(bisect_right(self._starts, (line, column)) - 1, 0)]

    def token_at(self, offset: int) -> int:
        """The index of the token that begins at or before an offset."""
        return bisect_right(self._token_starts, offset) - 1

    def token_before(self, offset: int) -> int:
        """The index of the last real token that ends at or before an offset."""
        index = self.token_at(offset)
        while self.tokens[index].end > offset or self.tokens[index].text == "\n":
            index -= 1
        return index

    def token_after(self, offset: int) -> int:
        """The index of the first real token that begins at or after an offset."""
        index = max(self.token_at(offset), 0)
        while self.tokens[index].start < offset or self.tokens[index].text == "\n":
            index += 1
        return index

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._line_starts, offset)

    def line_start(self, line: int) -> int:
        """The offset of a line's first character."""
        return self._line_starts[min(line, len(self._line_starts)) - 1]

    def find(self, word: str, start: int, end: int) -> Token | None:
        """The first token between two offsets with this text."""
        for index in range(max(self.token_at(start), 0), len(self.tokens)):
            token = self.tokens[index]
            if token.start >= end:
                return None
            if token.text == word and token.start >= start:
                return token
        return None

    def statement_end(self, start: int) -> int:
        """The offset behind the last token of the simple statement at ``start``."""
        depth, last = 0, start
        for index in range(self.token_at(start), len(self.tokens)):
            token = self.tokens[index]
            if not depth and token.text in ("\n", ";"):
                break
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if token.text != "\n":
                last = token.end
        return last

    def split(self, start: int, end: int) -> list[tuple[int, int]]:
        """The ranges between the commas outside brackets from ``start`` to ``end``."""
        found: list[tuple[int, int]] = []
        depth, first, last, lambdas = 0, -1, -1, 0
        for index in range(max(self.token_at(start), 0), len(self.tokens)):
            token = self.tokens[index]
            if token.start < start or token.text == "\n":
                continue
            if token.start >= end:
                break
            if not depth:
                lambdas += (token.text == "lambda") - (
                    token.text == ":" and lambdas > 0
                )
            if token.text == "," and not depth and not lambdas:
                found.append((first, last))
                first = -1
                continue
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            first = token.start if first < 0 else first
            last = token.end
        if first >= 0:
            found.append((first, last))
        return found

    def bracket(self, start: int) -> tuple[int, int]:
        """The range of the bracket that opens at ``start``, with all that it holds."""
        depth = 0
        for index in range(self.token_at(start), len(self.tokens)):
            token = self.tokens[index]
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if not depth:
                return start, token.end
        raise AssertionError("a bracket that isn't closed")

    def colon(self, start: int, end: int) -> Token:
        """The colon of the lambda at ``start``."""
        depth, lambdas = 0, 0
        for index in range(self.token_at(start) + 1, len(self.tokens)):
            token = self.tokens[index]
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if not depth and token.text == "lambda":
                lambdas += 1  # in a default
            elif not depth and token.text == ":":
                if not lambdas:
                    return token
                lambdas -= 1
        raise AssertionError("a lambda without a colon")

    def arguments(self, call: ast.Call) -> list[tuple[int, int]]:
        """The ranges of a call's arguments."""
        opening = self.opening(call)
        return self.split(opening.end, self.end(call) - 1)

    def opening(self, call: ast.Call) -> Token:
        """The opening bracket of a call."""
        end, depth = self.end(call), 0
        for index in range(self.token_before(end), -1, -1):
            token = self.tokens[index]
            depth += (token.text in _CLOSING) - (token.text in _OPENING)
            if not depth:
                return token
        raise AssertionError("a call without an opening bracket")

    def dot(self, attribute: ast.Attribute) -> Token:
        """The dot in front of an attribute's name."""
        return self.tokens[self.token_before(self.end(attribute)) - 1]

    def slice(self, start: int, end: int) -> str:
        """The author's text between two offsets."""
        return self.text[start:end]


_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_HIDDEN_PRINT = "prinT"


def _has_print_function(text: str) -> bool:
    import re

    pattern = r"^from[ \t]+__future__[ \t]+import\b[^\n]*\bprint_function\b"
    return re.search(pattern, text, re.MULTILINE) is not None


def _hide_print(text: str) -> str:
    from repy_compat.language.tokens import PIECE

    pieces = PIECE.findall(text)
    return "".join(
        piece.replace("print", _HIDDEN_PRINT)
        if piece.rstrip(_BLANKS) == "print"
        else piece
        for piece in pieces
    )


class _Edit:
    __slots__ = ("end", "make", "number", "start")

    def __init__(self, start: int, end: int, make: Make, number: int) -> None:
        self.start = start
        self.end = end
        self.make = make
        self.number = number


class Edits:
    """Changes to a text. They may lie inside one another, but not overlap."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[_Edit] = []

    def replace(self, start: int, end: int, new: str) -> None:
        """Put ``new`` in place of a range."""
        self.rebuild(start, end, lambda render: new)

    def insert(self, at: int, new: str, *, first: bool = False) -> None:
        """Put ``new`` in front of what stands at ``at``.

        ``first`` puts it in front of other insertions at the same place.
        """
        number = -len(self._edits) - 1 if first else len(self._edits)
        self._edits.append(_Edit(at, at, lambda render: new, number))

    def wrap(self, start: int, end: int, before: str, after: str) -> None:
        """Put text around a range, in which other edits still take place."""
        self.rebuild(start, end, lambda render: before + render(start, end) + after)

    def rebuild(self, start: int, end: int, make: Make) -> None:
        """Put ``make(render)`` in place of a range.

        ``render(a, b)`` gives a part of the range with the edits inside it done.
        """
        self._edits.append(_Edit(start, end, make, len(self._edits)))

    def __bool__(self) -> bool:
        return bool(self._edits)

    def result(self) -> str:
        """The text with all edits done."""
        # What is put in front of a place comes before what replaces it.
        ordered = sorted(
            self._edits, key=lambda e: (e.start, e.start != e.end, -e.end, e.number)
        )
        starts = [edit.start for edit in ordered]
        done: set[int] = set()

        def render(low: int, high: int) -> str:
            out, at = [], low
            index = bisect_right(starts, low - 1)
            while index < len(ordered) and ordered[index].start <= high:
                edit = ordered[index]
                index += 1
                if edit.start < at or edit.end > high or edit.number in done:
                    continue
                done.add(edit.number)
                out.append(self._text[at : edit.start])
                out.append(edit.make(render))
                at = edit.end
            out.append(self._text[at:high])
            return "".join(out)

        return render(0, len(self._text))
