"""Ctrl-C and its like, noted instead of raised: no step of ours is left half done."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Signals:
    """While taken, these signals only wake whoever polls ``descriptor``.

    ``arrived`` is the number of the latest one, 0 before. Outside the main thread
    signals are somebody else's: nothing is taken and ``descriptor`` is -1.
    """

    def __init__(self) -> None:
        self.arrived = 0
        self.descriptor = -1
        self._wakeup = -1
        self._before: list[tuple[int, object]] = []
        self._wakeup_before = -1

    def take(self) -> None:
        """From here on the signals are noted."""
        try:
            for name in _NAMES:
                number = getattr(_signal, name, None)
                if number is None or _signal.getsignal(number) is _signal.SIG_IGN:
                    # Ignored by whoever started us (nohup, a shell's background).
                    continue
                self._before.append((number, _signal.signal(number, self._note)))
            self._have_children_kept()
        except ValueError:
            return
        self.descriptor, self._wakeup = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._wakeup, False)
        self._wakeup_before = _signal.set_wakeup_fd(
            self._wakeup, warn_on_full_buffer=False
        )

    def _have_children_kept(self) -> None:
        """Who ignores SIGCHLD isn't told how his children ended."""
        number = getattr(_signal, "SIGCHLD", None)
        if number is not None and _signal.getsignal(number) is _signal.SIG_IGN:
            self._before.append((number, _signal.signal(number, _signal.SIG_DFL)))

    def give_back(self) -> None:
        """Restore the handlers as they were."""
        if self.descriptor < 0:
            return
        _signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before:
            if handler is not None:
                _signal.signal(number, handler)
        os.close(self.descriptor)
        os.close(self._wakeup)
        self.descriptor = -1

    def _note(self, number: int, frame: object) -> None:
        self.arrived = number

    def drain(self) -> bool:
        """Take the wake-up bytes; whether a signal of ours has arrived."""
        if self.descriptor >= 0:
            try:
                os.read(self.descriptor, 4096)
            except BlockingIOError:
                return self.arrived != 0
        return self.arrived != 0


def signal_name(number: int) -> str:
    """For example ``signal 9 (SIGKILL)``."""
    for name in dir(_signal):
        is_signal = name.startswith("SIG") and not name.startswith("SIG_")
        if is_signal and getattr(_signal, name) == number:
            return f"signal {number} ({name})"
    return f"signal {number}"
