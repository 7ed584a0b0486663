"""repy doctor tells which walls can be had here."""

from __future__ import annotations

import pytest

from repy_compat.commands import doctor
from repy_compat.supervisor import landlock


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(doctor, "_run", None)


def test_each_ring_has_its_lines(capsys):
    """Three rings, one line for each wall, and a verdict about --strict."""
    code = doctor.main([])
    output = capsys.readouterr().out
    for ring in (1, 2, 3):
        assert f"ring {ring}" in output
    assert ("--strict will run" in output) == (code == 0)


def test_a_missing_wall_is_named_with_what_is_lost(capsys, monkeypatch):
    """Without Landlock the lines say what an escape reaches."""

    def missing() -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(landlock, "version", missing)
    assert doctor.main([]) == 1
    output = capsys.readouterr().out
    assert "no Landlock (Function not implemented); lost: an escape reads" in output


def test_words_are_refused(capsys):
    """It takes none."""
    assert doctor.main(["now"]) == 2
    assert doctor.main(["--help"]) == 0
