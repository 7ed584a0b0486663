"""``repy port``: each rule on a Python 2 text, its output compared with Python 2.7's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from repy_compat.errors import UsageError
from repy_compat.porting.port.passes import port
from tests.python27 import interpreter

_FILE = Path(__file__).parents[1] / "programs" / "porting" / "snippets.txt"


def _snippets() -> list[tuple[int, set[str], str]]:
    """Number, rules that must ask, and text of each snippet."""
    found = []
    text = _FILE.read_text("utf-8").split("\n", 2)[2]
    for number, part in enumerate(text.split("---\n"), 1):
        heading, _, program = part.partition("\n")
        if not program.strip():
            continue
        assert heading.startswith("# questions: "), heading
        rules = set(heading.removeprefix("# questions: ").split()) - {"none"}
        found.append((number, rules, program))
    return found


SNIPPETS = _snippets()


def _run(command: list[str], text: str, folder: Path) -> str:
    path = folder / "program.py"
    path.write_bytes(text.encode("latin-1"))
    done = subprocess.run(
        [*command, str(path)], capture_output=True, timeout=60, cwd=folder
    )
    assert done.returncode == 0, done.stderr.decode() + text
    return done.stdout.decode("latin-1")


def test_there_are_enough() -> None:
    """Thirty snippets and more cover the rules."""
    assert len(SNIPPETS) >= 30


@pytest.mark.parametrize(
    ("number", "rules", "program"), SNIPPETS, ids=[str(s[0]) for s in SNIPPETS]
)
def test_snippet(number: int, rules: set[str], program: str, tmp_path: Path) -> None:
    """The ported text compiles and prints what Python 2.7 prints; no other questions."""
    result = port("snippet.py", program.encode("latin-1"))
    assert {question.rule for question in result.questions} == rules
    compile(result.text, "snippet.py", "exec")
    printed = _run([sys.executable], result.text, tmp_path)
    python2 = interpreter()
    if python2 is None:
        pytest.skip("no Python 2.7 here")
    assert printed == _run([python2], program, tmp_path)


def test_comments_and_layout_stay() -> None:
    """What isn't changed keeps its place, its blanks and its comments."""
    text = b"# head\n\nx   =  [ 1,\n  2 ]   # why\nprint x  # shown\n"
    expected = "# head\n\nx   =  [ 1,\n  2 ]   # why\nprint(x)  # shown\n"
    assert port("a.py", text).text == expected


def test_line_ends_stay() -> None:
    """A file with Windows line ends keeps them."""
    assert port("a.py", b"print 1\r\nprint 2\r\n").text == "print(1)\r\nprint(2)\r\n"


def test_questions_have_their_line() -> None:
    """A question names file and line of the author's text."""
    result = port("a.py", b"\n\ndef f(a, b):\n  return a / b\n")
    assert [question.line for question in result.questions] == [4]
    assert "a.py:4: 'a / b'" in "\n".join(result.lines())


def test_repy_libraries_and_names_are_reported() -> None:
    """The report lists the libraries and API names a program uses."""
    text = (
        b"from repyportability import *\nimport repyhelper\nadd_dy_support(locals())\n"
        b"p = dy_import_module('parallelize.r2py')\n"
        b"repyhelper.translate_and_import('uniqueid.repy')\nsleep(1)\n"
    )
    result = port("a.py", text)
    assert set(result.libraries) == {"parallelize.r2py", "uniqueid.repy"}
    assert set(result.api_names) == {"add_dy_support", "sleep"}
    assert "from repy_compat.porting.repyportability import *\n" in result.text
    assert "from repy_compat.porting import repyhelper\n" in result.text


def test_not_python2() -> None:
    """A text that Python 2 refuses is refused with its place."""
    with pytest.raises(UsageError, match=r"a\.py:2: "):
        port("a.py", b"x = 1\nmatch x:\n  pass\n")
