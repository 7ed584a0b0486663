"""Comparisons: any two values have an order in Python 2.7, complex numbers excepted.

Repy language catalogue, section L. ``==`` and ``!=`` are the host's. The orders
try the host's comparison first; where the host refuses, 2.7's rules decide.
"""

from __future__ import annotations

import operator
from _collections_abc import Callable
from types import MethodType

from repy_compat.python2.names import VIEWS, is_old_style_instance, type_name

_REFUSED_COMPLEX = "no ordering relation is defined for complex numbers"
_REFUSED_SETS = "cannot compare sets using cmp()"
_REAL = (int, float)
_SETS = (set, frozenset)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Compare = Callable[[Any, Any], Any]


def lt(left, right):  # type: ignore[no-untyped-def]
    """``left < right``."""
    try:
        return left < right
    except TypeError:
        return _ordered(operator.lt, left, right)


def le(left, right):  # type: ignore[no-untyped-def]
    """``left <= right``."""
    try:
        return left <= right
    except TypeError:
        return _ordered(operator.le, left, right)


def gt(left, right):  # type: ignore[no-untyped-def]
    """``left > right``."""
    try:
        return left > right
    except TypeError:
        return _ordered(operator.gt, left, right)


def ge(left, right):  # type: ignore[no-untyped-def]
    """``left >= right``."""
    try:
        return left >= right
    except TypeError:
        return _ordered(operator.ge, left, right)


def _ordered(compare: Compare, left: object, right: object) -> bool:
    """``compare(left, right)`` where the host refused."""
    for sequence in (list, tuple):
        if isinstance(left, sequence) and isinstance(right, sequence):
            return _ordered_sequences(compare, left, right)
    if isinstance(left, complex) or isinstance(right, complex):
        _refuse_complex(left, right)
    return bool(compare(_by_value_or_type(left, right), 0))


def _ordered_sequences(
    compare: Compare, left: list | tuple, right: list | tuple
) -> bool:
    """The first difference decides: see ``list`` and ``tuple`` in 2.7."""
    for one, other in zip(left, right):  # noqa: B905
        if one is not other and one != other:
            try:
                return bool(compare(one, other))
            except TypeError:
                return _ordered(compare, one, other)
    return bool(compare(len(left), len(right)))


def _refuse_complex(left: object, right: object) -> None:
    numbers = (int, float, complex)
    if isinstance(left, numbers) and isinstance(right, numbers):
        raise TypeError(_REFUSED_COMPLEX)


def cmp(left, right):  # type: ignore[no-untyped-def]
    """``cmp(left, right)``: -1, 0 or 1.

    TypeError for complex numbers and for sets that 2.7 doesn't compare.
    """
    kind = type(left)
    if kind is type(right) and (kind is int or kind is str):
        if left == right:
            return 0
        return -1 if left < right else 1
    return _cmp(left, right)


def _cmp(left: object, right: object) -> int:
    if left is right:
        return 0
    if isinstance(left, dict) and isinstance(right, dict):
        return _cmp_dicts(left, right)
    if isinstance(left, _SETS) and isinstance(right, _SETS):
        return _cmp_sets(left, right)
    if left == right:
        return 0
    if type(left) in VIEWS or type(right) in VIEWS:
        return _cmp(_shown(left), _shown(right))
    if isinstance(left, _REAL) and isinstance(right, _REAL):
        return -1 if left < right else 1
    if isinstance(left, list) and isinstance(right, list):
        return _cmp_sequences(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return _cmp_sequences(left, right)
    if isinstance(left, complex) or isinstance(right, complex):
        _refuse_complex(left, right)
    if isinstance(left, slice) and isinstance(right, slice):
        one = (left.start, left.stop, left.step)
        return _cmp_sequences(one, (right.start, right.stop, right.step))
    return _by_value_or_type(left, right)


def _shown(value: object) -> object:
    plain = VIEWS.get(type(value))
    return value if plain is None else plain(value)


def _cmp_sequences(left: list | tuple, right: list | tuple) -> int:
    """-1 or 1 for two sequences that differ: 2.7 asks for < and then for >."""
    if _lower(left, right):
        return -1
    if gt(left, right):
        return 1
    return _by_identity(left, right)


def _lower(left: object, right: object) -> bool:
    return bool(lt(left, right))


def _cmp_sets(left: set | frozenset, right: set | frozenset) -> int:
    if type(left) is not type(right):
        if left == right:
            return 0
        if left < right:
            return -1
        if left > right:
            return 1
    raise TypeError(_REFUSED_SETS)


def _cmp_dicts(left: dict, right: dict) -> int:
    """By size, then by the smallest key that differs, then by its value."""
    if len(left) != len(right):
        return -1 if len(left) < len(right) else 1
    found, key, value = _difference(left, right)
    if not found:
        return 0
    _, other_key, other_value = _difference(right, left)
    result = cmp(key, other_key)
    return result if result else cmp(value, other_value)


def _difference(left: dict, right: dict) -> tuple[bool, object, object]:
    """The smallest key of ``left`` whose item ``right`` hasn't, with its value."""
    found = False
    smallest: object = None
    value: object = None
    for key, item in list(left.items()):
        if found and not _lower(key, smallest):
            continue
        if key in right:
            other = right[key]
            if item is other or item == other:
                continue
        found, smallest, value = True, key, item
    return found, smallest, value


def _by_value_or_type(left: object, right: object) -> int:
    """The order of two values that no common type orders."""
    if isinstance(left, dict) and isinstance(right, dict):
        return _cmp_dicts(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return -1 if left < right else 1
    if type(left) is type(right) and not is_old_style_instance(left):
        return _by_identity(left, right)
    if left is None:
        return -1
    if right is None:
        return 1
    one, other = _rank(left), _rank(right)
    if one != other:
        return -1 if one < other else 1
    return _by_identity(left, right)


def _rank(value: object) -> str:
    """Numbers and old-style instances first, then by the name of the type."""
    if isinstance(value, int | float | complex) or is_old_style_instance(value):
        return ""
    return type_name(value)


def _by_identity(left: object, right: object) -> int:
    """An order that is the same whenever it is asked for."""
    if left is right or (isinstance(left, MethodType) and left == right):
        return 0
    return -1 if id(left) < id(right) else 1


class Key:
    """Wraps a value so that the host's sort and minimum use 2.7's order."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __lt__(self, other: Key) -> bool:
        return bool(lt(self.value, other.value))

    def __gt__(self, other: Key) -> bool:
        return bool(gt(self.value, other.value))


HELPERS: dict[str, object] = {
    "ǀlt": lt,
    "ǀle": le,
    "ǀgt": gt,
    "ǀge": ge,
    "ǀeq": operator.eq,
    "ǀne": operator.ne,
    "ǀcmp": cmp,
}
