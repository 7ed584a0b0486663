"""The size of a vessel folder, and who waits when it grows too fast.

The supervisor looks at the folder now and then (Repy V1 specification, section
10.7), and a program may pass its limit until the next look. Within that time it
could write hundreds of megabytes, so whoever writes waits as soon as the folder
is far over the limit: the next look ends the run.
"""

from __future__ import annotations

import os
import time
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: Each entry of the vessel folder counts this many bytes besides its size:
#: Repy V1 specification, section 10.7.
ENTRY_COST = 4096


def folder_use(folder: str | int) -> int:
    """Size of all entries of ``folder`` plus 4096 for each; links aren't followed.

    Repy V1 specification, section 10.7. An entry that vanishes meanwhile counts
    nothing, a folder that can't be read either. ``folder`` is a path or a descriptor.
    """
    use = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    use += entry.stat(follow_symlinks=False).st_size + ENTRY_COST
                except OSError:
                    continue
    except OSError:
        pass
    return use


class DiskBrake:
    """Holds up the writers of a folder that is far over its limit.

    Args:
        limit: bytes, on the terms of ``folder_use``.
        measure: tells the folder's use.
    """

    #: Bytes over the limit at which writers wait.
    SLACK = 16_000_000
    #: Bytes that may be announced at once.
    MOST_AT_ONCE = 1_000_000
    #: Seconds until a waiting writer looks again.
    PERIOD = 0.05

    def __init__(self, limit: float, measure: Callable[[], int]) -> None:
        self._most = limit + self.SLACK
        self._measure = measure
        # Reentrant: a finaliser that the collector runs in here may write, too.
        self._lock = RLock()
        # A run begins within its limit, or the supervisor ends it at once.
        self._room: float = self.SLACK

    def announce(self, size: int) -> None:
        """Wait until ``size`` more bytes (MOST_AT_ONCE at most) may be written.

        Writing over what is there already counts as well: the folder is measured
        when what was announced would fill the room, and not before.
        """
        while not self._has_room(size):
            time.sleep(self.PERIOD)

    def _has_room(self, size: int) -> bool:
        with self._lock:
            if self._room <= 0:
                self._room = self._most - self._measure()
                if self._room <= 0:
                    return False
            self._room -= size
            return True
