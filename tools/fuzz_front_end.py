#!/usr/bin/env python3
"""Random texts against the front end, each compared with other readings.

    python tools/fuzz_front_end.py [--count N] [--seed N] [--seconds S] [--python27]

Noise, changed pieces of real programs and generated programs, good and forbidden
ones. Shown is each text that makes the front end fail with a traceback, takes it
longer than two seconds, or gets something accepted that has to be refused. With
--python27, which needs one on the machine and takes five times as long, also each
text of which the verdict isn't that of Python 2.7's compiler package, word by word.
Ends with 1 if there was any.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from repy_compat.language.dialect import Dialect
from tests.fuzzing import judge, text
from tests.fuzzing.against_python27 import Text, differences

LONGEST = 2.0
BATCH = 500


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(description="random texts for the front end")
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--python27", action="store_true")
    chosen = options.parse_args(words)
    warnings.simplefilter("ignore")
    begin, faults, done = time.monotonic(), 0, 0
    end = chosen.seed + chosen.count
    for first in range(chosen.seed, end, BATCH):
        if time.monotonic() - begin > chosen.seconds:
            break
        texts: list[Text] = []
        for number in range(first, min(first + BATCH, end)):
            source, dialect, found = attempt(number)
            texts.append((source, dialect))
            faults += bool(found)
            if found:
                print(f"seed {number}, {dialect.name}: {', '.join(found)}")
                print(f"  {source[:600]!r}", flush=True)
        for (source, dialect), expected, said in (
            differences(texts) if chosen.python27 else ()
        ):
            faults += 1
            number = first + texts.index((source, dialect))
            print(f"seed {number}, {dialect.name}: Python 2.7 says {expected}")
            print(f"  and we {said}\n  {source[:600]!r}", flush=True)
        done += len(texts)
    spent = sum(os.times()[:4])
    print(
        f"{done} texts, {faults} faults, {time.monotonic() - begin:.0f} s, "
        f"{spent:.0f} s of processor time"
    )
    return 1 if faults else 0


def attempt(number: int) -> tuple[bytes, Dialect, list[str]]:
    """The text of one number, and what is wrong with how it is taken."""
    source, dialect, is_bad = text(Random(number))
    before = time.process_time()
    found = judge(source, dialect, is_bad)
    if time.process_time() - before > LONGEST:
        found.append("too slow")
    return source, dialect, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
