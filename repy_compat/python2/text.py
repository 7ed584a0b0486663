"""Python 2.7's str() and repr() of every value that a program can hold.

Repy language catalogue, section N and the entries on floats, longs, strings and
containers. A program's own ``__str__`` and ``__repr__`` are honoured.
"""

from __future__ import annotations

from _collections_abc import Callable
from _thread import get_ident
from math import copysign
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)

from repy_compat.python2.names import (
    BUILTIN,
    INT_MAX,
    INT_MIN,
    NAMES,
    VIEWS,
    Xrange,
    class_name,
    classes_module,
    is_builtin_method,
    long,
    type_name,
)
from repy_compat.python2.sets import FrozenSet, Set, ordered
from repy_compat.python2.views import ItemView, KeyView, ValueView

Text = Callable[..., str]

_int_text = int.__repr__

# (thread, id) of every container whose repr is being made: a container met
# again inside itself shows as [...].
_open: set[tuple[int, int]] = set()


def py2_repr(value: object) -> str:
    """``repr(value)`` as Python 2.7 gives it.

    TypeError if a ``__repr__`` of the program returns something that is no
    string; whatever it raises passes through.
    """
    maker = _REPR.get(type(value))
    return maker(value) if maker is not None else _repr_of_other(value)


def py2_str(value: object) -> str:
    """``str(value)`` as Python 2.7 gives it; errors as for `py2_repr`."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is int:
        return repr(value)
    maker = _STR.get(kind)
    return maker(value) if maker is not None else _str_of_other(value)


# --------------------------------------------------------------------------
# Numbers


def _repr_int(value: int) -> str:
    if INT_MIN <= value <= INT_MAX:
        return repr(value)
    return repr(value) + "L"


def _repr_long(value: int) -> str:
    return _int_text(value) + "L"


def _str_float(value: float) -> str:
    return f"{value:.12}"


def _part(value: float, digits: str) -> str:
    if digits:
        return format(value, digits)
    text = float.__repr__(value)
    return text[:-2] if text.endswith(".0") else text


def _complex(value: complex, digits: str) -> str:
    imag = _part(value.imag, digits)
    if value.real == 0.0 and copysign(1.0, value.real) == 1.0:
        return imag + "j"
    sign = "" if imag[0] == "-" else "+"
    return f"({_part(value.real, digits)}{sign}{imag}j)"


def _repr_complex(value: complex) -> str:
    return _complex(value, "")


def _str_complex(value: complex) -> str:
    return _complex(value, ".12g")


# --------------------------------------------------------------------------
# Containers


def _repr_list(value: list) -> str:
    if not value:
        return "[]"
    key = (get_ident(), id(value))
    if key in _open:
        return "[...]"
    _open.add(key)
    try:
        pieces = []
        find = _REPR.get
        for item in value:
            maker = find(type(item))
            pieces.append(maker(item) if maker is not None else _repr_of_other(item))
    finally:
        _open.discard(key)
    return "[" + ", ".join(pieces) + "]"


def _repr_tuple(value: tuple) -> str:
    if not value:
        return "()"
    key = (get_ident(), id(value))
    if key in _open:
        return "(...)"
    _open.add(key)
    try:
        pieces = []
        find = _REPR.get
        for item in value:
            maker = find(type(item))
            pieces.append(maker(item) if maker is not None else _repr_of_other(item))
    finally:
        _open.discard(key)
    if len(pieces) == 1:
        return "(" + pieces[0] + ",)"
    return "(" + ", ".join(pieces) + ")"


def _repr_dict(value: dict, pairs: Callable[[dict], list] | None = None) -> str:
    if not value:
        return "{}"
    key = (get_ident(), id(value))
    if key in _open:
        return "{...}"
    _open.add(key)
    try:
        pieces = []
        find = _REPR.get
        for name, item in list(dict.items(value)) if pairs is None else pairs(value):
            maker = find(type(name))
            left = maker(name) if maker is not None else _repr_of_other(name)
            maker = find(type(item))
            right = maker(item) if maker is not None else _repr_of_other(item)
            pieces.append(left + ": " + right)
    finally:
        _open.discard(key)
    return "{" + ", ".join(pieces) + "}"


def _repr_set(value: set | frozenset) -> str:
    name = class_name(type(value))
    key = (get_ident(), id(value))
    if key in _open:
        return name + "(...)"
    _open.add(key)
    try:
        pieces = [py2_repr(item) for item in ordered(value)]
    finally:
        _open.discard(key)
    return f"{name}([{', '.join(pieces)}])"


def _repr_view(value: object) -> str:
    return f"{NAMES[type(value)]}({_repr_list(list(value))})"  # type: ignore[call-overload]


def _repr_slice(value: slice) -> str:
    parts = (value.start, value.stop, value.step)
    return f"slice({', '.join([py2_repr(part) for part in parts])})"


def _repr_xrange(value: Xrange) -> str:
    numbers = value.ǀrange
    start, step, length = numbers.start, numbers.step, len(numbers)
    stop = start + length * step
    if step != 1:
        return f"xrange({start}, {stop}, {step})"
    if start:
        return f"xrange({start}, {stop})"
    return f"xrange({stop})"


# --------------------------------------------------------------------------
# Functions, types, methods


def address(value: object) -> str:
    """The ``0x7f..`` of default texts."""
    return hex(id(value))


def default_repr(value: object) -> str:
    """``<name object at 0x..>``: an object that has no text of its own."""
    return f"<{type_name(value)} object at {address(value)}>"


def _repr_function(value: FunctionType) -> str:
    return f"<function {value.__name__} at {address(value)}>"


def _repr_builtin_function(value: BuiltinFunctionType) -> str:
    owner = value.__self__
    if owner is None or type(owner).__name__ == "module":
        return f"<built-in function {value.__name__}>"
    if isinstance(owner, type):
        return f"<built-in method {value.__name__} of type object at {address(owner)}>"
    return (
        f"<built-in method {value.__name__} of {type_name(owner)} "
        f"object at {address(owner)}>"
    )


def _repr_method(value: MethodType) -> str:
    if value.__self__ is BUILTIN:
        return f"<built-in function {value.__func__.__name__}>"
    if is_builtin_method(value):
        owner = value.__self__
        if type_name(value) == "method-wrapper":
            return _repr_method_wrapper(value)
        return (
            f"<built-in method {value.__func__.__name__} of {type_name(owner)} "
            f"object at {address(owner)}>"
        )
    function = getattr(value.__func__, "__name__", "")
    owner = type(value.__self__)
    # A view passes for an old-style instance; its class has a name of its own.
    name = f"{owner.__name__ if owner in VIEWS else class_name(owner)}.{function}"
    return f"<bound method {name} of {py2_repr(value.__self__)}>"


def _repr_method_descriptor(value: MethodDescriptorType) -> str:
    return f"<method '{value.__name__}' of '{class_name(value.__objclass__)}' objects>"


def _repr_attribute(value: GetSetDescriptorType | MemberDescriptorType) -> str:
    kind = "attribute" if type(value) is GetSetDescriptorType else "member"
    owner = class_name(value.__objclass__)
    return f"<{kind} '{value.__name__}' of '{owner}' objects>"


def _repr_wrapper_descriptor(value: WrapperDescriptorType) -> str:
    name = class_name(value.__objclass__)
    return f"<slot wrapper '{value.__name__}' of '{name}' objects>"


def _repr_method_wrapper(value: MethodWrapperType | MethodType) -> str:
    owner = value.__self__
    return (
        f"<method-wrapper '{value.__name__}' of {type_name(owner)} "
        f"object at {address(owner)}>"
    )


# --------------------------------------------------------------------------
# Instances and classes of the program, exceptions


def _repr_of_other(value: object) -> str:
    """repr() of what isn't exactly a built-in type: subclasses, instances, classes."""
    if isinstance(value, type):
        return class_text(value)
    own = _of_instance(value, "__repr__")
    if own is not None:
        return _checked(own(), "__repr__")
    function = type(value).__repr__
    if type(function) is FunctionType:  # a program's, or of a class of ours
        return _checked(function(value), "__repr__")
    return _repr_by_base(value)


def _repr_by_base(value: object) -> str:
    """repr() of an instance that inherits it from a built-in type."""
    for base in type(value).__mro__[1:]:
        if base is int:
            return _int_text(value)
        maker = _REPR.get(base)
        if maker is not None and base is not object:
            return maker(value)
    if isinstance(value, BaseException):
        return repr(_exception(value))
    return default_repr(value)


plain_exception_str: object = None
"""The ``__str__`` of exceptions that have no text of their own; ``errors`` sets it."""

exception_arguments: Callable[[object], tuple] = vars(BaseException)["args"].__get__
"""An exception's own arguments: a class of a program may call something else ``args``."""

set_exception_arguments: Callable[[object, tuple], None] = vars(BaseException)[
    "args"
].__set__


def _str_of_other(value: object) -> str:
    """str() of what isn't exactly a built-in type."""
    if type(value).__str__ is plain_exception_str:
        arguments = exception_arguments(value)
        if len(arguments) == 1:
            return py2_str(arguments[0])
        return _repr_tuple(arguments) if arguments else ""
    if isinstance(value, type):
        if classes_module().is_old_style_class(value):  # type: ignore[attr-defined]
            return "." + class_name(value)
        return class_text(value)
    own = _of_instance(value, "__str__")
    if own is not None:
        return _checked(own(), "__str__")
    function = type(value).__str__
    if type(function) is FunctionType:
        if function is classes_module().OldRoot.__str__:  # type: ignore[attr-defined]
            own = _of_instance(value, "__repr__")
            return _checked(own() if own else type(value).__repr__(value), "__str__")
        return _checked(function(value), "__str__")
    if isinstance(value, str):
        return str.__str__(value)
    for base in type(value).__mro__[1:]:
        if base in (int, long, float, complex):
            return _STR[base](value)
    if isinstance(value, BaseException):
        return str(_exception(value))
    own_repr = type(value).__repr__
    if type(own_repr) is FunctionType:
        # 2.7 names __str__: object.__str__ has called __repr__ for it.
        return _checked(own_repr(value), "__str__")
    return _repr_of_other(value)


def _of_instance(value: object, name: str) -> Callable[[], object] | None:
    """``__str__`` or ``__repr__`` assigned to an old-style instance itself."""
    if not classes_module().is_old_style_instance(value):  # type: ignore[attr-defined]
        return None
    return vars(value).get(name)


def _exception(value: BaseException) -> BaseException:
    from repy_compat.python2 import errors

    return errors.translated(value)


def _checked(text: object, method: str) -> str:
    if type(text) is str:
        return text
    if isinstance(text, str):
        return str.__str__(text)
    raise TypeError(f"{method} returned non-string (type {type_name(text)})")


def base_maker(native: type, name: str) -> Text:
    """What ``native.__repr__`` or ``native.__str__`` does, whatever the subclass."""
    if native is int:  # its own text, even if the subclass has a __repr__
        return _int_text
    table = _REPR if name == "__repr__" else _STR
    if native is str and name == "__str__":
        return str.__str__
    return table.get(native, default_repr)


def class_text(cls: type) -> str:
    """repr() of a class: ``<class '.New'>``, ``<type 'exceptions.IOError'>``, ..."""
    from repy_compat.python2 import errors

    classes = classes_module()
    if classes.is_old_style_class(cls):  # type: ignore[attr-defined]
        return classes.class_text(cls)  # type: ignore[attr-defined]
    return f"<{errors.class_text(cls)}>"


_REPR: dict[type, Text] = {
    int: _repr_int,
    long: _repr_long,
    float: float.__repr__,
    str: ascii,
    bool: repr,
    type(None): repr,
    type(Ellipsis): repr,
    type(NotImplemented): repr,
    complex: _repr_complex,
    list: _repr_list,
    tuple: _repr_tuple,
    dict: _repr_dict,
    set: _repr_set,
    frozenset: _repr_set,
    Set: _repr_set,
    FrozenSet: _repr_set,
    slice: _repr_slice,
    range: lambda value: _repr_list(list(value)),
    Xrange: _repr_xrange,
    KeyView: _repr_view,
    ValueView: _repr_view,
    ItemView: _repr_view,
    FunctionType: _repr_function,
    BuiltinFunctionType: _repr_builtin_function,
    MethodType: _repr_method,
    MethodDescriptorType: _repr_method_descriptor,
    GetSetDescriptorType: _repr_attribute,
    MemberDescriptorType: _repr_attribute,
    WrapperDescriptorType: _repr_wrapper_descriptor,
    MethodWrapperType: _repr_method_wrapper,
    object: default_repr,
}
for _kind, _name in NAMES.items():
    if _name.endswith("iterator"):
        _REPR[_kind] = default_repr
_STR: dict[type, Text] = {
    **_REPR,
    int: _int_text,
    long: _int_text,
    float: _str_float,
    complex: _str_complex,
}
del _STR[str]  # py2_str gives it back itself; a subclass is looked at more closely


def know_dict(kind: type, pairs: Callable[[dict], list]) -> None:
    """Let instances of ``kind`` show as dictionaries with these pairs."""
    _REPR[kind] = _STR[kind] = lambda value: _repr_dict(value, pairs)


HELPERS: dict[str, object] = {
    "ǀstr": py2_str,
    "ǀrepr": py2_repr,
}
