"""repy explore: search the schedules of a program for races, deadlocks and leaks."""

from __future__ import annotations

import sys

from repy_compat.commands.exploring import (
    FAILS,
    INCONCLUSIVE,
    TERMS_HELP,
    Words,
    guarded,
)
from repy_compat.commands.terminal import show_progress
from repy_compat.errors import UsageError

HELP = (
    """\
Usage: repy explore [options] PROGRAM [ARGUMENTS]

Runs the program in virtual time under many schedules and shows what is wrong
under one of them: lost updates, uncaught exceptions, deadlocks, starvation, what
is left open, limits and output that depend on the schedule. Ends with the line
that shows it again. The exit code is 0 if the program holds, 1 if it fails,
2 for a wrong command line or program, 3 if nothing can be said.

--schedules N       : How many schedules at most (500)
--strategy NAME     : auto, nonpreemptive, races, pct2, pct3, random or dfs
--seed N            : For the strategy and the program's random bytes (0)
--all               : Go on after the first finding
--ignore KIND       : Findings of this kind don't count, such as output. May be
                      repeated
--json              : Print the report as JSON
--quiet             : No progress, even on a terminal
"""
    + TERMS_HELP
)

_FLAGS = ("--all", "--json", "--quiet")
_OWN = ("--schedules", "--strategy", "--seed", "--ignore")


def main(words: list[str]) -> int:
    """Run the verb: 0 holds, 1 fails, 2 wrong command line, 3 inconclusive."""
    return guarded("explore", words, HELP, lambda: _explore(words))


def _explore(words: list[str]) -> int:
    given = Words(words, _FLAGS, _OWN)
    if not given.rest:
        raise UsageError("which program? See 'repy explore --help'")
    program, *args = given.rest
    from repy_compat.testing.exploration import exploration_json, exploration_text
    from repy_compat.testing.running import explore

    shown = sys.stderr.isatty() and "--quiet" not in given.flags
    run_program, run_args = given.inside_layers(program, args)
    exploration = explore(
        run_program,
        args=run_args,
        schedules=given.count("--schedules", 500),
        strategy=given.options.get("--strategy", "auto"),
        seed=given.count("--seed", 0),
        first_only="--all" not in given.flags,
        ignore=given.ignored,
        progress=_show_progress if shown else None,
        **given.terms(given.dialect(program)),  # type: ignore[arg-type]
    )
    if shown:
        show_progress("")
    if "--json" in given.flags:
        print(exploration_json(exploration))
    else:
        ends = ["--"] if any(word.startswith("--") for word in args) else []
        again = [program, *given.term_words, "--trace", *ends, *args]
        print(exploration_text(exploration, again))
    if exploration.ok:
        return 0
    return FAILS if exploration.found else INCONCLUSIVE


def _show_progress(done: int, schedules: int) -> None:
    if done % 25 == 0 or done == schedules:
        show_progress(f"{done:,} of {schedules:,} schedules")
