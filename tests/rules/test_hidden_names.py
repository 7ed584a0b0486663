"""Sets, views and stars in the hands of a program that means harm."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from tests.api_run import run_program


def _output(text: str, dialect: Dialect = Dialect.V1) -> str:
    run = run_program(text, dialect)
    assert run.errors == ""
    if dialect is Dialect.V1:  # it runs twice, to initialize and to exit
        return run.output[: len(run.output) // 2]
    return run.output


def test_sets_of_the_same_sets_are_listed_at_once() -> None:
    """Each of 60 levels holds both sets of the one below: a walk would never end."""
    text = """
a = frozenset([1])
b = frozenset([2])
for i in range(60):
  a, b = frozenset([a, b, 0]), frozenset([a, b, 1])
print len(list(set([a, b, 'x'])))
"""
    assert _output(text) == "3\n"


def test_listing_a_set_calls_no_method_of_a_number() -> None:
    """What orders complex numbers is their value, not what they say of themselves."""
    text = """
class C(complex):
  def __repr__(self):
    print 'called'
    return 5
print len(list(set([C(1), C(2), 'a'])))
"""
    assert _output(text) == "3\n"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("{1: 2}.viewkeys()", "dict_keys"),
        ("{1: 2}.viewitems()", "dict_items"),
        ("{1: 2}.viewvalues()", "dict_values"),
        ("set([1])", "set"),
        ("frozenset([1])", "frozenset"),
        ("xrange(3)", "xrange"),
    ],
)
def test_iter_of_ours_passes_for_a_built_in_one(value: str, kind: str) -> None:
    """Neither its text nor its complaints tell of the class that it is defined in."""
    text = f"""
value = {value}
log(str(value.__iter__).split(' object at ')[0], type(value.__iter__), '\\n')
try:
  value.__iter__(5)
except TypeError, e:
  log(str(e), '\\n')
try:
  value.__iter__(a=5)
except TypeError, e:
  log(str(e), '\\n')
"""
    assert [line.strip() for line in _output(text, Dialect.V2).splitlines()] == [
        f"<method-wrapper '__iter__' of {kind} <type 'method-wrapper'>",
        "expected 0 arguments, got 1",
        "wrapper __iter__ doesn't take keyword arguments",
    ]


@pytest.mark.parametrize("name", ["__repr__", "__str__"])
def test_text_methods_have_their_own_names(name: str) -> None:
    """They were shown under the names of the functions that stand for them."""
    text = f"print str('a'.{name}).partition(' at ')[0]\n"
    assert _output(text) == f"<method-wrapper '{name}' of str object\n"


STARS = {
    "zip(1, **[])": "zip() argument after ** must be a mapping, not list",
    "zip(1, *5)": "zip() argument after * must be an iterable, not int",
    "list(1, *5)": "type object argument after * must be an iterable, not int",
    "list(**5)": "type object argument after ** must be a mapping, not int",
    "Old(*5)": "Old constructor argument after * must be an iterable, not int",
    "old(1, *5)": "Old instance argument after * must be an iterable, not int",
    "new(1, *5)": "New object argument after * must be an iterable, not int",
    "old.m(1, *None)": "m() argument after * must be an iterable, not NoneType",
    "f(1, *Old.m)": "f() argument after * must be an iterable, not instancemethod",
    "f(*[Old.m][0])": "f() argument after * must be an iterable, not instancemethod",
    "f(**old)": "f() argument after ** must be a mapping, not instance",
    "f(1, *zip)": "f() argument after * must be an iterable, "
    "not builtin_function_or_method",
    "f(**{1: 2})": "f() keywords must be strings",
    "list(**{1: 2})": "keywords must be strings",
}


@pytest.mark.parametrize("call", STARS)
def test_complaints_about_stars_are_those_of_python_2(call: str) -> None:
    """They name what is called as 2.7 did, and never a helper of ours."""
    text = f"""
class Old:
  def m(self, *a):
    return a
class New(object):
  pass
def f(*a, **k):
  return a
old, new = Old(), New()
try:
  {call}
except TypeError, e:
  print e
"""
    assert _output(text) == STARS[call] + "\n"


@pytest.mark.parametrize("value", ["Exception(1)", "KeyError(1)", "Mine()", "New()"])
def test_texts_of_instances_pass_for_built_in_methods(value: str) -> None:
    """What tells the text of an exception or of an object is shown as 2.7's slots."""
    text = f"""
class Mine(IOError):
  pass
class New(object):
  pass
value = {value}
print str(value.__str__).partition(' of ')[0], type(value.__str__)
try:
  value.__repr__(5)
except TypeError, e:
  print e
"""
    assert _output(text).splitlines() == [
        "<method-wrapper '__str__' <type 'method-wrapper'>",
        "expected 0 arguments, got 1",
    ]
