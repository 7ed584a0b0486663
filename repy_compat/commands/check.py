"""repy check: every complaint about programs, without running them."""

from __future__ import annotations

import sys

from repy_compat.errors import Complaint, IncludeError, UsageError

HELP = """\
Usage: repy check [--dialect V1|V2] [--include-path DIR]... [--format FORMAT] FILE...

Prints each complaint as 'file:line: message'. The exit code is 0 if there is none.

--dialect V1|V2     : What the programs are, whatever their files are called
--include-path DIR  : Look for included files in DIR too. May be repeated
--format FORMAT     : text (the default), github (annotations of a workflow run)
                      or sarif (one document for code scanners)
"""

FORMATS = ("text", "github", "sarif")


def main(words: list[str]) -> int:
    """Run the verb: 0 without a complaint, 1 with one, 2 for a wrong command line."""
    if words[:1] in (["--help"], ["-h"]):
        print(HELP, end="")
        return 0
    try:
        dialect_name, include_path, style, files = _parse(words)
    except UsageError as error:
        print(f"repy check: {error}", file=sys.stderr)
        return 2
    complaints: list[Complaint] = []
    for name in files:
        complaints += complaints_about(name, dialect_name, include_path)
    _WRITERS[style](complaints)
    return 1 if complaints else 0


def complaints_about(
    name: str, dialect_name: str | None = None, include_path: list[str] | None = None
) -> list[Complaint]:
    """All complaints about one file, its includes resolved.

    A file that can't be read, or an include that can't be followed, is a
    complaint too.
    """
    from repy_compat.language.compiler import check_program
    from repy_compat.language.dialect import Dialect
    from repy_compat.loading import merge_includes

    if dialect_name is None:
        dialect = Dialect.of_file(name)
    else:
        dialect = Dialect.of_name(dialect_name)
    try:
        with open(name, "rb") as file:
            merged = merge_includes(file.read(), name, include_path or [])
    except OSError as error:
        return [Complaint(name, 1, None, f"can't be read: {error.strerror}")]
    except IncludeError as error:
        return [_of_include(error, name)]
    return check_program(merged.text, name, dialect, source_map=merged.source_map)


def _of_include(error: IncludeError, name: str) -> Complaint:
    """The complaint in an IncludeError, whose text is ``file:line: message``."""
    file, _, rest = str(error).partition(":")
    line, _, message = rest.partition(": ")
    if line.isdigit():
        return Complaint(file, int(line), None, message)
    return Complaint(name, 1, None, str(error))


def _parse(words: list[str]) -> tuple[str | None, list[str], str, list[str]]:
    dialect_name: str | None = None
    include_path: list[str] = []
    style = "text"
    files: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("--") or word == "--":
            files += [word] if word != "--" else waiting
            if word == "--":
                break
            continue
        name, equals, value = word.partition("=")
        if name not in ("--dialect", "--include-path", "--format"):
            raise UsageError(f"no such option: {name}")
        if not equals:
            if not waiting:
                raise UsageError(f"option {name} needs a value")
            value = waiting.pop(0)
        if name == "--include-path":
            include_path.append(value)
        elif name == "--dialect":
            dialect_name = value.upper()
            if dialect_name not in ("V1", "V2"):
                raise UsageError(f"option --dialect is V1 or V2, not {value}")
        else:
            style = value
            if style not in FORMATS:
                raise UsageError(f"option --format is one of {', '.join(FORMATS)}")
    if not files:
        raise UsageError("which files? See 'repy check --help'")
    return dialect_name, include_path, style, files


def _write_text(complaints: list[Complaint]) -> None:
    for complaint in complaints:
        print(complaint)


def _write_github(complaints: list[Complaint]) -> None:
    for complaint in complaints:
        place = f"file={_property(complaint.file)},line={complaint.line}"
        if complaint.column is not None:
            place += f",col={complaint.column + 1}"
        print(f"::error {place}::{_data(complaint.message)}")


def _data(text: str) -> str:
    """A message as a workflow command wants it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _write_sarif(complaints: list[Complaint]) -> None:
    import json

    from repy_compat import __version__

    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "repy check",
                        "version": __version__,
                        "rules": [
                            {
                                "id": "repy",
                                "shortDescription": {"text": "Not allowed in Repy"},
                            }
                        ],
                    }
                },
                "results": [_sarif_result(complaint) for complaint in complaints],
            }
        ],
    }
    print(json.dumps(document, indent=2))


def _sarif_result(complaint: Complaint) -> dict[str, object]:
    region: dict[str, int] = {"startLine": complaint.line}
    if complaint.column is not None:
        region["startColumn"] = complaint.column + 1
    return {
        "ruleId": "repy",
        "level": "error",
        "message": {"text": complaint.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(complaint.file)},
                    "region": region,
                }
            }
        ],
    }


def _uri(path: str) -> str:
    """A path as a SARIF file names it: a URI, relative as the path is."""
    import os
    from urllib.parse import quote

    # The bytes of a name that is no text are quoted as they are.
    name = quote(os.fsencode(path.replace(os.sep, "/")))
    return f"file://{name}" if name.startswith("/") else name


_WRITERS = {"text": _write_text, "github": _write_github, "sarif": _write_sarif}
