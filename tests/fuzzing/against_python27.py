"""Verdicts on many texts, compared with those of Python 2.7 and its compiler package."""

from __future__ import annotations

import subprocess

from repy_compat.language.dialect import Dialect
from tests.language_verdict import in_words, judged_by_python27, ours

Text = tuple[bytes, Dialect]
MOST_BRACKETS = 12


def differences(texts: list[Text]) -> list[tuple[Text, str, str]]:
    """The texts that end otherwise with us: with Python 2.7's words and with ours."""
    found = []
    texts = [each for each in texts if not _is_deep(each[0])]
    judged = _judged([(source.decode("latin-1"), dialect) for source, dialect in texts])
    for (source, dialect), verdict in zip(texts, judged, strict=True):
        expected = in_words(verdict, dialect)
        # What Python 2.7 couldn't do is no measure: it had no room for the nesting,
        # or failed while it showed or decoded a unicode literal (refused anyway).
        if expected in ("deep", "crash") or "unicode" in expected:
            continue
        if "exceptions.MemoryError" in expected:
            continue
        said = ours(source.decode("latin-1"), dialect)
        if said != expected:
            found.append(((source, dialect), expected, said))
    return found


def _is_deep(source: bytes) -> bool:
    """Whether brackets are nested so that Python 2.7's package may take hours."""
    depth = deepest = 0
    for byte in source:
        depth += (byte in b"([{") - (byte in b")]}")
        deepest = max(deepest, depth)
    return deepest > MOST_BRACKETS


def _judged(texts: list[tuple[str, Dialect]]) -> list[list[object]]:
    """Python 2.7's verdicts; ``crash`` for a text that brings it down."""
    try:
        return judged_by_python27(texts)
    except subprocess.CalledProcessError:
        if len(texts) == 1:
            return [["crash"]]
        half = len(texts) // 2
        return _judged(texts[:half]) + _judged(texts[half:])
