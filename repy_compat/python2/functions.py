"""Built-in functions on sequences and classes: range, map, min, sum, isinstance, ...

Each takes as its first argument the token that bound methods standing for built-in
functions are bound to (``names.BUILTIN``); see ``builtins``.
"""

from __future__ import annotations

import sys
from _collections_abc import Callable
from _functools import reduce as host_reduce  # type: ignore[import-not-found]
from _operator import add as host_add
from itertools import zip_longest

from repy_compat.python2 import numbers, ordering, text, types
from repy_compat.python2.counts import ONE, UNPACK, takes
from repy_compat.python2.iteration import iterate, iterate_anyhow, iterate_or
from repy_compat.python2.names import (
    INT_MAX,
    INT_MIN,
    instance_lacks,
    is_old_style_class,
    is_old_style_instance,
    type_name,
)

_MISSING = object()
_Function = Callable[..., object]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# --------------------------------------------------------------------------
# range


@takes(UNPACK, 1, 3, name="range")
def range_(
    _token: object, first: object, stop: object = _MISSING, step: object = 1, /
) -> list[int]:
    """``range(stop)``, ``range(start, stop)``, ``range(start, stop, step)``: a list."""
    if type(first) is int and stop is _MISSING and first <= INT_MAX:
        return list(range(first))
    start: object = first
    if stop is _MISSING:
        start, stop = 0, first
    last = _range_argument(stop, "end")
    begin = _range_argument(start, "start")
    by = _range_argument(step, "step")
    if by == 0:
        raise ValueError("range() step argument must not be zero")
    found = range(begin, last, by)
    try:
        size = len(found)
    except OverflowError:
        size = INT_MAX + 1
    if size > INT_MAX:
        raise OverflowError("range() result has too many items")
    return list(found)


def _range_argument(value: object, which: str) -> int:
    if isinstance(value, int):
        return int(value)
    if is_old_style_instance(value):
        raise instance_lacks(value, "__trunc__")
    if isinstance(value, complex):
        raise TypeError("can't convert complex to int")
    raise TypeError(
        f"range() integer {which} argument expected, got {type_name(value)}."
    )


# --------------------------------------------------------------------------
# map, filter, zip, reduce


@takes(UNPACK, 0, INT_MAX, name="map")
def map_(_token: object, /, *arguments: object) -> list:
    """``map(function, sequence, ...)``: a list; shorter sequences filled with None."""
    if len(arguments) < 2:
        raise TypeError("map() requires at least two args")
    function, *sequences = arguments
    if len(sequences) == 1:
        if function is None:
            return list(iterate(sequences[0]))
        items = iterate_anyhow(
            sequences[0], "argument 2 to map() must support iteration"
        )
        call = types.quick_function(function)
        return [call(item) for item in items]
    iterators = [
        iterate_anyhow(sequence, f"argument {at} to map() must support iteration")
        for at, sequence in enumerate(sequences, 2)
    ]
    rows = zip_longest(*iterators)
    if function is None:
        return list(rows)
    return [function(*row) for row in rows]  # type: ignore[operator]


def filter2(function: object, sequence: object) -> object:
    """``filter(function, sequence)``: a str or tuple stays one, else a list."""
    items = iterate(sequence)
    if function is None:
        kept = [item for item in items if item]
    else:
        call = types.quick_function(function)
        kept = [item for item in items if call(item)]
    if isinstance(sequence, str):
        return "".join(kept)
    if isinstance(sequence, tuple):
        return tuple(kept)
    return list(kept)


@takes(UNPACK, 2, 2, name="filter")
def filter_(_token: object, function: object, sequence: object, /) -> object:
    """``filter`` as a value."""
    return filter2(function, sequence)


@takes(UNPACK, 0, INT_MAX, name="zip")
def zip_(_token: object, /, *sequences: object) -> list[tuple]:
    """``zip(...)``: a list."""
    iterators = [
        iterate_or(sequence, f"zip argument #{at} must support iteration")
        for at, sequence in enumerate(sequences, 1)
    ]
    return list(zip(*iterators))  # noqa: B905


@takes(UNPACK, 2, 3, name="reduce")
def reduce_(
    _token: object, function: object, sequence: object, initial: object = _MISSING, /
) -> object:
    """``reduce(function, sequence, initial)``."""
    items = iterate_anyhow(sequence, "reduce() arg 2 must support iteration")
    function = types.quick_function(function)
    if initial is _MISSING:
        initial = next(items, _MISSING)
        if initial is _MISSING:
            raise TypeError("reduce() of empty sequence with no initial value")
    return host_reduce(function, items, initial)


# --------------------------------------------------------------------------
# min, max, sum


def _extreme(
    name: str, host: _Function, arguments: tuple, keywords: dict[str, object]
) -> object:
    if not arguments:
        raise TypeError(f"{name} expected 1 arguments, got 0")
    key = keywords.pop("key", _MISSING)
    if keywords:
        raise TypeError(f"{name}() got an unexpected keyword argument")
    items: Any = arguments if len(arguments) > 1 else arguments[0]
    if type(items) is not list and type(items) is not tuple:
        items = list(iterate(items))
    if not items:
        raise ValueError(f"{name}() arg is an empty sequence")
    if key is _MISSING:
        try:
            return host(items)
        except TypeError:
            return host(items, key=ordering.Key)
    keys = [key(item) for item in items]  # type: ignore[operator]
    positions = range(len(keys))
    return items[host(positions, key=lambda at: ordering.Key(keys[at]))]


@takes(UNPACK, 1, INT_MAX, name="min")
def min_(_token: object, /, *arguments: object, **keywords: object) -> object:
    """``min(...)``; mixed types in 2.7's order, the first of equal ones."""
    if not keywords and len(arguments) > 1:
        try:
            return min(arguments)  # type: ignore[type-var]
        except TypeError:
            pass
    return _extreme("min", min, arguments, keywords)


@takes(UNPACK, 1, INT_MAX, name="max")
def max_(_token: object, /, *arguments: object, **keywords: object) -> object:
    """``max(...)``; mixed types in 2.7's order, the first of equal ones."""
    if not keywords and len(arguments) > 1:
        try:
            return max(arguments)  # type: ignore[type-var]
        except TypeError:
            pass
    return _extreme("max", max, arguments, keywords)


def _plain_sum(items: list, start: object) -> object:
    # The host's sum() of 3.12 and later makes up for rounding errors; 2.7's doesn't.
    if sys.version_info < (3, 12):
        return sum(items, start)  # type: ignore[call-overload]
    return host_reduce(host_add, items, start)


@takes(UNPACK, 1, 2, name="sum")
def sum_(_token: object, sequence: object, start: object = 0, /) -> object:
    """``sum(sequence, start)``."""
    items = sequence if type(sequence) is list else list(iterate(sequence))
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    try:
        return _plain_sum(items, start)
    except (TypeError, OverflowError):
        for item in items:
            start = numbers.add(start, item)
        return start


# --------------------------------------------------------------------------
# Numbers as values


@takes(UNPACK, 2, 2, name="divmod")
def divmod_(_token: object, left: object, right: object, /) -> object:
    """``divmod`` as a value."""
    return numbers.divmod_(left, right)


@takes(UNPACK, 2, 3, name="pow")
def pow_(
    _token: object, base: object, exponent: object, modulus: object = None, /
) -> object:
    """``pow`` as a value."""
    return numbers.power_modulo(base, exponent, modulus)


@takes(UNPACK, 2, 2, name="cmp")
def cmp_(_token: object, left: object, right: object, /) -> int:
    """``cmp`` as a value."""
    return ordering.cmp(left, right)


@takes(ONE, 1, 1, name="repr")
def repr_(_token: object, value: object, /) -> str:
    """``repr`` as a value."""
    return text.py2_repr(value)


@takes(ONE, 1, 1, name="abs")
def abs_(_token: object, value: object, /) -> object:
    """``abs`` as a value."""
    return numbers.absolute(value)


# --------------------------------------------------------------------------
# Classes

_NO_CLASS = "isinstance() arg 2 must be a class, type, or tuple of classes and types"
_NO_SUPERCLASS = "issubclass() arg 2 must be a class or tuple of classes"


def isinstance2(value: object, kind: object) -> bool:
    """``isinstance(value, kind)``; tuples may be nested."""
    if type(kind) is types.Facade:
        return types.is_instance(value, kind)
    if type(kind) is tuple:
        return any(isinstance2(value, item) for item in kind)
    if isinstance(kind, type):
        return isinstance(value, kind)
    if isinstance(kind, tuple):
        return isinstance2(value, tuple(kind))
    raise TypeError(_NO_CLASS)


@takes(UNPACK, 2, 2, name="isinstance")
def isinstance_(_token: object, value: object, kind: object, /) -> bool:
    """``isinstance`` as a value."""
    return isinstance2(value, kind)


@takes(UNPACK, 2, 2, name="issubclass")
def issubclass_(_token: object, cls: object, kind: object, /) -> bool:
    """``issubclass(cls, kind)``."""
    if not isinstance(cls, type) and type(cls) is not types.Facade:
        raise TypeError("issubclass() arg 1 must be a class")
    return _is_below(cls, kind)


def _is_below(cls: object, kind: object) -> bool:
    if isinstance(kind, tuple):
        return any(_is_below(cls, item) for item in kind)
    if type(kind) is types.Facade:
        return types.is_subclass(cls, kind)
    if not isinstance(kind, type):
        raise TypeError(_NO_SUPERCLASS)
    return isinstance(cls, type) and issubclass(cls, kind)


def is_new_style_class(value: object) -> bool:
    """Whether ``value`` is a type in 2.7's sense: its own type isn't handed out."""
    return type(value) is types.Facade or (
        isinstance(value, type) and not is_old_style_class(value)
    )


def smallest_of_two(left, right):  # type: ignore[no-untyped-def]
    """``min(left, right)``."""
    return right if ordering.lt(right, left) else left


def largest_of_two(left, right):  # type: ignore[no-untyped-def]
    """``max(left, right)``."""
    return right if ordering.gt(right, left) else left


def range1(stop: object) -> list[int]:
    """``range(stop)``."""
    if type(stop) is int and INT_MIN <= stop <= INT_MAX:
        return list(range(stop))
    return range_(None, stop)


def range2(start: object, stop: object) -> list[int]:
    """``range(start, stop)``."""
    return range_(None, start, stop)


HELPERS: dict[str, object] = {
    "ǀisinstance2": isinstance2,
    "ǀmin2": smallest_of_two,
    "ǀmax2": largest_of_two,
    "ǀrange1": range1,
    "ǀrange2": range2,
    "ǀfilter": filter2,
}
