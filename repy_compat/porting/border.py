"""The border between Python 3 values and Repy values, crossed in both directions.

Inside Repy a string is a byte string: a ``str`` of characters 0-255. A value that
means the same on both sides crosses as the very same object; one that doesn't is
converted by the table below, or refused with a :class:`BorderError` that names it.
Nothing is changed in silence.

==============================  ==============================================
Python -> Repy                  becomes
==============================  ==============================================
None, bool, int, float, complex the same object (an int outside 64 bits is a long)
str of characters 0-255         the same object
str with any other character    BorderError: encode it first
bytes, bytearray, memoryview    a byte string: a str with one character a byte
list, tuple, dict, set,         the same object if all it holds crosses unchanged,
frozenset                       else a converted copy (BorderError if two keys or
                                members would become one)
subclasses of these             the same object, or BorderError if it would need
                                a converted copy
subclasses of str, int, float   BorderError (an enum, a Path's text: give the value)
dict views, range, map, filter, a list, as their Python 2 forerunners were
zip
generators, other iterators     an iterator that converts each item
functions, methods, partials    a function that converts arguments and result
what came from Repy             what it was there
classes, modules, other objects the same object
==============================  ==============================================

==============================  ==============================================
Repy -> Python                  becomes
==============================  ==============================================
None, numbers, strings          the same object; a byte string is a str
list, tuple, dict, set          the same object, or a converted copy as above
functions, methods              a Python function that converts
classes that are no exceptions  a :class:`~repy_compat.porting.objects.RepyClass`
instances, handles, SafeDicts   a :class:`~repy_compat.porting.objects.RepyObject`
exception classes               the same class: ``except`` names it as it is
what came from Python           what it was there
==============================  ==============================================

Exceptions are the subject of :mod:`repy_compat.porting.raising`. A container is
looked at when it crosses; what either side puts into a shared one later isn't.
Repy V1 specification, section 19.2: what Python code hands over isn't copied.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator, MappingView
from threading import RLock
from types import BuiltinFunctionType, FunctionType, MethodType, MethodWrapperType

from repy_compat.api.copying import is_api_function
from repy_compat.api.handles import Handle, HandleV1
from repy_compat.api.safedict import SafeDict
from repy_compat.errors import RunEnded
from repy_compat.porting import raising
from repy_compat.porting.objects import unwrapped, wrapped
from repy_compat.porting.raising import BorderError, shown
from repy_compat.python2 import classes
from repy_compat.python2.builtins import HELPERS
from repy_compat.python2.names import is_builtin_method, long
from repy_compat.python2.sets import FrozenSet, Set

__all__ = ["BorderError", "as_bytes", "from_repy", "to_repy"]

_ATOMS = frozenset({type(None), bool, int, float, complex, long})
_SCALARS = (str, int, float, complex)
_BYTES = (bytes, bytearray, memoryview)
_LISTED = (range, map, filter, zip, MappingView)
_CONTAINERS = (list, tuple, dict, set, frozenset)
_CALLABLES = (
    FunctionType,
    MethodType,
    BuiltinFunctionType,
    MethodWrapperType,
    type(str.upper),
    type(str.__len__),
    functools.partial,
)
Crossing = Callable[[object], object]

#: how Python code sees objects of classes that other modules of this room make
OUTWARD: dict[type, Crossing] = {}


def to_repy(value: object) -> object:
    """What ``value`` of a Python program becomes in Repy code.

    Raises:
        BorderError: it can't be said in Repy without being changed.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is str:
        return _checked_text(value)  # type: ignore[arg-type]
    if isinstance(value, _CONTAINERS):
        return _container(value, to_repy)
    return _inward(value)


def from_repy(value: object) -> object:
    """What ``value`` of a Repy program becomes in Python code.

    Raises:
        BorderError: a container whose converted copy would lose members.
    """
    kind = type(value)
    if kind in _ATOMS or kind is str:
        return value
    if isinstance(value, _CONTAINERS):
        return _container(value, from_repy)
    return _outward(value)


def as_bytes(text: str) -> bytes:
    """The bytes of a byte string that came from Repy: one for each character.

    Raises:
        BorderError: ``text`` holds a character above 255, so it is no byte string.
    """
    return _checked_text(text).encode("latin-1")


def _checked_text(value: str) -> str:
    if value.isascii():
        return value
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        where, code = error.start, ord(value[error.start])
        raise BorderError(
            f"{shown(value)} can't become a Repy byte string: the character "
            f"U+{code:04X} at index {where} isn't one of 0-255; encode it first, "
            "for example with .encode('utf-8')"
        ) from None
    return value


# --- Python -> Repy ----------------------------------------------------------


def _inward(value: object) -> object:
    if isinstance(value, _BYTES):
        try:
            return bytes(value).decode("latin-1")
        except ValueError as error:  # a memoryview that was released
            raise BorderError(f"{shown(value)} can't cross: {error}") from None
    if isinstance(value, _SCALARS):
        base = next(base for base in _SCALARS if isinstance(value, base)).__name__
        raise BorderError(
            f"{shown(value)} of the class {type(value).__name__} can't become a Repy "
            f"value: Repy code knows plain values only; give {base}(...) of it"
        )
    if isinstance(value, _LISTED):
        return [to_repy(item) for item in value]  # type: ignore[union-attr]
    if isinstance(value, type):
        return value
    inner = unwrapped(value)
    if inner is not value:
        return inner
    if isinstance(value, _CALLABLES):
        return _function_inward(value)
    if isinstance(value, BaseException):
        return raising.shown_to_repy(value)
    if isinstance(value, Iterator) and not _is_of_repy(value):
        return _Items(value)
    return value


class _Items:
    """An iterator of Python, as Repy code sees it: items cross one by one."""

    def __init__(self, original: Iterator[object]) -> None:
        self.__dict__["\u01c0original"] = original

    def __iter__(self) -> _Items:
        return self

    def __next__(self) -> object:
        return to_repy(next(self.__dict__["\u01c0original"]))

    next = __next__


# What tells a function of a program from one of the host is what it has for
# builtins; the API takes only functions of a program for callbacks.
_REPY_GLOBALS = {"__builtins__": dict(HELPERS), "__name__": "callback"}
_lock = RLock()
#: a Python function -> (weakly) the function that Repy code calls for it
_inside: weakref.WeakKeyDictionary[object, weakref.ref[FunctionType]] = (
    weakref.WeakKeyDictionary()
)
#: what stands for a function on the other side -> the function itself
_original: weakref.WeakKeyDictionary[FunctionType, object] = weakref.WeakKeyDictionary()


def _function_inward(value: object) -> object:
    if _is_of_repy(value):
        return value
    if type(value) is not FunctionType:
        return _new_callback(value)
    with _lock:
        known = _original.get(value)
        if known is not None:
            return known
        there = _inside.get(value)
        made = None if there is None else there()
        if made is None:
            made = _new_callback(value)
            _inside[value] = weakref.ref(made)
        return made


def _new_callback(target: object) -> FunctionType:
    """A function for Repy code that calls ``target`` with converted values."""

    def call_python(
        arguments: tuple[object, ...], keywords: dict[str, object]
    ) -> object:
        outside = [from_repy(argument) for argument in arguments]
        named = {name: from_repy(given) for name, given in keywords.items()}
        try:
            result = target(*outside, **named)  # type: ignore[operator]
        except RunEnded:
            raise
        except BaseException as error:
            raised = raising.to_repy(error)
            if raised is error:
                raise
            raise raised from None
        return to_repy(result)

    def callback(*arguments: object, **keywords: object) -> object:
        return call_python(arguments, keywords)

    name = str(getattr(target, "__name__", "callback"))
    made = FunctionType(
        callback.__code__, _REPY_GLOBALS, name, None, callback.__closure__
    )
    made.__kwdefaults__ = None
    with _lock:
        _original[made] = target
    return made


# --- Repy -> Python ----------------------------------------------------------


def _is_of_repy(value: object) -> bool:
    """Whether ``value`` is a function or method that Repy code or its API made."""
    if isinstance(value, FunctionType):
        return (
            classes.is_program_function(value) and value not in _original
        ) or is_api_function(value)
    if type(value) is MethodType:
        return is_builtin_method(value) or classes.is_program_function(value.__func__)
    return type(value) is classes.UnboundMethod


def is_instance(value: object) -> bool:
    """Whether ``value`` is an instance of a program's class, a handle or a SafeDict."""
    return (
        isinstance(type(value), classes.ProgramClass)
        or type(value) in (Handle, HandleV1, SafeDict)
    ) and not isinstance(value, BaseException)


def _outward(value: object) -> object:
    if isinstance(value, FunctionType):
        with _lock:
            known = _original.get(value)
        if known is not None:
            return known
    if _is_of_repy(value):
        return _function_outward(value)
    if type(value) is _Items:
        return value.__dict__["\u01c0original"]
    if type(value) in OUTWARD:
        return OUTWARD[type(value)](value)
    if isinstance(value, BaseException):
        return raising.original_of(value)
    if is_instance(value) or (
        classes.is_program_class(value) and not issubclass(value, BaseException)  # type: ignore[arg-type]
    ):
        return wrapped(value, across)
    return value


def _function_outward(value: object) -> object:
    if not isinstance(value, FunctionType):
        return new_function(value)
    with _lock:
        there = _inside.get(value)
        made = None if there is None else there()
        if made is None:
            made = new_function(value)
            _inside[value] = weakref.ref(made)
        return made


def across(
    action: Callable[..., object], /, *arguments: object, **keywords: object
) -> object:
    """What ``action`` of Repy's does, for Python code: all that passes is converted."""
    inside = [to_repy(argument) for argument in arguments]
    named = {name: to_repy(given) for name, given in keywords.items()}
    try:
        return from_repy(action(*inside, **named))
    except BaseException as error:
        raised = raising.to_python(error, from_repy)
        if raised is error:
            raise
        raise raised from None


def new_function(target: object) -> FunctionType:
    """A Python function that calls ``target``, which is Repy's, across the border."""

    def repy_function(*arguments: object, **keywords: object) -> object:
        return across(target, *arguments, **keywords)  # type: ignore[arg-type]

    name = getattr(target, "__name__", "repy_function")
    assert isinstance(repy_function, FunctionType)
    repy_function.__name__ = repy_function.__qualname__ = str(name)
    repy_function.__doc__ = getattr(target, "__doc__", None)
    with _lock:
        _original[repy_function] = target
    return repy_function


# --- Containers --------------------------------------------------------------


def _parts(value: object) -> list[object]:
    """What a container holds, read in one step; another thread may be at it."""
    if isinstance(value, dict):
        return [part for pair in list(value.items()) for part in pair]
    return list(value)  # type: ignore[call-overload]


def _container(root: object, cross: Crossing) -> object:
    """``root`` if all in it crosses unchanged, else a converted copy."""
    seen = {id(root)}
    pending: list[object] = [root]
    while pending:
        for item in _parts(pending.pop()):
            if type(item) in _ATOMS:
                continue
            if isinstance(item, _CONTAINERS):
                if id(item) not in seen:
                    seen.add(id(item))
                    pending.append(item)
            elif cross(item) is not item:
                try:
                    return _copy(root, cross, {})
                except RecursionError:
                    raise BorderError(
                        f"{shown(root)} is nested too deeply to be converted"
                    ) from None
    return root


def _copy(value: object, cross: Crossing, known: dict[int, object]) -> object:
    if not isinstance(value, _CONTAINERS):
        return cross(value)
    if id(value) in known:
        return known[id(value)]
    if type(value) not in _CONTAINERS and type(value) not in (Set, FrozenSet):
        if _container_is_plain(value, cross):
            return value
        raise BorderError(
            f"{shown(value)} of the class {type(value).__name__} holds what must be "
            "converted at the border; give a plain container instead"
        )
    made = _shell(value, cross, known)
    if len(made) != len(value):  # type: ignore[arg-type]
        raise BorderError(f"{shown(value)}: two of its keys or members become one")
    return made


def _shell(value: object, cross: Crossing, known: dict[int, object]) -> object:
    """The converted copy of a plain container."""

    def copied() -> Iterator[object]:
        return (_copy(item, cross, known) for item in _parts(value))

    if type(value) is tuple:
        return tuple(copied())
    if isinstance(value, frozenset):
        return type(value)(copied())
    if type(value) is list:
        items: list[object] = []
        known[id(value)] = items
        items.extend(copied())
        return items
    if isinstance(value, set):
        members = type(value)()
        known[id(value)] = members
        members.update(copied())
        return members
    table: dict[object, object] = {}
    known[id(value)] = table
    parts = list(copied())
    table.update(zip(parts[::2], parts[1::2], strict=True))
    return table


def _container_is_plain(value: object, cross: Crossing) -> bool:
    try:
        return _container(value, cross) is value
    except BorderError:
        return False
