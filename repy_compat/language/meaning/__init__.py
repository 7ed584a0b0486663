"""Rewrites a checked tree so that it means on Python 3 what it meant on Python 2.

The result calls helpers whose names begin with U+01C0, which no program can write;
``python2/builtins.py`` puts them into the builtins of a run.
"""

from __future__ import annotations

import ast

from repy_compat.language.meaning.exceptions import ALWAYS, NEVER, WITH_CALLS
from repy_compat.language.meaning.names import Unit
from repy_compat.language.meaning.statements import Statements

__all__ = ["lower"]


def lower(
    tree: ast.Module,
    dialect: object,
    filename: str,
    *,
    rebound: frozenset[str] = frozenset(),
    table_dicts: bool = False,
) -> ast.Module:
    """Rewrite ``tree`` in place, into plain Python 3, and return it.

    ``dialect`` is the unit's :class:`~repy_compat.language.dialect.Dialect`,
    ``filename`` its name in tracebacks. ``rebound`` lists builtins that the
    context of the unit may hide: they lose their shortcuts. ``table_dicts`` says that
    dictionaries are of a class of ours, which lists them in Python 2.7's order.
    """
    unit = Unit(tree, rebound)
    lowering = Statements(unit)
    lowering.table_dicts = table_dicts
    if unit.bare_raise or unit.mentioned & {"getlasterror", "_context"}:
        lowering.records = ALWAYS
    elif getattr(dialect, "name", "V2") == "V1":
        lowering.records = NEVER  # it has no getlasterror
    else:
        lowering.records = WITH_CALLS
    tree.body = lowering.block(tree.body)
    return tree
