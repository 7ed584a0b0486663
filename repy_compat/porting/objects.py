"""Repy's objects and classes as Python code uses them.

Each stands for one object of Repy and passes on what is done to it, converting
values both ways (:mod:`repy_compat.porting.border`). The same Repy object is always
the same Python object, for as long as Python code holds it.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from threading import RLock

from repy_compat.porting import raising
from repy_compat.porting.border import from_repy, to_repy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_INNER = "\u01c0inner"


def _across(action: Callable[..., object], *arguments: object) -> object:
    """Do something to a Repy object with converted values."""
    inside = [to_repy(argument) for argument in arguments]
    try:
        return from_repy(action(*inside))
    except BaseException as error:
        raised = raising.to_python(error)
        if raised is error:
            raise
        raise raised from None


class RepyObject:
    """An instance, a handle or a SafeDict of Repy code.

    ``isinstance`` tells its class, as ``isinstance(x, module.TheClass)``.
    """

    __slots__ = (_INNER, "__weakref__")

    def __init__(self, inner: object) -> None:
        object.__setattr__(self, _INNER, inner)

    def __getattribute__(self, name: str) -> object:
        if name == "__class__":
            return type(object.__getattribute__(self, _INNER))
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> object:
        return _across(lambda: getattr(_inner(self), name))

    def __setattr__(self, name: str, value: object) -> None:
        _across(lambda given: setattr(_inner(self), name, given), value)

    def __delattr__(self, name: str) -> None:
        _across(lambda: delattr(_inner(self), name))

    def __call__(self, *arguments: object, **keywords: object) -> object:
        named = {name: to_repy(given) for name, given in keywords.items()}
        return _across(lambda *given: _inner(self)(*given, **named), *arguments)  # type: ignore[operator]

    def __getitem__(self, key: object) -> object:
        return _across(lambda given: _inner(self)[given], key)  # type: ignore[index]

    def __setitem__(self, key: object, value: object) -> None:
        def store(key: object, value: object) -> None:
            _inner(self)[key] = value  # type: ignore[index]

        _across(store, key, value)

    def __delitem__(self, key: object) -> None:
        def delete(key: object) -> None:
            del _inner(self)[key]  # type: ignore[attr-defined]

        _across(delete, key)

    def __contains__(self, item: object) -> bool:
        return bool(_across(lambda given: given in _inner(self), item))  # type: ignore[operator]

    def __len__(self) -> int:
        return _across(lambda: len(_inner(self)))  # type: ignore[arg-type, return-value]

    def __bool__(self) -> bool:
        return bool(_inner(self))

    def __iter__(self) -> Iterator[object]:
        for item in iter(_inner(self)):  # type: ignore[call-overload]
            yield from_repy(item)

    def __next__(self) -> object:
        return _across(lambda: next(_inner(self)))  # type: ignore[call-overload]

    def __str__(self) -> str:
        return str(_across(lambda: _text(_inner(self))))

    def __repr__(self) -> str:
        return str(_across(lambda: _representation(_inner(self))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RepyObject) and _inner(self) == _inner(other)

    def __hash__(self) -> int:
        return id(_inner(self))


class RepyClass:
    """A class of Repy code that is no exception: call it, name it in ``isinstance``.

    A Python class may derive from it; its instances are Repy objects then.
    """

    __slots__ = (_INNER, "__weakref__")

    def __init__(self, inner: type) -> None:
        object.__setattr__(self, _INNER, inner)

    def __call__(self, *arguments: object, **keywords: object) -> object:
        named = {name: to_repy(given) for name, given in keywords.items()}
        return _across(lambda *given: _inner(self)(*given, **named), *arguments)  # type: ignore[operator]

    def __getattr__(self, name: str) -> object:
        return _across(lambda: getattr(_inner(self), name))

    def __setattr__(self, name: str, value: object) -> None:
        _across(lambda given: setattr(_inner(self), name, given), value)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(unwrapped(instance), _inner(self))  # type: ignore[arg-type]

    def __subclasscheck__(self, cls: type) -> bool:
        return issubclass(unwrapped(cls), _inner(self))  # type: ignore[arg-type]

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[object, ...]:
        return (_inner(self),)

    def __repr__(self) -> str:
        return f"<Repy class {_text(_inner(self))}>"


def _inner(outside: RepyObject | RepyClass) -> object:
    return object.__getattribute__(outside, _INNER)


def _text(value: object) -> str:
    from repy_compat.python2.text import py2_str

    return py2_str(value)


def _representation(value: object) -> str:
    from repy_compat.python2.text import py2_repr

    return py2_repr(value)


_lock = RLock()
#: by the id of the Repy object, which lives as long as what stands for it
_outside: weakref.WeakValueDictionary[int, RepyObject | RepyClass] = (
    weakref.WeakValueDictionary()
)


def wrapped(inner: object) -> RepyObject | RepyClass:
    """What stands for a Repy object or class in Python code."""
    with _lock:
        known = _outside.get(id(inner))
        if known is None:
            known = RepyClass(inner) if isinstance(inner, type) else RepyObject(inner)
            _outside[id(inner)] = known
        return known


def unwrapped(value: object) -> object:
    """The Repy object behind ``value``; any other value itself."""
    if type(value) is RepyObject or type(value) is RepyClass:
        return _inner(value)
    return value
