"""Arithmetic gives Python 2.7's results and complaints."""

from __future__ import annotations

from repy_compat.python2 import numbers
from tests.evaluating import check


def test_division_floors_for_two_integers() -> None:
    """``/`` floors for int, long and bool, and divides truly with a float."""
    check(
        """
(7 / 2, -7 / 2, 7 / -2, 1 / 2, True / 2) => (3, -4, -4, 0, 0)
(7 / 2.0, 7.0 / 2, 7.0 // 2, -7.0 // 2) => (3.5, 3.5, 3.0, -4.0)
divmod(-7.5, 2) => (-4.0, 0.5)
complex(7, 1) // 2, complex(7, 1) % 2 => ((3+0j), (1+1j))
"""
    )


def test_division_by_zero_texts() -> None:
    """The text tells integer, long, float and complex operands apart."""
    check(
        """
1 / 0 !! ZeroDivisionError: integer division or modulo by zero
1.0 / 0 !! ZeroDivisionError: float division by zero
1.0 // 0 !! ZeroDivisionError: float divmod()
1 % 0.0 !! ZeroDivisionError: float modulo
0 ** -1 !! ZeroDivisionError: 0.0 cannot be raised to a negative power
"""
    )


def test_powers() -> None:
    """A fractional power of a negative number fails; moduli must be integers."""
    check(
        """
(2 ** -1, (-2) ** 3, 0.0 ** 0) => (0.5, -8, 1.0)
(-8) ** 0.5 !! ValueError: negative number cannot be raised to a fractional power
2.0 ** 10000 !! OverflowError: (34, 'Numerical result out of range')
pow(2, 10, -1000) => -976
pow(2, -1, 5) !! TypeError: pow() 2nd argument cannot be negative when 3rd argument specified
pow(2.0, 2, 5) !! TypeError: pow() 3rd argument not allowed unless all arguments are integers
pow(2, 3, 'a') !! TypeError: unsupported operand type(s) for pow(): 'int', 'int', 'str'
"""
    )


def test_helpers_complain_in_python_2s_words() -> None:
    """What lowered code calls says what Python 2.7 said."""
    for helper, left, right, text in (
        ("ǀadd", "a", 1, "cannot concatenate 'str' and 'int' objects"),
        ("ǀadd", 1, "a", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("ǀiadd", 1, "a", "unsupported operand type(s) for +=: 'int' and 'str'"),
        ("ǀadd", [], (), 'can only concatenate list (not "tuple") to list'),
        ("ǀiadd", [], 5, "'int' object is not iterable"),
        ("ǀmul", "a", 1.5, "can't multiply sequence by non-int of type 'float'"),
        ("ǀsub", 1, 2**70 * 1j, None),
        ("ǀior", {}, {}, "unsupported operand type(s) for |=: 'dict' and 'dict'"),
        (
            "ǀipow",
            1,
            "a",
            "unsupported operand type(s) for ** or pow(): 'int' and 'str'",
        ),
        ("ǀilshift", 1, 1.5, "unsupported operand type(s) for <<=: 'int' and 'float'"),
    ):
        try:
            numbers.HELPERS[helper](left, right)  # type: ignore[operator]
        except TypeError as error:
            assert str(error) == text
        else:
            assert text is None


def test_list_grows_in_place() -> None:
    """``+=`` and ``*=`` change a list itself, and take any iterable."""
    values = [1]
    assert numbers.iadd(values, "ab") is values == [1, "a", "b"]
    assert numbers.imul(values, 2) is values and len(values) == 6


def test_hopeless_sizes_fail_at_once() -> None:
    """A result that no machine can hold isn't calculated."""
    check(
        """
10 ** 10 ** 11 !! MemoryError:
'ab' * 2 ** 62 !! OverflowError: repeated string is too long
[0] * 2 ** 62 !! MemoryError:
"""
    )


def test_int_and_long() -> None:
    """An integer outside 64 bits is a long; a literal with L is one until used."""
    check(
        """
(9223372036854775807 + 1, 2 ** 62, 5L, [5L], -5L, +5L, abs(-5L)) => (9223372036854775808L, 4611686018427387904, 5L, [5L], -5L, 5L, 5L)
(type(5) is int, type(5L) is long, type(2 ** 63) is long, type(True) is bool) => (True, True, True, True)
(isinstance(5L, int), isinstance(2 ** 63, (int, long)), isinstance(True, int)) => (False, True, True)
(str(5L), hex(255L), oct(8L), hex(2 ** 64), hex(-255), oct(0)) => ('5', '0xffL', '010L', '0x10000000000000000L', '-0xff', '0')
(long(5), int(5L), long('12L'), int(2 ** 64)) => (5L, 5, 12L, 18446744073709551616L)
"""
    )


def test_numbers_from_text() -> None:
    """Blanks, signs, bases and prefixes as in 2.7, and its complaints."""
    check(
        """
(int(' -12\\n'), int('- 1'), int('017', 0), int('0x1f', 16), int('L', 30)) => (-12, -1, 15, 31, 21)
int('') !! ValueError: invalid literal for int() with base 10: ''
int(' x ') !! ValueError: invalid literal for int() with base 10: 'x '
long(' x ') !! ValueError: invalid literal for long() with base 10: ' x '
int('12\\x00') !! ValueError: null byte in argument for int()
int('1_000') !! ValueError: invalid literal for int() with base 10: '1_000'
int('\\xa012') !! ValueError: invalid literal for int() with base 10: '\\xa012'
int('1', 37) !! ValueError: int() base must be >= 2 and <= 36, or 0
int(12, 10) !! TypeError: int() can't convert non-string with explicit base
int(None) !! TypeError: int() argument must be a string or a number, not 'NoneType'
float('x') !! ValueError: could not convert string to float: x
float('1x') !! ValueError: invalid literal for float(): 1x
float(10 ** 400) !! OverflowError: long int too large to convert to float
"""
    )


def test_round_goes_away_from_zero() -> None:
    """Halves go away from zero, by the exact binary value; always a float."""
    check(
        """
(round(0.5), round(2.5), round(-0.5), round(2), round(-0.4)) => (1.0, 3.0, -1.0, 2.0, -0.0)
(round(2.675, 2), round(0.125, 2), round(2.25, 1), round(1.005, 2)) => (2.67, 0.13, 2.3, 1.0)
(round(25, -1), round(1250, -2), round(1e300, -5), round(5.5, -400)) => (30.0, 1300.0, 1e+300, 0.0)
round(1.5e308, -308) !! OverflowError: rounded value too large to represent
round('x') !! TypeError: a float is required
round() !! TypeError: Required argument 'number' (pos 1) not found
"""
    )


def test_longs_that_were_written_show_in_complaints() -> None:
    """A division by zero tells long literals, and integers beyond 64 bits, from ints."""
    check(
        """
1L / 0 !! ZeroDivisionError: long division or modulo by zero
1 // 0L !! ZeroDivisionError: long division or modulo by zero
1L % 0 !! ZeroDivisionError: long division or modulo by zero
2 ** 64 / 0 !! ZeroDivisionError: long division or modulo by zero
1 / 0 !! ZeroDivisionError: integer division or modulo by zero
0 % 0 !! ZeroDivisionError: integer division or modulo by zero
1L / 0.0 !! ZeroDivisionError: float division by zero
(7L / 2, 7L // 2, 7L % 4, 7 / 2L) => (3, 3, 3, 3)
"""
    )


def test_shifts_by_more_than_a_machine_integer() -> None:
    """A count that is a long is refused before anything is shifted."""
    check(
        """
1 << 2 ** 63 !! OverflowError: long int too large to convert to int
1L << 2 ** 70 !! OverflowError: long int too large to convert to int
1 >> 2 ** 63 !! OverflowError: long int too large to convert to int
1 << 'a' !! TypeError: unsupported operand type(s) for <<: 'int' and 'str'
(1 << 2 ** 3, 1 >> 2 ** 10) => (256, 0)
"""
    )


def test_dictionaries_and_types_have_no_union() -> None:
    """``|`` of two dictionaries, or of two types, is Python 3's."""
    check(
        """
{1: 2} | {3: 4} !! TypeError: unsupported operand type(s) for |: 'dict' and 'dict'
int | str !! TypeError: unsupported operand type(s) for |: 'type' and 'type'
d | d !! TypeError: unsupported operand type(s) for |: 'dict' and 'dict'
[d][0] | x.y !! TypeError: unsupported operand type(s) for |: 'dict' and 'dict'
join(d) !! TypeError: unsupported operand type(s) for |=: 'dict' and 'dict'
(join(5), join(set([2])), s | s, 1 | 2, True | False, d.viewkeys() | d.viewkeys()) => (5, set([2]), set([1]), 3, True, set(['k']))
""",
        "d = {'k': 1}\ns = set([1])\nclass X: pass\nx = X()\nx.y = d\n"
        "def join(a):\n  b = a\n  b |= a\n  return b",
    )


def test_only_a_bare_literal_takes_its_sign_along() -> None:
    """``-1j`` is read as one number; ``-(1j)`` turns both parts' signs round."""
    check(
        """
(-1j, - 1j, -(1j), -(0j), --1j) => (-1j, -1j, (-0-1j), (-0-0j), (-0+1j))
"""
    )


def test_numbers_that_no_machine_integer_holds() -> None:
    """As arguments they are refused, each in the words of its place."""
    check(
        """
'a'.center(10 ** 20) !! OverflowError: Python int too large to convert to C long
[1].pop(10 ** 20) !! OverflowError: Python int too large to convert to C long
'a'.expandtabs(2 ** 40) !! OverflowError: signed integer is greater than maximum
'{:c}'.format(10 ** 20) !! OverflowError: Python int too large to convert to C long
'%f' % 10 ** 400 !! TypeError: float argument required, not long
'%.99999999999999999999f' % 1 !! ValueError: prec too big
[1].index(2 ** 70) !! ValueError: 1180591620717411303424L is not in list
range(1j) !! TypeError: can't convert complex to int
int('1', 2 ** 40) !! OverflowError: signed integer is greater than maximum
'a'.splitlines(-2 ** 40) !! OverflowError: signed integer is less than minimum
[1].sort(reverse=2 ** 40) !! OverflowError: signed integer is greater than maximum
"""
    )


def test_bits_of_complex_numbers() -> None:
    """An operation on bits makes no operand complex: the text names both types."""
    check(
        """
1j & 0 !! TypeError: unsupported operand type(s) for &: 'complex' and 'int'
1.5 ^ 2j !! TypeError: unsupported operand type(s) for ^: 'float' and 'complex'
1 << 1j !! TypeError: unsupported operand type(s) for <<: 'int' and 'complex'
"""
    )


def test_number_of_arguments_comes_before_their_names() -> None:
    """Too many arguments of a type, named ones included, are counted first."""
    check(
        """
str('1', base=8) !! TypeError: str() takes at most 1 argument (2 given)
int('11', base=2, foo=3) !! TypeError: int() takes at most 2 arguments (3 given)
int('11', foo=2) !! TypeError: 'foo' is an invalid keyword argument for this function
"""
    )
