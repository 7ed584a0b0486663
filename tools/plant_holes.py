#!/usr/bin/env python3
"""Plant each hole of tools/mutate_checker.py in the checker: does the fuzzing see it?

    python tools/plant_holes.py [--count N] [--only TEXT]

For each rule that is removed from language/check.py or language/dialect.py: does one
of the random texts that have to be refused get through, and is each that gets through
judged a fault by the second readings? Many rules let nothing through when they are
removed: they refuse what no text can give, or tell more, or are held by another one.
Ends with 1 if something got through unseen.
"""

from __future__ import annotations

import argparse
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutate_checker import CHECK, DIALECT, Mutant, mutants

from repy_compat.language import pipeline
from repy_compat.language.convert import NotPython2
from repy_compat.language.dialect import Dialect
from repy_compat.language.parser import Refused, parse_roughly
from tests.fuzzing import judge, text


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(description="holes that the fuzzing finds")
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--only", default="")
    chosen = options.parse_args(words)
    warnings.simplefilter("ignore")
    made = [text(Random(number)) for number in range(chosen.count)]
    suspects = [
        (source, dialect) for source, dialect, _ in made if is_refused(source, dialect)
    ]
    print(f"{len(suspects)} of {chosen.count} texts are refused by the checker")
    seen = unseen = tight = 0
    for mutant in mutants():
        if mutant.path not in (CHECK, DIALECT) or chosen.only not in str(mutant):
            continue
        with planted(mutant):
            through = [each for each in suspects if not is_refused(*each, late=True)]
            missed = [each for each in through if not judge(*each)]
        seen += bool(through) and not missed
        unseen += bool(missed)
        tight += not through
        if missed:
            print(f"unseen: {mutant}: {missed[0]}", flush=True)
        elif through:
            print(f"seen, in {len(through)} texts: {mutant}", flush=True)
    print(f"{seen} holes seen, {unseen} not; {tight} let nothing through")
    return 1 if unseen else 0


def is_refused(source: bytes, dialect: Dialect, late: bool = False) -> bool:
    """Whether the checker refuses a text; ``late`` counts what Python 2's compiler did."""
    try:
        tree, words = parse_roughly(source)
        findings, errors = pipeline.check(tree, dialect, words)
    except (Refused, NotPython2, RecursionError, MemoryError):
        return late  # the checker never sees its tree
    except Exception:
        return True  # a checker that fails lets nothing through
    return bool(findings or late and errors)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The front end without one of its rules."""
    name = "repy_compat.language." + Path(mutant.path).stem
    module = types.ModuleType(name)
    module.__package__ = "repy_compat.language"
    exec(compile(mutant.texts[mutant.path], mutant.path, "exec"), vars(module))
    check, allows = pipeline.check, Dialect.allows_name
    specials = {each: each.special_methods for each in (Dialect.V1, Dialect.V2)}
    if mutant.path == CHECK:
        pipeline.check = module.check
    else:
        of_mutant: Callable[[Dialect, str], bool] = module.Dialect.allows_name
        Dialect.allows_name = of_mutant  # type: ignore[method-assign, assignment]
        for each in specials:
            new = getattr(module.Dialect, each.name).special_methods
            object.__setattr__(each, "special_methods", new)
    try:
        yield
    finally:
        pipeline.check = check
        Dialect.allows_name = allows  # type: ignore[method-assign]
        for each, names in specials.items():
            object.__setattr__(each, "special_methods", names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
