"""Python 2's exceptions: the classes that programs name, raise and catch.

Each class of Python 2 is a class of ours below the host's class of that name, so
that the host's own ``except`` and ``raise`` work on both. What the host raises
(``1/0``) becomes ours at the moment a program's clause catches it: then its text
is translated and everything that isn't Python 2's is left behind
(:func:`caught`). A program never sees an exception object of the host.

An old-style instance that is raised travels in an exception of :class:`Shadow`.

No exception that was handled keeps a traceback: where it came from is noted as
code and position, so that dropped objects are finalised at once.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType, TracebackType

from repy_compat.python2 import classes, messages, text
from repy_compat.python2.classes import (
    PRIVATE,
    ClosedType,
    LacksLength,
    ProgramClass,
)
from repy_compat.python2.counts import SLOT, takes
from repy_compat.python2.names import register_special_method
from repy_compat.python2.text import (
    exception_arguments,
    py2_repr,
    py2_str,
    set_exception_arguments,
)

Entry = tuple[str, int, str, bool]
"""File, line, function, and whether it is the program's."""

_LAST = PRIVATE + "last"
_SHOWN = PRIVATE + "shown"
_TWIN = PRIVATE + "ours"
_PLACES = PRIVATE + "places"
_HOST_FILES = __file__.rpartition("python2")[0]


class _Hidden:
    """An attribute that the host has and Python 2 hasn't."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if instance is None:
            assert owner is not None
            raise AttributeError(
                f"type object '{owner.__name__}' has no attribute '{self.name}'"
            )
        name = type(instance).__name__
        raise AttributeError(f"'{name}' object has no attribute '{self.name}'")


class _Message:
    """``e.message``: the only argument, or the empty string."""

    __slots__ = ()

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if instance is None:
            return self
        arguments = exception_arguments(instance)
        return arguments[0] if len(arguments) == 1 else ""


EXCEPTIONS: dict[str, type] = {}
"""Python 2's exception classes by name."""

_OURS: dict[type, type] = {}
_CLASS_TEXTS: dict[type, str] = {}


def _get_item(self: BaseException, key: object) -> object:
    if type(key) is not slice and not isinstance(key, int):
        name = classes.type_name(key)
        raise TypeError(f"sequence index must be integer, not '{name}'")
    return exception_arguments(self)[key]


def _str(self: BaseException) -> str:
    return _plain_text(self)


text.plain_exception_str = _str


def _repr(self: BaseException) -> str:
    name = type(self).__name__.rpartition(".")[2]
    arguments = exception_arguments(self)
    return name + (py2_repr(arguments) if arguments else "()")


def _define(
    name: str, base: str | None, host: type | None, /, **extra: object
) -> type[BaseException]:
    """One class of Python 2, below ours of the name ``base`` and the host's."""
    bases: tuple[type, ...] = () if base is None else (EXCEPTIONS[base],)
    if host is not None:
        bases += (host,)
    full = "exceptions." + name
    for special, function in extra.items():
        if special in ("__str__", "__repr__"):
            takes(SLOT, 0, 0, name=special)(function)  # type: ignore[type-var]
        if special in ("__str__", "__repr__", "__init__"):
            function.__name__ = special  # type: ignore[attr-defined]
            register_special_method(function)  # type: ignore[arg-type]
    made = ClosedType(full, bases, {"__module__": "exceptions", **extra})
    EXCEPTIONS[name] = made
    _CLASS_TEXTS[made] = f"type '{full}'"
    if host is not None:
        _OURS[host] = made
    return made  # type: ignore[return-value]


def _hidden(*names: str) -> dict[str, object]:
    return {name: _Hidden(name) for name in names}


_define(
    "BaseException",
    None,
    BaseException,
    message=_Message(),
    __getitem__=_get_item,
    __str__=_str,
    __repr__=_repr,
    **_hidden("with_traceback", "add_note"),
)
_define("Exception", "BaseException", Exception)
_define("StandardError", "Exception", None)


def _without_keywords(self: BaseException, keywords: dict[str, object]) -> None:
    if keywords:
        raise TypeError(f"{type(self).__name__} does not take keyword arguments")


def _environment_init(
    self: BaseException, *arguments: object, **keywords: object
) -> None:
    _without_keywords(self, keywords)
    fields = self.__dict__
    fields["errno"] = fields["strerror"] = fields["filename"] = None
    if len(arguments) in (2, 3):
        fields["errno"], fields["strerror"] = arguments[:2]
        if len(arguments) == 3:
            fields["filename"] = arguments[2]
            fields[PRIVATE + "named"] = True
            arguments = arguments[:2]
    set_exception_arguments(self, arguments)


def _environment_str(self: BaseException) -> str:
    number, text, filename = self.errno, self.strerror, self.filename  # type: ignore[attr-defined]
    if filename is not None or PRIVATE + "named" in self.__dict__:
        return f"[Errno {py2_str(number)}] {py2_str(text)}: {py2_repr(filename)}"
    if len(exception_arguments(self)) == 2:
        return f"[Errno {py2_str(number)}] {py2_str(text)}"
    return _plain_text(self)


_define(
    "EnvironmentError",
    "StandardError",
    None,
    __init__=_environment_init,
    __str__=_environment_str,
    errno=None,
    strerror=None,
    filename=None,
)
_define("IOError", "EnvironmentError", None)
_define("OSError", "EnvironmentError", None)


def _attribute_error_init(self: BaseException, *arguments: object) -> None:
    # CPython puts the object that lacked an attribute onto the exception, in its own
    # dictionary if it must, unless there is one already.
    AttributeError.__init__(self, *arguments, name="", obj=None)  # type: ignore[arg-type]


_HOST_ONLY = {
    "AttributeError": ("name", "obj"),
    "NameError": ("name",),
    "ImportError": ("msg", "name", "path", "name_from"),
    "StopIteration": ("value",),
}

for _name, _base in (
    ("ArithmeticError", "StandardError"),
    ("AssertionError", "StandardError"),
    ("AttributeError", "StandardError"),
    ("EOFError", "StandardError"),
    ("ImportError", "StandardError"),
    ("LookupError", "StandardError"),
    ("MemoryError", "StandardError"),
    ("NameError", "StandardError"),
    ("ReferenceError", "StandardError"),
    ("RuntimeError", "StandardError"),
    ("SystemError", "StandardError"),
    ("TypeError", "StandardError"),
    ("ValueError", "StandardError"),
    ("StopIteration", "Exception"),
    ("Warning", "Exception"),
    ("KeyboardInterrupt", "BaseException"),
    ("SystemExit", "BaseException"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("IndexError", "LookupError"),
    ("UnboundLocalError", "NameError"),
    ("NotImplementedError", "RuntimeError"),
    ("UnicodeError", "ValueError"),
    ("DeprecationWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("PendingDeprecationWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("SyntaxWarning", "Warning"),
    ("UserWarning", "Warning"),
):
    _define(
        _name,
        _base,
        vars(sys.modules["builtins"])[_name],
        **_hidden(*_HOST_ONLY.get(_name, ())),
        **({"__init__": _attribute_error_init} if _name == "AttributeError" else {}),
    )


def _key_str(self: BaseException) -> str:
    arguments = exception_arguments(self)
    if len(arguments) == 1:
        return py2_repr(arguments[0])
    return _plain_text(self)


def _syntax_str(self: BaseException) -> str:
    text = py2_str(self.msg)  # type: ignore[attr-defined]
    filename = self.filename  # type: ignore[attr-defined]
    line = self.lineno  # type: ignore[attr-defined]
    has_name = isinstance(filename, str)
    if has_name and isinstance(line, int):
        return f"{text} ({filename.rpartition('/')[2]}, line {line})"
    if has_name:
        return f"{text} ({filename.rpartition('/')[2]})"
    if isinstance(line, int):
        return f"{text} (line {line})"
    return text


_define("KeyError", "LookupError", KeyError, __str__=_key_str)
_define(
    "SyntaxError",
    "StandardError",
    SyntaxError,
    __str__=_syntax_str,
    **_hidden("end_lineno", "end_offset"),
)
_define("IndentationError", "SyntaxError", IndentationError)
_define("TabError", "IndentationError", TabError)

_UNICODE_FIELDS = ("encoding", "object", "start", "end", "reason")
_TRANSLATE_FIELDS = _UNICODE_FIELDS[1:]


def _unicode_init(self: BaseException, *arguments: object, **keywords: object) -> None:
    _without_keywords(self, keywords)
    fields: tuple[str, ...] = _UNICODE_FIELDS
    if isinstance(self, EXCEPTIONS["UnicodeTranslateError"]):
        fields = _TRANSLATE_FIELDS
    if len(arguments) != len(fields):
        raise TypeError(
            f"function takes exactly {len(fields)} arguments ({len(arguments)} given)"
        )
    for name, value in zip(fields, arguments, strict=True):
        if name in ("start", "end") and not isinstance(value, int):
            raise TypeError("an integer is required")
        self.__dict__[name] = value
    set_exception_arguments(self, arguments)


def _unicode_str(self: BaseException) -> str:
    fields = self.__dict__
    codec = fields.get("encoding")
    start, end, reason = fields["start"], fields["end"], fields["reason"]
    verb = "decode" if isinstance(self, EXCEPTIONS["UnicodeDecodeError"]) else "encode"
    subject = f"'{codec}' codec can't {verb}"
    if codec is None:
        subject = "can't translate"
    if end == start + 1:
        if verb == "decode":
            byte = ord(fields["object"][start])
            return f"{subject} byte 0x{byte:02x} in position {start}: {reason}"
        return f"{subject} character in position {start}: {reason}"
    noun = "bytes" if verb == "decode" else "characters"
    return f"{subject} {noun} in position {start}-{end - 1}: {reason}"


for _name in ("UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError"):
    _define(_name, "UnicodeError", None, __init__=_unicode_init, __str__=_unicode_str)

# What the host has and Python 2 hasn't, and what it has in one place only.
_OURS[RecursionError] = EXCEPTIONS["RuntimeError"]
_OURS[LacksLength] = EXCEPTIONS["AttributeError"]
_OURS[OSError] = EXCEPTIONS["OSError"]

_PLAIN = frozenset(
    made
    for made in EXCEPTIONS.values()
    if "__init__" not in made.__dict__ and not issubclass(made, SyntaxError)
)
"""Classes whose instances are made from their ``args``."""

_MOST_SEEN = 256
_SEEN: dict[type, dict[str, tuple[object, ...]]] = {
    EXCEPTIONS[name]: {}
    for name in ("ValueError", "IndexError", "ZeroDivisionError", "OverflowError")
}
"""Translated texts, for classes where the text is all that counts."""

_KEY_ERROR = EXCEPTIONS["KeyError"]

_CONTEXTUAL = frozenset((TypeError, NameError, AttributeError, UnboundLocalError))
"""Classes of the host whose translation needs the traceback."""

_HOLDING = frozenset((EXCEPTIONS["AttributeError"], EXCEPTIONS["NameError"]))
"""Classes whose host versions hold the object that an attribute was missing from."""

_BASE = EXCEPTIONS["BaseException"]


class _ShadowType(ClosedType):
    """Shadows inherit from one another as the old-style classes do."""

    def mro(cls) -> list[type]:
        order: list[type] = [cls]
        for base in cls.__bases__:
            order += [known for known in base.__mro__ if known not in order]
        for last in (Shadow, BaseException, object) if len(cls.__bases__) else ():
            if last in order:
                order.remove(last)
            order.append(last)
        return order


class Shadow(BaseException):
    """Carries an old-style instance that was raised."""

    def __init__(self, instance: object) -> None:
        super().__init__()
        self.__dict__[PRIVATE + "instance"] = instance


def shadow_class(cls: type) -> type[Shadow]:
    """The exception class that stands for an old-style class."""
    made = cls.__dict__.get(PRIVATE + "shadow")
    if made is None:
        bases = tuple(
            shadow_class(base)
            for base in cls.__bases__
            if classes.is_old_style_class(base)
        )
        made = _ShadowType(classes.plain_name(cls), bases or (Shadow,), {})
        type.__setattr__(cls, PRIVATE + "shadow", made)
    return made  # type: ignore[return-value]


def define(
    name: str, bases: tuple[type, ...], text: str, /, **extra: object
) -> type[BaseException]:
    """A host exception class that programs may catch and derive from, not change.

    ``text`` is what :func:`class_text` gives, such as
    ``class 'exception_hierarchy.FileError'``.
    """
    made = ClosedType(name, bases, {"__module__": "", **extra})
    register_class_text(made, text)
    return made  # type: ignore[return-value]


def register_class_text(cls: type, text: str) -> None:
    """Let a class show as ``text``, given without the angle brackets."""
    _CLASS_TEXTS[cls] = text


def class_text(cls: type) -> str:
    """A class as the report names it: ``type 'exceptions.ValueError'``.

    ``class '.Mine'`` for a program's own, ``.Mine`` for an old-style class. A
    class of the host is named by the class of Python 2 that stands for it.
    """
    text = _CLASS_TEXTS.get(cls)
    if text is not None:
        return text
    if issubclass(cls, Shadow):
        return "." + cls.__name__
    if issubclass(cls, BaseException) and not issubclass(cls, _BASE):
        return _CLASS_TEXTS[_class_for(cls)]
    return classes.class_text(cls, short=True).strip("<>")


def is_refused_builtin(error: BaseException) -> bool:
    """Whether ``error`` came from calling a built-in that programs may not call."""
    return class_text(type(error)).endswith(".RunBuiltinException'")


# Texts


def exception_text(error: BaseException) -> str:
    """Python 2's ``str`` of an exception; the host's own are translated.

    Raises whatever a program's ``__str__`` raises, TypeError if it gives no
    string.
    """
    if isinstance(error, Shadow):
        return py2_str(error.__dict__[PRIVATE + "instance"])
    if not isinstance(error, _BASE):
        error = translated(error)
    return py2_str(error)


def _plain_text(error: BaseException) -> str:
    """``str`` of an exception without a text method of its own."""
    arguments = exception_arguments(error)
    if not arguments:
        return ""
    if len(arguments) == 1:
        return py2_str(arguments[0])
    return py2_repr(arguments)


# The host's exceptions become ours


def _class_for(cls: type) -> type:
    """The class of Python 2 that stands for a class of the host."""
    for known in cls.__mro__:
        found = _OURS.get(known)
        if found is not None:
            return found
    return EXCEPTIONS["Exception"]


def translated(error: BaseException) -> BaseException:
    """The exception of Python 2 that stands for one of the host.

    The same one each time it is asked for.
    """
    fields = error.__dict__
    ours = fields.get(_TWIN)
    if ours is None:
        ours = _twin(error, _class_for(type(error)))
        fields[_TWIN] = ours
        if isinstance(error, (AttributeError, NameError)):
            _drop_held(error)
    return ours


def _twin(error: BaseException, cls: type) -> BaseException:
    """A new exception of class ``cls`` that says what ``error`` says."""
    seen = _SEEN.get(cls)
    if seen is not None:
        arguments = error.args
        if len(arguments) == 1 and type(arguments[0]) is str:
            known = seen.get(arguments[0])
            if known is None:
                _, known = messages.translate(error)
                if len(seen) < _MOST_SEEN:
                    seen[arguments[0]] = known
            arguments = known
        made: BaseException = cls(*arguments)
        return made
    if cls is _KEY_ERROR:
        if len(error.args) == 1 and type(error.args[0]) is slice:
            # A slice is a possible key since Python 3.12.
            return EXCEPTIONS["TypeError"]("unhashable type")
        return cls(*error.args)
    name, arguments = messages.translate(error)
    if name is not None:
        cls = EXCEPTIONS[name]
    ours: BaseException
    if cls in _PLAIN:
        ours = cls(*arguments)  # type: ignore[assignment]
        return ours
    ours = cls.__new__(cls)  # type: ignore[call-overload]
    if isinstance(ours, SyntaxError):
        ours.__init__(*arguments)  # type: ignore[misc]
    ours.args = arguments
    return ours


def _drop_held(error: BaseException) -> None:
    """Drop the objects that the host's exceptions about names and attributes hold."""
    error.name = None  # type: ignore[attr-defined]
    if isinstance(error, AttributeError):
        error.obj = None


def caught(error: BaseException) -> object:
    """What a program's clause binds, once ``error`` has been caught."""
    host = _OURS.get(type(error))
    shown: object = error
    if host is not None:
        fields = error.__dict__
        shown = fields.get(_TWIN)
        if shown is None:
            shown = fields[_TWIN] = _twin(error, host)
            if host in _HOLDING:
                _drop_held(error)
    elif not isinstance(error, _BASE):
        if isinstance(error, Shadow):
            shown = error.__dict__[PRIVATE + "instance"]
        else:
            shown = translated(error)
    trace = error.__traceback__
    if trace is not None:
        _note(error, trace)
        error.__dict__.pop(_SHOWN, None)  # handled anew
        if _KEEPS_TRACEBACK:
            _finish_frames(trace)
        error.__traceback__ = None
    error.__context__ = None
    return shown


def noted(error: BaseException) -> None:
    """As :func:`caught`, for a clause that binds nothing."""
    if type(error) in _CONTEXTUAL:
        caught(error)
        return
    trace = error.__traceback__
    if trace is not None:
        _note(error, trace)
        error.__dict__.pop(_SHOWN, None)  # handled anew
        if _KEEPS_TRACEBACK:
            _finish_frames(trace)
        error.__traceback__ = None
    error.__context__ = None


_KEEPS_TRACEBACK = sys.version_info < (3, 11)
"""Whether the host holds the traceback while a clause runs, whatever is done to it."""


def _finish_frames(trace: TracebackType | None) -> None:
    """Let the functions that an exception left drop their variables at once."""
    step = None if trace is None else trace.tb_next
    while step is not None:
        try:
            step.tb_frame.clear()
        except RuntimeError:  # still running
            return
        step = step.tb_next


def caught_lightly(error: BaseException) -> object:
    """As :func:`caught`, where nobody asks afterwards where it came from."""
    host = _OURS.get(type(error))
    if host is not None:
        twin = _twin(error, host)
        if _KEEPS_TRACEBACK:
            _finish_frames(error.__traceback__)
        return twin
    if _KEEPS_TRACEBACK:
        _finish_frames(error.__traceback__)
    error.__traceback__ = error.__context__ = None
    kind = type(type(error))
    if kind is ProgramClass or kind is ClosedType:
        return error
    if isinstance(error, Shadow):
        return error.__dict__[PRIVATE + "instance"]
    return translated(error)


# Where an exception came from


def _note(error: BaseException, trace: TracebackType) -> None:
    """Note the places of a traceback, in front of those noted at an earlier catch.

    After a bare ``raise`` the new traceback ends with the place of that
    statement, which Python 2 doesn't show.
    """
    places = [(trace.tb_frame.f_code, trace.tb_lasti)]
    step = trace.tb_next
    while step is not None:
        places.append((step.tb_frame.f_code, step.tb_lasti))
        step = step.tb_next
    fields = error.__dict__
    earlier = fields.get(_PLACES)
    if earlier is not None:
        while places and _is_host(places[-1][0]):
            places.pop()
        del places[-1:]
        places += earlier
    fields[_PLACES] = places


def _is_host(code: CodeType) -> bool:
    return code.co_filename.startswith(_HOST_FILES)


def _entry(code: CodeType, position: int) -> Entry:
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= position < end:
            line = number if number is not None else line
            break
    return (code.co_filename, line, code.co_name, not _is_host(code))


def traceback_entries(error: BaseException) -> list[Entry]:
    """Where an exception went through, the outermost call first.

    File, line, function, and whether it is the program's. The frames that
    comprehensions have on some versions of Python are left out.
    """
    trace = error.__traceback__
    if trace is not None:
        fields = error.__dict__
        before = fields.get(_PLACES)
        _note(error, trace)
        places = fields.pop(_PLACES)
        if before is not None:
            fields[_PLACES] = before
    else:
        places = error.__dict__.get(_PLACES, ())
    return [
        _entry(code, position)
        for code, position in places
        if code.co_name != "<listcomp>"
    ]


def callers_entries(error: BaseException) -> list[Entry]:
    """The program's calls around the place where ``error`` was caught.

    What `traceback_entries` gives goes on where these end: for an exception that is
    caught in a call of the API, below the program's own frames.
    """
    trace = error.__traceback__
    frame = None if trace is None else trace.tb_frame.f_back
    entries = []
    while frame is not None:
        # What a program runs with its own builtins, whatever its file is called.
        if PRIVATE + "match" in frame.f_builtins:
            entries.append(_entry(frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return entries[::-1]


def forget_places(error: BaseException) -> None:
    """An exception that is raised anew (not by a bare ``raise``) starts afresh."""
    error.__dict__.pop(_PLACES, None)
    error.__traceback__ = None


# The exception handled last


def last_handled(frame: FrameType | None = None) -> BaseException | None:
    """The exception that ``frame`` or its callers in this thread handled last.

    ``frame`` is a program's frame, the caller's if None. None if there is none,
    or if it was cleared. What the host raised is given as Python 2's exception,
    with its places (Repy V2 specification, section 8).
    """
    error = _last(frame or sys._getframe(1))
    if error is None or error.__dict__.get(_SHOWN):
        return None
    if isinstance(error, (_BASE, Shadow)):
        return error
    ours = translated(error)
    places = error.__dict__.get(_PLACES)
    if places is not None:
        ours.__dict__[_PLACES] = places
    return ours


def clear_last_handled(frame: FrameType | None = None) -> None:
    """Let :func:`last_handled` give None until another exception is handled."""
    error = _last(frame or sys._getframe(1))
    if error is not None:
        error.__dict__[_SHOWN] = True


def _last(frame: FrameType | None) -> BaseException | None:
    """The exception that a frame or one of its callers noted."""
    while frame is not None:
        error = frame.f_locals.get(_LAST)
        if error is not None:
            return error
        frame = frame.f_back
    return None


def being_raised_again(frame: FrameType) -> BaseException:
    """What a bare ``raise`` in ``frame`` raises.

    TypeError with Python 2's text if nothing was handled.
    """
    error = _last(frame) or _handled_elsewhere(frame)
    if error is None:
        return TypeError(
            "exceptions must be old-style classes or derived from BaseException, "
            "not NoneType"
        )
    return error


def _handled_elsewhere(frame: FrameType) -> BaseException | None:
    """What a caller in another unit, which notes nothing, is handling.

    The host's idea of it includes what merely passes a ``finally``; a unit with
    a bare ``raise`` notes what its own clauses catch, so only others count.
    """
    error = sys.exc_info()[1]
    if error is None:
        return None
    trace = error.__traceback__
    if trace is not None and trace.tb_frame.f_globals is frame.f_globals:
        return None
    return error


# What an except clause means

_WIDE: dict[type, tuple[type, ...]] = {
    _BASE: (_BASE, Exception, KeyboardInterrupt, SystemExit),
    EXCEPTIONS["StandardError"]: (
        EXCEPTIONS["StandardError"],
        ArithmeticError,
        AssertionError,
        AttributeError,
        EOFError,
        ImportError,
        LookupError,
        MemoryError,
        NameError,
        OSError,
        ReferenceError,
        RuntimeError,
        SyntaxError,
        SystemError,
        TypeError,
        ValueError,
    ),
    EXCEPTIONS["EnvironmentError"]: (EXCEPTIONS["EnvironmentError"], OSError),
    EXCEPTIONS["OSError"]: (EXCEPTIONS["OSError"], OSError),
    EXCEPTIONS["IOError"]: (EXCEPTIONS["IOError"],),
}

MATCHES: dict[type, type | tuple[type, ...]] = dict(_WIDE)
"""What the native clause names for a class of Python 2."""

for _host, _ours in tuple(_OURS.items()):
    if _ours.__name__ == "exceptions." + _host.__name__:
        MATCHES.setdefault(_ours, _host)

EVERYTHING = (_BASE, Exception, KeyboardInterrupt, SystemExit, Shadow)
"""What a bare ``except:`` catches: all but the end of the run."""


def _exceptions_below(kind: type) -> list[type]:
    """Exception classes that derive from an old-style class, too."""
    found: list[type] = []
    below: type
    for below in kind.__subclasses__():
        if issubclass(below, BaseException):
            found.append(below)
        else:
            found += _exceptions_below(below)
    return found


def match(kind: object) -> object:
    """What the native clause names for Python 2's ``except kind:``.

    Anything that is no exception, no old-style class and no tuple matches
    nothing (Repy language catalogue, "What an except clause may name").
    """
    if isinstance(kind, type):
        if issubclass(kind, BaseException):
            return MATCHES.get(kind, kind)
        if classes.is_old_style_class(kind):
            return (shadow_class(kind), *_exceptions_below(kind))
        return ()
    if isinstance(kind, tuple):
        flat: list[type] = []
        for item in kind:
            found = match(item)
            if isinstance(found, tuple):
                flat += found
            else:
                flat.append(found)  # type: ignore[arg-type]
        return tuple(flat)
    return ()
