"""The methods of built-in types in one place: which are ours, which don't exist.

``METHODS`` maps a host type to those of its methods whose Python 2 meaning differs;
``HIDDEN`` to the attributes that only Python 3 gives it; ``KNOWN`` to all that Python
2.7's type of that kind has.
"""

from __future__ import annotations

# ruff: noqa: SIM905
from _collections_abc import Callable

from repy_compat.python2 import dicts, iteration, lists, strings
from repy_compat.python2.names import NAMES, Xrange, long
from repy_compat.python2.sets import FrozenSet, Set
from repy_compat.python2.views import ItemView, KeyView, ValueView

_INT = "bit_length conjugate denominator imag numerator real"

KNOWN: dict[type, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        int: _INT,
        long: _INT,
        bool: _INT,
        str: (
            "capitalize center count endswith expandtabs find format index isalnum "
            "isalpha isdigit islower isspace istitle isupper join ljust lower lstrip "
            "partition replace rfind rindex rjust rpartition rsplit rstrip split "
            "splitlines startswith strip swapcase title translate upper zfill"
        ),
        float: "as_integer_ratio conjugate fromhex hex imag is_integer real",
        complex: "conjugate imag real",
        list: "append count extend index insert pop remove reverse sort",
        tuple: "count index",
        dict: (
            "clear copy fromkeys get has_key items iteritems iterkeys itervalues keys "
            "pop popitem setdefault update values viewitems viewkeys viewvalues"
        ),
        Set: (
            "add clear copy difference difference_update discard intersection "
            "intersection_update isdisjoint issubset issuperset pop remove "
            "symmetric_difference symmetric_difference_update union update"
        ),
        FrozenSet: (
            "copy difference intersection isdisjoint issubset issuperset "
            "symmetric_difference union"
        ),
        slice: "indices start step stop",
        object: "",
        type(None): "",
        Xrange: "",
        KeyView: "",
        ValueView: "",
        ItemView: "",
        range: "",
    }.items()
}

ITERATORS = tuple(kind for kind, name in NAMES.items() if name.endswith("iterator"))

METHODS: dict[type, dict[str, Callable[..., object]]] = {
    str: strings.METHODS,
    list: lists.METHODS,
    dict: dicts.METHODS,
    **dict.fromkeys(ITERATORS, iteration.METHODS),
}


def _hidden(kind: type) -> frozenset[str]:
    """What the host's type has and Python 2.7's hasn't."""
    # What ``dir`` would tell, without its sorting.
    names = {name for base in kind.__mro__ for name in base.__dict__}
    return frozenset(name for name in names - KNOWN[kind] if name[:1] != "_")


HIDDEN: dict[type, frozenset[str]] = {kind: _hidden(kind) for kind in KNOWN}


GUARDED = frozenset(
    (
        "capitalize expandtabs format isalnum isalpha isdigit islower isspace istitle "
        "isupper join lower lstrip rsplit rstrip split splitlines strip swapcase title "
        "translate upper casefold format_map isascii isdecimal isidentifier isnumeric "
        "isprintable maketrans removeprefix removesuffix has_key items iteritems "
        "iterkeys itervalues keys values viewitems viewkeys viewvalues sort clear copy "
        "next as_integer_ratio bit_count from_bytes from_number is_integer to_bytes "
        "start stop step mro"
    ).split()
    + list(lists.METHODS)
)
"""The attribute names that lowered code reads through helpers."""
