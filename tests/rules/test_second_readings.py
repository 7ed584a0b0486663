"""The second readings of the fuzzing see what they are there to see."""

from __future__ import annotations

import pytest

from repy_compat.language.dialect import Dialect
from tests.fuzzing.words import faults_of_words
from tests.fuzzing.writer import (
    BAD_EXPRESSIONS,
    BAD_NAMES,
    BAD_STATEMENTS,
    STRANGE_NAMES,
)
from tests.rules.test_checker_positions import EXPRESSIONS, NAMES, text_of

DIALECTS = pytest.mark.parametrize("dialect", [Dialect.V1, Dialect.V2], ids=str)


@DIALECTS
def test_forbidden_names_are_seen_by_their_words_alone(dialect: Dialect) -> None:
    """In each position of a name, and no harmless one is taken for one of them."""
    for form in NAMES:
        text = text_of(form, dialect)
        if text is not None:
            assert faults_of_words(text.replace("N", "good"), dialect) == [], text
            for name in BAD_NAMES + STRANGE_NAMES:
                assert faults_of_words(text.replace("N", name), dialect), (text, name)


@DIALECTS
def test_forbidden_constructs_are_seen_by_their_words_alone(dialect: Dialect) -> None:
    """Wherever an expression can stand, and each forbidden statement."""
    for form in EXPRESSIONS:
        text = text_of(form, dialect)
        if text is not None:
            assert faults_of_words(text.replace("E", "good"), dialect) == [], text
            for bad in BAD_EXPRESSIONS:
                assert faults_of_words(text.replace("E", f"x[{bad}]"), dialect), bad
    for bad in BAD_STATEMENTS:
        assert faults_of_words(bad + "\n", dialect), bad


@DIALECTS
@pytest.mark.parametrize(
    "source",
    [
        "def f(__a, (im_b, (f_c, co_d)), *__e, **tb_f): pass",
        "def f(__a=1, __b=(2, [3]), c={4: 5}): return c",
        "class A:\n def __init__(self): '__doc__'",
        "x = '__class__' r'\\__x' b\"f_\" # encode `",
        "x = [a for b in c if d for e in f if g if h]\nif x: pass",
        "x = {}, {1: 2}, {1: [2 for x in y]}\nx[a:b, ..., ::1]",
        "if a in'b': pass\nelif a: pass\nelse: pass",
        "try: pass\nexcept A as b: pass\nexcept: pass",
        "f(a, b=1, *c, **d)\nx = 0xfFL + 017 + 1.e5 + .5j",
    ],
)
def test_programs_are_taken_for_programs(source: str, dialect: Dialect) -> None:
    """Parameters of any name, strings, remarks, comprehensions, clauses."""
    assert faults_of_words(source, dialect) == []


@DIALECTS
@pytest.mark.parametrize(
    "source",
    [
        "def f(a=__b): pass",
        "def f((a, b)=__c): pass",
        "def f(a): x(__b)",
        "def f(a): return __b",
        "x = [a if b else c for d in e]",
        "x = [a for b in c if d else e]",
        "x = f'{y}'",
        "x = rb'y'",
        "(x := 1)",
        "def f(a) -> b: pass",
        "x; import y",
        "a = b'c' u'd'",
        "x = y?",
        "x = '''y",
        "x = (y",
    ],
)
def test_what_is_no_program_is_seen(source: str, dialect: Dialect) -> None:
    """Defaults aren't parameters; forms that only Python 3 has; open ends."""
    assert faults_of_words(source, dialect)
