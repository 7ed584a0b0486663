"""The filter of system calls: what a program under CPython needs, and no more.

A small program for the kernel's packet filter (BPF) looks at the number of each
system call and at some arguments. What is not listed fails with EPERM: nothing
new in a later kernel is let through by itself. Arguments that are addresses
can't be looked at, so files and ports are Landlock's work.
"""

from __future__ import annotations

import os
import struct

from repy_compat.supervisor.syscalls import address_of, call

EPERM = 1
ENOSYS = 38

_SET_MODE_FILTER = 1
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_FAIL = 0x00050000  # plus the errno

# Instructions of the filter language, and offsets into what it looks at.
_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_GREATER = 0x25
_JUMP_ANY_BIT = 0x45
_AND = 0x54
_RETURN = 0x06
_NUMBER = 0
_ARCHITECTURE = 4


def _argument(index: int) -> int:
    return 16 + 8 * index


#: machine -> (its mark in the filter's input, column of the tables below, seccomp)
_MACHINES = {
    "x86_64": (0xC000003E, 0, 317),
    "aarch64": (0xC00000B7, 1, 277),
}

#: Allowed whatever the arguments: name -> number on (x86_64, aarch64). What is
#: called most comes first: the filter goes through them in this order.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "futex": (202, 98),
    "read": (0, 63),
    "write": (1, 64),
    "poll": (7, None),
    "ppoll": (271, 73),
    "recvfrom": (45, 207),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "close": (3, 57),
    "newfstatat": (262, 79),
    "fstat": (5, 80),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "brk": (12, 214),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "recvmsg": (47, 212),
    "recvmmsg": (299, 243),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "shutdown": (48, 210),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "eventfd2": (290, 19),
    "close_range": (436, 436),
    "stat": (4, None),
    "lstat": (6, None),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "readv": (19, 65),
    "writev": (20, 66),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "times": (100, 153),
    "getrandom": (318, 278),
    "getrlimit": (97, 163),
}

#: Allowed only where the run may have sockets, or listeners.
NETWORK: dict[str, tuple[int | None, int | None]] = {
    "bind": (49, 200),
    "connect": (42, 203),
}
LISTENING: dict[str, tuple[int | None, int | None]] = {
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
}

#: Allowed with some arguments only.
CONDITIONAL: dict[str, tuple[int | None, int | None]] = {
    "openat": (257, 56),
    "lseek": (8, 62),
    "madvise": (28, 233),
    "open": (2, None),
    "ftruncate": (77, 46),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "socket": (41, 198),
    "clone": (56, 220),
    "clone3": (435, 435),
    "prctl": (157, 167),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "tgkill": (234, 131),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "prlimit64": (302, 261),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "setsockopt": (54, 208),
}

_AF_INET = 2
_SOCK_STREAM = 1
_SOCK_DGRAM = 2
_SOCK_KIND = 0xF
#: By default, TCP, UDP. Multipath TCP isn't what Landlock takes for TCP.
_PROTOCOLS = (0, 6, 17)
#: Sending with it opens a connection, past the wall around connecting.
_MSG_FASTOPEN = 0x20000000
#: What every thread shares with the others: memory, folder, descriptors, signal
#: handlers. One with descriptors of its own could have as many again.
_CLONE_THREAD = (0x100, 0x200, 0x400, 0x800, 0x10000)
_PR_SET_NAME = 15
_PROT_EXEC = 4
_MAP_ANONYMOUS = 0x20
#: Shared, or of huge pages: memory that isn't counted as the process's own.
_MAP_UNCOUNTED = 0x01 | 0x40000
#: WILLNEED, DONTNEED, FREE, huge pages or none, left out of dumps or not, guards of
#: stacks. Not what sends pages into the swap space, where nobody counts them.
_ADVICE = (3, 4, 8, 14, 15, 16, 17, 102, 103)
#: O_CREAT and O_TMPFILE.
_CREATING = 0o100 | 0o20000000
#: Rights that no file of a program has: to be run, with the rights of its owner even.
_NO_RIGHTS = 0o7111
_FIONBIO = 0x5421
_LAST_STANDARD_STREAM = 2
#: TCGETS, FIONREAD, FIONCLEX, FIOCLEX, SIOCGIFCONF, SIOCGIFADDR: whether it is a
#: terminal, what can be read, flags of the descriptor, addresses of interfaces.
_IOCTLS = (0x5401, 0x541B, 0x5450, 0x5451, 0x8912, 0x8915)
#: Clocks of other processes have this bit.
_FOREIGN_CLOCK = 0x80000000
#: (level, options): SO_REUSEADDR, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE,
#: SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO; TCP_NODELAY; IP_MTU_DISCOVER and IP_RECVERR,
#: which the resolver sets. No filters, no sharing of ports, no raw headers.
_SOCKET_OPTIONS = ((1, (2, 7, 8, 9, 13, 20, 21)), (6, (1,)), (0, (10, 11)))
#: F_GETFD, F_SETFD, F_GETFL. F_SETOWN would send signals to any process, F_SETFL
#: change how others write to what they share with us, F_SETLK hold up whoever locks a
#: library's file.
_FCNTLS = (1, 2, 3)
_F_DUPFD = 0
_F_DUPFD_CLOEXEC = 1030


def machine() -> str | None:
    """This machine's name if the tables know it."""
    name = os.uname().machine
    return name if name in _MACHINES else None


def program(
    machine_name: str, own_pid: int, *, network: bool = True, listening: bool = True
) -> bytes:
    """The filter for a process: instructions of eight bytes each."""
    mark, column, _ = _MACHINES[machine_name]
    allowed = dict(ALLOWED)
    if network:
        allowed.update(NETWORK)
    if listening:
        allowed.update(LISTENING)
    parts = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, mark, 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
    ]
    give_way = _instruction(_RETURN, _ALLOW)
    for numbers in allowed.values():
        number = numbers[column]
        if number is not None:
            parts.append(_instruction(_JUMP_EQUAL, number, 0, 1))
            parts.append(give_way)
    for name, block in _conditions(own_pid, network).items():
        number = CONDITIONAL[name][column]
        if number is not None:
            length = len(block) // 8
            parts.append(_instruction(_JUMP_EQUAL, number, 0, length))
            parts.append(block)
    parts.append(_instruction(_RETURN, _FAIL | EPERM))
    return b"".join(parts)


def _conditions(own_pid: int, network: bool) -> dict[str, bytes]:
    """For each conditional call the instructions that decide it; each one returns."""
    # What others may share with us stays as they know it: how it waits, and where
    # the next piece goes. So it never gets another number either.
    own = _all_of(_is_own_descriptor())
    conditions = {
        "openat": _all_of(_not_both(2, _CREATING, 3, _NO_RIGHTS)),
        "open": _all_of(_not_both(1, _CREATING, 2, _NO_RIGHTS)),
        "lseek": own,
        "ftruncate": own,
        "dup": own,
        "dup2": own,
        "dup3": own,
        "madvise": _one_of(2, _ADVICE),
        # fork and vfork are clones without these flags.
        "clone": _all_of(b"".join(_has_bit(0, flag) for flag in _CLONE_THREAD)),
        # Its flags lie in memory, where they can't be looked at: the C library
        # falls back to clone.
        "clone3": _instruction(_RETURN, _FAIL | ENOSYS),
        "prctl": _one_of(0, (_PR_SET_NAME,)),
        "ioctl": _when(_argument(1), _FIONBIO, own) + _one_of(1, _IOCTLS),
        "fcntl": (
            _when(_argument(1), _F_DUPFD, own)
            + _when(_argument(1), _F_DUPFD_CLOEXEC, own)
            + _one_of(1, _FCNTLS)
        ),
        "tgkill": _one_of(0, (own_pid,)),
        "mmap": _all_of(
            _lacks_bit(3, _MAP_UNCOUNTED) + _not_both(2, _PROT_EXEC, 3, _MAP_ANONYMOUS)
        ),
        "mprotect": _all_of(_lacks_bit(2, _PROT_EXEC)),
        # Reading its own limits only: process 0, and no new limit (both halves).
        "prlimit64": _all_of(
            _is(_argument(0), 0) + _is(_argument(2), 0) + _is(_argument(2) + 4, 0)
        ),
        # A clock of another process tells how busy it is.
        "clock_gettime": _all_of(_lacks_bit(0, _FOREIGN_CLOCK)),
        "clock_getres": _all_of(_lacks_bit(0, _FOREIGN_CLOCK)),
        "clock_nanosleep": _all_of(_lacks_bit(0, _FOREIGN_CLOCK)),
        "sendto": _all_of(_lacks_bit(3, _MSG_FASTOPEN)),
        "sendmsg": _all_of(_lacks_bit(2, _MSG_FASTOPEN)),
        "sendmmsg": _all_of(_lacks_bit(3, _MSG_FASTOPEN)),
    }
    if network:
        conditions["setsockopt"] = (
            b"".join(
                _when(_argument(1), level, _one_of(2, options))
                for level, options in _SOCKET_OPTIONS
            )
            + _FAILED
        )
        conditions["socket"] = (
            _is(_argument(0), _AF_INET)
            + _is_kind(_SOCK_STREAM, _SOCK_DGRAM)
            + _one_of(2, _PROTOCOLS)
        )
    return conditions


def _instruction(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when, otherwise, value)


_FAILED = _instruction(_RETURN, _FAIL | EPERM)


def _is(offset: int, value: int) -> bytes:
    return (
        _instruction(_LOAD, offset) + _instruction(_JUMP_EQUAL, value, 1, 0) + _FAILED
    )


def _is_kind(*kinds: int) -> bytes:
    """Go on if a new socket (flags aside) is of one of ``kinds``."""
    block = _instruction(_LOAD, _argument(1)) + _instruction(_AND, _SOCK_KIND)
    for left in range(len(kinds), 0, -1):
        block += _instruction(_JUMP_EQUAL, kinds[-left], left, 0)
    return block + _FAILED


def _is_own_descriptor() -> bytes:
    """Go on if the first argument is none of the standard streams."""
    return (
        _instruction(_LOAD, _argument(0))
        + _instruction(_JUMP_GREATER, _LAST_STANDARD_STREAM, 1, 0)
        + _FAILED
    )


def _has_bit(index: int, bit: int) -> bytes:
    return (
        _instruction(_LOAD, _argument(index))
        + _instruction(_JUMP_ANY_BIT, bit, 1, 0)
        + _FAILED
    )


def _lacks_bit(index: int, bit: int) -> bytes:
    return (
        _instruction(_LOAD, _argument(index))
        + _instruction(_JUMP_ANY_BIT, bit, 0, 1)
        + _FAILED
    )


def _not_both(index: int, bit: int, other_index: int, other_bit: int) -> bytes:
    return (
        _instruction(_LOAD, _argument(index))
        + _instruction(_JUMP_ANY_BIT, bit, 0, 3)
        + _lacks_bit(other_index, other_bit)
    )


def _when(offset: int, value: int, block: bytes) -> bytes:
    """``block`` decides if the word at ``offset`` is ``value``."""
    length = len(block) // 8
    return (
        _instruction(_LOAD, offset)
        + _instruction(_JUMP_EQUAL, value, 0, length)
        + block
    )


def _all_of(tests: bytes) -> bytes:
    return tests + _instruction(_RETURN, _ALLOW)


def _one_of(index: int, values: tuple[int, ...]) -> bytes:
    """Allow if the low half of an argument is one of ``values``.

    These arguments are C ints: the kernel doesn't look at the high half either.
    """
    block = _instruction(_LOAD, _argument(index))
    for value in values:
        block += _instruction(_JUMP_EQUAL, value, 0, 1)
        block += _instruction(_RETURN, _ALLOW)
    return block + _FAILED


def install(instructions: bytes) -> None:
    """Put the filter on every thread of this process, for ever.

    OSError if the kernel has no such filters. Needs no_new_privs.
    """
    name = machine()
    if name is None:
        raise OSError(ENOSYS, "no table of system calls for this machine")
    count = len(instructions) // 8
    header = struct.pack("=HxxxxxxQ", count, address_of(instructions))
    call("syscall", _MACHINES[name][2], _SET_MODE_FILTER, _ALL_THREADS, header)
