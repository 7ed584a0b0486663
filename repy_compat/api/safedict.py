"""SafeDict: the mapping that refuses unsafe names; a view on a namespace.

Code runs in a plain dictionary; ``_context`` and every SafeDict is a view on
one, so what the code binds appears in the view and the other way round. Names
that no program may write, those of the interpreter among them, never show.

Repy V1 specification, section 8; Repy V2 specification, section 2.5. For a
program a SafeDict is an instance of an old-style class: the class behind it
can't be had, and its dictionary lies in a slot whose name no program can write
(threat classes T1 and T9).
"""

from __future__ import annotations

from _thread import get_ident

from repy_compat.api.exceptions import (
    Py2AttributeError,
    Py2KeyError,
    Py2TypeError,
    Py2ValueError,
)
from repy_compat.python2 import dicts
from repy_compat.python2 import names as python2_names
from repy_compat.python2 import text as python2_text
from repy_compat.python2.names import DICTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

    from repy_compat.language.dialect import Dialect

_DROPPED = frozenset({"__builtins__", "__doc__"})
_MISSING = object()
_new = object.__new__


def is_visible(name: str, dialect: Dialect) -> bool:
    """Whether a program may use ``name``; names beyond latin-1 are the compiler's."""
    return (name.isascii() or max(name) <= "\xff") and dialect.allows_name(name)


class SafeDict:
    """A mapping with safe names as keys; behaves like a dictionary otherwise.

    Every method is documented for programs and uses only the dictionary behind
    the view. Iteration goes over a snapshot, so that a loop may change it.
    """

    __slots__ = ("__weakref__", "ǀdialect", "ǀnamespace")

    ǀnamespace: dict[str, object]
    ǀdialect: Dialect

    # --- what programs can't do with it

    def __setattr__(self, _name: str, _value: object) -> None:
        raise Py2TypeError("'SafeDict' attributes are read-only!")

    def __delattr__(self, _name: str) -> None:
        raise Py2TypeError("'SafeDict' attributes are read-only!")

    def __getattr__(self, name: str) -> NoReturn:
        raise Py2AttributeError(f"SafeDict instance has no attribute '{name}'")

    def __hash__(self) -> int:
        raise Py2TypeError("unhashable instance")

    def __call__(self, *_arguments: object, **_keywords: object) -> NoReturn:
        raise Py2AttributeError("SafeDict instance has no __call__ method")

    def __neg__(self) -> NoReturn:
        self.__getattr__("__neg__")

    def __pos__(self) -> NoReturn:
        self.__getattr__("__pos__")

    def __invert__(self) -> NoReturn:
        self.__getattr__("__invert__")

    def __abs__(self) -> NoReturn:
        self.__getattr__("__abs__")

    # --- single keys

    def __getitem__(self, key: str) -> object:
        _check_key(self, key)
        return self.ǀnamespace[key]

    def __setitem__(self, key: str, value: object) -> None:
        _check_key(self, key)
        self.ǀnamespace[key] = value

    def __delitem__(self, key: str) -> None:
        _check_key(self, key)
        del self.ǀnamespace[key]

    def __contains__(self, key: str) -> bool:
        _check_key(self, key)
        return key in self.ǀnamespace

    def has_key(self, key: str) -> bool:
        """Whether ``key`` is there."""
        return key in self

    def get(self, key: str, default: object = None) -> object:
        """The value under ``key``, else ``default``."""
        _check_key(self, key)
        return self.ǀnamespace.get(key, default)

    def setdefault(self, key: str, default: object = None) -> object:
        """The value under ``key``, which becomes ``default`` if there's none."""
        _check_key(self, key)
        return self.ǀnamespace.setdefault(key, default)

    def pop(self, key: str, *default: object) -> object:
        """Remove ``key``; its value, or ``default``, or KeyError."""
        _check_key(self, key)
        if len(default) > 1:
            raise Py2TypeError(
                f"pop expected at most 2 arguments, got {1 + len(default)}"
            )
        return self.ǀnamespace.pop(key, *default)

    def popitem(self) -> tuple[str, object]:
        """Remove and return some pair; KeyError if there's none."""
        for key in self.keys():
            value = self.ǀnamespace.pop(key, _MISSING)
            if value is not _MISSING:
                return key, value
        raise Py2KeyError("container is empty")

    # --- all of it

    def keys(self) -> list[str]:
        """The safe names, as a new list."""
        dialect = self.ǀdialect
        keys = dicts.listed(self.ǀnamespace)
        return [key for key in keys if is_visible(key, dialect)]

    def values(self) -> list[object]:
        """The values of the safe names, as a new list."""
        return [value for _, value in self.items()]

    def items(self) -> list[tuple[str, object]]:
        """Pairs of the safe names, as a new list."""
        dialect = self.ǀdialect
        held = dict(self.ǀnamespace)
        return [
            (key, held[key]) for key in dicts.listed(held) if is_visible(key, dialect)
        ]

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def iterkeys(self) -> Iterator[str]:
        """Iterate over a snapshot of the keys."""
        return iter(self.keys())

    def itervalues(self) -> Iterator[object]:
        """Iterate over a snapshot of the values."""
        return iter(self.values())

    def iteritems(self) -> Iterator[tuple[str, object]]:
        """Iterate over a snapshot of the pairs."""
        return iter(self.items())

    def clear(self) -> None:
        """Remove every safe name."""
        for key in self.keys():
            self.ǀnamespace.pop(key, None)

    def update(*arguments: object, **keywords: object) -> None:
        """Take over pairs; the first bad key ends it, earlier ones stay."""
        if len(arguments) > 2:
            raise Py2TypeError(
                f"update() takes at most 2 arguments ({len(arguments)} given)"
            )
        self = arguments[0]
        assert type(self) is SafeDict
        other = arguments[1] if len(arguments) == 2 else None
        for key, value in [*_pairs(other), *keywords.items()]:
            self[key] = value

    def copy(self) -> SafeDict:
        """A new SafeDict with the same values.

        In V2 it holds itself where this one does (Repy V2 specification, 2.5).
        """
        copy = new_safedict({}, self.ǀdialect)
        replaced = self if self.ǀdialect.name == "V2" else None
        for key, value in self.items():
            copy.ǀnamespace[key] = copy if value is replaced else value
        return copy

    # --- comparison and text

    def __eq__(self, other: object) -> bool:
        plain = _plain(other)
        return plain is not None and dict(self.items()) == plain

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        return _compare(self, other, "lt")

    def __le__(self, other: object) -> bool:
        return _compare(self, other, "le")

    def __gt__(self, other: object) -> bool:
        return _compare(self, other, "gt")

    def __ge__(self, other: object) -> bool:
        return _compare(self, other, "ge")

    def __repr__(self) -> str:
        mark = (id(self), get_ident())
        if mark in _being_shown:
            return "{...}"
        _being_shown.add(mark)
        try:
            return python2_text.py2_repr(dicts.of_display(dict(self.items()), 0))
        finally:
            _being_shown.discard(mark)


# For a program it's an instance of an old-style class, like any other.
python2_names.register_view(SafeDict, lambda shown: _plain(shown) or {})

# SafeDicts whose text is being made, with the thread that makes it: they hold
# themselves (``_context``), directly or in what they hold.
_being_shown: set[tuple[int, int]] = set()


def _check_key(mapping: SafeDict, key: object) -> None:
    if type(key) is not str:
        raise Py2TypeError("'SafeDict' keys must be of string type!")
    if not is_visible(key, mapping.ǀdialect):
        raise Py2ValueError(f"Unsafe key: '{key}'")


def _plain(value: object) -> dict[str, object] | None:
    """The visible content of a SafeDict, or a dictionary itself; None for others."""
    if type(value) is SafeDict:
        return dict(value.items())
    return value if type(value) in DICTS else None  # type: ignore[return-value]


def _compare(mapping: SafeDict, other: object, operator: str) -> bool:
    from repy_compat.python2 import ordering

    plain = _plain(other)
    compare: Callable[[object, object], bool] = getattr(ordering, operator)
    return compare(dict(mapping.items()), other if plain is None else plain)


def _pairs(source: object) -> list[tuple[str, object]]:
    if source is None:
        return []
    if type(source) is SafeDict or type(source) in DICTS:
        return list(source.items())  # type: ignore[attr-defined]
    return [(key, value) for key, value in source]  # type: ignore[attr-defined]


def new_safedict(namespace: dict[str, object], dialect: Dialect) -> SafeDict:
    """A SafeDict that is a view on ``namespace`` itself.

    ``dialect`` decides which names are safe.
    """
    made = _new(SafeDict)
    object.__setattr__(made, "ǀnamespace", namespace)
    object.__setattr__(made, "ǀdialect", dialect)
    return made


def namespace_of(mapping: SafeDict) -> dict[str, object]:
    """The dictionary that code runs in when ``mapping`` is its context."""
    return mapping.ǀnamespace


def safedict_of(source: object, dialect: Dialect) -> SafeDict:
    """A new SafeDict with the entries of a dict or SafeDict; empty for others.

    Raises:
        TypeError: a key isn't a string.
        ValueError: a key isn't a safe name.
    """
    made = new_safedict({}, dialect)
    for key, value in list((_plain(source) or {}).items()):
        if type(key) is not str or key not in _DROPPED:
            made[key] = value
    return made


def _constructor_text(arguments: tuple[object, ...], keywords: object) -> str | None:
    from repy_compat.python2.arity import Signature, arity_text

    signature = Signature(("self", "from_dict"), 1, False, False)
    names = tuple(keywords)  # type: ignore[arg-type,var-annotated]
    return arity_text("__init__", signature, 1 + len(arguments), names)


def new_constructor(dialect: Dialect) -> Callable[..., object]:
    """The builtin ``SafeDict`` of a run: a function that makes one."""

    def SafeDict(*arguments: object, **keywords: object) -> object:
        if len(arguments) + len(keywords) > 1 or not keywords.keys() <= {"from_dict"}:
            raise Py2TypeError(_constructor_text(arguments, keywords))
        given = arguments[0] if arguments else keywords.get("from_dict")
        return safedict_of(given, dialect)

    SafeDict.__qualname__ = "SafeDict"
    return SafeDict
