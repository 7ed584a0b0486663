"""Where the exploring build may switch, and that the ordinary build doesn't know."""

from __future__ import annotations

import ast

import pytest

from repy_compat.language import switchpoints
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.language.parser import parse
from repy_compat.testing.record import place_of

V1 = Dialect.V1


def places(text: str) -> list[str]:
    """``kind words`` of each mark, in the order of its number; bases left out."""
    tree = switchpoints.mark(parse(text.encode()), V1)
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and str(node.value).count(":") >= 4:
            place = place_of(str(node.value))
            if place.kind != "b":
                found[place.number] = f"{place.kind} {place.words}"
    return [found[number] for number in sorted(found)]


def in_function(body: str) -> list[str]:
    lines = "\n".join("  " + line for line in body.splitlines())
    return places(f"def f(x, y):\n{lines}\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return x[y]", ["r x[y]"]),
        ("x[y] = 1", ["w x[y]"]),
        ("del x[0]", ["w x[0]"]),
        ("x['k'] += 1", ["r x['k']", "u x['k']"]),
        ("x.a = y.a", ["w x.a", "r y.a"]),
        ("x.a += 1", ["r x.a", "u x.a"]),
        ("x.append(1)", ["m x.append"]),
        ("return x.keys()", ["q x.keys"]),
        ("return y in x", ["q x"]),
        ("return len(x)", ["q x"]),
        ("for z in x: pass", ["q x"]),
        ("sleep(1)", ["c sleep"]),
        ("x.acquire()", ["c x.acquire"]),
        ("print x", ["o print"]),
        ("return x[1:2]", ["r x[...]"]),
        ("x['a']['b'] = 1", ["w x['a']['b']", "r x['a']"]),
    ],
)
def test_accesses_and_calls_are_marked(line: str, expected: list[str]) -> None:
    """Each access to what events can share has its mark."""
    assert in_function(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "a = []\na.append(x)\nreturn a[0]",
        "a = {}\na[x] = y\nfor k in a: y = a[k]\nreturn len(a)",
        "return x.a",
        "z = x + y\nreturn z",
        "return 'abc'.upper()",
    ],
)
def test_what_cannot_be_shared_is_not(line: str) -> None:
    """Private containers, attributes that nobody assigns, locals."""
    assert in_function(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "a = []\nmycontext['a'] = a\na.append(x)",
        "a = [x]\ny.append(a)\na.append(x)",
        "a = []\ndef g(): return a\na.append(x)",
        "a = x\na.append(y)",
    ],
)
def test_a_container_that_is_given_away_is_marked(line: str) -> None:
    """Once somebody else may know it, a container counts as shared."""
    assert "m a.append" in in_function(line)


def test_a_store_knows_the_loads_it_rests_upon() -> None:
    """In one statement, and through a local name."""
    text = "def f(x):\n  x['k'] = x['k'] + 1\n  v = x['n']\n  v = v + 1\n  x['n'] = v\n"
    tree = switchpoints.mark(parse(text.encode()), V1)
    stores = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and str(node.value)[:1].isdigit():
            place = place_of(str(node.value)) if ":" in str(node.value) else None
            if place is not None and place.kind == "w":
                stores[place.words] = place.pairs
    assert stores == {"x['k']": (2,), "x['n']": (3,)}


def test_module_names_are_marked_where_they_can_change() -> None:
    """Bound before anything could start: quiet. Bound later or twice: shared."""
    text = (
        "lock = getlock()\n"
        "def f():\n  return lock, late\n"
        "settimer(0.0, f, ())\n"
        "late = 1\n"
    )
    assert places(text) == ["c getlock", "n late", "c settimer", "s late"]


def test_finally_and_loops_are_marked() -> None:
    """So that no line of a finally block runs after the end, and no loop for ever."""
    text = "def f():\n  while True:\n    try:\n      pass\n    finally:\n      pass\n"
    tree = switchpoints.mark(parse(text.encode()), V1)
    names = [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert sorted(names) == ["ǀhere", "ǀround"]


def test_the_ordinary_build_has_no_marks() -> None:
    """Its code names no helper of this, and is the same every time."""
    text = "def f(x):\n  x['k'] += 1\n  sleep(1)\n  while x: x.pop()\n"
    plain = compile_program(text, "p.repy", V1)
    again = compile_program(text, "p.repy", V1)
    marked = compile_program(text, "p.repy", V1, exploring=True)

    def names(code) -> set[str]:  # type: ignore[no-untyped-def]
        found = set(code.co_names)
        for constant in code.co_consts:
            if hasattr(constant, "co_names"):
                found |= names(constant)
        return found

    helpers = set(switchpoints.HELPERS)
    assert not names(plain.code) & helpers
    assert plain.code == again.code
    assert {"ǀkey", "ǀvalue", "ǀround", "ǀat"} <= names(marked.code)


def test_deep_nesting_is_no_problem() -> None:
    """Marks are added without recursion."""
    text = "def f(x):\n  return " + " + ".join(["x[0]"] * 800) + "\n"
    assert len(places(text)) == 800
