"""Our verdict on a text and Python 2.7's, in the same words."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path

from repy_compat.errors import ProgramRejected
from repy_compat.language.complaints import one_tuple
from repy_compat.language.dialect import Dialect
from repy_compat.language.pipeline import checked
from tests.python27 import interpreter

JUDGE = Path(__file__).with_name("python27_verdicts.py")


def ours(source: str, dialect: Dialect = Dialect.V1) -> str:
    """``ok``, or the text that the reference shows for the first finding."""
    try:
        checked(source.encode("latin-1"), "m", dialect)
    except ProgramRejected as rejected:
        return ("late: " if rejected.late else "") + rejected.reference_text
    return "ok"


def of_python27(sources: list[str], dialect: Dialect = Dialect.V1) -> list[str]:
    """The same of a check on Python 2.7; that must be on the machine."""
    judged = judged_by_python27([(source, dialect) for source in sources])
    return [in_words(verdict, dialect) for verdict in judged]


def judged_by_python27(texts: list[tuple[str, Dialect]]) -> list[list[object]]:
    """The verdicts of tests/python27_verdicts.py, as it gives them."""
    python = interpreter()
    assert python is not None
    answer = subprocess.run(
        [python, str(JUDGE)],
        input=json.dumps(
            [(source, dialect.name) for source, dialect in texts]
        ).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    ).stdout
    verdicts: list[list[object]] = json.loads(answer)
    return verdicts


def in_words(judged: list[object], dialect: Dialect = Dialect.V1) -> str:
    """A verdict of tests/python27_verdicts.py as the reference's text."""
    kind, *rest = judged
    if kind == "late":
        message, line = rest
        return f"late: {message}" + (f" (m, line {line})" if line else "")
    if kind == "text":
        name, message, line = rest
        place = f" (line {line})" if line else ""
        return one_tuple(f"<type 'exceptions.{name}'> {message}{place}")
    if kind == "check" and dialect is Dialect.V2:
        return _found_by_v2(rest)
    if kind == "check" and len(rest) == 2:
        line, node = rest
        inner = f"CheckNodeException'> ({line}, '{node}')"
        return one_tuple("<class 'safety_exceptions." + inner)
    if kind == "check":
        line, attribute, value = rest
        inner = f"CheckStrException'> ({line}, '{attribute}', {value})"
        return one_tuple("<class 'safety_exceptions." + inner)
    return str(kind)


def _found_by_v2(found: list[object]) -> str:
    """A construct (line, kind) or a name (line, attribute, its repr) in V2's words."""
    line, what, *value = found
    if line is None:
        said = "unsupported operand type(s) for -: 'NoneType' and 'int'"
        return one_tuple(f"<type 'exceptions.TypeError'> {said}")
    if not value:
        name, said = "CheckNodeException", f"Unsafe call '{what}' in line {line}"
    else:
        shown = ast.literal_eval(str(value[0]))
        if not shown.isascii():
            return "unicode"  # the reference failed to show it
        name = "CheckStrException"
        said = f"Unsafe string '{shown}' in line {line}, node attribute '{what}'"
    return one_tuple(f"<class 'exception_hierarchy.{name}'> {one_tuple(said)}")
