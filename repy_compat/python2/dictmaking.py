"""dict(), dict.fromkeys and float.fromhex, with Python 2.7's complaints."""

from __future__ import annotations

from types import MethodType

from repy_compat.python2.counts import ONE, UNPACK, takes
from repy_compat.python2.iteration import iterate
from repy_compat.python2.names import BUILTIN, type_name


def make_dict(*arguments: object, **keywords: object) -> dict:
    """``dict(mapping or pairs, name=value, ...)``."""
    if len(arguments) > 1:
        raise TypeError(f"dict expected at most 1 arguments, got {len(arguments)}")
    made: dict = {}
    if arguments:
        fill(made, arguments[0])
    made.update(keywords)
    return made


def fill(into: dict, source: object) -> None:
    """Put a mapping's items, or pairs, into ``into``."""
    if isinstance(source, dict):
        dict.update(into, source)
        return
    if hasattr(type(source), "keys"):  # a view of a namespace, say
        for key in source.keys():  # type: ignore[attr-defined]  # noqa: SIM118
            into[key] = source[key]  # type: ignore[index]
        return
    for position, pair in enumerate(iterate(source)):
        try:
            items = tuple(pair)
        except TypeError:
            raise TypeError(
                "cannot convert dictionary update sequence element "
                f"#{position} to a sequence"
            ) from None
        if len(items) != 2:
            raise ValueError(
                f"dictionary update sequence element #{position} has length "
                f"{len(items)}; 2 is required"
            )
        into[items[0]] = items[1]


@takes(UNPACK, 1, 2, name="fromkeys")
def _fromkeys(_token: object, keys: object, value: object = None, /) -> dict:
    return dict.fromkeys(iterate(keys), value)


@takes(ONE, 1, 1, name="fromhex")
def _fromhex(_token: object, digits: object, /) -> float:
    if not isinstance(digits, str):
        name = type_name(digits)
        raise TypeError(f"expected string or Unicode object, {name} found")
    return float.fromhex(digits)


FROMKEYS = MethodType(_fromkeys, BUILTIN)
"""``dict.fromkeys``."""
FROMHEX = MethodType(_fromhex, BUILTIN)
"""``float.fromhex``."""
