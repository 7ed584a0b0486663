"""Random texts against the front end, judged by second readings."""

from __future__ import annotations

from random import Random

from repy_compat.language.dialect import Dialect
from tests.fuzzing.judging import judge
from tests.fuzzing.texts import broken, changed, noise, spoiled
from tests.fuzzing.writer import Writer

__all__ = ["attempt", "judge", "text"]


def text(random: Random) -> tuple[bytes, Dialect, bool]:
    """One random text, its dialect, and whether it is known that it has to be refused."""
    dialect = random.choice([Dialect.V1, Dialect.V2])
    choice = random.random()
    if choice < 0.25:
        return noise(random), dialect, False
    if choice < 0.5:
        source, is_bad = changed(random), False
    else:
        writer = Writer(random, dialect)
        source = writer.program()
        is_bad = writer.is_bad
    choice = random.random()
    if choice < 0.12:
        source = spoiled(source, random)
    elif choice < 0.2:
        source, is_bad = broken(source, random), False
    return source, dialect, is_bad


def attempt(random: Random) -> tuple[bytes, Dialect, list[str]]:
    """One random text, and what is wrong with how it is taken."""
    source, dialect, is_bad = text(random)
    return source, dialect, judge(source, dialect, is_bad)
