"""Deep and large programs: all that the reference took, and a clean no beyond."""

from __future__ import annotations

import gc
import sys

import pytest

from repy_compat.language.compiler import check_program
from repy_compat.language.dialect import Dialect

TAKEN = {
    "parentheses": "x = " + "(" * 90 + "1" + ")" * 90,
    "lists": "x = " + "[" * 90 + "]" * 90,
    "operators": "x = " + "+".join(["a"] * 5000),
    "attributes": "x = a" + ".b" * 1000,
    "calls": "x = a" + "()" * 1000,
    "signs": "x = " + "-" * 900 + "1",
    "elif": "if a: pass\n" + "elif a: pass\n" * 3500,
    "blocks": "\n".join(" " * i + "if 1:" for i in range(99)) + "\n" + " " * 99 + "x",
    "strings": "x = " + '"a" ' * 2000,
}
REFUSED = {
    "parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "open": "[{(" * 20000,
    "backquotes": "`" * 3000,
    "lambdas": "lambda: " * 20000 + "1",
    "powers": "x = " + "1 ** " * 100000 + "1",
    "tuples": "def f(" + "(" * 5000 + "a" + ",)" * 5000 + "): pass",
}


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_deep_programs_are_taken(name: str) -> None:
    """What the reference's recursion limits let through passes the check."""
    assert check_program(TAKEN[name], "p", Dialect.V1) == []


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_endless_nesting_is_refused_cleanly(name: str) -> None:
    """One complaint; neither a traceback nor a crash, and nothing left changed."""
    limit = sys.getrecursionlimit()
    (complaint,) = check_program(REFUSED[name], "p", Dialect.V1)
    assert "nested too deeply" in complaint.message
    assert sys.getrecursionlimit() == limit
    assert gc.isenabled()


@pytest.mark.parametrize(
    "source",
    [
        "x = '''" + "abc\n" * 50_000,
        "x = (" + "u'a'\n" * 3000 + ")",
        "def f(a, (b, c)): pass\n" * 3000,
        "x = 1 + \\\n" * 20_000,
        "'" * 50_001,
        "x = [a for b in c for d in e, f]\n" * 2000,
        "f(*a" + ", b=1" * 240 + ",)",
        "lambda " * 20_000,
        "def " * 20_000,
        "(" + "for " * 20_000,
        ":print" * 20_000,
    ],
)
def test_large_programs_take_linear_time(source: str) -> None:
    """No form of text makes the front end slow beyond its size."""
    check_program(source, "p", Dialect.V1)
