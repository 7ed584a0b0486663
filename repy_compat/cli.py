"""The command ``repy``: a verb, or the old form with a restrictions file."""

from __future__ import annotations

import gc
import os
import sys

VERBS = {
    "run": "run a program, under default limits or --limits FILE, with --layer FILE",
    "check": "check programs without running them",
    "pp": "resolve the include lines of a program",
    "explore": "search the schedules of a program for races, deadlocks and leaks",
    "replay": "run a program under a schedule that explore printed",
    "trace": "draw the events of a run as a page for a browser",
    "matrix": "run every program of a folder against every security layer of another",
    "port": "tell what a Python 2 program that uses Repy libraries needs for Python 3",
    "doctor": "tell which walls this machine offers around a program",
}


def main(words: list[str] | None = None) -> int:
    """Run the command line ``words`` (default: those of this process); the exit code."""
    if words is None:
        words = sys.argv[1:]
    try:
        os.getcwd()
    except OSError:
        message = "the current folder is gone or can't be entered: change to another"
        print(f"repy: {message}", file=sys.stderr)
        return 1
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        print("repy: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        return 141
    except OSError as problem:
        # What the verbs expect they tell themselves; the rest is a full disk.
        print(f"repy: can't go on: {problem}", file=sys.stderr)
        return 1


def entry_point() -> None:
    """What the installed command calls. Ends the process."""
    # What is loaded for a run stays until its end: no search for garbage in it.
    gc.disable()
    _occupy_standard_streams()
    _guard_standard_streams()
    from repy_compat import bundle

    bundle.install()
    code = _delivered(main())
    bundle.refresh()
    _leave(code)
    sys.exit(code)


def _delivered(code: int) -> int:
    """``code``, or another one if our own output didn't reach its reader."""
    try:
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        code = 141
    except (OSError, ValueError) as problem:
        print(f"repy: can't go on: {problem}", file=sys.stderr)
        code = code or 1
    # The interpreter would try the rest once more at its end, and tell of it.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return code


def _occupy_standard_streams() -> None:
    """Whoever closed one of our three streams gets nothing from it.

    Left free, its number would be given to the next file that we open, and what was
    meant for the stream would end in there.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one: those below it are taken.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            mode = "w" if descriptor else "r"
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))


def _guard_standard_streams() -> None:
    """Names of files and texts of programs go out whatever they hold.

    What no encoding has is spelt out, and so is what a terminal would act on.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
        if stream.isatty():
            from repy_compat.commands.terminal import HarmlessStream

            setattr(sys, name, HarmlessStream(stream))


def _leave(code: int) -> None:
    """End the process without taking the interpreter to pieces, which costs 5 ms.

    Returns if somebody has something left to do: a thread, an exit handler, a
    stream that can't be written.
    """
    import _thread
    import atexit

    if _thread._count() or atexit._ncallbacks():
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        return
    os._exit(code & 0xFF)


def _dispatch(words: list[str]) -> int:
    if words and words[0] in VERBS:
        if words[0] != "run":
            gc.enable()
        return _verb(words[0])(words[1:])
    if words and words[0] in ("help", "--help", "-h"):
        print(_help(), end="")
        return 0
    if words and words[0] == "--version":
        from repy_compat import __version__

        print(f"repy_compat {__version__}")
        return 0
    from repy_compat.commands import launch

    return launch.main(words)


def _verb(verb: str):  # type: ignore[no-untyped-def]
    from importlib import import_module

    return import_module(f"repy_compat.commands.{verb}").main


def _help() -> str:
    lines = [
        "Usage: repy [options] RESTRICTIONS PROGRAM [ARGUMENTS]",
        "       repy VERB ...",
        "",
        "The first form is the old command line; 'repy' alone lists its options.",
        "The verbs ('repy VERB --help' tells more):",
        "",
    ]
    lines += [f"  {verb:8} {purpose}" for verb, purpose in VERBS.items()]
    return "\n".join(lines) + "\n"
