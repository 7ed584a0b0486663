"""Our verdict on a text and Python 2.7's, in the same words."""

from __future__ import annotations

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


def of_python27(sources: list[str]) -> list[str]:
    """The same of a V1 check on Python 2.7; that must be on the machine."""
    python = interpreter()
    assert python is not None
    answer = subprocess.run(
        [python, str(JUDGE)],
        input=json.dumps(sources).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    ).stdout
    return [in_words(judged) for judged in json.loads(answer)]


def in_words(judged: list[object]) -> str:
    """A verdict of tests/python27_verdicts.py as the reference's text."""
    kind, *rest = judged
    if kind == "late":
        message, line = rest
        return f"late: {message}" + (f" (m, line {line})" if line else "")
    if kind == "text":
        name, message, line = rest
        place = f" (line {line})" if line else ""
        return one_tuple(f"<type 'exceptions.{name}'> {message}{place}")
    if kind == "check" and len(rest) == 2:
        line, node = rest
        inner = f"CheckNodeException'> ({line}, '{node}')"
        return one_tuple("<class 'safety_exceptions." + inner)
    if kind == "check":
        line, attribute, value = rest
        inner = f"CheckStrException'> ({line}, '{attribute}', {value})"
        return one_tuple("<class 'safety_exceptions." + inner)
    return str(kind)
