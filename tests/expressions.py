"""Random expressions of Repy, as text: values, operators, methods, built-ins."""

# ruff: noqa: SIM905

from __future__ import annotations

from collections.abc import Callable
from random import Random

NUMBERS = (
    "0 1 -1 2 7 -7 10 255 256 0.0 -0.0 0.5 -2.5 1e16 1e-5 0.1 1e300 123456789012.5 "
    "9223372036854775807 -9223372036854775808 9223372036854775808L 2L 0L -3L "
    "10**20 True False 1e400 33 1.005 2.675"
).split()
TEXTS = (
    "''",
    "'a'",
    "'abc'",
    "'Hello World'",
    "' a\\tb '",
    "'\\xe9\\xc9x'",
    "'1\\x1c2\\x85 3'",
    "'a,b,,c'",
    '"it\'s"',
    "'12'",
    "' -7 '",
    "'1.5'",
    "'0x1f'",
    "'a\\nb\\r\\nc'",
    "'\\x00\\x7f\\xff'",
    "'{0} %s'",
)
BINARY = "+ - * / // % ** << >> & | ^ < <= > >= == != in".split()
SMALL = ("0", "1", "2", "-1", "3", "5", "True", "2L")
CONVERSIONS = "srdiuoxXeEfFgGc%"
FORMAT_TYPES = (
    "",
    "s",
    "d",
    "x",
    "X",
    "o",
    "b",
    "c",
    "e",
    "f",
    "g",
    "n",
    "%",
    "F",
    "q",
)
METHODS = {
    "str": (
        "capitalize center count endswith expandtabs find index isalnum isalpha "
        "isdigit islower isspace istitle isupper join ljust lower lstrip partition "
        "replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
        "startswith strip swapcase title translate upper zfill"
    ).split(),
    "list": "count index".split(),
    "tuple": "count index".split(),
    "dict": "get has_key items keys values copy pop setdefault".split(),
    "set": (
        "union intersection difference issubset issuperset isdisjoint copy "
        "symmetric_difference"
    ).split(),
    "float": "is_integer hex as_integer_ratio conjugate".split(),
    "int": "bit_length conjugate".split(),
}
FUNCTIONS = {
    "abs": (1,),
    "bool": (0, 1),
    "chr": (1,),
    "cmp": (2,),
    "complex": (0, 1, 2),
    "dict": (0, 1),
    "divmod": (2,),
    "filter": (2,),
    "float": (0, 1),
    "frozenset": (0, 1),
    "hex": (1,),
    "int": (0, 1, 2),
    "isinstance": (2,),
    "issubclass": (2,),
    "len": (1,),
    "list": (0, 1),
    "long": (0, 1, 2),
    "map": (2, 3),
    "max": (1, 2, 3),
    "min": (1, 2, 3),
    "oct": (1,),
    "ord": (1,),
    "pow": (2, 3),
    "range": (1, 2, 3),
    "repr": (1,),
    "round": (1, 2),
    "set": (0, 1),
    "slice": (1, 2, 3),
    "str": (0, 1),
    "sum": (1, 2),
    "tuple": (0, 1),
    "type": (1,),
    "xrange": (1, 2, 3),
    "zip": (0, 1, 2),
}


class Expressions:
    """Makes expressions from one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.pick = random.choice

    def any(self) -> str:
        """An operation on values."""
        return self.pick(
            (
                self.binary,
                self.binary,
                self.unary,
                self.method,
                self.method,
                self.call,
                self.call,
                self.percent,
                self.percent,
                self.field,
                self.subscript,
                self.shown,
            )
        )()

    def number(self) -> str:
        return self.pick(NUMBERS)

    def text(self) -> str:
        return self.pick(TEXTS)

    def value(self, depth: int = 2) -> str:
        """A value; containers hold at most one thing whose order could show."""
        kind = self.random.randrange(12 if depth else 7)
        if kind < 3:
            return self.number()
        if kind < 5:
            return self.text()
        if kind == 5:
            return self.pick(("None", "1j", "(2-1j)", "True", "xrange(3)", "()"))
        if kind == 6:
            return self.pick(("int", "str", "len", "long", "list", "[]", "{}"))
        if kind in (7, 8):
            return "[" + self.several(depth) + "]"
        if kind == 9:
            return "(" + self.several(depth) + ",)"
        if kind == 10:
            key = self.pick((self.number, self.text))()
            return "{" + f"{key}: {self.value(depth - 1)}" + "}"
        word = self.pick(("set", "frozenset"))
        return f"{word}([{self.pick((self.number, self.text))()}])"

    def several(self, depth: int) -> str:
        count = self.random.randrange(1, 4)
        return ", ".join(self.value(depth - 1) for _ in range(count))

    def binary(self) -> str:
        operator = self.pick(BINARY)
        left, right = self.value(), self.value()
        if operator in ("**", "<<"):
            right = self.pick((*SMALL, "0.5", "-0.5", "'a'", "None"))
        if operator == "*":
            right = self.pick((*SMALL, "0.5", "'a'", "None", "[1]"))
        return f"({left}) {operator} ({right})"

    def unary(self) -> str:
        return self.pick(("-", "+", "~", "not ")) + f"({self.value()})"

    def method(self) -> str:
        kind = self.pick(("str", "str", "str", *METHODS))
        receiver = {
            "str": self.text(),
            "list": "[1, 'a', 2.5]",
            "tuple": "(1, 'a')",
            "dict": "{1: 'x'}",
            "set": "set([1])",
            "float": self.pick(("2.0", "0.1", "1e400")),
            "int": self.pick(("5", "-3", "2**70")),
        }[kind]
        arguments = [
            self.pick((self.text, self.value, lambda: self.pick(SMALL)))()
            for _ in range(self.random.randrange(4))
        ]
        name = self.pick(METHODS[kind])
        return f"({receiver}).{name}({', '.join(arguments)})"

    def call(self) -> str:
        name = self.pick(tuple(FUNCTIONS))
        count = self.pick(FUNCTIONS[name])
        if self.random.randrange(15) == 0:
            count = self.random.randrange(5)
        make: Callable[[], str] = self.value
        if name in ("range", "xrange", "pow", "round", "slice"):
            make = lambda: self.pick((*SMALL, "-7", "30", "'a'", "2.5", "None"))  # noqa: E731
        arguments = [make() for _ in range(count)]
        if name in ("map", "filter") and arguments:
            arguments[0] = self.pick(("None", "str", "len", "int", "repr", "5"))
        if name in ("isinstance", "issubclass") and count == 2:
            arguments[1] = self.pick(("int", "(int, long)", "str", "object", "5"))
        return f"{name}({', '.join(arguments)})"

    def percent(self) -> str:
        count = self.random.randrange(1, 3)
        template = ""
        for _ in range(count):
            flags = "".join(flag for flag in "-+ #0" if self.random.randrange(5) == 0)
            width = self.pick(("", "", "5", "12", "*"))
            precision = self.pick(("", "", ".0", ".3", ".10", ".*"))
            letter = self.pick(CONVERSIONS)
            template += f"x%{flags}{width}{precision}{letter}"
        arguments = [
            self.pick((self.number, self.value))()
            for _ in range(count + template.count("*"))
        ]
        for at in range(template.count("*")):
            arguments[at] = self.pick(SMALL)
        return f"'{template}' % ({', '.join(arguments)},)"

    def field(self) -> str:
        align = self.pick(("", "", "<", ">", "^", "=", "*<", "0^"))
        sign = self.pick(("", "", "+", "-", " "))
        rest = self.pick(("", "#", "0")) + self.pick(("", "", "6", "12"))
        rest += self.pick(("", "", ",")) + self.pick(("", "", ".0", ".3", ".12"))
        spec = align + sign + rest + self.pick(FORMAT_TYPES)
        conversion = self.pick(("", "", "", "!r", "!s"))
        template = "{0" + conversion + (":" + spec if spec else "") + "}"
        return f"'{template}'.format({self.pick((self.number, self.value))()})"

    def subscript(self) -> str:
        holder = self.pick(("'abc'", "[1, 2, 3]", "(1, 2)", "{1: 2}", "xrange(4)"))
        index = self.pick((*SMALL, "-9", "2**70", "1:", ":-1", "::2", "'a'", "None"))
        return f"({holder})[{index}]"

    def shown(self) -> str:
        return (
            f"(str({self.value(3)}), repr({self.value(3)}), '%s' % ({self.value()},))"
        )
