"""``list.sort`` of Python 2.7: any mixture of types, and comparison functions."""

from __future__ import annotations

from _collections_abc import Callable
from _functools import cmp_to_key  # type: ignore[import-not-found]

from repy_compat.python2 import newhosts
from repy_compat.python2.conversions import as_short
from repy_compat.python2.counts import KEYWORDS, UNPACK, takes
from repy_compat.python2.names import type_name
from repy_compat.python2.ordering import Key
from repy_compat.python2.text import py2_repr

_sort = list.sort
_index = list.index
_REFUSED = "'<' not supported between"


@takes(KEYWORDS, 0, 3, name="sort")
def sort(
    values: list,
    cmp: Callable[[object, object], object] | None = None,
    key: Callable[[object], object] | None = None,
    reverse: object = False,
) -> None:
    """``values.sort(cmp, key, reverse)`` in place, stable.

    The comparison function must return an int. ValueError if the list is
    changed meanwhile; TypeError for what has no order.
    """
    backwards = bool(as_short(reverse))
    if cmp is not None:
        _sort_by_function(values, cmp, key, backwards)
    elif key is None:
        saved = values[:]
        try:
            _sort(values, reverse=backwards)
        except TypeError as error:
            if not str(error).startswith(_REFUSED):
                raise
            values[:] = saved
            _sort(values, key=Key, reverse=backwards)
    else:
        _sort_by_key(values, key, backwards)


def _sort_by_key(values: list, key: Callable[[object], object], reverse: bool) -> None:
    keys: list[object] = []
    saved = values[:]
    failed = True

    def remembered(value: object) -> object:
        nonlocal failed
        failed = True
        made = key(value)
        failed = False
        keys.append(made)
        return made

    try:
        _sort(values, key=remembered, reverse=reverse)  # type: ignore[arg-type]
    except TypeError as error:
        if failed or not str(error).startswith(_REFUSED):
            raise
        values[:] = saved
        again = iter(keys)
        _sort(values, key=lambda value: Key(next(again)), reverse=reverse)


def _sort_by_function(
    values: list,
    cmp: Callable[[object, object], object],
    key: Callable[[object], object] | None,
    reverse: bool,
) -> None:
    def checked(left: object, right: object) -> int:
        result = cmp(left, right)
        if type(result) is int and -(2**63) <= result < 2**63 or result is True:
            return result
        if isinstance(result, int) and type_name(result) != "long":
            return int(result)
        raise TypeError(f"comparison function must return int, not {type_name(result)}")

    wrapped = cmp_to_key(checked)
    if key is None:
        _sort(values, key=wrapped, reverse=reverse)
    else:
        _sort(values, key=lambda value: wrapped(key(value)), reverse=reverse)


@takes(UNPACK, 1, 3, name="index")
def index(values: list, value: object, *bounds: object) -> int:
    """``values.index(value, start, stop)``; ValueError that tells the value."""
    try:
        return _index(values, value, *bounds)  # type: ignore[arg-type]
    except ValueError as error:
        if not str(error).startswith("list.index(x)"):
            raise
    raise ValueError(f"{py2_repr(value)} is not in list")


METHODS: dict[str, Callable[..., object]] = {"sort": sort}
if newhosts.NEEDED:
    # That host's own doesn't tell any more what wasn't there.
    METHODS["index"] = index
