"""str() and repr() of every kind of value as Python 2.7 gives them."""

from __future__ import annotations

from repy_compat.python2 import text
from tests.evaluating import Space, check

CLASSES = """
class Old: pass
class New(object): pass
class R:
  def __repr__(self): return '<R!>'
class S(object):
  def __str__(self): return 'S-str'
class Bad:
  def __str__(self): return 5
class BadRepr(object):
  def __repr__(self): return None
class St(str):
  def __str__(self): return 'St-str'
class D(dict): pass
class Bag(set): pass
class F(float): pass
def f(): pass
"""


def test_floats() -> None:
    """str has 12 digits, repr the shortest exact form; containers use repr."""
    check(
        """
(str(0.1 + 0.2), repr(0.1 + 0.2), str(1e11), str(12345678901.0), str(1e-5)) => ('0.3', '0.30000000000000004', '1e+11', '12345678901.0', '1e-05')
(str([0.1 + 0.2]), '%s' % (0.1 + 0.2), str(1e400), str(-0.0)) => ('[0.30000000000000004]', '0.3', 'inf', '-0.0')
(str(complex(0.1 + 0.2, 1)), str(1e20j), complex(-0.0, -0.0)) => ('(0.3+1j)', '1e+20j', (-0-0j))
"""
    )


def test_strings_are_bytes() -> None:
    """Bytes from 127 up show as \\\\xNN, with Python 2's choice of quotes."""
    check(
        """
repr('caf\\xc3\\xa9\\x7f') => "'caf\\\\xc3\\\\xa9\\\\x7f'"
repr("it's") => '"it\\'s"'
['\\xe9', "it's"] => ['\\xe9', "it's"]
"""
    )


def test_containers() -> None:
    """Nested and recursive containers, sets, slices, ranges and views."""
    check(
        """
(l, d, str([d])) => ([1, [...]], {'self': {...}}, "[{'self': {...}}]")
(set(), set([1]), frozenset([2L]), [set([None])]) => (set([]), set([1]), frozenset([2L]), [set([None])])
(slice(1, 2), slice(1L, 'a'), xrange(0, 10, 3), xrange(5, 1), xrange(3)) => (slice(1, 2, None), slice(1L, 'a', None), xrange(0, 12, 3), xrange(5, 5), xrange(3))
({1: 2}.viewkeys(), {1: 2}.viewitems()) => (dict_keys([1]), dict_items([(1, 2)]))
(D(), Bag([1]), F(0.1), str(F(0.1 + 0.2)), [F(2)]) => ({}, Bag([1]), 0.1, '0.3', [2.0])
""",
        CLASSES
        + """
l = [1]
l.append(l)
d = {}
d['self'] = d
""",
    )


def test_instances() -> None:
    """A program's __str__ and __repr__ count, inside containers __repr__ only."""
    check(
        """
([R()], str([S()])[:4], str(S()), str(R()), str(St('x')), [St('x')]) => ([<R!>], '[<.S', 'S-str', '<R!>', 'St-str', ['x'])
(str(Old()))[:17] => '<.Old instance at'
(str(New()))[:16] => '<.New object at '
(str(Old), repr(Old)[:14], str(New), repr(f)[:14]) => ('.Old', '<class .Old at', "<class '.New'>", '<function f at')
str(Bad()) !! TypeError: __str__ returned non-string (type int)
repr(BadRepr()) !! TypeError: __repr__ returned non-string (type NoneType)
str(BadRepr()) !! TypeError: __str__ returned non-string (type NoneType)
(len, [].append == 5, list.append, int, ValueError) => (<built-in function len>, False, <method 'append' of 'list' objects>, <type 'int'>, <type 'exceptions.ValueError'>)
""",
        CLASSES,
    )


def test_a_container_shown_while_it_is_shown() -> None:
    """A __repr__ that shows its own container doesn't recurse for ever."""
    check(
        "repr(box) => '[<[...]>]'",
        """
class Inside:
  def __repr__(self): return '<' + repr(box) + '>'
box = [Inside()]
""",
    )


def test_numbers_of_any_length() -> None:
    """No limit of digits in either direction."""
    check("(len(str(7 ** 9000)), int('9' * 6000) > 1) => (7606, True)")


def test_deep_nesting_is_no_crash() -> None:
    """Deep data is shown, or fails with RuntimeError as in 2.7."""
    deep: list = []
    for _ in range(400):
        deep = [deep]
    assert text.py2_repr(deep) == "[" * 401 + "]" * 401


def test_print_writes_pieces() -> None:
    """Each item, blank and newline is a write of its own; the soft space is kept."""
    space = Space(
        "print 'a', 1,\nprint 2.50, 5L\nprint 'x\\n',\nprint\nprint 'y\\t', ''"
    )
    assert "".join(space.written) == "a 1 2.5 5\nx\n\ny\t\n"
    assert space.written[:4] == ["a", " ", "1", " "]


def test_print_to_an_object() -> None:
    """``print >>target`` calls its write and keeps the blank in softspace."""
    space = Space(
        """
class Out:
  def __init__(self): self.got = []
  def write(self, s): self.got.append(s)
o = Out()
print >>o, 'a', 1,
first = o.softspace
print >>o, 'b'
"""
    )
    assert space.outcome("(o.got, first, o.softspace)") == (
        "=> (['a', ' ', '1', ' ', 'b', '\\n'], 1, 0)"
    )


def test_a_subclass_shows_itself_by_its_base() -> None:
    """Calling the base's __repr__ from a subclass's own doesn't come back to it."""
    check(
        "(repr(I(5)), str(I(5)), repr(L([1])), repr(F(0.5)), str(S('a'))) => ('<5>', '5', '<[1]>', '<0.5>', '<a>')",
        """
class I(int):
  def __repr__(self): return '<' + int.__repr__(self) + '>'
class L(list):
  def __repr__(self): return '<' + list.__repr__(self) + '>'
class F(float):
  def __repr__(self): return '<' + float.__repr__(self) + '>'
class S(str):
  def __str__(self): return '<' + str.__str__(self) + '>'
""",
    )
