"""Texts against the front end, and a second reading of what it accepts.

The second reading shares nothing with ``language/check.py``: it goes over all
fields of the tree, over the finished code objects, and knows of a program that it
made itself whether a forbidden name stands in it.
"""

from __future__ import annotations

import ast
import re
import types
from random import Random

from repy_compat.errors import ProgramRejected
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.language.pipeline import checked

OURS = "\u01c0"
KINDS = {
    "Module",
    "FunctionDef",
    "arguments",
    "arg",
    "ClassDef",
    "Return",
    "Delete",
    "Assign",
    "AugAssign",
    "For",
    "While",
    "If",
    "Raise",
    "Try",
    "Handler",
    "Assert",
    "Expr",
    "Pass",
    "Break",
    "Continue",
    "BoolOp",
    "BinOp",
    "UnaryOp",
    "Dict",
    "ListComp",
    "comprehension",
    "Compare",
    "Call",
    "Constant",
    "Attribute",
    "Subscript",
    "Slice",
    "Starred",
    "Name",
    "List",
    "Tuple",
    "keyword",
    "Print",
    "TupleParameter",
    "Load",
    "Store",
    "Del",
    "And",
    "Or",
    "Add",
    "Sub",
    "Mult",
    "Div",
    "Mod",
    "Pow",
    "LShift",
    "RShift",
    "BitOr",
    "BitXor",
    "BitAnd",
    "FloorDiv",
    "Invert",
    "Not",
    "UAdd",
    "USub",
    "Eq",
    "NotEq",
    "Lt",
    "LtE",
    "Gt",
    "GtE",
    "Is",
    "IsNot",
    "In",
    "NotIn",
}
FORBIDDEN = re.compile(r"(im_|func_|tb_|f_|co_)|.*__|(encode|decode)\Z")
SPECIAL = {
    "V1": {"__init__", "__del__", "__repr__", "__str__"},
    "V2": {"__init__", "__del__", "__repr__", "__str__", "__iter__"},
}
#: Names that the host's compiler adds to the bodies of modules and classes.
CLASS_NAMES = {
    "__doc__", "__name__", "__module__", "__qualname__", "__firstlineno__",
    "__static_attributes__", "__classdictcell__",
}  # fmt: skip
GENERATORS = 0x20 | 0x80 | 0x100 | 0x200
PLAIN = (str, int, float, complex, type(None), type(...), bool)


def is_forbidden(name: str, dialect: Dialect) -> bool:
    """Whether a program may not use ``name``, by a reading of the rule of our own."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return True
    return FORBIDDEN.match(name) is not None and name not in (SPECIAL[dialect.name])


def faults_of_tree(tree: ast.AST, dialect: Dialect) -> list[str]:
    """What an accepted tree may not hold."""
    faults: list[str] = []
    made: set[str] = set()
    for node in ast.walk(tree):
        kind = type(node).__name__
        if kind not in KINDS or kind == "Print" and dialect is Dialect.V2:
            faults.append(f"node {kind}")
        for field, value in ast.iter_fields(node):
            if kind == "Constant" or not isinstance(value, str):
                continue
            if kind == "TupleParameter":
                made.add(value)
            elif kind == "arg" or _in_tuple(node, tree):
                continue  # any name will do
            elif is_forbidden(value, dialect):
                faults.append(f"name {value!r} in {kind}.{field}")
        if kind == "Constant" and not isinstance(node.value, PLAIN):
            faults.append(f"constant {node.value!r}")
        if kind == "Constant" and node.kind == "u":
            faults.append("a unicode literal")
        if getattr(node, "decorator_list", None):
            faults.append("a decorator")
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            if node.arg[:1] == OURS and node.arg not in made:
                faults.append(f"parameter {node.arg!r}")
            if node.annotation is not None:
                faults.append("an annotation")
    return faults


def _in_tuple(node: ast.AST, tree: ast.AST) -> bool:
    """Whether a name stands in a tuple parameter, where any name will do."""
    if not isinstance(node, ast.Name):
        return False
    known = getattr(tree, "in_tuples", None)
    if known is None:
        known = tree.in_tuples = {  # type: ignore[attr-defined]
            id(name)
            for function in ast.walk(tree)
            for made in getattr(function, "tuple_parameters", ())
            for name in ast.walk(made.target)
        }
    return id(node) in known


def faults_of_code(code: types.CodeType, dialect: Dialect) -> list[str]:
    """What finished code may not name or be, in it and in all that is inside it."""
    faults: list[str] = []
    if code.co_flags & GENERATORS:
        faults.append(f"{code.co_name} is a generator")
    for name in code.co_names:
        if name[:1] != OURS and name not in CLASS_NAMES and is_forbidden(name, dialect):
            faults.append(f"{code.co_name} names {name!r}")
    pending = list(code.co_consts)
    while pending:
        constant = pending.pop()
        if isinstance(constant, types.CodeType):
            faults += faults_of_code(constant, dialect)
        elif isinstance(constant, (tuple, frozenset)):
            pending += constant
        elif not isinstance(constant, PLAIN):
            faults.append(f"constant {constant!r}")
    return faults


def judge(source: bytes, dialect: Dialect, is_bad: bool = False) -> list[str]:
    """What is wrong with how the front end takes ``source``; [] for nothing.

    ``is_bad``: the text is known to hold something that has to be refused.
    """
    try:
        tree = checked(source, "p", dialect)
    except ProgramRejected as rejected:
        texts = [
            rejected.reference_text,
            *(each.message for each in rejected.complaints),
        ]
        return [] if all(texts) else ["a refusal without words"]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    faults = ["accepted"] if is_bad else []
    faults += faults_of_tree(tree, dialect)
    try:
        faults += faults_of_code(compile_program(source, "p", dialect).code, dialect)
    except ProgramRejected:
        pass  # for what only the compiler sees
    except Exception as error:
        faults.append(f"compiling: {type(error).__name__}: {error}")
    return faults


# -- texts

PIECES = [
    "x", "y", "f", "self", "True", "None", "async", "print", "exec", "lambda", "yield",
    "with", "as", "in", "for", "if", "else", "*", "**", "...", "`", "@", "<>", "->", ":=",
    ",", ":", ";", "(", ")", "[", "]", "{", "}", "=", "+=", "0777", "08", "1L", "0xFL",
    "1e5", "1j", "'s'", "u's'", "b''", "ur''", "r'\\'", "u'\\u01c010'", "'''a", "'''",
    "u'\\N{DIGIT ONE}'", "'\\x'", "not", "is", "def", "class", "try:", "except",
    "finally:", "raise", "return", "del", "global", "import", "nonlocal", "await", "match",
    "case", "type", "0x", "'", '"', "~", "-", "!", "?", "$", "\\", "f(*a)", "f(**a,)",
    "def f(a,(b,c)):", "except A, b:", "x.__class__", "f'{x}'", "x.f_back", "__x", "*a,",
]  # fmt: skip
BREAKS = ["\n", "\n ", "\n  ", "\n\t", "\\\n", "\r", "\r\n", "\f", "\0", "#\n", ";"]


def noise(random: Random) -> bytes:
    """Bytes and pieces of programs, thrown together."""
    parts = []
    for _ in range(random.randint(1, 14)):
        choice = random.random()
        if choice < 0.65:
            parts.append(random.choice(PIECES).encode())
        elif choice < 0.92:
            parts.append(random.choice(BREAKS).encode())
        else:
            parts.append(random.randbytes(random.randint(1, 4)))
        if random.random() < 0.5:
            parts.append(b" ")
    return b"".join(parts)


GOOD_NAMES = ["a", "b", "x1", "_c", "print_", "async", "True", "im", "cofee", "self"]
BAD_NAMES = [
    "__class__", "__globals__", "__x", "a__b", "x__", "im_self", "func_globals",
    "f_back", "tb_frame", "co_code", "encode", "decode", "__import__", "__builtins__",
]  # fmt: skip
BAD_EXPRESSIONS = [
    "(lambda: 1)", "(yield)", "(1 if a else b)", "((i for i in a))", "(`a`)",
    "({1, 2})", "({i: i for i in a})", "({i for i in a})", "(u'a')",
]  # fmt: skip
BAD_STATEMENTS = [
    "import a", "from a import b", "global a", "exec 'a'", "exec a in b", "with a: pass",
    "@a\ndef b(): pass", "@a\nclass b: pass", "yield a",
]  # fmt: skip
#: Parameters may be called anything.
PARAMETERS = ["__p", "q__q", "__r__", "im_p", "f_q", "co_r", "func_p", "p", "q", "r"]


class Writer:
    """Writes one random program; ``is_bad`` tells whether it has to be refused."""

    def __init__(self, random: Random, dialect: Dialect) -> None:
        self.random = random
        self.dialect = dialect
        self.badness = random.choice([0, 0.02, 0.05])
        self.is_bad = False
        self.room = 25  # pieces that may still be written

    def program(self) -> bytes:
        """A program of a few statements."""
        return ("\n".join(self.block("", 3)) + "\n").encode("latin-1")

    def bad(self, kinds: list[str]) -> str | None:
        """One of ``kinds``, now and then."""
        if self.random.random() >= self.badness:
            return None
        self.is_bad = True
        return self.random.choice(kinds)

    def name(self) -> str:
        return self.bad(BAD_NAMES) or self.random.choice(GOOD_NAMES)

    def expression(self) -> str:
        self.room -= 1
        worse = self.bad(BAD_EXPRESSIONS)
        if worse is not None:
            return worse
        e, name = self.expression, self.name
        if self.room < 0 or self.random.random() < 0.4:
            return self.random.choice([name, *ATOMS])()
        forms = [
            lambda: f"({e()}).{name()}",
            lambda: f"({e()})({e()}, {name()}={e()})",
            lambda: f"({e()})(*{e()}, **{e()})",
            lambda: f"({e()})[{e()}]",
            lambda: f"({e()})[{e()}:{e()}]",
            lambda: f"({e()})[{e()}::{e()}, ...]",
            lambda: f"[{e()}, {e()}]",
            lambda: f"({e()}, {e()})",
            lambda: f"{{{e()}: {e()}}}",
            lambda: f"[{e()} for {self.target()} in {e()} if {e()}]",
            lambda: f"(-{e()} ** {e()})",
            lambda: f"({e()} // {e()} % {e()})",
            lambda: f"(not {e()} or {e()} and {e()})",
            lambda: f"({e()} <> {e()} not in {e()})",
            lambda: f"(~{e()} << {e()} is {e()})",
        ]
        return self.random.choice(forms)()

    def target(self) -> str:
        self.room -= 1
        choice = self.random.random()
        if choice < 0.5 or self.room < 0:
            return self.name()
        if choice < 0.65:
            return f"({self.expression()}).{self.name()}"
        if choice < 0.8:
            return f"({self.expression()})[{self.expression()}]"
        return f"({self.target()}, {self.target()})"

    def block(self, pad: str, most: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, most)):
            lines += self.statement(pad)
        return lines

    def statement(self, pad: str) -> list[str]:
        self.room -= 1
        worse = self.bad(BAD_STATEMENTS)
        if worse is not None:
            return [pad + line for line in worse.split("\n")]
        if self.room > 0 and len(pad) < 4:
            choice = self.random.random()
            if choice < 0.2:
                return self.compound(pad)
            if choice < 0.4:
                return self.definition(pad)
        return [pad + self.simple()]

    def simple(self) -> str:
        e = self.expression
        forms = [
            lambda: e(),
            lambda: f"{self.target()} = {self.target()} = {e()}",
            lambda: f"{self.name()} += {e()}",
            lambda: f"({e()}).{self.name()} **= {e()}",
            lambda: f"del ({e()}).{self.name()}, ({e()})[{e()}]",
            lambda: f"assert {e()}, {e()}",
            lambda: f"raise {e()}, {e()}, {e()}",
            lambda: f"raise {e()}",
        ]
        if self.dialect is Dialect.V1:
            forms.append(lambda: f"print {e()}, {e()},")
            forms.append(lambda: f"print >>{e()}, {e()}")
        return self.random.choice(forms)()

    def compound(self, pad: str) -> list[str]:
        e = self.expression

        def part(head: str) -> list[str]:
            return [f"{pad}{head}:", *self.block(pad + " ", 1)]

        choice = self.random.randrange(4)
        if choice == 0:
            return [*part(f"if {e()}"), *part(f"elif {e()}"), *part("else")]
        if choice == 1:
            return [*part(f"while {e()}"), *part("else")]
        if choice == 2:
            return [*part(f"for {self.target()} in {e()}"), *part("else")]
        return [
            *part("try"),
            *part(f"except {e()}, {self.target()}"),
            *part(f"except {e()}"),
            *part("else"),
        ]

    def definition(self, pad: str) -> list[str]:
        if self.random.random() < 0.4:
            bases = f"({self.expression()})" if self.random.random() < 0.5 else ""
            return [f"{pad}class {self.name()}{bases}:", *self.block(pad + " ", 2)]
        p, q = self.random.sample(PARAMETERS, k=2)
        shape = self.random.choice([f"{p}, *{q}", f"({p}, {q})", f"**{p}"])
        if self.random.random() < 0.4:
            shape = f"{p}, {q}={self.expression()}"
        return [f"{pad}def {self.name()}({shape}):", *self.block(pad + " ", 2)]


ATOMS = [lambda text=text: text for text in ("1", "2.5", "'s'", "7L", "017", "1j")]


def attempt(random: Random) -> tuple[bytes, Dialect, list[str]]:
    """One random text, and what is wrong with how it is taken."""
    dialect = random.choice([Dialect.V1, Dialect.V2])
    if random.random() < 0.5:
        source = noise(random)
        return source, dialect, judge(source, dialect)
    writer = Writer(random, dialect)
    source = writer.program()
    return source, dialect, judge(source, dialect, writer.is_bad)
