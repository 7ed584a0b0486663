"""The front end against Python 2.7, against noise, and against itself."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repy_compat.language.compiler import check_program
from repy_compat.language.dialect import Dialect
from repy_compat.language.includes import preprocess, processfile
from repy_compat.language.tokens import PIECE
from tests.language_verdict import of_python27, ours
from tests.python27 import interpreter

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((ROOT / "seattlelib").rglob("*.r*py")) + sorted(
    (ROOT / "tests" / "programs" / "golden").rglob("*.repy")
)
SNIPPETS = [
    "True", "None", "async", "print", "exec", "lambda", "yield", "with", "as", "in",
    "for", "if", "else", "*", "**", "...", "`", "@", "<>", "->", ":=", ",", ":", ";",
    "(", ")", "[", "]", "{", "}", "=", "+=", "0777", "08", "1L", "'s'", "u's'", "b's'",
    "\n", "\n  ", "\n\t", "\\\n", "\xe9", "#c\n", "not", "is", "def", "class", "try:",
    "except", "finally:", "raise", "return", "del", "global", "import", "1e5", "0x",
    "'", '"', "'''", "~", "-", "!", "?", "x", "f(*a)", "f(**a,)", "print x,",
    "a if b else c", "[x for x in 1,2]", "def f(a,(b,c)): pass", "except A, b:",
]  # fmt: skip


def changed(random: Random) -> str:
    """A few lines of a real program with up to two pieces out of place."""
    text = random.choice(PROGRAMS).read_bytes().decode("latin-1")
    lines = text.split("\n")
    start = random.randrange(len(lines))
    chosen = lines[start : start + random.randint(1, 8)]
    margin = re.match(r"[ \t]*", chosen[0])
    assert margin is not None
    pieces = PIECE.findall("\n".join(line.removeprefix(margin[0]) for line in chosen))
    for _ in range(random.randint(0, 2)):
        at = random.randrange(len(pieces) + 1)
        new = random.choice([*SNIPPETS, *pieces]) + random.choice([" ", ""])
        pieces[at : at + random.randint(0, 1)] = [new]
    return "".join(pieces)


@pytest.mark.skipif(interpreter() is None, reason="no Python 2.7 on this machine")
@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=4, deadline=None)
def test_verdicts_equal_python27s(seed: int) -> None:
    """Accepted or refused, at the same line and with the same text."""
    random = Random(seed)
    sources = [changed(random) for _ in range(150)]
    differing = [
        (source, expected, found)
        for source, expected in zip(sources, of_python27(sources), strict=True)
        if (found := ours(source)) != expected
        and expected != "deep"
        # What Python 2 said of broken unicode literals isn't ours to say.
        and "unicode" not in expected
    ]
    assert differing == []


NOISE = st.lists(
    st.one_of(
        st.sampled_from([word.encode("latin-1") + b" " for word in SNIPPETS]),
        st.binary(max_size=6),
    ),
    max_size=20,
).map(b"".join)


@given(NOISE, st.sampled_from([Dialect.V1, Dialect.V2]))
@example(b"def f((", Dialect.V1)
@example(b"1L1L", Dialect.V1)
@example(b"'a'\\\nu'b'", Dialect.V2)
@settings(max_examples=400, deadline=None)
def test_noise_gives_complaints_and_never_a_traceback(
    noise: bytes, dialect: Dialect
) -> None:
    """Whatever the bytes, the answer is a list of complaints with places."""
    for complaint in check_program(noise, "p", dialect):
        assert complaint.line >= 1
        assert complaint.message
        assert complaint.column is None or complaint.column >= 0


LINES = st.lists(
    st.sampled_from(["x = 1", "", "  pass", "# remark", "'''", "y\r", "include  x"]),
    max_size=6,
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Files that include one another, in any shape, circles too."""
    names = [f"f{number}.repy" for number in range(draw(st.integers(1, 5)))]
    files = {}
    for name in names:
        lines = [line for line in draw(LINES) if not line.startswith("include")]
        for included in draw(st.lists(st.sampled_from(names), max_size=3)):
            at = draw(st.integers(0, len(lines)))
            remark = draw(st.sampled_from(["", "  ", " # why"]))
            lines.insert(at, f"include {included}{remark}")
        files[name] = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return files


@given(trees())
@settings(max_examples=60, deadline=None)
def test_preprocessing_is_idempotent_and_its_map_exact(files: dict[str, str]) -> None:
    """A refresh changes nothing but the empty line; each line knows its home."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_bytes(text.encode())
        main = str(Path(folder, "f0.repy"))
        once = "".join(processfile(main))
        output = Path(folder, "out.repy")
        output.write_bytes(once.encode("latin-1"))
        assert "".join(processfile(str(output))) == once + "\n"
        merged = preprocess(main)
        if merged.source_map is None:
            return
        for number, line in enumerate(merged.text.split("\n")[:-1], 1):
            file, at = merged.source_map.locate(number)
            home = files[Path(file).name].split("\n")
            found = home[at - 1] if at <= len(home) else ""
            if line.startswith(("#begin ", "#end ", "#already ")):
                assert found.startswith("include ")
            else:
                assert found == line
