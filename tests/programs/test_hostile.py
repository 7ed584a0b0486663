"""Hostile programs, through the command line, each with the outcome it states."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.programs.hostile_case import (
    CANARIES,
    ROOT,
    Case,
    Run,
    cases,
    command,
    environment,
    plant,
    run_case,
    run_case_on_terminal,
)

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or sys.platform != "linux", reason="all three rings"
)

ALL = cases()
#: The limit of a million, and what writers may pass it by until the supervisor looks:
#: sixteen millions and the piece that each has begun.
MOST_DISK = 25_000_000
CLASSES = [f"T{number}" for number in range(1, 17)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_hostile_program_ends_as_stated(case: Case, tmp_path) -> None:
    """It ends in a stated way, prints what it should, and learns no secret."""
    run = run_case(case, tmp_path)
    assert case.allows(run), (run.code, run.output[-500:], run.errors[-2000:])
    if case.prints is not None and run.code in (0, 200):
        assert run.printed == case.prints
    nothing_leaked(run)
    assert run.disk_use() < MOST_DISK


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.terminal], ids=lambda case: case.name
)
def test_nothing_acts_on_a_terminal(case: Case, tmp_path) -> None:
    """Only text, line ends and tabs arrive on a terminal."""
    run = run_case_on_terminal(case, tmp_path)
    assert case.allows(run)
    text = run.output.decode("utf-8", "surrogateescape")
    acting = [
        character
        for character in text
        if (character < " " and character not in "\n\r\t")
        or "\x7f" <= character <= "\x9f"
        or "\udc80" <= character <= "\udc9f"
    ]
    assert acting == []
    assert run.output
    nothing_leaked(run)


def nothing_leaked(run: Run) -> None:
    everything = run.everything()
    assert b"ESCAPED" not in everything
    # No traceback of ours, and no word about where we are installed.
    assert b"Traceback (most recent" not in everything
    assert bytes(ROOT / "repy_compat") not in everything
    for canary in CANARIES.values():
        assert canary not in everything
    assert (run.folder / "beside").read_bytes() == CANARIES["beside"]
    assert sorted(path.name for path in run.folder.iterdir())[0:1] == ["beside"]


GOOD = b"if callfunc == 'initialize':\n  print sum(range(1000))\n"


def test_many_at_once_and_then_a_good_one(tmp_path) -> None:
    """Sixteen hostile programs side by side all end; the next good one is right."""
    chosen = [case for case in ALL if case.outcomes[0].startswith("limit")][:12]
    chosen += [case for case in ALL if case.outcomes == ["ends 124"]][:4]
    started = []
    for index, case in enumerate(chosen):
        folder = tmp_path / str(index)
        folder.mkdir()
        plant(folder)
        process = subprocess.Popen(
            command(case, folder),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.append((case, folder, process))
    for case, folder, process in started:
        errors = process.communicate(timeout=60)[1]
        assert case.allows(Run(process.returncode, b"", errors, folder)), case.name
    good_path = tmp_path / "good.repy"
    good_path.write_bytes(b"#: outcome: ends 0\n#: prints: 499500\n" + GOOD)
    good = Case(good_path)
    folder = tmp_path / "good"
    folder.mkdir()
    run = run_case(good, folder)
    assert good.allows(run) and run.printed == good.prints


@pytest.mark.parametrize("attack_class", CLASSES)
def test_each_class_has_at_least_five_programs(attack_class: str) -> None:
    """Every class of attack is tried in five ways or more."""
    assert sum(case.attack_class == attack_class for case in ALL) >= 5
