"""The private names that lowered code uses exist, and no program can write one."""

from __future__ import annotations

import ast
import builtins
import inspect
from pathlib import Path

from repy_compat.language import meaning
from repy_compat.language.dialect import Dialect
from repy_compat.language.meaning import guards
from repy_compat.language.parser import parse
from repy_compat.python2 import attributes, tables
from repy_compat.python2.builtins import new_builtins

PROGRAMS = Path(__file__).parents[1] / "programs" / "golden" / "language"


def test_guarded_names_are_the_same_in_both_rooms() -> None:
    """What the lowering reads through helpers is what helpers are made for."""
    assert guards.GUARDED == tables.GUARDED
    assert guards.MOST_ARGUMENTS == attributes.MOST_ARGUMENTS


def test_every_name_that_the_lowering_writes_is_defined() -> None:
    """Names that begin with U+01C0 are helpers, or variables of the code itself."""
    defined = new_builtins("V1", write=lambda text: None)
    missing: set[str] = set()
    for path in sorted(PROGRAMS.glob("[!r]*.repy")):
        try:
            tree = parse(path.read_bytes())
        except Exception:
            continue
        lowered = meaning.lower(tree, Dialect.V1, path.name)
        stored = {
            node.id
            for node in ast.walk(lowered)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        stored |= {
            node.name
            for node in ast.walk(lowered)
            if isinstance(node, ast.ExceptHandler) and node.name
        }
        stored |= {node.arg for node in ast.walk(lowered) if isinstance(node, ast.arg)}
        missing |= {
            node.id
            for node in ast.walk(lowered)
            if isinstance(node, ast.Name)
            and node.id[0] == "\u01c0"
            and node.id not in stored
            and node.id not in defined
        }
    assert missing == set()


def test_names_in_the_lowering_are_defined() -> None:
    """Each helper that the source of the lowering names by a literal exists."""
    defined = new_builtins("V1", write=lambda text: None)
    for name in (
        *(f"call{count}_{name}" for name in guards.GUARDED for count in range(4)),
        *(f"load_{name}" for name in guards.GUARDED),
        *guards.BUILTIN_EXCEPTIONS,
        *("lt", "le", "gt", "ge", "div", "mod", "pow", "format", "print"),
        *("idiv", "imod", "ipow", "floordiv", "ifloordiv", "long_literal"),
        *("raise1", "raise2", "raise3", "reraise", "caught", "caught_lightly"),
        *("noted", "match", "everything", "del_attribute", "call_star"),
        *("dict_display", "range_loop", "xrange_loop", "init_result", "load_dunder"),
        *("min2", "max2", "range1", "range2", "isinstance2", "round1", "round2"),
    ):
        assert "\u01c0" + name in defined, name


def test_helpers_are_no_host_builtins_by_their_public_name() -> None:
    """The dictionary of a program holds none of the host's functions that act."""
    defined = new_builtins("V2", write=lambda text: None)
    for name in ("eval", "exec", "compile", "open", "__import__", "getattr", "vars"):
        assert defined.get(name) is not getattr(builtins, name, object())
    assert not inspect.ismodule(defined.get("sys"))
