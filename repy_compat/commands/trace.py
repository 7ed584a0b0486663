"""repy trace: draw the events of a run as a page for a browser."""

from __future__ import annotations

from repy_compat.commands.exploring import TERMS_HELP, Words, guarded
from repy_compat.errors import UsageError

HELP = (
    """\
Usage: repy trace [options] PROGRAM [ARGUMENTS]

Runs the program once in virtual time and draws its events as bars, the locks they
wait for and hold, and the number of events against the limit. The page is one
file that needs nothing else. A name that ends in .json gets the same as a Chrome
trace, for chrome://tracing or Perfetto.

--out FILE          : Where to write (trace.html)
--token TOKEN       : The schedule, as explore printed it; without, no switches
--seed N            : For the program's random bytes (0)
"""
    + TERMS_HELP
)


def main(words: list[str]) -> int:
    """Run the verb: 0 when the file is written, 2 for a wrong command line."""
    return guarded("trace", words, HELP, lambda: _trace(words))


def _trace(words: list[str]) -> int:
    given = Words(words, (), ("--out", "--token", "--seed"))
    if not given.rest:
        raise UsageError("which program? See 'repy trace --help'")
    named, *words_behind = given.rest
    program, args = given.inside_layers(named, words_behind)
    from repy_compat.testing.page import chrome_trace, trace_page
    from repy_compat.testing.running import run

    done = run(
        program,
        args=args,
        schedule=given.options.get("--token"),
        seed=given.count("--seed", 0),
        **given.terms(given.dialect(program)),  # type: ignore[arg-type]
    )
    out = given.options.get("--out", "trace.html")
    text = chrome_trace(done) if out.endswith(".json") else trace_page(done)
    # A file's name may be no text.
    with open(out, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    count = len(done.record.names)
    print(f"{out}: {count} events, {done.seconds:g} virtual seconds, {done.how}")
    return 0
