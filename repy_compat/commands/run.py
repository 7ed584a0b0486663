"""repy run: a program under default limits, with or without security layers."""

from __future__ import annotations

import os
import sys

from repy_compat import options as command_line
from repy_compat import outcome
from repy_compat.commands import launch
from repy_compat.errors import RestrictionsError, UsageError
from repy_compat.options import Options

HELP = """\
Usage: repy run [--limits FILE] [--layer FILE]... [options] PROGRAM [ARGUMENTS]

Runs PROGRAM in the current folder.

--limits FILE   : A restrictions file. Without it, the default limits hold
--layer FILE    : A security layer to run the program in. May be repeated: the
                  first layer is the outermost

The options of the old command line are understood too; 'repy' alone lists them.
"""


def main(words: list[str]) -> int:
    """Run the verb; the exit code of the program, or 2 for a wrong command line."""
    if words[:1] in (["--help"], ["-h"]):
        print(HELP, end="")
        return 0
    try:
        limits_file, layers, rest = _own_options(words)
        options, positional = command_line.parse(rest)
        if not positional:
            raise UsageError("which program? See 'repy run --help'")
        if options.cwd is not None:
            _change_folder(options.cwd)
        launch.require_status_folder(options)
        if options.stop is not None and os.path.exists(options.stop):
            raise UsageError(f"the stop file is there already: {options.stop}")
        return _run(options, limits_file, layers, positional)
    except UsageError as error:
        print(f"repy run: {error}", file=sys.stderr)
        return 2


def _run(
    options: Options, limits_file: str | None, layers: list[str], positional: list[str]
) -> int:
    from repy_compat.loading import find_program

    dialect_name = options.dialect or _dialect_of(positional[0])
    if layers:
        if dialect_name != "V2":
            raise UsageError(
                f"security layers are Repy V2, and {positional[0]} is V1 "
                "(V2 programs end in .r2py)"
            )
        for name in (*layers, positional[0]):
            _require_beside(name)
        positional = ["encasementlib.r2py", *layers, *positional]
    try:
        limits = launch.limits_of(limits_file, dialect_name)
    except RestrictionsError as error:
        print(f"repy run: {error}", file=sys.stderr)
        return outcome.STARTUP_FAILED
    program, *args = positional
    if not os.path.exists(find_program(program)):
        raise UsageError(f"no such program: {program}")
    return launch.run_program(program, args, limits, dialect_name, options)


def _own_options(words: list[str]) -> tuple[str | None, list[str], list[str]]:
    """The values of --limits and --layer, and the other words before the program."""
    limits_file: str | None = None
    layers: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(words) and words[position].startswith("--"):
        name, equals, value = words[position].partition("=")
        position += 1
        if name not in ("--limits", "--layer"):
            rest.append(words[position - 1])
            takes_value = command_line.OPTIONS.get(name[2:], False)
            if takes_value and not equals and position < len(words):
                rest.append(words[position])
                position += 1
            continue
        if not equals:
            if position == len(words):
                raise UsageError(f"option {name} needs a value")
            value = words[position]
            position += 1
        if name == "--limits":
            limits_file = value
        else:
            layers.append(value)
    return limits_file, layers, rest + words[position:]


def _dialect_of(name: str) -> str:
    return "V2" if name.endswith(".r2py") else "V1"


def _require_beside(name: str) -> None:
    """A layer reads the next file as a program does: from the vessel folder."""
    if os.path.basename(name) != name:
        raise UsageError(
            f"{name} has to be in the current folder: the layers before it read it "
            "from there. Change to its folder (or use --cwd) and give its name alone"
        )
    if not os.path.isfile(name):
        raise UsageError(f"no such file in the current folder: {name}")
    from repy_compat.api.exceptions import RepyArgumentError
    from repy_compat.api.v2_files import check_name

    try:
        check_name(name)
    except RepyArgumentError as error:
        raise UsageError(
            f"no layer can open {name} ({error}): names have a to z, 0 to 9 and . _ - "
            "in them, at most 120 characters, and don't begin with a period"
        ) from None


def _change_folder(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(f"can't change to {folder}: {error.strerror}") from None
