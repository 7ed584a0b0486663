"""Exceptions that cross the border between Python and Repy code.

A Repy exception is caught in Python by its class: Python 2's exception classes are
subclasses of Python's own of the same name, and a class that Repy code defines is
exported as it is. Where Python 3 moved a class (``IOError`` is ``OSError`` now) or
where a class of V2 has the name of one of Python's (``FileNotFoundError``), what is
raised in Python is of a class below both. An old-style instance that was raised
arrives as :class:`OldStyleRaised`.

An exception of a Python callback is caught in Repy code by Python 2's classes: an
``OSError`` by ``except IOError`` and by ``except OSError``, since Python 3 can't
tell which of the two was meant. If it passes through Repy code it comes back as
the exception that it was.
"""

from __future__ import annotations

import builtins
from types import MethodType

from repy_compat.errors import RunEnded
from repy_compat.python2 import errors
from repy_compat.python2.classes import PRIVATE, ClosedType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Crossing = Callable[[object], object]

_ORIGINAL = PRIVATE + "python"
_LONGEST = 80


class BorderError(TypeError, ValueError):
    """A value that can't cross between Python and Repy code without being changed."""


class OldStyleRaised(Exception):
    """Repy code raised an instance of an old-style class.

    ``value`` is that instance, as Python code sees it.
    """

    def __init__(self, value: object, error: BaseException) -> None:
        super().__init__(str(value))
        self.value = value
        self.__dict__[_ORIGINAL] = error


class ProgramEnded(RuntimeError):
    """The Repy code of an importer with limits has called ``exitall``, or was stopped.

    Its functions can't be called any more.
    """


def shown(value: object) -> str:
    """``value`` in an error's text: its repr, shortened."""
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__} object>"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


# --- Repy -> Python ----------------------------------------------------------

_bridges: dict[type, type[BaseException]] = {}
_MOVED = dict.fromkeys(("EnvironmentError", "IOError", "OSError"), OSError)


def to_python(error: BaseException, outward: Crossing) -> BaseException:
    """The exception that Python code gets when Repy code let ``error`` out.

    It has the methods that Python's own tools call and Repy code doesn't see.
    ``outward`` takes an old-style instance that was raised across the border.
    """
    raised = _for_python(error, outward)
    if isinstance(raised, errors.EXCEPTIONS["BaseException"]):
        for method in (BaseException.with_traceback, _ADD_NOTE):
            if method is not None:
                raised.__dict__[method.__name__] = MethodType(method, raised)
    return raised


_ADD_NOTE = getattr(BaseException, "add_note", None)  # Python 3.11 and later


def _for_python(error: BaseException, outward: Crossing) -> BaseException:
    if isinstance(error, RunEnded):
        return _traced(ProgramEnded("the Repy program has ended"), error)
    found = original_of(error)
    if found is not error:
        return found
    if isinstance(error, errors.Shadow):
        instance = error.__dict__[PRIVATE + "instance"]
        return _traced(OldStyleRaised(outward(instance), error), error)
    if isinstance(error, errors.EXCEPTIONS["BaseException"]):
        return _bridged(error)
    # The host's own, from a line such as 1/0: it gets Python 2's text, if that
    # loses nothing for those who catch it.
    if (
        isinstance(error, RecursionError | BorderError)
        or type(error) not in _TRANSLATED
    ):
        return error
    ours = errors.translated(error)
    if original_of(ours) is error:
        return error
    return _traced(ours, error) if isinstance(ours, type(error)) else error


_TRANSLATED = frozenset(
    vars(builtins)[name] for name in errors.EXCEPTIONS if name in vars(builtins)
)


def original_of(error: BaseException) -> BaseException:
    """The Python exception that ``error`` stands for in Repy code, else ``error``."""
    found = error.__dict__.get(_ORIGINAL)
    return found if isinstance(found, BaseException) else error


def _bridged(error: BaseException) -> BaseException:
    """``error``, or its like of a class that Python's ``except`` knows too."""
    cls = type(error)
    bridge = _bridges.get(cls)
    if bridge is None:
        bridge = _bridges[cls] = _bridge_for(cls)
    if bridge is cls:
        return error
    made = bridge.__new__(bridge)
    made.__dict__.update(error.__dict__)
    made.args = error.args
    made.__dict__[_ORIGINAL] = None
    return _traced(made, error)


def _bridge_for(cls: type[BaseException]) -> type[BaseException]:
    for known in cls.__mro__:
        name = known.__name__.rpartition(".")[2]
        host = _MOVED.get(name) or vars(builtins).get(name)
        if not isinstance(host, type) or not issubclass(host, BaseException):
            continue
        if issubclass(cls, host):
            break
        text = errors.class_text(cls)
        kind: Any = type(cls)
        made: type[BaseException] = kind(
            cls.__name__, (cls, host), {"__module__": "exceptions"}
        )
        errors.register_class_text(made, text)
        return made
    return cls


def _traced(made: BaseException, error: BaseException) -> BaseException:
    made.__traceback__ = error.__traceback__
    made.__cause__ = None
    made.__suppress_context__ = True
    return made


# --- Python -> Repy ----------------------------------------------------------


def to_repy(error: BaseException) -> BaseException:
    """The exception that Repy code gets when a Python callback let ``error`` out."""
    if isinstance(error, OldStyleRaised):
        return error.__dict__[_ORIGINAL]
    if isinstance(error, (RunEnded, errors.EXCEPTIONS["BaseException"], errors.Shadow)):
        return error
    if isinstance(error, OSError):
        return _traced(_carrier(error, _environment_class(error)), error)
    return_as = shown_to_repy(error)
    # Natively raised, so that every clause of Repy matches it; what the clause
    # binds is the twin, which remembers where it comes from.
    error.__dict__[PRIVATE + "ours"] = return_as
    return error


def shown_to_repy(error: BaseException) -> BaseException:
    """The exception object that Repy code holds for one of Python's."""
    if isinstance(error, OldStyleRaised):
        return error.value  # type: ignore[return-value]
    if isinstance(error, (errors.EXCEPTIONS["BaseException"], errors.Shadow)):
        return error
    known = error.__dict__.get(PRIVATE + "ours")
    if isinstance(known, BaseException):
        return known
    if isinstance(error, OSError):
        made = _carrier(error, _environment_class(error))
    elif _has_own_text(type(error)) or not _fits(error.args):
        made = _carrier(error, _text_class(type(errors.translated(error))))
    else:
        made = errors.translated(error)
        made.__dict__[_ORIGINAL] = error
    error.__dict__[PRIVATE + "ours"] = made
    return made


def _carrier(error: BaseException, cls: type[BaseException]) -> BaseException:
    made = cls.__new__(cls)
    if isinstance(error, OSError):
        parts = [_text(part) for part in error.args[:2]]
        if len(parts) == 2 and error.filename is not None:
            parts.append(_text(error.filename))
        made.__init__(*parts)  # type: ignore[misc]
    else:
        made.args = tuple(_text(part) for part in error.args)
        made.__dict__[PRIVATE + "text"] = _text(_host_text(error))
    made.__dict__[_ORIGINAL] = error
    return made


def _host_text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<exception str() failed>"


def _text(part: object) -> object:
    """A part of an exception, its texts as byte strings.

    Characters above 255 are spelt out, as Python 2's ``str`` of them was.
    """
    if isinstance(part, bytes):
        return part.decode("latin-1")
    if isinstance(part, str):
        return part.encode("latin-1", "backslashreplace").decode("latin-1")
    return part


def _fits(arguments: tuple[object, ...]) -> bool:
    return all(_text(argument) is argument or _text(argument) == argument
               for argument in arguments)  # fmt: skip


def _has_own_text(cls: type) -> bool:
    """Whether a class below Python's own exceptions says its text itself."""
    for known in cls.__mro__:
        if known.__module__ == "builtins":
            return False
        if "__str__" in known.__dict__:
            return True
    return False


_text_classes: dict[type, type[BaseException]] = {}


def _text_class(ours: type[BaseException]) -> type[BaseException]:
    made = _text_classes.get(ours)
    if made is None:
        made = _derived(ours.__name__, (ours,), __str__=_carried_text)
        _text_classes[ours] = made
    return made


def _carried_text(self: BaseException) -> str:
    return str(self.__dict__[PRIVATE + "text"])


def _environment_class(error: OSError) -> type[BaseException]:
    return _EITHER_TIMEOUT if isinstance(error, TimeoutError) else _EITHER


def _derived(name: str, bases: tuple[type, ...], **body: object) -> type[BaseException]:
    kind: Any = ClosedType
    made: type[BaseException] = kind(name, bases, {"__module__": "exceptions", **body})
    errors.register_class_text(made, errors.class_text(bases[0]))
    return made


_EITHER = _derived(
    "exceptions.IOError", (errors.EXCEPTIONS["IOError"], errors.EXCEPTIONS["OSError"])
)


def _timeout_class() -> type[BaseException]:
    from repy_compat.api.exceptions import SocketTimeout

    return _derived("timeout", (SocketTimeout, errors.EXCEPTIONS["OSError"]))


_EITHER_TIMEOUT = _timeout_class()
