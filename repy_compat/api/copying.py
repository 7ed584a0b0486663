"""Deep copies of what crosses between a program and the API.

Lists, tuples, dictionaries and sets are copied with what they hold, sharing
and cycles included; numbers, strings, functions, methods, old-style instances
and handles cross as they are; anything else is refused. Repy V1 specification,
section 15.3; Repy V2 specification, section 6.3.

The walk keeps its own stack, so that a container nested a million deep can't
exhaust the interpreter's, and it runs no code of the program: only exact types
are looked at, and containers are read in one step before their items are, so
that another event can't change them under our eyes (threat class T5).
"""

from __future__ import annotations

from types import FunctionType

from repy_compat.api.handles import Handle, HandleV1
from repy_compat.api.safedict import SafeDict
from repy_compat.python2 import classes as python2_classes
from repy_compat.python2 import numbers as python2_numbers
from repy_compat.python2 import text as python2_text
from repy_compat.python2.names import HOST_KIND
from repy_compat.python2.sets import FrozenSet, Set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_PLAIN = frozenset(
    (
        *(str, int, float, complex, bool, type(None), frozenset, FrozenSet),
        *(Handle, HandleV1, SafeDict),
    )
)
_CONTAINERS: set[type] = {list, tuple, dict, set, Set}
_DEEPEST_TEXT = 20


def type_text(value: object) -> str:
    """``<type 'int'>``, ``<class '.Mine'>``: Python 2's text of a value's type."""
    return python2_text.py2_str(python2_classes.py2_type(value))


def is_function(value: object) -> bool:
    """Whether a program may give ``value`` as a callback.

    Functions and methods of the program, API functions and methods of handles
    and SafeDicts, and what stands for ``type`` and for the forbidden builtins, which
    were Python functions; neither classes nor builtin functions.
    """
    kind = type(value)
    if kind is FunctionType:
        return (
            python2_classes.is_program_function(value)
            or is_api_function(value)
            or value.__dict__.get(HOST_KIND) == "function"
        )
    return python2_classes.is_method(value)


def is_api_function(value: object) -> bool:
    """Whether ``value`` is a function of this room, so one of the API's.

    Only documented functions and methods are ever handed to a program. The
    package is told by the function's globals, which no program can name.
    """
    return (
        type(value) is FunctionType
        and value.__globals__.get("__package__") == __package__
    )


def crosses(value: object) -> bool:
    """Whether a value that is no container passes the boundary as it is."""
    return (
        type(value) in _PLAIN
        or python2_numbers.is_long(value)
        or python2_classes.is_old_style_instance(value)
        or is_function(value)
    )


class Uncopyable(Exception):
    """A value of a kind that may not cross.

    ``value`` is that value; ``around`` holds the containers it was found in,
    the innermost first.
    """

    def __init__(self, value: object, around: list[object]) -> None:
        super().__init__()
        self.value = value
        self.around = around


def violation_text(refused: Uncopyable) -> str:
    """The reference's text: one clause for the value and one per container.

    It's made after the decision, so a program's ``__repr__`` may run here.
    """
    message = "_copy is not implemented for objects of type " + type_text(refused.value)
    for holder in [refused.value, *refused.around[-_DEEPEST_TEXT:]]:
        shown = python2_text.py2_str(holder)
        message = f"Namespace violation: _copy failed on {shown} with message {message}"
    return message


class _Frame:
    """One container that is being copied."""

    __slots__ = ("original", "outer", "items", "position", "done", "shell")

    def __init__(self, original: object, outer: _Frame | None, shell: object) -> None:
        self.original = original
        self.outer = outer
        self.shell = shell
        self.position = 0
        self.done: list[object] = []
        self.items: list[object]
        if isinstance(original, dict):
            self.items = [part for pair in list(original.items()) for part in pair]
        elif isinstance(original, set):
            self.items = [*set.__iter__(original)]  # in which order makes no difference
        else:
            self.items = list(original)  # type: ignore[call-overload]

    def finish(self) -> object:
        """The copy, filled; for a mutable container it's the shell."""
        shell, done = self.shell, self.done
        if shell is None:
            return tuple(done)
        if type(shell) is list:
            shell.extend(done)
        elif isinstance(shell, dict):
            shell.update(zip(done[::2], done[1::2], strict=True))
        elif type(shell) is Set:
            shell.update(done)
        return shell


_SHELLS: dict[type, Callable[[], object]] = {
    **{list: list, dict: dict},
    **dict.fromkeys((set, Set), Set),
}


def know_dict(kind: type) -> None:
    """Let instances of ``kind`` cross as dictionaries do."""
    _CONTAINERS.add(kind)
    _SHELLS[kind] = kind


def deep_copy(value: Any, *, lenient: bool = False) -> object:
    """A copy of ``value`` that shares no list, dictionary or set with it.

    With ``lenient`` what may not cross is passed by reference instead of being
    refused (the context of a V2 ``evaluate``).

    Raises:
        Uncopyable: something in it may not cross.
    """
    kind = type(value)
    if kind not in _CONTAINERS:
        if kind in _PLAIN or lenient or crosses(value):
            return value
        raise Uncopyable(value, [])
    if kind is tuple:
        for item in value:
            if type(item) not in _PLAIN:
                break
        else:
            return value
    return _copy_container(value, lenient)


def _copy_container(root: object, lenient: bool) -> object:
    # id of an original -> (the original, kept alive, and its copy)
    known: dict[int, tuple[object, object]] = {}
    frame = _enter(root, None, known)
    while True:
        items, done = frame.items, frame.done
        inner = None
        for position in range(frame.position, len(items)):
            item = items[position]
            kind = type(item)
            if kind in _PLAIN:
                done.append(item)
            elif kind not in _CONTAINERS:
                if not lenient and not crosses(item):
                    raise Uncopyable(item, _around(frame))
                done.append(item)
            elif id(item) in known:
                done.append(known[id(item)][1])
            else:
                frame.position = position + 1
                inner = _enter(item, frame, known)
                break
        if inner is not None:
            frame = inner
            continue
        copy = _leave(frame, known)
        if frame.outer is None:
            return copy
        frame = frame.outer
        frame.done.append(copy)


def _enter(
    original: object, outer: _Frame | None, known: dict[int, tuple[object, object]]
) -> _Frame:
    new_shell = _SHELLS.get(type(original))
    if new_shell is None:
        return _Frame(original, outer, None)
    shell = new_shell()
    known[id(original)] = (original, shell)
    return _Frame(original, outer, shell)


def _leave(frame: _Frame, known: dict[int, tuple[object, object]]) -> object:
    # A tuple may have been met again inside a list that it holds; the copy made
    # there is the one that the list's copy refers to.
    if frame.shell is None and id(frame.original) in known:
        return known[id(frame.original)][1]
    copy = frame.finish()
    if frame.shell is None:
        known[id(frame.original)] = (frame.original, copy)
    return copy


def _around(frame: _Frame | None) -> list[object]:
    found = []
    while frame is not None:
        found.append(frame.original)
        frame = frame.outer
    return found
