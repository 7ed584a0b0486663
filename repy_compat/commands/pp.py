"""repy pp: resolves the include lines of a program (tools/repypp.py is the same).

Texts and exit codes are those of the Repy V1 specification, section 17.3.
"""

from __future__ import annotations

import sys

from repy_compat.errors import IncludeError

USAGE = """\
Usage: repy pp [--include-path DIR]... INFILE OUTFILE

Writes INFILE to OUTFILE with every line 'include FILE' replaced by that file.
Files are looked for in the current folder, in INFILE's folder, in each DIR and
among the installed Repy libraries, in this order. Lines that name a file somewhere
else are followed, too, with a note: read it before you run a stranger's program.
"""


def main(words: list[str]) -> int:
    """Run the verb: 0, or 1 if nothing was written."""
    if words[:1] in (["--help"], ["-h"]):
        print(USAGE, end="")
        return 0
    include_path: list[str] = []
    while words and words[0].partition("=")[0] == "--include-path":
        _, equals, folder = words[0].partition("=")
        include_path.append(folder if equals else "".join(words[1:2]))
        words = words[1:] if equals else words[2:]
    if len(words) != 2:
        print("Invalid number of arguments")
        print(USAGE, end="")
        return 1

    from repy_compat.language.includes import write_preprocessed

    try:
        problem = write_preprocessed(words[0], words[1], include_path, _note)
    except IncludeError as error:
        print(f"repy pp: {error}", file=sys.stderr)
        return 1
    if problem is not None:
        print(problem)
        return 1
    return 0


def _note(sentence: str) -> None:
    print(f"repy pp: note: {sentence}", file=sys.stderr)
