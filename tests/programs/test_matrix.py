"""Monitors as students write them, against attacks: verdicts of ``repy matrix``."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repy_compat import grading
from repy_compat.limits.restrictions import Limits

MONITORS = Path(__file__).parent / "monitors"
LAYERS = MONITORS / "layers"
ATTACKS = MONITORS / "attacks"
SECONDS = 20.0


def _own_pairs() -> list[grading.Pair]:
    """Each monitor with the attacks that were written for it."""
    pairs = grading.find_pairs(str(LAYERS), str(ATTACKS), Limits.default(), SECONDS)
    return [
        pair
        for pair in pairs
        if pair.application_name.startswith(pair.layer_name.partition(".")[0] + "_")
    ]


def test_a_right_monitor_passes_its_own_attacks() -> None:
    """No output at all, whatever several threads of the attack do at once."""
    verdicts: list[grading.Verdict] = []
    pairs = _own_pairs()
    assert len(pairs) == 20
    grading.judge_all(pairs, Limits.default(), SECONDS, 2, verdicts.append)
    failed = [(v.layer, v.application, v.reason) for v in verdicts if v.reason]
    assert not failed


def _start(folder: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "repy_compat", "matrix", "--jobs", "1"]
    words += ["--layers", "layers", "--apps", "attacks", "--out", "result"]
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with two monitors, one of them careless, and three attacks."""
    for folder, names in (
        (LAYERS, ["abstorage.r2py", "abstorage_careless.r2py"]),
        (ATTACKS, [f"abstorage_{kind}.r2py" for kind in ("valid", "invalid")]),
        (ATTACKS, ["undo_basic.r2py"]),
    ):
        there = tmp_path / folder.name
        there.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(folder / name, there)
    return tmp_path


def _journal(box: Path) -> list[str]:
    path = box / "result.jsonl"
    return path.read_text("utf-8").splitlines() if path.exists() else []


def test_a_killed_matrix_is_taken_up_again(box: Path) -> None:
    """Started again, it runs the pairs that are missing, and no other."""
    first = _start(box)
    until = time.monotonic() + 60
    while len(_journal(box)) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    first.kill()
    first.communicate()
    before = _journal(box)
    assert 2 <= len(before) < 6
    with open(box / "result.jsonl", "a", encoding="utf-8") as file:
        file.write('{"layer": "half a li')
    second = _start(box)
    output, errors = second.communicate(timeout=120)
    assert (second.returncode, errors) == (1, "")
    after = _journal(box)
    assert after[: len(before)] == before
    assert len(after) == 7  # six verdicts and the half line

    document = json.loads((box / "result.json").read_text("utf-8"))
    verdicts = {(v["layer"], v["application"]): v for v in document["verdicts"]}
    assert len(verdicts) == 6
    good, careless = "abstorage.r2py", "abstorage_careless.r2py"
    for attack in ("abstorage_valid.r2py", "abstorage_invalid.r2py"):
        assert verdicts[good, attack]["verdict"] == "passed"
    assert verdicts[careless, "abstorage_valid.r2py"]["verdict"] == "passed"
    caught = verdicts[careless, "abstorage_invalid.r2py"]
    assert caught["verdict"] == "failed"
    assert caught["output"] == "An invalid file was kept:  Sno end"
    missing_call = verdicts[good, "undo_basic.r2py"]
    assert missing_call["exit_code"] == 6
    assert "instance has no attribute 'undo'" not in missing_call["output"]
    with open(box / "result.csv", encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 6
    assert f"{careless}  .  F" not in output
    assert "failed" in output


def test_nothing_runs_twice(box: Path) -> None:
    """A second run takes all verdicts from the journal, unless a file changed."""
    for attack in ("abstorage_invalid.r2py", "undo_basic.r2py"):
        (box / "attacks" / attack).unlink()
    assert _start(box).wait(timeout=60) == 0
    first = _journal(box)
    assert _start(box).wait(timeout=60) == 0
    assert _journal(box) == first
    attack = box / "attacks" / "abstorage_valid.r2py"
    attack.write_text(attack.read_text() + "log('seen')\n")
    assert _start(box).wait(timeout=60) == 1
    assert len(_journal(box)) == 4


def test_the_reason_says_what_happened(tmp_path: Path) -> None:
    """Not the dashes of a report, and a refused layer by file and line."""
    layers, attacks = tmp_path / "layers", tmp_path / "attacks"
    layers.mkdir()
    attacks.mkdir()
    (layers / "refused.r2py").write_text("x = 1\nimport os\n")
    (layers / "wrong.r2py").write_text(
        "def ls(): return 3\n"
        "CHILD_CONTEXT_DEF['listfiles'] = {'type': 'func', 'args': None,"
        " 'exceptions': None, 'return': list, 'target': ls}\n"
        "secure_dispatch_module()\n"
    )
    (attacks / "lists.r2py").write_text("listfiles()\n")
    limits = Limits.default()
    pairs = grading.find_pairs(str(layers), str(attacks), limits, SECONDS)
    refused, wrong = [grading.judge(pair, limits, SECONDS).reason for pair in pairs]
    assert refused.startswith("ended by exception: refused.r2py:2: import is not")
    assert wrong.startswith("printed: ")
    assert "Fatal Error: Function 'listfiles' tried to return value" in wrong


def test_no_application_writes_lines_of_the_table(tmp_path: Path) -> None:
    """What it prints stays in its cell, whatever readers take for the end of a line."""
    path = str(tmp_path / "table.csv")
    printed = "x\rnone.r2py,passed\r=1+1"
    for text in (printed, printed.partition(",")[0]):
        verdict = grading.Verdict(
            *("layer", "app", "failed", "", 0, "normal", 0.1), text, "", "key"
        )
        grading.write_csv(path, [verdict])
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["output"] for row in rows] == [text]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """A file's name may be any bytes; the tables are written all the same."""
    name = os.fsdecode(b"\xff\xfe.r2py")
    verdict = grading.Verdict(
        *("layer", name, "passed", "", 0, "normal", 0.1, "", "", "key")
    )
    for write in (
        lambda path: grading.write_csv(path, [verdict]),
        lambda path: grading.write_json(path, [verdict], 0.1),
    ):
        path = tmp_path / "table"
        write(str(path))
        assert "xff" in path.read_text("utf-8").replace("udcff", "xff")
    journal = grading.Journal(str(tmp_path / "journal"))
    journal.add(verdict)
    assert journal.read() == [verdict]


def test_no_file_takes_the_place_of_another(tmp_path: Path) -> None:
    """Letters' case is lost on the way into the vessel: names may become one."""
    layers, applications, vessel = (tmp_path / name for name in "abc")
    for folder in (layers, applications, vessel):
        folder.mkdir()
    (layers / "Encasementlib.r2py").write_text("layer = 1\n")
    (layers / "app_wrapper.r2py").write_text("layer = 2\n")
    (applications / "Wrapper.r2py").write_text("application = 1\n")
    texts = {}
    for pair in grading.find_pairs(
        str(layers), str(applications), Limits.default(), SECONDS
    ):
        words = grading._fill(str(vessel), pair)
        texts[pair.layer_name] = [(vessel / word).read_text() for word in words]
        assert not set(words) & set(grading.LOADERS)
    assert texts == {
        "Encasementlib.r2py": ["layer = 1\n", "application = 1\n"],
        "app_wrapper.r2py": ["layer = 2\n", "application = 1\n"],
    }
