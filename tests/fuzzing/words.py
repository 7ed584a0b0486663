"""A reading of a text by its words alone, for what no accepted text may hold.

It shares nothing with the front end: no tree, no rewriting, no tokens of it. It
knows Python 2's words, its brackets and which words begin statements, and with
that finds every forbidden name and construct where the text was taken for good.
"""

from __future__ import annotations

import re

from repy_compat.language.dialect import Dialect

_NUMBER = (
    r"0[xX][0-9a-fA-F]+[lL]?|0[oO][0-7]+[lL]?|0[bB][01]+[lL]?"
    r"|(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?[jJlL]?"
)
_STRING = (
    r"(?P<prefix>[A-Za-z]{0,2})(?:"
    r"'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\""
    r"|'(?!'')(?:[^'\\\n]|\\.)*'|\"(?!\"\")(?:[^\"\\\n]|\\.)*\")"
)
_WORD = re.compile(
    r"(?P<blank>[ \t\f]+|\\\n|\#[^\n]*)|(?P<line>\n)"
    rf"|(?P<string>(?:(?!(?:if|or|in|is|as)['\"]){_STRING}))"
    rf"|(?P<number>{_NUMBER})|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>->|:=|!=|[-+*/%&|^=<>~,:;.@`()\[\]{}])",
    re.DOTALL,
)
_FORBIDDEN = re.compile(r"(im_|func_|tb_|f_|co_)|.*__|(encode|decode)\Z")
_SPECIAL = {
    "V1": {"__init__", "__del__", "__repr__", "__str__"},
    "V2": {"__init__", "__del__", "__repr__", "__str__", "__iter__"},
}
_REFUSED = {"import", "from", "lambda", "yield", "with", "exec", "global"}
_CLAUSES = {"if", "elif", "else", "for", "while", "try", "except", "finally"}
_BEGIN_LINES = _CLAUSES | {"def", "class"}
_BEGIN_STATEMENTS = {
    "print", "pass", "break", "continue", "return", "raise", "del", "assert",
}  # fmt: skip
_SIGNS = {"->", ":=", "@", "`"}
_PREFIXES = {"", "r", "b", "br"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def is_forbidden(name: str, dialect: Dialect) -> bool:
    """Whether a program may not use ``name``."""
    return _FORBIDDEN.match(name) is not None and name not in _SPECIAL[dialect.name]


class _Bracket:
    """An open bracket: what has been seen directly inside of it."""

    def __init__(self, sign: str, parameters: bool) -> None:
        self.sign = sign
        self.parameters = parameters  # of a function, or a tuple among them
        self.in_default = False
        self.words = 0
        self.has_for = False
        self.has_colon = False


def faults_of_words(text: str, dialect: Dialect) -> list[str]:
    """What an accepted text (characters 0-255) may not hold."""
    reading = _Reading(dialect)
    text = text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            return [*reading.faults, f"the character {text[at]!r}"]
        at = match.end()
        kind = match.lastgroup
        if match["string"] is not None:
            reading.string(match["prefix"].lower())
        elif kind == "line":
            reading.line()
        elif kind != "blank":
            assert kind is not None
            getattr(reading, kind)(match[0])
    if reading.open:
        reading.faults.append("an open bracket")
    return reading.faults


class _Reading:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.faults: list[str] = []
        self.open: list[_Bracket] = []
        self.last = "\n"  # the word before
        self.before = ""  # and the one before that
        self.first = ""  # the first word of the line

    def line(self) -> None:
        if not self.open:
            self.last, self.first = "\n", ""

    def string(self, prefix: str) -> None:
        if prefix not in _PREFIXES:
            self.faults.append(f"a string that begins with {prefix}")
        self.any_word("'")

    def number(self, word: str) -> None:
        self.any_word("0")

    def name(self, word: str) -> None:
        if word in _REFUSED or word == "print" and self.dialect is Dialect.V2:
            self.faults.append(f"the word {word}")
        elif word in _BEGIN_LINES:
            self.clause(word)
        elif word in _BEGIN_STATEMENTS:
            if self.open or self.last not in ("\n", ";", ":"):
                self.faults.append(f"{word} in an expression")
        elif word == "as":
            if self.first != "except" or self.open:
                self.faults.append("as")
        elif is_forbidden(word, self.dialect) and not self.is_parameter():
            self.faults.append(f"the name {word}")
        self.any_word(word)

    def is_parameter(self) -> bool:
        """Whether a name here is that of a parameter, which may be any."""
        inner = self.open[-1] if self.open else None
        return inner is not None and inner.parameters and not inner.in_default

    def clause(self, word: str) -> None:
        """``if`` and the like: at the beginning of a line, or in a comprehension."""
        inner = self.open[-1] if self.open else None
        if inner is None:
            if self.last != "\n":
                self.faults.append(f"{word} in an expression")
        elif word == "for" and inner.sign == "[":
            inner.has_for = True
        elif word != "if" or not inner.has_for:
            self.faults.append(f"{word} within {inner.sign}")

    def sign(self, word: str) -> None:
        inner = self.open[-1] if self.open else None
        if word in _SIGNS:
            self.faults.append(f"the sign {word}")
        elif word in _CLOSING:
            self.bracket(word)
            return
        elif inner is not None and word == _CLOSING[inner.sign]:
            if inner.sign == "{" and inner.words and not inner.has_colon:
                self.faults.append("a set")
            self.open.pop()
        elif word in _CLOSING.values():
            self.faults.append(f"{word} without a beginning")
        elif inner is not None:
            inner.has_colon |= word == ":"
            if word in "=,":
                inner.in_default = word == "="
        self.any_word(word)

    def bracket(self, word: str) -> None:
        begins = self.before == "def" or self.is_parameter()
        self.any_word(word)
        self.open.append(_Bracket(word, begins and word == "("))

    def any_word(self, word: str) -> None:
        if self.open:
            self.open[-1].words += 1
        self.first = self.first or word
        self.before, self.last = self.last, word
