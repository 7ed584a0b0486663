"""The rooms of ARCHITECTURE.md, the directions in which they import, and no circles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "repy_compat"

# A room may import itself and the rooms listed here.
LANGUAGE_SIDE = {"errors", "undisturbed"}
RUNNING = {"errors", "undisturbed", "python2", "limits", "language", "world", "api"}
SANDBOX = RUNNING | {"sandbox", "report", "outcome", "absent"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "undisturbed": set(),
    "outcome": set(),
    "absent": set(),
    "options": {"errors"},
    "bundle": {"language"},
    "python2": LANGUAGE_SIDE,
    "limits": LANGUAGE_SIDE,
    "language": LANGUAGE_SIDE,
    "world": {"errors", "undisturbed", "limits"},
    "api": {"errors", "undisturbed", "world", "limits", "python2", "language"},
    "report": RUNNING,
    "foreseen": {"api", "world", "language", "errors"},
    "sandbox": SANDBOX,
    "supervisor": SANDBOX,
    "testing": SANDBOX | {"loading"},
    "porting": SANDBOX,
}
ALLOWED["loading"] = RUNNING | {"report", "outcome"}
ALLOWED["execution"] = SANDBOX | {"loading", "supervisor", "bundle", "foreseen"}
ALLOWED["running"] = ALLOWED["execution"] | {"execution"}
ALLOWED["grading"] = ALLOWED["running"]
TOP = {"__init__", "__main__", "cli", "commands"}


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imported_names(path: Path) -> set[str]:
    """All that a module imports from this package, wherever in its text.

    Imports inside functions count, and so do those for annotations only.
    """
    package = ["repy_compat", *path.relative_to(PACKAGE).parts[:-1]]
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            imported.update(f"{module}.{alias.name}" for alias in node.names)
    return {name for name in imported if name.split(".")[0] == "repy_compat"}


def _imported_rooms(path: Path) -> set[str]:
    return {
        name.split(".")[1] if "." in name else "__init__"
        for name in _imported_names(path)
    }


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


# --- circles ----------------------------------------------------------------------

#: The circles that stay, each with its reason.
CIRCLES = {
    "a type's name depends on its class, and a class is made of names": (
        "python2.classes",
        "python2.names",
    ),
    "an exception has a text, and what makes texts translates exceptions": (
        "python2.errors",
        "python2.text",
    ),
    "str.format reads attributes, and is one of those that the tables hold": (
        "python2.attributes",
        "python2.lists",
        "python2.strformat",
        "python2.strings",
        "python2.tables",
        "python2.types",
    ),
}


def _arrows() -> dict[str, set[str]]:
    """Each module of the package with the modules that it imports."""
    paths = {}
    for path in PACKAGE.rglob("*.py"):
        parts = ["repy_compat", *path.relative_to(PACKAGE).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        paths[".".join(parts)] = path

    def home(name: str) -> str:
        while name not in paths:
            name = name.rpartition(".")[0]
        return name

    return {
        module: {home(name) for name in _imported_names(path)} - {module}
        for module, path in paths.items()
    }


def _reached(module: str, arrows: dict[str, set[str]]) -> set[str]:
    """The modules to which arrows lead from ``module``, over others or not."""
    reached: set[str] = set()
    todo = [module]
    while todo:
        new = arrows[todo.pop()] - reached
        reached |= new
        todo += new
    return reached


def test_files_form_no_circle() -> None:
    """Every room can be read from bottom to top: no file needs one that needs it."""
    arrows = _arrows()
    reached = {module: _reached(module, arrows) for module in arrows}
    known = [{f"repy_compat.{name}" for name in names} for names in CIRCLES.values()]
    for module in arrows:
        circle = {other for other in reached[module] if module in reached[other]}
        assert any(circle <= names for names in [set(), *known]), sorted(circle)
