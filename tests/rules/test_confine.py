"""The walls of the operating system, probed from inside as if an escape had happened.

Each probe is Python code in the sealed worker: no rule of the language protects
anything here.
"""

from __future__ import annotations

import _thread
import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from repy_compat.errors import IsolationUnavailable
from repy_compat.supervisor import confine, landlock, seccomp, supervise
from repy_compat.supervisor.job import Job

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or seccomp.machine() is None, reason="walls of Linux"
)

SECRET = "canary-7f31"
PORT = 63117


def available() -> bool:
    try:
        return landlock.version() >= 6
    except OSError:
        return False


needs_landlock = pytest.mark.skipif(not available(), reason="needs Landlock 6")


def probe(folder: Path, action, **terms) -> str:
    """What ``action`` gives in a sealed worker: its repr, or the errno's name."""
    vessel = folder / "vessel"
    vessel.mkdir(exist_ok=True)
    (folder / "beside").write_text(SECRET)
    out = folder / "out"

    def body(link) -> int:
        link.seal()
        try:
            result = repr(action())
        except OSError as error:
            result = os.strerror(error.errno) if error.errno else repr(error)
        os.write(1, result.encode())
        return 0

    terms.setdefault("tcp_ports", [PORT])
    with open(out, "wb") as file:
        run = supervise(
            Job(folder=str(vessel), timeout=20, **terms), body, stdout=file.fileno()
        )
    assert run.ending.code == 0, run
    return out.read_text()


REFUSED = ("Permission denied", "Operation not permitted", "Function not implemented")


def refused(folder: Path, action, **terms) -> bool:
    result = probe(folder, action, **terms)
    assert result in REFUSED, result
    return True


def syscall(*arguments: int) -> int:
    """A raw system call, around every library; OSError if it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    result = library.syscall(*(ctypes.c_long(argument) for argument in arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), "syscall")
    return int(result)


def read(path: str) -> str:
    with open(path) as file:
        return file.read()


# -- files


@needs_landlock
@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../beside",
        "/proc/self/environ",
        "/proc/1/status",
        "/",
    ],
)
def test_nothing_outside_can_be_read(tmp_path, path):
    """Reading beside the vessel folder, and in the system, is refused."""
    refused(tmp_path, lambda: os.listdir(path) if path == "/" else read(path))


@needs_landlock
@pytest.mark.parametrize("path", ["../new", "/tmp/new", os.__file__, confine.__file__])
def test_nothing_outside_can_be_written(tmp_path, path):
    """Neither new files beside the folder nor the libraries it reads."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    refused(tmp_path, lambda: os.open(path, flags))


@needs_landlock
@pytest.mark.parametrize("path", ["../beside", os.__file__])
def test_nothing_outside_can_be_removed_or_cut(tmp_path, path):
    """Removing and truncating are refused where writing is."""
    refused(tmp_path, lambda: os.remove(path))
    refused(tmp_path, lambda: os.open(path, os.O_RDONLY | os.O_TRUNC))
    refused(tmp_path, lambda: os.truncate(path, 0))


def test_the_vessel_folder_is_open(tmp_path):
    """Create, write, read, list and remove plain files: all that Repy has."""

    def action():
        with open("data", "w") as file:
            file.write("x")
        names = os.listdir(".")
        with open("data") as file:
            text = file.read()
        os.remove("data")
        return names, text, os.listdir(".")

    assert probe(tmp_path, action) == "(['data'], 'x', [])"


@pytest.mark.parametrize(
    "action",
    [
        lambda: os.symlink("/etc/passwd", "link"),
        lambda: os.link("../beside", "link"),
        lambda: os.mkdir("folder"),
        lambda: os.mkfifo("pipe"),
        lambda: os.rename("x", "../x"),
        lambda: os.chmod(".", 0o777),
        lambda: os.utime(".", (0, 0)),
        lambda: os.setxattr(".", "user.x", b"y"),
        lambda: os.chdir("/"),
        lambda: os.chroot("."),
    ],
)
def test_links_folders_and_metadata_are_refused(tmp_path, action):
    """Only regular files, and nobody's permissions or times."""
    assert refused(tmp_path, action)


@pytest.mark.parametrize("mode", [0o4644, 0o2644, 0o1644, 0o700])
def test_no_file_can_be_made_that_can_be_run(tmp_path, mode):
    """Nor one that gives the rights of the user, the superuser perhaps, to others."""
    assert refused(tmp_path, lambda: os.open("new", os.O_CREAT | os.O_WRONLY, mode))


def test_what_others_write_to_as_well_stays_as_it_is(tmp_path):
    """How the output waits and where it goes on, under whatever number."""
    import fcntl

    def action():
        own = os.open("data", os.O_CREAT | os.O_RDWR, 0o600)
        changes = {
            "blocking": lambda number: os.set_blocking(number, False),
            "flags": lambda number: fcntl.fcntl(number, fcntl.F_SETFL, os.O_DIRECT),
            "place": lambda number: os.lseek(number, 1 << 30, os.SEEK_SET),
            "length": lambda number: os.ftruncate(number, 0),
            "dup": os.dup,
            "dup2": lambda number: os.dup2(number, 50),
            "F_DUPFD": lambda number: fcntl.fcntl(number, fcntl.F_DUPFD, 50),
        }
        told = {}
        for name, change in changes.items():
            told[name] = ""
            for number in (own, 1):
                try:
                    change(number)
                    told[name] += "+"
                except OSError:
                    told[name] += "-"
        return told

    assert eval(probe(tmp_path, action)) == {
        **dict.fromkeys(("blocking", "place", "length", "dup", "dup2"), "+-"),
        "F_DUPFD": "+-",
        "flags": "--",
    }


# -- the environment and descriptors


def test_the_environment_is_empty(tmp_path, monkeypatch):
    """Neither os.environ, nor the C library, nor the first page of the stack."""
    monkeypatch.setenv("REPY_TEST_SECRET", SECRET)

    def action():
        import posix

        getenv = ctypes.CDLL(None).getenv
        return dict(os.environ), posix.environ, getenv(b"REPY_TEST_SECRET")

    assert probe(tmp_path, action) == "({}, {}, 0)"


def test_the_first_environment_is_overwritten(tmp_path):
    """What the kernel shows as this process's environment is blank."""
    begin, end = confine._environment_block()
    assert end > begin
    result = probe(tmp_path, lambda: set(ctypes.string_at(begin, end - begin)))
    assert result == "{0}"


def test_the_copy_that_filled_the_environment_is_overwritten(tmp_path):
    """The values that the interpreter read at its start are blank, too."""
    text = (
        "import os, posix, sys; sys.path.insert(0, sys.argv[1])\n"
        "from repy_compat.supervisor.job import Job\n"
        "from repy_compat.supervisor import supervise\n"
        "value = posix.environ[b'REPY_TEST_SECRET']\n"
        "def body(link):\n"
        "    os.write(1, repr(value.strip(bytes(1))).encode())\n"
        "    return 0\n"
        "supervise(Job(folder=sys.argv[2]), body)\n"
    )
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run(
        [sys.executable, "-c", text, str(root), str(tmp_path)],
        env={**os.environ, "REPY_TEST_SECRET": SECRET},
        capture_output=True,
        text=True,
    )
    assert (result.stdout, result.stderr) == ("b''", "")


def test_only_the_needed_descriptors_are_open(tmp_path):
    """A file that the host had open isn't there, and nothing can be read from 0."""
    secret = os.open(__file__, os.O_RDONLY)

    def action():
        is_open = []
        for number in range(200):
            try:
                os.fstat(number)
            except OSError:
                continue
            is_open.append(number)
        return len(is_open), os.read(0, 10)

    try:
        # Three streams, the link, the meter of memory.
        assert probe(tmp_path, action) == "(5, b'')"
    finally:
        os.close(secret)


def test_descriptors_files_and_cores_are_limited(tmp_path):
    """Limits of the operating system stand behind those of the ledger."""
    import resource

    def action():
        return [
            resource.getrlimit(which)[0]
            for which in (
                resource.RLIMIT_NOFILE,
                resource.RLIMIT_CORE,
                resource.RLIMIT_DATA,
            )
        ]

    descriptors, core, data = eval(
        probe(tmp_path, action, descriptors=10, memory=15e6, events=10)
    )
    assert core == 0 and descriptors < 100 and 0 < data < 2 << 30


def test_limits_cannot_be_raised(tmp_path):
    """Not even by the superuser."""
    import resource

    assert probe(
        tmp_path,
        lambda: _value_error(
            lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))
        ),
    ) in ("'not allowed'", *REFUSED)


def _value_error(action) -> str:
    try:
        action()
    except ValueError:
        return "not allowed"
    return "allowed"


# -- processes


@pytest.mark.parametrize(
    "action",
    [
        lambda: os.fork(),
        lambda: os.forkpty(),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: subprocess.run(["/bin/true"]),
        lambda: syscall(56, 17, 0, 0, 0, 0),
        lambda: syscall(58),
        lambda: syscall(322, 1, 0, 0, 0, 0x1000),
        lambda: syscall(435, 0, 0),
    ],
    ids=["fork", "forkpty", "execv", "spawn", "run", "clone", "vfork", "execveat", "3"],
)
def test_no_program_and_no_process_can_be_started(tmp_path, action):
    """Every way to a second process is refused."""
    assert refused(tmp_path, action)


@pytest.mark.parametrize(
    "action",
    [
        lambda: os.kill(os.getppid(), signal.SIGTERM),
        lambda: os.kill(1, 0),
        lambda: os.kill(-1, signal.SIGTERM),
        lambda: os.kill(0, signal.SIGTERM),
        lambda: os.killpg(0, signal.SIGTERM),
        lambda: signal.pidfd_send_signal(0, signal.SIGTERM),
        lambda: syscall(234, os.getppid(), os.getppid(), 15),
        lambda: syscall(129, os.getppid(), 15, 0),
        lambda: syscall(72, 1, 8, os.getppid()),
    ],
    ids=["parent", "1", "all", "group", "pg", "pidfd", "tgkill", "queue", "owner"],
)
@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="numbers of x86_64")
def test_no_other_process_can_be_signalled(tmp_path, action):
    """Neither the supervisor, nor the group, nor anybody."""
    assert refused(tmp_path, action)


@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="numbers of x86_64")
@pytest.mark.parametrize(
    "number",
    {
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "open_by_handle_at": 304,
        "io_uring_setup": 425,
        "bpf": 321,
        "unshare": 272,
        "setns": 308,
        "mount": 165,
        "keyctl": 250,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "memfd_create": 319,
        "shmget": 29,
        "pidfd_open": 434,
        "pidfd_getfd": 438,
        "setuid": 105,
        "capset": 126,
        "personality": 135,
        "init_module": 175,
        "reboot": 169,
        "seccomp": 317,
        "landlock_restrict_self": 446,
        "sethostname": 170,
        "timer_create": 222,
        "setpriority": 141,
        "sched_setaffinity": 203,
        "fchmod": 91,
        "splice": 275,
        "readlink": 89,
        "flock": 73,
        "membarrier": 324,
        "fadvise64": 221,
        "sync_file_range": 277,
        "statx": 332,
        "timer of another": 222,
        "unknown": 999,
        "of another table": 0x40000000 + 39,
    }.items(),
    ids=lambda item: item[0],
)
def test_other_system_calls_are_refused(tmp_path, number):
    """What isn't listed fails, even with senseless arguments."""
    assert refused(tmp_path, lambda: syscall(number[1], 0, 0, 0, 0, 0, 0))


def test_the_death_of_the_supervisor_cannot_be_ignored(tmp_path):
    """prctl is closed: the worker can't cut the tie to its supervisor."""
    assert refused(tmp_path, lambda: syscall(157, 1, 0, 0, 0, 0))


@pytest.mark.parametrize(
    "action",
    [
        lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC | mmap.PROT_WRITE),
        lambda: syscall(10, 0, 4096, 4),
    ],
    ids=["mmap", "mprotect"],
)
@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="numbers of x86_64")
def test_no_machine_code_can_be_made(tmp_path, action):
    """No memory that is written and run."""
    assert refused(tmp_path, action)


@pytest.mark.parametrize(
    "action",
    [
        lambda: mmap.mmap(-1, 4096),
        lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | 0x40000),
        lambda: syscall(28, 0, 0, 21),
        lambda: syscall(56, 0x10B00, 0, 0, 0, 0),
    ],
    ids=["shared", "huge pages", "swapped out", "descriptors of a thread's own"],
)
@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="numbers of x86_64")
def test_nothing_can_be_had_that_is_not_counted(tmp_path, action):
    """Memory that isn't in the process's own, descriptors beyond the limit."""
    assert refused(tmp_path, action)


@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="numbers of x86_64")
def test_addresses_are_limited(tmp_path):
    """Reserving costs nothing, but touching what is reserved fills tables of pages."""
    reserve = 0x4022  # private, anonymous, no promise of memory

    def action():
        return syscall(9, 0, 1 << 40, 1, reserve, -1, 0)

    assert probe(tmp_path, action, memory=15e6) == "Cannot allocate memory"


# -- threads


@needs_landlock
def test_a_new_thread_is_bound_too(tmp_path):
    """What one thread can't read, another can't."""

    def action():
        seen = []

        def look() -> None:
            try:
                seen.append(read("/etc/passwd"))
            except OSError as error:
                seen.append(error.errno)

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return seen

    assert probe(tmp_path, action) == "[13]"


def test_a_thread_from_before_is_told(tmp_path):
    """Walls bind later threads only: with an earlier one they don't count."""

    def body(link) -> int:
        lock = _thread.allocate_lock()
        lock.acquire()
        _thread.start_new_thread(lock.acquire, ())
        link.seal()
        return 0

    run = supervise(Job(folder=str(tmp_path)), body)
    assert run.missing == ("a thread was started before the walls stood",)
    assert run.rings == ("language", "process")
    with pytest.raises(IsolationUnavailable, match="a thread was started"):
        supervise(Job(folder=str(tmp_path), strict=True), body)


def test_a_thread_that_has_ended_does_no_harm(tmp_path):
    """A thread of the compiler's that was joined before the seal is gone."""

    def body(link) -> int:
        for _ in range(20):
            thread = threading.Thread(target=bool)
            thread.start()
            thread.join()
        link.seal()
        return 0

    assert supervise(Job(folder=str(tmp_path)), body).missing == ()


def test_many_threads_have_room(tmp_path):
    """The last wall for memory leaves the threads of the limit their stacks."""

    def action():
        stop = threading.Event()
        threads = [threading.Thread(target=stop.wait) for _ in range(100)]
        for thread in threads:
            thread.start()
        stop.set()
        for thread in threads:
            thread.join()
        return len(threads)

    assert probe(tmp_path, action, events=100, memory=15e6) == "100"


# -- network


@needs_landlock
def test_only_the_allowed_port_can_be_bound(tmp_path):
    """TCP: the listed port and no other."""

    def bind(port: int):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", port))
            one.listen(1)
        return "bound"

    assert probe(tmp_path, lambda: bind(PORT)) == "'bound'"
    assert refused(tmp_path, lambda: bind(PORT + 1))
    assert refused(tmp_path, lambda: bind(0))


def test_without_listeners_nothing_listens(tmp_path):
    """insockets 0: not even on a port that the system chooses."""
    assert refused(tmp_path, lambda: socket.socket().listen(1), listens=False)


@needs_landlock
def test_without_connections_nothing_connects(tmp_path):
    """outsockets 0: no TCP connection to anywhere."""

    def action():
        socket.socket().connect(("127.0.0.1", 9))

    assert refused(tmp_path, action, connects=False)


def test_sending_opens_no_connection(tmp_path):
    """TCP can send together with opening: that would go around the wall."""
    fast_open = 0x20000000

    def action():
        socket.socket().sendto(b"x", fast_open, ("127.0.0.1", 9))

    def message():
        socket.socket().sendmsg([b"x"], [], fast_open, ("127.0.0.1", 9))

    assert refused(tmp_path, action, connects=False)
    assert refused(tmp_path, message, connects=False)


@pytest.mark.parametrize("protocol", [262, 132, 33], ids=["mptcp", "sctp", "dccp"])
def test_other_protocols_are_refused(tmp_path, protocol):
    """Landlock closes ports of TCP only: of multipath TCP it knows nothing."""

    def action():
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)

    assert refused(tmp_path, action)


@pytest.mark.parametrize(
    "kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET]
)
def test_no_pair_of_sockets_can_be_made(tmp_path, kind):
    """One of its ends could take a name, or send to a socket that has one."""
    assert refused(tmp_path, lambda: socket.socketpair(socket.AF_UNIX, kind))


@pytest.mark.parametrize(
    "option",
    [
        (socket.SOL_SOCKET, 26),
        (socket.SOL_SOCKET, 15),
        (socket.SOL_SOCKET, 25),
        (socket.SOL_SOCKET, 6),
        (socket.IPPROTO_IP, 3),
        (socket.IPPROTO_IP, 35),
        (41, 26),
    ],
    ids=[
        "filter",
        "shared port",
        "device",
        "broadcast",
        "headers",
        "multicast",
        "ipv6",
    ],
)
def test_other_options_of_sockets_are_refused(tmp_path, option):
    """No packet filters, no sharing of ports, no groups."""

    def action():
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).setsockopt(*option, 1)

    assert refused(tmp_path, action)


def test_the_usual_options_of_sockets_are_there(tmp_path):
    """Buffers, reuse of addresses, and no delay."""

    def action():
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10000)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.settimeout(1.0)
        return "set"

    assert probe(tmp_path, action) == "'set'"


def test_the_clocks_of_others_are_closed(tmp_path):
    """Its own clocks tell the time; nobody else's."""
    import time

    assert probe(tmp_path, lambda: time.thread_time() >= 0) == "True"
    assert probe(tmp_path, lambda: time.process_time() >= 0) == "True"
    assert refused(tmp_path, lambda: time.clock_gettime((~os.getppid() << 3) | 2))


@pytest.mark.parametrize(
    "kind",
    [
        (socket.AF_UNIX, socket.SOCK_STREAM),
        (socket.AF_UNIX, socket.SOCK_DGRAM),
        (socket.AF_INET6, socket.SOCK_STREAM),
        (socket.AF_INET, socket.SOCK_RAW),
        (16, socket.SOCK_RAW),
        (17, socket.SOCK_RAW),
        (40, socket.SOCK_STREAM),
    ],
    ids=["unix", "unix-dgram", "ipv6", "raw", "netlink", "packet", "vsock"],
)
def test_other_families_of_sockets_are_refused(tmp_path, kind):
    """IPv4 with TCP and UDP is all that Repy knows."""
    assert refused(tmp_path, lambda: socket.socket(*kind))


def test_host_names_can_be_resolved(tmp_path):
    """gethostbyname works behind the walls."""
    assert probe(tmp_path, lambda: socket.gethostbyname("localhost")) == "'127.0.0.1'"


def test_modules_can_be_imported_late(tmp_path):
    """The interpreter's own library stays readable."""

    def action():
        import csv
        import encodings.idna

        return csv.__name__, encodings.idna.__name__

    assert probe(tmp_path, action) == "('csv', 'encodings.idna')"


# -- what is told


def test_all_walls_are_named(tmp_path):
    """On a machine that has everything the run says so."""
    if not available():
        pytest.skip("this machine hasn't everything")
    run = supervise(Job(folder=str(tmp_path)), lambda link: link.seal() or 0)
    assert run.rings == (
        "language",
        "process",
        "files",
        "system calls",
        "operating system",
    )
    assert run.missing == ()


@pytest.mark.parametrize("wall", ["landlock", "seccomp"])
def test_a_missing_wall_is_named_and_strict_refuses(tmp_path, monkeypatch, wall):
    """Without Landlock or seccomp a run goes on and says so; strict doesn't start."""

    def missing(*arguments, **words):
        raise OSError(38, "Function not implemented")

    if wall == "landlock":
        monkeypatch.setattr(landlock, "version", missing)
    else:
        monkeypatch.setattr(seccomp, "install", missing)
    ran = tmp_path / "ran"

    def body(link) -> int:
        link.seal()
        ran.write_text("yes") if wall == "landlock" else None
        return 0

    run = supervise(Job(folder=str(tmp_path)), body)
    assert len(run.missing) == 1 and wall in run.missing[0].lower()
    assert "operating system" not in run.rings
    ran.unlink(missing_ok=True)
    with pytest.raises(IsolationUnavailable, match=r"(?i)" + wall):
        supervise(Job(folder=str(tmp_path), strict=True), body)
    assert not ran.exists()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_a_valid_program(machine):
    """Every jump stays inside and every path returns; no call is listed twice."""
    instructions = seccomp.program(machine, 1234)
    count = len(instructions) // 8
    assert count < 4096
    for index in range(count):
        code, when, otherwise, _ = __import__("struct").unpack_from(
            "=HBBI", instructions, 8 * index
        )
        if code & 7 == 5:
            assert index + 1 + max(when, otherwise) < count
    column = 0 if machine == "x86_64" else 1
    numbers = [
        row[column]
        for table in (
            seccomp.ALLOWED,
            seccomp.NETWORK,
            seccomp.LISTENING,
            seccomp.CONDITIONAL,
        )
        for row in table.values()
        if row[column] is not None
    ]
    assert len(numbers) == len(set(numbers))
