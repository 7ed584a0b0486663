"""Programs on the corners of the language print what Python 2.7 printed.

The programs of ``language/`` use no API but ``exitall``; their outputs were
recorded with Python 2.7, with built-in names taken away as the reference does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs.golden_case import GoldenCase, all_cases, check

PROGRAMS = Path(__file__).parent / "language"


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name) for case in all_cases(PROGRAMS)]
)
def test_program(case: GoldenCase, tmp_path: Path) -> None:
    """Output is equal to the character."""
    check(case, tmp_path / "box")
