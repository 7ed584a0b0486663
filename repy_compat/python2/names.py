"""What Python 2.7 calls the type of a value: for error texts, ordering and reprs."""

from __future__ import annotations

from _collections_abc import Callable
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    TracebackType,
    WrapperDescriptorType,
)

INT_MAX = 2**63 - 1
INT_MIN = -(2**63)


class long(int):
    """An integer that was written ``5L`` or made by ``long(5)``, within 64 bits.

    Integers outside 64 bits are plain ``int`` objects: their value tells.
    Whatever is calculated from one of these is a plain ``int`` again (a
    documented limitation).
    """

    __slots__ = ()

    # What calculates nothing stays a long.

    def __neg__(self) -> int:
        return long(int.__neg__(self))

    def __pos__(self) -> int:
        return self

    def __abs__(self) -> int:
        return long(int.__abs__(self))

    def __invert__(self) -> int:
        return long(int.__invert__(self))

    def conjugate(self) -> int:
        """The number itself."""
        return self

    @property
    def real(self) -> int:
        """The number itself."""
        return self

    numerator = real

    @property
    def imag(self) -> int:  # type: ignore[override]
        """Always ``0L``."""
        return long(0)

    @property
    def denominator(self) -> int:  # type: ignore[override]
        """Always ``1L``."""
        return long(1)


class Xrange:
    """Python 2's ``xrange`` object: a lazy sequence and nothing more.

    It can be indexed, iterated and measured; there are no slices, no methods,
    no comparison by value (Repy language catalogue, "range() is a list"). Made by
    :func:`new_xrange`: an ``__init__`` here would be within a program's reach.
    """

    __slots__ = ("ǀrange",)
    ǀrange: range

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"'xrange' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"'xrange' object has no attribute '{name}'")

    def __len__(self) -> int:
        return len(self.ǀrange)

    def __iter__(self) -> object:
        return iter(self.ǀrange)

    def __contains__(self, item: object) -> bool:
        return item in self.ǀrange

    def __getitem__(self, index: object) -> int:
        if isinstance(index, int):
            try:
                return self.ǀrange[index]
            except IndexError:
                if INT_MIN <= index <= INT_MAX:
                    text = "xrange object index out of range"
                else:
                    text = "cannot fit 'long' into an index-sized integer"
                raise IndexError(text) from None
        if is_old_style_instance(index):
            raise TypeError("object cannot be interpreted as an index")
        raise TypeError(f"sequence index must be integer, not '{type_name(index)}'")


def new_xrange(numbers: range) -> Xrange:
    """The ``xrange`` object over ``numbers``."""
    made = object.__new__(Xrange)
    object.__setattr__(made, "ǀrange", numbers)
    return made


class BuiltinToken:
    """What the bound methods that stand for built-in functions are bound to."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<built-in>"


BUILTIN = BuiltinToken()

# Functions of ours that play built-in methods: bound to their object by
# MethodType they are told from a program's methods by being in here.
_builtin_methods: set[object] = set()

Xrange.__name__ = Xrange.__qualname__ = "xrange"

NAMES: dict[type, str] = {
    bool: "bool",
    long: "long",
    float: "float",
    str: "str",
    list: "list",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "frozenset",
    complex: "complex",
    object: "object",
    slice: "slice",
    type(None): "NoneType",
    type(Ellipsis): "ellipsis",
    type(NotImplemented): "NotImplementedType",
    Xrange: "xrange",
    range: "list",
    BuiltinFunctionType: "builtin_function_or_method",
    FunctionType: "function",
    MethodDescriptorType: "method_descriptor",
    MethodWrapperType: "method-wrapper",
    WrapperDescriptorType: "wrapper_descriptor",
    GetSetDescriptorType: "getset_descriptor",
    MemberDescriptorType: "member_descriptor",
    ModuleType: "module",
    CodeType: "code",
    FrameType: "frame",
    TracebackType: "traceback",
    type(iter([])): "listiterator",
    type(iter(())): "tupleiterator",
    type(iter("")): "iterator",
    type(iter(b"")): "iterator",
    type(iter(set())): "setiterator",
    type(iter(range(0))): "rangeiterator",
    type(reversed([])): "listreverseiterator",
    type(iter({})): "dictionary-keyiterator",
    type(iter({}.values())): "dictionary-valueiterator",
    type(iter({}.items())): "dictionary-itemiterator",
}
# Since Python 3.13 some strings have an iterator type of their own.
NAMES[type(iter("a"))] = NAMES[type(iter("é"))] = NAMES[type(iter("€"))] = "iterator"

DICTS: set[type] = {dict}
"""The classes of the dictionaries that programs make."""

HOST_KIND = "\u01c0kind"
"""Attribute of an API function whose type a program sees as another than function."""

_classes: object = None


def classes_module() -> object:
    """The module about classes and instances, imported on first need.

    It imports this one, so the import can't stand at the top.
    """
    global _classes
    if _classes is None:
        from repy_compat.python2 import classes

        _classes = classes
    return _classes


def is_old_style_instance(value: object) -> bool:
    """Whether ``value`` is an instance of an old-style class, or passes for one."""
    kind = type(value)
    if kind in NAMES:
        return kind in VIEWS
    return classes_module().is_old_style_instance(value)  # type: ignore[attr-defined]


def is_old_style_class(value: object) -> bool:
    """Whether ``value`` is an old-style class."""
    return isinstance(value, type) and classes_module().is_old_style_class(value)  # type: ignore[attr-defined]


VIEWS: dict[type, Callable[[object], dict]] = {}
"""Host types that compare as the dictionary they show, and how to get it."""

HOST_METHODS: dict[str, FunctionType] = {}
"""Methods of host types that pass for a program's, by their qualified names."""


def register_view(cls: type, plain: Callable[[object], dict]) -> None:
    """Let instances of ``cls`` pass for old-style ones that behave like a dict.

    ``plain`` gives the dictionary that an instance compares as. Complaints about
    arguments of the methods read as those about a program's methods.
    """
    NAMES[cls] = "instance"
    VIEWS[cls] = plain
    for value in vars(cls).values():
        if type(value) is FunctionType:
            HOST_METHODS[value.__qualname__] = value


def register_builtin_method(function: Callable[..., object]) -> None:
    """Let bound methods of ``function`` pass for built-in ones."""
    _builtin_methods.add(function)


def register_special_method(function: Callable[..., object]) -> None:
    """The same for special methods, which are of another type."""
    _builtin_methods.add(function)
    function.__dict__[HOST_KIND] = "method-wrapper"


def is_builtin_method(value: object) -> bool:
    """Whether ``value`` is one of our functions standing for a built-in one.

    True for built-in functions of a program's namespace (``len``) and for
    built-in methods that we replaced (``{}.keys``).
    """
    return type(value) is MethodType and (
        value.__self__ is BUILTIN or value.__func__ in _builtin_methods
    )


def is_long(value: int) -> bool:
    """Whether an exact ``int`` or a marked long counts as Python 2's long."""
    return type(value) is long or not INT_MIN <= value <= INT_MAX


def type_name(value: object) -> str:
    """The name that Python 2.7's messages give the type of ``value``.

    ``int`` and ``long`` are told apart by value; an exception class of Python 2
    has its module in front (``exceptions.ValueError``), an instance of an
    old-style class is an ``instance``.
    """
    kind = type(value)
    if kind is int:
        return "int" if INT_MIN <= value <= INT_MAX else "long"  # type: ignore[operator]
    if kind is FunctionType:
        return value.__dict__.get(HOST_KIND, "function")
    name = NAMES.get(kind)
    if name is not None:
        return name
    return _other_name(value, kind)


def _other_name(value: object, kind: type) -> str:
    if kind is MethodType:
        if is_builtin_method(value):
            marks = value.__func__.__dict__  # type: ignore[attr-defined]
            return marks.get(HOST_KIND, "builtin_function_or_method")
        return "instancemethod"
    if isinstance(value, type):
        return "classobj" if is_old_style_class(value) else "type"
    classes = classes_module()
    if classes.is_old_style_instance(value):  # type: ignore[attr-defined]
        return "instance"
    if classes.is_method(value):  # type: ignore[attr-defined]
        return "instancemethod"
    return class_name(kind)


def class_name(cls: type) -> str:
    """The name of a class as messages show it: ``long``, ``exceptions.IOError``."""
    if cls is int:
        return "int"
    name = NAMES.get(cls)
    return classes_module().plain_name(cls) if name is None else name  # type: ignore[attr-defined]


def instance_lacks(value: object, method: str) -> AttributeError:
    """What an old-style instance says of a special method it doesn't have."""
    kind = type(value)
    name = kind.__name__ if kind in VIEWS else class_name(kind)
    return AttributeError(f"{name} instance has no attribute '{method}'")
