"""What the marks of an exploring build do when the program passes them.

The log must tell one object from another after the run, and yet not keep alive
what the program has dropped: a file that nobody refers to is closed. So handles
and instances are noted by a stand-in that lives as long as the log; only plain
containers are noted themselves.
"""

from __future__ import annotations

from weakref import ref

from repy_compat.world.simulation.engine import Engine

# Values of these types can't change: reading them is nobody's race.
ATOMS = frozenset([str, int, float, bool, tuple, type(None), frozenset])
SCALARS = frozenset([str, int, float, bool, type(None)])
CONTAINERS = frozenset([dict, list, set])


class Identity:
    """Stands for one object that the log doesn't keep alive."""

    __slots__ = ()


class Identities:
    """The stand-ins of one run.

    Invariant: two objects get the same stand-in only if they are the same one; an
    address that is used again belongs to a new object, which the reference shows.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[ref[object], Identity]] = {}

    def of(self, thing: object) -> object:
        """What the log may hold for ``thing``."""
        kind = type(thing)
        if kind in CONTAINERS or kind in SCALARS:
            return thing
        if kind is tuple:
            return thing if all(type(part) in SCALARS for part in thing) else None  # type: ignore[attr-defined]
        known = self._known.get(id(thing))
        if known is not None and known[0]() is thing:
            return known[1]
        try:
            weak = ref(thing)
        except TypeError:
            return None
        identity = Identity()
        self._known[id(thing)] = (weak, identity)
        return identity


def helpers(engine: Engine) -> dict[str, object]:
    """The functions that marks call: see ``language.switchpoints``."""
    point = engine.point
    note = engine.note
    identity_of = Identities().of
    atoms = ATOMS
    containers = CONTAINERS
    scalars = SCALARS

    def at(place: str, thing: object) -> object:
        kind = type(thing)
        if kind in containers:
            point(place, thing)
        elif kind not in atoms:
            point(place, identity_of(thing))
        return thing

    def key(place: str, key: object, thing: object) -> object:
        kind = type(thing)
        if kind not in atoms:
            if kind not in containers:
                thing = identity_of(thing)
            point(place, thing, key if type(key) in scalars else identity_of(key))
        return key

    def base(place: str, thing: object) -> object:
        note(place, thing if type(thing) in containers else identity_of(thing))
        return thing

    def value(place: str, value: object) -> object:
        point(place, None, value if type(value) in scalars else identity_of(value))
        return value

    def here(place: str) -> bool:
        point(place)
        return True

    return {
        "ǀat": at,
        "ǀkey": key,
        "ǀbase": base,
        "ǀvalue": value,
        "ǀhere": here,
        "ǀround": engine.tick,
    }
