"""What is compiled before the walls close: guesses that change nothing but the time."""

from __future__ import annotations

import os

import pytest

from repy_compat import foreseen
from repy_compat.errors import ProgramRejected
from repy_compat.foreseen import foresee
from repy_compat.language import compiler
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run

LOADER = "def load(name):\n  return createvirtualnamespace(openfile(name, False), '')\n"


@pytest.fixture
def v2():
    """A V2 run whose vessel has some programs."""
    with api_run(Dialect.V2) as run:
        put(run, "layer.r2py", "x = 'inner.r2py'\n")
        put(run, "inner.r2py", "y = 2\n")
        put(run, "tools.r2py", "z = 3\n")
        yield run


def put(run, name, text):
    """Write a file of the vessel, past the API."""
    with open(os.path.join(run.folder, name), "w", encoding="latin-1") as file:
        file.write(text)


def look_ahead(run, text, *args):
    """Foresee for a program with this text, and the names of what was compiled."""
    program = compile_program(text, "main.r2py", Dialect.V2)
    foresee(program, args, run.runtime.world.files, run.runtime, None)
    return sorted(name for _text, name in run.runtime._programs)


@pytest.mark.parametrize(
    ("text", "args", "found"),
    [
        (LOADER, ["layer.r2py", "7"], ["inner.r2py", "layer.r2py"]),
        (LOADER + "load('tools.r2py')", [], ["tools.r2py"]),
        (LOADER + "def f():\n  load('tools')", [], ["tools.r2py"]),
        (LOADER, ["nothing.r2py", "../layer.r2py", "a" * 200 + ".r2py", ".r2py"], []),
        ("load('tools.r2py')", ["layer.r2py"], []),
    ],
)
def test_what_the_arguments_and_texts_name(v2, text, args, found):
    """It promises so only for a program that can make namespaces."""
    assert look_ahead(v2, text, *args) == found


def test_what_came_true_is_not_compiled_again(v2, monkeypatch):
    """It promises the program, and for a changed text a new one."""
    look_ahead(v2, LOADER, "layer.r2py")
    made = v2.runtime.compile("y = 2\n", "inner.r2py")
    monkeypatch.setattr(compiler, "compile_program", None)
    assert v2.runtime.compile("y = 2\n", "inner.r2py") is made
    monkeypatch.undo()
    assert v2.runtime.compile("y = 3\n", "inner.r2py") is not made


def test_a_foreseen_refusal_is_told_in_the_same_words(v2):
    """It promises complaints and the reference's text, each time anew."""
    put(v2, "bad.r2py", "x = 1\nimport os\n")
    with pytest.raises(ProgramRejected) as plain:
        compile_program("x = 1\nimport os\n", "bad.r2py", Dialect.V2)
    assert look_ahead(v2, LOADER, "bad.r2py") == ["bad.r2py"]
    for _time in range(2):
        with pytest.raises(ProgramRejected) as caught:
            v2.runtime.compile("x = 1\nimport os\n", "bad.r2py")
        assert caught.value.complaints == plain.value.complaints
        assert caught.value.reference_text == plain.value.reference_text


def test_links_and_long_texts_stay_out(v2, tmp_path, monkeypatch):
    """It promises that only what a program could read is read, and not without end."""
    monkeypatch.setattr(foreseen, "_LONGEST_TEXT", 50)
    monkeypatch.setattr(foreseen, "_LONGEST_TOGETHER", 80)
    (tmp_path / "secret.r2py").write_text("secret = 1\n")
    os.symlink(tmp_path / "secret.r2py", os.path.join(v2.folder, "link.r2py"))
    os.mkdir(os.path.join(v2.folder, "folder.r2py"))
    put(v2, "long.r2py", "#" * 51)
    put(v2, "first.r2py", "#" * 50)
    put(v2, "second.r2py", "#" * 50)
    names = ("link", "folder", "long", "first", "second")
    found = look_ahead(v2, LOADER, *[f"{name}.r2py" for name in names])
    assert found == ["first.r2py"]
