"""SafeDict (Repy V1 specification, section 8; Repy V2 specification, section 2.5)."""

from __future__ import annotations

import pytest

from repy_compat.api.safedict import namespace_of, new_constructor, new_safedict
from repy_compat.language.dialect import Dialect
from repy_compat.python2.text import py2_repr
from tests.programs27 import run

SafeDict = new_constructor(Dialect.V2)
STRINGS_ONLY = "'SafeDict' keys must be of string type!"


def fails(kind, function, *arguments):
    """The text of the exception that the call raises."""
    with pytest.raises(kind) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize("source", [None, 3, [("a", 1)], "a", object()])
def test_anything_but_dict_and_safedict_makes_an_empty_one(source):
    """It promises no error."""
    assert SafeDict(source) == {}
    assert SafeDict() == {}


def test_a_dict_is_copied_without_the_keys_of_the_interpreter():
    """It promises a shallow copy."""
    inner = []
    made = SafeDict({"a": inner, "__builtins__": 1, "__doc__": 2})
    assert {"a": inner} == made
    assert made["a"] is inner
    again = SafeDict(made)
    again["b"] = 1
    assert "b" not in made


@pytest.mark.parametrize(
    "key", ["x__y", "__class__", "f_x", "func_a", "tb_", "im_x", "co_", "encode"]
)
def test_unsafe_keys_are_refused_everywhere(key):
    """It promises the same ValueError from every way in."""
    made = SafeDict({"a": 1})
    text = f"Unsafe key: '{key}'"
    for use in [
        lambda: made[key],
        lambda: made.__setitem__(key, 1),
        lambda: made.__delitem__(key),
        lambda: key in made,
        lambda: made.has_key(key),
        lambda: made.get(key),
        lambda: made.pop(key, None),
        lambda: made.setdefault(key, 1),
        lambda: made.update({key: 1}),
        lambda: made.update([(key, 1)]),
        lambda: SafeDict({key: 1}),
    ]:
        assert text == fails(ValueError, use)


@pytest.mark.parametrize(
    "key", [1, None, ("a",), 2.0, b"a", type("S", (str,), {})("s")]
)
def test_keys_must_be_strings(key):
    """It promises a TypeError, also for a class derived from str."""
    made = SafeDict()
    for use in [
        lambda: made[key],
        lambda: made.__setitem__(key, 1),
        lambda: key in made,
        lambda: made.get(key),
        lambda: SafeDict({key: 1}),
    ]:
        assert fails(TypeError, use) == STRINGS_ONLY


def test_special_names_follow_the_dialect():
    """It promises ``__iter__`` in V2 only, and odd but safe strings everywhere."""
    made = SafeDict({"__init__": 1, "__iter__": 2, "has space": 3, "": 4, "gi_x": 5})
    assert len(made) == 5
    v1 = new_constructor(Dialect.V1)
    assert fails(ValueError, v1, {"__iter__": 1}) == "Unsafe key: '__iter__'"


def test_it_behaves_as_a_dictionary():
    """It promises the methods of the documentation."""
    made = SafeDict({"a": 1})
    made["b"] = 2
    assert ["a", "b"] == made.keys() == list(made) == list(made.iterkeys())
    assert [1, 2] == made.values() == list(made.itervalues())
    assert [("a", 1), ("b", 2)] == made.items() == list(made.iteritems())
    assert (len(made), made.has_key("a"), "z" in made) == (2, True, False)
    assert (made.get("z"), made.get("z", 9), made.get("a")) == (None, 9, 1)
    assert (made.setdefault("c", 3), made.setdefault("c", 4)) == (3, 3)
    assert (made.pop("c"), made.pop("z", "d")) == (3, "d")
    assert fails(KeyError, made.pop, "z") == fails(KeyError, lambda: made["z"])
    made.update({"x": 1}, y=2)
    made.update(SafeDict({"z": 3}))
    made.update()
    assert len(made) == 5
    del made["x"]
    assert "x" not in made
    made.clear()
    assert not made
    assert fails(KeyError, made.popitem) == "'container is empty'"


def test_update_stops_at_the_first_bad_key():
    """It promises that earlier ones stay."""
    made = SafeDict()
    fails(ValueError, made.update, [("a", 1), ("x__", 2), ("b", 3)])
    assert made.keys() == ["a"]


def test_it_may_change_while_it_is_iterated():
    """It promises a snapshot."""
    made = SafeDict({"a": 1, "b": 2})
    for key in made:
        made[key + "x"] = 0
        del made[key]
    for _key, _value in made.iteritems():
        made.clear()
    assert made == {}


def test_a_copy_holds_itself_where_the_original_did():
    """It promises a shallow copy otherwise."""
    made = SafeDict({"list": []})
    made["_context"] = made
    copy = made.copy()
    assert copy["_context"] is copy
    assert copy["list"] is made["list"]


def test_its_text_ends():
    """It promises dots for itself, direct or not."""
    made = SafeDict({"a": 1})
    made["me"] = made
    assert "{'a': 1, 'me': {...}}" == repr(made) == str(made)
    made["me"] = [made]
    assert repr(made) == "{'a': 1, 'me': [{...}]}"


def test_it_equals_dictionaries_of_the_same_content():
    """It promises so in both directions, and nothing else."""
    made = SafeDict({"a": 1})
    assert made == {"a": 1} and made == {"a": 1} and made == SafeDict({"a": 1})
    assert made != {"a": 2} and made != {} and made != 3 and made is not None


def test_attributes_are_read_only():
    """It promises TypeError, and AttributeError for what isn't there."""
    made = SafeDict()
    text = "'SafeDict' attributes are read-only!"
    assert text == fails(TypeError, setattr, made, "x", 1)
    assert text == fails(TypeError, setattr, made, "keys", 1)
    assert text == fails(TypeError, delattr, made, "copy")
    for name in ("fromkeys", "viewkeys", "_data"):
        assert fails(AttributeError, getattr, made, name).endswith(f"'{name}'")
    assert fails(TypeError, hash, made) == "unhashable instance"


def test_no_name_that_a_program_can_write_leads_inside():
    """It promises the documented methods and nothing else."""
    visible = {name for name in dir(SafeDict()) if "__" not in name and name.isascii()}
    assert visible == {
        "keys",
        "values",
        "items",
        "has_key",
        "get",
        "pop",
        "popitem",
        "setdefault",
        "update",
        "clear",
        "copy",
        "iterkeys",
        "itervalues",
        "iteritems",
    }


def test_it_is_a_view_on_the_dictionary_that_code_runs_in():
    """It promises changes in both directions, and hides what isn't the program's."""
    namespace = {"__builtins__": {}, "\u01c0helper": 1, "x": 1}
    view = new_safedict(namespace, Dialect.V1)
    namespace["y"] = 2
    view["z"] = 3
    assert view.keys() == ["x", "y", "z"]
    assert len(view) == 3
    assert namespace["z"] == 3
    view.clear()
    assert {"__builtins__", "\u01c0helper"} == set(namespace)
    assert namespace_of(view) is namespace


def test_its_methods_name_its_class():
    """It promises the class's own name, though instances pass for old-style ones."""
    shown = py2_repr(SafeDict({"a": 1}).keys)
    assert shown == "<bound method SafeDict.keys of {'a': 1}>"


def test_an_operation_it_has_not_fails_as_of_an_old_style_instance():
    """It promises that a program can't tell it from one."""
    source = """
s = SafeDict({'a': 1})
def attempt(f):
  try: f()
  except (TypeError, AttributeError), e: print e
def plus(): return s + 1
def minus(): return -s
def number(): return int(s), 1
def digits(): return hex(s)
def text(): return 'x' + s
def count(): return range(s)
for f in plus, minus, number, digits, text, count: attempt(f)
"""
    assert run(source, SafeDict=SafeDict).splitlines() == [
        "unsupported operand type(s) for +: 'instance' and 'int'",
        "SafeDict instance has no attribute '__neg__'",
        "SafeDict instance has no attribute '__trunc__'",
        "SafeDict instance has no attribute '__hex__'",
        "cannot concatenate 'str' and 'instance' objects",
        "SafeDict instance has no attribute '__trunc__'",
    ]
