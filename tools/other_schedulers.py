#!/usr/bin/env python3
"""The documented race under two other tools for Python, beside ours.

    python -m venv other && other/bin/pip install interleave-test frontrun
    other/bin/frontrun other/bin/python tools/other_schedulers.py

Both run native Python threads on one counter; ours (tools/exploring.py speed) runs
a whole Repy program with a fresh world, ledger and API each time. Needs Python 3.12
or newer, which interleave-test asks for.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module

RUNS = 500
SEEDS = 40


class Counter:
    """Two updates without a lock."""

    def __init__(self) -> None:
        self.value = 0

    def increment(self) -> None:
        """Lose an update now and then."""
        self.value = self.value + 1


def main() -> int:
    interleave_test()
    frontrun()
    return 0


def _schedules_a_second(explore: Callable[[], object]) -> float:
    start = time.perf_counter()
    explore()
    return RUNS / (time.perf_counter() - start)


def interleave_test() -> None:
    """Uniformly random schedules at every bytecode instruction."""
    tool = import_module("interleave_test")

    def model(check: bool) -> None:
        counter = Counter()
        threads = [tool.spawn(counter.increment) for _ in range(2)]
        for thread in threads:
            thread.join()
        assert not check or counter.value == 2

    speed = _schedules_a_second(
        lambda: tool.explore(lambda: model(False), iterations=RUNS, seed=1)
    )
    needed = []
    for seed in range(SEEDS):
        try:
            tool.explore(lambda: model(True), iterations=RUNS, seed=seed)
        except Exception as failure:
            found = re.search(r"found on schedule (\d+)", str(failure))
            needed.append(int(found.group(1)) if found else RUNS)
    _tell("interleave-test, random", speed, needed)


def frontrun() -> None:
    """Dynamic partial-order reduction (its default), and random schedules."""
    tool = import_module("frontrun")

    def explore(check: bool, **options: object) -> object:
        return tool.explore(
            Counter,
            Counter.increment,
            lambda counter: not check or counter.value == 2,
            count=2,
            reproduce_on_failure=0,
            **options,
        )

    at_random = {"strategy": "random", "max_attempts": RUNS}
    speed = _schedules_a_second(lambda: explore(False, seed=1, **at_random))
    runs = [explore(True, seed=seed, **at_random) for seed in range(SEEDS)]
    needed = [each.num_explored for each in runs]  # type: ignore[attr-defined]
    _tell("frontrun, random", speed, needed)
    start = time.perf_counter()
    result = explore(True, strategy="dpor")
    seconds = time.perf_counter() - start
    count = result.num_explored  # type: ignore[attr-defined]
    print(f"frontrun, dpor: found in schedule {count}, {seconds:.3f} s")


def _tell(name: str, speed: float, needed: list[int]) -> None:
    print(
        f"{name}: {speed:,.0f} schedules/s; found in schedule"
        f" {statistics.median(needed):g} (median), {max(needed)} (worst of {SEEDS})"
    )


if __name__ == "__main__":
    sys.exit(main())
