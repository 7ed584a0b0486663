"""No operation that a program can spell leads to an object of the host's."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import classes
from repy_compat.python2.builtins import new_builtins
from tests.prober import Prober

STEPS = 1500


@pytest.mark.parametrize("dialect_name", ["V1", "V2"])
@pytest.mark.parametrize("seed", [1])
def test_operations_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect_name: str, seed: int
) -> None:
    """Whatever is done with whatever: values, functions, handles, closed classes."""
    monkeypatch.chdir(tmp_path)
    prober = Prober(str(tmp_path), dialect_name, seed)
    for _ in range(STEPS):
        prober.step()
    assert prober.found == {}


def run(text: str) -> object:
    namespace: dict[str, object] = {}
    namespace["__builtins__"] = new_builtins("V1", write=lambda text: None)
    exec(compile_program(text + "\n", "p.repy", Dialect.V1).code, namespace)
    return namespace["result"]


def error_of(text: str) -> str:
    """What a statement's TypeError says to the program."""
    lines = text.replace("\n", "\n  ")
    return str(run(f"try:\n  {lines}\nexcept TypeError, e:\n  result = str(e)"))


@pytest.mark.parametrize(
    ("value", "use"), [("A.m", "str(x)"), ("xrange(3)", "x[2]"), ("type(5)", "x(5)")]
)
def test_what_is_made_cannot_be_made_again(value: str, use: str) -> None:
    """No object of ours has an ``__init__`` that would set what it stands for."""
    text = f"class A:\n  def m(self): pass\nx = {value}\n"
    again = "try: x.__init__('a', A)\nexcept TypeError: pass\n"
    assert run(f"{text}{again}result = {use}") == run(f"{text}result = {use}")


@pytest.mark.parametrize("base", ["dict", "list", "set", "tuple", "frozenset"])
def test_a_class_has_no_items(base: str) -> None:
    """The host would make an alias that leads to its own classes."""
    text = f"class C({base}): pass\n"
    assert error_of(f"{text}C['x']") == "'type' object has no attribute '__getitem__'"
    assert error_of(f"{text}list(C)") == "'type' object is not iterable"


@pytest.mark.parametrize("text", ["ValueError | IOError", "ValueError | None"])
def test_classes_are_not_joined(text: str) -> None:
    """The host would make a type of two."""
    assert error_of(text).startswith("unsupported operand type(s) for |: 'type'")


def test_a_function_of_ours_in_a_class_is_read_as_it_is() -> None:
    """What keeps it from binding isn't shown."""
    text = "class C(object): pass\nC.__init__ = unichr\nresult = C.__init__ == unichr"
    assert run(text) is True


@pytest.mark.parametrize("base", ["dict", "set", "Exception"])
def test_inherited_texts_are_python_2s(base: str) -> None:
    """A method of a built-in type doesn't show the host's text of another value."""
    text = f"class C({base}): pass\nclass O: pass\nx = C.__str__\n"
    shown = run(f"{text}try:\n  result = x(O)\nexcept TypeError, e:\n  result = str(e)")
    assert isinstance(shown, str) and shown.isascii()


def test_texts_of_handles_are_python_2s(tmp_path: Path) -> None:
    """The class of a handle inherits what ``object`` says of anything."""
    prober = Prober(str(tmp_path), "V1", 1)
    assert prober.run("result = type(getlock()).__str__(max)")["result"].isascii()


@pytest.mark.parametrize("called", ["O", "f"])
def test_no_private_letter_in_a_text(called: str) -> None:
    """A complaint about what stands behind a star."""
    text = f"class O: pass\ndef f(): pass\n{called}(*5)"
    assert error_of(text).isascii()


@pytest.mark.parametrize(
    "use", ["S('a').format(1)", "S('a') % ()", "'%c' % S('a')", "T('{0}').format(1)"]
)
def test_no_object_of_a_program_is_remembered(use: str) -> None:
    """What the runtime remembers of texts outlives a run, and finalisers run code."""
    run(
        "class T(str):\n  def m(self): pass\n"
        f"class S(str):\n  def __str__(self): return T('b {{0}}')\nresult = {use}"
    )
    gc.collect()
    assert not [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, classes.ProgramClass) and thing.__name__ in ("S", "T")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("S('z').format(1)", "z"), ("S('z%s') % 1", "z1"), ("'%c' % S('z')", "z")],
)
def test_a_template_is_taken_by_its_value(text: str, expected: str) -> None:
    """A subclass's own text plays no part."""
    made = f"class S(str):\n  def __str__(self): return 'no'\nresult = {text}"
    assert run(made) == expected
