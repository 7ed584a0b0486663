"""What a person is shown of the line that a refusal is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from repy_compat.errors import Complaint, ProgramRejected
from repy_compat.language.complaints import shown_line
from repy_compat.loading import Loader


def test_line_and_caret() -> None:
    """The line as it stands in the file, with a caret under the column."""
    complaint = Complaint("p.repy", 2, 6, "no")
    assert shown_line(complaint, "x = 1\n\ty = z?\n", None) == (
        "    \ty = z?\n    \t     ^\n"
    )


def test_nothing_to_show() -> None:
    """Neither for a line that isn't there nor for a blank or endless one."""
    for text, line in (("x\n", 9), ("\n", 1), ("x" * 5000, 1)):
        assert shown_line(Complaint("p.repy", line, 0, "no"), text, None) == ""


def test_no_control_characters() -> None:
    """A program's text doesn't command the terminal."""
    assert "\x1b" not in shown_line(Complaint("p", 1, 0, "no"), "'\x1b[2J'", None)


def test_included_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line of the included file that has the fault."""
    monkeypatch.chdir(tmp_path)
    Path("inner.repy").write_text("a = 1\nimport os\n")
    Path("outer.repy").write_text("b = 2\ninclude inner.repy\n")
    loader = Loader("outer.repy", None, "V1", [])
    with pytest.raises(ProgramRejected) as caught:
        loader.compile()
    complaint = caught.value.complaints[0]
    assert shown_line(complaint, *loader.read) == "    import os\n    ^\n"


def test_bracket_of_an_included_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hint names the bracket's line in its own file."""
    monkeypatch.chdir(tmp_path)
    Path("inner.repy").write_text("a = 1\nb = 2\nc = 3\n")
    Path("outer.repy").write_text("include inner.repy\nx = (1,\ny = 2\n")
    with pytest.raises(ProgramRejected, match="the '\\(' in line 2 isn't closed"):
        Loader("outer.repy", None, "V1", []).compile()
