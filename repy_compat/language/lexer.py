"""Python 2's tokens one by one, with their places and their errors.

This is the slow and exact half of the lexical rules: it serves the grammar,
which is asked only about texts that are refused or look suspicious. The fast
half is :mod:`repy_compat.language.tokens`; both cut a text by the same regular
expression.
"""

from __future__ import annotations

import re

from .tokens import PIECE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, NUMBER, STRING, OP, NEWLINE, INDENT, DEDENT, END = (
    "name", "number", "string", "op", "newline", "indent", "dedent", "end",
)  # fmt: skip

_MOST_INDENTS = 100
_PREFIXES = frozenset(["r", "u", "ur", "b", "br"])
_STRING_REST = {
    "'": re.compile(r"(?:[^'\\\n]|\\[\s\S])*"),
    '"': re.compile(r'(?:[^"\\\n]|\\[\s\S])*'),
}


class Refused(Exception):
    """A text that Python 2 doesn't read.

    ``kind`` is the name of Python 2's exception class, ``message`` its text
    without the place, ``line`` where it is, or None where Python 2 names none.
    ``place`` is the line for people, ``column`` counts from 0 or is None, and
    ``hint`` is a sentence for people, or empty.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        line: int | None,
        column: int | None = None,
        *,
        place: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.column = column
        self.place = place or line or 1
        self.hint = hint


class Token:
    """One token: its type, its text, and where it starts and ends.

    ``end`` is the line that Python 2 names in an error at this token.
    """

    __slots__ = ("type", "text", "line", "column", "end")

    def __init__(self, type: str, text: str, line: int, column: int, end: int) -> None:
        self.type = type
        self.text = text
        self.line = line
        self.column = column
        self.end = end


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a normalized text; raises Refused at a lexical error."""
    return _Lexer(text).tokens()


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.line = 1
        self.column = 0
        self.depth = 0
        self.indents = [0]

    def tokens(self) -> Iterator[Token]:
        position = 0
        text = "\n" + self.text
        self.line = 0
        length = len(text)
        started = False
        while position < length:
            found = PIECE.match(text, position)
            assert found is not None
            piece = found[0]
            first = piece[0]
            line, column = self.line, self.column
            position = found.end()
            self.move(piece)
            if first in "\n#":
                if started and not self.depth:
                    yield Token(NEWLINE, "\n", line, column, line)
                if not self.depth:
                    if position < length:
                        yield from self.indentation(piece, text, position)
                    else:
                        yield from self.dedents(0, "", max(self.line - 1, 1))
                started = started and self.depth > 0
                continue
            word = piece.rstrip(" \t\f")
            if first == "\\":
                if word[1:2] != "\n":
                    raise Refused(
                        "SyntaxError",
                        "unexpected character after line continuation character",
                        line,
                        column,
                    )
                continue
            started = True
            yield self.token(word, line, column, text, position, len(piece))
        last = max(self.line - 1, 1)
        yield Token(NEWLINE, "", last, 0, last)
        yield Token(END, "", last, 0, last)

    def move(self, piece: str) -> None:
        count = piece.count("\n")
        if count:
            self.line += count
            self.column = len(piece) - piece.rfind("\n") - 1
        else:
            self.column += len(piece)

    def indentation(self, piece: str, text: str, position: int) -> Iterator[Token]:
        column = 0
        indentation = piece[piece.rfind("\n") + 1 :]
        for blank in indentation:
            if blank == "\t":
                column = column // 8 * 8 + 8
            else:
                column = 0 if blank == "\f" else column + 1
        if column > self.indents[-1]:
            if len(self.indents) >= _MOST_INDENTS:
                raise Refused(
                    "IndentationError", "too many levels of indentation", self.line
                )
            self.indents.append(column)
            yield Token(INDENT, indentation, self.line, 0, self.line)
            return
        yield from self.dedents(column, indentation, self.line)

    def dedents(self, column: int, indentation: str, line: int) -> Iterator[Token]:
        count = 0
        while column < self.indents[-1]:
            self.indents.pop()
            count += 1
        if column != self.indents[-1]:
            raise Refused(
                "IndentationError",
                "unindent does not match any outer indentation level",
                line,
                len(indentation),
            )
        for _ in range(count):
            yield Token(DEDENT, "", line, 0, line)

    def token(
        self, word: str, line: int, column: int, text: str, position: int, size: int
    ) -> Token:
        first = word[0]
        if word[-1] in "'\"" and len(word) > 1:
            return Token(STRING, word, line, column, self.line)
        if first in "'\"":
            self.unfinished_string(text, position - size, line, column)
        if first.isdigit() or (first == "." and word[1:2].isdigit()):
            following = text[position : position + 2] if len(word) == size else ""
            return self.number(word, following, line, column)
        if first in "([{":
            self.depth += 1
        elif first in ")]}":
            self.depth = max(self.depth - 1, 0)
        elif (first.isalpha() and first < "\x80") or first == "_":
            tight = len(word) == size and text[position] in "'\""
            if tight and word.lower() in _PREFIXES:
                self.unfinished_string(text, position, line, column)
            return Token(NAME, word, line, column, line)
        return Token(OP, word, line, column, line)

    def number(self, word: str, following: str, line: int, column: int) -> Token:
        exponent = word[-1] not in "lL" and following[:1] in ("e", "E")
        bad = word == "0" and following[:1] in tuple("xXoObB")
        plain = word[:-1] if word[-1] in "lL" else word
        if len(plain) > 1 and plain.isdigit() and plain[0] == "0":
            bad = bad or (bool(plain.strip("01234567")) and not exponent)
        if word.replace(".", "", 1).isdigit():
            bad = bad or (exponent and following[1:] in ("+", "-"))
        if bad:
            raise Refused(
                "SyntaxError", "invalid token", line, column, hint="bad number"
            )
        return Token(NUMBER, word, line, column, line)

    def unfinished_string(self, text: str, start: int, line: int, column: int) -> None:
        quote = text[start]
        if text.startswith(quote * 3, start):
            last = max(text.count("\n") - 1, 1)
            raise Refused(
                "SyntaxError",
                "EOF while scanning triple-quoted string literal",
                last,
                column,
                place=line,
            )
        # Past joined lines: Python 2 names the line where the string broke off.
        rest = _STRING_REST[quote].match(text, start + 1)
        last = line + (rest[0].count("\n") if rest else 0)
        raise Refused(
            "SyntaxError",
            "EOL while scanning string literal",
            min(last, max(text.count("\n") - 1, 1)),
            column,
            place=line,
        )
