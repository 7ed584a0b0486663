"""Repy's objects and classes as Python code uses them.

Each stands for one object of Repy and passes on what is done to it, by way of the
function that it was made with: that converts values both ways
(:func:`repy_compat.porting.border.across`). The same Repy object is always the same
Python object, for as long as Python code holds it.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from threading import RLock

from repy_compat.python2.text import py2_repr, py2_str

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    #: Does something to a Repy object: the action, and the values that go in.
    Across = Callable[..., object]

_INNER = "\u01c0inner"
_ACROSS = "\u01c0across"


class RepyObject:
    """An instance, a handle or a SafeDict of Repy code.

    ``isinstance`` tells its class, as ``isinstance(x, module.TheClass)``.
    """

    __slots__ = (_ACROSS, _INNER, "__weakref__")

    def __init__(self, inner: object, across: Across) -> None:
        object.__setattr__(self, _INNER, inner)
        object.__setattr__(self, _ACROSS, across)

    def __getattribute__(self, name: str) -> object:
        if name == "__class__":
            return type(object.__getattribute__(self, _INNER))
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> object:
        return _across(self)(lambda: getattr(_inner(self), name))

    def __setattr__(self, name: str, value: object) -> None:
        _across(self)(lambda given: setattr(_inner(self), name, given), value)

    def __delattr__(self, name: str) -> None:
        _across(self)(lambda: delattr(_inner(self), name))

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return _across(self)(_inner(self), *arguments, **keywords)

    def __getitem__(self, key: object) -> object:
        return _across(self)(lambda given: _inner(self)[given], key)  # type: ignore[index]

    def __setitem__(self, key: object, value: object) -> None:
        def store(key: object, value: object) -> None:
            _inner(self)[key] = value  # type: ignore[index]

        _across(self)(store, key, value)

    def __delitem__(self, key: object) -> None:
        def delete(key: object) -> None:
            del _inner(self)[key]  # type: ignore[attr-defined]

        _across(self)(delete, key)

    def __contains__(self, item: object) -> bool:
        return bool(_across(self)(lambda given: given in _inner(self), item))  # type: ignore[operator]

    def __len__(self) -> int:
        return _across(self)(lambda: len(_inner(self)))  # type: ignore[arg-type, return-value]

    def __bool__(self) -> bool:
        return bool(_inner(self))

    def __iter__(self) -> Iterator[object]:
        across = _across(self)
        for item in iter(_inner(self)):  # type: ignore[call-overload]
            yield across(lambda item=item: item)

    def __next__(self) -> object:
        return _across(self)(lambda: next(_inner(self)))  # type: ignore[call-overload]

    def __str__(self) -> str:
        return str(_across(self)(lambda: py2_str(_inner(self))))

    def __repr__(self) -> str:
        return str(_across(self)(lambda: py2_repr(_inner(self))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RepyObject) and _inner(self) == _inner(other)

    def __hash__(self) -> int:
        return id(_inner(self))


class RepyClass:
    """A class of Repy code that is no exception: call it, name it in ``isinstance``.

    A Python class may derive from it; its instances are Repy objects then.
    """

    __slots__ = (_ACROSS, _INNER, "__weakref__")

    def __init__(self, inner: type, across: Across) -> None:
        object.__setattr__(self, _INNER, inner)
        object.__setattr__(self, _ACROSS, across)

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return _across(self)(_inner(self), *arguments, **keywords)

    def __getattr__(self, name: str) -> object:
        return _across(self)(lambda: getattr(_inner(self), name))

    def __setattr__(self, name: str, value: object) -> None:
        _across(self)(lambda given: setattr(_inner(self), name, given), value)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(unwrapped(instance), _inner(self))  # type: ignore[arg-type]

    def __subclasscheck__(self, cls: type) -> bool:
        return issubclass(unwrapped(cls), _inner(self))  # type: ignore[arg-type]

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[object, ...]:
        return (_inner(self),)

    def __repr__(self) -> str:
        return f"<Repy class {py2_str(_inner(self))}>"


def _inner(outside: RepyObject | RepyClass) -> object:
    return object.__getattribute__(outside, _INNER)


def _across(outside: RepyObject | RepyClass) -> Across:
    return object.__getattribute__(outside, _ACROSS)


_lock = RLock()
#: by the id of the Repy object, which lives as long as what stands for it
_outside: weakref.WeakValueDictionary[int, RepyObject | RepyClass] = (
    weakref.WeakValueDictionary()
)


def wrapped(inner: object, across: Across) -> RepyObject | RepyClass:
    """What stands in Python code for a Repy object or class, reached ``across``."""
    with _lock:
        known = _outside.get(id(inner))
        if known is None:
            known = (
                RepyClass(inner, across)
                if isinstance(inner, type)
                else RepyObject(inner, across)
            )
            _outside[id(inner)] = known
        return known


def unwrapped(value: object) -> object:
    """The Repy object behind ``value``; any other value itself."""
    if type(value) is RepyObject or type(value) is RepyClass:
        return _inner(value)
    return value
