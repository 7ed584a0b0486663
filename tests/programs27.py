"""Runs small Repy texts without a sandbox, and the same texts in Python 2.7."""

from __future__ import annotations

import subprocess

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import errors
from repy_compat.python2.builtins import new_builtins
from tests.python27 import interpreter


def run(source: str, dialect: Dialect = Dialect.V1, **names: object) -> str:
    """What a program prints; an uncaught exception is the last line."""
    written: list[str] = []
    program = compile_program(source, "prog", dialect)
    builtins = new_builtins(dialect.name, write=written.append)
    namespace: dict[str, object] = {"__builtins__": builtins, **names}
    try:
        exec(program.code, namespace)
    except Exception as error:
        kind = errors.class_text(type(error))
        written.append(f"uncaught {kind}: {errors.exception_text(error)}\n")
    return "".join(written)


def run_in_python27(source: str) -> str:
    """The same from Python 2.7; the caller has made sure that there is one."""
    path = interpreter()
    assert path is not None
    wrapped = (
        "import sys\n"
        "sys.stdout = sys.__stdout__\n"
        "try:\n"
        "  exec compile(sys.argv[1], 'prog', 'exec') in "
        "{'__name__': '', '__builtins__': __builtins__}\n"
        "except Exception, error:\n"
        "  print 'uncaught %s: %s' % (str(type(error))[1:-1], error)\n"
    )
    done = subprocess.run(
        [path, "-c", wrapped, source], capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode("latin-1")
