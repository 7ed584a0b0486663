"""The circular log against a model of its two files, across restarts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.world.circularlog import CircularLog

SIZE = 16


class Model:
    """All that was written; the two files are windows onto its end."""

    def __init__(self) -> None:
        self.all = b""
        self.fill = 0
        self.first = True

    def write(self, piece: bytes) -> int:
        """What is charged: Repy V1 specification, section 12.3."""
        total = self.fill + len(piece)
        self.all += piece
        if total <= SIZE:
            self.fill = total
            return len(piece)
        self.first = False
        self.fill = total % SIZE
        if total <= 2 * SIZE:
            self.fill = total - SIZE
            return len(piece)
        return SIZE + self.fill

    def files(self) -> dict[str, bytes]:
        if self.first:
            return {".old": self.all}
        tail = self.all[len(self.all) - SIZE - self.fill :]
        return {".old": tail[:SIZE], ".new": tail[SIZE:]}


steps = st.lists(
    st.one_of(
        st.just("reopen"), st.binary(max_size=5 * SIZE), st.integers(0, 5 * SIZE)
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_files_and_charges(steps: list[str | bytes | int]) -> None:
    """After every piece both files and the charge are the model's."""
    with tempfile.TemporaryDirectory() as folder:
        log = CircularLog(folder + "/log", SIZE)
        model = Model()
        for step in steps:
            if isinstance(step, str):
                log.close()
                log = CircularLog(folder + "/log", SIZE)
                continue
            piece = step if isinstance(step, bytes) else b"abc"[:1] * step
            assert log.write(piece) == model.write(piece)
            files = {p.suffix: p.read_bytes() for p in Path(folder).iterdir()}
            assert files == model.files()
        log.close()
