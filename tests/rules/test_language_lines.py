"""The lines of tracebacks are Python 2.7's."""

from __future__ import annotations

import traceback

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2.builtins import new_builtins


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(*a): return 1 / 0\nx = f(1,\n 2,\n 3)", [4, 1]),
        ("def f(*a): return 1\nx = f(1,\n 2 / 0,\n 3)", [3]),
        ("x = [1]\nx.remove(\n  7)", [3]),
        ("a = {}\nx = {1: 2,\n 3: a['q'],\n 4: 5}", [3]),
        ("x = '''a\nb\n''' % 5", [3]),
        ("a, b = (1,\n 2,\n 3)", [3]),
        ("assert (1 ==\n 2), 'x'", [2]),
        ("x = (undefined\n + 2)", [1]),
        ("while (1 +\n  1 / 0): pass", [2]),
        ("def f(a,\n  b=1 / 0): pass", [2]),
        ("if 1:\n            raise ValueError('a',\n 3)", [3]),
        ("if 1:\n            raise ValueError, (1,\n 3)", [3]),
        ("if 1:\n            raise ValueError('''a\nb''')", [3]),
        ("if 1:\n            raise ValueError('a'\n)", [2]),
    ],
)
def test_lines(source: str, lines: list[int]) -> None:
    """An error names the last line that Python 2.7 had reached (recorded there)."""
    program = compile_program(source, "m", Dialect.V1)
    builtins = new_builtins("V1", write=lambda text: None)
    with pytest.raises(Exception) as caught:
        exec(program.code, {"__builtins__": builtins})
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.lineno for frame in frames if frame.filename == "m"] == lines
