"""What a supervised run wrote, kept for the program that asked for it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.supervisor.job import SupervisedRun


class CapturedRun:
    """A supervised run and the first bytes of what it wrote to its two streams.

    ``truncated`` tells whether there was more.
    """

    __slots__ = ("run", "output", "errors", "truncated")

    def __init__(
        self, run: SupervisedRun, output: bytes, errors: bytes, truncated: bool
    ) -> None:
        self.run = run
        self.output = output
        self.errors = errors
        self.truncated = truncated


class Capture:
    """A pipe, and the first bytes that came out of it."""

    def __init__(self, limit: int) -> None:
        self.exit, self.entrance = os.pipe()
        self._pieces: list[bytes] = []
        self._room = limit
        self.truncated = False

    def take(self) -> bool:
        """Read what is there; False at the end."""
        data = os.read(self.exit, 65536)
        if len(data) > self._room:
            # What is too much is read all the same: the program isn't held up.
            self.truncated = True
        kept = data[: self._room]
        if kept:
            self._pieces.append(kept)
            self._room -= len(kept)
        return bool(data)

    def take_all(self) -> None:
        """Read to the end."""
        while self.take():
            pass

    def content(self) -> bytes:
        """What was kept."""
        return b"".join(self._pieces)

    def close_entrance(self) -> None:
        """Our copy of the end that is written to."""
        if self.entrance >= 0:
            os.close(self.entrance)
            self.entrance = -1

    def close(self) -> None:
        """Both ends."""
        self.close_entrance()
        if self.exit >= 0:
            os.close(self.exit)
            self.exit = -1
