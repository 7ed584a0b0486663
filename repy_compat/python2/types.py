"""Built-in types as values in a program: ``int``, ``str``, ``type(None)``, ...

A program never gets a type of the host: it gets a facade, an object that looks and
acts like Python 2.7's type. ``type(3) is int``, ``int('5')``, ``str.upper('a')``,
``isinstance(x, (int, long))`` and ``class L(list)`` work with facades; nothing of the
host can be reached through one. The table of what belongs to each facade is kept
here, not in the facades.
"""

from __future__ import annotations

from _collections_abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType

from repy_compat.python2 import conversions, dictmaking, tables, text
from repy_compat.python2.classes import (
    FACADES,
    ClosedType,
    NewRoot,
    is_old_style_class,
    py2_type,
    register_facade,
)
from repy_compat.python2.counts import KEYWORDS, SLOT, takes
from repy_compat.python2.iteration import iterate
from repy_compat.python2.names import (
    BUILTIN,
    INT_MAX,
    INT_MIN,
    NAMES,
    Xrange,
    long,
    new_xrange,
    register_special_method,
    type_name,
)
from repy_compat.python2.sets import FrozenSet, Set, make_frozenset, make_set
from repy_compat.python2.text import py2_str

Construct = Callable[..., object]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Entry:
    """What a facade stands for.

    ``native`` is the host's class (None where several make up Python 2's type),
    ``construct`` is called for a call, ``members`` holds the attributes.
    """

    __slots__ = ("name", "native", "construct", "quick", "members")

    def __init__(
        self,
        name: str,
        native: type | None,
        construct: Construct,
        quick: Construct | None,
    ) -> None:
        self.name = name
        self.native = native
        self.construct = construct
        self.quick = quick
        self.members: dict[str, object] = {}


_entries: dict[object, _Entry] = {}


class Facade:
    """A built-in type as a program sees it. Compared and hashed by identity."""

    __slots__ = ()

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return _entries[self].construct(*arguments, **keywords)

    def __getattr__(self, name: str) -> object:
        entry = _entries[self]
        found = entry.members.get(name)
        if found is None:
            raise AttributeError(
                f"type object '{entry.name}' has no attribute '{name}'"
            )
        return found

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(
            f"can't set attributes of built-in/extension type '{_entries[self].name}'"
        )

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __repr__(self) -> str:
        return f"<type '{_entries[self].name}'>"

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        native = _entries[self].native
        return (object if native is None else native,)


_unbound: dict[object, tuple[Facade, str, Construct]] = {}


def special_method(facade: object, name: str) -> object:
    """``facade.__init__`` and the like: what a program's subclass calls.

    AttributeError where Python 2's type has no such method.
    """
    entry = _entries[facade]
    found = entry.members.get(name)
    if found is None:
        if entry.native is None or name == "__del__":
            raise AttributeError(
                f"type object '{entry.name}' has no attribute '{name}'"
            )
        found = getattr(entry.native, name)
        if name in ("__repr__", "__str__"):
            found = text.base_maker(entry.native, name)
        if type(found) is FunctionType or name in ("__repr__", "__str__"):
            # A function would be the same one in every program.
            method = Unbound()
            _unbound[method] = (facade, name, found)  # type: ignore[assignment]
            found = entry.members[name] = method
    return found


class Unbound:
    """A built-in method read from its type, such as ``str.upper``."""

    __slots__ = ()

    def __call__(self, *arguments: object, **keywords: object) -> object:
        owner, name, function = _unbound[self]
        if arguments and is_instance(arguments[0], owner):
            return function(*arguments, **keywords)
        kind = _entries[owner].name
        if not arguments:
            raise TypeError(f"descriptor '{name}' of '{kind}' object needs an argument")
        raise TypeError(
            f"descriptor '{name}' requires a '{kind}' object "
            f"but received a '{type_name(arguments[0])}'"
        )

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None else MethodType(self, instance)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"'method_descriptor' object has no attribute '{name}'")

    def __repr__(self) -> str:
        owner, name, _ = _unbound[self]
        if name[:2] == "__":
            return f"<slot wrapper '{name}' of '{_entries[owner].name}' objects>"
        return f"<method '{name}' of '{_entries[owner].name}' objects>"


# --------------------------------------------------------------------------
# What facades are asked


def is_instance(value: object, facade: Facade) -> bool:
    """``isinstance(value, facade)``; int and long are told apart by size."""
    entry = _entries[facade]
    native = entry.native
    if native is int:
        if type(value) is int:
            return INT_MIN <= value <= INT_MAX
        return isinstance(value, int) and not isinstance(value, long)
    if native is long:
        if type(value) is int:
            return not INT_MIN <= value <= INT_MAX
        return isinstance(value, long)
    if native is not None:
        return isinstance(value, _WIDER.get(native, native))
    return type_name(value) == entry.name


# The host's own sets, which Python code may hand to an imported program, are sets.
_WIDER: dict[type, type] = {Set: set, FrozenSet: frozenset}


def is_subclass(cls: object, facade: Facade) -> bool:
    """``issubclass(cls, facade)`` for a facade or a class."""
    if cls is facade:
        return True
    entry = _entries[facade]
    native: type | None
    if type(cls) is Facade:
        native = _entries[cls].native
        if entry.native is object:
            return True
    else:
        native = cls  # type: ignore[assignment]
        if is_old_style_class(cls):
            return False
    if native is None or entry.native is None:
        return False
    if entry.native is int and issubclass(native, long):
        return False
    return issubclass(native, entry.native)


def quick_function(function: object) -> Construct:
    """What to call for ``function(x)`` many times over; ``function`` itself mostly."""
    if type(function) is Facade:
        quick = _entries[function].quick
        if quick is not None:
            return quick
    return function  # type: ignore[return-value]


def native_type(facade: object) -> type | None:
    """The host's class behind a facade; None if there is no single one."""
    return _entries[facade].native


# --------------------------------------------------------------------------
# Constructors


@takes(KEYWORDS, 0, 1, name="str", leading=0)
def make_str(object: object = "") -> str:
    """``str(object)``."""
    return py2_str(object)


@takes(KEYWORDS, 0, 1, name="bool", leading=0)
def make_bool(x: object = False) -> bool:
    """``bool(x)``."""
    return bool(x)


@takes(KEYWORDS, 0, 1, name="list", leading=0)
def make_list(sequence: object = ()) -> list:
    """``list(sequence)``."""
    return list(iterate(sequence))


@takes(KEYWORDS, 0, 1, name="tuple", leading=0)
def make_tuple(sequence: object = ()) -> tuple:
    """``tuple(sequence)``."""
    return sequence if type(sequence) is tuple else tuple(iterate(sequence))


def make_object(*arguments: object, **keywords: object) -> object:
    """``object()``."""
    if arguments or keywords:
        raise TypeError("object() takes no parameters")
    return object()


def make_slice(*arguments: object, **keywords: object) -> slice:
    """``slice(...)``."""
    if keywords:
        raise TypeError("slice() does not take keyword arguments")
    if not arguments:
        raise TypeError("slice expected at least 1 arguments, got 0")
    if len(arguments) > 3:
        raise TypeError(f"slice expected at most 3 arguments, got {len(arguments)}")
    return slice(*arguments)


def make_xrange(*arguments: object, **keywords: object) -> Xrange:
    """``xrange(...)``: machine integers only."""
    if keywords:
        raise TypeError("xrange() does not take keyword arguments")
    if not 1 <= len(arguments) <= 3:
        raise TypeError("xrange() requires 1-3 int arguments")
    found = [int(conversions.as_index(argument)) for argument in arguments]
    if len(found) == 3 and found[2] == 0:
        raise ValueError("xrange() arg 3 must not be zero")
    made = range(*found)
    try:
        len(made)
    except OverflowError:
        raise OverflowError("xrange() result has too many items") from None
    return new_xrange(made)


def _no_constructor(name: str) -> Construct:
    def refuse(*arguments: object, **keywords: object) -> object:
        raise TypeError(f"cannot create '{name}' instances")

    return refuse


# --------------------------------------------------------------------------
# Hidden bases of a program's own sets


class _KeptMethod:
    """A method of the hidden bases: read from a class it's that of ``set`` itself.

    A plain function would be handed out there, the same one to every program.
    """

    __slots__ = ("name", "facade", "function")

    def __init__(self, name: str, facade: str, function: Construct) -> None:
        self.name = name
        self.facade = facade
        self.function = function

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if instance is None:
            return getattr(FACADES[self.facade], self.name)
        return MethodType(self.function, instance)


def own_base(base: type) -> type:
    """The hidden base of what a program derives from ``base``, a class of ours."""
    members: dict[str, object] = {
        name: _KeptMethod(name, base.__name__, value)
        for name, value in vars(base).items()
        if type(value) is FunctionType and name[:2] != "__"
    }
    return type(base.__name__, (base,), members)


_OwnSet = own_base(Set)
_OwnFrozenset = own_base(FrozenSet)


# --------------------------------------------------------------------------
# Hidden bases of a program's own strings and numbers: made as Python 2 makes them


def _made_alike(base: Any, construct: Construct) -> type:
    """A base whose instances are made of what ``construct`` gives."""
    new = base.__new__

    def made(cls: type, /, *arguments: object, **keywords: object) -> object:
        value = construct(*arguments, **keywords)
        if base is int and not INT_MIN <= value <= INT_MAX:  # type: ignore[operator]
            raise OverflowError("Python int too large to convert to C long")
        return new(cls, value)

    return type(base.__name__, (base,), {"__new__": made, "__slots__": ()})


# --------------------------------------------------------------------------
# The facades


def _new(
    name: str,
    native: type | None,
    construct: Construct | None = None,
    quick: Construct | None = None,
    base: type | None = None,
) -> Facade:
    """Make the facade of a type and let it be known.

    ``base`` is what a class statement derives from, None if none may.
    """
    made = Facade()
    entry = _Entry(name, native, construct or _no_constructor(name), quick)
    _entries[made] = entry
    if native is not None:
        _add_members(made, entry, native)
    register_facade(name, made, base)
    return made


def _add_members(facade: Facade, entry: _Entry, native: type) -> None:
    methods = tables.METHODS.get(native, {})
    for name in tables.KNOWN.get(native, ()):
        function = methods.get(name) or getattr(native, name, None)
        if function is None:
            continue
        if isinstance(function, BuiltinFunctionType):  # a class method of the host
            entry.members[name] = function
            continue
        if not callable(function):  # int.real; a property of ours isn't handed out
            if type(function) is property:
                function = getattr(int, name)
            entry.members[name] = function
            continue
        method = Unbound()
        _unbound[method] = (facade, name, function)
        entry.members[name] = method


# The host's own complaints show these names.
Facade.__name__ = "type"
Unbound.__name__ = "method_descriptor"
NAMES[Facade] = "type"
NAMES[Unbound] = "method_descriptor"
for _table in (text._REPR, text._STR):
    _table[Facade] = repr
    _table[Unbound] = repr

_OwnInt = _made_alike(int, conversions.make_int)
_OwnLong = _made_alike(long, conversions.make_long)
_OwnFloat = _made_alike(float, conversions.make_float)
_OwnComplex = _made_alike(complex, conversions.make_complex)
_OwnStr = _made_alike(str, make_str)

INT = _new("int", int, conversions.make_int, conversions.int1, _OwnInt)
LONG = _new("long", long, conversions.make_long, conversions.long1, _OwnLong)
FLOAT = _new("float", float, conversions.make_float, conversions.float1, _OwnFloat)
COMPLEX = _new("complex", complex, conversions.make_complex, None, _OwnComplex)
BOOL = _new("bool", bool, make_bool, bool)
STR = _new("str", str, make_str, py2_str, _OwnStr)
LIST = _new("list", list, make_list, None, list)
TUPLE = _new("tuple", tuple, make_tuple, None, tuple)
DICT = _new("dict", dict, dictmaking.make_dict, None, dict)
SET = _new("set", Set, make_set, None, _OwnSet)
FROZENSET = _new("frozenset", FrozenSet, make_frozenset, None, _OwnFrozenset)
OBJECT = _new("object", object, make_object, None, NewRoot)
SLICE = _new("slice", slice, make_slice)
XRANGE = _new("xrange", Xrange, make_xrange)
register_special_method(takes(SLOT, 0, 0)(vars(Xrange)["__iter__"]))
_entries[DICT].members["fromkeys"] = dictmaking.FROMKEYS
_entries[FLOAT].members["fromhex"] = dictmaking.FROMHEX

VALUES: dict[str, object] = {
    "bool": BOOL,
    "complex": COMPLEX,
    "dict": DICT,
    "float": FLOAT,
    "frozenset": FROZENSET,
    "int": INT,
    "list": LIST,
    "long": LONG,
    "object": OBJECT,
    "set": SET,
    "slice": SLICE,
    "str": STR,
    "tuple": TUPLE,
    "xrange": XRANGE,
}
"""The types that programs can name."""

_shown = {kind.name for kind in _entries.values()}
# These three stand for many classes of the host's, which may be known by now.
for _name in ("classobj", "instance", "instancemethod"):
    _shown.add(_name)
    _new(_name, None)
for _kind, _name in list(NAMES.items()):
    if _name not in _shown:
        _shown.add(_name)
        _new(_name, _kind if _kind not in (FunctionType, Facade) else None)


def type_of(value: object) -> object:
    """``type(value)`` for anything that is no type itself: a facade or a class."""
    kind = type(value)
    if kind is int:
        return _INT if INT_MIN <= value <= INT_MAX else _LONG  # type: ignore[operator]
    facade = _FACADE_OF.get(kind)
    if facade is not None:
        return facade
    found = py2_type(value)
    if type(found) is Facade or type(value) is found and _is_programs(found):
        return found
    name = type_name(value)
    if name not in FACADES:
        _new(name, None)
    return FACADES[name]


_INT, _LONG = FACADES["int"], FACADES["long"]
_FACADE_OF: dict[type, object] = {
    kind: FACADES[NAMES.get(kind, kind.__name__)]
    for kind in (bool, str, float, complex, list, tuple, dict, Set, FrozenSet)
}
"""Kinds of the host whose facade is the same for each value."""


def replace_dict(native: type, construct: Construct, fromkeys: Construct) -> None:
    """Let ``native`` be the class of all dictionaries that programs make from now on."""
    entry = _entries[DICT]
    entry.native, entry.construct = native, construct
    _WIDER[native] = dict
    _FACADE_OF[native] = DICT
    register_facade("dict", DICT, own_base(native))
    for name, method in entry.members.items():
        if name in vars(native):
            _unbound[method] = (DICT, name, vars(native)[name])
    entry.members["fromkeys"] = MethodType(fromkeys, BUILTIN)


def _is_programs(cls: object) -> bool:
    return isinstance(cls, ClosedType)
