"""repy replay: run a program under a schedule that explore printed."""

from __future__ import annotations

import sys

from repy_compat.commands.exploring import FAILS, TERMS_HELP, Words, guarded
from repy_compat.errors import UsageError

HELP = (
    """\
Usage: repy replay [options] PROGRAM TOKEN [ARGUMENTS]

Runs the program in virtual time under the schedule of the token, on any version
of Python. The program's output goes where it belongs; what is wrong with the run
is told behind it. The exit code is 0 for a run without a finding, 1 with one,
2 for a wrong command line, or a token that doesn't fit the program.

--trace             : Show each step: virtual time, event, line, what it does
"""
    + TERMS_HELP
)


def main(words: list[str]) -> int:
    """Run the verb: 0 without a finding, 1 with one, 2 for a wrong command line."""
    return guarded("replay", words, HELP, lambda: _replay(words))


def _replay(words: list[str]) -> int:
    given = Words(words, ("--trace",), ())
    if len(given.rest) < 2:
        raise UsageError("which program and token? See 'repy replay --help'")
    named, token, *words_behind = given.rest
    program, args = given.inside_layers(named, words_behind)
    from repy_compat.testing.findings import findings_of
    from repy_compat.testing.running import replay

    run = replay(
        program,
        token,
        args=args,
        **given.terms(given.dialect(program)),  # type: ignore[arg-type]
    )
    if "--trace" in given.flags:
        for line in run.trace:
            print(line)
        print()
    print(run.output, end="" if run.output.endswith("\n") else "\n")
    print(run.errors, end="", file=sys.stderr)
    found = findings_of(run)
    for finding in found:
        print(f"{finding.kind}: {finding.summary}")
        for moment in finding.moments:
            print(f"    {moment}")
    print(f"ended: {run.how} after {run.seconds:g} virtual seconds")
    return FAILS if found else 0
