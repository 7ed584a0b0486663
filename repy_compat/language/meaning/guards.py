"""Attributes that are read through a helper, because both languages disagree on them.

Every other attribute is read natively. The names are methods that Python 3 lost
or changed, and attributes that only Python 3 has; ``python2/attributes.py`` holds
the functions behind the helpers, and a test holds the two lists equal.
"""

from __future__ import annotations

import sys

MOST_ARGUMENTS = 3
"""Calls of guarded methods with up to so many arguments have their own helper."""

DUNDER_METHODS = frozenset(("__init__", "__del__", "__repr__", "__str__", "__iter__"))
"""The special methods a program may name."""

GUARDED = frozenset(
    [
        "capitalize",
        "expandtabs",
        "format",
        "isalnum",
        "isalpha",
        "isdigit",
        "islower",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "lower",
        "lstrip",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "strip",
        "swapcase",
        "title",
        "translate",
        "upper",
        "casefold",
        "format_map",
        "isascii",
        "isdecimal",
        "isidentifier",
        "isnumeric",
        "isprintable",
        "maketrans",
        "removeprefix",
        "removesuffix",
        "has_key",
        "items",
        "iteritems",
        "iterkeys",
        "itervalues",
        "keys",
        "values",
        "viewitems",
        "viewkeys",
        "viewvalues",
        "sort",
        "clear",
        "copy",
        "next",
        "as_integer_ratio",
        "bit_count",
        "from_bytes",
        "from_number",
        "is_integer",
        "to_bytes",
        "start",
        "stop",
        "step",
        "mro",
        # Python 3.14 doesn't tell any more what wasn't in the list.
        *(("index",) if sys.version_info >= (3, 14) else ()),
    ]
)

BUILTIN_EXCEPTIONS = frozenset(
    [
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "BaseException",
        "DeprecationWarning",
        "EOFError",
        "EnvironmentError",
        "Exception",
        "FloatingPointError",
        "FutureWarning",
        "IOError",
        "ImportError",
        "IndentationError",
        "IndexError",
        "KeyError",
        "KeyboardInterrupt",
        "LookupError",
        "MemoryError",
        "NameError",
        "NotImplementedError",
        "OSError",
        "OverflowError",
        "PendingDeprecationWarning",
        "ReferenceError",
        "RuntimeError",
        "RuntimeWarning",
        "StandardError",
        "StopIteration",
        "SyntaxError",
        "SyntaxWarning",
        "SystemError",
        "SystemExit",
        "TabError",
        "TypeError",
        "UnboundLocalError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "UnicodeError",
        "UnicodeTranslateError",
        "UserWarning",
        "ValueError",
        "Warning",
        "ZeroDivisionError",
    ]
)
"""Exceptions of Python 2; ``<private>Name`` matches what ``except Name`` matches."""

SIMPLE_EXCEPTIONS = BUILTIN_EXCEPTIONS - {
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
}
"""Those that can be made from any one argument."""

PLAIN_EXCEPTIONS = frozenset(
    [
        "ArithmeticError",
        "AssertionError",
        "EOFError",
        "FloatingPointError",
        "IndexError",
        "KeyError",
        "LookupError",
        "OverflowError",
        "TypeError",
        "ValueError",
        "ZeroDivisionError",
    ]
)
"""Those that hold nothing but their arguments, in the host as in Python 2."""

WIDE_EXCEPTIONS = frozenset(
    ("BaseException", "StandardError", "EnvironmentError", "IOError", "OSError")
)
"""Those for which several of the host's classes stand."""
