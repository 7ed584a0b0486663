"""Python 2's lexical rules: pieces of a text, and what literals mean.

A text is cut into *pieces* by one regular expression that knows Python 2's
tokens and nothing else: a piece is a token with the blanks behind it, or a line
end with the blank and comment lines behind it and the next indentation.
"""

from __future__ import annotations

import re

PRIVATE = "\u01c0"
"""The first letter of every name that belongs to the implementation."""

_BLANKS = r"[ \t\f]*"
_STRING_PREFIX = r"(?:[uU]|[bB])?[rR]?"
_NEWLINE = r"(?:\#[^\n]*)?\n(?:[ \t\f]*(?:\#[^\n]*)?\n)*[ \t\f]*"
_NUMBER = (
    r"(?:0[xX][0-9a-fA-F]+[lL]?|0[oO][0-7]+[lL]?|0[bB][01]+[lL]?"
    r"|(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[jJ]?"
    r"|[0-9]+[eE][+-]?[0-9]+[jJ]?|[0-9]+[jJ]|[0-9]+[lL]?)"
)
_STRING = (
    rf"{_STRING_PREFIX}(?:"
    r"'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"
    r'|"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'
    r"|(?!'''|\"\"\")(?:"
    r"'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'"
    r'|"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"'
    r"))"
)
_OPERATOR = (
    r"(?:\*\*=?|//=?|<<=?|>>=?|<>|->|:=|\.\.\.|[-+*/%&|^=<>!]=|[-+*/%&|^=<>~,:;.@`])"
)

PIECE = re.compile(
    rf"{_NEWLINE}"
    rf"|(?:{_STRING}|[A-Za-z_][A-Za-z0-9_]*|{_NUMBER}|[()\[\]{{}}]|{_OPERATOR}){_BLANKS}"
    rf"|\\\n{_BLANKS}|[\s\S]{_BLANKS}"
)

_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{0,2})|([\s\S]))")
_KEPT_ESCAPES = frozenset("\\'\"abfnrtv\n")


def normalize(source: bytes | str) -> str:
    """A program's text with every line end as a newline, and one at the end.

    Bytes become the characters 0-255 of the same values (Repy V1
    specification, section 5.1).
    """
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.endswith("\n") or not text else text + "\n"


def rewrite_literal(word: str, prefix: str) -> str:
    """A string literal with the escapes that only Python 2's value needs.

    Octal escapes are taken modulo 256; what is no escape in a byte string gets
    its backslash doubled. The prefix becomes ``u`` or nothing. (Language
    catalogue: a bad ``\\x`` gives a placeholder, see :func:`has_bad_escape`.)
    """
    lowered = prefix.lower()
    body = word[len(prefix) :] if word[0] in "uUbBrR" else word
    if "u" not in lowered:
        return _ESCAPE.sub(_byte_escape, body)
    if "r" not in lowered:
        return "u" + _ESCAPE.sub(_unicode_escape, body)
    return "u" + _ESCAPE.sub(_raw_escape, body)


def has_bad_escape(word: str) -> bool:
    r"""Whether a literal (not a raw one) has a ``\x`` without two hex digits."""
    return any(m[2] is not None and len(m[2]) < 2 for m in _ESCAPE.finditer(word))


def _byte_escape(match: re.Match[str]) -> str:
    octal, hexadecimal, other = match.groups()
    if octal is not None:
        return f"\\x{int(octal, 8) & 255:02x}"
    if hexadecimal is not None:
        return match[0] if len(hexadecimal) == 2 else "?"
    return match[0] if other in _KEPT_ESCAPES else "\\" + match[0]


def _unicode_escape(match: re.Match[str]) -> str:
    return match[0] if match[3] in ("u", "U", "N") else _byte_escape(match)


def _raw_escape(match: re.Match[str]) -> str:
    return match[0] if match[3] in ("u", "\\") else "\\" + match[0]
