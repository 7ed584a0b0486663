"""Random programs print what they print in Python 2.7."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.programs27 import run, run_in_python27
from tests.python27 import interpreter, without_suffix
from tests.statements import program

pytestmark = pytest.mark.skipif(
    interpreter() is None, reason="there is no Python 2.7 on this machine"
)


def tame(text: str) -> str:
    """Output without addresses and without what documented limitations change."""
    text = re.sub(r"0x[0-9a-f]+", "0x", without_suffix(text))
    return text.replace("long division", "integer division")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_random_programs_print_the_same(seed: int) -> None:
    """Control flow, exceptions, classes and scopes agree with Python 2.7."""
    source = program(seed)
    assert tame(run(source)) == tame(run_in_python27(source))
