"""``repy port``: what a Python 2 program that uses Repy libraries needs for Python 3."""

from __future__ import annotations

import sys

from repy_compat.errors import UsageError

USAGE = """\
Usage: repy port [--write] [--output FILE] FILE...

Reads Python 2 programs of the kind that use Repy libraries from plain Python and
prints a report: which Repy libraries and names they use, what has to change, and
the questions that the text alone can't answer, each with file and line.

--write        : Write the Python 3 program to FILE3.py (foo.py gives foo3.py)
--output FILE  : Write it to FILE; for one program only

The exit code is 0 without questions, 1 with questions, 2 if a program can't be
read.
"""


def main(words: list[str]) -> int:
    """Run the verb; returns the exit code."""
    if "--help" in words or "-h" in words:
        print(USAGE, end="")
        return 0
    try:
        write, output, files = _parse(words)
        questions = 0
        for name in files:
            questions += _port(name, output or (_new_name(name) if write else None))
    except UsageError as error:
        print(f"repy port: {error}", file=sys.stderr)
        return 2
    return 1 if questions else 0


def _port(name: str, output: str | None) -> int:
    """Report one program, and write it; the number of questions."""
    from repy_compat.porting.port.passes import port

    try:
        with open(name, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from None
    result = port(name, data)
    print("\n".join(result.lines()))
    if output is not None:
        try:
            with open(output, "wb") as file:
                file.write(result.text.encode("latin-1"))
        except OSError as error:
            raise UsageError(f"{output}: {error.strerror}") from None
        print(f"  Written: {output}")
    return len(result.questions)


def _new_name(name: str) -> str:
    return (name.removesuffix(".py")) + "3.py"


def _parse(words: list[str]) -> tuple[bool, str | None, list[str]]:
    write, output = False, None
    files: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            files += waiting
            break
        if word == "--write":
            write = True
        elif word.partition("=")[0] == "--output":
            _, equals, value = word.partition("=")
            if not equals and not waiting:
                raise UsageError("option --output needs a value")
            output = value if equals else waiting.pop(0)
        elif word.startswith("--"):
            raise UsageError(f"no such option: {word}")
        else:
            files.append(word)
    if not files:
        raise UsageError("which files? See 'repy port --help'")
    if output is not None and len(files) > 1:
        raise UsageError("option --output is for one program")
    return write, output, files
