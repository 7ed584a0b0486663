"""The stop file and the status file (Repy V1 specification, sections 2.5 and 2.6)."""

from __future__ import annotations

import os
import time

from repy_compat.outcome import NO_THREAD, STOPPED

_LONGEST_STOP_FILE = 100_000
_STATES = ("Started", "Terminated", "Stopped", "ThreadErr")


class StopRequest:
    """What a stop file asks for: an exit code, and a message to print.

    ``empty`` tells a file without content: it may still be being written.
    """

    __slots__ = ("code", "message", "empty")

    def __init__(self, content: str) -> None:
        self.code = STOPPED
        self.message = ""
        self.empty = not content
        code_text, separator, message = content.partition(";")
        try:
            code = int(code_text)
        except ValueError:
            return
        if separator and code != NO_THREAD and "_" not in code_text:
            self.code = code & 0xFF
            self.message = message


def stop_requested(path: str) -> StopRequest | None:
    """What the stop file ``path`` asks for; None while there is none.

    Content that isn't ``CODE;MESSAGE`` means 44 and no message, and so does 56.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError:
        # It is there, but not ours to read.
        return StopRequest("") if os.path.lexists(path) else None
    try:
        return StopRequest(os.read(descriptor, _LONGEST_STOP_FILE).decode("latin-1"))
    except OSError:
        return StopRequest("")
    finally:
        os.close(descriptor)


class StatusFile:
    """A file whose *name* tells the state of a run: ``PREFIX-STATE-TIME``."""

    def __init__(self, prefix: str) -> None:
        folder, self._base = os.path.split(prefix)
        self._folder = os.path.abspath(folder)

    def write(self, state: str) -> None:
        """Create the file for ``state``, then remove the older ones.

        A failure is silent: what publishes a state must not end the run.
        """
        name = f"{self._base}-{state}-{_python2_time(time.time())}"
        try:
            with open(os.path.join(self._folder, name), "wb"):
                pass
            others = os.listdir(self._folder)
        except OSError:
            return
        for other in others:
            if other != name and self._is_older(other):
                try:
                    os.remove(os.path.join(self._folder, other))
                except OSError:
                    continue

    def _is_older(self, name: str) -> bool:
        base, *rest = name.rsplit("-", 2)
        if base != self._base or len(rest) != 2:
            return False
        # With a "-" in the prefix other people's files are more easily mistaken.
        return "-" not in base or rest[0] in _STATES


def _python2_time(seconds: float) -> str:
    """What Python 2's ``str`` showed: twelve significant digits."""
    text = f"{seconds:.12g}"
    return text if "." in text else text + ".0"
