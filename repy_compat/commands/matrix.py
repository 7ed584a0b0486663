"""repy matrix: a folder of applications against a folder of security layers."""

from __future__ import annotations

import os
import sys
import time

from repy_compat.commands.terminal import show_progress
from repy_compat.errors import RestrictionsError, UsageError, os_error_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from repy_compat.grading import Pair, Verdict


def main(words: list[str]) -> int:
    """Run the verb.

    0 when every layer passed every application, 1 when some failed, 2 for a
    wrong command line, 130 after Ctrl-C (run it again to go on).
    """
    arguments = _parse(words)
    try:
        return _matrix(arguments)
    except (UsageError, RestrictionsError) as error:
        print(f"repy matrix: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"repy matrix: {os_error_text(error)}", file=sys.stderr)
        return 2


def _parse(words: list[str]) -> Namespace:
    import argparse

    parser = argparse.ArgumentParser(
        prog="repy matrix",
        description="Run every Repy V2 program of a folder inside every security "
        "layer of another, each pair in its own process and empty folder. A layer "
        "fails an application when the run prints anything or doesn't end by itself.",
        epilog="Verdicts are kept in OUT.jsonl as they come. Started again, the "
        "command goes on with the pairs that are missing or whose files changed.",
    )
    # Newer Pythons colour what they say; here no control character goes out.
    parser.color = False  # type: ignore[attr-defined]
    parser.add_argument("--layers", required=True, metavar="DIR")
    parser.add_argument("--apps", required=True, metavar="DIR")
    parser.add_argument(
        "--limits", metavar="FILE", help="a restrictions file (default limits without)"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for one run (default 10)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="runs at a time (default: the number of processors)",
    )
    parser.add_argument(
        "--out",
        default="matrix",
        metavar="OUT",
        help="write OUT.csv and OUT.json (default matrix)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget earlier verdicts and run all pairs"
    )
    arguments = parser.parse_args(words)
    if not 0 < arguments.timeout < float("inf"):
        parser.error("--timeout needs seconds greater than 0")
    if arguments.jobs < 1:
        parser.error("--jobs needs at least 1")
    return arguments


def _matrix(arguments: Namespace) -> int:
    from repy_compat import grading
    from repy_compat.limits.restrictions import Limits

    limits = (
        Limits.default()
        if arguments.limits is None
        else Limits.from_file(arguments.limits, "V2")
    )
    pairs = grading.find_pairs(
        arguments.layers, arguments.apps, limits, arguments.timeout
    )
    journal = grading.Journal(arguments.out + ".jsonl")
    if arguments.fresh and os.path.exists(journal.path):
        os.remove(journal.path)
    known = {
        (verdict.layer, verdict.application, verdict.key): verdict
        for verdict in journal.read()
    }
    missing = [pair for pair in pairs if _identity(pair) not in known]
    progress = _Progress(len(pairs), len(pairs) - len(missing))

    def take(verdict: Verdict) -> None:
        journal.add(verdict)
        known[verdict.layer, verdict.application, verdict.key] = verdict
        progress.step(verdict)

    began = time.monotonic()
    try:
        grading.judge_all(missing, limits, arguments.timeout, arguments.jobs, take)
    except KeyboardInterrupt:
        progress.clear()
        print(
            "repy matrix: interrupted; start it again to go on with what is missing",
            file=sys.stderr,
        )
        sys.stderr.flush()
        # Runs in progress end with this process, and nothing is to be waited for.
        os._exit(130)
    progress.clear()
    verdicts = [known[_identity(pair)] for pair in pairs]
    grading.write_json(arguments.out + ".json", verdicts, time.monotonic() - began)
    grading.write_csv(arguments.out + ".csv", verdicts)
    sys.stdout.write(table(verdicts))
    return 1 if any(verdict.verdict == "failed" for verdict in verdicts) else 0


def _identity(pair: Pair) -> tuple[str, str, str]:
    return pair.layer_name, pair.application_name, pair.key


def table(verdicts: list[Verdict]) -> str:
    """The matrix as text: a row a layer, a column an application, then what failed."""
    layers = list(dict.fromkeys(verdict.layer for verdict in verdicts))
    applications = list(dict.fromkeys(verdict.application for verdict in verdicts))
    marks = {(v.layer, v.application): _mark(v) for v in verdicts}
    wide = max(len(_shown(layer)) for layer in layers)
    column = len(str(len(applications))) + 1
    lines = [f"{len(layers)} layers, {len(applications)} applications", ""]
    lines.append(
        " " * wide + "".join(f"{n + 1:>{column}}" for n in range(len(applications)))
    )
    for layer in layers:
        row = [marks[layer, application] for application in applications]
        failed = sum(mark != "." for mark in row)
        note = f"  failed {failed}" if failed else "  passed all"
        lines.append(
            f"{_shown(layer):{wide}}" + "".join(f"{m:>{column}}" for m in row) + note
        )
    lines += ["", ". passed   F printed something   T did not end in time   X ended by"]
    lines[-1] += " a limit or the system"
    lines.append("")
    for number, application in enumerate(applications, 1):
        lines.append(f"{number:>{column}} {_shown(application)}")
    failures = [verdict for verdict in verdicts if verdict.verdict == "failed"]
    if failures:
        lines.append("")
    for verdict in failures:
        lines.append(
            f"{_shown(verdict.layer)} failed {_shown(verdict.application)}: "
            f"{_shown(verdict.reason)} (exit code {verdict.exit_code}, "
            f"{verdict.seconds:.2f} s)"
        )
    return "\n".join(lines) + "\n"


def _mark(verdict: Verdict) -> str:
    if verdict.verdict == "passed":
        return "."
    if verdict.ended == "timeout":
        return "T"
    if verdict.ended in ("normal", "exitall", "systemexit", "exception", "refused"):
        return "F"
    return "X"


def _shown(text: str) -> str:
    """Text of a program or a file's name, harmless on a terminal."""
    return "".join(c if c.isprintable() else f"<{ord(c):02x}>" for c in text)[:160]


class _Progress:
    """A line on a terminal that says how far the matrix is; silent elsewhere."""

    def __init__(self, total: int, done: int) -> None:
        self._total = total
        self._done = done
        self._failed = 0
        self._on_terminal = sys.stderr.isatty()

    def step(self, verdict: Verdict) -> None:
        """One more pair is done."""
        self._done += 1
        self._failed += verdict.verdict == "failed"
        if self._on_terminal:
            show_progress(f"{self._done} of {self._total} runs, {self._failed} failed")

    def clear(self) -> None:
        """Take the line away."""
        if self._on_terminal:
            show_progress("")
