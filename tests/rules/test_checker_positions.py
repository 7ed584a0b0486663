"""The check looks into every place where a name, or a forbidden construct, can stand."""

from __future__ import annotations

import ast

import pytest

from repy_compat.errors import ProgramRejected
from repy_compat.language import check as checker
from repy_compat.language import syntax
from repy_compat.language.dialect import Dialect
from repy_compat.language.parser import parse
from repy_compat.language.pipeline import checked
from repy_compat.language.tokens import PRIVATE

# E stands for an expression, N for a name. What only V1 has begins with "V1: ".
EXPRESSIONS = """
E
x = E
x = y = E
E.a = 1
E[0] = 1
x[E] = 1
(x, E.a) = 1
[x, E.a] = 1
x += E
E.a += 1
x[E] += 1
del E.a
del x[E], y
del x, E.a
x[E:1]
x[1:E]
x[1:2:E]
x[E, 1]
x[1, E]
x[E::1, ...]
if E: pass
if x: E
if x: pass@elif E: pass
if x: pass@else: E
while E: pass
while x: E
while x: pass@else: E
for i in E: pass
for E.a in x: pass
for i in x: E
for i in x: pass@else: E
try: E@except: pass
try: pass@except E: pass
try: pass@except A, E.a: pass
try: pass@except (A, E): pass
try: pass@except: E
try: pass@except A: pass@except: E
try: pass@except: pass@else: E
try: pass@finally: E
try: pass@except: pass@finally: E
raise E
raise A, E
raise A, b, E
assert E
assert x, E
f(E)
f(a, E)
f(a=E)
f(E, a=1)
f(E, *a)
f(E, **a)
f(a, E, b=1, *c)
f(a=E, *b)
f(*E)
f(a, *E)
f(**E)
f(a, **E)
f(*a, **E)
E(1)
E()
E(a=1)
E(a=1, b=2)
E(*a)
E(1, **a)
E[1]
[E]
[1, E]
(E, 1)
(1, E)
{E: 1}
{1: E}
{1: 1, 2: E}
[E for i in x]
[1 for i in E]
[1 for E.a in x]
[1 for i in x if E]
[1 for i in x for j in E]
-E
not E
~E
E + 1
1 + E
1 ** E
E and 1
1 and E
E or 1
E < 1
1 < E
1 < 2 < E
1 in E
def f(a=E): pass
def f(a, (b, c)=E): pass
def f():@ return E
def f(): E
def f():@ 's'@ E
class A(E): pass
class A(B, E): pass
class A: E
class A:@ 's'@ E
class A:@ def f(self): E
V1: print E
V1: print 1, E
V1: print >>E, 1
V1: print >>x, E
V1: print E,
E.a.b
""".strip().split("\n")
NAMES = """
N
N = 1
N += 1
x.N
x.N = 1
x.N += 1
x.N.a
del N
del x.N
(N, a) = 1
[a, N] = 1
f(N=1)
f(a=1, N=1)
def N(): pass
class N: pass
class A(N): pass
class A: N = 1
for N in x: pass
for (a, N) in x: pass
[1 for N in x]
try: pass@except A, N: pass
try: pass@except A as N: pass
x[N:N]
V1: print N
""".strip().split("\n")
BAD_EXPRESSIONS = {
    "Lambda": "(lambda: 1)",
    "Yield": "(yield)",
    "IfExp": "(1 if x else 2)",
    "GenExpr": "(i for i in x)",
    "Set": "{1, 2}",
    "SetComp": "{i for i in x}",
    "DictComp": "{i: i for i in x}",
    "Backquote": "`x`",
}
BAD_STATEMENTS = {
    "Import": "import x",
    "From": "from x import y",
    "Exec": "exec 'x'",
    "With": "with x: pass",
    "Global": "global x",
    "Decorators": "@x\ndef f(): pass",
}
STARTS = ["im_", "func_", "tb_", "f_", "co_"]
DIALECTS = pytest.mark.parametrize("dialect", [Dialect.V1, Dialect.V2], ids=str)


def text_of(form: str, dialect: Dialect) -> str | None:
    """A form as a text; None if the dialect hasn't got it."""
    if form.startswith("V1: "):
        if dialect is Dialect.V2:
            return None
        form = form[4:]
    return form.replace("@", "\n")


def first_finding(source: str, dialect: Dialect) -> checker.Finding:
    findings, _ = checker.check(parse(source), dialect)
    assert findings, source
    return findings[0]


def is_refused(source: str, dialect: Dialect) -> bool:
    try:
        checked(source.encode("latin-1"), "p", dialect)
    except ProgramRejected:
        return True
    return False


@DIALECTS
def test_names_are_looked_for_in_every_expression(dialect: Dialect) -> None:
    """Wherever an expression may stand, the names in it are tested."""
    for form in EXPRESSIONS:
        text = text_of(form, dialect)
        if text is not None:
            assert not is_refused(text.replace("E", "good"), dialect), text
            found = first_finding(text.replace("E", "good.co_de"), dialect)
            assert (found.kind, found.what) == ("name", "co_de"), text


@DIALECTS
def test_names_are_looked_for_in_every_position(dialect: Dialect) -> None:
    """Read, bound, deleted, as a field, as a keyword, as the name of a definition."""
    for form in NAMES:
        text = text_of(form, dialect)
        if text is not None:
            assert not is_refused(text.replace("N", "good"), dialect), text
            for name in ("__x", "x__", "a__b", "encode", "decode"):
                found = first_finding(text.replace("N", name), dialect)
                assert (found.kind, found.what) == ("name", name), text


@DIALECTS
def test_words_of_python3_are_names_in_every_position(dialect: Dialect) -> None:
    """They are renamed for the host's parser, and every position gets its own back."""
    for form in NAMES:
        text = text_of(form, dialect)
        if text is not None:
            for name in ("async", "await", "nonlocal", "True", "False"):
                assert not is_refused(text.replace("N", name), dialect), text


@DIALECTS
def test_reserved_beginnings(dialect: Dialect) -> None:
    """Python 2's ways into its internals, by the beginning of their names."""
    for start in STARTS:
        assert first_finding(f"x.{start}x", dialect).what == f"{start}x"
        assert not is_refused(f"x.{start[:-1]}", dialect)
        assert not is_refused(f"x._{start}x", dialect)
    for name in ("__init__", "__del__", "__repr__", "__str__"):
        assert not is_refused(f"x.{name}", dialect)
    assert is_refused("x.__iter__", dialect) == (dialect is Dialect.V1)
    assert is_refused("x.__class__", dialect)


@DIALECTS
def test_every_operator_and_every_kind_of_literal_is_allowed(dialect: Dialect) -> None:
    """The tables of what is allowed hold all of it."""
    for sign in ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"]:
        assert not is_refused(f"x = y {sign} 1", dialect), sign
        assert not is_refused(f"x {sign}= 1", dialect), sign
    for sign in ["<", "<=", ">", ">=", "==", "!=", "<>", "is", "in", "and", "or"]:
        assert not is_refused(f"x = y {sign} 1", dialect), sign
    for literal in [
        "1",
        "1L",
        "1.5",
        "1j",
        "'s'",
        "r's'",
        "b's'",
        "None",
        "True",
        "()",
        "[]",
        "{}",
        "x[...]",
    ]:
        assert not is_refused(f"x = {literal}", dialect), literal


def test_the_ending_of_a_file_tells_its_dialect() -> None:
    """Anything but ``.r2py`` is V1."""
    for name, dialect in (("a.r2py", Dialect.V2), ("a.repy", Dialect.V1)):
        assert Dialect.of_file(name) is dialect
    assert Dialect.of_file("r2py") is Dialect.V1


@DIALECTS
def test_parameters_may_have_any_name(dialect: Dialect) -> None:
    """Also words that only Python 3 knows; what they hold can be read then."""
    for name in ("True", "async", "await", "nonlocal", "__x", "co_de", "encode"):
        for form in ("N", "*N", "**N", "N=1", "(a, N)", "b, (a, (N, c)), *d"):
            text = f"def f({form.replace('N', name)}): pass"
            assert not is_refused(text, dialect), text
    assert not is_refused("def f(async, *await): return async", dialect)
    assert is_refused("def f(__x): return __x", dialect)


@DIALECTS
def test_forbidden_constructs_in_every_expression(dialect: Dialect) -> None:
    """A construct is refused wherever an expression may stand, and named."""
    for what, bad in BAD_EXPRESSIONS.items():
        for form in EXPRESSIONS:
            text = text_of(form, dialect)
            if text is not None:
                findings, _ = checker.check(
                    parse(text.replace("E", f"x[{bad}]")), dialect
                )
                found = [each.what for each in findings if each.kind == "node"]
                assert what in found, text


@DIALECTS
def test_forbidden_statements(dialect: Dialect) -> None:
    """Each forbidden statement is refused by its name."""
    for what, bad in BAD_STATEMENTS.items():
        assert first_finding(bad, dialect).what == what
        inside = "if x:\n " + bad.replace("\n", "\n ")
        assert first_finding(inside, dialect).what == what
    assert first_finding("@x\nclass A: pass", dialect).what == "Decorators"
    assert is_refused("print 1", dialect) == (dialect is Dialect.V2)
    assert is_refused("print 1,", dialect) == (dialect is Dialect.V2)


@DIALECTS
def test_what_stands_in_refused_constructs_is_reported_too(dialect: Dialect) -> None:
    """All findings come at once: also those inside of what is refused."""
    for source in (
        "lambda x=a.__b: a.__c",
        "with a.__b as c.__d: e.__f",
        "exec a.__b in c.__d",
        "`a.__b`",
        "[1 for x in (a.__b for y in c.__d)]",
        "@a.__b\ndef f(): a.__c",
        "@a.__b\nclass A: a.__c",
    ):
        findings, _ = checker.check(parse(source), dialect)
        names = {each.what for each in findings if each.kind == "name"}
        places = [at for at in range(len(source)) if source.startswith("__", at)]
        assert names == {source[at : at + 3] for at in places}, source


@DIALECTS
def test_unicode_literals_in_every_expression(dialect: Dialect) -> None:
    """No unicode literal, not even as a docstring."""
    for form in EXPRESSIONS:
        text = text_of(form, dialect)
        if text is not None:
            found = first_finding(text.replace("E", "x[u'a']"), dialect)
            assert (found.kind, found.what) == ("unicode", "a"), text
    for text in ("u'a'", "def f():\n u'a'", "class A:\n u'a'"):
        assert first_finding(text, dialect).attribute == "doc"


@DIALECTS
@pytest.mark.parametrize(
    "source",
    [
        "x: int = 1",
        "(x := 1)",
        "async def f(): pass",
        "def f(a, /): pass",
        "def f(*, a): pass",
        "def f(*, a=1): pass",
        "def f() -> int: pass",
        "def f(a: int): pass",
        "def f(*a: int): pass",
        "def f(**a: int): pass",
        "class A(b=1): pass",
        "f'{x}'",
        "[*a]",
        "{**a}",
        "f(*a, b)",
        "f(*a, *b)",
        "f(**a, b=1)",
        "f(**a, **b)",
        "b'a'",
        "True",
        "a @ b",
        "a @= b",
        "nonlocal x",
        "x = *a,",
        "async def f():\n [x async for x in y]",
        "() = x",
        "[] = x",
        "for () in x: pass",
        "match x:\n case y: pass",
    ],
)
def test_shapes_that_only_python3_has(source: str, dialect: Dialect) -> None:
    """Were the front end to let such a tree through, the check would refuse it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.__class__ = syntax.FunctionDef
            node.tuple_parameters = []  # type: ignore[attr-defined]
    findings, _ = checker.check(tree, dialect)
    assert any(each.kind == "syntax" for each in findings)


@DIALECTS
def test_shapes_inside_of_refused_ones(dialect: Dialect) -> None:
    """An asynchronous clause, where nothing else is wrong."""
    tree = ast.parse("[x for x in y]")
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            node.is_async = 1
    assert checker.check(tree, dialect)[0][0].kind == "syntax"


@DIALECTS
def test_type_parameters_and_foreign_operators(dialect: Dialect) -> None:
    """What newer hosts add to a definition; and what stands beside their operator."""
    for source in ("def f(): pass", "class A: pass"):
        tree = parse(source)
        tree.body[0].type_params = [ast.Name("T", ast.Load())]  # type: ignore[attr-defined]
        assert checker.check(tree, dialect)[0][0].kind == "syntax"
    for source in ("a.__b @ c.__d", "a.__b @= c.__d"):
        findings, _ = checker.check(ast.parse(source), dialect)
        assert [each.what for each in findings[1:]] == ["__b", "__d"]


@DIALECTS
def test_private_names_in_trees(dialect: Dialect) -> None:
    """Names of ours are refused in a tree, too, though no text can hold them."""
    mine = PRIVATE + "mine"
    for source in ("N", "x.N", "f(N=1)", "def N(): pass", "class N: pass"):
        tree = parse(source)
        for node in ast.walk(tree):
            for field in ("id", "attr", "arg", "name"):
                if getattr(node, field, None) == "N":
                    setattr(node, field, mine)
        assert checker.check(tree, dialect)[0], source
    for text in ("def f(a): pass", "def f(*a): pass", "def f(**a): pass"):
        tree = parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.arg):
                node.arg = mine
        assert checker.check(tree, dialect)[0], text


@DIALECTS
def test_tuple_parameters_hold_names_only(dialect: Dialect) -> None:
    """No name of ours, and nothing that isn't a name, in a parameter's tuple."""
    for part in (
        ast.Name(PRIVATE + "mine", ast.Store()),
        ast.Attribute(ast.Name("a", ast.Load()), "b", ast.Store()),
    ):
        tree = parse("def f((a, b)): pass")
        function = tree.body[0]
        assert isinstance(function, syntax.FunctionDef)
        target = function.tuple_parameters[0].target
        assert isinstance(target, ast.Tuple)
        target.elts[0] = part
        ast.fix_missing_locations(tree)
        assert checker.check(tree, dialect)[0]
