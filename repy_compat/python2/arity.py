"""Python 2.7's texts for calls with wrong arguments.

The host's text tells neither how many parameters a function has in all nor which
keywords were given. The function is looked for by its qualified name, the keywords
are read off the instruction that made the call.
"""

from __future__ import annotations

import gc
from _collections_abc import Iterator
from types import FrameType, FunctionType, MethodType, TracebackType

from repy_compat.python2 import operands
from repy_compat.python2.names import HOST_METHODS, class_name, type_name

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
    name = called.rpartition(".")[2]
    if rest.startswith("got multiple values for keyword argument"):
        return f"{name}() {rest}"
    keywords: tuple[str, ...] = ()
    count = 0
    if frame is None:
        pass
    elif innermost:
        keywords, count = _arguments(frame, position)
    else:
        keywords, count = _helper_arguments(error.__traceback__)
    if rest.startswith("got an unexpected keyword argument '"):
        keyword = rest.split("'")[1]
        if keyword not in keywords:
            keywords += (keyword,)
    plain = None
    if rest.startswith("got multiple values for argument"):
        keyword = rest.split("'")[1]
        plain = f"{name}() got multiple values for keyword argument '{keyword}'"
        count += innermost and _is_method(called)  # self came with the method
    for function in _candidates(called, frame, error):
        signature = signature_of(function)
        if not _agrees(signature, rest):
            continue
        positional = _positional(signature, rest, keywords, count)
        if positional is None:
            continue
        if plain and positional <= len(signature.names):
            return plain
        text = arity_text(name, signature, positional, keywords)
        if text is not None:
            return text
    return plain


def _agrees(signature: Signature, rest: str) -> bool:
    """Whether the host can have said ``rest`` of a function of that signature."""
    if rest.startswith("got an unexpected keyword argument '"):
        return rest.split("'")[1] not in signature.names
    if rest.startswith("got multiple values for argument '"):
        return rest.split("'")[1] in signature.names
    return True


def _is_method(called: str) -> bool:
    """Whether a qualified name is that of a function in a class."""
    before = called.rpartition(".")[0]
    return bool(before) and not before.endswith("<locals>")


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
    opname = operands.opcode_names()
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
    """The same for a call with stars, as far as it is known."""
    _, count, keywords = operands.starred_call(frame, position)
    return keywords, count or 0


def _helper_arguments(trace: TracebackType | None) -> tuple[tuple[str, ...], int]:
    """The same for a call that a helper of ours made, from the helper's variables."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return (), 0
    values = trace.tb_frame.f_locals
    count = 0
    names: list[str] = []
    for name in ("arguments", "star"):
        given = values.get(name, ())
        count += len(given) if hasattr(type(given), "__len__") else 0
    for name in ("keywords", "double"):
        given = values.get(name, ())
        if isinstance(given, dict):
            names += [key for key in given if isinstance(key, str)]
    return tuple(names), count


def last_instruction(error: BaseException) -> str:
    """The name of the instruction at which a program's innermost frame was."""
    opname = operands.opcode_names()
    frame, position, _ = _last_program_frame(error.__traceback__)
    return "" if frame is None else opname[frame.f_code.co_code[position]]


def last_operation(error: BaseException) -> str:
    """The sign of the operation that failed, ``/=`` say; empty if it was none."""
    from dis import get_instructions

    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None or not innermost:
        return ""
    for instruction in get_instructions(frame.f_code):
        if instruction.offset == position:
            return instruction.argrepr if instruction.opname == "BINARY_OP" else ""
    return ""


_JOINING = 20
"""The argument of BINARY_OP for ``|=``."""


def was_joining(error: BaseException) -> bool:
    """Whether a program's innermost frame was at ``|=``."""
    from opcode import opname

    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None or not innermost:
        return False
    code = frame.f_code.co_code
    name = opname[code[position]]
    return name == "INPLACE_OR" or (
        name == "BINARY_OP" and code[position + 1] == _JOINING
    )


def last_operands(error: BaseException) -> tuple[object, object]:
    """The operands at which a program's innermost frame was, as far as known."""
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None or not innermost:
        return operands.UNKNOWN, operands.UNKNOWN
    return operands.topmost(frame, position)


def last_arguments(error: BaseException) -> list[object]:
    """The arguments of the plain call at which a program's innermost frame was."""
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None or not innermost:
        return []
    return operands.call_arguments(frame, position)


def is_starred(error: BaseException, name: str) -> bool:
    """Whether a value of the type ``name`` may stand behind ``*`` in the last call."""
    frame, position, _ = _last_program_frame(error.__traceback__)
    if frame is None:
        return False
    value = operands.starred_value(frame, position)
    if operands.is_unknown(value):
        return name not in NEVER_SEQUENCES
    return type(value).__name__ == name


NEVER_SEQUENCES = frozenset(
    ("int", "long", "float", "complex", "bool", "NoneType", "function", "type")
)
"""Types of which the host says in words of its own that they can't follow ``*``."""


def last_given(error: BaseException) -> int:
    """How many arguments the last call gave, positional or not; 0 if unknown."""
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None:
        return 0
    if innermost:
        keywords, count = _arguments(frame, position)
    else:
        keywords, count = _helper_arguments(error.__traceback__)
    return len(keywords) + count


def last_callee(error: BaseException) -> str | None:
    """The name of what a program's innermost frame called, if it is known."""
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None or not innermost:
        return None
    return _name_of(operands.callee(frame, position))


def _name_of(called: object) -> str | None:
    if isinstance(called, operands.Attribute):
        return called.name
    name = getattr(called, "__name__", None)
    return name if isinstance(name, str) else None


def is_unknown(value: object) -> bool:
    """Whether an operand couldn't be told."""
    return operands.is_unknown(value)


def called_with_stars(error: BaseException) -> str | None:
    """What the innermost call with stars calls, in 2.7's words; None if unknown.

    ``f()``, ``Old constructor``, ``Old instance``, ``type object``.
    """
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None:
        return None
    if not innermost:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        assert trace is not None
        called: object = trace.tb_frame.f_locals.get("function")
    else:
        called, _, _ = operands.starred_call(frame, position)
    return None if called is None or _is_lost(called) else _words(called)


def starred_kind(error: BaseException) -> str | None:
    """The type of what stood behind a star in the last call, in 2.7's words."""
    frame, position, _ = _last_program_frame(error.__traceback__)
    if frame is None:
        return None
    if last_instruction(error) in ("LIST_EXTEND", "DICT_MERGE"):
        value = operands.topmost(frame, position)[1]
    else:
        value = operands.starred_value(frame, position)
    return None if operands.is_unknown(value) else type_name(value)


def _is_lost(value: object) -> bool:
    """Whether a value that was called couldn't be told, nor how it was read."""
    return operands.is_unknown(value) and not isinstance(value, operands.Attribute)


def _words(called: object) -> str:
    kind = type_name(called)
    if kind == "classobj":
        return f"{class_name(called)} constructor"  # type: ignore[arg-type]
    if kind == "instance":
        return f"{class_name(type(called))} instance"
    name = _name_of(called)
    if name is not None and (
        isinstance(called, operands.Attribute) or kind in _NAMED_WHEN_CALLED
    ):
        return f"{name}()"
    return f"{kind} object"


_NAMED_WHEN_CALLED = ("function", "instancemethod", "builtin_function_or_method")


def _wide(raw: bytes, position: int, opname: list[str]) -> int:
    """The argument of an instruction, with what an EXTENDED_ARG adds."""
    value = raw[position + 1]
    if position >= 2 and opname[raw[position - 2]] == "EXTENDED_ARG":
        value |= raw[position - 1] << 8
    return value


def _called(called: str, error: BaseException) -> list[FunctionType]:
    """The function of that qualified name that was called, if that can be told."""
    frame, position, innermost = _last_program_frame(error.__traceback__)
    if frame is None:
        return []
    if innermost:
        found = _function_of(operands.callee(frame, position))
        return [found] if found and found.__qualname__ == called else []
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    values = {} if trace is None else trace.tb_frame.f_locals
    for name in ("function", "call", "self"):
        found = _function_of(values.get(name))
        if found and found.__qualname__ == called:
            return [found]
    return []


def _function_of(value: object) -> FunctionType | None:
    """The program's function that a call of ``value`` runs; runs nothing itself."""
    if isinstance(value, operands.Attribute):
        owner, name = value.owner, value.name
        if operands.is_unknown(owner):
            return None
        if not isinstance(owner, type):
            own = getattr(owner, "__dict__", None)
            if isinstance(own, dict) and name in own:
                return _function_of(own[name])
            owner = type(owner)
        return _in_class(owner, name)
    if isinstance(value, type):
        return _in_class(value, "__init__")
    if isinstance(value, MethodType):
        value = value.__func__
    elif type(value).__name__ == "UnboundMethod":
        value = value.ǀfunction  # type: ignore[attr-defined]
    return value if isinstance(value, FunctionType) else None


def _in_class(owner: type, name: str) -> FunctionType | None:
    for base in owner.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return found if isinstance(found, FunctionType) else None
    return None


def _candidates(
    called: str, frame: FrameType | None, error: BaseException
) -> Iterator[FunctionType]:
    """The functions of that qualified name, the likeliest first.

    What was called, if that can be told; where the name leads; all others. Without
    a frame it was the host that called one, for a timer say.
    """
    yield from _called(called, error)
    if frame is None:
        yield from _all_functions(called, None)
        return
    if called in HOST_METHODS:
        yield HOST_METHODS[called]
        return
    found: object = frame.f_globals.get(called.partition(".")[0])
    for part in called.split(".")[1:]:
        if not isinstance(found, type):
            found = None
            break
        found = found.__dict__.get(part)
    if isinstance(found, FunctionType) and found.__qualname__ == called:
        yield found
    yield from _all_functions(called, frame.f_builtins)


def _all_functions(called: str, builtins: object | None) -> list[FunctionType]:
    """Those with these builtins; without any, those of programs. The newest first."""
    return [
        value
        for value in gc.get_objects()
        if type(value) is FunctionType
        and value.__qualname__ == called
        and _has_builtins(value, builtins)
    ][::-1]


def _has_builtins(function: FunctionType, builtins: object | None) -> bool:
    has = function.__builtins__  # type: ignore[attr-defined, unused-ignore]
    return "\u01c0match" in has if builtins is None else has is builtins
