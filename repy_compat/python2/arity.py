"""Python 2.7's texts for calls with wrong arguments.

The host's text tells neither how many parameters a function has in all nor which
keywords were given. The function is looked for by its qualified name, the keywords
are read off the instruction that made the call.
"""

from __future__ import annotations

import gc
from types import FrameType, FunctionType, TracebackType

from repy_compat.python2.names import HOST_METHODS

_VARARGS, _VARKEYWORDS = 4, 8  # flags of code objects


class Signature:
    """How many arguments a function takes.

    ``names`` are its parameters, ``defaults`` of which have a default; ``star``
    and ``double`` tell whether it has ``*args`` and ``**keywords``.
    """

    __slots__ = ("names", "defaults", "star", "double")

    def __init__(
        self, names: tuple[str, ...], defaults: int, star: bool, double: bool
    ) -> None:
        self.names = names
        self.defaults = defaults
        self.star = star
        self.double = double


def signature_of(function: FunctionType) -> Signature:
    """The signature of a program's function."""
    code = function.__code__
    return Signature(
        code.co_varnames[: code.co_argcount],
        len(function.__defaults__ or ()),
        bool(code.co_flags & _VARARGS),
        bool(code.co_flags & _VARKEYWORDS),
    )


def arity_text(
    name: str, signature: Signature, positional: int, keywords: tuple[str, ...]
) -> str | None:
    """What Python 2.7 says of a call, or None if nothing is wrong.

    The order of the checks is that of Repy language catalogue, "Wrong number of
    arguments: texts". ``positional`` counts self.
    """
    names = signature.names
    total = len(names)
    given = positional + len(keywords)
    if not total and not signature.star and not signature.double and given:
        return f"{name}() takes no arguments ({given} given)"
    if positional > total and not signature.star:
        word = "at most" if signature.defaults else "exactly"
        return _count_text(name, word, total, given)
    for keyword in keywords:
        if keyword in names[:positional]:
            return f"{name}() got multiple values for keyword argument '{keyword}'"
        if keyword not in names and not signature.double:
            return f"{name}() got an unexpected keyword argument '{keyword}'"
    required = total - signature.defaults
    filled = set(names[:positional]).union(item for item in keywords if item in names)
    if all(item in filled for item in names[:required]):
        return None
    word = "at least" if signature.defaults or signature.star else "exactly"
    return _count_text(name, word, required, len(filled))


def _count_text(name: str, word: str, count: int, given: int) -> str:
    plural = "" if count == 1 else "s"
    return f"{name}() takes {word} {count} argument{plural} ({given} given)"


def call_text(error: BaseException, called: str, rest: str) -> str | None:
    """Python 2.7's text for the host's ``called() rest``; None if it isn't known.

    ``called`` is the function's qualified name.
    """
    if not rest.startswith(("missing ", "takes ", "got ")):
        return None
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None:
        return None
    name = called.rpartition(".")[2]
    keywords, count = _arguments(frame, position) if innermost else ((), 0)
    if rest.startswith("got an unexpected keyword argument '"):
        keyword = rest.split("'")[1]
        if keyword not in keywords:
            keywords += (keyword,)
    plain = None
    if rest.startswith("got multiple values for argument"):
        keyword = rest.split("'")[1]
        plain = f"{name}() got multiple values for keyword argument '{keyword}'"
    for function in _functions(called, frame):
        signature = signature_of(function)
        positional = _positional(signature, rest, keywords, count)
        if positional is None:
            continue
        text = arity_text(name, signature, positional, keywords)
        if text is not None:
            return text
    return plain


def _positional(
    signature: Signature, rest: str, keywords: tuple[str, ...], count: int
) -> int | None:
    """How many positional arguments were given, by the host's text."""
    names = signature.names
    total = len(names)
    if rest.startswith("takes "):
        given = rest.rpartition(" but ")[2].partition(" ")[0]
        shown = rest.partition(" positional")[0].rpartition(" ")[2]
        if not given.isdigit() or shown != str(total):
            return None
        return int(given)
    if rest.startswith("missing "):
        missing = rest.split("'")[1::2]
        if any(item not in names for item in missing):
            return None
        required = names[: total - signature.defaults]
        filled = [item for item in required if item not in missing]
        return len([item for item in filled if item not in keywords])
    return count


def _last_program_frame(
    trace: TracebackType | None,
) -> tuple[FrameType | None, int, bool]:
    """The innermost frame of a program, where in its code it was, and whether no
    frame of ours is inside of it."""
    frame, position, innermost = None, 0, False
    while trace is not None:
        if "\u01c0match" in trace.tb_frame.f_builtins:
            frame, position = trace.tb_frame, trace.tb_lasti
            innermost = trace.tb_next is None
        trace = trace.tb_next
    return frame, position, innermost


def _arguments(frame: FrameType, position: int) -> tuple[tuple[str, ...], int]:
    """Keyword names and number of positional arguments of the call at a place."""
    from opcode import opname

    code = frame.f_code
    raw = code.co_code
    name = opname[raw[position]]
    argument = raw[position + 1]
    found: object = ()
    if name in ("CALL_FUNCTION_KW", "CALL_KW"):
        for back in (position - 2, position - 4):
            if back >= 0 and opname[raw[back]] == "LOAD_CONST":
                found = code.co_consts[_wide(raw, back, opname)]
                break
    elif name in ("CALL", "PRECALL"):
        for back in range(position - 2, max(position - 8, -1), -2):
            if opname[raw[back]] == "KW_NAMES":
                found = code.co_consts[_wide(raw, back, opname)]
                break
    elif name == "CALL_FUNCTION_EX":
        return _starred_arguments(frame, position)
    elif name not in ("CALL_FUNCTION", "CALL_METHOD"):
        return (), 0
    if not isinstance(found, tuple):
        return (), 0
    return found, max(argument - len(found), 0)


def _starred_arguments(frame: FrameType, position: int) -> tuple[tuple[str, ...], int]:
    """The same for a call with stars, as far as variables stand behind them.

    Nothing ran between reading the variables and the call, so they still hold
    what they held.
    """
    import dis

    before: list[dis.Instruction] = []
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset >= position:
            break
        if instruction.opname not in ("CACHE", "EXTENDED_ARG"):
            before.append(instruction)
    keywords: list[str] = []
    merged = before and before[-1].opname == "DICT_MERGE"
    if merged:
        before.pop()
        value = _variable(frame, before.pop())
        if isinstance(value, dict):
            keywords += [key for key in value if isinstance(key, str)]
    if before and before[-1].opname == "BUILD_MAP" and merged:
        before.pop()
    elif before and before[-1].opname == "BUILD_CONST_KEY_MAP":
        before.pop()
        names = before.pop().argval
        return (*names, *keywords), 0
    star = _variable(frame, before[-1]) if before else None
    count = len(star) if isinstance(star, (tuple, list)) else 0
    return tuple(keywords), count


def last_instruction(error: BaseException) -> str:
    """The name of the instruction at which a program's innermost frame was."""
    from opcode import opname

    frame, position, _ = _last_program_frame(error.__traceback__)
    return "" if frame is None else opname[frame.f_code.co_code[position]]


def called_name(error: BaseException) -> str | None:
    """The name by which the innermost call with stars calls its function."""
    frame, position, _ = _last_program_frame(error.__traceback__)
    if frame is None:
        return None
    import dis

    name: str | None = None
    marked = True
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset >= position:
            break
        kind = instruction.opname
        if kind == "PUSH_NULL":
            marked = True
        elif kind in ("LOAD_METHOD", "LOAD_ATTR") and not marked:
            name = str(instruction.argval)
        elif kind.startswith("LOAD_") and isinstance(instruction.argval, str):
            if marked or "NULL" in instruction.argrepr:
                name = instruction.argval
            marked = False
    return name


def _variable(frame: FrameType, instruction: object) -> object:
    """The value of the variable (or constant) that an instruction loads."""
    name = instruction.argval  # type: ignore[attr-defined]
    kind = instruction.opname  # type: ignore[attr-defined]
    if kind == "LOAD_CONST":
        return name
    if isinstance(name, tuple):  # two loads in one instruction
        name = name[-1]
    if not kind.startswith("LOAD_") or not isinstance(name, str):
        return None
    values = frame.f_locals
    return values.get(name, frame.f_globals.get(name))


def _wide(raw: bytes, position: int, opname: list[str]) -> int:
    """The argument of an instruction, with what an EXTENDED_ARG adds."""
    value = raw[position + 1]
    if position >= 2 and opname[raw[position - 2]] == "EXTENDED_ARG":
        value |= raw[position - 1] << 8
    return value


def _functions(called: str, frame: FrameType) -> list[FunctionType]:
    """The functions of that qualified name: first where it leads, then everywhere."""
    found: object = frame.f_globals.get(called.partition(".")[0])
    parts = called.split(".")[1:]
    for part in parts:
        if not isinstance(found, type):
            found = None
            break
        found = found.__dict__.get(part)
    if isinstance(found, FunctionType) and found.__qualname__ == called:
        return [found]
    if called in HOST_METHODS:
        return [HOST_METHODS[called]]
    builtins = frame.f_builtins
    return [
        value
        for value in gc.get_objects()
        if type(value) is FunctionType
        and value.__qualname__ == called
        and value.__builtins__ is builtins  # type: ignore[attr-defined]
    ][::-1]
