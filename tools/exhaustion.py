#!/usr/bin/env python3
"""Measure what ends programs that exhaust the machine: the table of BENCHMARKS.md.

    python tools/exhaustion.py              one after another, as a Markdown table
    python tools/exhaustion.py --at-once N  N of them at once, and then a good one

For each program of tests/programs/hostile/ that exhausts something: what ended it,
after how long, and how much the memory of its supervisor grew while it ran.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.programs.hostile_case import (  # noqa: E402
    Case,
    Run,
    cases,
    command,
    environment,
    plant,
)

GOOD = "if callfunc == 'initialize':\n  print sum(range(1000))\n"


def main(words: list[str]) -> int:
    chosen = [
        case
        for case in cases()
        if case.attack_class == "T11"
        or case.name.startswith(("t03_bare_except_against_m", "t07_deep", "t07_giant"))
        or case.name.startswith(("t07_long", "t10_callbacks", "t12_"))
    ]
    if words[:1] == ["--at-once"]:
        return at_once(chosen, int(words[1]))
    print("| program | ended by | seconds | supervisor grew by |")
    print("|---|---|---:|---:|")
    for case in chosen:
        with started(case) as (process, errors):
            print(row(case, process, errors), flush=True)
    return 0


@contextmanager
def started(case: Case) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The command line running ``case`` in a fresh folder, and its errors' file."""
    with tempfile.TemporaryDirectory() as name:
        process, errors = start(case, Path(name))
        try:
            yield process, errors
        finally:
            process.kill()
            process.wait()


def start(case: Case, folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """The command line running ``case`` in ``folder``; its errors go to a file there.

    A pipe that nobody empties meanwhile would hold up whoever floods it.
    """
    plant(folder)
    errors = folder / "errors"
    with open(errors, "wb") as file:
        process = subprocess.Popen(
            command(case, folder),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
    return process, errors


def row(case: Case, process: subprocess.Popen[bytes], told: Path) -> str:
    begin = time.monotonic()
    first = last = 0
    while process.poll() is None:
        worker = has_child(process.pid)
        size = private_kilobytes(process.pid)
        if worker and not first:
            first = size
        last = max(last, size)
        time.sleep(0.01)
    seconds = time.monotonic() - begin
    errors = told.read_bytes()
    grown = f"{max(0, last - first)} kB" if first else "-"
    return f"| {case.name} | {cause(process.returncode, errors)} | {seconds:.2f} | {grown} |"


def cause(code: int, errors: bytes) -> str:
    """What ended a run, in a word or two."""
    known = {0: "its own end", 3: "refused", 6: "its own exception", 124: "timeout"}
    if b"Memory use" in errors:
        return "memory limit"
    if b"Disk use" in errors:
        return "disk limit"
    return known.get(code, f"code {code}")


def private_kilobytes(pid: int) -> int:
    """Resident memory of ``pid`` that isn't shared with files."""
    try:
        words = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(words[1]) - int(words[2])) * 4


def has_child(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text())
    except OSError:
        return False


def at_once(chosen: list[Case], count: int) -> int:
    """``count`` hostile programs side by side, then a good one."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        begin = time.monotonic()
        running = []
        for index in range(count):
            case = chosen[index % len(chosen)]
            folder = root / str(index)
            folder.mkdir()
            running.append((case, folder, *start(case, folder)))
        wrong = 0
        for case, folder, process, errors in running:
            process.wait()
            told = errors.read_bytes()
            run = Run(process.returncode, b"", told, folder)
            # Beside a hundred others, a program may meet its clock first.
            if not case.allows(run) and run.code != 124:
                wrong += 1
                print(f"{case.name}: code {run.code}: {told[-300:]!r}")
        seconds = time.monotonic() - begin
        print(f"{count} hostile programs at once: all ended after {seconds:.1f} s, ")
        print(f"{wrong} of them in another way than stated")
        return good_program(root) or int(wrong > 0)


def good_program(root: Path) -> int:
    """The next good program gives its right answer: 0, or 1 if it doesn't."""
    path = root / "good.repy"
    path.write_text(GOOD)
    folder = root / "good"
    folder.mkdir()
    plant(folder)
    result = subprocess.run(command(Case(path), folder), capture_output=True, text=True)
    right = (result.returncode, result.stdout) == (0, "499500\n")
    print("and then a good one:", "right" if right else f"wrong: {result}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
