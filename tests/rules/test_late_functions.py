"""API functions whose modules are loaded when a program first calls one of them."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from repy_compat.api import making
from repy_compat.api.copying import is_api_function

PROGRAM = """
import sys
from repy_compat.api import v1, v2
print([name for name in sys.modules if "_network" in name or "_files" in name])
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A module ``late_home`` with functions ``one`` and ``two``; its runs are noted."""
    runs: list[object] = []

    def build_names(runtime: object) -> dict[str, object]:
        runs.append(runtime)
        return {"one": lambda *given, **named: (given, named), "two": lambda: 2}

    module: Any = SimpleNamespace(build_names=build_names)
    monkeypatch.setitem(sys.modules, "late_home", module)
    return runs


def test_nothing_is_built_before_a_call(home: list[object]) -> None:
    """The functions of one run are built together, once, at the first call."""
    runtime: Any = SimpleNamespace(wanted=None)
    made: Any = making.late_functions(runtime, "late_home", ("one", "two"))
    assert home == []
    assert made["one"](1, key=2) == ((1,), {"key": 2})
    assert made["two"]() == 2
    assert home == [runtime]


def test_each_run_has_its_own(home: list[object]) -> None:
    """Two runs share nothing but the module."""
    first: Any = SimpleNamespace(wanted=None)
    second: Any = SimpleNamespace(wanted=None)
    for runtime in (first, second):
        made: Any = making.late_functions(runtime, "late_home", ("two",))
        made["two"]()
    assert home == [first, second]


def test_they_are_api_functions(home: list[object]) -> None:
    """A program can hand them on like every function of the API."""
    runtime: Any = SimpleNamespace(wanted=None)
    made = making.late_functions(runtime, "late_home", ("one",))
    assert is_api_function(made["one"])


def test_the_end_of_the_stack_spoils_nothing(home: list[object]) -> None:
    """A call without room builds nothing; a later one with room succeeds."""
    runtime: Any = SimpleNamespace(wanted=None)
    made: Any = making.late_functions(runtime, "late_home", ("two",))
    built: list[int] = []

    def deeper() -> None:
        try:
            made["two"]()
        except RecursionError:
            built.append(len(home))
            raise
        home.clear()
        made.update(making.late_functions(runtime, "late_home", ("two",)))
        deeper()

    with pytest.raises(RecursionError):
        deeper()
    assert built[:1] == [0]
    assert made["two"]() == 2


def test_a_start_loads_neither_files_nor_network() -> None:
    """A program without them doesn't pay for them."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
