"""Classes of both kinds (language catalogue, section E)."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from typing import Any

import pytest

from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.python2 import classes, errors
from repy_compat.python2.builtins import new_builtins
from repy_compat.python2.classes import ProgramClass
from tests.programs27 import run

KINDS = """
class A:
  n = 0
  def m(self, x=0): return 'm', x
class B(A): pass
class N(object):
  def m(self): return 'n'
"""


def shown(expression: str, prelude: str = KINDS) -> str:
    """What an expression prints, or the class and text of its exception."""
    return run(
        prelude
        + f"try: print ({expression})\n"
        + "except Exception, e: print '%s: %s' % (str(type(e))[18:-2], e)\n"
    ).rstrip("\n")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (
            "str(type(A)), str(type(A())), str(type(N()))",
            "(\"<type 'classobj'>\", \"<type 'instance'>\", \"<class '.N'>\")",
        ),
        ("A.m(A(), 5), A.m(B()), B.m(B())", "(('m', 5), ('m', 0), ('m', 0))"),
        (
            "B.m(A())",
            "TypeError: unbound method m() must be called with B instance "
            "as first argument (got A instance instead)",
        ),
        (
            "A.m()",
            "TypeError: unbound method m() must be called with A instance "
            "as first argument (got nothing instead)",
        ),
        (
            "N.m(5)",
            "TypeError: unbound method m() must be called with N instance "
            "as first argument (got int instance instead)",
        ),
        (
            "repr(A.m), repr(N.m), A.m == A.m",
            "('<unbound method A.m>', '<unbound method N.m>', True)",
        ),
        ("A().x", "AttributeError: A instance has no attribute 'x'"),
        ("A.x", "AttributeError: class A has no attribute 'x'"),
        ("N().x", "AttributeError: 'N' object has no attribute 'x'"),
        ("A.m.x", "AttributeError: 'function' object has no attribute 'x'"),
        ("A.__init__", "AttributeError: class A has no attribute '__init__'"),
        ("A().__str__", "AttributeError: A instance has no attribute '__str__'"),
        ("A(1)", "TypeError: this constructor takes no arguments"),
        ("N(1)", "TypeError: object() takes no parameters"),
        ("A()()", "AttributeError: A instance has no __call__ method"),
        ("A()[0]", "AttributeError: A instance has no attribute '__getitem__'"),
        ("N()[0]", "TypeError: 'N' object does not support indexing"),
        ("N()['k']", "TypeError: 'N' object has no attribute '__getitem__'"),
        ("-A()", "AttributeError: A instance has no attribute '__neg__'"),
        (
            "A() + 1",
            "TypeError: unsupported operand type(s) for +: 'instance' and 'int'",
        ),
        ("1 in A()", "TypeError: argument of type 'instance' is not iterable"),
        ("[x for x in A()]", "TypeError: iteration over non-sequence"),
        ("A().m(1, 2)", "TypeError: m() takes at most 2 arguments (3 given)"),
    ],
)
def test_what_classes_and_instances_say(expression: str, text: str) -> None:
    """Results and complaints are Python 2's, different for the two kinds."""
    assert shown(expression) == text


def test_old_style_lookup_is_depth_first() -> None:
    """Old-style diamonds look left first, new-style ones follow C3."""
    source = """
class A: v = 'A'
class B(A): pass
class C(A): v = 'C'
class D(B, C): pass
class Y(A, B): pass
class NA(object): v = 'A'
class NB(NA): pass
class NC(NA): v = 'C'
class ND(NB, NC): pass
class M(A, NC): pass
print D.v, Y.v, ND.v, M.v
try:
  class X(NA, NB): pass
except TypeError, e: print str(e).split('\\n')[0]
"""
    assert run(source) == "A A C A\nError when calling the metaclass bases\n"


def test_old_style_classes_are_read_only() -> None:
    """Nobody assigns to an old-style class; a new-style one can be changed."""
    source = (
        KINDS
        + """
for name in 'set', 'del':
  try:
    if name == 'set': A.n = 5
    else: del A.n
  except RuntimeError, e: print e
N.n = 5
def added(self): return 'added'
N.added = added
N.m = added
print N.n, N().added(), N.added(N()), N().m()
del N.n
try: N.n
except AttributeError, e: print e
"""
    )
    assert run(source) == (
        "classes are read-only in restricted mode\n" * 2
        + "5 added added added\ntype object 'N' has no attribute 'n'\n"
    )


def test_built_in_functions_in_a_class_do_not_bind() -> None:
    """A program's function becomes a method, len and int don't."""
    source = """
def free(*a): return len(a)
class A:
  f = free
  size = len
  made = int
a = A()
a.g = free
print a.f(1), a.size('abc'), a.made('12'), a.g()
"""
    assert run(source) == "2 3 12 0\n"


def test_iteration_by_next() -> None:
    """V2 classes iterate by ``__iter__`` and ``next``, also set on the instance."""
    source = """
class Count:
  def __init__(self, n): self.n = n
  def __iter__(self): return self
  def next(self):
    if self.n == 0: raise StopIteration
    self.n -= 1
    return self.n
class Bad:
  def __iter__(self): return 5
result.append([x for x in Count(3)])
result.append(2 in Count(3))
try:
  for x in Bad(): pass
except TypeError, e: result.append(str(e))
"""
    result: list[object] = []
    run(source, Dialect.V2, result=result)
    assert result == [
        [2, 1, 0],
        True,
        "__iter__ returned non-iterator of type 'int'",
    ]


def test_old_style_instances_lack_methods_not_types() -> None:
    """``len`` of one is an AttributeError; it is true unless a base has a length."""
    source = """
class A: pass
class L(A, list): pass
class M(A, object): pass
print bool(A()), bool(L()), bool(L([1])), len(L('ab')), not M()
for thing in A(), M(), A:
  try: print len(thing)
  except AttributeError, e: print 'attribute:', e
  except TypeError, e: print 'type:', e
try: A[0]
except TypeError, e: print e
try: del A[0]
except TypeError, e: print e
try: 5 in A
except TypeError, e: print e
try: A() in 'text'
except TypeError, e: print e
try:
  class X(M, M): pass
except TypeError, e: print e
"""
    assert run(source) == (
        "True False True 2 False\n"
        "attribute: A instance has no attribute '__len__'\n"
        "type: object of type 'M' has no len()\n"
        "type: object of type 'classobj' has no len()\n"
        "'classobj' object has no attribute '__getitem__'\n"
        "'classobj' object does not support item deletion\n"
        "argument of type 'classobj' is not iterable\n"
        "'in <string>' requires string as left operand, not instance\n"
        "Error when calling the metaclass bases\n"
        "    duplicate base class M\n"
    )


def test_complaints_about_calls_with_stars() -> None:
    """What stands behind stars counts as given, whatever name called it."""
    source = """
def one(a): pass
def two(a, b=1): pass
class K:
  def m(self, a): pass
name = two
d = {'a': 1}
t = (2, 3)
def f0(): one(1, *(2, 3))
def f1(): one(1, a=3, *t)
def f2(): one(a=2, **d)
def f3(): name(1, *t)
def f4(): name(1, **{'a': 1})
def f5(): name(*t, **d)
def f6(): name(*K())
def f7(): name(**{5: 1})
def f8(): K().m(self=1)
def f9(): K.m(self=1)
def f10(): two(b=3, *())
for f in f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10:
  try: f()
  except TypeError, e: print e
"""
    assert run(source).splitlines() == [
        "one() takes exactly 1 argument (3 given)",
        "one() takes exactly 1 argument (4 given)",
        "one() got multiple values for keyword argument 'a'",
        "two() takes at most 2 arguments (3 given)",
        "two() got multiple values for keyword argument 'a'",
        "two() got multiple values for keyword argument 'a'",
        "two() argument after * must be an iterable, not instance",
        "two() keywords must be strings",
        "m() got multiple values for keyword argument 'self'",
        "unbound method m() must be called with K instance as first argument "
        "(got nothing instead)",
        "two() takes at least 1 argument (1 given)",
    ]


def test_operands_of_no_use_are_named_as_in_python2() -> None:
    """Classes have no ``|``; an integer outside 64 bits is called a long."""
    source = """
class A: pass
class B(object): pass
big = 10 ** 30
def f(a, b): return a - b
for at in range(5):
  try:
    if at == 0: A | A
    elif at == 1: B | B
    elif at == 2: big + 'a'
    elif at == 3: f(big, None)
    else: f(5, None)
  except TypeError, e: print e
deep = []
for i in range(100000): deep = [deep]
try: repr(deep)
except RuntimeError, e: print e
"""
    assert run(source).splitlines() == [
        "unsupported operand type(s) for |: 'classobj' and 'classobj'",
        "unsupported operand type(s) for |: 'type' and 'type'",
        "unsupported operand type(s) for +: 'long' and 'str'",
        "unsupported operand type(s) for -: 'long' and 'NoneType'",
        "unsupported operand type(s) for -: 'int' and 'NoneType'",
        "maximum recursion depth exceeded while getting the repr of an object",
    ]


def test_text_methods_of_built_in_values() -> None:
    """``value.__repr__()`` shows what ``repr`` shows (language catalogue, L008)."""
    source = """
class L(list):
  def __repr__(self): return 'mine'
class F:
  def __repr__(self): return None
print 'a\\xe9'.__repr__(), (0.1 + 0.2).__str__(), (2 ** 70).__repr__(), (5L).__repr__()
print [1.1, set([2])].__repr__(), (set(),).__str__(), xrange(3).__repr__()
print list.__repr__(L([set()])), L().__repr__(), None.__repr__(), str([].__repr__)[:9]
try: str(F())
except TypeError, e: print e
"""
    assert run(source).splitlines() == [
        "'a\\xe9' 0.3 1180591620717411303424L 5L",
        "[1.1, set([2])] (set([]),) xrange(3)",
        "[set([])] mine None <method-w",
        "__str__ returned non-string (type NoneType)",
    ]


def test_del_runs_at_once() -> None:
    """A finaliser runs when the last reference goes, also after an exception."""
    source = """
class D:
  def __init__(self, n): self.n = n
  def __del__(self): print 'del', self.n,
def f():
  d = D('local')
  raise ValueError(1)
try: f()
except ValueError, e: print 'caught',
print 'next',
x = D('x')
x = None
print 'end'
"""
    assert run(source) == "del local caught next del x end\n"


def test_keyword_arguments_of_a_class_are_impossible() -> None:
    """What builds a class takes no metaclass."""
    with pytest.raises(TypeError):
        classes.build_class(lambda: None, "X", metaclass=type)  # type: ignore[arg-type]


def test_classes_of_ours_cannot_be_changed() -> None:
    """Built-in exception classes refuse assignment and deletion."""
    for cls in errors.EXCEPTIONS.values():
        with pytest.raises(TypeError, match="can't set attributes"):
            cls.x = 1  # type: ignore[attr-defined]
        with pytest.raises(TypeError):
            del cls.__init__  # type: ignore[misc]


def test_classes_are_collected() -> None:
    """Nothing of ours keeps a program's class alive."""
    kept: list[object] = []
    source = KINDS + "try: raise A()\nexcept A, e: pass\nkeep(N)\n"
    run(source, keep=lambda cls: kept.append(weakref.ref(cls)))
    gc.collect()
    assert [found() for found in kept] == [None]  # type: ignore[operator]


def test_the_length_of_an_old_style_instance_is_no_type_error() -> None:
    """Only ``except AttributeError`` catches what ``len`` says."""
    source = """
class A: pass
try:
  try: len(A())
  except TypeError: print 'no'
except AttributeError, e: print e
"""
    assert run(source) == "A instance has no attribute '__len__'\n"


SUBCLASSES = """
class S(str): pass
class I(int): pass
class G(long): pass
class F(float): pass
class Sub(S): pass
"""


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("S(0.1 + 0.2), S(5L), S([1L]), S(None)", "('0.3', '5', '[1L]', 'None')"),
        ("Sub(0.1 + 0.2), type(Sub(1)), str(Sub('x'))", "('0.3', <class '.Sub'>, 'x')"),
        ("I(' 7 '), I('11', 2), I(3.9), I(x='5'), I()", "(7, 3, 3, 5, 0)"),
        ("I('1_000')", "ValueError: invalid literal for int() with base 10: '1_000'"),
        ("I([])", "TypeError: int() argument must be a string or a number, not 'list'"),
        ("I(2 ** 70)", "OverflowError: Python int too large to convert to C long"),
        ("G('12L'), G(2 ** 70)", "(12L, 1180591620717411303424L)"),
        ("F(' 1.5 '), F(2L)", "(1.5, 2.0)"),
        ("F('x')", "ValueError: could not convert string to float: x"),
        ("F([])", "TypeError: float() argument must be a string or a number"),
        ("S(1, 2)", "TypeError: str() takes at most 1 argument (2 given)"),
    ],
)
def test_subclasses_of_types_are_made_as_the_types_are(
    expression: str, text: str
) -> None:
    """What Python 2's own constructor takes, gives and says."""
    assert shown(expression, SUBCLASSES) == text


def test_the_text_of_a_dictionary_is_its_own() -> None:
    """Methods that a subclass overrides don't change what is shown."""
    source = """
class D(dict):
  def items(self): return 5
  def keys(self): return 6
print D(a=1), [D(a=1)]
"""
    assert run(source) == "{'a': 1} [{'a': 1}]\n"


def test_what_keeps_iter_from_giving_an_iterator() -> None:
    """``in``, map and reduce replace any exception, zip and join a TypeError."""
    source = """
class V:
  def __iter__(self): raise ValueError('mine')
class T(object):
  def __iter__(self): raise TypeError('mine')
def attempt(f, *a):
  try: f(*a)
  except (TypeError, ValueError), e: write(str(e) + '\\n')
def contains(x): return 1 in x
def add(*a): return a
for x in V(), T():
  attempt(contains, x)
  attempt(map, add, x)
  attempt(reduce, add, x)
  attempt(zip, x)
  attempt(','.join, x)
  attempt(list, x)
"""
    written: list[str] = []
    run(source, Dialect.V2, write=written.append)
    assert "".join(written).splitlines() == [
        "argument of type 'instance' is not iterable",
        "argument 2 to map() must support iteration",
        "reduce() arg 2 must support iteration",
        "mine",
        "mine",
        "mine",
        "argument of type 'T' is not iterable",
        "argument 2 to map() must support iteration",
        "reduce() arg 2 must support iteration",
        "zip argument #1 must support iteration",
        "can only join an iterable",
        "mine",
    ]


def test_threads_may_change_a_class_at_the_same_time() -> None:
    """It stays the class that it was, and every change is made."""
    text = "class A(object):\n  def m(self): pass\n"
    text += (
        "def change(n):\n  for i in range(n):\n    A.x = i\n    A.m = i\n    del A.x\n"
    )
    namespace: dict[str, Any] = {
        "__builtins__": new_builtins("V1", write=lambda text: None)
    }
    exec(compile_program(text, "p.repy", Dialect.V1).code, namespace)
    failed: list[BaseException] = []

    def work() -> None:
        for _ in range(20):
            try:
                namespace["change"](20)
            except AttributeError:
                pass  # the other one deleted it
            except BaseException as error:
                failed.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert failed == []
    assert type(namespace["A"]) is ProgramClass
