"""What the include lines of a stranger's program can reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import repy_compat
from repy_compat.commands.pp import main
from repy_compat.errors import IncludeError
from repy_compat.loading import merge_includes
from repy_compat.outcome import STARTUP_FAILED

SECRET = "secret = 'canary-8c11'\n"


def merged(program: Path, name: str) -> str:
    """The text of a program in ``program`` that includes ``name``."""
    source = f"include {name}\nprint secret\n".encode()
    program.write_bytes(source)
    return merge_includes(source, str(program), []).text


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Where the program lies; beside its folder, and in it, are secrets."""
    folder = tmp_path / "program"
    (folder / "lib").mkdir(parents=True)
    for place in ("beside.repy", "program/good.repy", "program/lib/good.repy"):
        (tmp_path / place).write_text(SECRET)
    (folder / "notes").write_text(SECRET)
    (folder / "linked.repy").symlink_to("../beside.repy")
    (folder / "notes.repy").symlink_to("notes")
    (folder / "folder.repy").mkdir()
    os.mkfifo(folder / "pipe.repy")
    return folder / "main.repy"


@pytest.mark.parametrize("name", ["good.repy", "lib/good.repy", "./good.repy"])
def test_sources_of_its_folder_can_be_included(program: Path, name: str) -> None:
    """Repy sources beside the program and below."""
    assert "canary" in merged(program, name)


@pytest.mark.parametrize(
    "name",
    [
        "../beside.repy",
        "lib/../../beside.repy",
        "{absolute}/beside.repy",
        "linked.repy",
        "notes.repy",
        "notes",
        "folder.repy",
        "pipe.repy",
        "/etc/passwd",
        "/dev/zero",
        "../../../../../../../../../../etc/passwd",
    ],
)
def test_nothing_else_can_be_included(program: Path, name: str) -> None:
    """No other folder, no link out of it, no other kind of file, no other name."""
    name = name.format(absolute=program.parent.parent)
    with pytest.raises(IncludeError):
        merged(program, name)
    outcome = repy_compat.run(program)
    assert outcome.exit_code == STARTUP_FAILED
    assert outcome.errors.startswith(f"{program}:1: Error opening source file '{name}'")
    assert "canary" not in outcome.errors


def test_the_reason_is_told(program: Path) -> None:
    """What is there but may not be brought in is no missing file."""
    reasons = {
        "../beside.repy": "it lies outside of the folders that are searched",
        "notes": "only .repy, .r2py, .mix files are brought in",
        "pipe.repy": "it is no regular file",
    }
    for name, reason in reasons.items():
        assert f"'{name}': {reason}" in _errors(program, name)
    assert "'gone.repy'\n" in _errors(program, "gone.repy")


def _errors(program: Path, name: str) -> str:
    program.write_text(f"include {name}\n")
    return repy_compat.run(program).errors


def test_the_command_follows_lines_anywhere(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the reference did; it tells of what a run wouldn't have brought in."""
    monkeypatch.chdir(program.parent)
    program.write_text("include good.repy\ninclude ../beside.repy\ninclude notes\n")
    assert main(["main.repy", "out.repy"]) == 0
    assert Path("out.repy").read_text().count("canary") == 3
    notes = capsys.readouterr().err.splitlines()
    assert [note.split()[3] for note in notes] == ["../beside.repy", "notes"]
    assert "outside" in notes[0] and "only .repy" in notes[1]


@pytest.mark.parametrize("name", ["pipe.repy", "/dev/zero", "folder.repy"])
def test_the_command_reads_regular_files_only(
    program: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It never waits for a pipe, and no device fills its memory."""
    monkeypatch.chdir(program.parent)
    program.write_text(f"include {name}\n")
    assert main(["main.repy", "out.repy"]) == 1
    assert not Path("out.repy").exists()


def test_a_line_that_names_no_file_is_text(tmp_path: Path) -> None:
    """In a string, or where a variable has that name; the reference ran these."""
    source = (
        '"""Says what it does.\n\ninclude nothing here\n"""\n'
        "include = 5\ninclude += 1\nprint include\nexitall()\n"
    )
    outcome = repy_compat.run(source=source, folder=str(tmp_path))
    assert (outcome.output, outcome.errors) == ("6\n", "")


def test_a_section_put_in_before_is_no_way_around(program: Path) -> None:
    """Bringing a section up to date reads the file it names."""
    source = (
        "include good.repy\n"
        "#begin include ../beside.repy\nold = 1\n#end include ../beside.repy\n"
    )
    assert merge_includes(source.encode(), str(program), []).text.count("canary") == 1


def test_include_path_opens_a_folder(program: Path) -> None:
    """The host may name further folders."""
    source = b"include beside.repy\n"
    folder = str(program.parent.parent)
    assert "canary" in merge_includes(source, str(program), [folder]).text


def test_a_run_shows_nothing_of_other_files(program: Path) -> None:
    """Neither as a program's text nor in the complaint about it."""
    outcome = repy_compat.run(
        source="include /etc/passwd\n", folder=str(program.parent)
    )
    assert outcome.exit_code != 0
    assert "root:" not in outcome.output + outcome.errors
