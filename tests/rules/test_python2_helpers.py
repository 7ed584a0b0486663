"""Every helper that lowered code names is in the dictionary of built-ins."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from repy_compat.errors import ProgramRejected
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import builtins

PROGRAMS = Path(__file__).parent.parent / "programs" / "golden"


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _helpers(code: CodeType) -> set[str]:
    """Private names that some code reads without any code storing them."""
    read: set[str] = set()
    stored: set[str] = set()
    for part in _codes(code):
        for instruction in dis.get_instructions(part):
            name = instruction.argval
            if isinstance(name, str) and name[:1] == "ǀ":
                if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                    read.add(name)
                elif instruction.opname.startswith("STORE_"):
                    stored.add(name)
    return read - stored


def test_no_helper_is_missing() -> None:
    """The recorded programs, compiled, name no helper that isn't there."""
    known = builtins.new_builtins("V1", write=print)
    missing = set()
    for path in sorted(PROGRAMS.rglob("*.*py")):
        dialect = Dialect.of_file(path.name)
        try:
            program = compile_program(path.read_bytes(), path.name, dialect)
        except ProgramRejected:
            continue
        missing |= _helpers(program.code) - known.keys()
    assert missing == set()
