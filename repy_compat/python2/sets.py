"""Sets and frozensets of programs, which are listed in Python 2.7's order.

They are the host's sets in everything but their order. The host's own would change
from run to run: it hashes strings with a secret. Whoever iterates over one of these,
be it a loop, an unpacking or a function of the host, asks for ``__iter__``; so code
that has no sets pays nothing for their order.
"""

from __future__ import annotations

from _collections_abc import Callable, Iterator
from operator import is_, itemgetter
from types import FunctionType

from repy_compat.python2.counts import NONE, SLOT, takes
from repy_compat.python2.hashorder import set_order
from repy_compat.python2.iteration import iterate
from repy_compat.python2.names import (
    NAMES,
    register_builtin_method,
    register_special_method,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HOST_SETS = (set, frozenset)
_second = itemgetter(1)
_MOST_KEPT = 10_000
_LONGEST_KEPT = 64
_put = set.__ior__


class setiterator(map):
    """What iterating over a set gives. It looks as the host's own does to a program."""

    __slots__ = ()


NAMES[setiterator] = "setiterator"


class Set(set):
    """A set of a program."""

    # How many items went in at once, time after time, when the table was new; hashes
    # of those that came one after the other then (hashes, since the set isn't to keep
    # alive what has left it); the items when they were last listed, as the host has
    # them and in order; and what ``pop`` will take, the next one last.
    __slots__ = ("ǀmerges", "ǀcame", "ǀlisted", "ǀpending")
    ǀmerges: tuple[int, ...]
    ǀcame: tuple[int, ...]
    ǀlisted: tuple[list, list] | None
    ǀpending: list[object]

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        live = _set_items(self)
        if len(self) < 2:
            return live
        # The host's iterator tells when the set changes under the loop.
        return setiterator(_second, zip(live, ordered(self)))  # noqa: B905

    @takes(NONE, 0, 0)
    def pop(self) -> object:
        """``s.pop()``: the first item of the table, and next time the one behind it."""
        try:
            pending = self.ǀpending
        except AttributeError:
            pending = []
        while True:
            if not pending:
                if len(self) < 2:
                    return _pop(self)
                pending = self.ǀpending = ordered(self)[::-1]
            try:
                item = pending.pop()
                _remove(self, item)
            except (IndexError, KeyError):
                continue  # it went some other way
            return item

    @takes(NONE, 0, 0)
    def clear(self) -> None:
        """``s.clear()``: a new table."""
        _clear(self)
        self.ǀmerges = self.ǀcame = ()
        self.ǀlisted = None
        self.ǀpending = []


class FrozenSet(frozenset):
    """A frozenset of a program."""

    # As above; and 2.7's hash, once somebody asked for it.
    __slots__ = ("ǀmerges", "ǀcame", "ǀlisted", "ǀhash")
    ǀmerges: tuple[int, ...]
    ǀcame: tuple[int, ...]
    ǀlisted: tuple[list, list] | None
    ǀhash: int

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        live = _frozen_items(self)
        if len(self) < 2:
            return live
        return setiterator(_second, zip(live, ordered(self)))  # noqa: B905


_set_items = set.__iter__
_frozen_items = frozenset.__iter__
_pop = set.pop
_clear = set.clear
_remove = set.remove


def ordered(items: set | frozenset) -> list:
    """The items of a set as a new list, in the order in which a program sees them."""
    found = [*(_set_items if isinstance(items, set) else _frozen_items)(items)]  # type: ignore[arg-type]
    if len(found) < 2:
        return found
    last = getattr(items, "ǀlisted", None)
    if (
        last is not None
        and len(last[0]) == len(found)
        and all(map(is_, last[0], found))
    ):
        return last[1][:]
    merges = getattr(items, "ǀmerges", ())
    listed = set_order(found, _rooms(merges), getattr(items, "ǀcame", ()))
    if _may_be_kept(found) and isinstance(items, (Set, FrozenSet)):
        items.ǀlisted = found, listed[:]
    return listed


def _may_be_kept(items: list) -> bool:
    """Whether nobody minds if the items of a set live on until it's listed again."""
    if len(items) > _MOST_KEPT:
        return False
    kinds = set(map(type, items))
    return kinds == {int} or (kinds == {str} and max(map(len, items)) <= _LONGEST_KEPT)


def _rooms(merges: tuple[int, ...]) -> list[tuple[int, int]]:
    held = 0
    rooms = []
    for added in merges:
        rooms.append((held, added))
        held += added
    return rooms


# --------------------------------------------------------------------------
# Methods and operators that give a new set: it's of the left operand's class


def _new_set(name: str) -> Callable[..., object]:
    """The method or operator ``name`` of `Set` and of its subclasses."""
    native = getattr(set, name)

    def method(self: Set, /, *others: object) -> object:
        result = native(self, *others)
        if result is NotImplemented:
            return result
        made = _new(type(self))
        _put(made, result)
        return made

    def merging(self: Set, /, *others: object) -> object:
        made = method(self, *others)
        if isinstance(made, Set):
            _note_operands(made, self, others)
        return made

    return _playing(name, merging if name in _MERGING else method)


def _new_frozenset(name: str) -> Callable[..., object]:
    """The same for `FrozenSet`."""
    native = getattr(frozenset, name)

    def method(self: FrozenSet, /, *others: object) -> object:
        result = native(self, *others)
        if result is NotImplemented:
            return result
        if name == "copy" and type(self) is FrozenSet:
            return self
        made = _new_frozen(type(self), result)
        if name in _MERGING:
            _note_operands(made, self, others)
        return made

    return _playing(name, method)


def _set_or(self: Set, other: object, /) -> object:
    """``self | other``, without a set in between."""
    if not isinstance(other, HOST_SETS):
        return NotImplemented
    made = _new(type(self))
    _put(made, self)
    _put(made, other)
    made.ǀmerges = (len(self), len(other))
    came = getattr(self, "ǀcame", None)
    if came is not None:
        made.ǀcame = came
    return made


def _set_copy(self: Set, /) -> object:
    made = _new(type(self))
    _put(made, self)
    _note_operands(made, self, ())
    return made


def _note_operands(
    made: Set | FrozenSet, first: set | frozenset, others: tuple[object, ...]
) -> None:
    """Note what a copy of ``first`` into which ``others`` were put made room for."""
    came = getattr(first, "ǀcame", None)
    if came is not None:
        made.ǀcame = came
    sizes = [len(other) for other in others if isinstance(other, HOST_SETS)]
    made.ǀmerges = (len(first), *sizes)


def _playing(name: str, method: Callable[..., object]) -> Callable[..., object]:
    """Let ``method`` pass for the built-in one of this name."""
    method.__name__ = method.__qualname__ = name
    if name[:2] == "__":
        return method
    return takes(NONE, 0, 0, name=name)(method)


_MERGING = ("copy", "union", "__or__")
_new = set.__new__
_new_frozen = frozenset.__new__

METHODS = (
    *("union", "intersection", "difference", "symmetric_difference", "copy"),
    *("__or__", "__and__", "__sub__", "__xor__"),
)
"""What gives a new set."""

_QUICK: dict[str, Callable[..., object]] = {"__or__": _set_or, "copy": _set_copy}
for _name in METHODS:
    _own = _QUICK.get(_name)
    setattr(Set, _name, _playing(_name, _own) if _own else _new_set(_name))
    setattr(FrozenSet, _name, _new_frozenset(_name))
for _kind, _shown in ((Set, "set"), (FrozenSet, "frozenset")):
    _kind.__name__ = _kind.__qualname__ = _shown
    NAMES[_kind] = _shown
    for _function in [*vars(_kind).values()]:
        if type(_function) is FunctionType:
            register_builtin_method(_function)
    register_special_method(vars(_kind)["__iter__"])


# --------------------------------------------------------------------------
# set() and frozenset()


def _check(name: str, arguments: tuple[object, ...], keywords: object) -> None:
    if keywords:
        raise TypeError(f"{name}() does not take keyword arguments")
    if len(arguments) > 1:
        count = len(arguments)
        raise TypeError(f"{name} expected at most 1 arguments, got {count}")


def make_set(*arguments: object, **keywords: object) -> Set:
    """``set(iterable)``."""
    if keywords or len(arguments) != 1:
        _check("set", arguments, keywords)
        return Set()
    return _filled(Set, arguments[0])


def make_frozenset(*arguments: object, **keywords: object) -> FrozenSet:
    """``frozenset(iterable)``: a frozenset itself, the one empty one, or a new one."""
    if keywords or len(arguments) != 1:
        _check("frozenset", arguments, keywords)
        return _EMPTY
    if type(arguments[0]) is FrozenSet:
        return arguments[0]
    return _filled(FrozenSet, arguments[0]) or _EMPTY


def _filled(kind: Any, source: Any) -> Any:
    """A set of what ``source`` gives, with notes on the turns of the items."""
    given = type(source)
    if given in _SEQUENCES:
        made = kind(source)
        if len(source) <= _REMEMBERED:
            made.ǀcame = tuple(map(hash, source))
    elif given in _MERGED:
        made = kind(source)
        made.ǀmerges = (len(source),)
        if isinstance(source, (Set, FrozenSet)):
            made.ǀcame = getattr(source, "ǀcame", ())
        elif given is dict and len(source) <= _REMEMBERED:
            made.ǀcame = tuple(map(hash, source))
    else:
        made = kind(iterate(source))
    return made


_EMPTY = FrozenSet()
_REMEMBERED = 64
_SEQUENCES = frozenset((list, tuple, str))
_MERGED = frozenset((Set, FrozenSet, set, frozenset, dict))
