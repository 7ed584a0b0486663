"""What the two dialects allow: node kinds and names, as data.

The rules are those of sections 5.2 to 5.5 of the Repy V1 specification and of
section 3 of the Repy V2 specification. The tables of node kinds that both
dialects share stand in :mod:`repy_compat.language.check`, because they name
classes of :mod:`ast`, which a start from the cache doesn't load.
"""

from __future__ import annotations

RESERVED_PREFIXES = ("im_", "func_", "tb_", "f_", "co_")
"""No name may begin with these: Python 2's attributes that lead to internals."""

RESERVED_NAMES = frozenset(["encode", "decode"])
"""Names that are refused although nothing in them looks dangerous."""


class Dialect:
    """One of the two dialects: ``Dialect.V1`` or ``Dialect.V2``.

    ``name`` is "V1" or "V2". ``special_methods`` are the names with two
    underscores that may be used. ``refused`` names the kinds of statements
    that this dialect refuses and the other doesn't.
    """

    __slots__ = ("name", "refused", "special_methods")

    V1: Dialect
    V2: Dialect

    name: str
    special_methods: frozenset[str]
    refused: frozenset[str]

    def __init__(
        self, name: str, special_methods: frozenset[str], refused: frozenset[str]
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "special_methods", special_methods)
        object.__setattr__(self, "refused", refused)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a dialect doesn't change")

    def __repr__(self) -> str:
        return f"Dialect.{self.name}"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Dialect.of_name, (self.name,)

    @staticmethod
    def of_name(name: str) -> Dialect:
        """The dialect called "V1" or "V2"; raises KeyError for other names."""
        return {"V1": Dialect.V1, "V2": Dialect.V2}[name]

    @staticmethod
    def of_file(name: str) -> Dialect:
        """The dialect of a file: ``.r2py`` is V2, anything else V1."""
        return Dialect.V2 if name.endswith(".r2py") else Dialect.V1

    def allows_name(self, name: str) -> bool:
        """Whether a program of this dialect may use a name.

        (Repy V1 specification, section 5.4; V2, section 3.3.) Names of
        parameters and the text of literals aren't asked about.
        """
        if "__" in name:
            return name in self.special_methods
        return name not in RESERVED_NAMES and not name.startswith(RESERVED_PREFIXES)


_SPECIAL_METHODS = frozenset(["__init__", "__del__", "__repr__", "__str__"])
Dialect.V1 = Dialect("V1", _SPECIAL_METHODS, frozenset())
Dialect.V2 = Dialect("V2", _SPECIAL_METHODS | {"__iter__"}, frozenset(["Print"]))
