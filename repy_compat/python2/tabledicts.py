"""Dictionaries that are listed in Python 2.7's order: the mode ``--dict-order=2.7``.

They are the host's dictionaries, which know in which order their keys came; whoever
asks for a listing gets the order of 2.7's table, filled in that order. It's exact as
long as nothing is deleted.

`enable` makes every dictionary of the process one of these, for good: it belongs into
a process that runs one program. Nothing else loads this module.
"""

from __future__ import annotations

from _collections_abc import Callable, Iterator
from operator import itemgetter
from types import FunctionType

from repy_compat.python2 import dictmaking, dicts, text, types, views
from repy_compat.python2.counts import NONE, SLOT, UNPACK, takes
from repy_compat.python2.hashorder import in_table_order, size_above
from repy_compat.python2.iteration import iterate
from repy_compat.python2.names import (
    DICTS,
    NAMES,
    register_builtin_method,
    register_special_method,
)
from repy_compat.python2.sets import HOST_SETS, setiterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_second = itemgetter(1)
_live_keys = dict.__iter__
_get = dict.get
_put = dict.__setitem__
_native_clear, _native_update = dict.clear, dict.update
_PRESIZED = 5


class _KeyIterator(setiterator):
    __slots__ = ()


class _ValueIterator(setiterator):
    __slots__ = ()


class _ItemIterator(setiterator):
    __slots__ = ()


class TableDict(dict):
    """A dictionary of a program in this mode."""

    # The slots of the empty table if it was made larger; pairs (keys held, keys
    # added) of what other dictionaries brought; the keys that ``popitem`` will take,
    # the next one last.
    __slots__ = ("ǀsize", "ǀrooms", "ǀpending")
    ǀsize: int
    ǀrooms: list[tuple[int, int]]
    ǀpending: list[object]

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return _walk(_KeyIterator, _second, self)

    @takes(NONE, 0, 0)
    def keys(self) -> list:  # type: ignore[override]
        """``d.keys()``."""
        return listed(self)

    @takes(NONE, 0, 0)
    def values(self) -> list:  # type: ignore[override]
        """``d.values()``."""
        return [value for _, value in pairs(self)]

    @takes(NONE, 0, 0)
    def items(self) -> list:  # type: ignore[override]
        """``d.items()``."""
        return pairs(self)

    @takes(NONE, 0, 0)
    def iterkeys(self) -> Iterator:
        """``d.iterkeys()``."""
        return _walk(_KeyIterator, _second, self)

    @takes(NONE, 0, 0)
    def itervalues(self) -> Iterator:
        """``d.itervalues()``."""
        return _walk(_ValueIterator, lambda step: _get(self, step[1]), self)

    @takes(NONE, 0, 0)
    def iteritems(self) -> Iterator:
        """``d.iteritems()``."""
        return _walk(_ItemIterator, lambda step: (step[1], _get(self, step[1])), self)

    @takes(NONE, 0, 0)
    def viewkeys(self) -> views.View:
        """``d.viewkeys()``."""
        return views.view(_Keys, self)

    @takes(NONE, 0, 0)
    def viewvalues(self) -> views.View:
        """``d.viewvalues()``."""
        return views.view(_Values, self)

    @takes(NONE, 0, 0)
    def viewitems(self) -> views.View:
        """``d.viewitems()``."""
        return views.view(_Items, self)

    @takes(NONE, 0, 0)
    def copy(self) -> TableDict:
        """``d.copy()``: a plain dictionary, whatever class this one is of."""
        return _merged(TableDict(), self)

    @takes(NONE, 0, 0)
    def clear(self) -> None:
        """``d.clear()``: a new table."""
        _native_clear(self)
        self.ǀsize = 8
        self.ǀrooms = []
        self.ǀpending = []

    @takes(UNPACK, 0, 1)
    def update(self, *sources: Any, **keywords: object) -> None:
        """``d.update(mapping or pairs, name=value, ...)``."""
        if len(sources) == 1 and isinstance(sources[0], dict):
            _merged(self, sources[0])
        else:
            _native_update(self, *sources)
        if keywords:
            _merged(self, _named(keywords))

    @takes(NONE, 0, 0)
    def popitem(self) -> tuple[object, object]:
        """``d.popitem()``: the first of the table, next time the one behind it."""
        pending = getattr(self, "ǀpending", [])
        while True:
            if not pending:
                if not self:
                    raise KeyError("popitem(): dictionary is empty")
                pending = self.ǀpending = listed(self)[::-1]
            try:
                key = pending.pop()
            except IndexError:
                continue  # another event was as quick
            value = dict.pop(self, key, pending)
            if value is not pending:
                return key, value


def listed(mapping: dict) -> list:
    """The keys of a dictionary as a new list, in 2.7's order."""
    keys = [*_live_keys(mapping)]
    rooms = getattr(mapping, "ǀrooms", ())
    return in_table_order(keys, rooms, getattr(mapping, "ǀsize", 8))


def pairs(mapping: dict) -> list[tuple[object, object]]:
    """Its pairs of key and value."""
    # One step, in which no other event can change the dictionary.
    found = [*dict.items(mapping)]
    rooms = getattr(mapping, "ǀrooms", ())
    values = dict(found)
    order = in_table_order([*values], rooms, getattr(mapping, "ǀsize", 8))
    return [(key, values[key]) for key in order]


def _walk(kind: type, give: Callable[..., object], mapping: dict) -> Iterator:
    """An iterator over keys; the host's own tells when the dictionary changes."""
    live = _live_keys(mapping)
    return kind(give, zip(live, listed(mapping)))  # noqa: B905


def _merged(into: TableDict, source: dict) -> TableDict:
    """Put all of ``source`` into a dictionary, which makes room for it at once."""
    if source is not into and source:
        _note_room(into, len(source))
        for key, value in pairs(source):
            _put(into, key, value)
    return into


def _note_room(made: TableDict, added: int) -> None:
    rooms = getattr(made, "ǀrooms", None)
    if rooms is None:
        rooms = made.ǀrooms = []
    rooms.append((len(made), added))


def _named(keywords: dict[str, object]) -> TableDict:
    """What 2.7 handed to a built-in function for its keywords: the last came first."""
    made = TableDict()
    for name in reversed(keywords):
        _put(made, name, keywords[name])
    return made


# --------------------------------------------------------------------------
# Views


class _Keys(views.KeyView):
    __slots__ = ()

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return _walk(_KeyIterator, _second, self.ǀowner)


class _Values(views.ValueView):
    __slots__ = ()

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return TableDict.itervalues(self.ǀowner)  # type: ignore[arg-type]


class _Items(views.ItemView):
    __slots__ = ()

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return TableDict.iteritems(self.ǀowner)  # type: ignore[arg-type]


# --------------------------------------------------------------------------
# Making dictionaries


def of_display(held: dict, _count: int) -> dict:
    """What a display of ``_count`` pairs gives; 2.7 made room for them before."""
    made = TableDict(held)
    if _count > _PRESIZED:
        made.ǀsize = size_above(_count)
    return made


def make_dict(*arguments: Any, **keywords: object) -> TableDict:
    """``dict(mapping or pairs, name=value, ...)``."""
    made = TableDict()
    if len(arguments) == 1 and isinstance(arguments[0], dict):
        _merged(made, arguments[0])
    else:
        plain = dictmaking.make_dict(*arguments)
        for key, value in plain.items():
            _put(made, key, value)
    if keywords:
        _merged(made, _named(keywords))
    return made


@takes(UNPACK, 1, 2, name="fromkeys")
def _fromkeys(_token: object, keys: Any, value: object = None, /) -> TableDict:
    made = TableDict()
    if isinstance(keys, (TableDict, *HOST_SETS)):
        made.ǀsize = size_above(len(keys) // 2 * 3)
    for key in iterate(keys):
        _put(made, key, value)
    return made


def enable() -> None:
    """Let all dictionaries of programs in this process be listed as in 2.7."""
    dicts.new = TableDict
    dicts.of_display = of_display
    dicts.listed = listed
    types.replace_dict(TableDict, make_dict, _fromkeys)


DICTS.add(TableDict)
for _kind, _shown_as in (
    *((TableDict, "dict"), (_KeyIterator, "dictionary-keyiterator")),
    (_ValueIterator, "dictionary-valueiterator"),
    (_ItemIterator, "dictionary-itemiterator"),
    *((_Keys, "dict_keys"), (_Values, "dict_values"), (_Items, "dict_items")),
):
    _kind.__name__ = _kind.__qualname__ = _shown_as
    NAMES[_kind] = _shown_as
for _function in vars(TableDict).values():
    if type(_function) is FunctionType:
        register_builtin_method(_function)
for _kind in (TableDict, _Keys, _Values, _Items):
    register_special_method(vars(_kind)["__iter__"])
text.know_dict(TableDict, pairs)
for _kind in (_Keys, _Values, _Items):
    text._REPR[_kind] = text._STR[_kind] = text._repr_view
