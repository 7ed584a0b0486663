"""``repy check``: its three formats, its exit codes, its options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repy_compat.commands import check

BAD = "x = 1\nimport os\ny = lambda: 3\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a good and a bad program."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.repy").write_text("print 1\n")
    (tmp_path / "bad.repy").write_text(BAD)
    return tmp_path


def test_good_program(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said about a good program, and the code is 0."""
    assert check.main(["good.repy"]) == 0
    assert capsys.readouterr().out == ""


def test_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each complaint: file, line, message."""
    assert check.main(["bad.repy", "good.repy"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["bad.repy:2", "bad.repy:3"]


def test_github(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Workflow commands that annotate the line, columns from 1."""
    assert check.main(["--format=github", "bad.repy"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("::error file=bad.repy,line=2,col=1::")
    assert second.startswith("::error file=bad.repy,line=3,col=5::")


def test_github_escapes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Commas, colons and percent signs of a file's name can't break a command."""
    (folder / "a,b:c%.repy").write_text(BAD)
    assert check.main(["--format", "github", "a,b:c%.repy"]) == 1
    assert "::error file=a%2Cb%3Ac%25.repy,line=2" in capsys.readouterr().out


def test_sarif(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One SARIF 2.1.0 document, whatever was found."""
    (folder / "with blank.repy").write_text(BAD)
    assert check.main(["--format=sarif", "bad.repy", "with blank.repy"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert run["tool"]["driver"]["name"] == "repy check"
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert len(run["results"]) == 4
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["message"]["text"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "bad.repy"
    assert place["region"] == {"startLine": 2, "startColumn": 1}
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert uris[2] == "with%20blank.repy"


def test_sarif_without_findings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A document with an empty list of results, and code 0."""
    assert check.main(["--format=sarif", "good.repy"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


def test_included_file_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A complaint about included text names the file that it's in."""
    (folder / "top.repy").write_text("include bad.repy\nz = 1\nimport sys\n")
    assert check.main(["top.repy"]) == 1
    places = [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]
    assert places == ["bad.repy:2", "bad.repy:3", "top.repy:3"]


def test_unreadable_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that isn't there is a complaint like any other."""
    assert check.main(["--format=github", "no.repy", "bad.repy"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("::error file=no.repy,line=1::can't be read")
    assert len(lines) == 3


def test_missing_include(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An include that can't be followed is a complaint at its line."""
    (folder / "top.repy").write_text("x = 1\ninclude nowhere.repy\n")
    assert check.main(["top.repy"]) == 1
    assert capsys.readouterr().out.startswith("top.repy:2: ")


def test_dialect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The dialect follows the file's name unless it's given."""
    (folder / "p.r2py").write_text("print 1\n")
    assert check.main(["p.r2py"]) == 1
    assert check.main(["--dialect", "v1", "p.r2py"]) == 0
    assert check.main(["--dialect=V2", "good.repy"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--format=xml", "good.repy"],
        ["--nothing", "x"],
        ["--format"],
        ["--dialect=V3", "x"],
    ],
)
def test_usage(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line is one sentence on standard error, and code 2."""
    assert check.main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
