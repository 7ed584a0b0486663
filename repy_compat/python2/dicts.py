"""Methods of Python 2.7's dict: lists instead of views, and what Python 3 dropped.

The host's methods are called through ``dict`` because a program's subclass may
have its own of that name.
"""

from __future__ import annotations

from _collections_abc import Callable, Iterator

from repy_compat.python2.counts import NONE, ONE, takes
from repy_compat.python2.views import ItemView, KeyView, ValueView, view

# What ``tabledicts`` replaces in a process that lists dictionaries as 2.7 did.
new: Callable[[], dict] = dict
"""Makes an empty dictionary for a program."""
listed: Callable[[dict], list] = list
"""The keys of a dictionary of ours, in the order in which a program sees them."""


def of_display(held: dict, _count: int) -> dict:
    """What a display of so many pairs gives a program."""
    return held


def table_dict(held: dict, count: int) -> dict:
    """The same, called by what was compiled for such a process."""
    return of_display(held, count)


_keys = dict.keys
_values = dict.values
_items = dict.items


@takes(NONE, 0, 0)
def keys(mapping: dict) -> list:
    """``mapping.keys()``: a new list."""
    return [*mapping] if type(mapping) is dict else [*_keys(mapping)]


@takes(NONE, 0, 0)
def values(mapping: dict) -> list:
    """``mapping.values()``: a new list."""
    return [*_values(mapping)]


@takes(NONE, 0, 0)
def items(mapping: dict) -> list:
    """``mapping.items()``: a new list."""
    return [*_items(mapping)]


@takes(NONE, 0, 0)
def iterkeys(mapping: dict) -> Iterator:
    """``mapping.iterkeys()``."""
    return iter(_keys(mapping))


@takes(NONE, 0, 0)
def itervalues(mapping: dict) -> Iterator:
    """``mapping.itervalues()``."""
    return iter(_values(mapping))


@takes(NONE, 0, 0)
def iteritems(mapping: dict) -> Iterator:
    """``mapping.iteritems()``."""
    return iter(_items(mapping))


@takes(NONE, 0, 0)
def viewkeys(mapping: dict) -> object:
    """``mapping.viewkeys()``."""
    return view(KeyView, mapping)


@takes(NONE, 0, 0)
def viewvalues(mapping: dict) -> object:
    """``mapping.viewvalues()``."""
    return view(ValueView, mapping)


@takes(NONE, 0, 0)
def viewitems(mapping: dict) -> object:
    """``mapping.viewitems()``."""
    return view(ItemView, mapping)


@takes(ONE, 1, 1)
def has_key(mapping: dict, key: object, /) -> bool:
    """``mapping.has_key(key)``."""
    return dict.__contains__(mapping, key)


METHODS: dict[str, Callable[..., object]] = {
    "has_key": has_key,
    "items": items,
    "iteritems": iteritems,
    "iterkeys": iterkeys,
    "itervalues": itervalues,
    "keys": keys,
    "values": values,
    "viewitems": viewitems,
    "viewkeys": viewkeys,
    "viewvalues": viewvalues,
}
HELPERS: dict[str, object] = {"ǀtable_dict": table_dict}
