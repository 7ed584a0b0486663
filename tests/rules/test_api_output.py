"""What a program prints (Repy V1 specification, section 12.1)."""

from __future__ import annotations

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
