#!/usr/bin/env python3
"""Plant each hole of tools/mutate_checker.py in the checker: does the fuzzing find it?

    python tools/plant_holes.py [--count N] [--only TEXT]

For each rule that is removed from language/check.py or language/dialect.py: how many
random texts it takes until one is judged a fault. Not all can be found so: some rules
refuse what no text can give, some only tell more, some removed ones refuse too much.
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
from repy_compat.language.dialect import Dialect
from tests.fuzzing import judge, text


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(description="holes that the fuzzing finds")
    options.add_argument("--count", type=int, default=3000)
    options.add_argument("--only", default="")
    chosen = options.parse_args(words)
    warnings.simplefilter("ignore")
    texts = [text(Random(number)) for number in range(chosen.count)]
    found, all_of_them = 0, 0
    for mutant in mutants():
        if mutant.path in (CHECK, DIALECT) and chosen.only in str(mutant):
            with planted(mutant):
                after = first_fault(texts)
            found += after is not None
            all_of_them += 1
            print(f"{mutant}: {after or 'not found'}", flush=True)
    print(f"{found} of {all_of_them} holes found within {chosen.count} texts")
    return 0


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


def first_fault(texts: list[tuple[bytes, Dialect, bool]]) -> int | None:
    """How many texts it takes to see that something is wrong."""
    for number, (source, dialect, is_bad) in enumerate(texts, 1):
        try:
            if judge(source, dialect, is_bad):
                return number
        except Exception:
            return number
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
