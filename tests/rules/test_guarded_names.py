"""What only Python 3 has under a name can be read nowhere: instance, class, subclass."""

from __future__ import annotations

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import tables, types
from repy_compat.python2.builtins import new_builtins
from repy_compat.python2.classes import FACADES
from repy_compat.python2.errors import EXCEPTIONS
from repy_compat.python2.names import NAMES, Xrange, long, new_xrange
from repy_compat.python2.sets import FrozenSet, Set
from repy_compat.python2.views import ItemView, KeyView, ValueView, view

EXAMPLES = {
    int: 5,
    long: long(5),
    bool: True,
    str: "a",
    float: 1.5,
    complex: 1j,
    list: [1],
    tuple: (1,),
    dict: {1: 2},
    Set: Set([1]),
    FrozenSet: FrozenSet([1]),
    slice: slice(1),
    object: object(),
    type(None): None,
    Xrange: new_xrange(range(3)),
    KeyView: view(KeyView, {}),
    ValueView: view(ValueView, {}),
    ItemView: view(ItemView, {}),
    range: range(3),
}
DERIVABLE = ("int", "str", "float", "complex", "list", "tuple", "dict", "set")
WRITABLE = {
    (kind, name)
    for kind, names in tables.HIDDEN.items()
    for name in names
    if name.isascii() and name not in ("encode", "decode")
}


def read(name: str, value: object) -> object:
    """``value.name`` as a program reads it."""
    return run(f"result = value.{name}", value)


def run(text: str, value: object = None) -> object:
    namespace: dict[str, object] = {"value": value}
    namespace["__builtins__"] = new_builtins("V1", write=lambda text: None)
    exec(compile_program(text + "\n", "p.repy", Dialect.V1).code, namespace)
    return namespace["result"]


def derived(name: str) -> tuple[object, object]:
    """A class that a program derives from the type ``name``, and an instance."""
    text = f"class C({name}): pass\nresult = (C, C())"
    made = run(text)
    assert isinstance(made, tuple)
    return made


def test_there_is_an_example_of_each_kind() -> None:
    """The tests below leave no kind out."""
    assert set(EXAMPLES) == set(tables.HIDDEN)


# Names that Python 2.7 has on another kind, and this one natively as well.
SHARED = {(range, "count"), (range, "index")}


@pytest.mark.parametrize(
    ("kind", "name"),
    sorted(WRITABLE - SHARED, key=lambda pair: (pair[0].__name__, pair[1])),
)
def test_hidden_names_are_hidden_everywhere(kind: type, name: str) -> None:
    """From an instance, from the type, from a program's subclass and its instances."""
    with pytest.raises(AttributeError):
        read(name, EXAMPLES[kind])
    with pytest.raises(AttributeError):
        run(f"result = value.{name}()", EXAMPLES[kind])
    plain = NAMES.get(kind, "int")
    if plain in FACADES:
        with pytest.raises(AttributeError):
            read(name, FACADES[plain])
    if plain in DERIVABLE and kind not in (bool, long):
        for value in derived(plain):
            with pytest.raises(AttributeError):
                read(name, value)
            with pytest.raises(AttributeError):
                run(f"result = value.{name}(1)", value)


@pytest.mark.parametrize(
    ("kind", "name"),
    sorted(
        ((kind, name) for kind in (str, list, dict) for name in tables.METHODS[kind]),
        key=lambda pair: (pair[0].__name__, pair[1]),
    ),
)
def test_methods_read_from_classes_are_ours(kind: type, name: str) -> None:
    """The type's and a subclass's method is the one that knows Python 2's rules."""
    facade = FACADES[NAMES[kind]]
    subclass, instance = derived(NAMES[kind])
    ours = read(name, facade)
    assert read(name, subclass) is ours
    assert type(ours) is types.Unbound or getattr(ours, "__self__", None) is not None
    bound = read(name, instance)
    assert bound.__func__ is tables.METHODS[kind][name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("Exception", "with_traceback"),
        ("Exception", "add_note"),
        ("AttributeError", "name"),
        ("AttributeError", "obj"),
        ("NameError", "name"),
        ("ImportError", "msg"),
        ("ImportError", "name"),
        ("ImportError", "path"),
        ("ImportError", "name_from"),
        ("StopIteration", "value"),
        ("SyntaxError", "end_lineno"),
        ("SyntaxError", "end_offset"),
    ],
)
def test_hidden_fields_of_exceptions(error: str, name: str) -> None:
    """The class, its instances, and those of a program's subclass.

    Also where this host hasn't got the name: a newer one has.
    """
    cls = EXCEPTIONS[error]
    ours = [base for base in cls.__mro__ if base in EXCEPTIONS.values()]
    assert any(name in vars(base) for base in ours)
    subclass, instance = derived(error)
    for value in (cls, cls("a"), subclass, instance):
        with pytest.raises(AttributeError):
            read(name, value)


@pytest.mark.parametrize("text", ["value.mro", "value.mro()"])
def test_mro_is_hidden(text: str) -> None:
    """It would hand out the host's classes."""
    values = [*derived("object"), *derived("Exception"), EXCEPTIONS["IOError"]]
    for value in values:
        with pytest.raises(AttributeError):
            run(f"result = {text}", value)


@pytest.mark.parametrize(
    ("kind", "name"), [(dict, "mro"), (list, "copy"), (str, "isascii")]
)
def test_format_reads_attributes_as_program_text_does(kind: type, name: str) -> None:
    """What a name may not lead to from program text, no format text shows."""
    subclass, instance = derived(NAMES[kind])
    for value in (subclass, instance):
        with pytest.raises(AttributeError):
            run(f"result = '{{0.{name}}}'.format(value)", value)
