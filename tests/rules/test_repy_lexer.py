"""The Pygments lexer for Repy files."""

from __future__ import annotations

import pytest

pygments = pytest.importorskip("pygments")

from pygments.token import Comment, Keyword, Name, String  # noqa: E402

from repy_compat.porting.lexer import RepyLexer  # noqa: E402

PROGRAM = """include parallelize.repy  # why

def work(target):
  print "at", target, 10L, `target`
  if callfunc == 'initialize':
    settimer(0.0, work, (mycontext['t'],))
  thing.open()
"""


def _tokens(text: str) -> list[tuple[object, str]]:
    return list(RepyLexer().get_tokens(text))


def test_text_is_kept() -> None:
    """The tokens are the text, without an error among them."""
    tokens = _tokens(PROGRAM)
    assert "".join(value for _, value in tokens) == PROGRAM
    assert not [value for kind, value in tokens if "Error" in str(kind).split(".")]


def test_words_of_repy() -> None:
    """Include lines, the API's names and Python 2's statements have their kinds."""
    tokens = _tokens(PROGRAM)
    assert tokens[0] == (Keyword.Namespace, "include")
    assert (String, "parallelize.repy") in tokens
    assert (Comment.Single, "# why") in tokens
    assert (Keyword, "print") in tokens
    assert (Name.Builtin, "settimer") in tokens
    assert (Name.Builtin.Pseudo, "mycontext") in tokens
    assert (Name.Builtin, "open") not in tokens


def test_include_is_a_word_elsewhere() -> None:
    """Only in column 0 and with a blank it is an include line."""
    assert (Keyword.Namespace, "include") not in _tokens("x = 1\n  include x\n")
    assert (Keyword.Namespace, "include") not in _tokens("include = 3\n")[1:1]


@pytest.mark.parametrize("name", ["a.repy", "a.r2py", "a.mix"])
def test_file_names(name: str) -> None:
    """The lexer says which files are its own."""
    import fnmatch

    assert any(fnmatch.fnmatch(name, pattern) for pattern in RepyLexer.filenames)


def test_entry_point_is_declared() -> None:
    """Pygments finds it through the standard entry point."""
    from configparser import ConfigParser
    from pathlib import Path

    config = ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    declared = config["options.entry_points"]["pygments.lexers"].strip()
    assert declared == "repy = repy_compat.porting.lexer:RepyLexer"
