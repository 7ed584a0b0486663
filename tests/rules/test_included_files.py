"""What the include lines of a stranger's program can reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import repy_compat
from repy_compat.language.includes import IncludeError
from repy_compat.loading import merge_includes

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
    absolute = str(program.parent.parent)
    with pytest.raises(IncludeError):
        merged(program, name.format(absolute=absolute))


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
