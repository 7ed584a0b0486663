"""Evaluates single expressions of Repy, compiled as programs are, for tests."""

from __future__ import annotations

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import builtins, errors, text


class Space:
    """A namespace to evaluate in; ``written`` holds what ``print`` wrote."""

    def __init__(self, setup: str = "", dialect: Dialect = Dialect.V1) -> None:
        self.dialect = dialect
        self.written: list[str] = []
        self.names: dict[str, object] = {
            "__builtins__": builtins.new_builtins(
                dialect.name, write=self.written.append
            )
        }
        self.run(setup)

    def run(self, source: str) -> None:
        """Run statements."""
        program = compile_program(source + "\n", "test.repy", self.dialect)
        exec(program.code, self.names)

    def outcome(self, expression: str) -> str:
        """``=> repr`` of the value, or ``!! Type: text`` of what was raised."""
        try:
            self.run(f"outcome_of_it = ({expression})")
        except BaseException as error:
            caught = errors.caught(error)
            assert isinstance(caught, BaseException)
            name = type(caught).__name__.rpartition(".")[2]
            return f"!! {name}: {errors.exception_text(caught)}"
        return "=> " + text.py2_repr(self.names["outcome_of_it"])


def check(table: str, setup: str = "") -> None:
    """Hold every line ``expression => repr`` or ``expression !! Type: text``."""
    space = Space(setup)
    wrong = []
    for line in table.strip().split("\n"):
        at = max(line.find(" => "), line.find(" !! "))
        expression, expected = line[:at].strip(), line[at + 1 :].rstrip()
        found = space.outcome(expression).rstrip()
        if found != expected:
            wrong.append(f"{expression}\n  expected {expected}\n  found    {found}")
    assert not wrong, "\n".join(wrong)
