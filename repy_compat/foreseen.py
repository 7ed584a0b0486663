"""Texts that a program will make namespaces of, compiled before the walls close.

Loaders such as ``encasementlib.r2py`` and ``dylink.r2py`` read further programs
from the vessel and run them in virtual namespaces. Behind the walls the cache of
compiled code is out of reach, and what the compiler needs would count against the
program's memory. So what can be foreseen is compiled, or taken from the cache,
before the first statement: the files that the program's arguments name, and those
that its own text names, or that of a file found so.

This decides nothing. A text is known again by all its characters and its name:
what a program changes in the meantime is compiled when it comes to it, as is
whatever wasn't foreseen.
"""

from __future__ import annotations

from types import CodeType

from repy_compat.errors import ProgramRejected
from repy_compat.language.compiler import compile_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from repy_compat.api.runtime import Runtime
    from repy_compat.language.cache import CodeCache
    from repy_compat.language.compiler import Program
    from repy_compat.world.base import Files

_ENDING = ".r2py"
_MAKES_NAMESPACES = "createvirtualnamespace"
_LONGEST_NAME = 120
_LONGEST_TEXT = 100_000  # of one file, and of all
_LONGEST_TOGETHER = 400_000


def foresee(
    program: Program,
    args: Sequence[str],
    files: Files,
    runtime: Runtime,
    cache: CodeCache | None,
) -> None:
    """Compile what ``program``, run with ``args``, can be seen to make namespaces of.

    ``runtime`` is told of each text; ``files`` are read as the program reads them,
    so links and what isn't a file stay out (threat class T13).
    """
    if _MAKES_NAMESPACES not in _names_of(program.code):
        return
    beside = set(files.names())
    coming = [*args, *_strings_of(program.code)]
    seen = set()
    left = _LONGEST_TOGETHER
    for word in coming:
        name = word if word.endswith(_ENDING) else word + _ENDING
        if name in seen or len(name) > _LONGEST_NAME:
            continue
        seen.add(name)
        # Modules may be named without their ending, but few words name a module.
        text = _read(files, name) if name is word or name in beside else None
        if text is None or len(text) > left:
            continue
        left -= len(text)
        coming += _expect(text, name, runtime, cache)


def _expect(
    text: str, name: str, runtime: Runtime, cache: CodeCache | None
) -> Iterator[str]:
    """Tell ``runtime`` what becomes of a text; the strings that are in it."""
    try:
        made = compile_program(
            text, name, runtime.dialect, cache=cache, table_dicts=runtime.table_dicts
        )
    except ProgramRejected as refused:
        runtime.expect_refusal(text, name, refused)
        return iter(())
    except (RecursionError, MemoryError):
        return iter(())
    runtime.expect(text, name, made)
    return _strings_of(made.code)


def _read(files: Files, name: str) -> str | None:
    """The text of a file; None if there is none, or if it's too long."""
    try:
        file = files.open(name, write=False)
    except (OSError, ValueError):
        return None
    try:
        if file.size() > _LONGEST_TEXT:
            return None
        return file.read_at(_LONGEST_TEXT, 0)
    except OSError:
        return None
    finally:
        file.close()


def _strings_of(code: CodeType) -> Iterator[str]:
    """The string constants of a code object and of those in it."""
    for constant in code.co_consts:
        if type(constant) is str:
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings_of(constant)


def _names_of(code: CodeType) -> set[str]:
    """The names that a code object and those in it use, but for local ones."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names_of(constant)
    return names
