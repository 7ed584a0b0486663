"""Dictionaries, sets, ranges, and the built-in functions on sequences."""

from __future__ import annotations

from repy_compat.language.dialect import Dialect
from tests.evaluating import Space, check


def test_dict_methods_give_lists() -> None:
    """keys, values and items are new lists; the iter and view methods exist."""
    check(
        """
(d.keys(), d.values(), d.items(), d.has_key('a'), d.keys().sort()) => (['a'], [1], [('a', 1)], True, None)
(d.iteritems().next(), d.viewkeys() & ['a'], list(d.iterkeys())) => (('a', 1), set(['a']), ['a'])
(str(type(d.iterkeys())), str(type(d.viewvalues()))) => ("<type 'dictionary-keyiterator'>", "<type 'dict_values'>")
d.has_key() !! TypeError: has_key() takes exactly one argument (0 given)
d.has_key([]) !! TypeError: unhashable type: 'list'
d.pop() !! TypeError: pop expected at least 1 arguments, got 0
dict([1]) !! TypeError: cannot convert dictionary update sequence element #0 to a sequence
dict([(1, 2, 3)]) !! ValueError: dictionary update sequence element #0 has length 3; 2 is required
dict(1, 2) !! TypeError: dict expected at most 1 arguments, got 2
(dict(a=1), dict([(1, 2)], b=3), dict.fromkeys('aa', 0)) => ({'a': 1}, {1: 2, 'b': 3}, {'a': 0})
""",
        "d = {'a': 1}",
    )


def test_sets_of_a_program_s_class() -> None:
    """Operations on an instance of a set's subclass stay in that class."""
    check(
        """
(Bag([1]) | set([1]), type(Bag([1]).copy()) is Bag, Bag([1, 2]) & [] == 5) !! TypeError: unsupported operand type(s) for &: 'Bag' and 'list'
(Bag([1]) | set([1]), type(Bag([1]).copy()) is Bag, set([1]) | Bag([1])) => (Bag([1]), True, set([1]))
""",
        "class Bag(set): pass",
    )


def test_range_and_xrange() -> None:
    """range is a list, xrange a lazy object without methods."""
    check(
        """
(range(3), range(5, 0, -2), range(2 ** 70, 2 ** 70 + 1)) => ([0, 1, 2], [5, 3, 1], [1180591620717411303424L])
range(2.0) !! TypeError: range() integer end argument expected, got float.
range(1, 2, 0) !! ValueError: range() step argument must not be zero
range() !! TypeError: range expected at least 1 arguments, got 0
(xrange(5)[-1], len(xrange(0, 10, 3)), 2 in xrange(3), xrange(3) == xrange(3)) => (4, 4, True, False)
xrange(5)[5] !! IndexError: xrange object index out of range
xrange(5)[1:3] !! TypeError: sequence index must be integer, not 'slice'
xrange(3).index !! AttributeError: 'xrange' object has no attribute 'index'
xrange(3) + [1] !! TypeError: unsupported operand type(s) for +: 'xrange' and 'list'
xrange(stop=3) !! TypeError: xrange() does not take keyword arguments
"""
    )


def test_map_filter_zip_reduce() -> None:
    """They give lists; filter keeps str and tuple, map fills with None."""
    check(
        """
(map(str, [1, 2L]), map(None, [1, 2], 'a'), map(two, [1], [2, 3])) => (['1', '2'], [(1, 'a'), (2, None)], [(1, 2), (None, 3)])
(filter(None, 'ab'), filter(len, ('a', '')), filter(None, [0, 'x'])) => ('ab', ('a',), ['x'])
(zip([1, 2], 'ab'), zip(), reduce(cmp, [3], 5)) => ([(1, 'a'), (2, 'b')], [], 1)
map(two, [1], 5) !! TypeError: argument 3 to map() must support iteration
map(two) !! TypeError: map() requires at least two args
zip(5) !! TypeError: zip argument #1 must support iteration
reduce(two, []) !! TypeError: reduce() of empty sequence with no initial value
map(stop, [1]) !! StopIteration: mine
filter(stop, [1]) !! StopIteration: mine
""",
        """
def two(a, b): return (a, b)
def stop(x): raise StopIteration('mine')
""",
    )


def test_sum_adds_as_it_goes() -> None:
    """No compensation of rounding errors, no strings."""
    check(
        """
(sum([0.1] * 10), sum([[1], [2]], []), sum(xrange(5), 1)) => (0.9999999999999999, [1, 2], 11)
sum(['a']) !! TypeError: unsupported operand type(s) for +: 'int' and 'str'
sum(['a'], '') !! TypeError: sum() can't sum strings [use ''.join(seq) instead]
sum(5) !! TypeError: 'int' object is not iterable
"""
    )


def test_iterating_what_a_program_defines() -> None:
    """An __iter__ of the program counts; what goes wrong in it passes through."""
    setup = """
class Count:
  def __init__(self, n): self.n = n
  def __iter__(self): return [1, 2, 3][:self.n].__iter__()
class Bad:
  def __iter__(self): return 5
class Bad2(object):
  def __iter__(self): return 5
class Broken:
  def __iter__(self): return 1 + 'a'
class Plain: pass
"""
    space = Space(setup, Dialect.V2)
    for expression, expected in (
        ("(list(Count(2)), sum(Count(3)), max(Count(3)))", "=> ([1, 2], 6, 3)"),
        ("(zip(Count(2), 'ab'), set(Count(1)))", "=> ([(1, 'a'), (2, 'b')], set([1]))"),
        ("list(Bad())", "!! TypeError: __iter__ returned non-iterator of type 'int'"),
        ("list(Bad2())", "!! TypeError: iter() returned non-iterator of type 'int'"),
        (
            "list(Broken())",
            "!! TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        ),
        ("list(Plain())", "!! TypeError: iteration over non-sequence"),
        ("zip(Plain())", "!! TypeError: zip argument #1 must support iteration"),
    ):
        assert space.outcome(expression) == expected


def test_subscripts_of_sets() -> None:
    """An index is refused in other words than anything else."""
    check(
        """
set([1])[0] !! TypeError: 'set' object does not support indexing
frozenset()[True] !! TypeError: 'frozenset' object does not support indexing
set([1])['a'] !! TypeError: 'set' object has no attribute '__getitem__'
set([1])[None] !! TypeError: 'set' object has no attribute '__getitem__'
set([1])[1:] !! TypeError: 'set' object has no attribute '__getitem__'
s[k] !! TypeError: 'set' object has no attribute '__getitem__'
'ab'[None] !! TypeError: string indices must be integers, not NoneType
""",
        "s, k = set([1]), 'k'",
    )


def test_nothing_is_joined_to_a_dictionary() -> None:
    """Python 3's ``|=`` takes any iterable of pairs."""
    check(
        """
pairs({}) !! TypeError: unsupported operand type(s) for |=: 'dict' and 'list'
truth({}) !! TypeError: unsupported operand type(s) for |=: 'dict' and 'bool'
number({}) !! TypeError: unsupported operand type(s) for |=: 'dict' and 'int'
common({}) !! TypeError: unsupported operand type(s) for |=: 'dict' and 'set'
attribute() !! TypeError: unsupported operand type(s) for |=: 'dict' and 'dict'
(number(3), common(set([5]))) => (7, set([5]))
""",
        "def pairs(d):\n  d |= [(1, 2)]\n  return d\n"
        "def truth(d):\n  d |= (type([q for q in 'ab']) is not (str, list))\n"
        "def number(d):\n  d |= 5\n  return d\n"
        "def common(d):\n  d |= set([1]) & set([2])\n  return d\n"
        "class O: d = {1: 2}\n"
        "def attribute():\n  O().d |= {3: 4}",
    )
