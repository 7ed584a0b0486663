"""Classes and instances of programs, and what Python 2 calls the kinds of things.

A program's class is an ordinary Python 3 class whose metaclass is
:class:`ProgramClass`. An old-style class (Repy language catalogue, section E) is
one as well: its attribute order is depth first, its hidden base
:class:`OldRoot` complains as Python 2's instances do, and its ``__name__``
begins with U+01C0, so that it can be told in every message of the host.
Reading an attribute of an *instance* is therefore the host's own operation.

An unbound method (``A.m``) is made by a descriptor that the metaclass holds under
the method's name: only reading a method's name from a *class* costs anything.
"""

from __future__ import annotations

import builtins
from _collections_abc import Callable
from _thread import RLock
from types import FunctionType, MethodType

from repy_compat.python2.names import HOST_KIND, NAMES, is_builtin_method, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

PRIVATE = "\u01c0"
OLD = PRIVATE
"""First letter of the ``__name__`` of old-style classes."""

FACADES: dict[str, object] = {}
"""What ``type(x)`` gives a program, by the name of the type; ``types`` fills it."""

REAL_BASES: dict[object, type] = {}
"""The class that a class statement derives from when a program names a facade."""

_HOST_TYPE_TEXTS: dict[type, str] = {}
_DUNDERS = frozenset(("__init__", "__del__", "__repr__", "__str__", "__iter__"))
_READ_ONLY = "classes are read-only in restricted mode"


class ClosedType(type):
    """Metaclass of classes that no program may change."""

    def __setattr__(cls, name: str, value: object) -> None:
        raise TypeError(
            f"can't set attributes of built-in/extension type '{cls.__name__}'"
        )

    def __delattr__(cls, name: str) -> None:
        raise TypeError(
            f"can't set attributes of built-in/extension type '{cls.__name__}'"
        )

    # What the host makes of classes for annotations leads to classes of the host.

    def __or__(cls, other: object) -> object:  # type: ignore[override]
        return NotImplemented

    __ror__ = __or__  # type: ignore[assignment]

    def __getitem__(cls, key: object) -> NoReturn:
        raise TypeError(f"'{type_name(cls)}' object has no attribute '__getitem__'")

    __iter__ = None


class UnboundMethod:
    """A function read from a class: calling it checks the first argument.

    Made by :func:`unbound`: an ``__init__`` here would be within a program's reach.
    """

    __slots__ = (PRIVATE + "function", PRIVATE + "owner")

    ǀfunction: FunctionType
    ǀowner: type

    def __call__(self, /, *arguments: object, **keywords: object) -> object:
        owner = self.ǀowner
        if arguments and isinstance(arguments[0], owner):
            return self.ǀfunction(*arguments, **keywords)
        function: object = self.ǀfunction
        raise TypeError(_unbound_text(function, owner, arguments))

    def __getattr__(self, name: str) -> object:
        return getattr(self.ǀfunction, name)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"'instancemethod' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"'instancemethod' object has no attribute '{name}'")

    def __eq__(self, other: object) -> bool:
        return type(other) is UnboundMethod and other.ǀfunction is self.ǀfunction

    def __hash__(self) -> int:
        return hash(self.ǀfunction)

    def __repr__(self) -> str:
        owner = plain_name(self.ǀowner)
        return f"<unbound method {owner}.{self.ǀfunction.__name__}>"


def unbound(function: FunctionType, owner: type) -> UnboundMethod:
    """The unbound method that reading ``function`` from ``owner`` gives."""
    made = object.__new__(UnboundMethod)
    object.__setattr__(made, PRIVATE + "function", function)
    object.__setattr__(made, PRIVATE + "owner", owner)
    return made


def _unbound_text(function: object, owner: type, arguments: tuple[object, ...]) -> str:
    got = "nothing"
    if arguments:
        first = arguments[0]
        name = plain_name(type(first)) if _is_instance(first) else type_name(first)
        got = name.rpartition(".")[2] + " instance"
    return (
        f"unbound method {function.__name__}() must be called with "  # type: ignore[attr-defined]
        f"{plain_name(owner)} instance as first argument (got {got} instead)"
    )


class _MethodOfClass:
    """Stands in the metaclass under the name of methods; see the module's text."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, cls: object, metaclass: type | None = None) -> object:
        if cls is None:
            raise AttributeError(f"type object 'type' has no attribute '{self.name}'")
        return _read_from_class(cls, self.name)  # type: ignore[arg-type]

    def __set__(self, cls: object, value: object) -> None:
        """Makes this a data descriptor, which goes before the class's own dict."""
        raise TypeError(_READ_ONLY)


def _read_from_class(cls: type, name: str) -> object:
    """Attribute ``name`` of a program's class, functions as unbound methods."""
    for owner in cls.__mro__:
        found = owner.__dict__.get(name, _MISSING)
        if found is not _MISSING:
            if type(found) is FunctionType:
                return unbound(found, cls)
            get = getattr(type(found), "__get__", None)
            return found if get is None else get(found, None, cls)
    raise AttributeError(_no_class_attribute(cls, name))


def _no_class_attribute(cls: type, name: str) -> str:
    if is_old_style_class(cls):
        return f"class {plain_name(cls)} has no attribute '{name}'"
    return f"type object '{cls.__name__}' has no attribute '{name}'"


_MISSING = object()


class _ClassWithoutMethods(ClosedType):
    """The metaclass before methods have names in it; see ``ProgramClass``."""

    def mro(cls) -> list[type]:
        """Depth first and left to right for an old-style class, else C3."""
        order: list[type]
        if cls.__name__[:1] != OLD:
            order = type.mro(cls)
            if len(order) > 2 and OldRoot in order:
                order.remove(OldRoot)
                order.insert(-1, OldRoot)  # a built-in base goes before it
            return order
        order = [cls]
        for base in cls.__bases__:
            for ancestor in base.__mro__:
                if ancestor not in order:
                    order.append(ancestor)
        for last in (OldRoot, object):
            if last in order:
                order.remove(last)
            order.append(last)
        return order

    def __setattr__(cls, name: str, value: object) -> None:
        if cls.__name__[:1] == OLD:
            raise RuntimeError(_READ_ONLY)
        if cls in _HIDDEN_BASES:
            ClosedType.__setattr__(cls, name, value)
        if type(value) is FunctionType:
            value = _bindable(value)
        _change_class(cls, type.__setattr__, name, value)
        if type(value) is FunctionType:
            _register_method(name)
        if name == "next" or name == "__init__":
            _complete(cls)

    def __delattr__(cls, name: str) -> None:
        if cls.__name__[:1] == OLD:
            raise RuntimeError(_READ_ONLY)
        if name not in cls.__dict__ or cls in _HIDDEN_BASES:
            raise AttributeError(name)
        _change_class(cls, type.__delattr__, name)


class ProgramClass(_ClassWithoutMethods):
    """Metaclass of every class that a program defines.

    Its own dict holds a :class:`_MethodOfClass` for each name that is a method of
    some program class. Nothing else may be added here.
    """


class OldClass(ProgramClass):
    """Metaclass of old-style classes, so that the host names them apart."""


def _change_class(
    cls: type, change: Callable[..., None], name: str, *value: object
) -> None:
    """Store to a class's dict, or delete, past the descriptors of its metaclass."""
    if name not in ProgramClass.__dict__:  # no descriptor of this name is in the way
        change(cls, name, *value)
        return
    # The finaliser of what is replaced runs when the lock is free again.
    replaced = cls.__dict__.get(name)
    with _changing:  # else two threads could leave the class with the wrong metaclass
        metaclass = type(cls)
        type.__setattr__(cls, "__class__", _ClassWithoutMethods)
        try:
            change(cls, name, *value)
        finally:
            type.__setattr__(cls, "__class__", metaclass)
    del replaced


_changing = RLock()  # for a finaliser that the collector runs meanwhile
_NOT_REGISTERED = _DUNDERS | {"mro"}


def _register_method(name: str) -> None:
    """From now on, reading ``name`` from a program's class gives unbound methods."""
    if name in _NOT_REGISTERED or name in ProgramClass.__dict__:
        return
    if name[:2] == "__":
        return
    type.__setattr__(ProgramClass, name, _MethodOfClass(name))


def _bindable(function: FunctionType) -> object:
    """Functions of ours never bind; a program's do."""
    if is_program_function(function):
        return function
    return staticmethod(function)


# Hidden bases


class OldRoot(metaclass=_ClassWithoutMethods):
    """Hidden base of old-style classes: what their instances can't do.

    The texts are those of Repy language catalogue, section E, "What an instance
    cannot do". A new-style class with an old-style base inherits them too, so
    each looks at the class first.
    """

    def __getitem__(self, key: object) -> object:
        raise _lacks(self, "__getitem__", _no_item(self, key))

    def __setitem__(self, key: object, value: object) -> None:
        name = type(self).__name__
        text = f"'{name}' object does not support item assignment"
        raise _lacks(self, "__setitem__", text)

    def __delitem__(self, key: object) -> None:
        name = type(self).__name__
        text = f"'{name}' object doesn't support item deletion"
        raise _lacks(self, "__delitem__", text)

    def __call__(self, /, *arguments: object, **keywords: object) -> object:
        if _is_old(self):
            name = plain_name(type(self))
            raise AttributeError(f"{name} instance has no __call__ method")
        raise TypeError(f"'{type(self).__name__}' object is not callable")

    def __len__(self) -> int:
        if _is_old(self):
            name = plain_name(type(self))
            kind = LacksLength if _is_iterated(self) else AttributeError
            raise kind(f"{name} instance has no attribute '__len__'")
        raise TypeError(f"object of type '{type(self).__name__}' has no len()")

    __bool__ = True.__bool__

    def __neg__(self) -> object:
        raise _lacks(self, "__neg__", _no_unary(self, "-"))

    def __pos__(self) -> object:
        raise _lacks(self, "__pos__", _no_unary(self, "+"))

    def __invert__(self) -> object:
        raise _lacks(self, "__invert__", _no_unary(self, "~"))

    def __abs__(self) -> object:
        text = f"bad operand type for abs(): '{type(self).__name__}'"
        raise _lacks(self, "__abs__", text)

    def __contains__(self, item: object) -> bool:
        return _contains(self, item)

    def __next__(self) -> object:
        step = getattr(self, "next", None)
        if step is None:
            raise TypeError("instance has no next() method")
        return step()

    __iter__ = None

    def __str__(self) -> str:
        return type(self).__repr__(self)

    def __repr__(self) -> str:
        return instance_text(self)


class NewRoot(metaclass=_ClassWithoutMethods):
    """Hidden base of classes derived from ``object``: texts, and nothing else."""

    def __getitem__(self, key: object) -> object:
        raise TypeError(_no_item(self, key))

    def __contains__(self, item: object) -> bool:
        return _contains(self, item)

    __iter__ = None

    def __str__(self) -> str:
        return type(self).__repr__(self)

    def __repr__(self) -> str:
        return instance_text(self)


_HIDDEN_BASES = frozenset((OldRoot, NewRoot))
METACLASSES = (ClosedType, _ClassWithoutMethods, ProgramClass, OldClass)
"""The types of classes of ours and of programs."""


def _is_old(instance: object) -> bool:
    return type(instance).__name__[:1] == OLD


class LacksLength(AttributeError, TypeError):
    """An old-style iterator was asked for its length: an AttributeError.

    The host asks every iterator for a length hint, and goes on without one only
    after a TypeError; so it's that too, for the host's eyes.
    """


def _is_iterated(instance: object) -> bool:
    """Whether the host may ask an old-style instance for a length hint."""
    walk = getattr(type(instance), "__iter__", None)
    return walk is not None or getattr(instance, "next", None) is not None


def _lacks(instance: object, method: str, text: str) -> Exception:
    """AttributeError for an old-style instance, TypeError for a new-style one."""
    if _is_old(instance):
        name = plain_name(type(instance))
        return AttributeError(f"{name} instance has no attribute '{method}'")
    return TypeError(text)


def _no_item(instance: object, key: object) -> str:
    name = type(instance).__name__
    if isinstance(key, int):
        return f"'{name}' object does not support indexing"
    return f"'{name}' object has no attribute '__getitem__'"


def _no_unary(instance: object, operator: str) -> str:
    return f"bad operand type for unary {operator}: '{type(instance).__name__}'"


def _contains(instance: object, item: object) -> bool:
    try:
        walk = iter(instance)  # type: ignore[call-overload]
    except Exception:
        # Python 2 says so whatever kept __iter__ from giving an iterator.
        name = "instance" if _is_old(instance) else type(instance).__name__
        raise TypeError(f"argument of type '{name}' is not iterable") from None
    return any(found is item or found == item for found in walk)


# Making classes


def build_class(
    body: FunctionType, name: str, *bases: object, **refused: object
) -> type:
    """``__build_class__`` of a program: settles the kind of class and its bases.

    Raises TypeError with Python 2's texts for bases that can't be derived from
    (Repy language catalogue, "Class bodies").
    """
    if refused:
        raise TypeError("class keywords")
    if all(is_old_style_class(base) for base in bases):
        return _make(body, OLD + name, bases or (OldRoot,))
    real: list[type] = []
    for base in bases:
        real.append(_real_base(base))
    return _make(body, name, tuple(real))


def _make(body: FunctionType, name: str, bases: tuple[object, ...]) -> type:
    try:
        return builtins.__build_class__(body, name, *bases, metaclass=_Maker)
    except TypeError as error:
        text = str(error)
        if text.startswith("Cannot create a consistent method resolution"):
            names = ", ".join(plain_name(base) for base in bases)  # type: ignore[arg-type]
            text = (
                "Cannot create a consistent method resolution\n"
                f"order (MRO) for bases {names}"
            )
        elif text.startswith("duplicate base class "):
            text = f"duplicate base class {text.split()[-1]}"
        elif text not in _BASE_COMPLAINTS:
            raise
        raise _bad_bases(text) from None


_BASE_COMPLAINTS = ("multiple bases have instance lay-out conflict",)


def _is_true(instance: object) -> bool:
    """The truth of an instance with an old-style base and a length."""
    return len(instance) != 0  # type: ignore[arg-type]


def _Maker(name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> type:
    """The class of a finished body."""
    clean: dict[str, object] = {}
    methods: list[str] = []
    for key, value in namespace.items():
        if key[0] == PRIVATE and key not in _RENAMED:
            continue
        if type(value) is FunctionType:
            value = _bindable(value)
            if type(value) is FunctionType:
                methods.append(key)
        clean[key] = value
    walk = clean.get("__iter__")
    if name[:1] == OLD and type(walk) is FunctionType:
        clean["__iter__"] = _checked_walk(walk)
    clean["__module__"] = ""
    clean["__qualname__"] = name
    made = ProgramClass(name, bases, clean)
    metaclass = OldClass if name[:1] == OLD else ProgramClass
    if type(made) is not metaclass:
        type.__setattr__(made, "__class__", metaclass)
    for key in methods:
        _register_method(key)
    _complete(made)
    return made


def _checked_walk(function: FunctionType) -> FunctionType:
    """The ``__iter__`` of an old-style class, with Python 2's complaint."""

    def walk(instance: object) -> object:
        found = function(instance)
        if not hasattr(type(found), "__next__"):
            name = type_name(found)
            raise TypeError(f"__iter__ returned non-iterator of type '{name}'")
        return found

    walk.__dict__[PRIVATE + "original"] = function
    return walk  # type: ignore[return-value]


def original(function: object) -> object:
    """What the program wrote, for a method that was wrapped."""
    if type(function) is FunctionType:
        return function.__dict__.get(PRIVATE + "original", function)
    return function


_RENAMED = frozenset((PRIVATE + "True", PRIVATE + "False"))


def _complete(made: type) -> None:
    """What follows from the methods of a class: iteration, empty ``args``."""
    own = made.__dict__
    step = own.get("next")
    if step is not None and made.__name__[:1] != OLD:
        _change_class(made, type.__setattr__, "__next__", step)
    length = getattr(made, "__len__", OldRoot.__len__)
    if length is not OldRoot.__len__ and issubclass(made, OldRoot):
        _change_class(made, type.__setattr__, "__bool__", _is_true)
    if issubclass(made, BaseException) and "__init__" in own:
        _change_class(made, type.__setattr__, "__new__", staticmethod(_without_args))


def _without_args(cls: type, *arguments: object, **keywords: object) -> object:
    """Python 2 leaves ``args`` empty until the base's ``__init__`` is called."""
    for ancestor in cls.__mro__:
        if ancestor.__module__ == "builtins":
            return ancestor.__new__(cls)  # type: ignore[call-overload]
    raise TypeError("exceptions must derive from BaseException")


def _real_base(base: object) -> type:
    """The class to derive from when a program names ``base``."""
    if base is object:
        return NewRoot
    try:
        real = REAL_BASES.get(base)
    except TypeError:
        real = None
    if real is not None:
        return NewRoot if real is object else real
    if isinstance(base, type):
        if base is bool or base is type or base.__module__ == "builtins":
            return _refuse_base(base)
        return base
    raise _bad_bases(_why_no_base(base))


def _refuse_base(base: type) -> type:
    if base in (bool, type(None), slice, range) or base is type:
        raise _bad_bases(f"type '{base.__name__}' is not an acceptable base type")
    return base


def _why_no_base(base: object) -> str:
    """What Python 2 says of ``type(base)(name, bases, dict)``."""
    if is_old_style_instance(base):
        return "this constructor takes no arguments"
    name = type_name(base)
    if name in ("int", "long", "float", "bool"):
        most = 2 if name in ("int", "long") else 1
        plural = "s" if most > 1 else ""
        return f"{name}() takes at most {most} argument{plural} (3 given)"
    if name in ("str", "list", "tuple"):
        return f"{name}() takes at most 1 argument (3 given)"
    if name == "dict":
        return "dict expected at most 1 arguments, got 3"
    if name == "type":
        return f"type '{_facade_name(base)}' is not an acceptable base type"
    return f"cannot create '{name}' instances"


def _facade_name(base: object) -> str:
    for name, facade in FACADES.items():
        if facade is base:
            return name
    return "type"


def _bad_bases(text: str) -> TypeError:
    return TypeError(f"Error when calling the metaclass bases\n    {text}")


# What things are


def is_old_style_class(value: object) -> bool:
    """Whether ``value`` is an old-style class of a program."""
    return isinstance(value, _ClassWithoutMethods) and value.__name__[:1] == OLD


def is_old_style_instance(value: object) -> bool:
    """Whether ``value`` is an instance of an old-style class."""
    kind = type(value)
    return isinstance(kind, _ClassWithoutMethods) and kind.__name__[:1] == OLD


def _is_instance(value: object) -> bool:
    return isinstance(type(value), ProgramClass)


def is_program_class(value: object) -> bool:
    """Whether ``value`` is a class that a program defined, of either style."""
    return isinstance(value, ProgramClass)


def is_class(value: object) -> bool:
    """Whether ``value`` is a class of any kind, facades of built-in types included."""
    if isinstance(value, type):
        return True
    try:
        return value in REAL_BASES
    except TypeError:
        return False


def is_program_function(value: object) -> bool:
    """Whether ``value`` is a function that a program defined with ``def``."""
    if type(value) is not FunctionType:
        return False
    found = value.__builtins__  # type: ignore[attr-defined, unused-ignore]
    return PRIVATE + "match" in found


def is_method(value: object) -> bool:
    """Whether ``value`` is a bound or unbound method of a program's class."""
    kind = type(value)
    if kind is UnboundMethod:
        return True
    return kind is MethodType and not is_builtin_method(value)


def register_host_function(
    function: FunctionType, name: str, type_name: str = "function"
) -> None:
    """Let a function of the API show under ``name`` and as a ``type_name``.

    ``type_name`` is ``function`` or, as for V2's API, ``instancemethod``.
    """
    function.__name__ = function.__qualname__ = name
    if type_name != "function":
        function.__dict__[HOST_KIND] = type_name


def register_host_type(cls: type, text: str) -> None:
    """Let instances of a class of ours show ``text`` as their type."""
    _HOST_TYPE_TEXTS[cls] = text


def host_type_text(cls: type) -> str | None:
    """The text a class of ours was registered with, or None."""
    return _HOST_TYPE_TEXTS.get(cls)


def register_facade(name: str, facade: object, real: type | None = None) -> None:
    """Let ``facade`` stand for the type called ``name``.

    ``real`` is what a class statement derives from; None for a type that can't
    be derived from.
    """
    FACADES[name] = facade
    if real is not None:
        REAL_BASES[facade] = real


def py2_type(value: object) -> object:
    """What ``type(value)`` gives a program.

    The class itself for new-style instances and exceptions, the facade of the
    type's name for all else.
    """
    kind = type(value)
    if isinstance(kind, ClosedType) and not _is_old(value):
        return kind
    facade = FACADES.get(type_name(value))
    if facade is not None:
        return facade
    return kind


def plain_name(cls: type) -> str:
    """The name that the program gave a class."""
    name = cls.__name__
    if cls is NewRoot:
        return "object"
    if name[:1] == OLD:
        return name[1:]
    return NAMES.get(cls, name)


def class_text(cls: type, *, short: bool = False) -> str:
    """``repr`` of a class as Python 2 gives it; ``short`` is ``str``."""
    name = plain_name(cls)
    if is_old_style_class(cls):
        return f".{name}" if short else f"<class .{name} at {address(cls)}>"
    if isinstance(cls, ProgramClass):
        return f"<class '.{name}'>"
    return _HOST_TYPE_TEXTS.get(cls, f"<type '{name}'>")


def instance_text(value: object) -> str:
    """The default ``repr`` of an instance of a program's class."""
    name = plain_name(type(value))
    if _is_old(value):
        return f"<.{name} instance at {address(value)}>"
    return f"<.{name} object at {address(value)}>"


def address(value: object) -> str:
    """The place of an object, as reprs show it."""
    return f"0x{id(value):x}"
