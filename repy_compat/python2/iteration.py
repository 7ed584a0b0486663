"""Iterating as Python 2.7 does: who can be iterated, and what is said otherwise."""

from __future__ import annotations

from _collections_abc import Iterator

from repy_compat.python2 import newhosts
from repy_compat.python2.names import is_old_style_instance, type_name


def iterate(value: object) -> Iterator:
    """``iter(value)``; TypeError with Python 2.7's text if it can't be iterated.

    What an ``__iter__`` of the program raises passes through.
    """
    try:
        return iter(value)  # type: ignore[call-overload]
    except TypeError as error:
        if _is_programs(error):
            raise
        raise _complaint(value, error) from None


def iterate_or(value: object, complaint: str) -> Iterator:
    """``iter(value)``; ``complaint`` replaces every TypeError, the program's too."""
    try:
        return iter(value)  # type: ignore[call-overload]
    except TypeError:
        raise TypeError(complaint) from None


def iterate_anyhow(value: object, complaint: str) -> Iterator:
    """The same, where ``complaint`` replaces whatever an ``__iter__`` raises."""
    try:
        return iter(value)  # type: ignore[call-overload]
    except Exception:
        raise TypeError(complaint) from None


def _is_programs(error: TypeError) -> bool:
    """Whether a TypeError of ``iter`` comes out of an ``__iter__`` of the program."""
    trace = error.__traceback__
    return trace is not None and trace.tb_next is not None


def _complaint(value: object, error: TypeError) -> TypeError:
    text = str(error)
    if newhosts.NEEDED:
        text = newhosts.older_text(error, text)
    if "non-iterator" in text:
        if is_old_style_instance(value):
            text = text.replace("iter() ", "__iter__ ", 1)
        return TypeError(text)
    if is_old_style_instance(value):
        return TypeError("iteration over non-sequence")
    return TypeError(f"'{type_name(value)}' object is not iterable")


def next_item(iterator: object) -> object:
    """The method ``next`` of the built-in iterators."""
    return next(iterator)  # type: ignore[call-overload]


METHODS = {"next": next_item}
