"""What our own commands say on a terminal.

Complaints quote the texts of programs and the names of files, and both may be a
stranger's (threat class T15). What programs print themselves goes through the
supervisor (``supervisor.output``).
"""

from __future__ import annotations

import io
import os

from repy_compat.world.output import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class HarmlessStream(io.TextIOBase):
    """A terminal's stream, and nothing arrives there that it would act on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The terminal's."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What becomes of a character that the terminal's encoding lacks."""
        return self._stream.errors

    def write(self, text: str) -> int:
        """Write ``text``, its control characters spelt out."""
        self._stream.write(harmless(text))
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def flush(self) -> None:
        """Have all of it arrive."""
        self._stream.flush()

    def isatty(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The terminal's descriptor: bytes that are written to it aren't looked at."""
        return self._stream.fileno()


def show_progress(line: str) -> None:
    """Put a line of ours in the place of the last one, on standard error.

    The empty one takes it away.
    """
    try:
        os.write(2, f"\r{line}\x1b[K".encode("ascii"))
    except OSError:
        # Progress is nothing that anybody depends on.
        return
