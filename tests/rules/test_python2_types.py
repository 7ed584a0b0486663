"""Built-in types are values that give away nothing of the host."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from repy_compat.python2 import builtins, types
from tests.evaluating import Space, check


def test_identity_and_text() -> None:
    """type(x) is the name's own object; it can be a key and has an order."""
    check(
        """
(type(3) is int, type('') is str, type({}) == dict, type(None) in (int, type(None))) => (True, True, True, True)
({int: 1, str: 2}[type(5)], [int, type(len), type(f), type(f.x)]) => (1, [<type 'int'>, <type 'builtin_function_or_method'>, <type 'function'>, <type 'int'>])
(int < str) in (True, False) => True
""",
        "def f(): pass\nf.x = 1",
    )


def test_unbound_methods_of_built_in_types() -> None:
    """``list.append`` and the like check their first argument."""
    check(
        """
(list.append(l, 5), l, str.upper('a'), dict.get({1: 2}, 1), str.join(',', 'ab')) => (None, [5], 'A', 2, 'a,b')
list.append('a', 5) !! TypeError: descriptor 'append' requires a 'list' object but received a 'str'
str.upper() !! TypeError: descriptor 'upper' of 'str' object needs an argument
str.nosuch !! AttributeError: type object 'str' has no attribute 'nosuch'
(int.__str__(5), str.__repr__('a'), list.__init__(l, [1]), l) => ('5', "'a'", None, [1])
(int.real, slice.start) => (<attribute 'real' of 'int' objects>, <member 'start' of 'slice' objects>)
int.__repr__ => <slot wrapper '__repr__' of 'int' objects>
""",
        "l = []",
    )


def test_constructors_complain_as_in_2_7() -> None:
    """Counts, keywords and wrong values."""
    check(
        """
int(1, 2, 3) !! TypeError: int() takes at most 2 arguments (3 given)
int(y=1) !! TypeError: 'y' is an invalid keyword argument for this function
str(1, 2) !! TypeError: str() takes at most 1 argument (2 given)
list(1, 2) !! TypeError: list() takes at most 1 argument (2 given)
set(x=1) !! TypeError: set() does not take keyword arguments
set(1, 2) !! TypeError: set expected at most 1 arguments, got 2
object(1) !! TypeError: object() takes no parameters
type(None)() !! TypeError: cannot create 'NoneType' instances
complex(1, 'x') !! TypeError: complex() second arg can't be a string
slice() !! TypeError: slice expected at least 1 arguments, got 0
chr(256) !! ValueError: chr() arg not in range(256)
chr(1, 2) !! TypeError: chr() takes exactly 1 argument (2 given)
ord('ab') !! TypeError: ord() expected a character, but string of length 2 found
isinstance(1) !! TypeError: isinstance expected 2 arguments, got 1
len(obj=[]) !! TypeError: len() takes no keyword arguments
"""
    )


def test_types_can_not_be_changed() -> None:
    """Neither a facade nor a built-in function takes an attribute."""
    for statement in ("int.x = 5", "del int.real", "len.x = 1", "str.upper.x = 1"):
        space = Space()
        with pytest.raises((TypeError, AttributeError)):
            space.run(statement)


def test_classes_derived_from_types() -> None:
    """isinstance and issubclass see through facades."""
    check(
        """
(isinstance(L(), list), issubclass(L, list), issubclass(L, object), type(L()) is L) => (True, True, True, True)
(issubclass(bool, int), issubclass(int, long), issubclass(long, int), issubclass(str, object)) => (True, False, False, True)
(isinstance(I(5), int), isinstance(I(5), long), isinstance(G(5), long), issubclass(G, int)) => (True, False, True, False)
(isinstance(o, object), issubclass(Old, object), isinstance(o, type(o)), isinstance(f, type(f))) => (True, False, True, True)
isinstance(5, 5) !! TypeError: isinstance() arg 2 must be a class, type, or tuple of classes and types
issubclass(5, int) !! TypeError: issubclass() arg 1 must be a class
""",
        """
class L(list): pass
class I(int): pass
class G(long): pass
class Old: pass
o = Old()
def f(): pass
""",
    )


def test_type_in_both_dialects() -> None:
    """V1 refuses the type of a type, V2 gives the function itself."""
    check(
        """
type(int) !! RunBuiltinException: ('unsafe type() call.',)
type(1, 2) !! RunBuiltinException: ('type() may only take exactly one non-keyword argument.',)
isinstance(5, type) !! TypeError: isinstance() arg 2 must be a class, type, or tuple of classes and types
"""
    )
    space = Space(dialect=Dialect.V2)
    assert space.outcome("(type(int) is type, type(type) is type)") == "=> (True, True)"


def test_refused_built_ins() -> None:
    """They can be named and stored; a call raises, with the dialect's text."""
    space = Space()
    assert space.outcome("sorted([2, 1])") == "!! RunBuiltinException: ('sorted',)"
    assert space.outcome("str(type(any))") == "=> \"<type 'function'>\""
    space = Space(dialect=Dialect.V2)
    assert space.outcome("sorted([2, 1])") == (
        "!! RunBuiltinException: "
        "(\"Unsafe call 'sorted' with args '([2, 1],)', kwargs '{}'\",)"
    )


def test_every_namespace_is_its_own() -> None:
    """Two dictionaries of built-ins share no object that a program can change."""
    one = builtins.new_builtins("V1", write=print)
    two = builtins.new_builtins("V1", write=print)
    assert one is not two
    for name in ("sorted", "type", "open"):
        assert one[name] is not two[name]


def test_no_type_of_the_host_can_be_named() -> None:
    """Under names that a program can write there are only facades and exceptions."""
    for name, value in builtins.new_builtins("V1", write=print).items():
        if name[0] != "ǀ" and isinstance(value, type):
            assert issubclass(value, BaseException), name


def test_python_3_names_are_absent() -> None:
    """What only Python 3 has isn't there."""
    known = builtins.new_builtins("V2", write=print)
    for name in ("ascii", "breakpoint", "aiter", "RecursionError", "PermissionError"):
        assert name not in known


def test_hidden_attributes() -> None:
    """Python 3's additions to built-in types don't exist."""
    check(
        """
(5).to_bytes !! AttributeError: 'int' object has no attribute 'to_bytes'
(5).as_integer_ratio !! AttributeError: 'int' object has no attribute 'as_integer_ratio'
[].clear !! AttributeError: 'list' object has no attribute 'clear'
'a'.format_map !! AttributeError: 'str' object has no attribute 'format_map'
{}.nosuch !! AttributeError: 'dict' object has no attribute 'nosuch'
"""
    )
    assert types.type_of(5) is types.INT
