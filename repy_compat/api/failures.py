"""Failures of the host's network, on their way to the program's exceptions.

An exception refers to the frames it passed, and a frame to its variables. So a
variable that holds a caught exception closes a ring, and what else the frame
refers to, a socket say, would live until a collection. The program counts on
sockets that close when their last reference goes: functions that look at a failure
after its ``except`` hold it detached, and none raises an exception from a variable.
"""

from __future__ import annotations

import errno

#: The host has no descriptor or memory left.
NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def detached(failure: OSError) -> OSError:
    """``failure`` without its frames and without what was handled before it."""
    failure.__traceback__ = None
    failure.__context__ = None
    return failure
