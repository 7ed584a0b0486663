"""The size of a vessel folder, and who waits when it grows too fast.

The supervisor looks at the folder now and then (Repy V1 specification, section
10.7), and a program may pass its limit until the next look. Within that time it
could write hundreds of megabytes, so whoever writes waits as soon as the folder
is far over the limit: the next look ends the run.
"""

from __future__ import annotations

import os
import time

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
        # A run begins within its limit, or the supervisor ends it at once.
        self._room: float = self.SLACK

    def announce(self, size: int) -> None:
        """Wait until ``size`` more bytes (MOST_AT_ONCE at most) may be written.

        Writing over what is there already counts as well: the folder is measured
        when what was announced would fill the room, and not before.
        """
        # Without a lock: what two writers lose of it to one another in one moment
        # leaves the bound a little wider, and every write would pay for more.
        room = self._room
        while room <= 0:
            room = self._most - self._measure()
            if room <= 0:
                time.sleep(self.PERIOD)
        self._room = room - size
