"""What the host calculates while it compiles takes little room (threat class T11).

Memory counts from the first statement on, and nothing bounds a check: so a text can't
be worth thousands of times its own size before it runs.
"""

from __future__ import annotations

import tracemalloc
from types import CodeType

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from tests.programs27 import run

SUMS = {
    "strings": "x = " + "'a' * 4000 + " * 120 + "'b'",
    "literals": "x = '" + "a" * 8000 + "'" + " + 'a'" * 400,
    "tuples": "x = " + "(1, 2) + " * 800 + "(3,)",
    "numbers": "x = " + "9" * 9000 + " + 1" * 300,
    "bits": "x = " + "9" * 9000 + " ^ 1" * 300,
    "signs": "x = " + "-~" * 150 + "9" * 9000,
    "products": "x = [" + ", ".join(f"'{n:04x}' * 1000" for n in range(200)) + "]",
    "tuple products": "x = [" + ", ".join(f"({n},) * 255" for n in range(200)) + "]",
    "in the middle": "x = [" + "'a' * 99 * 40 + f, " * 300 + "1]",
}


@pytest.mark.parametrize("name", SUMS)
def test_folding_takes_little_memory(name: str) -> None:
    """At its peak, compiling takes no more than a text of that length may."""
    text = SUMS[name] + "\n"
    compile_program("x = 1 + f\n", "p.repy", Dialect.V1)  # loads what compiling needs
    tracemalloc.start()
    try:
        compile_program(text, "p.repy", Dialect.V1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 500_000 + 500 * len(text)


@pytest.mark.parametrize("name", SUMS)
def test_no_constant_is_large(name: str) -> None:
    """No constant of the code is larger than its literals and what may be folded."""
    code = compile_program(SUMS[name] + "\n", "p.repy", Dialect.V1).code
    sizes = [_size(constant) for constant in code.co_consts]
    assert max(sizes) <= 9000
    assert sum(sizes) < 3 * len(SUMS[name])


def _size(constant: object) -> int:
    if isinstance(constant, CodeType):
        return 0
    if isinstance(constant, tuple):
        return sum(8 + _size(item) for item in constant)
    if isinstance(constant, int):
        return constant.bit_length() // 8
    return len(constant) if isinstance(constant, str) else 0


def test_small_results_are_still_folded() -> None:
    """A ruler of dashes is a constant of the code."""
    code = compile_program("x = '-' * 70 + '+'\n", "p.repy", Dialect.V1).code
    assert "-" * 70 + "+" in code.co_consts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'ab' * 3000 == ('a' + 'b') * 3000", "True"),
        ("len('a' * 300 + 'b' * 300 + 'c')", "601"),
        ("len((1, 2) * 100 + (3,)), ((1, 2) * 100 + (3,))[-1]", "(201, 3)"),
        ("len('%s' % ('a' * 500))", "500"),
        ("len(500 * 'a'), len('a' * -500), 3 * 'a' * 2", "(500, 0, 'aaaaaa')"),
        ("-~-~" + "9" * 700 + " == " + "9" * 699 + "8" + " + 3", "True"),
        ("('a' * 4000).count('a'), 'a' * 4000 < 'b' * 4000", "(4000, True)"),
        ("[len('a' * n + 'b' * 400) for n in 1, 2]", "[401, 402]"),
        ("'a' * 300 % ()", "'" + "a" * 300 + "'"),
    ],
)
def test_the_value_is_the_same(text: str, expected: str) -> None:
    """What isn't folded is calculated when it runs."""
    assert run(f"print repr(({text}))\n") == expected + "\n"
