"""Python 2.7's grammar of expressions, exactly; see :mod:`.grammar`.

An expression comes back as a small description of its form, enough to tell
whether it can be assigned to.
"""

from __future__ import annotations

from .hints import Place, for_place
from .lexer import (
    DEDENT,
    INDENT,
    NAME,
    NUMBER,
    OP,
    STRING,
    Refused,
    Token,
    tokens,
)
from .tokens import has_bad_escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

KEYWORDS = frozenset(
    [
        "and", "as", "assert", "break", "class", "continue", "def", "del", "elif",
        "else", "except", "exec", "finally", "for", "from", "global", "if", "import",
        "in", "is", "lambda", "not", "or", "pass", "print", "raise", "return", "try",
        "while", "with", "yield",
    ]
)  # fmt: skip

_COMPARISONS = frozenset(["<", ">", "==", ">=", "<=", "<>", "!="])
# How loosely each binary operator binds, and its name in the old compiler.
_BINARY = {
    "|": (0, "Bitor"), "^": (1, "Bitxor"), "&": (2, "Bitand"),
    "<<": (3, "LeftShift"), ">>": (3, "RightShift"),
    "+": (4, "Add"), "-": (4, "Sub"),
    "*": (5, "Mul"), "/": (5, "Div"), "%": (5, "Mod"), "//": (5, "FloorDiv"),
}  # fmt: skip
_UNARY = {"+": "UnaryAdd", "-": "UnarySub", "~": "Invert"}
_MOST_BRACKETS = 200


class Form:
    """What an expression looks like from outside.

    ``kind`` says how it can be assigned to, ``name`` is the old compiler's name
    of its node, ``items`` the parts of a tuple or list.
    """

    __slots__ = ("kind", "name", "items")

    def __init__(self, kind: str, name: str, items: tuple[Form, ...] = ()) -> None:
        self.kind = kind
        self.name = name
        self.items = items


_NAME = Form("target", "Name")
_ATTRIBUTE = Form("target", "Getattr")
_SUBSCRIPT = Form("target", "Subscript")
_CALL = Form("call", "CallFunc")
_NUMBER = Form("literal", "Const")
_STRING = Form("literal", "Const")
_LAMBDA = Form("lambda", "Lambda")
_GENERATOR = Form("generator", "GenExpr")
_YIELD = Form("yield", "Yield")
_REFUSALS = {
    "call": "can't assign to function call",
    "literal": "can't assign to literal",
    "operator": "can't assign to operator",
    "empty tuple": "can't assign to ()",
    "empty list": "can't assign to []",
    "comprehension": "can't assign to list comprehension",
    "lambda": "bad assignment (321)",
    "yield": "bad assignment (340)",
}


_STARTS = frozenset(["(", "[", "{", "`", "+", "-", "~", "not", "lambda"])


class Expressions:
    """Recursive descent; ``token`` is the next token, ``errors`` what comes later.

    ``errors`` are those that Python 2 finds only when the whole text fits the
    grammar, in the order in which the old compiler found them.
    """

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.errors: list[Refused] = []
        self.brackets: list[Token] = []
        self.token: Token
        self.last: Token | None = None
        self.text = ""
        self.word = ""  # the word that the statement began with
        self.advance()

    # -- tokens --

    def advance(self) -> Token:
        token = getattr(self, "token", None)
        self.last = token
        self.token = next(self.tokens)
        kind = self.token.type
        # What grammar rules ask for: a keyword's or operator's own text.
        self.text = self.token.text if kind == OP else ""
        if kind == NAME and self.token.text in KEYWORDS:
            self.text = self.token.text
        return token  # type: ignore[return-value]

    def is_name(self) -> bool:
        return self.token.type == NAME and not self.text

    def is_no_token(self) -> bool:
        """Whether the next token is a character that begins none, such as ``$``."""
        text = self.token.text
        return self.token.type == OP and (text in "$?!" or not " " < text[0] < "\x7f")

    def accept(self, text: str) -> bool:
        if self.text == text:
            self.advance()
            return True
        return False

    def expect(self, text: str) -> None:
        if self.text != text:
            self.fail(text)
        self.advance()

    def expect_name(self) -> None:
        if not self.is_name():
            self.fail()
        self.advance()

    def fail(self, wanted: str = "") -> None:
        token = self.token
        if token.type == INDENT:
            raise Refused("IndentationError", "unexpected indent", token.end, None)
        if token.type == DEDENT:
            raise Refused("IndentationError", "unexpected unindent", token.end, None)
        opened = self.brackets[-1] if self.brackets else None
        place = Place(token, self.last, opened, self.word, wanted)
        raise Refused(
            "SyntaxError",
            "invalid syntax",
            token.end,
            token.column,
            place=token.line,
            hint=for_place(place),
        )

    def later(self, kind: str, message: str, token: Token) -> None:
        """An error that Python 2 found after parsing; it names no line."""
        self.errors.append(Refused(kind, message, None, token.column, place=token.line))

    # -- expressions --

    def open(self) -> None:
        self.brackets.append(self.token)
        if len(self.brackets) > _MOST_BRACKETS:
            raise MemoryError
        self.advance()

    def shut(self, text: str) -> None:
        self.expect(text)
        self.brackets.pop()

    def starts_test(self) -> bool:
        """Whether the next token can begin an expression."""
        if self.token.type in (NUMBER, STRING) or self.is_name():
            return True
        return self.text in _STARTS

    def test_list(self) -> Form:
        return self.listed(self.test)

    def expression_list(self) -> Form:
        return self.listed(self.binary)

    def listed(self, part: Callable[[], Form]) -> Form:
        """``part (',' part)* [',']``: a tuple if there is a comma."""
        first = part()
        if self.text != ",":
            return first
        items = [first]
        while self.accept(","):
            if not self.starts_test():
                break
            items.append(part())
        return Form("tuple", "Tuple", tuple(items))

    def test(self) -> Form:
        if self.text == "lambda":
            return self.lambda_expression(self.test)
        form = self.or_test()
        if self.text != "if":
            return form
        while self.accept("if"):
            self.or_test()
            self.expect("else")
            if self.text == "lambda":
                self.lambda_expression(self.test)
                break
            self.or_test()
        return Form("operator", "IfExp")

    def old_test(self) -> Form:
        if self.text == "lambda":
            return self.lambda_expression(self.old_test)
        return self.or_test()

    def lambda_expression(self, body: Callable[[], Form]) -> Form:
        self.advance()
        if self.text != ":":
            self.parameters(":")
        self.expect(":")
        body()
        return _LAMBDA

    def or_test(self) -> Form:
        form = self.not_test()
        while self.text in ("or", "and"):
            form = Form("operator", "Or" if self.text == "or" else "And")
            self.advance()
            self.not_test()
        return form

    def not_test(self) -> Form:
        negated = False
        while self.accept("not"):
            negated = True
        form = self.comparison()
        return Form("operator", "Not") if negated else form

    def comparison(self) -> Form:
        form = self.binary()
        while True:
            if self.text in _COMPARISONS or self.text == "in":
                self.advance()
            elif self.text == "not":
                self.advance()
                self.expect("in")
            elif self.text == "is":
                self.advance()
                self.accept("not")
            else:
                return form
            self.binary()
            form = Form("operator", "Compare")

    def binary(self) -> Form:
        """A chain of binary operators; their order plays no part here."""
        form = self.factor()
        loosest = len(_BINARY)
        while self.text in _BINARY:
            binding, name = _BINARY[self.text]
            if binding <= loosest:
                loosest = binding
                form = Form("operator", name)
            self.advance()
            self.factor()
        return form

    def factor(self) -> Form:
        outermost = ""
        while True:
            while self.text in _UNARY:
                outermost = outermost or _UNARY[self.text]
                self.advance()
            form = self.trailers(self.atom())
            if self.text != "**":
                break
            outermost = outermost or "Power"
            self.advance()
        return Form("operator", outermost) if outermost else form

    def trailers(self, form: Form) -> Form:
        while True:
            if self.text == "(":
                self.arguments()
                form = _CALL
            elif self.text == "[":
                self.open()
                self.subscripts()
                self.shut("]")
                form = _SUBSCRIPT
            elif self.text == ".":
                self.advance()
                self.expect_name()
                form = _ATTRIBUTE
            else:
                return form

    def subscripts(self) -> None:
        while True:
            self.subscript()
            if not self.accept(","):
                return
            if self.text == "]":
                return

    def subscript(self) -> None:
        if self.accept("..."):
            return
        if self.text == ".":
            for _ in range(3):
                self.expect(".")
            return
        if self.text != ":":
            self.test()
        for _ in range(2):
            if not self.accept(":"):
                return
            if self.starts_test():
                self.test()

    def arguments(self) -> None:
        """The arguments of a call, with what the old compiler asked of them."""
        self.open()
        keyword = starred = False
        opening = self.last
        while self.text != ")":
            token, first = self.token, self.last is opening
            if self.accept("**"):
                self.test()
                break
            if not starred and self.accept("*"):
                self.test()
                starred = True
                if not self.accept(","):
                    break
                if self.text == ")":
                    self.fail()
                continue
            keyword = self.argument(token, keyword, starred, first)
            if not self.accept(","):
                break
            if starred and self.text == ")":
                self.fail()
        self.shut(")")

    def argument(self, token: Token, keyword: bool, starred: bool, first: bool) -> bool:
        """One argument; tells whether it was a keyword's."""
        before = len(self.errors)
        form = self.test()
        if self.text == "for":
            self.comprehension(self.or_test)
            if not first or self.text == ",":
                self.later(
                    "SyntaxError", "generator expression needs parenthesis", token
                )
            return False
        if self.accept("="):
            found = self.errors[before:]
            del self.errors[before:]
            self.test()
            self.errors += found
            if form is not _NAME:
                number = _symbol(form)
                self.later(
                    "SyntaxError", f"keyword can't be an expression ({number})", token
                )
            return True
        if keyword:
            self.errors.insert(
                before,
                Refused(
                    "SyntaxError", "non-keyword arg after keyword arg", None,
                    token.column, place=token.line,
                ),
            )  # fmt: skip
        elif starred:
            self.errors.insert(
                before,
                Refused(
                    "SyntaxError", "only named arguments may follow *expression",
                    None, token.column, place=token.line,
                ),
            )  # fmt: skip
        return False

    def atom(self) -> Form:
        token = self.token
        if token.type == STRING:
            while self.token.type == STRING:
                self.string(self.token)
                self.advance()
            return _STRING
        if token.type == NUMBER:
            self.advance()
            return _NUMBER
        if self.is_name():
            self.advance()
            return _NAME
        if self.text == "(":
            return self.parenthesis()
        if self.text == "[":
            return self.list_display()
        if self.text == "{":
            return self.dict_display()
        if self.text == "`":
            self.open()
            self.test()
            while self.accept(","):
                self.test()
            self.shut("`")
            return Form("literal", "Backquote")
        self.fail()
        raise AssertionError

    def string(self, token: Token) -> None:
        prefix = token.text[: len(token.text) - len(token.text.lstrip("uUbBrR"))]
        raw = "r" in prefix.lower() or "\\x" not in token.text
        if not raw and has_bad_escape(token.text[len(prefix) :]):
            self.later("ValueError", "invalid \\x escape", token)

    def parenthesis(self) -> Form:
        self.open()
        if self.text == ")":
            self.shut(")")
            return Form("empty tuple", "Tuple")
        if self.text == "yield":
            form = self.yield_expression()
        else:
            form = self.test()
            if self.text == "for":
                self.comprehension(self.or_test)
                form = _GENERATOR
            elif self.text == ",":
                items = [form]
                while self.accept(","):
                    if self.text == ")":
                        break
                    items.append(self.test())
                form = Form("tuple", "Tuple", tuple(items))
        self.shut(")")
        # In brackets a name is no keyword: f((a)=1).
        return Form("target", "Name") if form is _NAME else form

    def list_display(self) -> Form:
        self.open()
        if self.text == "]":
            self.shut("]")
            return Form("empty list", "List")
        items = [self.test()]
        if self.text == "for":
            self.comprehension(self.safe_list)
            self.shut("]")
            return Form("comprehension", "ListComp")
        while self.accept(","):
            if self.text == "]":
                break
            items.append(self.test())
        self.shut("]")
        return Form("list", "List", tuple(items))

    def safe_list(self) -> Form:
        """``1, 2`` in ``[x for x in 1, 2]``: no comma alone, no conditional."""
        form = self.old_test()
        if self.accept(","):
            self.old_test()
            while self.accept(","):
                if not self.starts_test():
                    break
                self.old_test()
        return form

    def comprehension(self, iterable: Callable[[], Form]) -> None:
        while True:
            if self.accept("for"):
                token = self.token
                self.assign(self.expression_list(), token)
                self.expect("in")
                iterable()
            elif self.accept("if"):
                self.old_test()
            else:
                return

    def dict_display(self) -> Form:
        self.open()
        if self.text != "}":
            self.test()
            pairs = self.accept(":")
            if pairs:
                self.test()
            if self.text == "for":
                self.comprehension(self.or_test)
            else:
                while self.accept(","):
                    if self.text == "}":
                        break
                    self.test()
                    if pairs:
                        self.expect(":")
                        self.test()
        self.shut("}")
        return Form("literal", "Dict")

    def yield_expression(self) -> Form:
        self.advance()
        if self.starts_test():
            self.test_list()
        return _YIELD

    def assign(self, form: Form, token: Token) -> None:
        pending = [form]
        while pending:
            form = pending.pop()
            if form.kind in ("tuple", "list"):
                pending.extend(reversed(form.items))
            elif form.kind in _REFUSALS:
                self.later("SyntaxError", _REFUSALS[form.kind], token)
                return

    def parameters(self, end: str) -> None:
        defaults = False
        while True:
            if self.accept("*"):
                self.expect_name()
                if self.accept(","):
                    self.expect("**")
                    self.expect_name()
                return
            if self.accept("**"):
                self.expect_name()
                return
            token = self.token
            self.parameter()
            if self.accept("="):
                self.test()
                defaults = True
            elif defaults:
                self.later(
                    "SyntaxError", "non-default argument follows default argument",
                    token,
                )  # fmt: skip
            if not self.accept(","):
                return
            if self.text == end:
                return

    def parameter(self) -> None:
        if self.text != "(":
            self.expect_name()
            return
        self.open()
        self.parameter()
        while self.accept(","):
            if self.text == ")":
                break
            self.parameter()
        self.shut(")")


def _symbol(form: Form) -> int:
    """The number of the grammar rule that an expression's text falls under.

    The old compiler put it into one of its messages.
    """
    if form is _NUMBER or form is _STRING:
        return 2 if form is _NUMBER else 3
    return _SYMBOLS.get(form.name, 318)


_SYMBOLS = {
    "IfExp": 304, "Or": 305, "And": 306, "Not": 307, "Compare": 308,
    "Bitor": 310, "Bitxor": 311, "Bitand": 312, "LeftShift": 313,
    "RightShift": 313, "Add": 314, "Sub": 314, "Mul": 315, "Div": 315,
    "Mod": 315, "FloorDiv": 315, "UnaryAdd": 316, "UnarySub": 316,
    "Invert": 316, "Power": 317, "CallFunc": 317, "Subscript": 317,
    "Getattr": 317, "Lambda": 321,
}  # fmt: skip
