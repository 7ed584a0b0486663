"""The text about an uncaught exception, as the reference prints it.

Repy V1 specification, section 4.1; Repy V2 specification, section 1.7. The two
forms differ in their first lines only. Frames of the program are told by
``python2.errors``, not by their file's name: a program may be called what it likes.
"""

from __future__ import annotations

from _collections_abc import Callable

Locate = Callable[[str, int], tuple[str, int]]

_INTRODUCTION = (
    "Following is a full traceback, and a user traceback.\n"
    "The user traceback excludes non-user modules. "
    "The most recent call is displayed last.\n"
)


def same_place(filename: str, line: int) -> tuple[str, int]:
    """A Locate for text that nothing was included into."""
    return filename, line


def frames_of(error: BaseException) -> list[tuple[str, int, str, bool]]:
    """File, line, function and whether it's the program's, outermost call first."""
    from repy_compat.python2 import errors

    return errors.traceback_entries(error)


def frames_around(error: BaseException) -> list[tuple[str, int, str, bool]]:
    """The program's calls that led to where ``error`` was caught, as `frames_of`."""
    from repy_compat.python2 import errors

    return errors.callers_entries(error)


def uncaught_exception(
    error: BaseException, dialect_name: str, locate: Locate = same_place
) -> str:
    """The report about an exception that nobody caught.

    ``dialect_name`` is ``"V1"`` or ``"V2"``; ``locate`` turns file and line of
    the text that ran into those of the file that a person wrote.
    """
    return report(frames_of(error), last_line(error), dialect_name, locate)


def report(
    frames: list[tuple[str, int, str, bool]],
    conclusion: str,
    dialect_name: str,
    locate: Locate = same_place,
) -> str:
    """The report made of its parts: frames, and the line that says what happened."""
    full = []
    user = []
    for filename, line, function, of_program in frames:
        if of_program:
            filename, line = locate(filename, line)
        entry = f'  "{filename}", line {line}, in {function}\n'
        full.append(entry if of_program else _without_folder(filename, line, function))
        if of_program:
            user.append(entry)
    if dialect_name == "V1":
        heading = "---\nUncaught exception! "
    else:
        heading = "---\nUncaught exception!\n---\n"
    return (
        f"{heading}{_INTRODUCTION}\n"
        f"Full debugging traceback:\n{''.join(full)}\n"
        f"User traceback:\n{''.join(user)}\n"
        f"{conclusion}\n---\n"
    )


def last_line(error: BaseException) -> str:
    """What happened: ``Exception (with <class>): <text>``, as Python 2 shows it.

    The text comes from the exception's own ``__str__``, which may be a program's
    and may fail itself; then the exception is named without a text.
    """
    from repy_compat.errors import RunEnded
    from repy_compat.python2 import errors

    try:
        text = errors.exception_text(error)
    except RunEnded:
        raise
    except BaseException:
        # Also SystemExit, KeyboardInterrupt and old-style instances.
        text = "<exception str() failed>"
    if errors.is_refused_builtin(error):
        return f"Unsafe call: {text}"
    kind = errors.class_text(type(error))
    if kind.startswith("."):
        # Python 2 shows an old-style class without saying what it is.
        kind = f"type {kind}"
    return f"Exception (with {kind}): {text}"


def _without_folder(filename: str, line: int, function: str) -> str:
    """A frame of ours, without the folder in which repy_compat is installed."""
    return f'  "{filename.rpartition("/")[2]}", line {line}, in {function}\n'
