"""Running and checking Repy programs from Python: ``repy_compat.run`` and ``check``."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from repy_compat import outcome
from repy_compat.errors import Complaint, RestrictionsError, UsageError
from repy_compat.limits.restrictions import Limits
from repy_compat.outcome import Ending, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading

    from repy_compat.language.dialect import Dialect
    from repy_compat.sandbox import Sandbox

#: Characters of each stream that an Outcome keeps.
OUTPUT_LIMIT = 50_000_000
#: Bytes of stack for the thread that runs a program's text.
MAIN_STACK = 8 * 1024 * 1024


def run(
    program: str | os.PathLike[str] | None = None,
    *,
    source: str | bytes | None = None,
    filename: str | None = None,
    args: Sequence[str] = (),
    limits: Limits | str | os.PathLike[str] | None = None,
    dialect: str | None = None,
    isolation: str = "process",
    folder: str | os.PathLike[str] | None = None,
    include_path: Sequence[str | os.PathLike[str]] = (),
    apply_rules: bool = True,
    timeout: float | None = None,
    strict: bool = False,
    dict_order: str = "insertion",
) -> Outcome:
    """Run a Repy program to its end and tell how it went.

    Args:
        program: path of the program's file.
        source: its text, instead of a file; bytes, or a str of characters 0-255.
        filename: the name that a ``source`` is shown under and that decides its
            dialect; ``program.repy`` unless given.
        args: the program's words (``callargs``).
        limits: the restrictions, or the path of a restrictions file; default
            limits (``Limits.default()``) without.
        dialect: ``"V1"`` or ``"V2"``; by the file's name (``.r2py`` is V2) without.
        isolation: ``"process"`` runs the program in a worker process under a
            supervisor, with every wall that this machine offers. ``"thread"``
            runs it in this process, for tests and trusted code. What it does
            **not** promise: a hostile program may break out of the language's
            walls; limits of cpu, memory and disk are not enforced; a program
            that loops without calling the API can't be ended, so that after a
            ``timeout`` its thread goes on as a daemon. And Python's limit of
            digits in a number's text is lifted for this process.
        folder: the vessel folder. Without one, a new empty folder, which is
            removed at the end with all that the program wrote.
        include_path: further folders to look for included files in.
        apply_rules: False allows every call, whatever the call rules say.
        timeout: seconds after which the program is ended; for ever without.
        strict: refuse to run (IsolationUnavailable) unless every wall is there.
        dict_order: ``"insertion"`` lists dictionaries as their keys were inserted,
            ``"2.7"`` in the order of Python 2.7's hash tables; exact as long as
            nothing is deleted. It is a property of a whole process, so it needs
            ``isolation="process"``.

    Returns:
        The Outcome; the fault of a program is an outcome and no exception. Any
        number of runs may go on side by side, each with limits of its own.

    Raises:
        UsageError: arguments that make no sense.
        RestrictionsError: a restrictions file that can't be understood.
        OSError: ``folder`` can't be used.
        IsolationUnavailable: see ``strict``.
    """
    name = _checked_name(program, source, filename)
    dialect_name = _checked_dialect(dialect, name)
    if isolation not in ("process", "thread"):
        raise UsageError(f"isolation is 'process' or 'thread', not {isolation!r}")
    if timeout is not None and not timeout > 0:
        raise UsageError(f"timeout is in seconds and greater than 0, not {timeout!r}")
    if strict and isolation == "thread":
        raise UsageError("strict needs isolation='process'")
    if dict_order not in ("insertion", "2.7"):
        raise UsageError(f"dict_order is 'insertion' or '2.7', not {dict_order!r}")
    if dict_order == "2.7" and isolation == "thread":
        raise UsageError("dict_order='2.7' needs isolation='process'")
    terms = _Terms(
        name,
        _bytes_of(source),
        dialect_name,
        _limits_of(limits, dialect_name),
        _byte_strings(args),
        [os.fspath(place) for place in include_path],
        apply_rules,
        timeout,
        strict,
        dict_order == "2.7",
    )
    if folder is not None:
        return _run_in(os.fspath(folder), terms, isolation)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="repy-vessel-") as vessel:
        return _run_in(vessel, terms, isolation)


def check(
    program: str | os.PathLike[str] | None = None,
    *,
    source: str | bytes | None = None,
    filename: str | None = None,
    dialect: str | None = None,
    include_path: Sequence[str | os.PathLike[str]] = (),
) -> list[Complaint]:
    """Everything that is wrong with a program's text; an empty list if nothing is.

    The arguments are those of ``run``. Raises OSError for an unreadable file and
    IncludeError for an include that can't be followed.
    """
    from repy_compat.language.compiler import check_program
    from repy_compat.loading import merge_includes

    name = _checked_name(program, source, filename)
    text = _bytes_of(source)
    if text is None:
        with open(name, "rb") as file:
            text = file.read()
    merged = merge_includes(text, name, [os.fspath(place) for place in include_path])
    return check_program(
        merged.text,
        name,
        _dialect(_checked_dialect(dialect, name)),
        source_map=merged.source_map,
    )


class _Terms:
    """The arguments of a run, checked."""

    __slots__ = (
        "name",
        "source",
        "dialect_name",
        "limits",
        "args",
        "include_path",
        "apply_rules",
        "timeout",
        "strict",
        "table_dicts",
    )

    def __init__(
        self,
        name: str,
        source: bytes | None,
        dialect_name: str,
        limits: Limits,
        args: list[str],
        include_path: list[str],
        apply_rules: bool,
        timeout: float | None,
        strict: bool,
        table_dicts: bool,
    ) -> None:
        self.name = name
        self.source = source
        self.dialect_name = dialect_name
        self.limits = limits
        self.args = args
        self.include_path = include_path
        self.apply_rules = apply_rules
        self.timeout = timeout
        self.strict = strict
        self.table_dicts = table_dicts


def _run_in(folder: str, terms: _Terms, isolation: str) -> Outcome:
    if isolation == "thread":
        return _run_in_thread(folder, terms)
    return _run_in_process(folder, terms)


# --- in this process -----------------------------------------------------------


def _run_in_thread(folder: str, terms: _Terms) -> Outcome:
    import threading

    from repy_compat.language.cache import default_folder
    from repy_compat.loading import Loader, library_folder
    from repy_compat.sandbox import Sandbox
    from repy_compat.world.output import MemoryOutput
    from repy_compat.world.real import real_world

    began = time.monotonic()
    output, errors = MemoryOutput(OUTPUT_LIMIT), MemoryOutput(OUTPUT_LIMIT)
    world = real_world(folder, output, errors, library=library_folder())
    loader = Loader(
        terms.name,
        terms.source,
        terms.dialect_name,
        terms.include_path,
        cache_folder=default_folder(),
    )
    program = loader.load(world)
    most_held: dict[str, int] = {}
    left: dict[str, int] = {}
    if isinstance(program, Ending):
        ending = program
    else:
        over = threading.Event()
        sandbox = Sandbox(
            program,
            terms.limits,
            world,
            args=terms.args,
            apply_rules=terms.apply_rules,
            on_end=lambda ending: over.set(),
        )
        ending = _in_thread_of_its_own(sandbox, over, terms.timeout)
        most_held, left = sandbox.most_held(), sandbox.left()
        sandbox.release()
    return Outcome(
        output.text(),
        errors.text(),
        ending,
        most_held=most_held,
        left=left,
        rings=("language",),
        seconds=time.monotonic() - began,
    )


def _in_thread_of_its_own(
    sandbox: Sandbox, over: threading.Event, timeout: float | None
) -> Ending:
    """Run the main event in a new thread and wait until the run has ended.

    The thread itself isn't waited for: it may be in an endless loop.
    """
    import threading

    previous = threading.stack_size(MAIN_STACK)
    try:
        threading.Thread(target=sandbox.main, name="repy-main", daemon=True).start()
    finally:
        threading.stack_size(previous)
    try:
        if not over.wait(timeout):
            sandbox.stop(_timed_out(timeout))
    except KeyboardInterrupt:
        sandbox.stop(Ending("interrupted", outcome.INTERRUPTED))
        raise
    assert sandbox.ending is not None
    return sandbox.ending


def _timed_out(timeout: float | None) -> Ending:
    return Ending(
        "timeout", outcome.TIMED_OUT, f"still running after {timeout} seconds"
    )


# --- in a worker process ---------------------------------------------------------


def _run_in_process(folder: str, terms: _Terms) -> Outcome:
    from repy_compat.execution import Execution
    from repy_compat.loading import library_folder
    from repy_compat.supervisor.forkserver import run_captured
    from repy_compat.supervisor.job import Job

    execution = Execution(
        # The worker's current folder isn't ours.
        terms.name if terms.source is not None else os.path.abspath(terms.name),
        terms.limits,
        dialect_name=terms.dialect_name,
        source=terms.source,
        args=terms.args,
        apply_rules=terms.apply_rules,
        include_path=[os.path.abspath(place) for place in terms.include_path],
        table_dicts=terms.table_dicts,
    )
    job = Job.under(
        terms.limits,
        folder=os.path.abspath(folder),
        libraries=[library_folder()],
        timeout=terms.timeout,
        strict=terms.strict,
    )
    captured = run_captured(job, execution, output_limit=OUTPUT_LIMIT)
    told = captured.run.report
    return Outcome(
        captured.output.decode("latin-1"),
        captured.errors.decode("latin-1"),
        captured.run.ending,
        most_held=_counts(told.get("most_held")),
        left=_counts(told.get("left")),
        rings=captured.run.rings,
        seconds=captured.run.seconds,
    )


def _counts(told: object) -> dict[str, int]:
    """Numbers by resource; what a worker told may be anything."""
    if not isinstance(told, dict):
        return {}
    return {
        name: number
        for name, number in told.items()
        if isinstance(name, str) and isinstance(number, int)
    }


# --- the arguments ---------------------------------------------------------------


def _checked_name(
    program: str | os.PathLike[str] | None,
    source: str | bytes | None,
    filename: str | None,
) -> str:
    if (program is None) == (source is None):
        raise UsageError("give either the path of a program or its source")
    if program is not None:
        if filename is not None:
            raise UsageError("filename goes with source; a program has its own name")
        name = os.fspath(program)
        if not isinstance(name, str):
            raise UsageError(f"the path of a program is a str, not {program!r}")
        return name
    return "program.repy" if filename is None else filename


def _checked_dialect(dialect: str | None, name: str) -> str:
    if dialect is None:
        return "V2" if name.endswith(".r2py") else "V1"
    if dialect not in ("V1", "V2"):
        raise UsageError(f"dialect is 'V1' or 'V2', not {dialect!r}")
    return dialect


def _dialect(dialect_name: str) -> Dialect:
    from repy_compat.language.dialect import Dialect

    return Dialect.of_name(dialect_name)


def _bytes_of(source: str | bytes | None) -> bytes | None:
    if source is None or isinstance(source, bytes):
        return source
    try:
        return source.encode("latin-1")
    except UnicodeEncodeError as error:
        raise UsageError(
            f"source has the character {source[error.start]!r} at {error.start}: a "
            "Repy text is bytes. Encode it, for example with source.encode('utf-8')"
        ) from None


def _byte_strings(args: Sequence[str]) -> list[str]:
    if isinstance(args, str):
        raise UsageError(f"args is a list of words, not the word {args!r}")
    for word in args:
        if type(word) is not str or (word and max(word) > "\xff"):
            raise UsageError(
                f"args are str of characters 0-255 (Repy byte strings), not {word!r}"
            )
    return list(args)


def _limits_of(
    limits: Limits | str | os.PathLike[str] | None, dialect_name: str
) -> Limits:
    if limits is None:
        return Limits.default()
    if isinstance(limits, Limits):
        return limits
    path = os.fspath(limits)
    if not isinstance(path, str):
        raise RestrictionsError(f"the path of a restrictions file is a str: {path!r}")
    return Limits.from_file(path, dialect_name)
