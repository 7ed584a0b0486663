"""Python 2.7's grammar, exactly: where a text stops being Python 2.

CPython's parser makes the tree, of a rewritten text, and takes a little more
than Python 2 did. This recogniser decides what Python 2 decided: it reads a
text by Python 2.7's LL(1) grammar, stops at the same token as Python 2's parser
and gives the same text and line. It also knows what Python 2's old ``compiler``
package, which the reference's check was built on, refused beyond the grammar
("can't assign to function call" and so on; these carry no line there).

It makes no tree, and it is asked only about texts that are refused or look
suspicious. Statements are read here, expressions in :mod:`.expressions`.
"""

from __future__ import annotations

from .expressions import Expressions, Form
from .lexer import DEDENT, END, INDENT, NEWLINE, Refused, Token

_AUGMENTED = frozenset(
    ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="]
)


def recognize(text: str) -> None:
    """Raises Refused where Python 2.7 refuses a normalized text; else nothing.

    Raises MemoryError for more brackets inside one another than any parser
    takes, and RecursionError where this thread's stack is too small.
    """
    grammar = _Grammar(text)
    grammar.program()
    if grammar.errors:
        raise grammar.errors[0]


class _Grammar(Expressions):
    """The statements; ``word`` is the word that the present one began with."""

    def program(self) -> None:
        while self.token.type != END:
            if self.token.type == NEWLINE:
                self.advance()
            else:
                self.statement()

    def statement(self) -> None:
        self.word = self.text
        compound = _COMPOUND.get(self.text)
        if compound is not None:
            compound(self)
        else:
            self.simple_statement()

    def begin(self) -> None:
        """Takes the word that a clause begins with."""
        self.word = self.text
        self.advance()

    def suite(self) -> None:
        self.expect(":")
        if self.token.type != NEWLINE:
            self.simple_statement()
            return
        self.advance()
        if self.is_no_token():
            self.fail()
        if self.token.type != INDENT:
            raise Refused(
                "IndentationError",
                "expected an indented block",
                self.token.end,
                None,
            )
        self.advance()
        while True:
            self.statement()
            if self.token.type == DEDENT:
                self.advance()
                return

    def simple_statement(self) -> None:
        while True:
            self.word = self.text
            small = _SMALL.get(self.text)
            if small is not None:
                small(self)
            else:
                self.expression_statement()
            if not self.accept(";"):
                break
            if self.token.type == NEWLINE:
                break
        if self.token.type != NEWLINE:
            self.fail()
        self.advance()

    def expression_statement(self) -> None:
        start, first = self.token, len(self.errors)
        form = self.test_list()
        if self.text in _AUGMENTED:
            self.advance()
            before = len(self.errors)
            self.value()
            self.value_first(first, before)
            if form.kind != "target":
                self.later("SyntaxError", f"can't assign to {form.name}", start)
            return
        targets: list[tuple[Form, Token]] = []
        before = first
        while self.text == "=":
            targets.append((form, start))
            self.advance()
            start, before = self.token, len(self.errors)
            form = self.value()
        if targets:
            self.value_first(first, before)
        for target, token in targets:
            self.assign(target, token)

    def value_first(self, first: int, before: int) -> None:
        """The old compiler looked at the value before the targets."""
        found = self.errors
        found[first:] = found[before:] + found[first:before]

    def value(self) -> Form:
        if self.text == "yield":
            return self.yield_expression()
        return self.test_list()

    def print_statement(self) -> None:
        self.advance()
        if self.accept(">>"):
            self.test()
            if self.accept(","):
                self.test()
            else:
                return
        elif self.statement_ends():
            return
        else:
            self.test()
        while self.accept(","):
            if self.statement_ends():
                return
            self.test()

    def statement_ends(self) -> bool:
        return self.token.type == NEWLINE or self.text == ";"

    def del_statement(self) -> None:
        self.advance()
        token = self.token
        self.assign(self.expression_list(), token)

    def word_statement(self) -> None:
        self.advance()

    def return_statement(self) -> None:
        self.advance()
        if not self.statement_ends():
            self.test_list()

    def raise_statement(self) -> None:
        self.advance()
        if self.statement_ends():
            return
        self.test()
        if self.accept(","):
            self.test()
            if self.accept(","):
                self.test()

    def yield_statement(self) -> None:
        self.yield_expression()

    def import_statement(self) -> None:
        self.advance()
        self.dotted_name_as()
        while self.accept(","):
            self.dotted_name_as()

    def dotted_name_as(self) -> None:
        self.dotted_name()
        if self.accept("as"):
            self.expect_name()

    def dotted_name(self) -> None:
        self.expect_name()
        while self.accept("."):
            self.expect_name()

    def from_statement(self) -> None:
        self.advance()
        dots = False
        while self.text in (".", "..."):
            dots = True
            self.advance()
        if not dots or self.text != "import":
            self.dotted_name()
        self.expect("import")
        if self.accept("*"):
            return
        bracket = self.text == "("
        if bracket:
            self.advance()
        self.name_as()
        while self.accept(","):
            if self.text == ")" if bracket else self.statement_ends():
                break
            self.name_as()
        if bracket:
            self.expect(")")

    def name_as(self) -> None:
        self.expect_name()
        if self.accept("as"):
            self.expect_name()

    def global_statement(self) -> None:
        self.advance()
        self.expect_name()
        while self.accept(","):
            self.expect_name()

    def exec_statement(self) -> None:
        self.advance()
        self.binary()
        if self.accept("in"):
            self.test()
            if self.accept(","):
                self.test()

    def assert_statement(self) -> None:
        self.advance()
        self.test()
        if self.accept(","):
            self.test()

    def if_statement(self) -> None:
        self.advance()
        self.test()
        self.suite()
        while self.text == "elif":
            self.begin()
            self.test()
            self.suite()
        if self.text == "else":
            self.begin()
            self.suite()

    def while_statement(self) -> None:
        self.advance()
        self.test()
        self.suite()
        if self.text == "else":
            self.begin()
            self.suite()

    def for_statement(self) -> None:
        self.advance()
        token = self.token
        self.assign(self.expression_list(), token)
        self.expect("in")
        self.test_list()
        self.suite()
        if self.text == "else":
            self.begin()
            self.suite()

    def try_statement(self) -> None:
        self.advance()
        self.suite()
        if self.text == "finally":
            self.begin()
            self.suite()
            return
        if self.text != "except":
            self.fail()
        while self.text == "except":
            self.begin()
            if self.text != ":":
                self.test()
                if self.text in ("as", ","):
                    self.advance()
                    token = self.token
                    self.assign(self.test(), token)
            self.suite()
        if self.text == "else":
            self.begin()
            self.suite()
        if self.text == "finally":
            self.begin()
            self.suite()

    def with_statement(self) -> None:
        self.advance()
        while True:
            self.test()
            if self.accept("as"):
                token = self.token
                self.assign(self.binary(), token)
            if not self.accept(","):
                break
        self.suite()

    def decorated(self) -> None:
        while self.accept("@"):
            self.dotted_name()
            if self.text == "(":
                self.arguments()
            if self.token.type != NEWLINE:
                self.fail()
            self.advance()
        if self.text == "def":
            self.def_statement()
        elif self.text == "class":
            self.class_statement()
        else:
            self.fail()

    def def_statement(self) -> None:
        self.advance()
        self.expect_name()
        if self.text != "(":
            self.fail()
        self.open()
        if self.text != ")":
            self.parameters(")")
        self.shut(")")
        self.suite()

    def class_statement(self) -> None:
        self.advance()
        self.expect_name()
        if self.text == "(":
            self.open()
            if self.text != ")":
                self.test_list()
            self.shut(")")
        self.suite()


_COMPOUND = {
    "if": _Grammar.if_statement,
    "while": _Grammar.while_statement,
    "for": _Grammar.for_statement,
    "try": _Grammar.try_statement,
    "with": _Grammar.with_statement,
    "def": _Grammar.def_statement,
    "class": _Grammar.class_statement,
    "@": _Grammar.decorated,
}
_SMALL = {
    "print": _Grammar.print_statement,
    "del": _Grammar.del_statement,
    "pass": _Grammar.word_statement,
    "break": _Grammar.word_statement,
    "continue": _Grammar.word_statement,
    "return": _Grammar.return_statement,
    "raise": _Grammar.raise_statement,
    "yield": _Grammar.yield_statement,
    "import": _Grammar.import_statement,
    "from": _Grammar.from_statement,
    "global": _Grammar.global_statement,
    "exec": _Grammar.exec_statement,
    "assert": _Grammar.assert_statement,
}
