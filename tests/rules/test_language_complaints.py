"""What people read about a program that is refused."""

from __future__ import annotations

import pytest

from repy_compat.errors import ProgramRejected
from repy_compat.language.compiler import check_program, compile_program
from repy_compat.language.complaints import excerpt
from repy_compat.language.dialect import Dialect
from repy_compat.language.includes import SourceMap


def messages(source: str, dialect: Dialect = Dialect.V2) -> list[str]:
    return [str(each) for each in check_program(source, "p.r2py", dialect)]


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("x = 1\nf_base = 2", "p.r2py:2: the name 'f_base' is not allowed"),
        ("f_base = 2", "names that begin with f_"),
        ("x.__class__", "names with two underscores are reserved"),
        ("x.encode('a')", "encode and decode are reserved"),
        ("print 'a'", "use log(...)"),
        ("import threading", "('threading'): use createthread and createlock"),
        ("from os import path", "('os'): use openfile, listfiles and removefile"),
        ("x = lambda: 1", "define a function with def"),
        ("x = a if b else c", "'x if condition else y' is not available"),
        ("@d\ndef f(): pass", "decorators are not available"),
        ("with a: pass", "try and finally"),
        ("if x\n  y", "there is no ':' at the end of the 'if' line"),
        ("if x = 1: pass", "write '==' to compare"),
        ("if a && b: pass", "write 'and' for '&&'"),
        ("if a: pass\nelse if b: pass", "write 'elif' for 'else if'"),
        ("x = f'{a}'", "Python 2 has no f'...' strings"),
        ("x = (1,\n  2\ny = 3", "the '(' in line 1 isn't closed"),
        ("x = (1]", "']' doesn't close the '(' in line 1"),
        ("try: pass\nexcept A, B, C: pass", "except (A, B, C), name:"),
        ("if 1:\n\tx = 1\n    y = 2", "mixes tabs and spaces"),
        ("{\\rtf1\\ansi hello}", "word processor"),
        ("Python 2.7.18 (default)\n>>> x", "interpreter session"),
        ("\xef\xbb\xbfx = 1", "byte order mark"),
        ("x = 1\n\xef\xbb\xbfy = 1", "byte order mark"),
        ("if a:\n  include b.repy # c", "an include line begins in the first column"),
        ("include\tb.repy", "an include line begins in the first column"),
        ("def f(a: b): pass", "Python 2 has no annotations"),
        ("def f(:\n  pass", "':' doesn't fit here"),
        ("x = \xe2\x80\x98a\xe2\x80\x99", "plain quotes"),
        ("x = '''a\nb", "it begins in line 1"),
        ("(" * 300, "nested too deeply"),
    ],
)
def test_sentences(source: str, part: str) -> None:
    """A mistake is named as the person wrote it, with what to write instead."""
    (message,) = messages(source)
    assert part in message
    assert message.startswith("p.r2py:")
    assert "\n" not in message


def test_all_complaints() -> None:
    """Everything that is refused is told, in the order of the text."""
    found = check_program("import a\nx = lambda: f_b\n__c()\n", "p", Dialect.V1)
    assert [each.line for each in found] == [1, 2, 2, 3]


def test_columns() -> None:
    """Columns are those of the person's text, also behind rewritten forms."""
    source = "print 0777, `a`, f_x; raise A, tb_y\n"
    found = check_program(source, "p", Dialect.V1)
    words = [source[each.column or 0 :][:4] for each in found]
    assert words == ["`a`,", "f_x;", "tb_y"]


def test_excerpt() -> None:
    """A line of the text with a caret under the place."""
    assert excerpt("a\n\tb c", 2, 3) == "    \tb c\n    \t  ^"
    assert excerpt("a", 7, 0) == ""


def test_places_in_included_files() -> None:
    """Lines are those of the file that the person wrote."""
    where = SourceMap()
    where.add(1, "main.repy", 1)
    where.add(3, "lib.repy", 10)
    source = "x = 1\ny = 2\nz = 3\nimport os\n"
    with pytest.raises(ProgramRejected) as caught:
        compile_program(source, "main.repy", Dialect.V1, source_map=where)
    assert str(caught.value).startswith("lib.repy:11: import is not available")
    assert "(11, 'Import')" in caught.value.reference_text


def test_late_errors_are_told_apart() -> None:
    """What only Python 2's compiler refuses is marked as late."""
    with pytest.raises(ProgramRejected) as caught:
        compile_program("x = 1\nreturn 2\n", "p.repy", Dialect.V1)
    assert caught.value.late
    assert caught.value.reference_text == "'return' outside function (p.repy, line 2)"


def test_characters_that_are_no_bytes() -> None:
    """A text handed over as a string holds one character for each byte."""
    assert messages("x = 1\ny = '\u017e'\n") == [
        "p.r2py:2: a character beyond a byte's 255 values: hand the text over as bytes"
    ]
