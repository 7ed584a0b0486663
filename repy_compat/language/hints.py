"""Guesses at what a person meant where the text stops being Python 2.

Every hint is one clause that follows the error's name: ``invalid syntax: write
'elif'``. They are made from what people did wrong in programs that were refused.
"""

from __future__ import annotations

import re

from .lexer import NAME, NEWLINE, STRING, Token

_PYTHON3_WORDS = frozenset(["async", "await", "nonlocal", "match"])
_CLOSING = {"(": ")", "[": "]", "{": "}", "`": "`"}
_BYTE_ORDER_MARK = "\xef\xbb\xbf"
_TYPOGRAPHIC = re.compile("\xe2\x80[\x98\x99\x9c\x9d]")


class Place:
    """Where a text stopped being Python 2.

    ``token`` doesn't fit; ``last`` is the one before it, or None; ``opened`` is
    the innermost open bracket, or None; ``word`` is the word that the statement
    began with, and ``wanted`` the one thing that could have come, or empty.
    """

    __slots__ = ("token", "last", "opened", "word", "wanted")

    def __init__(
        self,
        token: Token,
        last: Token | None,
        opened: Token | None,
        word: str,
        wanted: str,
    ) -> None:
        self.token = token
        self.last = last
        self.opened = opened
        self.word = word
        self.wanted = wanted


def for_place(place: Place) -> str:
    """A clause about a token that doesn't fit."""
    return (
        _of_tokens(place)
        or _of_statement(place)
        or _of_brackets(place)
        or _of_python3(place)
        or _plain(place)
    )


def _of_tokens(place: Place) -> str:
    text, last = place.token.text, place.last.text if place.last else ""
    if text == "&" and last == "&":
        return "write 'and' for '&&'"
    if text == "|" and last == "|":
        return "write 'or' for '||'"
    if text == "!":
        return "write 'not' for '!'"
    if text[:1] > "\x7f":
        return "characters outside ASCII may stand only in strings and comments"
    if text in ("++", "--") or (text in "+-" and text == last and text):
        return f"write 'x {text}= 1' for 'x{text}{text}'"
    if text == "if" and last == "else":
        return "write 'elif' for 'else if'"
    if last.lower() in ("f", "rf", "fr", "rb", "t") and place.token.type == STRING:
        return f"Python 2 has no {last}'...' strings"
    return ""


def _of_statement(place: Place) -> str:
    text, word = place.token.text, place.word
    if text == "=" and word in ("if", "elif", "while", "assert", "return"):
        return "write '==' to compare"
    if text == "," and word == "except":
        return "to catch several exceptions write 'except (A, B, C), name:'"
    if text == "from" and word == "raise":
        return "Python 2 has no 'raise ... from'"
    if text == "=" and word == "print":
        return "print is a statement in Python 2 and takes no keywords"
    if text == "print" or text == "exec":
        return f"{text} is a statement in Python 2 and can't be used as a name"
    if place.wanted == ":" and place.token.type == NEWLINE:
        return f"there is no ':' at the end of the '{word}' line"
    named = place.last is not None and place.last.type == NAME
    if word == "def" and text == ":" and place.opened and named:
        return "Python 2 has no annotations"
    if text == ">>" and place.token.column == 0:
        return "this looks like a copy of an interpreter session, not a program"
    return ""


def _of_brackets(place: Place) -> str:
    token, opened = place.token, place.opened
    if opened is None:
        if token.text in _CLOSING.values() and token.text != "`":
            return f"nothing was opened that this '{token.text}' could close"
        return ""
    if token.type == NEWLINE or token.line > opened.line:
        sign, line = opened.text, opened.line
        return f"the '{sign}' in line {line} isn't closed"
    if token.text in _CLOSING.values() and token.text != _CLOSING[opened.text]:
        sign, line = opened.text, opened.line
        return f"'{token.text}' doesn't close the '{sign}' in line {line}"
    return ""


def _of_python3(place: Place) -> str:
    last = place.last.text if place.last else ""
    if place.token.text in ("->", ":=", "@", "..."):
        return f"Python 2 has no '{place.token.text}' here"
    if place.last and place.last.type == NAME and last in _PYTHON3_WORDS:
        return f"Python 2 has no '{last}' statement"
    if place.token.text in ("*", "**"):
        return f"Python 2 takes no '{place.token.text}' here"
    return ""


def _plain(place: Place) -> str:
    token = place.token
    if token.type == NEWLINE:
        return "the line ends too early"
    return f"'{token.text}' doesn't fit here" if token.text else ""


def for_text(text: str) -> str:
    """A clause about a text that is no program at all, or nothing."""
    if text.startswith("{\\rtf"):
        return "this is a word processor's document (RTF); save it as plain text"
    if text.startswith(_BYTE_ORDER_MARK):
        return "the file begins with a byte order mark; save it without one"
    if text.startswith(("\xff\xfe", "\xfe\xff")) or "\0" in text[:4096]:
        return "this isn't a text file"
    if re.match(r"\s*(?:Python [23]\.\d+|>>> )", text):
        return "this looks like a copy of an interpreter session, not a program"
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.I):
        return "this is a web page, not a program"
    return ""


def for_line(line: str) -> str:
    """A clause about a line that shows what is wrong with it by itself."""
    if _TYPOGRAPHIC.search(line):
        return "write plain quotes ' and \" for typographic ones"
    if line.startswith(_BYTE_ORDER_MARK):
        return "the file begins with a byte order mark; save it without one"
    if re.match(
        r"(?:[ \t]+include[ \t]|include\t)[ \t]*[\w./-]+[ \t]*(?:#|\r?$)", line
    ):
        return "an include line begins in the first column, with one space behind it"
    return ""


def for_indentation(text: str) -> str:
    """A clause for an indentation error in a text that mixes tabs and blanks."""
    if re.search(r"^\t", text, re.M) and re.search(r"^ ", text, re.M):
        return "the file mixes tabs and spaces; a tab goes to the next multiple of 8"
    return ""
