"""The % operator and str.format of Python 2.7."""

from __future__ import annotations

from tests.evaluating import check


def test_conversions_flags_and_widths() -> None:
    """Every conversion with flags, width and precision."""
    check(
        """
'%s %r %d %x %#X %o %c%%' % ('a', 'b', 3.99, 255, 255, 8, 65) => "a 'b' 3 ff 0XFF 10 A%"
'%05.3d|%-6.3d|%+d|% d|%#o|%#.5x' % (7, 7, 5, 5, 8, 255) => '00007|007   |+5| 5|010|0x000ff'
'%*d|%-*d|%.*f|%5%|' % (5, 1, 5, 2, 2, 3.14159) => '    1|2    |3.14|    %|'
'%.0d|%.3r|%5.1s|%010.2f' % (0, 'abc', 'abc', -1.5) => "|'ab|    a|-000001.50"
'%x %o %d' % (255.9, 8.5, True) => 'ff 10 1'
'%r %s %s' % (5L, 5L, [5L]) => '5L 5 [5L]'
'%F %e %g' % (1e400, -1e400, 1e10) => 'INF -inf 1e+10'
"""
    )


def test_wrong_arguments() -> None:
    """The first wrong thing from the left is told, in 2.7's words."""
    check(
        """
'%d' % '5' !! TypeError: %d format: a number is required, not str
'%i' % 1e400 !! TypeError: %d format: a number is required, not float
'%f' % 'x' !! TypeError: float argument required, not str
'%c' % 256 !! OverflowError: unsigned byte integer is greater than maximum
'%c' % 'ab' !! TypeError: %c requires int or char
'%s %s' % 'a' !! TypeError: not enough arguments for format string
'%s' % ('a', 'b') !! TypeError: not all arguments converted during string formatting
'plain' % 5 !! TypeError: not all arguments converted during string formatting
('plain' % {}, 'plain' % [1]) => ('plain', 'plain')
'%y' % 1 !! ValueError: unsupported format character 'y' (0x79) at index 1
'%5' % 1 !! ValueError: incomplete format
'%*d' % ('a', 1) !! TypeError: * wants int
'%d %y' % ('a',) !! TypeError: %d format: a number is required, not str
"""
    )


def test_named_arguments() -> None:
    """Names in parentheses look into a mapping."""
    check(
        """
'%(a)s %(b)5.1f %(a(b)c)s %%' % {'a': 1, 'b': 2.25, 'a(b)c': 3} => '1   2.2 3 %'
'%(a)s' % {} !! KeyError: 'a'
'%(a)s' % 5 !! TypeError: format requires a mapping
'%(a)s' % [1] !! TypeError: list indices must be integers, not str
'%(a' % {} !! ValueError: incomplete format key
'%(a)s %s' % {'a': 1} !! TypeError: not enough arguments for format string
"""
    )


def test_a_program_s_text_is_made_once() -> None:
    """Formatting calls __str__ exactly once per item, also beside a wrong one."""
    check(
        """
('%s %d' % (s, 5), count) => ('S 5', [1])
'%s %d' % (s, 'x') !! TypeError: %d format: a number is required, not str
count => [1, 1]
""",
        """
count = []
class S:
  def __str__(self):
    count.append(1)
    return 'S'
s = S()
""",
    )


def test_str_format() -> None:
    """Numbering, attributes, items, conversions and nested specs."""
    check(
        """
'{} {}'.format(1, 'a') + '{1}{0}'.format('x', 'y') + '{a}{{}}'.format(a=5) => '1 ayx5{}'
'{0[k]} {0[1]} {1.real} {1!r}'.format({'k': 1, 1: 3}, 5) => '1 3 5 5'
'{:>5}|{:*^5}|{:05d}|{:#x}|{:,}|{:{w}.{p}}'.format('a', 'd', 2, 255, 1234567, 3.14159, w=8, p=3) => '    a|**d**|00002|0xff|1,234,567|    3.14'
'{}|{!r}|{:5}|{:10}'.format(0.1 + 0.2, 5L, None, (1, 2)) => '0.3|5L|None |(1, 2)    '
'{}'.format() !! IndexError: tuple index out of range
'{a}'.format() !! KeyError: 'a'
'{0} {}'.format(1, 2) !! ValueError: cannot switch from manual field specification to automatic field numbering
'{0'.format(1) !! ValueError: unmatched '{' in format
'{0!}'.format(1) !! ValueError: end of format while looking for conversion specifier
'{!x}'.format(1) !! ValueError: Unknown conversion specifier x
'{:d}'.format('a') !! ValueError: Unknown format code 'd' for object of type 'str'
'{:.2}'.format(5) !! ValueError: Precision not allowed in integer format specifier
'{:05}'.format('a') !! ValueError: '=' alignment not allowed in string format specifier
"""
    )


def test_str_format_reaches_no_hidden_attribute() -> None:
    """Fields obey the rule for names, and show nothing that only Python 3 has."""
    for field in (
        "0.__class__",
        "0.func_globals",
        "0.im_self",
        "0.f_globals",
        "0.gi_frame",
        "0.nosuch",
    ):
        check(
            f"'{{{field}}}'.format(f) !! AttributeError: 'function' object "
            f"has no attribute '{field[2:]}'",
            "def f(): pass",
        )
    check(
        """
'{0.to_bytes}'.format(5) !! AttributeError: 'int' object has no attribute 'to_bytes'
'{0.upper}'.format('a')[:32] => '<built-in method upper of str ob'
"""
    )


def test_precision_of_integers() -> None:
    """A precision of 0 shows a zero as nothing; there is a limit for ints."""
    check(
        """
('%.0d|%.0x|%5.0i|%.0d' % (0, 0, 0, 0L), len('%.116d' % 5), len('%.200d' % 2 ** 70)) => ('||     |0', 116, 200)
'%.117d' % 5 !! OverflowError: formatted integer is too long (precision too large?)
"""
    )


def test_a_long_literal_is_shown_as_one() -> None:
    """Behind the operator, too, where it isn't inside a tuple."""
    check(
        """
('%r' % 5L, '%s %%' % 5L, '%r' % (5L,), 'x%rx' % 5) => ('5L', '5 %', '5L', 'x5x')
"""
    )


def test_characters_by_number_take_any_sign_of_the_number() -> None:
    """``#`` means nothing for ``c``."""
    check("('{:#c}'.format(65), '{:#5c}|'.format(65L)) => ('A', '    A|')")
