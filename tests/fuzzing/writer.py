"""Random programs after Python 2's grammar, good ones and forbidden ones."""

from __future__ import annotations

from random import Random

from repy_compat.language.dialect import Dialect

GOOD_NAMES = [
    "a", "b", "x1", "_c", "print_", "async", "await", "nonlocal", "match", "case",
    "type", "True", "False", "__init__", "__str__", "__del__", "__repr__", "im", "cofee", "self", "encoder", "_", "fim_", "A", "_f_",
]  # fmt: skip
BAD_NAMES = [
    "__class__", "__globals__", "__x", "a__b", "x__", "im_self", "func_globals",
    "f_back", "tb_frame", "co_code", "encode", "decode", "__import__", "__builtins__",
    "__", "f_", "__init", "__debug__",
]  # fmt: skip
#: Letters beyond ASCII: folded ones, whole words, halves of letters.
STRANGE_NAMES = [
    "\xe9", "a\xaa", "__\xef\xbd\x83lass__", "\xef\xbc\xbf\xef\xbc\xbfx", "x\xc2\xb7",
    "\xf0\x9d\x91\x93_back", "\xc7\x80a", "\xff", "en\xc2\xadcode",
]  # fmt: skip
BAD_EXPRESSIONS = [
    "(lambda: 1)", "(yield)", "(1 if a else b)", "((i for i in a))", "(`a`)",
    "({1, 2})", "({i: i for i in a})", "({i for i in a})", "(u'a')", "f(i for i in a)",
    "('b' ur'a')", "({a,})", "(lambda *b: b)", "[lambda: b][0]", "(x if a else lambda: 1)",
    "f(a, *[yield])", "U'''a'''",
]  # fmt: skip
BAD_STATEMENTS = [
    "import a", "from a import b", "global a", "exec 'a'", "exec a in b", "with a: pass",
    "@a\ndef b(): pass", "@a\nclass b: pass", "@a\nclass b(c):\n 'd'\n e = 1", "yield a", "from a import *", "exec(a)",
    "import a.b as c, d", "a = yield", "with a as b, c: pass", "from . import a",
    "@a.b(c)\n@d\ndef e(): pass", "u'a'", "if a: global b", "while a: import b",
]  # fmt: skip
#: Parameters may be called anything.
PARAMETERS = ["__p", "q__q", "__r__", "im_p", "f_q", "co_r", "func_p", "p", "q", "r"]
ATOMS = [
    "1", "2.5", "'s'", "7L", "017", "1j", "0", "00", "0o17", "0XfFl", "0b11", ".5", "5.",
    "1e5", "1.E-5", "09.5", "1E+1J", "0l", "18446744073709551616", "''", '"""a\n b"""',
    "r'\\\\'", "'__x__'", "R'\\d'", "b'\\xff'", "Br'a' 'c'", "'\\\n'", "'\\08\\x41'",
    "'\xe9\xff'", "()", "[]", "{}", "None", "True", "'u' 'v'", "'#'", "1 .real",
]  # fmt: skip
NESTINGS = [
    ("(", ")"), ("[", "]"), ("-", ""), ("f(", ")"), ("{1: ", "}"), ("not ", ""),
    ("1 + ", ""), ("a[", "]"), ("(", ").b"), ("(", ")[0]"), ("(", ")()"), ("1 ** ", ""),
    ("a < ", ""), ("[a for b in ", "]"), ("(a, ", ")"), ("a or ", ""), ("'b' ", ""),
]  # fmt: skip
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"]
COMPARED = ["<", "<=", ">", ">=", "==", "!=", "<>", "is", "is not", "in", "not in"]
LEAVES = 0.4
DEEPEST = 4  # blanks before a line


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
        lines = self.block("", 3)
        if self.random.random() < 0.02:
            lines.append(f"({self.deep()})")
        return ("\n".join(lines) + "\n").encode("latin-1")

    def bad(self, kinds: list[str]) -> str | None:
        """One of ``kinds``, now and then."""
        if self.random.random() >= self.badness:
            return None
        self.is_bad = True
        return self.random.choice(kinds)

    def name(self) -> str:
        if self.random.random() < 0.1:
            strange = self.bad(STRANGE_NAMES)
            if strange is not None:
                return strange
        bad = BAD_NAMES if self.dialect is Dialect.V2 else [*BAD_NAMES, "__iter__"]
        return self.bad(bad) or self.random.choice(GOOD_NAMES)

    # -- expressions

    def expression(self) -> str:
        self.room -= 1
        worse = self.bad(BAD_EXPRESSIONS)
        if worse is not None:
            return worse
        if self.room < 0 or self.random.random() < LEAVES:
            if self.random.random() < 0.4:
                return self.name()
            return self.random.choice(ATOMS)
        e, name, choice = self.expression, self.name, self.random.choice
        forms = [
            lambda: f"({e()}).{name()}",
            lambda: f"{name()} . {name()}",
            lambda: f"({e()})({self.arguments()})",
            lambda: f"({e()})[{self.subscript()}]",
            lambda: f"[{e()}, {e()}]",
            lambda: f"[{e()},]",
            lambda: f"({e()}, {e()})",
            lambda: f"({e()},)",
            lambda: f"{{{e()}: {e()}, {e()}: {e()},}}",
            lambda: f"{{{e()}: {e()}}}",
            lambda: f"[{e()} {self.clauses()}]",
            lambda: f"({choice(['-', '+', '~', 'not '])}{e()} {choice(BINARY)} {e()})",
            lambda: f"({e()} {choice(BINARY)} {e()} {choice(BINARY)}{e()})",
            lambda: f"(not {e()} or {e()} and {e()})",
            lambda: f"({e()} {choice(COMPARED)} {e()} {choice(COMPARED)} {e()})",
        ]
        return choice(forms)()

    def arguments(self) -> str:
        """Of a call: any of the four kinds, in the order that Python 2 has."""
        random, e = self.random, self.expression
        given = [e() for _ in range(random.choice([0, 0, 1, 2]))]
        given += [f"{self.name()}={e()}" for _ in range(random.choice([0, 0, 0, 1, 2]))]
        stars = []
        if random.random() < 0.2:
            stars.append(f"*{e()}")
        if random.random() < 0.2:
            stars.append(f"**{e()}")
        end = "," if given and not stars and random.random() < 0.2 else ""
        return ", ".join(given + stars) + end

    def subscript(self) -> str:
        e = self.expression
        forms = [
            e, lambda: ":", lambda: f"{e()}:", lambda: f":{e()}", lambda: f"{e()}:{e()}",
            lambda: f"{e()}::{e()}", lambda: "::", lambda: f"{e()}, {e()}",
            lambda: f"{e()}::{e()}, ...", lambda: "...", lambda: f"..., {e()}:{e()}",
            lambda: f"{e()},",
        ]  # fmt: skip
        return self.random.choice(forms)()

    def clauses(self) -> str:
        """Those of a list comprehension."""
        random, e = self.random, self.expression
        if random.random() < 0.2:
            text = f"for {self.target()}, {self.target()} in {e()}, {e()}"
        else:
            text = f"for {self.target()} in {e()}"
        if random.random() < 0.3:
            text += f" if {e()}"
        if random.random() < 0.2:
            text += f" for {self.target()} in {e()} if {e()} if {e()}"
        return text

    def deep(self) -> str:
        """An expression of many levels or of many parts."""
        levels = self.random.choice([30, 80, 95, 300])
        inner = self.name()
        left, right = self.random.choice(NESTINGS)
        return left * levels + inner + right * levels

    def target(self) -> str:
        self.room -= 1
        choice = self.random.random()
        if choice < 0.5 or self.room < 0:
            return self.name()
        if choice < 0.65:
            return f"({self.expression()}).{self.name()}"
        if choice < 0.8:
            return f"({self.expression()})[{self.subscript()}]"
        if choice < 0.9:
            return f"[{self.target()}, {self.target()}]"
        return f"({self.target()}, {self.target()})"

    # -- statements

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
        if self.room > 0 and len(pad) < DEEPEST:
            choice = self.random.random()
            if choice < 0.2:
                return self.compound(pad)
            if choice < 0.4:
                return self.definition(pad)
        line = pad + self.simple()
        if self.random.random() < 0.1:
            line += "; " + self.simple() + self.random.choice(["", ";"])
        if self.random.random() < 0.05:
            line += " # __x \xe9 `"
        return [line]

    def simple(self) -> str:
        e, t = self.expression, self.target
        sign = self.random.choice(BINARY)
        forms = [
            e,
            lambda: f"{t()} = {t()} = {e()}",
            lambda: f"{t()}, {t()} = {e()}",
            lambda: f"{t()}, = {e()}, {e()}",
            lambda: f"{self.name()} {sign}= {e()}",
            lambda: f"({e()}).{self.name()} {sign}= {e()}",
            lambda: f"({e()})[{self.subscript()}] {sign}= {e()}",
            lambda: f"del ({e()}).{self.name()}, ({e()})[{self.subscript()}]",
            lambda: f"del {t()}, {t()}",
            lambda: f"del {t()}",
            lambda: f"assert {e()}",
            lambda: f"assert {e()}, {e()}",
            lambda: f"raise {e()}, {e()}, {e()}",
            lambda: f"raise {e()}, {e()}",
            lambda: f"raise {e()}",
            lambda: "raise",
            lambda: "pass",
            lambda: self.random.choice(["break", "continue", "return"]),
            lambda: f"return {e()}",
            lambda: f"return {e()}, {e()}",
        ]
        if self.dialect is Dialect.V1:
            forms.append(lambda: f"print {e()}, {e()},")
            forms.append(lambda: f"print >>{e()}, {e()}")
            forms.append(lambda: f"print ({e()}), {e()}")
            forms.append(lambda: self.random.choice(["print", "print >>a"]))
        return self.random.choice(forms)()

    def part(self, pad: str, head: str) -> list[str]:
        """A clause: its head, and a block on the same line or below."""
        if self.random.random() < 0.15:
            return [f"{pad}{head}: {self.simple()}"]
        return [f"{pad}{head}:", *self.block(pad + " ", 1)]

    def compound(self, pad: str) -> list[str]:
        e, random = self.expression, self.random
        choice = random.randrange(4)
        if choice == 0:
            lines = self.part(pad, f"if {e()}")
            if random.random() < 0.4:
                lines += self.part(pad, f"elif {e()}")
        elif choice == 1:
            lines = self.part(pad, f"while {e()}")
        elif choice == 2:
            lines = self.part(pad, f"for {self.target()} in {e()}")
        else:
            return self.trying(pad)
        if random.random() < 0.5:
            lines += self.part(pad, "else")
        return lines

    def trying(self, pad: str) -> list[str]:
        """``try`` with every kind of clause."""
        e, random = self.expression, self.random
        lines = self.part(pad, "try")
        heads = [
            lambda: f"except {e()}, {self.target()}",
            lambda: f"except {e()} as {self.target()}",
            lambda: f"except {e()}",
        ]
        chosen = random.sample(heads, k=random.randint(0, 2))
        if random.random() < 0.3:
            chosen.append(lambda: "except")
        for head in chosen:
            lines += self.part(pad, head())
        if chosen and random.random() < 0.4:
            lines += self.part(pad, "else")
        if not chosen or random.random() < 0.4:
            lines += self.part(pad, "finally")
        return lines

    def definition(self, pad: str) -> list[str]:
        if self.random.random() < 0.4:
            bases = self.random.choice(["", "", "()", None, None])
            if bases is None:
                more = [self.expression() for _ in range(self.random.randint(1, 2))]
                bases = f"({', '.join(more)})"
            head = f"class {self.name()}{bases}"
        else:
            head = f"def {self.name()}({self.parameters()})"
        lines = [f"{pad}{head}:"]
        if self.random.random() < 0.2:
            worse = self.bad(["u'__doc'", "u'a' 'b'", "'a' ur'b'"])
            lines.append(
                f"{pad} " + (worse or self.random.choice(["'__doc'", "'a' 'b'"]))
            )
        return lines + self.block(pad + " ", 2)

    def parameters(self) -> str:
        """Of a function: plain ones, tuples, some with defaults, and the stars."""
        random = self.random
        names = random.sample(PARAMETERS, k=random.randint(0, 5))
        written: list[str] = []
        has_default = False
        while names:
            name = names.pop()
            if len(names) > 1 and random.random() < 0.3:
                inner = random.choice([f"({name}, {names.pop()})", f"({name},)"])
                name = random.choice([inner, f"({inner}, {names.pop()})"])
            if has_default or random.random() < 0.2:
                has_default = True
                name += f"={self.expression()}"
            written.append(name)
        # The stars come last: their names are none of the others.
        if random.random() < 0.2:
            written.append(f"*{random.choice(['__args', 'args'])}")
        if random.random() < 0.2:
            written.append(f"**{random.choice(['im_more', 'more'])}")
        return ", ".join(written)
