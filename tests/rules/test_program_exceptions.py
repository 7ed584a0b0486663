"""Raising and handling (language catalogue, section F)."""

from __future__ import annotations

import sys

import pytest

from repy_compat.errors import RunEnded
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import errors
from tests.programs27 import run


def test_the_run_ends_through_every_clause() -> None:
    """No except clause of a program catches the end of the run."""
    source = """
def f():
  try:
    try: stop()
    except BaseException: print 'base'
    except: print 'bare'
    finally: print 'finally'
  except Exception, e: print e
f()
"""

    def stop() -> None:
        raise RunEnded

    with pytest.raises(RunEnded):
        run(source, stop=stop)


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("raise ValueError, ('a', 2)", "ValueError('a', 2)"),
        ("raise ValueError, None", "ValueError()"),
        ("raise LookupError, KeyError('sub')", "KeyError('sub',)"),
        ("raise ValueError, KeyError('in')", "ValueError(KeyError('in',),)"),
        ("raise (ValueError, KeyError), 'first'", "ValueError('first',)"),
        (
            "raise ValueError('v'), 'w'",
            "TypeError('instance exception may not have a separate value',)",
        ),
        (
            "raise ValueError, 'v', 5",
            "TypeError('raise: arg 3 must be a traceback or None',)",
        ),
        (
            "raise 'text'",
            "TypeError('exceptions must be old-style classes or "
            "derived from BaseException, not str',)",
        ),
    ],
)
def test_forms_of_raise(statement: str, shown: str) -> None:
    """Class, value and traceback are put together as in Python 2."""
    source = f"try: {statement}\nexcept Exception, e: print repr(e)\n"
    assert run(source) == shown + "\n"


def test_what_a_clause_may_name() -> None:
    """Anything that is no class or tuple of classes matches nothing."""
    source = """
class Old: pass
try: raise KeyError('k')
except 5: print 'int'
except None: print 'None'
except Old: print 'Old'
except [KeyError]: print 'list'
except len: print 'function'
except (ValueError, (IndexError, (KeyError,))): print 'nested'
"""
    assert run(source) == "nested\n"


def test_targets_unpack_and_stay_bound() -> None:
    """A target is assigned like any other and keeps its value."""
    source = """
d = {}
try: raise ValueError(1, 2)
except ValueError, (a, b): pass
try: 1/0
except ZeroDivisionError, d['e']: pass
try: {}['k']
except KeyError, e: pass
p, = e
print a, b, d['e'], e[0], p, e.message, list(e), [x for x in e]
"""
    assert run(source) == ("1 2 integer division or modulo by zero k k k ['k'] ['k']\n")


def test_old_style_instances_travel() -> None:
    """An old-style instance is raised, caught by class, and stays itself."""
    source = """
class A:
  def __init__(self, *a): self.a = a
class B(A): pass
b = B(1)
try: raise b
except A, e: print e is b, e.a
try:
  try: raise A, (1, 2)
  except Exception: print 'no'
except: print 'bare'
try:
  try: raise b
  except B: raise
except A, e: print e is b
"""
    assert run(source) == "True (1,)\nbare\nTrue\n"


def test_bare_raise_is_about_the_function() -> None:
    """It raises what the running function, or else its caller, handled last."""
    source = """
def inner():
  try: raise KeyError('inner')
  except KeyError: pass
def a():
  try: raise ValueError('outer')
  except ValueError:
    inner()
    raise
def b():
  try: raise ValueError('outer')
  except ValueError:
    try: raise KeyError('second')
    except KeyError: pass
    raise
def c():
  try: raise ValueError('after')
  except ValueError: pass
  raise
def d(): raise
def e():
  try: raise ValueError('caller')
  except ValueError: d()
def f():
  try:
    try: 1/0
    except KeyError: pass
  finally: raise
for fn in a, b, c, e, f, d:
  try: fn()
  except Exception, x: print repr(x)[:20]
"""
    assert run(source) == (
        "ValueError('outer',)\nKeyError('second',)\nValueError('after',)\n"
        "ValueError('caller',\nZeroDivisionError('i\nZeroDivisionError('i\n"
    )


def test_reraised_exceptions_are_the_same_object() -> None:
    """What a handler changed is still there after a bare raise."""
    source = """
def f():
  try: 1/0
  except ZeroDivisionError, e:
    e.extra = 'kept'
    raise
try: f()
except ZeroDivisionError, e: print e.extra
"""
    assert run(source) == "kept\n"


def test_handled_exceptions_hold_no_frames() -> None:
    """A handled exception has neither a traceback nor a context."""
    kept: list[BaseException] = []
    source = """
def f():
  try: [][1]
  except IndexError, e: keep(e)
  try: raise ValueError('x')
  except ValueError, e: keep(e)
f()
"""
    run(source, Dialect.V2, keep=kept.append)
    assert [error.__traceback__ for error in kept] == [None, None]
    assert [error.__context__ for error in kept] == [None, None]


def test_the_exception_handled_last() -> None:
    """It is found for the frame and its callers, once, and then forgotten."""
    found: list[object] = []

    def getlasterror() -> None:
        frame = sys._getframe(1)
        error = errors.last_handled(frame)
        if error is None:
            found.append(None)
            return
        errors.clear_last_handled(frame)
        entries = errors.traceback_entries(error)
        found.append((str(error.args[0])[:6], [entry[1:3] for entry in entries]))

    source = """
def bad(): return nosuch
def handles():
  try: bad()
  except NameError: pass
  getlasterror()
  getlasterror()
getlasterror()
handles()
getlasterror()
def helper(): getlasterror()
try: bad()
except NameError: helper()
"""
    run(source, Dialect.V2, getlasterror=getlasterror)
    assert found == [
        None,
        ("global", [(4, "handles"), (2, "bad")]),
        None,
        None,
        ("global", [(12, "<module>"), (2, "bad")]),
    ]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("n(1)", "n() takes no arguments (1 given)"),
        ("n(x=1)", "n() takes no arguments (1 given)"),
        ("b(1)", "b() takes exactly 2 arguments (1 given)"),
        ("b(y=1)", "b() takes exactly 2 arguments (1 given)"),
        ("d(1, 2, 3, 4)", "d() takes at most 3 arguments (4 given)"),
        ("d(y=1, z=2)", "d() takes at least 1 argument (2 given)"),
        ("e(*[])", "e() takes at least 1 argument (0 given)"),
        ("h(1, a=2)", "h() takes exactly 0 arguments (2 given)"),
        ("k(1, 2, 3, z=3)", "k() takes exactly 2 arguments (4 given)"),
        ("b(1, x=2)", "b() got multiple values for keyword argument 'x'"),
        ("b(1, z=2)", "b() got an unexpected keyword argument 'z'"),
        ("b(*(1,), **{'z': 3})", "b() got an unexpected keyword argument 'z'"),
        ("n(**kw)", "n() takes no arguments (1 given)"),
        ("O().m()", "m() takes exactly 2 arguments (1 given)"),
        ("O(5)", "this constructor takes no arguments"),
        ("h(**{1: 2})", "h() keywords must be strings"),
        ("b(*5)", "b() argument after * must be an iterable, not int"),
    ],
)
def test_wrong_arguments(call: str, text: str) -> None:
    """Counts and words are those of Python 2."""
    source = """
def n(): pass
def b(x, y): pass
def d(x, y=1, z=2): pass
def e(x, *r): pass
def h(**k): pass
def k(x, y, **k): pass
class O:
  def m(self, x): pass
kw = {'q': 1}
"""
    source += f"try: {call}\nexcept TypeError, e: print e\n"
    assert run(source) == text + "\n"


SAME_NAMES = """
def make(n):
  if n == 1:
    class K:
      def m(self, a): return a
  else:
    class K(object):
      def m(self, a, b=2): return a
      def __init__(self, x): pass
  return K
one, two = make(1), make(2)
first, second = one(), two(1)
class C:
  def f(self, a): pass
X = C
class C:
  def f(self, b, c=1): pass
"""


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("first.m()", "m() takes exactly 2 arguments (1 given)"),
        ("first.m(1, a=2)", "m() got multiple values for keyword argument 'a'"),
        ("second.m()", "m() takes at least 2 arguments (1 given)"),
        ("second.m(1, 2, 3)", "m() takes at most 3 arguments (4 given)"),
        ("one(1)", "this constructor takes no arguments"),
        ("two()", "__init__() takes exactly 2 arguments (1 given)"),
        ("one.m(first)", "m() takes exactly 2 arguments (1 given)"),
        ("X().f(b=2)", "f() got an unexpected keyword argument 'b'"),
        ("X().f(1, 2, 3)", "f() takes exactly 2 arguments (4 given)"),
        ("C().f()", "f() takes at least 2 arguments (1 given)"),
        ("map(X().f, [1], [2])", "f() takes exactly 2 arguments (3 given)"),
    ],
)
def test_functions_of_one_name_are_told_apart(call: str, text: str) -> None:
    """The complaint is about the function that was called."""
    source = f"{SAME_NAMES}try: {call}\nexcept TypeError, e: print e\n"
    assert run(source) == text + "\n"


def test_a_constructor_that_iterates_is_not_the_star() -> None:
    """What is called with a star may itself find something that isn't iterable."""
    source = """
def call(f, *a): return f(*a)
for f, x in (list, 5), (SyntaxError, ('a', 2)), (len, 5):
  try: call(f, *(f is SyntaxError and x or [x]))
  except TypeError, e: print e
try: len(*5)
except TypeError, e: print e
"""
    assert run(source) == (
        "'int' object is not iterable\n"
        "'int' object is not iterable\n"
        "object of type 'int' has no len()\n"
        "len() argument after * must be an iterable, not int\n"
    )


def test_unbound_names() -> None:
    """The text tells module, function, local and free variables apart."""
    source = """
def f(): return nosuch
def g():
  print x
  x = 1
def h():
  def inner(): return y
  inner()
  y = 1
def k(): return [nosuch for i in [1]]
for fn in f, g, h, k:
  try: fn()
  except NameError, e: print e
try: nosuch
except NameError, e: print e
try: [nosuch for i in [1]]
except NameError, e: print e
"""
    assert run(source) == (
        "global name 'nosuch' is not defined\n"
        "local variable 'x' referenced before assignment\n"
        "free variable 'y' referenced before assignment in enclosing scope\n"
        "global name 'nosuch' is not defined\n"
        "name 'nosuch' is not defined\n"
        "name 'nosuch' is not defined\n"
    )


def test_recursion_ends_in_a_runtime_error() -> None:
    """Too deep a recursion is a RuntimeError, and the type is RuntimeError."""
    source = """
def down(n): return down(n + 1)
try: down(0)
except RuntimeError, e: print type(e) is RuntimeError or type(e), str(e)[:32]
"""
    assert run(source).endswith("maximum recursion depth exceeded\n")


def test_an_old_style_base_catches_new_style_exceptions() -> None:
    """``except Old`` also matches an exception class that derives from Old."""
    source = """
class Old: pass
class Sub(Old): pass
class Mixed(Exception, Sub): pass
for clause in Old, Sub, (KeyError, Old):
  try: raise Mixed('m')
  except clause, e: print e
try: raise Old, Mixed('value')
except Mixed, e: print e
"""
    assert run(source) == "m\nm\nm\nvalue\n"


def test_a_caught_exception_lives_as_long_as_its_variable() -> None:
    """Also where nobody reads the variable, for all kinds of classes."""
    source = """
class Noisy(Exception):
  def __del__(self):
    print 'gone', self.args
class Odd(Noisy): pass
def caught(kind):
  try:
    raise kind(kind(1))
  except (Odd, Noisy), e:
    pass
  print 'behind'
def builtin():
  try:
    raise ValueError(Odd(2))
  except (ValueError, KeyError), e:
    print 'inside'
  try:
    {}['x']
  except LookupError, e:
    print 'replaced'
def shown():
  try:
    raise Odd('a', 3)
  except Noisy, e:
    print e, e.args, [e]
def changed():
  a = [x for x in 'ab']
  try:
    x += 1
  except TypeError, e:
    e += 'more'
caught(Odd)
caught(Noisy)
builtin()
shown()
try:
  changed()
except TypeError, e:
  print e
"""
    assert run(source) == (
        "behind\ngone (Odd(1,),)\ngone (1,)\nbehind\ngone (Noisy(1,),)\ngone (1,)\n"
        "inside\ngone (2,)\nreplaced\n"
        "('a', 3) ('a', 3) [Odd('a', 3)]\ngone ('a', 3)\n"
        "unsupported operand type(s) for +=: 'exceptions.TypeError' and 'str'\n"
    )


def test_a_class_may_call_something_else_args() -> None:
    """An exception's text comes from its own arguments, whatever ``args`` names."""
    source = """
class E(Exception): args = 5
class K(KeyError): args = 'k'
for e in E('x'), E('x', 2), E(), K('x'):
  print e, repr(e), e.args, e[0:]
"""
    assert run(source) == (
        "x E('x',) 5 ('x',)\n"
        "('x', 2) E('x', 2) 5 ('x', 2)\n"
        " E() 5 ()\n"
        "'x' K('x',) k ('x',)\n"
    )


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("MyE(x=1)", "MyE"),
        ("MyE(*[1], **{'q': 2})", "MyE"),
        ("MyI(1, x=1)", "MyI"),
        ("KeyError(x=1)", "exceptions.KeyError"),
        ("IOError(2, x=1)", "exceptions.IOError"),
        ("SyntaxError(x=1)", "exceptions.SyntaxError"),
        ("UnicodeDecodeError(x=1)", "exceptions.UnicodeDecodeError"),
    ],
)
def test_exceptions_take_no_keywords(call: str, name: str) -> None:
    """A built-in one is named with its module."""
    source = f"""
class MyE(Exception): pass
class MyI(IOError): pass
try: {call}
except TypeError, e: print e
"""
    assert run(source) == f"{name} does not take keyword arguments\n"


def test_functions_that_take_no_keywords_keep_their_parentheses() -> None:
    """The host says it of classes and functions in the same words."""
    source = """
try: len(x=1)
except TypeError, e: print e
try: 'a'.split(sep='b')
except TypeError, e: print e
"""
    assert run(source) == (
        "len() takes no keyword arguments\nsplit() takes no keyword arguments\n"
    )
