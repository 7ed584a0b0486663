#!/usr/bin/env python3
"""Random texts against the front end, each compared with a second reading.

    python tools/fuzz_front_end.py [--count N] [--seed N] [--seconds S]

Noise and generated programs, good and forbidden ones. Shown is each text that makes
the front end fail with a traceback, takes it longer than two seconds, or gets
something accepted that has to be refused. Ends with 1 if there was any.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fuzzing import attempt

LONGEST = 2.0


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(description="random texts for the front end")
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seconds", type=float, default=float("inf"))
    chosen = options.parse_args(words)
    begin, faults, done = time.monotonic(), 0, 0
    for number in range(chosen.seed, chosen.seed + chosen.count):
        if time.monotonic() - begin > chosen.seconds:
            break
        before = time.process_time()
        source, dialect, found = attempt(Random(number))
        if time.process_time() - before > LONGEST:
            found.append("too slow")
        done += 1
        if found:
            faults += 1
            print(
                f"seed {number}, {dialect.name}: {', '.join(found)}\n  {source[:600]!r}"
            )
    print(f"{done} texts, {faults} faults, {time.monotonic() - begin:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
