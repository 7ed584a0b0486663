#!/usr/bin/env python3
"""Measure the exploration of schedules: the figures of BENCHMARKS.md.

    python tools/exploring.py speed         schedules a second, a virtual year
    python tools/exploring.py corpus [N]    bugs found, twins accused in N schedules
    python tools/exploring.py tokens [N]    N tokens replayed on both carriers
    python tools/exploring.py parallelize [N]   N schedules of random jobs

Tokens are written to a file with --save FILE and replayed by another Python with
--load FILE, to compare versions.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from repy_compat.testing import Run, explore, run  # noqa: E402
from repy_compat.testing.rig import WithoutCollector  # noqa: E402
from repy_compat.testing.running import replay_on  # noqa: E402
from repy_compat.testing.strategy import new_strategy  # noqa: E402
from repy_compat.testing.subject import Subject  # noqa: E402
from repy_compat.world.simulation.engine import go_on  # noqa: E402
from tests.exploring import DOCUMENTED, RACES, programs, terms_of  # noqa: E402


def main(words: list[str]) -> int:
    what, *rest = words or [""]
    count = int(rest[0]) if rest and rest[0].isdigit() else 0
    options = dict(zip(rest, rest[1:], strict=False))
    if what == "speed":
        return speed()
    if what == "corpus":
        return corpus(count or 1000)
    if what == "tokens":
        return tokens(count or 1000, options.get("--save"), options.get("--load"))
    if what == "parallelize":
        return parallelize(count or 10_000)
    print(__doc__)
    return 2


def speed() -> int:
    """Two events with one update each, fresh program state each time."""
    for carrier in ("threads", "greenlets"):
        try:
            subject = Subject(DOCUMENTED, carrier=carrier)
        except ImportError:
            print(f"{carrier}: not installed")
            continue
        best = 0.0
        with WithoutCollector():
            for _ in range(5):
                start, runs = time.process_time(), 1000
                for _ in range(runs):
                    subject.execute(go_on)
                best = max(best, runs / (time.process_time() - start))
        print(f"{carrier}: {best:,.0f} schedules in a second of one core")
    start = time.perf_counter()
    done = run("sleep(31536000)\n")
    print(f"{done.seconds:g} virtual s in {time.perf_counter() - start:.4f} s")
    return 0


def corpus(schedules: int) -> int:
    """Bugs within 500 schedules of auto; twins under ``schedules``."""
    bugs = programs("bug")
    missed = [
        path.name
        for path in bugs
        if explore(path, schedules=500, **terms_of(path)).verdict != "fails"  # type: ignore[arg-type]
    ]
    print(f"found {len(bugs) - len(missed)} of {len(bugs)}; missed: {missed}")
    twins = programs("fixed")
    accused = []
    for path in twins:
        exploration = explore(path, schedules=schedules, **terms_of(path))  # type: ignore[arg-type]
        if not exploration.ok:
            accused.append(f"{path.name}: {exploration}")
    print(f"accused {len(accused)} of {len(twins)} twins in {schedules} schedules")
    print("\n".join(accused))
    return 1 if missed or accused else 0


def _subject(name: str, carrier: str) -> Subject:
    path = RACES / name
    return Subject(path, carrier=carrier, steps=3000, **terms_of(path))  # type: ignore[arg-type]


def _digest(done: Run) -> str:
    text = "\n".join([*done.trace, done.output, done.how]).replace(str(ROOT), "")
    return hashlib.sha256(text.encode()).hexdigest()


def tokens(count: int, save: str | None, load: str | None) -> int:
    """Tokens of random and PCT schedules over the corpus, and their traces."""
    taken = _take_tokens(count) if load is None else json.loads(Path(load).read_text())
    if save is not None:
        Path(save).write_text(json.dumps(taken))
    differing = 0
    for carrier in ("threads", "greenlets"):
        try:
            subjects = {name: _subject(name, carrier) for name, _, _ in taken}
        except ImportError:
            continue
        same = sum(
            _digest(replay_on(subjects[name], token)) == digest
            for name, token, digest in taken
        )
        differing += len(taken) - same
        version = sys.version.split()[0]
        print(f"Python {version}, {carrier}: {same} of {len(taken)} the same trace")
    return 1 if differing else 0


def _take_tokens(count: int) -> list[list[str]]:
    taken: list[list[str]] = []
    paths = programs("bug") + programs("fixed")
    each = -(-count // (2 * len(paths)))
    for path in paths:
        subject = _subject(path.name, "threads")
        for name in ("random", "pct3"):
            strategy = new_strategy(name, each, seed=len(path.name))
            while (chooser := strategy.next()) is not None:
                done = subject.execute(chooser)
                strategy.learn(done.record)
                taken.append([path.name, done.token, _digest(done)])
        subject.close()
    return taken[:count]


def parallelize(schedules: int) -> int:
    """Random jobs of both libraries, 50 schedules each."""
    from tests.parallelize_program import Job, exploration_of

    random, done, failed = Random(1), 0, 0
    while done < schedules:
        job = Job(
            random.randrange(6),
            random.randrange(5),
            random.choice(["", "abort", "close"]),
            random.choice([0.0, 0.1, 0.2]),
            random.choice(["V1", "V2"]),
        )
        events = random.randint(1, 7)
        strategy = random.choice(["races", "pct2", "pct3", "random"])
        exploration = exploration_of(
            job,
            strategy=strategy,
            schedules=50,
            seed=done,
            limits={"events": events},
        )
        done += exploration.schedules
        if not exploration.ok:
            failed += 1
            print(job, events, strategy, exploration)
    print(f"parallelize: {done} schedules, {failed} explorations with a finding")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
