"""The old command line: repy [options] RESTRICTIONS PROGRAM [ARGUMENTS].

Repy V1 specification, section 2; Repy V2 specification, sections 1.1 and 1.2.
"""

from __future__ import annotations

import gc
import os
import sys

from repy_compat import options as command_line
from repy_compat import outcome
from repy_compat.errors import IsolationUnavailable, RestrictionsError, UsageError
from repy_compat.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.limits.restrictions import Limits

_V2_USAGE = "Usage: repy.py [options] resource_file program_to_run.r2py [program args]"


def main(words: list[str]) -> int:
    """Run the old command line; the exit code."""
    for_v2 = any(word.endswith(".r2py") for word in words)
    try:
        options, positional = command_line.parse(words)
    except UsageError as error:
        return _wrong_option(str(error), for_v2)
    if options.cwd is not None:
        try:
            os.chdir(options.cwd)
        except OSError as error:
            _say(f"repy: can't change to {options.cwd}: {error.strerror}")
            return outcome.USAGE
    if len(positional) < 2:
        return _too_few(positional, for_v2)
    restrictions, program, *args = positional
    dialect_name = options.dialect or ("V2" if program.endswith(".r2py") else "V1")
    if dialect_name == "V2":
        # Two options of V1 that V2's launcher doesn't have (section 1.1).
        for name in ("simple", "norestrictions"):
            if getattr(options, name):
                return _wrong_option(f"no such option: --{name}", True)
    if options.stop is not None and os.path.exists(options.stop):
        _say(f"Exception: Stop file already exists! File:{options.stop}")
        return outcome.USAGE if dialect_name == "V1" else outcome.STARTUP_FAILED
    try:
        require_status_folder(options)
    except UsageError as error:
        _say(f"repy: {error}")
        return outcome.USAGE
    return _with_restrictions(options, restrictions, program, args, dialect_name)


def require_status_folder(options: Options) -> None:
    """UsageError if ``--status`` was given and its files can't be made."""
    if options.status is None:
        return
    folder = os.path.dirname(options.status) or "."
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"can't write status files {options.status}-...: "
            "no such folder, or no rights"
        )


def run_program(
    program: str,
    args: list[str],
    limits: Limits,
    dialect_name: str,
    options: Options,
) -> int:
    """Run a program under supervision with the terms of ``options``; its exit code."""
    from repy_compat.execution import Execution
    from repy_compat.loading import library_folder
    from repy_compat.supervisor import supervise
    from repy_compat.supervisor.job import Job

    execution = Execution(
        program,
        limits,
        dialect_name=dialect_name,
        args=args,
        simple=options.simple,
        banner=options.execinfo,
        apply_rules=not options.norestrictions,
        include_path=options.include_path,
        addresses=options.address_preferences,
        nootherips=options.nootherips,
        logged=options.logfile is not None,
        cache=options.cache,
        terse=options.terse,
        table_dicts=options.dict_order == "2.7",
    )
    job = Job.under(
        limits,
        libraries=[library_folder()],
        stop_file=options.stop,
        status_prefix=options.status,
        logfile=options.logfile,
        timeout=options.timeout,
        raw=options.raw,
        strict=options.strict,
    )
    gc.freeze()
    gc.enable()
    try:
        return supervise(job, execution).ending.code
    except (IsolationUnavailable, UsageError) as error:
        _say(f"repy: {error}")
        return outcome.USAGE


def _with_restrictions(
    options: Options,
    restrictions: str,
    program: str,
    args: list[str],
    dialect_name: str,
) -> int:
    from repy_compat.limits.restrictions import Limits

    try:
        limits = Limits.from_file(restrictions, dialect_name)
    except RestrictionsError as error:
        _hint_at_missing_restrictions([restrictions, program, *args])
        _tell_restrictions_error(error, options, dialect_name)
        return outcome.STARTUP_FAILED
    return run_program(program, args, limits, dialect_name, options)


def _tell_restrictions_error(
    error: RestrictionsError, options: Options, dialect_name: str
) -> None:
    """The error in plain words, then as the reference reports it."""
    from repy_compat import report
    from repy_compat.supervisor.status import StatusFile

    conclusion = f"Exception (with {error.class_text}): {error.text}"
    _say(str(error))
    _say(report.report([], conclusion, dialect_name), end="")
    if options.status is not None:
        StatusFile(options.status).write("Terminated")


def _wrong_option(message: str, for_v2: bool) -> int:
    if for_v2:
        _say(f"{_V2_USAGE}\n\nrepy.py: error: {message}")
        return outcome.V2_USAGE
    _say(f"repy: {message}")
    print()
    print(command_line.USAGE, end="")
    return outcome.USAGE


def _too_few(positional: list[str], for_v2: bool) -> int:
    if for_v2:
        print("Repy requires a resource file and the program to run!")
        print(_V2_USAGE)
    else:
        print()
        print("Error: Must supply a restrictions file and a program file to execute")
    print(command_line.USAGE, end="")
    if positional:
        _hint_at_missing_restrictions(positional)
    return outcome.V2_USAGE if for_v2 else outcome.USAGE


def _hint_at_missing_restrictions(words: list[str]) -> None:
    """Where the first word is a program, its user has forgotten the restrictions."""
    first = words[0]
    if first.endswith((".repy", ".r2py")):
        from shlex import join

        _say(
            f"repy: {first} looks like a program. A restrictions file comes first; "
            f"'repy run {join(words)}' runs it under default limits."
        )


def _say(text: str, end: str = "\n") -> None:
    """Write to standard error; program text in it goes out as the bytes it is."""
    sys.stdout.flush()
    sys.stderr.flush()
    text += end
    if os.isatty(2):
        from repy_compat.world.output import harmless

        text = harmless(text)
    try:
        os.write(2, text.encode("latin-1", "replace"))
    except OSError:
        # Nobody can be told; the exit code still says it.
        return


def limits_of(path: str | None, dialect_name: str) -> Limits:
    """The limits of a restrictions file, or the default ones. RestrictionsError."""
    from repy_compat.limits.restrictions import Limits

    if path is None:
        return Limits.default()
    return Limits.from_file(path, dialect_name)
