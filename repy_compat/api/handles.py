"""What a program holds of a file, socket, lock, timer, listener or namespace.

A handle shows its methods as instance attributes, which are closures over the
real thing; the program may overwrite them for itself, and the host never reads
them back. What the host needs to know about a handle lies in slots whose names
begin with U+01C0: no program text and no string of a program can hold that
letter, so these slots can't be named, listed or formatted (threat classes T1
and T6). The classes can't be called, derived from or changed by a program, so
a handle that has one of them was made here.

Rules: Repy V1 specification, section 15.4; Repy V2 specification, section 6.2.
"""

from __future__ import annotations

from repy_compat.api.exceptions import Py2AttributeError, Py2TypeError
from repy_compat.python2.classes import ClosedType, register_host_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

_TYPE_TEXT = "<class 'namespace.NamespaceObjectWrapper'>"
_METHODS = "\u01c0methods"
_new = object.__new__
_set = object.__setattr__


class _HandleClass(ClosedType):
    """Metaclass: a program can neither call nor change a class of handles."""

    def __call__(cls, *_arguments: object, **_keywords: object) -> object:
        raise Py2TypeError("cannot create 'NamespaceObjectWrapper' instances")


def _refuse_next(type_text: str) -> Callable[..., NoReturn]:
    def next(*_arguments: object, **_keywords: object) -> NoReturn:
        raise Py2TypeError(f"You tried to iterate a non-iterator of type {type_text}")

    return next


class Nature:
    """What the host knows about a handle, or about all handles of one kind.

    ``kind`` is ``file``, ``lock`` and so on; ``text`` stands behind it in the
    handle's repr, where ``{:x}`` becomes the handle's address. ``inner`` is the
    host's object for the functions that take handles, ``owner`` the Runtime
    that made it. ``next_item`` gives the next item where the handle can be
    iterated over; ``iterated`` is the type named in the refusal where it can't.
    """

    __slots__ = ("inner", "iterated", "kind", "next_item", "owner", "text")

    def __init__(
        self,
        kind: str,
        text: str,
        *,
        inner: object = None,
        owner: object = None,
        next_item: Callable[[], object] | None = None,
        iterated: str = "<type 'instance'>",
    ) -> None:
        self.kind = kind
        self.text = text
        self.inner = inner
        self.owner = owner
        self.next_item = next_item
        self.iterated = iterated


class Handle(metaclass=_HandleClass):
    """A handle of a V2 program: hashable, equal only to itself."""

    __slots__ = ("__dict__", "__weakref__", "ǀnature")

    ǀnature: Nature

    def __repr__(self) -> str:
        nature = self.ǀnature
        text = nature.text.replace("{:x}", f"{id(self):x}")
        return f"<Namespace wrapped {nature.kind}: {text}>"

    # What a program assigns hides a method; deleting it shows the method again.

    def __setattr__(self, name: str, value: object) -> None:
        fields = self.__dict__
        if _METHODS not in fields:
            fields[_METHODS] = dict(fields)
        fields[name] = value

    def __delattr__(self, name: str) -> None:
        fields = self.__dict__
        methods = fields.get(_METHODS, fields)
        if name not in fields or fields[name] is methods.get(name):
            raise Py2AttributeError(name)
        del fields[name]

    def __getattr__(self, name: str) -> object:
        methods = self.__dict__.get(_METHODS)
        if methods is not None and name in methods:
            return methods[name]
        if name == "next":
            return _refuse_next(self.ǀnature.iterated)
        raise Py2AttributeError(name)

    def __iter__(self) -> Iterator[object]:
        nature = self.ǀnature
        if nature.next_item is None:
            return _refuse_next(nature.iterated)()
        # The sentinel is an object that no program has: only StopIteration ends it.
        return iter(nature.next_item, object())


class HandleV1(Handle):
    """A handle of a V1 program: as V2's, but unhashable."""

    __slots__ = ()

    def __hash__(self) -> int:
        # Whatever the kind, the reference names sockets here.
        raise Py2AttributeError("emulated_socket instance has no attribute '__hash__'")


def _refuse_subclass(_cls: type, **_keywords: object) -> NoReturn:
    raise Py2TypeError("type 'NamespaceObjectWrapper' is not an acceptable base type")


# From here on nobody derives from the two, and no class of handles changes.
type.__setattr__(Handle, "__init_subclass__", classmethod(_refuse_subclass))

for _cls in (Handle, HandleV1):
    type.__setattr__(_cls, "__name__", "NamespaceObjectWrapper")
    register_host_type(_cls, _TYPE_TEXT)


def new_handle(
    cls: type[Handle], nature: Nature, methods: dict[str, Callable[..., object]]
) -> Handle:
    """A new handle of class ``cls`` (Handle or HandleV1).

    ``methods`` are its documented methods, a fresh dictionary that becomes the
    handle's own: what a program assigns to the handle's attributes lands there
    and is read by nobody else.
    """
    handle: Handle = _new(cls)
    _set(handle, "ǀnature", nature)
    _set(handle, "__dict__", methods)
    return handle


def make_handle(
    cls: type[Handle],
    kind: str,
    text: str,
    methods: dict[str, Callable[..., object]],
    *,
    inner: object = None,
    owner: object = None,
    next_item: Callable[[], object] | None = None,
    iterated: str = "<type 'instance'>",
) -> Handle:
    """A new handle with a nature of its own, described at ``Nature``."""
    # A call of Nature with its keywords would cost as much as all the rest.
    nature: Nature = _new(Nature)
    nature.kind = kind
    nature.text = text
    nature.inner = inner
    nature.owner = owner
    nature.next_item = next_item
    nature.iterated = iterated
    return new_handle(cls, nature, methods)


def inner_of(value: object, kind: str, owner: object) -> object | None:
    """The host's object behind a handle, or None if ``value`` isn't such a handle.

    Only an object whose exact class is one of ours, of the right kind and made
    for the same run passes; attributes that the program set play no part.
    """
    if type(value) is not Handle and type(value) is not HandleV1:
        return None
    nature = value.ǀnature
    if nature.kind != kind or nature.owner is not owner:
        return None
    return nature.inner
