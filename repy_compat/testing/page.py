"""A run as one self-contained page of HTML, or as a Chrome trace.

Bars of events over time, the locks they wait for and hold, and the number of
events against the limit. Nothing is loaded from anywhere; text that comes from
the program is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from repy_compat.testing.timeline import Bar, Timeline, timeline_of

if TYPE_CHECKING:
    from repy_compat.testing.subject import Run

LEFT, WIDTH, ROW, TOP, CURVE = 170, 1100, 26, 26, 110

STYLE = """
body { font: 14px system-ui, sans-serif; margin: 1.5em; color: #222; }
h1 { font-size: 1.2em; } table { border-collapse: collapse; margin: .6em 0; }
td { padding: .1em 1em .1em 0; } svg { display: block; margin-top: .6em; }
svg text { font: 12px system-ui, sans-serif; fill: #333; }
.life { fill: #e4e7eb; } .run { fill: #3b7dd8; } .wait { fill: #d9534f; }
.hold { fill: #f0ad4e; } .grid { stroke: #eee; } .limit { stroke: #d9534f;
stroke-dasharray: 5 4; } .curve { fill: none; stroke: #2a7; stroke-width: 2; }
.key span { display: inline-block; width: 1em; height: .8em; margin: 0 .3em 0 1em; }
pre { background: #f6f7f9; padding: .8em; overflow: auto; max-height: 24em; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #ddd; }
svg text { fill: #ccc; } .life { fill: #33373d; } .grid { stroke: #2a2d33; }
pre { background: #1f2227; } }
"""
SCRIPT = """
document.getElementById('scale').addEventListener('change', function (change) {
  for (const drawing of document.querySelectorAll('svg'))
    drawing.style.display = drawing.id === change.target.value ? 'block' : 'none';
});
"""


def trace_page(run: Run) -> str:
    """The page for a run."""
    line = timeline_of(run)
    title = escape(f"{run.program.filename}: events of one run")
    by_time = line.seconds > 0
    chosen = ' selected=""' if by_time else ""
    drawings = _drawing(line, "steps", by_time) + _drawing(line, "time", not by_time)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>{STYLE}</style></head><body>
<h1>{title}</h1>
{_facts(run, line)}
<p class="key">Scale <select id="scale"><option value="steps">steps</option>
<option value="time"{chosen}>virtual time</option></select>
<span class="life" style="background:#c4c9d0"></span>is there
<span style="background:#3b7dd8"></span>runs
<span style="background:#d9534f"></span>waits for a lock
<span style="background:#f0ad4e"></span>holds a lock</p>
{drawings}
<h1>Steps</h1>
<pre>{escape(chr(10).join(run.trace))}</pre>
<script>{SCRIPT}</script>
</body></html>
"""


def _facts(run: Run, line: Timeline) -> str:
    most = max(held for _, _, held in line.curve)
    facts = [
        ("ended", f"{run.how} {run.detail}".strip()),
        ("virtual seconds", f"{run.seconds:g}"),
        ("events held at most", f"{most} of {line.limit:g}"),
        ("token", run.token),
    ]
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in facts
    )
    return f"<table>{rows}</table>"


def _drawing(line: Timeline, scale: str, hidden: bool) -> str:
    """One SVG: rows of events, and below them the curve of held events."""
    bottom = TOP + ROW * len(line.names)
    style = ' style="display:none"' if hidden else ""
    span = float(max(line.length, 1)) if scale == "steps" else line.seconds or 1.0

    def across(position: int, moment: float) -> float:
        value = position if scale == "steps" else moment
        return LEFT + WIDTH * value / span

    parts = [_axis(span, scale, bottom)]
    for event, name in enumerate(line.names):
        height = TOP + ROW * event + 17
        parts.append(f'<text x="4" y="{height}">{escape(name)}</text>')
    # Long bars first, so that what happens within them lies on top.
    order = {"life": 0, "hold": 1, "wait": 2, "run": 3}
    for bar in sorted(line.bars, key=lambda bar: order[bar.kind]):
        parts.append(_bar(bar, across))
    parts.append(_curve(line, across, bottom + 30))
    height = bottom + 30 + CURVE + 20
    return (
        f'<svg id="{scale}" width="{LEFT + WIDTH + 20}" height="{height}"'
        f' role="img"{style}>{"".join(parts)}</svg>\n'
    )


def _axis(span: float, scale: str, bottom: int) -> str:
    parts = []
    unit = "" if scale == "steps" else " s"
    for tick in range(6):
        across = LEFT + WIDTH * tick / 5
        value = f"{span * tick / 5:.4g}{unit}"
        parts.append(
            f'<line class="grid" x1="{across:.1f}" y1="{TOP}" x2="{across:.1f}"'
            f' y2="{bottom + 30 + CURVE}"/><text x="{across:.1f}" y="16">{value}</text>'
        )
    return "".join(parts)


def _bar(bar: Bar, across: Callable[[int, float], float]) -> str:
    left = across(bar.start, bar.since)
    width = max(across(bar.end, bar.until) - left, 2.0)
    inset = {"life": 3, "hold": 16, "wait": 16, "run": 6}[bar.kind]
    height = {"life": 20, "hold": 6, "wait": 6, "run": 8}[bar.kind]
    top = TOP + ROW * bar.event + inset
    when = f"steps {bar.start} to {bar.end}, {bar.since:g} to {bar.until:g} s"
    return (
        f'<rect class="{bar.kind}" x="{left:.1f}" y="{top}" width="{width:.1f}"'
        f' height="{height}"><title>{escape(bar.label)}: {when}</title></rect>'
    )


def _curve(line: Timeline, across: Callable[[int, float], float], top: int) -> str:
    most = max([held for _, _, held in line.curve] + [1])
    # A limit far above the curve is named, but doesn't flatten it.
    ceiling = line.limit if line.limit <= 4 * most else most * 1.2

    def up(held: float) -> float:
        return top + CURVE * (1 - held / max(ceiling, 1))

    points, held = [], 0
    for position, moment, following in line.curve:
        place = across(position, moment)
        points += [f"{place:.1f},{up(held):.1f}", f"{place:.1f},{up(following):.1f}"]
        held = following
    points.append(f"{across(line.length, line.seconds):.1f},{up(held):.1f}")
    label = f"events held (limit {line.limit:g})"
    parts = [
        f'<text x="4" y="{top + 14}">{label}</text>',
        f'<polyline class="curve" points="{" ".join(points)}"/>',
    ]
    if line.limit <= ceiling:
        level = f"{up(line.limit):.1f}"
        parts.append(
            f'<line class="limit" x1="{LEFT}" y1="{level}" x2="{LEFT + WIDTH}"'
            f' y2="{level}"/>'
        )
    return "".join(parts)


def chrome_trace(run: Run) -> str:
    """The run in the trace event format; a step of the log counts a microsecond.

    Virtual time stands still while events run, so steps are the scale that shows
    something; the virtual time of each bar is among its arguments.
    """
    line = timeline_of(run)
    entries: list[dict[str, object]] = [
        {
            "ph": "M",
            "pid": 1,
            "tid": event,
            "name": "thread_name",
            "args": {"name": name},
        }
        for event, name in enumerate(line.names)
    ]
    for bar in line.bars:
        entries.append(
            {
                "ph": "X",
                "pid": 1,
                "tid": bar.event,
                "ts": bar.start,
                "dur": max(bar.end - bar.start, 1),
                "name": bar.label,
                "cat": bar.kind,
                "args": {"since": bar.since, "until": bar.until},
            }
        )
    for position, moment, held in line.curve:
        entries.append(
            {
                "ph": "C",
                "pid": 1,
                "ts": position,
                "name": "events held",
                "args": {"events": held},
                "cat": f"{moment:g} s",
            }
        )
    return json.dumps({"traceEvents": entries, "displayTimeUnit": "ms"})
