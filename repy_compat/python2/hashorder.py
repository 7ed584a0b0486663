"""The order in which Python 2.7 (64 bit) listed the items of a hash table.

Its hash values are calculated here, and its tables are filled as it filled them:
first slot, probing and growth. Sets and dictionaries do this alike (CPython 2.7,
``Objects/dictobject.c`` and ``setobject.c``). All that is asked for is an order, so a
table here holds positions in a list instead of items.

What 2.7 hashed by its address (functions, classes, instances, None) had no order there
that a program could know.
"""

from __future__ import annotations

from _collections_abc import Callable, Iterable, Sequence
from math import frexp, isinf, isnan

from repy_compat.python2.names import INT_MAX, long

_MASK = 2**64 - 1
_MODULUS = 2**64 - 1
_SMALLEST = 8
_MANY = 50_000
_DEEPEST = 50
_MOST_RANKED = 20_000

# Texts met before: a text is hashed letter by letter here, and mostly listed again.
_text_hashes: dict[str, int] = {}
_TEXTS_KEPT = 4096
_LONGEST_KEPT = 64


# --------------------------------------------------------------------------
# Hash values, as numbers from 0 up to 2**64


def _of_text(value: str) -> int:
    found = _text_hashes.get(value)
    if found is None:
        codes = value.encode("latin-1", "replace")
        found = codes[0] << 7 if codes else 0
        for code in codes:
            found = (1000003 * found ^ code) & _MASK
        found ^= len(codes)
        if found == _MASK:
            found -= 1
        if len(codes) <= _LONGEST_KEPT:
            if len(_text_hashes) >= _TEXTS_KEPT:
                _text_hashes.clear()
            _text_hashes[value] = found
    return found


def _of_whole(value: int) -> int:
    if -_MANY < value < 2**63:
        return value & _MASK if value != -1 else _MASK - 1
    size = abs(value)
    found = size % _MODULUS or _MODULUS
    if value < 0:
        found = -found & _MASK
    return found - 1 if found == _MASK else found


def _of_float(value: float) -> int:
    if isnan(value):
        return 0
    if isinf(value):
        return 314159 if value > 0 else -271828 & _MASK
    if value == int(value):
        return _of_whole(int(value))
    fraction, exponent = frexp(value)
    fraction *= 2147483648.0
    high = int(fraction)
    low = int((fraction - high) * 2147483648.0)
    found = high + low + (exponent << 15)
    return (found if found != -1 else -2) & _MASK


def _of_complex(value: complex) -> int:
    found = (_of_float(value.real) + 1000003 * _of_float(value.imag)) & _MASK
    return found - 1 if found == _MASK else found


def _of_tuple(value: tuple, depth: int) -> int | None:
    found, factor, rest = 0x345678, 1000003, len(value)
    for item in tuple.__iter__(value):
        rest -= 1
        part = hash_of(item, depth + 1)
        if part is None:
            return None
        found = (found ^ part) * factor & _MASK
        factor += 82520 + rest + rest
    found = (found + 97531) & _MASK
    return found - 1 if found == _MASK else found


def _of_frozenset(value: frozenset, depth: int) -> int | None:
    # It keeps its hash, as 2.7's did: sets of the same sets would take ages without.
    known: int | None = getattr(value, "ǀhash", None)
    if known is not None:
        return known
    found = 1927868237 * (len(value) + 1)
    for item in frozenset.__iter__(value):
        part = hash_of(item, depth + 1)
        if part is None:
            return None
        found ^= (part ^ (part << 16) ^ 89869747) * 3644798167
    found = (found * 69069 + 907133923) & _MASK
    if found == _MASK:
        found = 590923713
    if hasattr(type(value), "ǀhash"):
        value.ǀhash = found  # type: ignore[attr-defined]
    return found


def _of_nothing(value: None) -> int:
    return 0  # 2.7 took its address


_FLAT: dict[type, Callable[..., int]] = {
    str: _of_text,
    int: _of_whole,
    long: _of_whole,
    bool: _of_whole,
    float: _of_float,
    complex: _of_complex,
    type(None): _of_nothing,
}
_NESTED: dict[type, Callable[..., int | None]] = {
    tuple: _of_tuple,
    frozenset: _of_frozenset,
}


def hash_of(value: object, depth: int = 0) -> int | None:
    """2.7's ``hash(value)`` modulo 2**64; None if it wasn't the same in every run.

    None as well for what is nested too deep to be worth the walk.
    """
    flat = _FLAT.get(type(value))
    if flat is not None:
        return flat(value)
    if depth > _DEEPEST:
        return None
    for kind in type(value).__mro__:
        flat = _FLAT.get(kind)
        if flat is not None:
            return flat(value)
        nested = _NESTED.get(kind)
        if nested is not None:
            return nested(value, depth)
    return None


def hashes_of(items: list) -> list[int | None]:
    """`hash_of` each item; quick where all are texts, or integers."""
    kinds = set(map(type, items))
    if kinds == _TEXT_ALONE:
        found: list[int | None] = list(map(_text_hashes.get, items))
        if None in found:
            return [_of_text(item) for item in items]
        return found
    if kinds == _WHOLE_ALONE:
        return [n if 0 <= n <= INT_MAX else _of_whole(n) for n in items]
    return [hash_of(item) for item in items]


_TEXT_ALONE = {str}
_WHOLE_ALONE = {int}


# --------------------------------------------------------------------------
# Tables


def size_above(used: int) -> int:
    """The slots of a table that is resized to hold more than ``used`` items."""
    size = _SMALLEST
    while size <= used:
        size <<= 1
    return size


def merged_size(size: int, held: int, added: int) -> int:
    """The slots of a table of ``held`` items after it made room for ``added`` ones."""
    if (held + added) * 3 >= size * 2:
        return size_above((held + added) * 2)
    return size


def table_order(
    hashes: Sequence[int],
    merges: Iterable[tuple[int, int]] = (),
    size: int = _SMALLEST,
) -> list[int]:
    """The positions of ``hashes`` in the order in which their table lists them.

    The hashes of different items go in one after the other. ``merges`` are pairs
    (items held, items added): when the table held so many, it made room for so many
    more at once. ``size`` is the number of slots of the empty table.
    """
    slots = [-1] * size
    mask, full = size - 1, _full(size)
    rooms = dict(merges)
    for position, value in enumerate(hashes):
        if rooms and position in rooms:
            wanted = merged_size(mask + 1, position, rooms[position])
            slots = _resized(slots, hashes, wanted)
            mask, full = wanted - 1, _full(wanted)
        at = value & mask
        while slots[at] >= 0:
            at = (5 * at + value + 1) & mask
            value >>= 5
        slots[at] = position
        if position + 1 == full:
            wanted = _grown(full)
            slots = _resized(slots, hashes, wanted)
            mask, full = wanted - 1, _full(wanted)
    if len(hashes) in rooms:  # made for what was there already
        wanted = merged_size(mask + 1, len(hashes), rooms[len(hashes)])
        slots = _resized(slots, hashes, wanted)
    return [position for position in slots if position >= 0]


def _resized(slots: list[int], hashes: Sequence[int], size: int) -> list[int]:
    """A table of ``size`` slots with the positions of ``slots``, put in as listed."""
    if len(slots) == size:
        return slots
    made = [-1] * size
    mask = size - 1
    for position in slots:
        if position >= 0:
            value = hashes[position]
            at = value & mask
            while made[at] >= 0:
                at = (5 * at + value + 1) & mask
                value >>= 5
            made[at] = position
    return made


def final_size(count: int, merges: Iterable[tuple[int, int]] = ()) -> int:
    """The slots of a table that ``count`` items went into; see `table_order`."""
    size = _SMALLEST
    for held, added in merges:
        if held <= count:
            size = merged_size(size, held, added)
    full = _full(size)
    while count >= full:
        size = _grown(full)
        full = _full(size)
    return size


def _full(size: int) -> int:
    """The number of items that makes a table of ``size`` slots grow."""
    return (size * 2 + 2) // 3


def _grown(used: int) -> int:
    return size_above(used * 2 if used > _MANY else used * 4)


def in_table_order(
    items: list, merges: Iterable[tuple[int, int]] = (), size: int = _SMALLEST
) -> list:
    """``items``, listed as the table that they were put into one after the other.

    Those without a hash of their own keep their distance from the front.
    """
    hashes = hashes_of(items)
    if None not in hashes:
        return [items[at] for at in table_order(hashes, merges, size)]  # type: ignore[arg-type]
    known = [at for at, value in enumerate(hashes) if value is not None]
    order = table_order([hashes[at] for at in known])  # type: ignore[misc]
    listed = list(items)
    for place, at in zip(known, order, strict=True):
        listed[place] = items[known[at]]
    return listed


# --------------------------------------------------------------------------
# Sets: the host doesn't tell in which order items came


_NUMBERS = frozenset((int, long, bool, float))


def canonical(items: list) -> list:
    """``items`` in an order that depends on nothing but what they are: the sorted one.

    Those that two runs can't tell apart stay behind, in the order they have.
    """
    kinds = set(map(type, items))
    if kinds == {str} or (
        kinds <= _NUMBERS and not any(item != item for item in items)
    ):
        return sorted(items)
    left = [_MOST_RANKED + len(items)]
    ranked = [(_rank(item, 0, left), item) for item in items]
    plain = sorted((pair for pair in ranked if pair[0]), key=_first)
    return [item for _, item in plain] + [item for rank, item in ranked if not rank]


def _first(pair: tuple[tuple, object]) -> tuple:
    return pair[0]


def _rank(value: object, depth: int, left: list[int]) -> tuple:
    """What orders a value among those of other kinds; empty if nothing does.

    ``left`` is how many values may still be looked at.
    """
    left[0] -= 1
    for kind in type(value).__mro__:
        if kind in _NUMBERS:
            return (2, 0) if value != value else (1, value)
        if kind is str:
            return (4, value)
        if kind is complex:
            return (3, complex.__repr__(value))
        if kind is type(None):
            return (0, 0)
        if kind in _NESTED:
            if depth > _DEEPEST or left[0] < 0:
                return ()
            return _rank_inside(value, kind, depth, left)
    return ()


def _rank_inside(value: object, kind: type, depth: int, left: list[int]) -> tuple:
    ranks = []
    for item in kind.__iter__(value):  # type: ignore[attr-defined]
        rank = _rank(item, depth + 1, left)
        if not rank:
            return ()
        ranks.append(rank)
    if kind is tuple:
        return (5, ranks)
    return (6, sorted(ranks))


def set_order(
    items: list,
    merges: Sequence[tuple[int, int]] = (),
    came: tuple[int, ...] = (),
) -> list:
    """The items of a set in 2.7's order, as far as it can be known.

    Where several items want the same slot, the first to come got it. ``came`` are the
    host's hashes of those whose turn is known; the others are taken to have come
    behind them, the smallest first. With ``merges`` these are the turns in the tables
    that were put into this one, in the order in which they listed their items.
    """
    hashes = hashes_of(items)
    if None not in hashes:
        mask = final_size(len(items), merges) - 1
        wanted = {value & mask: at for at, value in enumerate(hashes)}  # type: ignore[operator]
        if len(wanted) == len(items):  # everybody got the slot that it wanted
            return [items[wanted[slot]] for slot in sorted(wanted)]
    return in_table_order(_as_they_came(items, merges, came), merges)


def _as_they_came(
    items: list, merges: Sequence[tuple[int, int]], came: tuple[int, ...]
) -> list:
    plain = canonical(items)
    turns: dict[int, int] = {}
    for value in came:
        turns.setdefault(value, len(turns))
    if turns:
        plain.sort(key=lambda item: turns.get(hash(item), len(came)))
    if not merges:
        return plain
    first = [item for item in plain if hash(item) in turns] if turns else plain
    others = plain[len(first) :]
    return in_table_order(first) + in_table_order(others)
