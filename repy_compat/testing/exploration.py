"""What an exploration showed, and the text about it.

The text tells the findings, the lines interleaved, and what to paste to see it again.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from repy_compat.testing.findings import Finding
from repy_compat.testing.subject import Run

FAILS, HOLDS, EXHAUSTED, INCONCLUSIVE = "fails", "holds", "exhausted", "inconclusive"

# Lines of the interleaving that are shown at most.
SHOWN = 24
BEFORE = 6


@dataclass(frozen=True)
class Found:
    """A finding with the smallest schedule that shows it, and that run."""

    finding: Finding
    run: Run
    at: int

    @property
    def token(self) -> str:
        """The token that shows it again."""
        return self.run.token


@dataclass
class Exploration:
    """What the schedules of a program showed.

    ``verdict`` is ``fails``, ``holds`` (within ``schedules`` schedules),
    ``exhausted`` (holds under every schedule with at most two preemptions) or
    ``inconclusive``; ``reason`` says why and ``remedy`` what to do then.
    ``found`` lists the findings, ``ended`` counts the schedules that came to
    their end, ``events`` the most events of one run, ``first`` is the run
    without departures.
    """

    verdict: str
    schedules: int
    ended: int
    events: int
    found: list[Found]
    first: Run | None
    reason: str = ""
    remedy: str = ""
    strategies: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the verdict is holds or exhausted."""
        return self.verdict in (HOLDS, EXHAUSTED)

    def __str__(self) -> str:
        return exploration_text(self)

    def check(self) -> None:
        """AssertionError with the whole report unless the program holds."""
        if not self.ok:
            raise AssertionError(str(self))


# --- the text ---------------------------------------------------------------------


def exploration_text(exploration: Exploration, again: Sequence[str] = ()) -> str:
    """The whole report, ending with the line to paste if there is a finding.

    ``again`` holds the words of that line: the program, then its terms.
    """
    lines = [verdict_line(exploration)]
    for found in exploration.found:
        lines += ["", *found_lines(found)]
    if exploration.found:
        line = replay_line(exploration.found[0], again)
        lines += ["", "To see it again:", "    " + line]
    return "\n".join(lines)


def verdict_line(exploration: Exploration) -> str:
    """The verdict as one sentence."""
    count = _counted(exploration.schedules, "schedule")
    events = _counted(exploration.events, "event")
    if exploration.verdict == FAILS:
        number = _counted(len(exploration.found), "finding")
        return f"fails: {number} within {count}"
    if exploration.verdict == EXHAUSTED:
        return (
            f"holds, exhausted: {count} with up to 2 preemptions, all that there are;"
            f" {events} ran"
        )
    if exploration.verdict == HOLDS:
        reason = f" ({exploration.reason})" if exploration.reason else ""
        return f"holds within {count}{reason}; {events} ran"
    text = f"inconclusive after {count}: {exploration.reason}"
    return f"{text}; {exploration.remedy}" if exploration.remedy else text


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def found_lines(found: Found) -> list[str]:
    """A finding for people: what, where, and the lines as they were interleaved."""
    finding = found.finding
    switches = len(found.run.schedule.departures)
    lines = [f"{finding.kind}: {finding.summary}"]
    width = max((len(moment.event) for moment in finding.moments), default=0)
    for moment in finding.moments:
        place = f"{moment.file}:{moment.line}"
        lines.append(f"    {moment.event:{width}}  {place}  {moment.what}")
    shown = interleaving(found.run, finding.span)
    if shown:
        lines += ["", "  the lines in the order they ran:", *shown]
    by = "without a switch" if not switches else f"by {_counted(switches, 'switch')}"
    by = by.replace("switchs", "switches")
    lines += ["", f"  found at schedule {found.at}, shown {by}: token {found.token}"]
    return lines


def interleaving(run: Run, span: tuple[int, int] | None = None) -> list[str]:
    """The source lines in the order they ran, each under the event that ran it.

    At most ``SHOWN`` of them: those of the ``span`` of positions in the log with a
    few before, or the last ones.
    """
    record = run.record
    entries: list[tuple[int, str, int]] = []
    first = last = 0
    for step in record.all_steps():
        if step.place is None:
            continue
        entry = (step.event, *run.locate(step.place))
        if not entries or entries[-1] != entry:
            entries.append(entry)
        if span is not None and step.position <= span[0]:
            first = len(entries) - 1
        if span is None or step.position <= span[1]:
            last = len(entries)
    start = max(0, last - SHOWN if span is None else min(first - BEFORE, last - 1))
    entries = entries[start : min(last, start + SHOWN)]
    width = max((len(record.names[event]) for event, _, _ in entries), default=0)
    return [
        f"    {record.names[event]:{width}}  {line:4} | {_source(file, line, run)}"
        for event, file, line in entries
    ]


def _source(file: str, line: int, run: Run) -> str:
    lines = run.subject.source_lines(file)
    return lines[line - 1].rstrip() if 0 < line <= len(lines) else f"({file})"


def replay_line(found: Found, again: Sequence[str] = ()) -> str:
    """The command that shows a finding again."""
    subject = found.run.subject
    if not again:
        if subject.source is not None:
            return f"repy_compat.testing.replay(program, {found.token!r})"
        again = [found.run.program.filename, "--trace", *subject.options]
    program, *terms = again
    return shlex.join(["repy", "replay", program, found.token, *terms])


def exploration_json(exploration: Exploration) -> str:
    """The report as JSON, for scripts."""
    found = [
        {
            "kind": each.finding.kind,
            "summary": each.finding.summary,
            "moments": [
                {"event": m.event, "file": m.file, "line": m.line, "what": m.what}
                for m in each.finding.moments
            ],
            "token": each.token,
            "switches": len(each.run.schedule.departures),
            "schedule": each.at,
        }
        for each in exploration.found
    ]
    return json.dumps(
        {
            "verdict": exploration.verdict,
            "schedules": exploration.schedules,
            "ended": exploration.ended,
            "events": exploration.events,
            "reason": exploration.reason,
            "remedy": exploration.remedy,
            "strategies": exploration.strategies,
            "found": found,
        },
        indent=2,
    )
