"""Programs with fixed ports run one at a time, in whichever process of the tests."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# The ports of the recorded and the hostile programs.
_FIXED = re.compile(rb"\b(631\d\d|1234\d)\b")


@contextmanager
def alone_if_networked(text: bytes) -> Iterator[None]:
    """Wait until no other program with fixed ports runs, if ``text`` names one."""
    if not _FIXED.search(text):
        yield
        return
    path = os.path.join(tempfile.gettempdir(), f"repy-compat-ports-{os.getuid()}")
    with open(path, "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
