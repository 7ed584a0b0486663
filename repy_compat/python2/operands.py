"""What lay on the host's stack when a call with stars failed.

The instructions in front of the call are followed with what is known without
running anything: constants, variables (nothing ran between reading them and the
call) and displays of these. Anything else is unknown.
"""

from __future__ import annotations

import sys
from types import FrameType

from repy_compat.undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# A finaliser in the middle of an import would meet a module that is half loaded.


def opcode_names() -> list[str]:
    """The names of the host's instructions, by number."""
    return undisturbed(_load_opcode).opname


def _load_opcode() -> Any:
    import opcode

    return opcode


def _load_dis() -> Any:
    import dis

    return dis


class _Unknown:
    """A value that can't be told."""

    __slots__ = ()


UNKNOWN = _Unknown()


def is_unknown(value: object) -> bool:
    """Whether an operand couldn't be told."""
    return isinstance(value, (_Unknown, _Sequence, _Mapping, Attribute))


class _Sequence:
    """Positional arguments being collected: how many, None if that is unknown."""

    __slots__ = ("count",)

    def __init__(self, count: int | None) -> None:
        self.count = count


class _Mapping:
    """Keyword arguments being collected: their names as far as they are known."""

    __slots__ = ("names",)

    def __init__(self, names: list[str]) -> None:
        self.names = names


class Attribute:
    """What was read from an attribute: its name, and what it was read from."""

    __slots__ = ("name", "owner")

    def __init__(self, name: str, owner: object) -> None:
        self.name = name
        self.owner = owner


def topmost(frame: FrameType, position: int) -> tuple[object, object]:
    """The two topmost values at a place in a frame's code, as far as known."""
    stack, _ = _followed(frame, position)
    left, right = _take(stack, 2)
    return left, right


def call_arguments(frame: FrameType, position: int) -> list[object]:
    """The arguments of the plain call at a place, as far as known."""
    return _plain_call(frame, position)[1]


def callee(frame: FrameType, position: int) -> object:
    """What the call at a place calls; None if unknown."""
    opname = opcode_names()
    if opname[frame.f_code.co_code[position]] == "CALL_FUNCTION_EX":
        return starred_call(frame, position)[0]
    return _plain_call(frame, position)[0]


def _plain_call(frame: FrameType, position: int) -> tuple[object, list[object]]:
    """What is called without stars, and the arguments, keywords' values among them."""
    opname = opcode_names()
    stack, count = _followed(frame, position)
    name = opname[frame.f_code.co_code[position]]
    if name in ("CALL_KW", "CALL_FUNCTION_KW"):
        _take(stack, 1)  # the keywords' names
    arguments = _take(stack, count)
    slots = 1 if name in ("CALL_FUNCTION", "CALL_FUNCTION_KW") else 2
    return _known(stack[-slots:]), arguments


def _known(slots: list[object]) -> object:
    """What is called: a place for self, or nothing, lies beside it."""
    called = [item for item in slots if item is not None and item is not UNKNOWN]
    return called[-1] if called else None


def starred_value(frame: FrameType, position: int) -> object:
    """What stands behind ``*`` in the call with stars at a place, as far as known."""
    stack, last = _followed(frame, position)
    return _take(stack, 2 if _with_keywords(last) else 1)[0]


def starred_call(
    frame: FrameType, position: int
) -> tuple[object, int | None, tuple[str, ...]]:
    """The operands of the call with stars at a place in a frame's code.

    Returns what is called (None if unknown), how many positional
    arguments there are (None if unknown) and the names of the known keywords.
    """
    opname = opcode_names()
    stack, last = _followed(frame, position)
    names: tuple[str, ...] = ()
    if _with_keywords(last):
        mapping = stack.pop() if stack else UNKNOWN
        names = tuple(_names(mapping))
    count = _count(stack.pop()) if stack else None
    if stack and opname[frame.f_code.co_code[position]] == "DICT_MERGE":
        # The keywords are still being collected: the arguments lie below them.
        count = _count(stack.pop())
    return _known(stack[-2:]), count, names


def _with_keywords(argument: int) -> bool:
    """Whether a call with stars finds keywords on the stack: a null counts."""
    return bool(argument & 1) or sys.version_info >= (3, 14)


def _followed(frame: FrameType, position: int) -> tuple[list[object], int]:
    """The stack in front of a place in a frame's code, and the argument there."""
    dis = undisturbed(_load_dis)
    stack: list[object] = []
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset >= position:
            return stack, instruction.arg or 0
        if instruction.is_jump_target and stack:
            stack[-1] = UNKNOWN
        _step(instruction, stack, frame)
    return stack, 0


def _step(instruction: object, stack: list[object], frame: FrameType) -> None:
    """Follow one instruction."""
    import dis  # loaded by now

    name: str = instruction.opname  # type: ignore[attr-defined]
    value = instruction.argval  # type: ignore[attr-defined]
    count: int | None = instruction.arg  # type: ignore[attr-defined]
    if name in _WITHOUT_EFFECT:
        return
    if name in ("LOAD_CONST", "LOAD_SMALL_INT"):
        stack.append(value)
    elif name in _VARIABLES:
        # Some instructions load two variables, or a variable and a mark.
        for part in value if isinstance(value, tuple) else (value,):
            stack.append(_variable(frame, part))
        if "NULL" in instruction.argrepr:  # type: ignore[attr-defined]
            stack.append(None)
    elif name in ("LOAD_ATTR", "LOAD_METHOD"):
        stack.append(Attribute(value, _take(stack, 1)[0]))
        if name == "LOAD_METHOD" or "NULL|self" in instruction.argrepr:  # type: ignore[attr-defined]
            stack.append(None)
    elif name == "CALL" and "PRECALL" in dis.opmap:
        _take(stack, (count or 0) + 2)
        stack.append(UNKNOWN)
    elif name in ("COPY", "DUP_TOP", "DUP_TOP_TWO"):
        depth = (count or 0) if name == "COPY" else 1 + (name == "DUP_TOP_TWO")
        copied = _take(stack, depth)
        stack += copied
        stack += copied if name == "DUP_TOP_TWO" else copied[:1]
    elif name in ("BUILD_LIST", "BUILD_TUPLE"):
        _take(stack, count or 0)
        stack.append(_Sequence(count))
    elif name == "LIST_EXTEND":
        added = _take(stack, 1)[0]
        held = stack[-1] if stack else None
        if isinstance(held, _Sequence):
            more = _count(added)
            total = held.count
            held.count = None if more is None or total is None else total + more
    elif name == "BUILD_SLICE":
        stack.append(slice(*_take(stack, count or 2)))
    elif name == "BUILD_MAP":
        pairs = _take(stack, 2 * (count or 0))
        stack.append(_Mapping([key for key in pairs[::2] if isinstance(key, str)]))
    elif name == "BUILD_CONST_KEY_MAP":
        keys = _take(stack, (count or 0) + 1)[-1]
        stack.append(_Mapping(list(keys) if isinstance(keys, tuple) else []))
    elif name in ("DICT_MERGE", "DICT_UPDATE"):
        merged = _take(stack, 1)[0]
        held = stack[-1] if stack else None
        if isinstance(held, _Mapping):
            held.names += _names(merged)
    else:
        effect = dis.stack_effect(
            instruction.opcode,  # type: ignore[attr-defined]
            count if instruction.opcode >= dis.HAVE_ARGUMENT else None,  # type: ignore[attr-defined]
            jump=False,
        )
        if effect > 0:
            stack.extend([None if name == "PUSH_NULL" else UNKNOWN] * effect)
        else:
            _take(stack, 1 - effect)
            stack.append(UNKNOWN)


_WITHOUT_EFFECT = frozenset(
    (
        *("CACHE", "EXTENDED_ARG", "LIST_TO_TUPLE", "CALL_INTRINSIC_1"),
        *("PRECALL", "KW_NAMES"),
    )
)
_VARIABLES = frozenset(
    (
        *("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_FAST_CHECK"),
        *("LOAD_FAST_LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF"),
        *("LOAD_FAST_BORROW", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"),
    )
)


def _take(stack: list[object], count: int) -> list[object]:
    """The topmost items, taken off; unknown ones where the stack is too short."""
    missing = max(count - len(stack), 0)
    taken = [UNKNOWN] * missing + stack[len(stack) - count + missing :]
    del stack[len(stack) - count + missing :]
    return taken


def _variable(frame: FrameType, name: object) -> object:
    """What a variable holds."""
    if not isinstance(name, str):
        return UNKNOWN
    for space in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if name in space:
            return space[name]
    return UNKNOWN


def _count(value: object) -> int | None:
    """How many positional arguments a value behind ``*`` gives."""
    if isinstance(value, _Sequence):
        return value.count
    if isinstance(value, (tuple, list, str, dict, set, frozenset)):
        return len(value)
    return None


def _names(value: object) -> list[str]:
    """The keywords that a value behind ``**`` gives."""
    if isinstance(value, _Mapping):
        return value.names
    if isinstance(value, dict):
        return [key for key in value if isinstance(key, str)]
    return []
