"""What is a program, what is refused, and with which text: as Python 2.7 has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repy_compat.language.dialect import Dialect
from tests.language_verdict import ours

VECTORS = Path(__file__).parents[1] / "vectors" / "language_verdicts.json"


def test_recorded_verdicts() -> None:
    """Every recorded text gets the verdict, text and line that Python 2.7 gave."""
    recorded = json.loads(VECTORS.read_text())
    assert len(recorded) > 800
    differing = [
        (source, expected, ours(source))
        for source, expected in recorded
        if ours(source) != expected
    ]
    assert differing == []


NODE = "<class 'exception_hierarchy.CheckNodeException'> "
STRING = "<class 'exception_hierarchy.CheckStrException'> "
NO_LINE = (
    "(\"<type 'exceptions.TypeError'> unsupported operand type(s) for -: "
    "'NoneType' and 'int'\",)"
)


@pytest.mark.parametrize(
    ("source", "inner"),
    [
        ("\nimport os", NODE + "(\"Unsafe call 'Import' in line 2\",)"),
        ("print 'x'", NODE + "(\"Unsafe call 'Printnl' in line 1\",)"),
        ("print 'x',", NODE + "(\"Unsafe call 'Print' in line 1\",)"),
        (
            "f_a = 1",
            STRING + "(\"Unsafe string 'f_a' in line 1, node attribute 'name'\",)",
        ),
        (
            "def f(): u'd'",
            STRING + "(\"Unsafe string 'd' in line 1, node attribute 'doc'\",)",
        ),
    ],
)
def test_v2_texts(source: str, inner: str) -> None:
    """V2 shows its own texts (Repy V2 specification, section 3.5)."""
    shown = inner.replace("'", "\\'")
    assert ours(source, Dialect.V2) == f"('{shown}',)"


@pytest.mark.parametrize(
    "source", ["x = `1`", "@x\ndef f(): pass", "u'module'", "u'\\u01c0'"]
)
def test_v2_findings_without_a_line(source: str) -> None:
    """Where the reference had no line, V2 shows the error that it made of that."""
    assert ours(source, Dialect.V2) == NO_LINE


@pytest.mark.parametrize("name", ["__iter__", "__init__", "__str__"])
def test_v2_allows_iter(name: str) -> None:
    """V2 lets a class define ``__iter__``, V1 doesn't."""
    source = f"class A:\n  def {name}(self): pass"
    assert ours(source, Dialect.V2) == "ok"
    assert (ours(source, Dialect.V1) == "ok") == (name != "__iter__")


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("if 0: return 1", "ok"),
        ("if 1: pass\nelse: break", "ok"),
        ("while 0: return", "ok"),
        ("if x: return 1", "late: 'return' outside function (m, line 1)"),
    ],
)
def test_dead_branches(source: str, verdict: str) -> None:
    """Python 2 never compiled a branch that a constant rules out."""
    assert ours(source) == verdict


@pytest.mark.parametrize("form", ["...", ". . ."])
def test_an_ellipsis_stands_in_subscripts_only(form: str) -> None:
    """Python 3 takes it anywhere."""
    assert ours(f"x[1, {form}] = 2") == "ok"
    for source in (f"x = {form}", f"x = 1, {form}, 2", f"for s in 1, {form}: pass"):
        assert "invalid syntax (line 1)" in ours(source)


def test_nul_bytes() -> None:
    """A NUL byte anywhere is refused."""
    expected = "suite() argument 1 must be string without null bytes, not str"
    assert ours("x = 'a\0b'") == f"(\"<type 'exceptions.TypeError'> {expected}\",)"


@pytest.mark.parametrize(
    ("plain", "named", "end", "expected"),
    [
        (255, 0, "", "ok"),
        (256, 0, "", "late: more than 255 arguments (m, line 1)"),
        (254, 1, "", "ok"),
        (255, 1, "", "late: more than 255 arguments (m, line 1)"),
        (0, 256, "", "late: more than 255 arguments (m, line 1)"),
        (255, 0, ", *a", "ok"),
        (256, 0, ", *a", "late: more than 255 arguments (m, line 1)"),
    ],
)
def test_many_arguments(plain: int, named: int, end: str, expected: str) -> None:
    """Of any kind but the stars, 255 at most (language catalogue, L068)."""
    given = ["1"] * plain + [f"k{number}=1" for number in range(named)]
    assert ours(f"f({', '.join(given)}{end})") == expected
