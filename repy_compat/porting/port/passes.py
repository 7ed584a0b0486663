"""From a Python 2 text to a Python 3 text and a report: the door of this folder.

The rules are applied one subject after another: ``modules`` (imports), ``statements``
(forms, with ``prints``, ``exceptions`` and ``parameters``), ``names`` (builtins,
attributes and methods), ``bytestrings`` (sockets, files, literals). Then come the
imports that the new text needs, and Python 3's own opinion.
"""

from __future__ import annotations

import ast
import warnings

from repy_compat.errors import UsageError
from repy_compat.language.lexer import Refused
from repy_compat.porting.port import bytestrings, modules, names, statements
from repy_compat.porting.port.porter import Porter
from repy_compat.porting.port.report import QUESTION, Finding, Port


def port(name: str, data: bytes) -> Port:
    """Port one file: ``name`` for messages, ``data`` its bytes.

    Raises UsageError, with the place, for a text that isn't Python 2.
    """
    text = data.decode("latin-1")
    try:
        porter = Porter(name, text)
    except Refused as refused:
        line = getattr(refused, "line", None) or getattr(refused, "place", None) or 1
        raise UsageError(
            f"{name}:{line}: Python 2 can't read this: {refused}"
        ) from None
    for rules in (modules, statements, names, bytestrings):
        rules.apply(porter)
    _need(porter)
    result = porter.edits.result()
    _must_compile(porter, result)
    if "\r\n" in text:
        result = result.replace("\n", "\r\n")
    return Port(name, result, porter.findings, porter.libraries, porter.api_names)


def _must_compile(porter: Porter, result: str) -> None:
    """What Python 3 doesn't take is a question, whatever the reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(result, porter.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = (getattr(error, "lineno", None) or 1) - len(porter.needed)
        porter.findings.append(
            Finding(QUESTION, max(line, 1), "syntax", f"Python 3 refuses this: {error}")
        )


def _need(porter: Porter) -> None:
    """Add the imports that the new text needs, in front of the first statement."""
    if not porter.needed:
        return
    at = _first_place(porter)
    porter.edits.insert(
        at, "".join(f"{line}\n" for line in sorted(porter.needed)), first=True
    )
    for line in sorted(porter.needed):
        porter.change(at, "import", f"added '{line}'")


def _first_place(porter: Porter) -> int:
    """Behind the docstring and the imports from __future__."""
    body = porter.tree.body
    position = 0
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        position = 1
    while position < len(body) and (
        isinstance(body[position], ast.ImportFrom)
        and body[position].module == "__future__"  # type: ignore[attr-defined]
    ):
        position += 1
    if position == len(body):
        return len(porter.source.text)
    line = porter.source.line(_first_offset(porter, body[position]))
    return porter.source.line_start(line)


def _first_offset(porter: Porter, statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        return porter.source.start(decorators[0])
    return porter.source.start(statement)
