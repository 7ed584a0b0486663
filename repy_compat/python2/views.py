"""Views of dictionaries: what ``d.viewkeys()``, ``viewvalues`` and ``viewitems`` give.

The host's own would do, but sets that are made of them would be the host's.
"""

from __future__ import annotations

from _collections_abc import Iterator

from repy_compat.python2.counts import SLOT, takes
from repy_compat.python2.iteration import iterate
from repy_compat.python2.names import NAMES, register_special_method
from repy_compat.python2.sets import Set, make_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class View:
    """What a dictionary holds now."""

    __slots__ = ("ǀowner",)
    ǀowner: dict

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"'{NAMES[type(self)]}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __len__(self) -> int:
        return len(self.ǀowner)


class ValueView(View):
    """``d.viewvalues()``."""

    __slots__ = ()

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return iter(dict.values(self.ǀowner))


class _SetLike(View):
    __slots__ = ()

    def ǀhost(self) -> Any:
        """The host's view of the same."""
        return dict.keys(self.ǀowner)

    @takes(SLOT, 0, 0)
    def __iter__(self) -> Iterator:
        return iter(self.ǀhost())

    def __contains__(self, item: object) -> bool:
        return item in self.ǀhost()

    def __eq__(self, other: object) -> bool:
        return self.ǀhost() == _shown(other)

    def __ne__(self, other: object) -> bool:
        return self.ǀhost() != _shown(other)

    def __lt__(self, other: object) -> bool:
        return self.ǀhost() < _shown(other)

    def __le__(self, other: object) -> bool:
        return self.ǀhost() <= _shown(other)

    def __gt__(self, other: object) -> bool:
        return self.ǀhost() > _shown(other)

    def __ge__(self, other: object) -> bool:
        return self.ǀhost() >= _shown(other)

    __hash__ = None  # type: ignore[assignment]

    def __or__(self, other: object) -> Set:
        return _joined(self, other)

    def __ror__(self, other: object) -> Set:
        return _joined(other, self)

    def __and__(self, other: object) -> Set:
        return _common(self, other)

    def __rand__(self, other: object) -> Set:
        return _common(other, self)

    def __sub__(self, other: object) -> Set:
        return _without(self, other)

    def __rsub__(self, other: object) -> Set:
        return _without(other, self)

    def __xor__(self, other: object) -> Set:
        return _either(self, other)

    def __rxor__(self, other: object) -> Set:
        return _either(other, self)


class KeyView(_SetLike):
    """``d.viewkeys()``."""

    __slots__ = ()


class ItemView(_SetLike):
    """``d.viewitems()``."""

    __slots__ = ()

    def ǀhost(self) -> Any:
        """The host's view of the same."""
        return dict.items(self.ǀowner)


def _shown(value: object) -> object:
    return value.ǀhost() if isinstance(value, _SetLike) else value


def _set_of(left: object) -> Set:
    return make_set(list(iterate(left)))


def _joined(left: object, right: object) -> Set:
    made = _set_of(left)
    made.update(iterate(right))
    return made


def _common(left: object, right: object) -> Set:
    made = _set_of(left)
    made.intersection_update(iterate(right))
    return made


def _without(left: object, right: object) -> Set:
    made = _set_of(left)
    made.difference_update(iterate(right))
    return made


def _either(left: object, right: object) -> Set:
    made = _set_of(left)
    made.symmetric_difference_update(iterate(right))
    return made


def view(kind: type[View], owner: dict) -> View:
    """A view of this kind; a program that calls its ``__init__`` changes nothing."""
    made: View = object.__new__(kind)
    object.__setattr__(made, "ǀowner", owner)
    return made


for _kind, _name in (
    (KeyView, "dict_keys"),
    (ValueView, "dict_values"),
    (ItemView, "dict_items"),
):
    _kind.__name__ = _kind.__qualname__ = _name
    NAMES[_kind] = _name
for _owner in (ValueView, _SetLike):
    register_special_method(vars(_owner)["__iter__"])
