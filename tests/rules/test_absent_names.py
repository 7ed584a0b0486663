"""What a person is told when a name is missing that is defined elsewhere."""

from __future__ import annotations

import pytest

import repy_compat
from repy_compat.absent import advice


@pytest.mark.parametrize(
    ("name", "dialect", "sentence"),
    [
        (
            "openfile",
            "V1",
            "openfile is of Repy V2, where Repy V1 has open: --dialect V2 runs it as that",
        ),
        (
            "getresources",
            "V1",
            "getresources is of Repy V2: --dialect V2 runs it as that",
        ),
        (
            "settimer",
            "V2",
            "settimer is of Repy V1, where Repy V2 has createthread: "
            "--dialect V1 runs it as that",
        ),
        (
            "waitforconn",
            "V2",
            "waitforconn is of Repy V1, where Repy V2 has listenforconnection: "
            "--dialect V1 runs it as that",
        ),
        (
            "ABopenfile",
            "V2",
            "ABopenfile isn't of Repy; was the security layer left out that defines it?",
        ),
        ("sys", "V1", ""),
        ("settimer", "V1", ""),
        ("openfiles", "V2", ""),
    ],
)
def test_advice(name: str, dialect: str, sentence: str) -> None:
    """Names of the other dialect and of layers; nothing about any other."""
    for where in ("", "global "):
        text = f"{where}name '{name}' is not defined"
        assert (
            advice(f"Exception (with type 'exceptions.NameError'): {text}", dialect)
            == sentence
        )
    assert (
        advice(f"Exception (with type 'exceptions.ValueError'): {text}", dialect) == ""
    )


def test_it_stands_before_the_report() -> None:
    """With the line that a person wrote, and not where only the reference speaks."""
    outcome = repy_compat.run(source="def f():\n  openfile('x', True)\n\nf()\n")
    lines = outcome.errors.splitlines()
    assert lines[0].startswith("program.repy:2: openfile is of Repy V2")
    assert lines[1].startswith("---")
    caught = "try: openfile\nexcept NameError, e: print e\nexitall()\n"
    outcome = repy_compat.run(source=caught)
    assert (outcome.output, outcome.errors) == ("name 'openfile' is not defined\n", "")
