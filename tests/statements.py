"""Random Repy programs, as text: control flow, exceptions, classes, scopes.

Everything that a program prints is the same in Python 2.7 whatever the addresses
of objects and the order of dicts.
"""

from __future__ import annotations

from random import Random

PRELUDE = """\
class Old:
  tag = 'old'
  def __init__(self, x=0): self.x = x
  def get(self, y=1): return self.x, y
  def __str__(self): return 'Old<%s>' % (self.x,)
class Sub(Old):
  def get(self, y=2): return Old.get(self, y)
class Left(Old):
  tag = 'left'
class Both(Sub, Left): pass
class New(object):
  tag = 'new'
  def __init__(self, x=0): self.x = x
  def get(self, y=1): return self.x, y
  def __repr__(self): return 'New<%r>' % (self.x,)
class Err(Exception): pass
class Two(Err):
  def __init__(self, a, b=0): self.a = a
class Kept(ValueError):
  def __init__(self, *v): ValueError.__init__(self, *v)
def one(x): return x
def opt(x, y=1, *r): return x, y, r
def keys(x, **k): return x, len(k)
def say(x):
  print 'say', x,
  return x
"""

VALUES = [
    "0",
    "1",
    "-3",
    "7",
    "2.5",
    "'ab'",
    "'c'",
    "''",
    "None",
    "True",
    "[1,2]",
    "[]",
    "(3,)",
    "()",
    "{'k':1}",
    "10**20",
    "5L",
    "Old(1)",
    "New(2)",
    "Sub(3)",
    "Both('b')",
    "Err('e')",
    "one",
    "Old.get",
    "New.get",
    "Old(4).get",
]
CLASSES = ["Old", "Sub", "Left", "Both", "New", "Err", "Two", "Kept"]
ERRORS = [
    "ValueError",
    "KeyError",
    "TypeError",
    "Exception",
    "StandardError",
    "IndexError",
    "Err",
    "Two",
    "Kept",
    "Old",
    "Sub",
    "Both",
    "LookupError",
    "BaseException",
    "EnvironmentError",
    "IOError",
    "RuntimeError",
    "5",
    "None",
    "'text'",
    "New",
    "(ValueError,KeyError)",
    "(Old,(Err,))",
]
RAISES = [
    "ValueError",
    "ValueError('v')",
    "ValueError, 'w'",
    "KeyError, ('a', 1)",
    "Err",
    "Err('x', 2)",
    "Two, (1, 2)",
    "Two, 5",
    "Two",
    "Old",
    "Old(9)",
    "Sub, 3",
    "Both('z')",
    "'text'",
    "5",
    "None",
    "New",
    "New(1)",
    "IOError(2, 'no', 'f')",
    "Kept, 'k'",
    "Kept('a', 'b')",
    "ValueError, KeyError('in')",
    "LookupError, KeyError('sub')",
    "(ValueError, 1), 'tuple'",
    "StopIteration",
    "ValueError('v'), 'too much'",
    "Err, None, None",
    "Old, Old(1)",
    "Sub, Old(1)",
]
FAILING = [
    "1/0",
    "[][3]",
    "{}['q']",
    "None.x",
    "nosuch",
    "int('z')",
    "'a'+1",
    "5()",
    "one()",
    "one(1,2)",
    "opt()",
    "keys(1,2)",
    "one(y=1)",
    "opt(1,x=2)",
    "Old(1,2)",
    "New(1,2)",
    "Old.get(5)",
    "New.get()",
    "Two()",
    "Old(1).nosuch",
    "New(1).nosuch",
    "Old.nosuch",
    "New.nosuch",
    "len(5)",
    "[1]['a']",
    "'ab'[None]",
    "Old(1)()",
    "New(1)()",
    "Old(1)[0]",
    "New(1)[0]",
    "-Old(1)",
    "Old(1)+1",
    "New(1)+'a'",
    "5 in 5",
    "(1,2)[9]",
    "'%d'%'x'",
    "'%s %s'%1",
    "range('a')",
    "float('q')",
    "''.join([1])",
    "one(*5)",
    "Both(1).nosuch",
    "Sub(1).get(1,2,3)",
    "2**'a'",
    "[]+()",
    "()+1",
    "1<<-1",
    "ord('ab')",
    "chr(300)",
]
OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "in", "is"]
ORDERS = ["<", "<=", ">", ">="]
ORDERED = [
    "0",
    "1",
    "-3",
    "7",
    "2.5",
    "'ab'",
    "''",
    "None",
    "True",
    "[1,2]",
    "[]",
    "(3,)",
    "()",
    "{'k':1}",
    "10**20",
    "5L",
]


class Writer:
    """Writes one random program."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lines: list[str] = []
        self.names = ["a", "b", "c"]
        self.depth = 0

    def pick(self, options: list[str] | tuple[str, ...]) -> str:
        return self.random.choice(options)

    def line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    def value(self, depth: int = 0) -> str:
        """An expression."""
        kind = self.random.randrange(10)
        if kind < 3 or depth > 2:
            return self.pick(VALUES)
        if kind < 5:
            return self.pick(self.names)
        if kind == 5:
            return self.pick(FAILING)
        if kind == 6:
            return f"say({self.pick(VALUES)})"
        if kind == 7:
            return f"{self.pick(self.names)}.{self.pick(['x', 'tag', 'args', 'get'])}"
        if self.random.random() < 0.25:
            left, right = self.pick(ORDERED), self.pick(ORDERED)
            return f"({left} {self.pick(ORDERS)} {right})"
        operator = self.pick(OPERATORS)
        left, right = self.value(depth + 1), self.value(depth + 1)
        return f"({left} {operator} {right})"

    def show(self, text: str) -> None:
        """Print a value without addresses: its type's name and a tame text."""
        self.line(f"show({text})")

    def statement(self) -> None:
        """One statement."""
        kind = self.random.randrange(14)
        if self.depth > 4:
            kind = self.random.randrange(4)
        name = self.pick(self.names)
        if kind < 2:
            self.line(f"{name} = {self.value()}")
        elif kind == 2:
            self.show(self.value())
        elif kind == 3:
            self.line(f"{name} {self.pick(['+', '*', '-', '/', '%'])}= {self.value()}")
        elif kind == 4:
            self.line(f"if {self.value()}:")
            self.block()
            if self.random.random() < 0.5:
                self.line(f"elif {self.value()}:")
                self.block()
            if self.random.random() < 0.5:
                self.line("else:")
                self.block()
        elif kind == 5:
            self.line(f"for {name} in [{self.value()}, {self.value()}]:")
            self.block(loop=True)
        elif kind == 6:
            self.line(f"{name} = [q for q in [{self.value()}, 1] if q or 1]")
            self.show("q")
        elif kind < 11:
            self.attempt()
        elif kind == 11:
            self.line(f"raise {self.pick(RAISES)}")
        elif kind == 12:
            self.line("raise")
        else:
            self.line(f"assert {self.value()}, {self.value()}")

    def attempt(self) -> None:
        """A try statement."""
        self.line("try:")
        self.block()
        clauses = self.random.randrange(3)
        for _ in range(clauses):
            self.line(f"except {self.pick(ERRORS)}, e:")
            self.block("show(e)")
        if clauses and self.random.random() < 0.3:
            self.line("except:")
            self.block()
        if clauses and self.random.random() < 0.3:
            self.line("else:")
            self.block()
        if not clauses or self.random.random() < 0.3:
            self.line("finally:")
            self.block()

    def block(self, first: str = "", loop: bool = False) -> None:
        """An indented block."""
        self.depth += 1
        if first:
            self.line(first)
        for _ in range(self.random.randrange(1, 4)):
            self.statement()
        if loop and self.random.random() < 0.2:
            self.line(self.pick(["break", "continue"]))
        self.depth -= 1

    def function(self, number: int) -> None:
        """A function, and the call that shows how it ends."""
        self.line(f"def f{number}(a, b):")
        self.depth += 1
        self.line("c = 0")
        for _ in range(self.random.randrange(3, 7)):
            self.attempt()
        self.line("return a, b, c")
        self.depth -= 1
        self.line(f"try: show(f{number}({self.pick(VALUES)}, {self.pick(VALUES)}))")
        self.line("except BaseException, e: show(e)")
        self.line("except Old, e: print 'old', e")
        self.line("print")


SHOW = """\
def show(x):
  kind = str(type(x))
  if kind in ("<type 'function'>", "<type 'instancemethod'>", "<type 'classobj'>"):
    print kind
  elif kind == "<type 'instance'>": print kind, x
  elif isinstance(x, (list, tuple)):
    print '(',
    for item in x: show(item)
    print ')'
  elif isinstance(x, BaseException): print kind, x, len(x.args)
  else: print kind, x
"""


def program(seed: int, functions: int = 3) -> str:
    """A random program of a few functions."""
    writer = Writer(seed)
    for number in range(functions):
        writer.function(number)
    return SHOW + PRELUDE + "\n".join(writer.lines) + "\n"
