"""Methods of str work on bytes, with ASCII letters and six blanks."""

from __future__ import annotations

from tests.evaluating import check


def test_only_ascii_letters() -> None:
    """Bytes above 127 are never letters, digits or blanks."""
    check(
        """
('\\xe9\\xc9'.upper(), 'A\\xc9B'.lower(), '\\xe9ab'.title(), '\\xe9aB'.swapcase()) => ('\\xe9\\xc9', 'a\\xc9b', '\\xe9Ab', '\\xe9Ab')
('\\xe9'.isalpha(), '\\xb2'.isdigit(), '\\xe9a'.islower(), '\\xa0'.isspace()) => (False, False, True, False)
('ab1'.isalnum(), ' \\x0b'.isspace(), ''.isspace(), 'Ab Cd'.istitle()) => (True, True, False, True)
"""
    )


def test_blanks() -> None:
    """Splitting and stripping know space, \\\\t, \\\\n, \\\\v, \\\\f and \\\\r only."""
    check(
        """
'a\\x1cb\\x85d\\xa0e f'.split() => ['a\\x1cb\\x85d\\xa0e', 'f']
('\\xa0x'.strip(), '\\x1cx\\x1f'.strip(), ' \\t\\x0b\\x0c\\r\\nx '.strip()) => ('\\xa0x', '\\x1cx\\x1f', 'x')
('a  b'.split(None, 1), ' a b c '.rsplit(None, 1)) => (['a', 'b'], [' a b', 'c'])
'a\\nb\\r\\nc\\x0bd\\x85e'.splitlines(True) => ['a\\n', 'b\\r\\n', 'c\\x0bd\\x85e']
'\\x1c'.isspace() => False
"""
    )


def test_translate() -> None:
    """A table of 256 characters or None, and characters to delete."""
    check(
        """
('abc\\xff'.translate(table), 'abcabc'.translate(table, 'b'), 'hello'.translate(None, 'l')) => ('bcd\\x00', 'bdbd', 'heo')
'abc'.translate('short') !! ValueError: translation table must be 256 characters long
'abc'.translate({}) !! TypeError: expected a string or other character buffer object
'abc'.translate() !! TypeError: translate expected at least 1 arguments, got 0
""",
        "table = ''.join([chr((i + 1) % 256) for i in range(256)])",
    )


def test_complaints() -> None:
    """Wrong arguments are told in 2.7's words, whoever implements the method."""
    check(
        """
'abc'.find(5) !! TypeError: expected a string or other character buffer object
'abc'.find() !! TypeError: find/rfind/index/rindex() takes at least 1 argument (0 given)
'abc'.replace('a') !! TypeError: replace() takes at least 2 arguments (1 given)
'abc'.startswith(5) !! TypeError: startswith first arg must be str, unicode, or tuple, not int
'abc'.split(5) !! TypeError: expected a string or other character buffer object
'abc'.split('') !! ValueError: empty separator
'abc'.split(',', 'x') !! TypeError: an integer is required
'abc'.strip(5) !! TypeError: strip arg must be None, str or unicode
'abc'.upper(1) !! TypeError: upper() takes no arguments (1 given)
'abc'.upper(x=1) !! TypeError: upper() takes no keyword arguments
'a'.center(5, 'xy') !! TypeError: center() argument 2 must be char, not str
'a'.rjust(5, 5) !! TypeError: rjust() argument 2 must be char, not int
'a'.zfill(2.5) !! TypeError: integer argument expected, got float
','.join([1]) !! TypeError: sequence item 0: expected string, int found
','.join(5) !! TypeError: can only join an iterable
'a'.casefold !! AttributeError: 'str' object has no attribute 'casefold'
"""
    )


def test_a_subclass_may_replace_a_method() -> None:
    """The base's method, called from the subclass's, doesn't come back to it."""
    check(
        "(S('a').upper(), S(' b ').strip(), str.upper(S('c'))) => ('A!', 'b', 'C')",
        """
class S(str):
  def upper(self): return str.upper(self) + '!'
""",
    )
