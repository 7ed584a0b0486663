"""Helpers behind statements: raise, except, del, calls with stars, displays."""

from __future__ import annotations

import sys
from _collections_abc import Callable

from repy_compat.python2 import classes, errors, numbers
from repy_compat.python2.classes import PRIVATE
from repy_compat.python2.names import long, type_name

_BASE = errors.EXCEPTIONS["BaseException"]


def _not_raisable(value: object) -> TypeError:
    return TypeError(
        "exceptions must be old-style classes or derived from BaseException, "
        f"not {_raised_type(value)}"
    )


def _raised_type(value: object) -> str:
    if isinstance(type(value), classes.ProgramClass):
        return classes.plain_name(type(value))
    return type_name(value)


def _first(kind: object) -> object:
    """A tuple as the first operand of ``raise`` stands for its first item."""
    while type(kind) is tuple and kind:
        kind = kind[0]
    return kind


def raise1(kind: object) -> BaseException:
    """The exception that ``raise kind`` raises.

    TypeError with Python 2's text for what can't be raised (Repy language
    catalogue, "What cannot be raised").
    """
    kind = _first(kind)
    if isinstance(kind, BaseException):
        errors.forget_places(kind)
        return kind
    if isinstance(kind, type):
        return _instantiated(kind, ())
    if classes.is_old_style_instance(kind):
        return errors.shadow_class(type(kind))(kind)
    raise _not_raisable(kind)


def raise2(kind: object, value: object) -> BaseException:
    """The exception that ``raise kind, value`` raises."""
    if value is None:
        return raise1(kind)
    kind = _first(kind)
    if isinstance(kind, BaseException) or classes.is_old_style_instance(kind):
        raise TypeError("instance exception may not have a separate value")
    if not isinstance(kind, type):
        raise _not_raisable(kind)
    if isinstance(value, kind):
        return raise1(value)
    arguments = value if isinstance(value, tuple) else (value,)
    return _instantiated(kind, arguments)


def raise3(kind: object, value: object, trace: object) -> BaseException:
    """The exception that ``raise kind, value, trace`` raises."""
    if trace is not None:
        raise TypeError("raise: arg 3 must be a traceback or None")
    return raise2(kind, value)


def _instantiated(kind: type, arguments: tuple[object, ...]) -> BaseException:
    """``kind(*arguments)`` as something that can be raised."""
    if issubclass(kind, BaseException):
        made = kind(*arguments)
        errors.forget_places(made)
        return made
    if classes.is_old_style_class(kind):
        return errors.shadow_class(kind)(kind(*arguments))
    raise _not_raisable(kind)


def reraise() -> BaseException:
    """The exception that a bare ``raise`` raises."""
    return errors.being_raised_again(sys._getframe(1))


def del_attribute(value: object, name: str) -> None:
    """``del value.name``; AttributeError with Python 2's text if it isn't there."""
    try:
        delattr(value, name)
    except AttributeError as error:
        text = str(error)
        if text != name and not text.startswith(f"'{type(value).__name__}' object has"):
            raise
        raise AttributeError(_nothing_to_delete(value, name)) from None


def _nothing_to_delete(value: object, name: str) -> str:
    """Python 2 says the bare name where the object has a dict already."""
    if classes.is_old_style_instance(value):
        return f"{classes.plain_name(type(value))} instance has no attribute '{name}'"
    if isinstance(value, type):
        return name
    fields = getattr(value, "__dict__", None)
    if fields or (fields is not None and _was_used(value, fields)):
        return name
    return f"'{type_name(value)}' object has no attribute '{name}'"


def _was_used(value: object, fields: dict[str, object]) -> bool:
    """Whether the empty dict of a function held something before."""
    if not classes.is_program_function(value):
        return False
    return sys.getsizeof(fields) > sys.getsizeof({})


def call_star(
    function: Callable[..., object],
    arguments: tuple[object, ...],
    keywords: dict[str, object],
    star: object,
    double: object,
) -> object:
    """A call whose keyword values were evaluated before what stands behind ``*``."""
    if double is None:
        return function(*arguments, *star, **keywords)  # type: ignore[misc]
    return function(*arguments, *star, **keywords, **double)  # type: ignore


def dict_display(parts: tuple[object, ...]) -> dict[object, object]:
    """A dict display from values and keys by turns, in Python 2's order."""
    return {parts[at + 1]: parts[at] for at in range(0, len(parts), 2)}


_ABSENT = object()


def range_loop(
    first: object, second: object = _ABSENT, third: object = _ABSENT
) -> object:
    """What ``for x in range(...)`` runs over: the host's lazy range.

    Errors are those of the list that Python 2 makes.
    """
    if type(first) is int:
        if second is _ABSENT:
            return range(first)
        if type(second) is int:
            if third is _ABSENT:
                return range(first, second)
            if type(third) is int and third:
                return range(first, second, third)
    from repy_compat.python2.functions import range_

    return range_(None, *_given(first, second, third))


def xrange_loop(
    first: object, second: object = _ABSENT, third: object = _ABSENT
) -> object:
    """The same for ``for x in xrange(...)``."""
    if type(first) is int and -(2**63) <= first < 2**63:
        if second is _ABSENT:
            return range(first)
        if type(second) is int and -(2**63) <= second < 2**63:
            if third is _ABSENT:
                return range(first, second)
            if type(third) is int and -(2**63) <= third < 2**63 and third:
                return range(first, second, third)
    from repy_compat.python2.types import make_xrange

    return make_xrange(*_given(first, second, third))


def _given(*numbers: object) -> list[object]:
    return [number for number in numbers if number is not _ABSENT]


def init_result(made: object, result: object) -> object:
    """What ``return result`` in an ``__init__`` returns; an old-style one complains."""
    if result is not None and classes.is_old_style_instance(made):
        raise TypeError("__init__() should return None")
    return result


HELPERS: dict[str, object] = {
    PRIVATE + "init_result": init_result,
    PRIVATE + "range_loop": range_loop,
    PRIVATE + "xrange_loop": xrange_loop,
    PRIVATE + "raise1": raise1,
    PRIVATE + "raise2": raise2,
    PRIVATE + "raise3": raise3,
    PRIVATE + "reraise": reraise,
    PRIVATE + "caught": errors.caught,
    PRIVATE + "caught_lightly": errors.caught_lightly,
    PRIVATE + "noted": errors.noted,
    PRIVATE + "match": errors.match,
    PRIVATE + "everything": errors.EVERYTHING,
    PRIVATE + "del_attribute": del_attribute,
    PRIVATE + "call_star": call_star,
    PRIVATE + "dict_display": dict_display,
    PRIVATE + "type": type,
    PRIVATE + "exact_int": int,
    PRIVATE + "isinstance": isinstance,
    PRIVATE + "is_int": numbers.is_int,
    PRIVATE + "is_long": numbers.is_long,
    **{
        PRIVATE + "class_" + kind.__name__: kind
        for kind in (
            *(str, list, dict, tuple, float, set, frozenset, complex, bool, int),
            long,
        )
    },
    PRIVATE + "True": True,
    PRIVATE + "False": False,
    "__build_class__": classes.build_class,
    "__name__": "",
    **{
        PRIVATE + name: errors.MATCHES.get(cls, cls)
        for name, cls in errors.EXCEPTIONS.items()
    },
}
"""Private names of the lowered tree, and what they are bound to."""
