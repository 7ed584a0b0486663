"""Programs about the runtime; what they print was reasoned from the specifications.

They have the form of the recorded ones. Beside each there is what it has to print,
and its header names the sections that say so. ``# silent``: nothing on the error
output.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs.golden_case import GoldenCase, all_cases, check

PROGRAMS = Path(__file__).parent / "runtime"


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name) for case in all_cases(PROGRAMS)]
)
def test_program(case: GoldenCase, tmp_path: Path) -> None:
    """The program prints what the specification says, to the character."""
    check(case, tmp_path / "box")
