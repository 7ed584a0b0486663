"""The ``#pragma`` lines of old test programs, and whether a run met them.

Repy V2 specification, section 14, story 9: each text must occur in its stream, in
the order given; a pragma without text accepts anything; a stream without a
pragma must stay empty.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

DEFAULT_RESTRICTIONS = "restrictions.default"


@dataclass(frozen=True)
class Expectation:
    """What a test file asks for.

    ``words`` stand before the test's own name on the command line: the
    restrictions file, then programs to put in front. ``out`` and ``error`` list
    the texts that the streams must hold; None is a pragma without text.
    """

    words: tuple[str, ...]
    out: tuple[str | None, ...]
    error: tuple[str | None, ...]

    @staticmethod
    def of(text: str) -> Expectation:
        """The expectation in a test's text."""
        words: list[str] = []
        out: list[str | None] = []
        error: list[str | None] = []
        for line in text.splitlines():
            parts = line.strip().split(None, 2)
            if len(parts) < 2 or parts[0] != "#pragma":
                continue
            rest = parts[2].strip() if len(parts) == 3 else None
            if parts[1] == "repy":
                words = shlex.split(rest or "")
            elif parts[1] == "out":
                out.append(rest)
            elif parts[1] == "error":
                error.append(rest)
        return Expectation(
            tuple(words) or (DEFAULT_RESTRICTIONS,), tuple(out), tuple(error)
        )

    def complaints(self, out: str, error: str) -> list[str]:
        """What the two streams lack or have too much; empty when all is met."""
        return _unmet("standard output", self.out, out) + _unmet(
            "standard error", self.error, error
        )


def _unmet(stream: str, wanted: tuple[str | None, ...], text: str) -> list[str]:
    if not wanted:
        return [f"{stream} should be empty, but is:\n{text}"] if text else []
    position = 0
    for words in wanted:
        if words is None:
            continue
        found = text.find(words, position)
        if found < 0:
            place = " after what came before" if position else ""
            return [f"{stream} lacks {words!r}{place}; it is:\n{text}"]
        position = found + len(words)
    return []
