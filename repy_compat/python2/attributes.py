"""Guarded attributes: what both languages have under one name but differently.

The lowering reads some attribute names through helpers of this module: methods
that Python 3 changed or lost (tables ``METHODS`` of the container modules), and
names that only Python 3 knows (tables ``HIDDEN``). For any other receiver the
helper does what the host does.
"""

from __future__ import annotations

from _collections_abc import Callable, Iterable
from types import (
    FunctionType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)

from repy_compat.python2 import classes, text, types
from repy_compat.python2.classes import PRIVATE
from repy_compat.python2.counts import SLOT, takes
from repy_compat.python2.names import (
    NAMES,
    register_builtin_method,
    register_special_method,
    type_name,
)

MOST_ARGUMENTS = 3

Function = Callable[..., object]

READERS: dict[str, Function] = {}
"""What reads each guarded name from a value."""


def _no_attribute(value: object, name: str) -> AttributeError:
    return AttributeError(f"'{type_name(value)}' object has no attribute '{name}'")


class Guard:
    """One guarded name: for each built-in type its function, or None if hidden."""

    __slots__ = ("name", "table", "cache")

    def __init__(self, name: str) -> None:
        self.name = name
        self.table: dict[type, Function | None] = {}
        self.cache: dict[type, Function] = {}

    def function(self, kind: type) -> Function:
        """What a call of the method on an instance of ``kind`` calls."""
        name = self.name
        for ancestor in kind.__mro__:
            if ancestor in self.table:
                found = self.table[ancestor]
                if found is None:
                    return self._refusal()
                return found
            if name in ancestor.__dict__:
                break
        return self._of_class() if issubclass(kind, type) else self._native()

    def read_from_class(self, cls: type) -> object:
        """``cls.name``: a method that a program's class inherits from ``str`` is ours.

        The host's own would do what ours is there to prevent.
        """
        for ancestor in cls.__mro__:
            if ancestor in self.table:
                if self.table[ancestor] is None:
                    plain = classes.plain_name(cls)
                    raise AttributeError(
                        f"type object '{plain}' has no attribute '{self.name}'"
                    )
                return getattr(classes.FACADES[NAMES.get(ancestor, "int")], self.name)
            if self.name in ancestor.__dict__:
                break
        return getattr(cls, self.name)

    def _of_class(self) -> Function:
        def of_class(cls: type, *arguments: object, **keywords: object) -> object:
            return self.read_from_class(cls)(*arguments, **keywords)  # type: ignore[operator]

        return of_class

    def _refusal(self) -> Function:
        name = self.name

        def refuse(value: object, *arguments: object, **keywords: object) -> object:
            raise _no_attribute(value, name)

        return refuse

    def _native(self) -> Function:
        name = self.name

        def native(value: object, *arguments: object, **keywords: object) -> object:
            return getattr(value, name)(*arguments, **keywords)

        return native


def _helpers_of(guard: Guard) -> dict[str, object]:
    """The helpers of one name: calls with 0 to 3 arguments, and the plain read.

    An instance of a program's class is never looked up in the tables when its
    class or itself has the name: the host's own read finds that first.
    """
    name = guard.name
    cached = guard.cache
    find = guard.function
    instance_kind = classes.ClosedType

    def function_for(value: object) -> Function:
        kind = type(value)
        found = find(kind)
        if not isinstance(kind, instance_kind):
            cached[kind] = found
            return found
        fields = getattr(value, "__dict__", None)
        if fields and name in fields:
            own = fields[name]
            return lambda value, *arguments: own(*arguments)
        return found

    def call0(value: object) -> object:
        function = cached.get(type(value))
        if function is None:
            function = function_for(value)
        return function(value)

    def call1(value: object, first: object) -> object:
        function = cached.get(type(value))
        if function is None:
            function = function_for(value)
        return function(value, first)

    def call2(value: object, first: object, second: object) -> object:
        function = cached.get(type(value))
        if function is None:
            function = function_for(value)
        return function(value, first, second)

    def call3(value: object, first: object, second: object, third: object) -> object:
        function = cached.get(type(value))
        if function is None:
            function = function_for(value)
        return function(value, first, second, third)

    def read(value: object) -> object:
        kind = type(value)
        if isinstance(kind, instance_kind):
            fields = getattr(value, "__dict__", None)
            if fields and name in fields:
                return fields[name]
        for ancestor in kind.__mro__:
            if ancestor in guard.table:
                found = guard.table[ancestor]
                if found is None:
                    raise _no_attribute(value, name)
                return MethodType(found, value)
            if name in ancestor.__dict__:
                break
        if isinstance(value, type):
            return guard.read_from_class(value)
        return getattr(value, name)

    return {
        f"{PRIVATE}call0_{name}": call0,
        f"{PRIVATE}call1_{name}": call1,
        f"{PRIVATE}call2_{name}": call2,
        f"{PRIVATE}call3_{name}": call3,
        f"{PRIVATE}load_{name}": read,
    }


# The special methods that a program may name


def load_dunder(value: object, name: str) -> object:
    """``value.__init__`` and the like, as Python 2 gives them.

    AttributeError where Python 2's old-style classes and instances have none.
    """
    if type(value) is types.Facade:
        return types.special_method(value, name)
    if isinstance(value, classes.ProgramClass):
        found = _own_dunder(value, name)
        if type(found) is staticmethod:  # a function of ours, see _bindable
            return found.__func__
        if found is _NONE:
            if classes.is_old_style_class(value):
                raise AttributeError(
                    f"class {classes.plain_name(value)} has no attribute '{name}'"
                )
            found = getattr(value, name)
            if type(found) is WrapperDescriptorType and name in _TEXT_METHODS:
                return _of_builtin_type(found.__objclass__, name)
        if type(found) is FunctionType:
            return classes.unbound(found, value)
        return found
    if classes.is_old_style_instance(value):
        fields = value.__dict__
        if name in fields:
            return fields[name]
        found = _own_dunder(type(value), name)
        if found is _NONE:
            plain = classes.plain_name(type(value))
            raise AttributeError(f"{plain} instance has no attribute '{name}'")
        if type(found) is FunctionType:
            return MethodType(found, value)
    if name == "__iter__" and isinstance(value, str):
        raise _no_attribute(value, name)
    found = getattr(value, name)
    if isinstance(value, type):
        if type(found) is FunctionType:
            return classes.unbound(found, value)  # one of ours stays out of sight
        if type(found) is WrapperDescriptorType and name in _TEXT_METHODS:
            return _of_builtin_type(found.__objclass__, name)
    if type(found) is MethodWrapperType and name in _TEXT_METHODS and value is not None:
        return MethodType(_TEXT_METHODS[name], value)
    return found


def _of_builtin_type(native: type, name: str) -> object:
    """The text method that a program's class inherits from a built-in type.

    The host's own would show the host's texts of whatever it is given.
    """
    return types.special_method(classes.FACADES[NAMES.get(native, "int")], name)


@takes(SLOT, 0, 0, name="__repr__")
def _own_repr(value: object, /) -> str:
    return _own_text(value, "__repr__")


@takes(SLOT, 0, 0, name="__str__")
def _own_str(value: object, /) -> str:
    return _own_text(value, "__str__")


def _own_text(value: object, name: str) -> str:
    """What the built-in type says of a value, whatever a subclass of it says."""
    if type(value) in NAMES or type(value) is int:
        return text.py2_repr(value) if name == "__repr__" else text.py2_str(value)
    for ancestor in type(value).__mro__:
        if ancestor is int or (ancestor in NAMES and ancestor is not object):
            return text.base_maker(ancestor, name)(value)
    return text.default_repr(value)


for _own in (vars(classes.NewRoot)["__repr__"], vars(classes.NewRoot)["__str__"]):
    register_special_method(takes(SLOT, 0, 0)(_own))
_TEXT_METHODS: dict[str, Function] = {"__repr__": _own_repr, "__str__": _own_str}
for _method in _TEXT_METHODS.values():
    register_special_method(_method)

_NONE = object()


def _own_dunder(cls: type, name: str) -> object:
    """What a program's class or one of its bases defines under ``name``."""
    for ancestor in cls.__mro__:
        if ancestor in classes._HIDDEN_BASES:
            continue
        if ancestor is object:
            break
        found = ancestor.__dict__.get(name, _NONE)
        if found is not _NONE:
            return classes.original(found)
    return _NONE


def build_helpers(
    methods: Iterable[tuple[type, dict[str, Function]]],
    hidden: Iterable[tuple[type, Iterable[str]]],
    names: Iterable[str],
) -> dict[str, object]:
    """The helpers for the guarded ``names``, from the tables of the other modules."""
    guards = {name: Guard(name) for name in names}
    for kind, table in methods:
        for name, function in table.items():
            register_builtin_method(function)
            if name in guards:
                guards[name].table[kind] = function
    for kind, missing in hidden:
        for name in missing:
            if name in guards:
                guards[name].table.setdefault(kind, None)
    for metaclass in (type, *classes.METACLASSES):
        guards["mro"].table[metaclass] = None  # it would hand out the host's classes
    helpers: dict[str, object] = {PRIVATE + "load_dunder": load_dunder}
    for guard in guards.values():
        made = _helpers_of(guard)
        helpers.update(made)
        READERS[guard.name] = made[f"{PRIVATE}load_{guard.name}"]  # type: ignore[assignment]
    return helpers
