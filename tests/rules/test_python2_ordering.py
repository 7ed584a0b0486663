"""Any two values have an order, complex numbers and cmp() of sets excepted."""

from __future__ import annotations

from tests.evaluating import check

CLASSES = """
class A: pass
class B(object): pass
class Zed(object): pass
def f(): pass
a = A()
b = B()
"""


def test_types_are_ordered_by_name() -> None:
    """None, then numbers and old-style instances, then by the type's name."""
    check(
        """
(None < -10 ** 30, None < '', 1 < 'a', 10 ** 30 < '', 5 < None) => (True, True, True, True, False)
({} < [], [] < '', '' < (), () < {}, [9] < 'a') => (True, True, True, False, True)
([] < b, b < [], b < {}, Zed() < b, b < 5) => (False, True, True, False, False)
(a < '', a < None, a < [], {} < a, f < len, len < f) => (True, False, True, False, False, True)
(ValueError() < 'a', ValueError() < {}, int < 'a', A < [], A < {}) => (True, False, False, True, True)
(xrange(3) > (1, 2), slice(1) < 'a', Ellipsis < 5) => (True, True, False)
""",
        CLASSES,
    )


def test_sequences_by_first_difference() -> None:
    """The first items that differ decide, whatever their types."""
    check(
        """
([1, 'a'] < [1, 'b'], [1, 'a'] < [1, None], (1, 'a') > (1, 5)) => (True, False, True)
(cmp([2], [1, 5]), cmp((1, 'x'), (1L, 'x')), cmp((), (0,))) => (1, 0, -1)
[1j] < [2j] !! TypeError: no ordering relation is defined for complex numbers
[1, 2j] < [2, 1j] => True
"""
    )


def test_dicts_by_size_key_and_value() -> None:
    """Size first, then the smallest key that differs, then its value."""
    check(
        """
({5: 5} < {1: 1, 2: 2}, {1: 2} < {1: 3}, {1: 9} < {2: 0}, {2: 0} < {1: 9}) => (True, True, True, False)
(cmp({1: 1, 2: 0}, {1: 0, 2: 5}), cmp({}, {}), {'x': None} < {'x': 0}) => (1, 0, True)
cmp({1: 1j}, {1: 2j}) !! TypeError: no ordering relation is defined for complex numbers
"""
    )


def test_sets_by_inclusion() -> None:
    """``<`` means subset between sets; cmp() refuses them."""
    check(
        """
(set([1]) < set([2]), set() < set([1]), set([1]) < 1, 1 < set([1])) => (False, True, False, True)
cmp(set(), set([1])) !! TypeError: cannot compare sets using cmp()
cmp(set([1]), frozenset([1])) => 0
cmp(set([1]), 1) => 1
"""
    )


def test_sort_takes_any_mixture() -> None:
    """Sorting is stable and mixes types; a cmp function must return an int."""
    check(
        """
(l.sort(), l)[1] => [None, True, 1.5, 2, 3, {}, [0], [1], 'a', 'b', (), (1,)]
(m.sort(None, len, True), m)[1] => ['ccc', 'bb', 'aa', 'A', 'b']
(m.sort(key=str.lower), m)[1] => ['A', 'aa', 'b', 'bb', 'ccc']
(m.sort(backwards), m)[1] => ['ccc', 'bb', 'b', 'aa', 'A']
m.sort(word) !! TypeError: comparison function must return int, not str
m.sort(changing) !! ValueError: list modified during sort
[1, 2].sort(5) !! TypeError: 'int' object is not callable
[1, 2].sort(None, None, 'x') !! TypeError: an integer is required
[1, 2].sort(foo=1) !! TypeError: 'foo' is an invalid keyword argument for this function
[1, 2].sort(1, 2, 3, 4) !! TypeError: sort() takes at most 3 arguments (4 given)
[1, 'a', 2j].sort() !! TypeError: no ordering relation is defined for complex numbers
""",
        """
l = [3, 'b', None, 1.5, [1], (1,), {}, 'a', 2, True, [0], ()]
m = ['bb', 'A', 'ccc', 'b', 'aa']
def backwards(a, b): return cmp(b, a)
def word(a, b): return 'x'
def changing(a, b):
  m.append(1)
  return 0
""",
    )


def test_key_functions_run_once_each() -> None:
    """A key function is called once per item, also when the keys don't compare."""
    check(
        """
(l.sort(key=key), l, seen) => (None, [None, 1, 'a', ()], [(), 'a', None, 1])
""",
        """
seen = []
def key(x):
  seen.append(x)
  return x
l = [(), 'a', None, 1]
""",
    )


def test_extremes() -> None:
    """min and max follow the same order; the first of equal ones wins."""
    check(
        """
(min(3, 'a', None), max(3, 'a', None, [1]), max(1, 1.0), max(1.0, 1)) => (None, 'a', 1, 1.0)
(max([0, -3], key=abs), min(['bb', 'a'], key=len), max([1], [2], key=len)) => (-3, 'a', [1])
max() !! TypeError: max expected 1 arguments, got 0
max([]) !! ValueError: max() arg is an empty sequence
max(1, 2, foo=3) !! TypeError: max() got an unexpected keyword argument
"""
    )
