"""Hypothesis strategies: schedules, limits, names, arguments and event programs.

Needs the package ``hypothesis``. What these draw shrinks as Hypothesis shrinks:
a failing property ends with the fewest switches of the shortest program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from repy_compat.limits.restrictions import Limits
from repy_compat.testing.schedule import Schedule

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789._-"


@st.composite
def schedules(
    draw: DrawFn, *, max_switches: int = 5, max_decision: int = 60, max_event: int = 6
) -> Schedule:
    """Schedules with at most ``max_switches`` departures; the empty one is simplest.

    A departure that the program can't follow is passed over, so any of them fits
    any program.
    """
    gaps = draw(
        st.lists(
            st.tuples(st.integers(0, max_decision), st.integers(0, max_event)),
            max_size=max_switches,
        )
    )
    departures, index = [], -1
    for gap, event in gaps:
        index += gap + 1
        departures.append((index, event))
    return Schedule(tuple(departures))


@st.composite
def restrictions(draw: DrawFn, *, max_events: int = 12) -> Limits:
    """Limits that differ from the default ones in what programs hold and use."""
    return Limits.default().replace(
        events=draw(st.integers(1, max_events)),
        filesopened=draw(st.integers(0, 5)),
        insockets=draw(st.integers(0, 5)),
        outsockets=draw(st.integers(0, 5)),
        filewrite=draw(st.sampled_from([100_000, 1_000, 100])),
        random=draw(st.sampled_from([10_000, 100])),
    )


def filenames(*, dialect: str = "V1") -> SearchStrategy[str]:
    """Names that a program of the dialect may give a file."""
    letters = NAME_LETTERS
    if dialect == "V1":
        letters += "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = st.text(letters, min_size=1, max_size=20)
    return names.filter(lambda name: not name.startswith("."))


def arguments(*, max_size: int = 4) -> SearchStrategy[list[str]]:
    """Lists of words for ``callargs``, of any bytes but NUL."""
    word = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=12)
    return st.lists(word, max_size=max_size)


class _Writer:
    """Writes one event program; the draws decide, the text is what they mean."""

    def __init__(self, draw: DrawFn, dialect: str, workers: int, locks: int) -> None:
        self._draw = draw
        self._v2 = dialect == "V2"
        self._workers = workers
        self._locks = locks
        self.lines: list[str] = []

    def write(self) -> str:
        """The text of the program."""
        for number in range(self._locks):
            maker = "createlock" if self._v2 else "getlock"
            self.lines.append(f"lock{number} = {maker}()")
        for number in range(self._workers):
            self.lines += ["", f"def worker{number}():"]
            # Only later workers are started, so the program comes to an end.
            self._block("  ", number, depth=2)
        self.lines += ["", "if callfunc == 'initialize':"]
        self.lines += ["  mycontext['count'] = 0", "  mycontext['handles'] = []"]
        self.lines.append("  mycontext['refused'] = 0")
        self._block("  ", -1, depth=2)
        self._start("  ", self._draw(st.integers(0, self._workers - 1)))
        return "\n".join(self.lines) + "\n"

    def _block(self, indent: str, worker: int, depth: int) -> None:
        kinds = ["count", "locked", "sleep", "start", "cancel", "raise", "say"]
        if depth == 0:
            kinds = ["count", "sleep", "say"]
        before = len(self.lines)
        for kind in self._draw(
            st.lists(st.sampled_from(kinds), min_size=1, max_size=3)
        ):
            self._statement(kind, indent, worker, depth)
        if len(self.lines) == before:
            self.lines.append(f"{indent}pass")

    def _statement(self, kind: str, indent: str, worker: int, depth: int) -> None:
        if kind == "count":
            self.lines.append(f"{indent}mycontext['count'] = mycontext['count'] + 1")
        elif kind == "say":
            word = f"{worker + 1}"
            line = f"log('{word}\\n')" if self._v2 else f"print '{word}'"
            self.lines.append(indent + line)
        elif kind == "sleep":
            self.lines.append(f"{indent}sleep({self._draw(st.integers(0, 3))})")
        elif kind == "start" and worker + 1 < self._workers:
            self._start(indent, self._draw(st.integers(worker + 1, self._workers - 1)))
        elif kind == "cancel" and not self._v2:
            self._cancel(indent)
        elif kind == "raise":
            self._raise(indent, worker, depth)
        elif kind == "locked" and self._locks:
            self._locked(indent, worker, depth)

    def _start(self, indent: str, worker: int) -> None:
        delay = self._draw(st.sampled_from(["0.0", "0.5", "1"]))
        call = f"mycontext['handles'].append(settimer({delay}, worker{worker}, ()))"
        if self._v2:
            call = f"createthread(worker{worker})"
        error = "ResourceExhaustedError" if self._v2 else "Exception"
        self.lines += [
            f"{indent}try:",
            f"{indent}  {call}",
            f"{indent}except {error}:",
            f"{indent}  mycontext['refused'] = mycontext['refused'] + 1",
        ]

    def _cancel(self, indent: str) -> None:
        self.lines += [
            f"{indent}for handle in mycontext['handles'][:]:",
            f"{indent}  canceltimer(handle)",
        ]

    def _raise(self, indent: str, worker: int, depth: int) -> None:
        self.lines += [f"{indent}try:"]
        self._block(indent + "  ", worker, depth - 1)
        self.lines += [
            f"{indent}  raise ValueError('drawn')",
            f"{indent}except ValueError:",
            f"{indent}  pass",
        ]

    def _locked(self, indent: str, worker: int, depth: int) -> None:
        # One lock at a time is held here, so no deadlock is written.
        lock = f"lock{self._draw(st.integers(0, self._locks - 1))}"
        acquire = f"{lock}.acquire(True)" if self._v2 else f"{lock}.acquire()"
        self.lines += [f"{indent}{acquire}", f"{indent}try:"]
        self._block(indent + "  ", worker, 0)
        self.lines += [f"{indent}finally:", f"{indent}  {lock}.release()"]


@st.composite
def event_programs(
    draw: DrawFn, *, dialect: str = "V1", max_workers: int = 4, max_locks: int = 2
) -> str:
    """Programs over timers or threads, locks, sleeps, cancels and exceptions.

    Readable Repy text. Every program ends under every schedule, handles each
    refusal of an event and deadlocks under none; its unlocked counting races.
    """
    workers = draw(st.integers(1, max_workers))
    locks = draw(st.integers(0, max_locks))
    return _Writer(draw, dialect, workers, locks).write()
