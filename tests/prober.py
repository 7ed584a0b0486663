"""A program's operations, applied at random to whatever they lead to.

From a pool of values (instances and classes of every kind, built-in values, API
functions, handles) a step picks an operation that program text can spell, applies it
by running compiled program text, and puts the result into the pool. What comes out
must be of a kind that programs may hold. The prober knows nothing of how the runtime
hides things; it finds doors that nobody thought of.
"""

from __future__ import annotations

import random
import types
from collections import Counter
from collections.abc import Callable
from typing import Any

from repy_compat.api.handles import Handle, HandleV1
from repy_compat.api.safedict import SafeDict
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.limits.restrictions import Limits
from repy_compat.python2 import classes, errors
from repy_compat.python2.names import NAMES
from repy_compat.sandbox import Sandbox
from repy_compat.world.output import MemoryOutput
from repy_compat.world.real import real_world

VALUES = """
class Old:
  def m(self, *a):
    return a
  def next(self):
    return 1
class Text(Old):
  def __repr__(self):
    return 'r'
  def __str__(self):
    return 's'
class New(object):
  def m(self, *a, **k):
    return k
class Both(Old, object):
  pass
class OldError(Old, Exception):
  pass
values = [Old, Text, New, Both, OldError, Old(), Text(), New(), Both(), OldError(1)]
BASES
def fun(*a, **k):
  return a
def fun1(a=1, (b, c)=(1, 2)):
  return b
values += [fun, fun1, Old.m, Old().m, New.m, 1, -1, 2**70, 5L, 1.5, 2j, 'abc', '', 'a',
  '{0}', '{0.m}', '%s', [1, 2], [], (1, 2), (), {}, {1: 2}, {'a': 1}, None, True,
  slice(1, 2, 3), xrange(3), set([1]), frozenset([2])]
"""
_BASES = [
    "int",
    "str",
    "list",
    "dict",
    "set",
    "frozenset",
    "tuple",
    "float",
    "complex",
    "Exception",
    "AttributeError",
    "SyntaxError",
    "IOError",
]

ONE = [
    "",
    "return a()",
    "return -a",
    "return ~a",
    "return repr(a)",
    "return str(a)",
    "raise a",
    "return type(a)",
    "return list(a)",
    "return tuple(a)",
    "return len(a)",
    "return abs(a)",
    "return dict(a)",
    "return set(a)",
    "return a[:]",
    "return a[0]",
    "return [a]",
    "return a.next()",
    "",
][1:-1]

TWO = [
    "",
    "return a + b",
    "return a - b",
    "return a * b",
    "return a / b",
    "return a % b",
    "return a & b",
    "return a | b",
    "return a ^ b",
    "return a[b]",
    "return a[b:]",
    "return a < b",
    "return a in b",
    "return a(b)",
    "return a(b, b)",
    "return a(1, b)",
    "return a(b, 1)",
    "return a(*b)",
    "return a(**b)",
    "return cmp(a, b)",
    "return isinstance(a, b)",
    "return map(a, b)",
    "return '{0}{0!r}{1}'.format(a, b)",
    "return '%s%r' % (a, b)",
    "return a.zz",
    "a += b; return a",
    "a |= b; return a",
    "a.zz = b; return a.zz",
    "a.__init__ = b; return a",
    "a[0] = b; return a[0]",
    "x, y = a; return x",
    "",
][1:-1]

BLOCKS = """
def for_(a):
  for x in a:
    return x
def class_(a):
  class C(a):
    pass
  return C
def classes_(a, b):
  class C(a, b):
    pass
  return C
def raise_(a, b):
  try:
    raise a, b
  except a, e:
    return e
def caught(function, arguments):
  try:
    return function(*arguments)
  except Exception, e:
    return e
"""

DUNDERS = ("__init__", "__del__", "__repr__", "__str__")
RESERVED = ("im_", "tb_", "f_", "co_", "func_")

#: What would end or block the run, or take its time.
LEFT_OUT = frozenset(
    [
        "exitall",
        "sleep",
        "openconn",
        "sendmess",
        "waitforconn",
        "recvmess",
        "openconnection",
        "sendmessage",
        "gethostbyname",
        "gethostbyname_ex",
        "settimer",
        "createthread",
        "listenformessage",
        "getmyip",
        "listenforconnection",
        "stopcomm",
        "canceltimer",
        "range",
        "pow",
        "acquire",
        "getconnection",
        "getmessage",
    ]
)
_MOST_OF_A_KIND = 6
_PLAIN = (*NAMES, int, types.MethodType, classes.UnboundMethod, Handle, HandleV1)
_PROGRAMS: Any = (errors._BASE, errors.Shadow, RecursionError)
_METHODS = (types.MethodDescriptorType, types.ClassMethodDescriptorType)


def can_be_written(name: str) -> bool:
    """Whether a program may write an attribute so, the special methods aside."""
    return (
        name.isascii()
        and name.isidentifier()
        and "__" not in name
        and not name.startswith(RESERVED)
    )


class Prober:
    """The pool of one run, and what was found: description -> how it was reached."""

    def __init__(self, folder: str, dialect_name: str, seed: int) -> None:
        self.dialect = Dialect.of_name(dialect_name)
        self.choose = random.Random(seed)
        self.pool: list[tuple[object, str]] = []
        self.found: dict[str, str] = {}
        self._kept: Counter[object] = Counter()
        self._readers: dict[str, list[Callable[..., object]]] = {}
        world = real_world(folder, MemoryOutput(), MemoryOutput())
        sandbox = Sandbox(self._compiled("x = 1\n"), Limits.default(), world)
        names: dict[str, Any] = sandbox.namespace
        self._names = names
        self._operations = self._make_operations()
        self._catch = self.run(BLOCKS)["caught"]
        bases = "".join(
            f"class Of{name}({name}):\n  def m(self): return self\n"
            f"values += [Of{name}, Of{name}()]\n"
            for name in _BASES
        )
        for value in self.run(VALUES.replace("BASES\n", bases))["values"]:
            self.add(value, type(value).__name__)
        for name, value in [*names["__builtins__"].items(), *names.items()]:
            if can_be_written(name) and name not in LEFT_OUT:
                self.add(value, name)
        for name, value in handles(names, dialect_name).items():
            self.add(value, name)

    def _compiled(self, text: str) -> Any:
        return compile_program(text, "p.repy", self.dialect)

    def run(self, text: str) -> dict[str, Any]:
        """What program text defines that has the API's names."""
        namespace: dict[str, Any] = dict(self._names)
        exec(self._compiled(text).code, namespace)
        return namespace

    def _make_operations(self) -> list[tuple[int, str, Callable[..., object]]]:
        """Number of operands, name and function of each operation."""
        made = []
        for count, texts in ((1, ONE), (2, TWO)):
            for text in texts:
                parameters = "a, b"[: 3 * count - 2]
                function = self.run(f"def f({parameters}):\n  {text}\n")["f"]
                made.append((count, text, function))
        for name, function in self.run(BLOCKS).items():
            if name.endswith("_") and name[:1] != "_":
                made.append((function.__code__.co_argcount, name, function))
        return made

    def _reader(self, name: str) -> list[Callable[..., object]]:
        """Read the attribute, call it with none, one and two arguments."""
        made = self._readers.get(name)
        if made is None:
            made = self._readers[name] = [
                self.run(f"def f(v{more}):\n  return v.{name}{call}\n")["f"]
                for more, call in (
                    ("", ""),
                    ("", "()"),
                    (", w", "(w)"),
                    (", w, x", "(w, x)"),
                )
            ]
        return made

    def add(self, value: object, path: str) -> None:
        """Put a value into the pool, unless there are enough of its kind."""
        if not _is_harmless(value):
            self.found[f"{type(value).__qualname__}: {value!r:.80}"] = path
        for text in value.args if isinstance(value, BaseException) else (value,):
            if type(text) is str and not text.isascii() and max(text) > "\xff":
                self.found[text[:80]] = path
        if isinstance(value, (str, list, tuple)) and len(value) > 50:
            return
        if isinstance(value, int) and abs(value) > 2**80:
            return
        single = isinstance(
            value, (type, types.FunctionType, types.BuiltinFunctionType)
        )
        kind: object = id(value) if single else type(value)
        if type(value) is types.MethodType:
            kind = (id(value.__func__), type(value.__self__))
        if self._kept[kind] < (1 if single else _MOST_OF_A_KIND):
            self._kept[kind] += 1
            self.pool.append((value, path))

    def step(self) -> None:
        """One operation on values of the pool."""
        choose = self.choose
        value, path = choose.choice(self.pool)
        if choose.random() < 0.4:
            name = choose.choice([*filter(can_be_written, dir(value)), *DUNDERS, "mro"])
            if name in LEFT_OUT or name in ("encode", "decode"):
                return
            arguments = choose.randrange(4)
            function, count = self._reader(name)[arguments], max(arguments - 1, 0)
            text = f".{name}[{arguments}]"
        else:
            operands, text, function = choose.choice(self._operations)
            count = operands - 1
        others = [choose.choice(self.pool) for _ in range(count)]
        try:
            result = self._catch(function, (value, *[other for other, _ in others]))
        except _PROGRAMS:
            return
        self.add(result, f"{text} of {[path, *[known for _, known in others]]}")


def handles(names: dict[str, Any], dialect_name: str) -> dict[str, object]:
    """One live handle of each kind that needs neither network nor another event."""
    if dialect_name == "V1":
        return {
            "lock": names["getlock"](),
            "file": names["open"]("a", "w"),
            "namespace": names["VirtualNamespace"]("x=1"),
        }
    return {
        "lock": names["createlock"](),
        "file": names["openfile"]("a", True),
        "namespace": names["createvirtualnamespace"]("x=1", "n"),
        "resources": names["getresources"](),
    }


def _is_harmless(value: object) -> bool:
    """Whether programs may hold a value of this kind."""
    kind = type(value)
    if isinstance(value, type):
        if kind is classes.ClosedType:
            return issubclass(value, BaseException)
        return isinstance(value, classes.ClosedType) and (
            value not in classes._HIDDEN_BASES
        )
    if isinstance(kind, classes.ClosedType) and kind not in classes._HIDDEN_BASES:
        return True
    if isinstance(value, types.FunctionType):
        home: str = value.__globals__.get("__name__", "")
        return home.startswith(("repy_compat.api", "repy_compat.python2.builtins")) or (
            classes.is_program_function(value)
        )
    return kind in _PLAIN or kind in _METHODS or kind in (SafeDict, errors._Message)
