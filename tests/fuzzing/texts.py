"""Random texts: noise, changed pieces of real programs, and spoiled programs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
PIECES = [
    "x", "y", "f", "self", "True", "None", "async", "print", "exec", "lambda", "yield",
    "with", "as", "in", "for", "if", "else", "*", "**", "...", "`", "@", "<>", "->", ":=",
    ",", ":", ";", "(", ")", "[", "]", "{", "}", "=", "+=", "0777", "08", "1L", "0xFL",
    "1e5", "1j", "'s'", "u's'", "b''", "ur''", "r'\\'", "u'\\u01c010'", "'''a", "'''",
    "u'\\N{DIGIT ONE}'", "'\\x'", "not", "is", "def", "class", "try:", "except",
    "finally:", "raise", "return", "del", "global", "import", "nonlocal", "await", "match",
    "case", "type", "0x", "'", '"', "~", "-", "!", "?", "$", "\\", "f(*a)", "f(**a,)",
    "def f(a,(b,c)):", "except A, b:", "x.__class__", "f'{x}'", "x.f_back", "__x", "*a,",
]  # fmt: skip
BREAKS = ["\n", "\n ", "\n  ", "\n\t", "\\\n", "\r", "\r\n", "\f", "\0", "#\n", ";"]
MORE = [
    "\xe9", "#c\n", "print x,", "a if b else c", "[x for x in 1,2]", "1_0", "0b2", "0o8",
    "def f(a,(b,c)): pass", "elif", "while", "assert", "pass", "0_7", "1.5L", "1if", "or",
    "{x, y}", "{x: y for x in z}", "(x for x in y)", "yield x", "rb'a'", "!=", "//=",
    ">>f,", "None = 1", "x.None", "\xc2\xa0", "\x0b", "\x1a", "\x7f", "\u00ab", "@x\n",
    "include x\n", "def f(*, a):", "def f(a, /):", "def f(a: b):", "case x:", "type x = y",
    "raise x from y", "except* x:", "from __future__ import division\n", "0xg", "1e", "1__",
    "x.__init__", "def __iter__(self):", "x.encode(", "co_x", "(yield)", "del x.im_y",
]  # fmt: skip
_PIECE = re.compile(
    r"[A-Za-z_]\w*[ \t]*|[0-9][\w.]*[ \t]*|'[^'\n]*'|\"[^\"\n]*\"|\n[ \t]*|[\s\S][ \t]*"
)


def noise(random: Random) -> bytes:
    """Bytes and pieces of programs, thrown together."""
    parts = []
    for _ in range(random.randint(1, 14)):
        choice = random.random()
        if choice < 0.65:
            parts.append(random.choice(PIECES).encode())
        elif choice < 0.92:
            parts.append(random.choice(BREAKS).encode())
        else:
            parts.append(random.randbytes(random.randint(1, 4)))
        if random.random() < 0.5:
            parts.append(b" ")
    return b"".join(parts)


@cache
def _real_lines() -> list[list[str]]:
    """The lines of the libraries and of programs that tests run."""
    paths = sorted((ROOT / "seattlelib").rglob("*.r*py"))
    paths += sorted((ROOT / "tests" / "programs").rglob("*.r*py"))
    return [path.read_bytes().decode("latin-1").split("\n") for path in paths]


def changed(random: Random) -> bytes:
    """A few lines of a real program with some pieces out of place."""
    lines = random.choice(_real_lines())
    start = random.randrange(len(lines))
    chosen = lines[start : start + random.randint(1, 8)]
    margin = re.match(r"[ \t]*", chosen[0])
    assert margin is not None
    pieces = _PIECE.findall("\n".join(line.removeprefix(margin[0]) for line in chosen))
    for _ in range(random.randint(0, 3)):
        at = random.randrange(len(pieces) + 1)
        new = random.choice([random.choice(PIECES), random.choice(MORE), *pieces[:20]])
        pieces[at : at + random.randint(0, 1)] = [new + random.choice([" ", ""])]
    return "".join(pieces).encode("latin-1")


def spoiled(source: bytes, random: Random) -> bytes:
    """``source`` with other line ends, blanks, marks and remarks.

    What has to be refused stays so: nothing of it is hidden in a remark or a string.
    """
    ways = [
        lambda: source.replace(b"\n", b"\r\n"),
        lambda: source.replace(b"\n", b"\r"),
        lambda: b"\xef\xbb\xbf" + source,
        lambda: b"# -*- coding: " + random.choice(CODECS) + b" -*-\n" + source,
        lambda: b"#!/usr/bin/env python\n# vim: set fileencoding=utf-7 :\n" + source,
        lambda: re.sub(rb"(?m)^ +", lambda m: b"\t" * len(m[0]), source),
        lambda: re.sub(rb"(?m)^ {2}", b"\t" + b" " * 2, source),
        lambda: re.sub(rb"(?m)^", b"\f", source),
        lambda: re.sub(rb"(?m)^ ", b"\n  # remark\n ", source),
        lambda: source.rstrip(b"\n"),
        lambda: source + random.choice(ENDS),
        lambda: source.replace(b" ", b" \\\n", 1),
        lambda: source.replace(b"(", b"(\n\n  # remark\n", 2),
        lambda: source.replace(b", ", b",\n"),
        lambda: b"if x:\n" + re.sub(rb"(?m)^", b"        ", source),
        lambda: _indented(source, random.choice([15, 60, 95, 101])),
        lambda: source + source,
        lambda: b"include x.repy\n" + source,
        lambda: source.replace(b"\n", b"\0", 1),
    ]
    return random.choice(ways)()


def _indented(source: bytes, levels: int) -> bytes:
    """``source`` at the bottom of so many blocks."""
    heads = b"".join(b" " * level + b"if x:\n" for level in range(levels))
    return heads + re.sub(rb"(?m)^", b" " * levels, source)


def broken(source: bytes, random: Random) -> bytes:
    """``source`` cut off, or with a piece doubled, missing or of another kind."""
    at = random.randrange(len(source) + 1)
    to = min(len(source), at + random.randint(0, 5))
    ways = [
        lambda: source[:at],
        lambda: source[at:],
        lambda: source[:at] + source[to:],
        lambda: source[:at] + source[at:to] + source[at:],
        lambda: source[:at] + random.choice(PIECES).encode() + source[to:],
        lambda: source[:at] + random.choice(MORE).encode("latin-1") + source[at:],
        lambda: source.replace(b"\n", random.choice([b"\x0b", b"\x85", b"\f"]), 1),
    ]
    return random.choice(ways)()


CODECS = [b"utf-8", b"latin-1", b"utf-7", b"utf-16", b"rot13", b"nonsense", b"punycode"]
ENDS = [b"\\", b"\\\n", b"\f", b"#", b" ", b"\x1a", b"\0", b"\r", b"\n\n\n "]
