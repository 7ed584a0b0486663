"""The tree of a program: Python 2's statements, names and literals."""

from __future__ import annotations

import ast
import sys

import pytest

from repy_compat.language import syntax
from repy_compat.language.lines import settle_lines
from repy_compat.language.parser import parse
from repy_compat.language.tokens import PRIVATE


def first(source: str) -> ast.AST:
    return parse(source).body[0]


def test_print_forms() -> None:
    """A print statement knows its destination, values and newline."""
    plain = first("print")
    assert isinstance(plain, syntax.Print)
    assert (plain.dest, plain.values, plain.newline) == (None, [], True)
    comma = first("print a, (b, c),")
    assert isinstance(comma, syntax.Print)
    assert len(comma.values) == 2 and not comma.newline
    directed = first("print >>out, a")
    assert isinstance(directed, syntax.Print)
    assert isinstance(directed.dest, ast.Name) and len(directed.values) == 1


def test_raise_and_except() -> None:
    """Raise has three parts; a handler's target is anything assignable."""
    raised = first("raise A, b, c")
    assert isinstance(raised, syntax.Raise)
    assert raised.trace is not None and raised.lineno == 1
    for form in ("except A, x.err: pass", "except A as x.err: pass"):
        tried = first("try: pass\n" + form)
        assert isinstance(tried, ast.Try)
        handler = tried.handlers[0]
        assert isinstance(handler, syntax.Handler)
        assert isinstance(handler.target, ast.Attribute)
        assert isinstance(handler.target.ctx, ast.Store)


def test_tuple_parameters() -> None:
    """A parameter in parentheses gets a private name and keeps its tuple."""
    function = first("def f(a, (b, (c, True)), (d)=1): pass")
    assert isinstance(function, syntax.FunctionDef)
    (made,) = function.tuple_parameters
    assert made.name.startswith(PRIVATE)
    names = [node.id for node in ast.walk(made.target) if isinstance(node, ast.Name)]
    assert sorted(names) == ["True", "b", "c"]
    assert [each.arg for each in function.args.args] == ["a", made.name, "d"]


def test_words_of_python3_are_names() -> None:
    """True, False, async, await and nonlocal are ordinary names; None isn't."""
    tree = parse("True = async(nonlocal=await.False)\nx.True = None")
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names == {"True", "async", "await", "x"}
    attributes = {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    assert attributes == {"False", "True"}
    assert any(
        isinstance(node, ast.Constant) and node.value is None for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("0777", 511),
        ("0xFFl", 255),
        ("10L", 10),
        ("'\\777\\q\\x41'", "\xff\\qA"),
        ("b'a' r'\\n'", "a\\n"),
        ("'\\u0041\\N{x}'", "\\u0041\\N{x}"),
        ('""b"y"', "y"),
    ],
)
def test_literals(literal: str, value: object) -> None:
    """Literals have Python 2's values."""
    node = first("x = " + literal)
    assert isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    assert node.value.value == value
    assert (node.value.kind == "L") == (literal[-1] in "lL")


def test_indentation() -> None:
    """A tab goes to the next multiple of eight, a form feed to zero."""
    tree = parse("if 1:\n\tx = 1\n        y = 2\n\x0cz = 3\n")
    assert len(tree.body) == 2
    assert len(parse("if 1:\n  \\\n     x = 1\n  y = 2\n").body) == 1


def test_line_ends() -> None:
    """Each of the three line ends counts as one line."""
    for end in ("\n", "\r\n", "\r"):
        tree = parse(f"a = 1{end}b = 2{end}c = 3")
        assert [statement.lineno for statement in tree.body] == [1, 2, 3]


def test_lines_of_expressions() -> None:
    """An expression over several lines has the largest line of its parts."""
    tree = settle_lines(parse("x = f(1,\n  g(2,\n    3),\n  '''a\nb''')\n"))
    calls = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls == [5, 3]
    compile(tree, "m", "exec")


def test_a_large_text_is_read_in_chunks_with_its_own_lines() -> None:
    """Statements behind a cut have the lines of the text, and `else` its `if`."""
    block = "if a:\n  b = True\nelse:\n  '''c\nd'''\ndef f((x, y)):\n  print x,\n"
    tree = parse(block * 1000)
    assert len(tree.body) == 2000
    for number, statement in enumerate(tree.body):
        assert statement.lineno == number // 2 * 7 + (1 if number % 2 == 0 else 6)
    assert tree.body[-2].body[0].value.id == "True"  # type: ignore[attr-defined]


@pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"), reason="a Python without the limit"
)
@pytest.mark.parametrize("digits", ["1" * 640, "1" * 641, "9" * 5001, "0" * 5000])
@pytest.mark.parametrize("suffix", ["", "L"])
def test_a_long_literal_leaves_the_interpreter_as_it_is(
    digits: str, suffix: str
) -> None:
    """Python's own limit of digits protects whoever reads strangers' programs."""
    before = sys.get_int_max_str_digits()
    assigned = first(f"x = {digits}{suffix} + name")
    assert sys.get_int_max_str_digits() == before
    assert isinstance(assigned, ast.Assign) and isinstance(assigned.value, ast.BinOp)
    number, name = assigned.value.left, assigned.value.right
    assert isinstance(number, ast.Constant)
    digit = int(digits[0])
    assert number.value == digit * ((10 ** len(digits) - 1) // 9)
    if not suffix:
        assert name.col_offset == len(f"x = {digits} + ")
