"""What a program prints or logs (Repy V1 specification, 12.1; Repy V2, section 7)."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from repy_compat.limits.restrictions import Limits
from tests.api_run import api_run, run_program

REQUIRED = "resource cpu 1\nresource memory 1e9\nresource diskused 1e9\n"


def rules(text):
    """The call rules of these lines."""
    return Limits.from_text(REQUIRED + text, "test").rules


def printed(text, **limits):
    """What a V1 program printed in its first phase."""
    body = "".join(f"  {line}\n" for line in text.splitlines())
    run = run_program(f"if callfunc == 'initialize':\n{body}", Dialect.V1, **limits)
    assert run.errors == ""
    return run.output


def test_rules_are_asked_about_each_piece():
    """It promises what came before the denied piece, and nothing of it."""
    given = rules("call log.write arg 0 is secret deny\ncall log.write allow\n")
    text = (
        "try:\n  print 'a', 'secret', 'b'\nexcept Exception, e:\n"
        "  kept = str(e)\nprint kept.split(chr(10))[0]"
    )
    expected = "a Call 'log.write' with args ('secret',) not allowed\n"
    assert printed(text, rules=given) == expected


def test_a_program_that_may_not_print_can_go_on():
    """It promises an exception that can be caught."""
    given = rules("call open allow\ncall file.__init__ allow\ncall file.close allow\n")
    text = "try:\n  print 'x'\nexcept Exception:\n  open('reached', 'w').close()"
    assert printed(text, rules=given) == ""


def test_statements_come_out_whole_and_in_order():
    """It promises blanks between items, and a trailing comma's across statements."""
    text = "print 1, 'a', 2.5,\nprint None, [1]\nprint\nprint 'x\\n',\nprint 'y'"
    assert printed(text) == "1 a 2.5 None [1]\n\nx\ny\n"


def test_text_that_prints_itself_keeps_its_place():
    """It promises the order of Python 2: each item before the next one's text."""
    text = (
        "class Loud:\n  def __str__(self):\n    print 'inner'\n    return 'loud'\n"
        "print 'a', Loud(), 'b'"
    )
    assert printed(text) == "a inner\nloud b\n"


def test_output_without_a_rate_is_refused():
    """It promises the ledger's text, and no output."""
    text = "try:\n  print 'x'\nexcept Exception, e:\n  open(str(e)[:8], 'w').close()"
    assert printed(text, lograte=0) == ""


def test_nothing_is_written_after_the_end():
    """It promises so for every piece."""
    with api_run() as run:
        run.runtime.write("before")
        run.runtime.stop()
        try:
            run.runtime.write("after")
        except BaseException as ended:
            assert type(ended).__name__ == "RunEnded"
        assert run.output.text == "before"


def logged(text):
    """What a V2 program logged; it ends normally."""
    run = run_program(text)
    assert (run.how, run.errors) == ("normal", "")
    return run.output


LOUD = "class Loud:\n  def __str__(self):\n    log('inner')\n    return 'loud'\n"


@pytest.mark.parametrize(
    ("call", "output"),
    [
        ("log('a', Loud(), 'b')", "a innerloud b"),
        ("log('a', [1], Loud())", "a [1] innerloud"),
        ("log(Loud(), Loud())", "innerloud innerloud"),
        ("log('a', ValueError(Loud()))", "a innerloud"),
    ],
)
def test_an_item_that_logs_keeps_its_place(call, output):
    """It promises print's order: each item is out before the next one's text is made."""
    assert logged(LOUD + call) == output


def test_a_derived_string_ends_a_line_by_its_own_characters():
    """It promises Python 2's rule for the blank: any string, and never its __str__."""
    text = (
        "class Own(str):\n  def __str__(self): return 'shown\\n'\n"
        "class Plain(str): pass\n"
        "log(Plain('x\\n'), 'a', Own('y'), 'b', Own('\\n'), 'c')"
    )
    assert logged(text) == "x\na shown\n b shown\nc"


def test_a_refusal_from_the_text_of_an_item_can_be_caught():
    """It promises that the API's exceptions pass through log, and the item is lost."""
    text = (
        "class Asks:\n  def __str__(self): removefile('A')\n"
        "try:\n  log('a', Asks(), 'b')\nexcept RepyArgumentError:\n  log('caught')"
    )
    assert logged(text) == "a caught"


def test_an_internal_error_names_the_line_that_logged():
    """It promises the program's own calls in the report."""
    text = (
        "class Bad:\n  def __str__(self): return 3\n"
        "def show():\n  log('a', Bad())\nshow()\n"
    )
    run = run_program(text)
    assert (run.how, run.output) == ("internal", "a ")
    assert run.errors.endswith(
        'User traceback:\n  "program.r2py", line 5, in <module>\n'
        '  "program.r2py", line 4, in show\n\n'
        "Exception (with type 'exceptions.TypeError'): "
        "__str__ returned non-string (type int)\n---\n"
    )
