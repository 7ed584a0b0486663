"""Landlock: the Linux rules by which a process gives up files and TCP ports.

Binds the calling thread and what it starts later, without privileges. Newer
kernels know more; ``version`` tells, and only what they know is asked for.
"""

from __future__ import annotations

import os
import struct

from repy_compat.supervisor.syscalls import call

# The numbers are the same on every architecture.
_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_ASK_VERSION = 1
_RULE_PATH = 1
_RULE_PORT = 2

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_REMOVE_FILE = 1 << 5
_MAKE_REG = 1 << 8
_TRUNCATE = 1 << 14

_BIND_TCP = 1 << 0
_CONNECT_TCP = 1 << 1

#: Rights on files that each version of the kernel's interface knows.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_SCOPE_ALL = 3

FOLDER_TO_READ = _READ_FILE | _READ_DIR
FILE_TO_READ = _READ_FILE
FOLDER_TO_WRITE = (
    _READ_FILE | _READ_DIR | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
)


def version() -> int:
    """The kernel's version of the interface: 1, 2, ... OSError if there is none."""
    return call("syscall", _CREATE_RULESET, None, 0, _ASK_VERSION)


class Ruleset:
    """Rules under construction: what is allowed; ``enforce`` refuses the rest.

    ``ports`` says whether binding TCP ports is to be limited, ``connections``
    whether opening TCP connections is.
    """

    def __init__(self, version: int, *, ports: bool, connections: bool) -> None:
        self._files = (1 << _FILE_RIGHTS[min(version, 5)]) - 1
        network = 0
        if version >= 4:
            network = (_BIND_TCP if ports else 0) | (_CONNECT_TCP if connections else 0)
        if version >= 6:
            attributes = struct.pack("=QQQ", self._files, network, _SCOPE_ALL)
        elif version >= 4:
            attributes = struct.pack("=QQ", self._files, network)
        else:
            attributes = struct.pack("=Q", self._files)
        self._descriptor = call(
            "syscall", _CREATE_RULESET, attributes, len(attributes), 0
        )

    def allow_path(self, path: str, rights: int) -> None:
        """Allow ``rights`` on ``path`` and below; OSError if it isn't there."""
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = struct.pack("=Qi", rights & self._files, place)
            call("syscall", _ADD_RULE, self._descriptor, _RULE_PATH, rule, 0)
        finally:
            os.close(place)

    def allow_binding(self, port: int) -> None:
        """Allow to bind the TCP ``port``; 0 stands for one the system chooses."""
        rule = struct.pack("=QQ", _BIND_TCP, port)
        call("syscall", _ADD_RULE, self._descriptor, _RULE_PORT, rule, 0)

    def enforce(self) -> None:
        """From here on this thread has what the rules allow, for ever."""
        call("syscall", _RESTRICT_SELF, self._descriptor, 0)
        os.close(self._descriptor)
