"""Statements mean on Python 3 what they meant on Python 2 (language catalogue, C)."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from tests.evaluating import Space
from tests.programs27 import run


def test_print_writes_items_as_they_are_evaluated() -> None:
    """What stands before a failing item of print is written."""
    source = "def f():\n  print 'inner',\n  return 1/0\ntry: print 'a', f(), 'b'\n"
    assert run(source + "except ZeroDivisionError: print 'c'\n") == "a inner c\n"


@pytest.mark.parametrize("name", ["async", "await", "nonlocal", "True", "match"])
def test_words_of_python3_are_called(name: str) -> None:
    """A function of that name is called as a statement and within one."""
    source = f"def {name}(a=0):\n  print a,\n{name}()\nif 1: {name}(1); x = {name}(2)\n"
    assert run(source + f"({name})(3)\n") == "0 1 2 3"


def test_a_truth_value_is_not_callable() -> None:
    """``True()`` fails when it runs, as anything that can't be called."""
    source = "for f in 0, 1:\n  try:\n    if f: True()\n    else: x = False(1)\n"
    source += "  except TypeError, e: print e\n"
    assert run(source) == "'bool' object is not callable\n" * 2


def test_comprehension_variables_leak() -> None:
    """Variables of list comprehensions stay bound in every kind of scope."""
    source = """
def f():
  r = [z for z in 'abc' if z != 'c']
  return r, z
class C:
  base = 10
  values = [base + i for i in range(3)]
print f(), C.values, C.i
print [[i for i in range(j)] for j in range(3)], i, j
d = {}
print [d['v'] for d['v'] in 'xy'], d
print [p + q for p, q in [(1, 2), (3, 4)]], p, q
print [w for w in [v for v in 'ab']], v, w
print [(a, b) for a in range(3) for b in [c for c in range(a)]], a, b, c
"""
    assert run(source) == (
        "(['a', 'b'], 'c') [10, 11, 12] 2\n"
        "[[], [0], [0, 1]] 1 2\n"
        "['x', 'y'] {'v': 'y'}\n"
        "[3, 7] 3 4\n"
        "['a', 'b'] b b\n"
        "[(1, 0), (2, 0), (2, 1)] 2 1 1\n"
    )


def test_comprehension_leaks_to_an_inner_function() -> None:
    """A function inside sees the variable that a comprehension left behind."""
    source = """
def outer():
  squares = [n * n for n in range(4)]
  def inner(): return n
  return squares, inner()
print outer()
"""
    assert run(source) == "([0, 1, 4, 9], 3)\n"


def test_dict_display_evaluates_values_first() -> None:
    """Each pair of a dict display evaluates its value before its key."""
    source = """
def say(x):
  print x,
  return x
print {say('k1'): say('v1'), say('k2'): say('v2')} == {'k1': 'v1', 'k2': 'v2'}
"""
    assert run(source) == "v1 k1 v2 k2 True\n"


def test_keywords_go_before_the_star() -> None:
    """Keyword values are evaluated before what stands behind a star."""
    source = """
def say(x, value):
  print x,
  return value
def f(*a, **k): return a, k.items()
print f(say('p', 1), k=say('k', 2), *say('star', [3]), **say('dd', {}))
"""
    assert run(source) == "p k star dd ((1, 3), [('k', 2)])\n"


@pytest.mark.parametrize("operator", ["/=", "//=", "%=", "**="])
def test_augmented_targets_are_evaluated_once(operator: str) -> None:
    """The parts of an augmented target are evaluated once."""
    source = f"""
log = []
def pick(x):
  log.append(x)
  return x
items = [7, 8]
items[pick(1)] {operator} 2
class O: pass
o = O()
o.n = 9
pick(o).n {operator} 2
print len(log), items[0]
"""
    assert run(source) == "2 7\n"


def test_true_and_false_are_names() -> None:
    """True and False can be bound, deleted, used as attributes and keywords."""
    source = """
True = 0
print True, 1 == 1
del True
print True
class C: pass
c = C()
c.False = 6
def f(True=3, False=4): return True, False
print c.False, f(False=1)
"""
    assert run(source) == "0 True\nTrue\n6 (3, 1)\n"


def test_keywords_of_python_3_are_names() -> None:
    """async, await, nonlocal, match and case name anything."""
    source = """
async = 1; nonlocal = 3
class case:
  await = 7
  def match(self, async, await=0): return async + await
print async + nonlocal, case.await, case().match(1, await=2)
"""
    assert run(source) == "4 7 3\n"


def test_tuple_parameters() -> None:
    """Parameters written as tuples are unpacked on entry, and may be captured."""
    source = """
def f((a, b), c, (d, (e, g))=(4, (5, 6)), *rest):
  def inner(): return a + g
  return a, b, c, d, e, g, rest, inner()
print f((1, 2), 3)
try: f(1, 2)
except TypeError, e: print e
try: f()
except TypeError, e: print e
"""
    assert run(source) == (
        "(1, 2, 3, 4, 5, 6, (), 7)\n"
        "'int' object is not iterable\n"
        "f() takes at least 2 arguments (0 given)\n"
    )


def test_assert_looks_its_class_up_when_it_fires() -> None:
    """A program that rebinds AssertionError changes what assert raises."""
    source = """
try: assert [], (1, 2)
except AssertionError, e: print repr(e)
AssertionError = KeyError
try: assert 0, 'x'
except KeyError, e: print repr(e)
"""
    assert run(source) == "AssertionError((1, 2),)\nKeyError('x',)\n"


def test_long_literals_keep_their_type_until_calculated_with() -> None:
    """``5L`` shows as a long; as an operand it is its value."""
    source = "x = 5L\nprint repr(x), type(x), repr(-5L), 5L == 5, 7L / 2, [1L]\n"
    assert run(source) == "5L <type 'long'> -5L True 3 [1L]\n"


def test_a_negative_imaginary_literal_has_no_negative_zero() -> None:
    """The sign before a literal belongs to it."""
    assert run("print -2j, (-2j).real\n") == "-2j 0.0\n"


def test_deep_chains_are_lowered_without_recursion() -> None:
    """Long operator chains and elif chains don't exhaust the stack.

    The reference took chains of 900; the compiler of Python 3.12 ends at 1,300.
    """
    chain = "x = " + " + ".join(["1"] * 1200) + "\n"
    branches = "if x == 0: print 0\n" + "".join(
        f"elif x == {number}: print {number}\n" for number in range(700, 1201)
    )
    assert run(chain + branches) == "1200\n"


@pytest.mark.parametrize("name", ["gi_frame", "with_traceback", "obj", "add_note"])
def test_attributes_of_python_3_do_not_exist(name: str) -> None:
    """What only the host's exceptions have can't be read."""
    source = f"""
try: (5).nosuch
except AttributeError, e:
  try: print e.{name}
  except AttributeError, e2: print 'hidden'
"""
    assert run(source, Dialect.V1) == "hidden\n"


def test_del_none() -> None:
    """``del None`` compiles, and finds no variable of that name."""
    source = """
try: del None
except NameError, e: print e
def f(): del None
try: f()
except UnboundLocalError, e: print e
"""
    assert run(source) == (
        "name 'None' is not defined\n"
        "local variable 'None' referenced before assignment\n"
    )


def test_del_that_never_compiled() -> None:
    """``del`` of a shared variable is allowed in a branch that is never taken."""
    source = """
def f():
  x = 1
  def g(): return x
  if 0: del x
  if 1: pass
  else: del x
  while 0.0: del x
  return g()
print f()
"""
    assert run(source) == "1\n"


def test_nested_comprehensions_share_their_variables() -> None:
    """What an inner comprehension leaves in a variable shows in the outer one."""
    source = """
def f(l, s):
  print [q for q in s if [q for q in l]], [(q, [q for q in l], q) for q in s]
  print [q for z in s for q in [q for q in l]]
f([1, 2], 'ab')
class A:
  x = [q for q in 'ab' if [q for q in (1, 2)]]
print A.x, [[x for x in range(i)] for i in range(3)]
"""
    assert run(source) == (
        "[2, 2] [('a', [1, 2], 2), ('b', [1, 2], 2)]\n"
        "[1, 2, 1, 2]\n"
        "[2, 2] [[], [0], [0, 1]]\n"
    )


def test_unbound_variables_in_comprehensions_are_local() -> None:
    """A comprehension belongs to its function, whatever the host makes of it."""
    source = """
def f():
  try: print [x for x in (1, 2) if later]
  except NameError, e: print type(e), e
  later = 1
f()
def g():
  def h(): return [later for x in (1, 2)]
  try: h()
  except NameError, e: print type(e), e
  later = 1
g()
"""
    assert run(source) == (
        "<type 'exceptions.UnboundLocalError'> "
        "local variable 'later' referenced before assignment\n"
        "<type 'exceptions.NameError'> free variable 'later' "
        "referenced before assignment in enclosing scope\n"
    )


def test_builtins_that_are_hidden_through_the_context() -> None:
    """A unit that has its own namespace in hand may bind any name it spells out."""
    space = Space()
    space.names["_context"] = space.names
    space.run(
        "def mine(*a): return 'mine'\n"
        "def f(): return len('abc'), str(5), isinstance(1, int), max(1, 2)\n"
        "before = f()\n"
        "_context['len'] = mine\n"
        "for name in 'str', 'isinstance': _context[name] = mine\n"
        "after = f()\n"
    )
    assert space.names["before"] == (3, "5", True, 2)
    assert space.names["after"] == ("mine", "mine", "mine", 2)
