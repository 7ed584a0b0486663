"""700 expressions with what Python 2.7 gave for them, recorded once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.evaluating import Space

RECORDED = Path(__file__).parent.parent / "vectors" / "values.json"


def test_recorded_expressions() -> None:
    """Every recorded expression gives the recorded value or complaint."""
    space = Space()
    wrong = [
        (expression, expected, found)
        for expression, expected in json.loads(RECORDED.read_text())
        if (found := space.outcome(expression)) != expected
    ]
    assert wrong == []
