"""What a person is told when a text that no namespace was made of ends the run."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from tests.api_run import run_program

BAD = "x = 1\\nf_old = x\\n"
PLAIN = (
    "layer.r2py:2: the name 'f_old' is not allowed: names that begin with f_ "
    "(or im_ func_ tb_ co_) are reserved\n    f_old = x\n    ^\n"
)


def told(text, dialect=Dialect.V2):
    """The error output, which ends with the reference's report of the exception."""
    run = run_program(text, dialect)
    assert run.how == "exception"
    return run.errors


@pytest.mark.parametrize(
    "text",
    [
        f"createvirtualnamespace('{BAD}', 'layer.r2py')",
        f"try:\n  createvirtualnamespace('{BAD}', 'layer.r2py')\n"
        "except CodeUnsafeError, e:\n  raise Exception('no: ' + str(e))",
        f"try:\n  createvirtualnamespace('{BAD}', 'layer.r2py')\n"
        "except CodeUnsafeError, e:\n  raise Exception('no: ' + repr(repr(e)))",
        f"def f():\n  createvirtualnamespace('{BAD}', 'layer.r2py')\ncreatethread(f)",
    ],
)
def test_file_line_and_construct_come_first(text):
    """It promises so for the exception itself and for one that quotes it."""
    assert told(text).startswith(PLAIN + "---\nUncaught exception!\n---\n")


def test_in_v1_too():
    """It promises the same for VirtualNamespace."""
    text = f"VirtualNamespace('{BAD}', 'layer.r2py')"
    assert told(text, Dialect.V1).startswith(PLAIN + "---\nUncaught exception! ")


def test_a_syntax_error_shows_its_line():
    """It promises the line with a caret."""
    text = "createvirtualnamespace('a = 1\\nif a = 1:\\n  pass', 'layer.r2py')"
    first, shown = told(text).splitlines()[:2]
    assert first.startswith("layer.r2py:2: invalid syntax")
    assert shown == "    if a = 1:"


def test_nothing_is_said_of_another_exception():
    """It promises silence about a refusal that the program has dealt with."""
    text = (
        f"try:\n  createvirtualnamespace('{BAD}', 'layer.r2py')\n"
        "except CodeUnsafeError:\n  pass\nraise ValueError('other')"
    )
    assert told(text).startswith("---\nUncaught exception!\n---\n")
