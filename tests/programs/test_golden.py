"""Recorded programs print what they printed on the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs.golden_case import GoldenCase, all_cases, check

#: Recorded programs that ask for more than we promise, with the page that says so.
LIMITATIONS = {"language/long_calculated.repy": "docs/limitations/long-integers.md"}


def _parameters() -> list[object]:
    return [
        pytest.param(
            case,
            id=case.name,
            marks=_marks(case),
        )
        for case in all_cases()
    ]


def _marks(case: GoldenCase) -> list[pytest.MarkDecorator]:
    marks = []
    if case.name in LIMITATIONS:
        marks.append(pytest.mark.xfail(strict=True, reason=LIMITATIONS[case.name]))
    return marks


@pytest.mark.parametrize("case", _parameters())
def test_recorded_program(case: GoldenCase, tmp_path: Path) -> None:
    """Output is equal to the character; error lines come in their order."""
    check(case, tmp_path / "box")
