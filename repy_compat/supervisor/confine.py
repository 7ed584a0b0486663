"""Ring 3: what the worker denies itself before the program's first statement.

``prepare`` comes first, when the worker is fresh: an empty environment, limits of
the operating system, no new privileges. ``seal`` comes when the program has been
read and compiled: Landlock, then the filter of system calls. In between the
worker reads the program's text and prepares its world. Each piece is tried; what
can't be had is told by name.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
import time

from repy_compat.supervisor import landlock, seccomp, syscalls
from repy_compat.supervisor.measure import ON_LINUX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from repy_compat.supervisor.job import Job

#: Files outside the libraries that resolving a host name reads.
_RESOLVER_FILES = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/ld.so.cache",
    "/etc/localtime",
)
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")

_MEGABYTE = 1 << 20
#: Address space that a thread's stack takes at most.
_STACK = 9 * _MEGABYTE
_THREADS_WITH_ROOM = 2_000
#: Address space that the C library reserves for the heap of a thread, twice as much
#: as it keeps, and how many such heaps it makes.
_ARENA = 128 * _MEGABYTE
_ARENAS_FOR_A_CORE = 8
#: The last wall for memory stands this far behind the limit: the supervisor
#: comes first, and says why.
_MEMORY_SLACK = 1024 * _MEGABYTE
_DISK_SLACK = 1024 * _MEGABYTE
_DESCRIPTOR_SLACK = 64

#: How long a thread that has ended may take to leave, in seconds and looks.
_MOMENT = 0.001
_MOMENTS = 100

_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_NET_BIND_SERVICE = 10


class Walls:
    """What stands: ``rings``, and ``missing``, one sentence for each piece."""

    __slots__ = ("rings", "missing")

    def __init__(self) -> None:
        self.rings: tuple[str, ...] = ("language", "process")
        self.missing: tuple[str, ...] = ()


#: Sentences about what ``prepare`` couldn't have.
_lacking: list[str] = []


def _attempt(what: str, action: Callable[[], None]) -> bool:
    """Do ``action``; if the system refuses, note the sentence ``what``."""
    try:
        action()
    except (OSError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        _lacking.append(f"{what} ({reason})")
        return False
    return True


def keep_only(descriptors: Iterable[int]) -> None:
    """Close every descriptor of this process but ``descriptors``."""
    wanted = sorted({number for number in descriptors if number >= 0})
    begin = 0
    for number in wanted:
        if begin < number:
            # An empty range would be taken for everything.
            os.closerange(begin, number)
        begin = number + 1
    os.closerange(begin, _most_descriptors())


def _most_descriptors() -> int:
    if not hasattr(os, "sysconf"):
        return 8192
    most = os.sysconf("SC_OPEN_MAX")
    if ON_LINUX:
        # closerange is one system call there, and a limit that was lowered may
        # have left higher descriptors open.
        return 2**31 - 1
    return most if 0 < most < 65536 else 65536


def prepare(job: Job) -> None:
    """The fresh worker gives up its environment and takes on its limits."""
    del _lacking[:]
    _attempt("the environment can't be emptied", empty_environment)
    try:
        import resource
    except ImportError:
        _lacking.append("no limits of the operating system for a process")
    else:
        _attempt("no core-dump limit", lambda: _limit(resource.RLIMIT_CORE, 0))
        _attempt("no limit of descriptors", lambda: _limit_descriptors(job))
        _attempt("no limit of file sizes", lambda: _limit_files(job))
        _attempt("no last wall for memory", lambda: _limit_memory(job))
    if ON_LINUX:
        _attempt("it can be inspected", syscalls.forbid_inspection)
        _attempt("new privileges aren't excluded", syscalls.forbid_new_privileges)


def empty_environment() -> None:
    """No variable is left: not for this process, nor where its memory held them.

    Besides the block that the kernel made there is one copy, the values from which
    ``os.environ`` was filled. Both are overwritten, as an escaped program could
    search the memory that is free.
    """
    begin, end = _environment_block()
    module = sys.modules.get("posix") or sys.modules.get("nt")
    copies = [] if module is None else list(module.environ.values())
    os.environ.clear()
    if module is not None:
        module.environ.clear()
    if end > begin:
        syscalls.call("memset", begin, 0, end - begin)
        for copy in copies:
            # Shorter ones are shared with the whole interpreter.
            if type(copy) is bytes and len(copy) > 1:
                syscalls.call("memset", syscalls.address_of(copy), 0, len(copy))


def _environment_block() -> tuple[int, int]:
    """Where the kernel put the first environment: what /proc/PID/environ shows."""
    if not ON_LINUX:
        return 0, 0
    with open("/proc/self/stat", "rb") as file:
        # The program's name, in parentheses, may hold anything.
        words = file.read().rpartition(b")")[2].split()
    return int(words[47]), int(words[48])


def _limit(which: int, amount: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    resource.setrlimit(which, (amount, amount))


def _limit_descriptors(job: Job) -> None:
    import resource

    _limit(resource.RLIMIT_NOFILE, job.descriptors + _DESCRIPTOR_SLACK)


def _limit_files(job: Job) -> None:
    import resource

    if job.disk is None or not 0 <= job.disk < 2**60:
        return
    for descriptor in (1, 2):
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            # The limit would hold for the output, too, and for what the file
            # already contains.
            return
    _limit(resource.RLIMIT_FSIZE, int(job.disk) + _DISK_SLACK)


def _limit_memory(job: Job) -> None:
    import resource

    if job.memory is None or not 0 <= job.memory < 2**50:
        return
    threads = min(job.events, _THREADS_WITH_ROOM)
    room = int(job.memory) + threads * _STACK + _MEMORY_SLACK
    _limit(resource.RLIMIT_DATA, room)
    if ON_LINUX:
        # That counts what can be written to. What is only reserved costs the tables
        # of its pages, which count nowhere.
        arenas = min(threads, _ARENAS_FOR_A_CORE * (os.cpu_count() or 1)) + 1
        reserved = arenas * _ARENA + _MEMORY_SLACK
        _limit(resource.RLIMIT_AS, _address_space() + room + reserved)


def _address_space() -> int:
    """Bytes of addresses that this process has in use."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def seal(job: Job) -> Walls:
    """Build the walls around this process. To be called once, with one thread."""
    walls = Walls()
    if not ON_LINUX:
        _lacking.append("no walls of the operating system on this platform")
    elif not _alone():
        _lacking.append("a thread was started before the walls stood")
    else:
        _attempt("privileges of the superuser are kept", drop_capabilities)
        if _attempt("no wall around files (Landlock)", lambda: close_files(job)):
            walls.rings += ("files",)
        if _attempt("no filter of system calls (seccomp)", lambda: close_calls(job)):
            walls.rings += ("system calls",)
    walls.missing = tuple(_lacking)
    if not _lacking:
        walls.rings += ("operating system",)
    return walls


def _alone() -> bool:
    """Whether this process has one thread.

    One that was joined may take a moment to leave, so it is given one.
    """
    for _ in range(_MOMENTS):
        if len(os.listdir("/proc/self/task")) == 1:
            return True
        time.sleep(_MOMENT)
    return False


def drop_capabilities() -> None:
    """The superuser keeps two privileges: files of the folder, and low ports."""
    with open("/proc/self/status", "rb") as file:
        status = file.read()
    permitted = int(status.partition(b"CapPrm:")[2].split(None, 1)[0], 16)
    kept = permitted & (1 << _CAP_DAC_OVERRIDE | 1 << _CAP_NET_BIND_SERVICE)
    if kept == permitted:
        return
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    low, high = kept & 0xFFFFFFFF, kept >> 32
    data = struct.pack("=6I", low, low, 0, high, high, 0)
    syscalls.call("capset", header, data)


def close_files(job: Job) -> None:
    """Landlock: the folder to write in, libraries to read, ports to bind."""
    version = landlock.version()
    if version < 3:
        _lacking.append("files that can be read can be cut off (Landlock 3)")
    limits_ports = job.tcp_ports is not None
    if version < 4 and (limits_ports or not job.connects):
        _lacking.append("no wall around TCP ports (Landlock 4)")
    rules = landlock.Ruleset(version, ports=limits_ports, connections=not job.connects)
    rules.allow_path(job.folder, landlock.FOLDER_TO_WRITE)
    for folder in (*_own_folders(), *_SYSTEM_LIBRARIES, *job.libraries):
        _allow_if_there(rules, folder, landlock.FOLDER_TO_READ)
    for file in _RESOLVER_FILES:
        _allow_if_there(rules, file, landlock.FILE_TO_READ)
    if version >= 4:
        for port in job.tcp_ports or ():
            rules.allow_binding(port)
    rules.enforce()


def _own_folders() -> list[str]:
    """Where modules lie that a run may import late: Python's and our own."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    libraries = os.path.join(os.path.dirname(package), "seattlelib")
    return [os.path.dirname(os.path.abspath(os.__file__)), package, libraries]


def _allow_if_there(rules: landlock.Ruleset, path: str, rights: int) -> None:
    try:
        rules.allow_path(path, rights)
    except (FileNotFoundError, NotADirectoryError):
        return


def close_calls(job: Job) -> None:
    """seccomp: the system calls of a Repy program under CPython."""
    machine = seccomp.machine()
    if machine is None:
        raise OSError(seccomp.ENOSYS, f"no table for {os.uname().machine}")
    seccomp.install(
        seccomp.program(
            machine,
            os.getpid(),
            network=job.network,
            listening=job.network and job.listens,
        )
    )
