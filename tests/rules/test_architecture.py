"""The rooms of ARCHITECTURE.md and the directions in which they import."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "repy_compat"

# A room may import itself and the rooms listed here.
LANGUAGE_SIDE = {"errors"}
RUNNING = {"errors", "python2", "limits", "language", "world", "api"}
SANDBOX = RUNNING | {"sandbox", "report", "outcome"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "outcome": set(),
    "options": {"errors"},
    "bundle": {"language"},
    "python2": LANGUAGE_SIDE,
    "limits": LANGUAGE_SIDE,
    "language": LANGUAGE_SIDE,
    "world": {"errors", "limits"},
    "api": {"errors", "world", "limits", "python2", "language"},
    "report": RUNNING,
    "sandbox": SANDBOX,
    "supervisor": SANDBOX,
    "testing": SANDBOX | {"loading"},
    "porting": SANDBOX,
}
ALLOWED["loading"] = RUNNING | {"report", "outcome"}
ALLOWED["execution"] = SANDBOX | {"loading", "supervisor", "bundle"}
ALLOWED["running"] = ALLOWED["execution"] | {"execution"}
ALLOWED["grading"] = ALLOWED["running"]
TOP = {"__init__", "__main__", "cli", "commands"}


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imported_rooms(path: Path) -> set[str]:
    package = ["repy_compat", *path.relative_to(PACKAGE).parts[:-1]]
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "repy_compat":
                rooms.add(parts[1] if len(parts) > 1 else "__init__")
    return rooms


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_imports_keep_their_direction(path: Path) -> None:
    """A module imports only its own room and those its room may know."""
    room = _room(path)
    if room in TOP:
        return
    assert room in ALLOWED, f"{room} is no room of ARCHITECTURE.md"
    # The package's version is everybody's.
    forbidden = _imported_rooms(path) - ALLOWED[room] - {room, "__version__"}
    assert not forbidden
