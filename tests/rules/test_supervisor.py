"""The process that watches a program: what it limits, and how every run ends."""

from __future__ import annotations

import gc
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from _thread import start_new_thread
from pathlib import Path

import pytest

from repy_compat.errors import IsolationUnavailable, UsageError
from repy_compat.limits.restrictions import Limits
from repy_compat.supervisor import (
    agenda,
    cpushare,
    logline,
    output,
    seccomp,
    supervise,
)
from repy_compat.supervisor.job import Job, SupervisedRun
from repy_compat.supervisor.link import WorkerLink, frame
from repy_compat.supervisor.status import StatusFile

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


class Watched:
    """A supervised run with what it wrote."""

    def __init__(self, run: SupervisedRun, output: bytes, errors: bytes) -> None:
        self.run = run
        self.how = run.ending.how
        self.code = run.ending.code
        self.output = output.decode("latin-1")
        self.errors = errors.decode("latin-1")


def watched(folder: Path, body, **terms) -> Watched:
    """Run ``body`` in a worker whose vessel folder is ``folder``/vessel."""
    vessel = folder / "vessel"
    vessel.mkdir(exist_ok=True)
    out_path, error_path = folder / "out", folder / "err"
    with open(out_path, "wb") as out, open(error_path, "wb") as error:
        run = supervise(
            Job(folder=str(vessel), **terms),
            body,
            stdout=out.fileno(),
            stderr=error.fileno(),
        )
    return Watched(run, out_path.read_bytes(), error_path.read_bytes())


def burn(seconds: float) -> None:
    """Use processor time for ``seconds`` of wall-clock time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def wait_for_ever() -> None:
    while True:
        time.sleep(60)


# -- ends


def test_the_result_of_the_body_is_the_exit_code(tmp_path):
    """A body that returns 7 ends its run with 7, and its output is all there."""

    def body(link: WorkerLink) -> int:
        link.seal()
        os.write(1, b"out\n")
        os.write(2, b"err\n")
        return 7

    watch = watched(tmp_path, body)
    assert (watch.code, watch.output, watch.errors) == (7, "out\n", "err\n")


def test_finish_ends_every_thread_and_tells_why(tmp_path):
    """finish() in any thread is the end, with its word and its report."""

    def body(link: WorkerLink) -> int:
        link.seal()
        told = {"most_held": {"events": 3}}
        threading.Thread(
            target=lambda: link.finish(200, "exitall", "", told), daemon=True
        ).start()
        wait_for_ever()
        return 0

    watch = watched(tmp_path, body)
    assert (watch.how, watch.code) == ("exitall", 200)
    assert watch.run.report == {"most_held": {"events": 3}}


def test_a_long_cause_is_cut(tmp_path):
    """The text of a program's exception has any length; how it ended is told."""

    def body(link: WorkerLink) -> int:
        link.seal()
        link.finish(6, "exception", "\xff" * 3_000_000)

    ending = watched(tmp_path, body).run.ending
    assert (ending.how, ending.code) == ("exception", 6)
    assert ending.detail == "\xff" * 10_000


def test_a_worker_killed_by_somebody_else_is_named_by_the_signal(tmp_path):
    """kill -9 of the worker: one sentence that names the signal."""

    def body(link: WorkerLink) -> int:
        # Before the seal: afterwards the worker can't send signals.
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    watch = watched(tmp_path, body)
    assert (watch.how, watch.code) == ("killed", 137)
    assert watch.errors == (
        "repy: the program's process was ended by signal 9 (SIGKILL)\n"
    )


def test_a_crash_of_the_interpreter_is_reported_as_a_crash(tmp_path):
    """A segmentation fault ends only the worker, and the sentence names it."""

    def body(link: WorkerLink) -> int:
        import ctypes

        link.seal()
        ctypes.string_at(0)
        return 0

    watch = watched(tmp_path, body)
    assert (watch.how, watch.code) == ("killed", 128 + signal.SIGSEGV)
    assert "(SIGSEGV)" in watch.errors


def test_a_worker_that_leaves_without_a_word_is_not_a_normal_end(tmp_path):
    """os._exit(0) behind the runtime's back isn't mistaken for success."""

    def body(link: WorkerLink) -> int:
        link.seal()
        os._exit(0)

    watch = watched(tmp_path, body)
    assert watch.how == "internal"
    assert watch.errors == "repy: the program's process ended without a word\n"


def test_who_ignores_his_children_still_learns_how_they_ended(tmp_path):
    """SIGCHLD may be ignored by whoever started us."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        watch = watched(tmp_path, lambda link: 7)
        assert signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert watch.code == 7


def test_a_defect_of_ours_shows_its_traceback(tmp_path):
    """An exception that leaves the body is an internal error, code 70."""

    def body(link: WorkerLink) -> int:
        raise ValueError("ours")

    watch = watched(tmp_path, body)
    assert watch.code == 70
    assert "Internal Error" in watch.errors and "ValueError: ours" in watch.errors


def test_a_timeout_ends_a_worker_that_does_nothing(tmp_path):
    """The wall clock ends a run that only sleeps."""

    def body(link: WorkerLink) -> int:
        link.seal()
        wait_for_ever()
        return 0

    watch = watched(tmp_path, body, timeout=0.2)
    assert watch.how == "timeout"
    assert watch.errors == "repy: the program was ended after 0.2 seconds\n"


def test_a_worker_that_closes_everything_is_still_watched(tmp_path):
    """A program that closes all descriptors can't hide from its limits."""

    def body(link: WorkerLink) -> int:
        link.seal()
        os.closerange(3, 200)
        hoard: list[bytearray] = []
        while True:
            hoard.append(bytearray(1 << 20))

    watch = watched(tmp_path, body, memory=15e6)
    assert watch.how == "limit"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff" + b"x" * 2_000_000,
        b"\x00\x00\x00\x05Ei12",
        frame(b"S", {"private": "many"}),
        frame(b"S", None),
        b"\x00\x00\x00\x03El9",
    ],
    ids=["endless", "cut number", "wrong type", "nothing", "forged count"],
)
def test_forged_messages_end_the_run_and_nothing_else(tmp_path, data):
    """What a taken-over worker sends can't disturb its supervisor."""

    def body(link: WorkerLink) -> int:
        descriptor = link._descriptor
        rest = data
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os._exit(0)

    watch = watched(tmp_path, body, timeout=5)
    assert watch.how in ("killed", "internal")


# -- limits


def test_threads_beyond_all_need_end_the_worker(tmp_path):
    """A worker that was taken over can't use up the machine's process numbers."""

    def body(link: WorkerLink) -> int:
        from _thread import allocate_lock, stack_size, start_new_thread

        link.seal()
        stack_size(65536)
        lock = allocate_lock()
        lock.acquire()
        for _ in range(1000):
            start_new_thread(lock.acquire, ())
        wait_for_ever()
        return 0

    seen = watched(tmp_path, body, events=10)
    assert seen.how == "killed"
    assert "threads" in seen.errors


@pytest.mark.parametrize("how", ["limit", "timeout", "killed", "\x1b[2J"])
def test_a_worker_cannot_name_an_end_of_its_supervisor(tmp_path, how):
    """Only the supervisor says that a limit was passed."""

    def body(link: WorkerLink) -> int:
        link.seal()
        link.finish(98, how, "events: 5 over 4")

    seen = watched(tmp_path, body)
    assert (seen.how, seen.code) == ("internal", 98)


def test_outputs_wait_as_before(tmp_path):
    """What a worker does to a descriptor that others share is undone."""
    read, write = os.pipe()

    def body(link: WorkerLink) -> int:
        os.set_blocking(1, False)
        return 0

    (tmp_path / "vessel").mkdir()
    supervise(Job(folder=str(tmp_path / "vessel")), body, stdout=write)
    assert os.get_blocking(write)
    os.close(read)
    os.close(write)


def test_memory_over_the_limit_ends_the_worker(tmp_path):
    """Growth counts from 9,000,000; passing the limit is told in the known words."""

    def body(link: WorkerLink) -> int:
        link.seal()
        hoard = []
        while True:
            hoard.append(bytearray(1 << 20))

    watch = watched(tmp_path, body, memory=15e6)
    assert (watch.how, watch.code) == ("limit", 98)
    words = watch.errors.split("'")
    assert words[0::2] == [
        "Memory use ",
        " over limit ",
        ". Impolitely killing child!\n",
    ]
    assert int(words[1]) > 15_000_000 and words[3] == "15000000.0"


@pytest.mark.parametrize("threads", [0, 1])
def test_no_thread_is_left_for_the_output(tmp_path, monkeypatch, threads):
    """The caller is told at once, and the worker is gone."""
    started: list[object] = []

    def start(function, arguments) -> None:
        if len(started) == threads:
            raise RuntimeError("can't start new thread")
        started.append(start_new_thread(function, arguments))

    monkeypatch.setattr(output, "start_new_thread", start)
    monkeypatch.setattr(logline, "start_new_thread", start)
    terms = Job(folder=str(tmp_path), logfile=str(tmp_path / "log"))
    made: list[int] = []
    fork = os.fork

    def fork_and_note() -> int:
        made.append(fork())
        return made[-1]

    monkeypatch.setattr(os, "fork", fork_and_note)
    with pytest.raises(OSError, match="no thread left"):
        supervise(terms, lambda link: time.sleep(60) or 0)
    with pytest.raises(ChildProcessError):
        os.waitpid(made[0], os.WNOHANG)


@pytest.mark.skipif(sys.platform != "linux", reason="memory given back by glibc")
def test_memory_that_reading_a_text_took_is_no_present(tmp_path):
    """What is free again at the seal counts when the program fills it."""

    def body(link: WorkerLink) -> int:
        pieces = [bytearray(2000) for _ in range(20_000)]
        kept = pieces[::100]
        del pieces
        link.seal()
        filled = [bytearray(2000) for _ in range(15_000)]
        os.write(1, str(link.memory_used()).encode())
        return len(kept) + len(filled) - 15_200

    watch = watched(tmp_path, body, memory=100e6)
    assert (watch.how, watch.code) == ("normal", 0)
    assert int(watch.output) > 30_000_000


def test_a_text_that_is_large_itself_counts(tmp_path):
    """What a worker holds at the seal is its program's, but for what all need."""

    def body(link: WorkerLink) -> int:
        kept = b"x" * 90_000_000
        link.seal()
        os.write(1, str(link.memory_used()).encode())
        return len(kept) - 90_000_000

    watch = watched(tmp_path, body, memory=200e6)
    assert (watch.how, watch.code) == ("normal", 0)
    # Less where the tests' own process had memory to give back at the seal.
    assert 40_000_000 < int(watch.output) < 100_000_000


def test_memory_is_looked_at_before_the_seal(tmp_path, monkeypatch):
    """A text that takes too much of it, and so of time, is never read to its end."""
    monkeypatch.setattr(agenda, "READING_ROOM", 10_000_000)

    def body(link: WorkerLink) -> int:
        kept = b"x" * 60_000_000
        time.sleep(20)
        return len(kept)

    watch = watched(tmp_path, body, memory=15e6)
    assert (watch.how, watch.code) == ("limit", 98)
    assert watch.errors.startswith("Memory use ")


@pytest.mark.skipif(
    sys.platform != "linux" or seccomp.machine() != "x86_64",
    reason="a number of x86_64",
)
def test_memory_counts_when_the_first_thread_has_ended(tmp_path):
    """The kernel tells no memory of a process whose first thread an escape ended."""

    def body(link: WorkerLink) -> int:
        import ctypes

        link.seal()

        def hoard() -> None:
            kept = []
            while len(kept) < 300:
                kept.append(bytearray(1 << 20))
                time.sleep(0.01)
            os._exit(7)

        threading.Thread(target=hoard).start()
        ctypes.CDLL(None).syscall(60, 0)
        return 0

    watch = watched(tmp_path, body, memory=25e6, timeout=30)
    assert (watch.how, watch.code) == ("limit", 98)


def test_small_programs_run_under_the_usual_limit(tmp_path):
    """Three million bytes fit under 15,000,000, however large the interpreter is."""

    def body(link: WorkerLink) -> int:
        link.seal()
        # Pages of its own: the heap may have room that was counted before.
        private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        hoard = mmap.mmap(-1, 3_000_000, flags=private)
        for _ in range(3_000):
            hoard.write(b"x" * 1_000)
        time.sleep(0.25)
        os.write(1, str(link.memory_used()).encode())
        return len(hoard) & 0

    watch = watched(tmp_path, body, memory=15e6)
    assert watch.code == 0
    assert 11_500_000 < int(watch.output) < 15_000_000


def test_disk_over_the_limit_ends_the_worker(tmp_path):
    """Each entry counts its size plus 4096, whoever made it."""

    def body(link: WorkerLink) -> int:
        link.seal()
        with open("big", "wb") as file:
            file.write(bytes(7000))
        wait_for_ever()
        return 0

    (tmp_path / "vessel").mkdir()
    (tmp_path / "vessel" / "before").write_bytes(b"")
    watch = watched(tmp_path, body, disk=15_000)
    assert (watch.how, watch.code) == ("limit", 98)
    assert watch.errors == (
        "Disk use '15192' over limit '15000.0'. Impolitely killing child!\n"
    )


def test_a_busy_worker_is_held_to_its_share(tmp_path):
    """Under cpu 0.1 a loop is stopped, and told about it."""

    def body(link: WorkerLink) -> int:
        link.seal()
        while link.cpu_used() < 0.3:
            pass
        stops = link.stop_times()
        os.write(1, f"{len(stops)} {link.cpu_used()}".encode())
        return 0

    watch = watched(tmp_path, body, cpu=0.1)
    stops, used = watch.output.split()
    assert int(stops) >= 1 and watch.run.stops >= int(stops)
    assert 0.3 <= float(used) < 0.9


def test_one_core_is_never_stopped(tmp_path):
    """Under cpu 1.0 one busy thread runs freely."""

    def body(link: WorkerLink) -> int:
        link.seal()
        burn(0.6)
        return len(link.stop_times())

    watch = watched(tmp_path, body, cpu=1.0)
    assert (watch.code, watch.run.stops) == (0, 0)


def test_less_than_a_tick_is_looked_at_with_what_follows(monkeypatch):
    """A kernel that counts in ticks seems to give more than there is, then less."""
    stops = []
    used = [0.0]
    now = [100.0]
    monkeypatch.setattr(cpushare, "cpu_seconds", lambda pid: used[0])
    monkeypatch.setattr(cpushare, "suspend", lambda pid: stops.append(now[0]))
    monkeypatch.setattr(cpushare.time, "monotonic", lambda: now[0])
    share = cpushare.CpuShare(1.0, 1, None, lambda: 0.0)

    def look(spent: float) -> float:
        now[0] += 0.1
        used[0] += spent
        return share.look()

    for spent in (0.1, 0.104, 0.096, 0.109, 0.091, 0.1):
        assert look(spent) == share.PERIOD
    assert stops == []
    # What is really too much adds up.
    assert look(0.106) == share.PERIOD
    assert look(0.106) == pytest.approx(0.012)
    assert len(stops) == 1


def test_the_share_holds_for_what_the_supervisor_does(monkeypatch):
    """Carrying output counts, also what is carried while the worker is stopped."""
    done = []
    spent = 0.0
    monkeypatch.setattr(cpushare, "cpu_seconds", lambda pid: 0.0)
    monkeypatch.setattr(cpushare, "suspend", lambda pid: done.append("stop"))
    monkeypatch.setattr(cpushare, "resume", lambda pid: done.append("go"))
    share = cpushare.CpuShare(0.5, 1, None, lambda: spent)
    share.look()  # the first interval is free
    spent = 50.0
    assert 90 < share.look() <= 100
    spent = 80.0
    share._resume_at = 0.0
    share.look()
    assert 50 < share.look() <= 60
    assert done == ["stop", "go", "stop"]


def test_a_cpu_limit_of_zero_ends_the_run_as_on_the_reference(tmp_path):
    """The reference's monitor dies of it: its text and code 70."""

    def body(link: WorkerLink) -> int:
        link.seal()
        wait_for_ever()
        return 0

    watch = watched(tmp_path, body, cpu=0.0)
    assert watch.code == 70
    assert watch.errors == "Monitor process died! Terminating!\n"


# -- stop file and status file


@pytest.mark.parametrize(
    ("content", "code", "output"),
    [
        ("12;a;b", 12, "a;b\n"),
        ("44;", 44, ""),
        ("", 44, ""),
        ("nonsense", 44, ""),
        ("56;text", 44, ""),
        ("x;text", 44, ""),
    ],
)
def test_a_stop_file_ends_the_run(tmp_path, content, code, output):
    """CODE;MESSAGE decides code and output; anything else means 44."""
    stop = tmp_path / "stop"

    def body(link: WorkerLink) -> int:
        link.seal()
        wait_for_ever()
        return 0

    stop.write_text(content)
    watch = watched(tmp_path, body, stop_file=str(stop))
    assert (watch.how, watch.code, watch.output) == ("stopped", code, output)
    assert stop.exists()


def test_the_status_file_tells_the_state(tmp_path):
    """Started while it runs, Terminated afterwards, and never two at once."""
    prefix = tmp_path / "state"

    def body(link: WorkerLink) -> int:
        names = [name for name in os.listdir(tmp_path) if name.startswith("state-")]
        os.write(1, " ".join(names).encode())
        return 0

    watch = watched(tmp_path, body, status_prefix=str(prefix))
    assert watch.output.startswith("state-Started-") and " " not in watch.output
    left = [path.name for path in tmp_path.glob("state-*")]
    assert len(left) == 1 and left[0].startswith("state-Terminated-")


@pytest.mark.parametrize("prefix", ["", "sub/", "sub/a-b", "sub/state"])
def test_status_files_of_any_prefix(tmp_path, monkeypatch, prefix):
    """They lie where the prefix says, and only the last one is left."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    others = ["sub/a-b-c-d", "sub/a-x-Started-1", "sub/states-Started-1"]
    for other in others:
        Path(other).touch()
    status = StatusFile(prefix)
    for state in ("Started", "Started", "Terminated"):
        status.write(state)
    left = [str(path) for path in Path().glob("**/*-*") if str(path) not in others]
    assert len(left) == 1 and left[0].startswith(f"{prefix}-Terminated-")
    assert all(Path(other).exists() for other in others)


def test_a_stopped_run_is_published_as_stopped(tmp_path):
    """Code 44 by the stop file gives the state Stopped."""
    (tmp_path / "stop").write_text("44;")
    watched(
        tmp_path,
        lambda link: wait_for_ever() or 0,
        stop_file=str(tmp_path / "stop"),
        status_prefix=str(tmp_path / "s"),
    )
    assert [path.name.split("-")[1] for path in tmp_path.glob("s-*")] == ["Stopped"]


# -- output


def test_a_circular_log_takes_both_streams(tmp_path):
    """With a log file nothing reaches the two descriptors."""

    def body(link: WorkerLink) -> int:
        link.seal()
        os.write(1, b"out\n")
        os.write(2, b"err\n")
        return 0

    watch = watched(tmp_path, body, logfile=str(tmp_path / "log"))
    assert (watch.output, watch.errors) == ("", "")
    assert (tmp_path / "log.old").read_bytes() == b"out\nerr\n"


@pytest.mark.parametrize("raw", [False, True])
def test_a_terminal_gets_no_control_sequences_unless_asked(tmp_path, raw):
    """ESC arrives spelt out; with raw it arrives as it is."""
    import pty

    ours, terminal = pty.openpty()

    def body(link: WorkerLink) -> int:
        link.seal()
        os.write(1, b"\x1b[2Jhello")
        return int(os.isatty(1))

    job = Job(folder=str(tmp_path), raw=raw)
    run = supervise(job, body, stdout=terminal, stderr=terminal)
    os.close(terminal)
    seen = os.read(ours, 100)
    os.close(ours)
    assert run.ending.code == 0
    assert seen == (b"\x1b[2Jhello" if raw else b"<1b>[2Jhello")


def test_output_without_end_is_limited_by_the_reader_alone(tmp_path):
    """A flood into a pipe that nobody reads is ended like anything else."""
    reader, writer = os.pipe()

    def body(link: WorkerLink) -> int:
        link.seal()
        while True:
            os.write(1, b"x" * 10_000)

    run = supervise(Job(folder=str(tmp_path), timeout=0.3), body, stdout=writer)
    os.close(writer)
    os.close(reader)
    assert run.ending.how == "timeout"


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_nobody_has_to_read_what_is_told_of_an_interruption(tmp_path, kind):
    """Ctrl-C ends a run whose output is full, and which waits to say why it ended."""
    if kind == "pipe":
        reader, writer = os.pipe()
    else:
        ends = socket.socketpair()
        reader, writer = (end.detach() for end in ends)
    os.set_blocking(writer, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writer, bytes(65536))
    os.set_blocking(writer, True)

    def body(link: WorkerLink) -> int:
        link.seal()
        os.write(1, b"x" * 10_000)
        return 0

    interrupt = threading.Timer(0.25, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    job = Job(folder=str(tmp_path), timeout=0.1)
    run = supervise(job, body, stdout=writer, stderr=writer)
    interrupt.join()
    os.close(reader)
    os.close(writer)
    assert run.ending.how in ("timeout", "normal")


# -- nothing is left


def descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))


def children() -> str:
    pid = os.getpid()
    return Path(f"/proc/self/task/{pid}/children").read_text()


def end_normally(link: WorkerLink) -> int:
    link.seal()
    return 0


def end_by_exitall(link: WorkerLink) -> int:
    link.seal()
    link.finish(200, "exitall")


def end_by_signal(link: WorkerLink) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def end_by_memory(link: WorkerLink) -> int:
    link.seal()
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def end_by_time(link: WorkerLink) -> int:
    link.seal()
    wait_for_ever()
    return 0


def end_by_defect(link: WorkerLink) -> int:
    raise ValueError


def end_by_crash(link: WorkerLink) -> int:
    import ctypes

    link.seal()
    ctypes.string_at(0)
    return 0


def end_by_forgery(link: WorkerLink) -> int:
    link.seal()
    os.write(link._descriptor, b"\0\0\0\2E?")
    wait_for_ever()
    return 0


def end_by_disk(link: WorkerLink) -> int:
    link.seal()
    for number in range(300):
        os.close(os.open(str(number), os.O_CREAT | os.O_WRONLY, 0o600))
    wait_for_ever()
    return 0


def end_by_threads(link: WorkerLink) -> int:
    from _thread import start_new_thread

    link.seal()
    threading.stack_size(65536)
    try:
        for _ in range(2_000):
            start_new_thread(wait_for_ever, ())
    except RuntimeError:
        os.write(2, b"no more threads")
    wait_for_ever()
    return 0


def end_while_stopped(link: WorkerLink) -> int:
    os.kill(os.getpid(), signal.SIGSTOP)
    return 0


def end_by_stop_file(link: WorkerLink) -> int:
    wait_for_ever()
    return 0


def end_by_interruption(link: WorkerLink) -> int:
    os.kill(os.getppid(), signal.SIGTERM)
    wait_for_ever()
    return 0


def end_while_talking(link: WorkerLink) -> int:
    link.seal()
    output, _ = link.outputs()
    while True:
        output.write("x" * 30_000)


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
@pytest.mark.parametrize(
    ("body", "how"),
    [
        (end_normally, "normal"),
        (end_by_exitall, "exitall"),
        (end_by_signal, "killed"),
        (end_by_memory, "limit"),
        (end_by_time, "timeout"),
        (end_by_defect, "internal"),
        (end_by_crash, "killed"),
        (end_by_forgery, "killed"),
        (end_by_disk, "limit"),
        (end_by_threads, "killed limit"),
        (end_while_stopped, "timeout"),
        (end_by_stop_file, "stopped"),
        (end_by_interruption, "interrupted"),
        (end_while_talking, "timeout"),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_nothing_is_left_after_any_end(tmp_path, body, how):
    """No descriptor, process, file, thread or handler outlives its run."""
    # What a test before this one left to the collector mustn't go in between.
    gc.collect()
    before = descriptors(), children(), threading.active_count()
    handler = signal.getsignal(signal.SIGINT)
    if body is end_by_stop_file:
        (tmp_path / "stop").write_text("44;")
    watch = watched(
        tmp_path,
        body,
        cpu=0.5,
        memory=15e6,
        disk=1e6,
        timeout=0.3 if how == "timeout" else 30,
        stop_file=str(tmp_path / "stop"),
        logfile=str(tmp_path / "log"),
    )
    assert watch.how in how.split()
    for name in ("stop", "log.new"):
        (tmp_path / name).unlink(missing_ok=True)
    assert (descriptors(), children(), threading.active_count()) == before
    assert signal.getsignal(signal.SIGINT) is handler
    assert signal.set_wakeup_fd(-1) == -1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "err",
        "log.old",
        "out",
        "vessel",
    ]


SLEEPER = """
import os, sys, time
sys.path.insert(0, {root!r})
from repy_compat.supervisor.job import Job
from repy_compat.supervisor import supervise

def body(link):
    link.seal()
    os.write(1, b"%d\\n" % os.getpid())
    while True:
        {act}

run = supervise(Job(folder={folder!r}, cpu=0.01), body)
sys.exit(run.ending.code)
"""


def start_sleeper(
    folder: Path, act: str = "time.sleep(9)"
) -> tuple[subprocess.Popen, int]:
    """A supervisor in a process of its own, and the pid of its worker."""
    text = SLEEPER.format(root=str(ROOT), folder=str(folder), act=act)
    process = subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    """Whether process ``pid`` ends within two seconds."""
    for _ in range(200):
        if not is_running(pid):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("act", ["time.sleep(9)", "pass"], ids=["asleep", "stopped"])
def test_a_worker_ends_with_its_supervisor(tmp_path, act):
    """kill -9 of the supervisor ends the worker too, even one that is stopped."""
    process, worker = start_sleeper(tmp_path, act)
    time.sleep(0.25)
    process.kill()
    process.communicate()
    assert gone(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [
        (signal.SIGINT, 130, b"repy: interrupted; the program was ended\n"),
        (
            signal.SIGTERM,
            143,
            b"repy: ended by signal 15 (SIGTERM), and the program with it\n",
        ),
    ],
)
def test_an_interruption_ends_both_with_one_sentence(tmp_path, number, code, sentence):
    """Ctrl-C: code 130, one sentence, no traceback, no worker left."""
    process, worker = start_sleeper(tmp_path)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (code, sentence)
    assert gone(worker)


def test_a_worker_that_never_stops_talking_is_ended(tmp_path):
    """Endless reports don't keep the supervisor busy for long."""

    def body(link: WorkerLink) -> int:
        link.seal()
        while True:
            link.report({"text": "x" * 10_000})

    watch = watched(tmp_path, body, timeout=10)
    assert (watch.how, watch.code) == ("killed", 98)


def test_what_a_file_held_before_cannot_be_touched(tmp_path):
    """Output that is appended to a file doesn't hand the worker that file."""
    path = tmp_path / "log"
    path.write_bytes(b"before\n")

    def body(link: WorkerLink) -> int:
        link.seal()
        for action in (
            lambda: os.ftruncate(1, 0),
            lambda: os.pwrite(1, b"gone", 0),
            lambda: os.lseek(1, 0, 0),
        ):
            try:
                action()
            except OSError:
                continue
        os.write(1, b"after\n")
        return 0

    with open(path, "ab") as file:
        run = supervise(Job(folder=str(tmp_path)), body, stdout=file.fileno())
    assert run.ending.code == 0
    assert path.read_bytes() == b"before\nafter\n"


def test_both_streams_into_one_file_stay_in_order(tmp_path):
    """2>&1 into a file that has content already keeps the order of writing."""
    path = tmp_path / "log"
    path.write_bytes(b"0")

    def body(link: WorkerLink) -> int:
        for index in range(100):
            os.write(1 + index % 2, b"%d " % index)
        return 0

    with open(path, "ab") as file:
        supervise(
            Job(folder=str(tmp_path)), body, stdout=file.fileno(), stderr=file.fileno()
        )
    assert path.read_text() == "0" + "".join(f"{index} " for index in range(100))


def test_a_system_without_processes_left_is_told(tmp_path, monkeypatch):
    """When fork fails, the run ends in one sentence and leaves nothing."""

    def fail() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fail)
    before = descriptors()
    watch = watched(tmp_path, lambda link: 0, cpu=0.5, logfile=str(tmp_path / "log"))
    assert (watch.how, watch.code) == ("startup", 3)
    assert (tmp_path / "log.old").read_text() == (
        "repy: no process for the program: Resource temporarily unavailable\n"
    )
    assert descriptors() == before


def test_a_folder_that_is_not_there_is_an_error_of_the_caller(tmp_path):
    """No worker is made for it."""
    with pytest.raises(FileNotFoundError):
        supervise(Job(folder=str(tmp_path / "missing")), lambda link: 0)


def test_a_log_that_cannot_be_written_is_an_error_of_the_caller(tmp_path):
    """A usage error that names the log."""
    job = Job(folder=str(tmp_path), logfile=str(tmp_path / "missing" / "log"))
    with pytest.raises(UsageError, match="can't write the log .*missing/log: No such"):
        supervise(job, lambda link: 0)


# -- the terms of a restrictions file


def under(*lines: str) -> Job:
    text = "".join(
        f"resource {line}\n" for line in ("cpu .5", "memory 15000000", *lines)
    )
    return Job.under(Limits.from_text(text + "resource diskused 1000\n", "r", "V2"))


def test_terms_follow_the_restrictions():
    """cpu, memory, disk, events and ports are those of the file."""
    job = under("events 7", "insockets 1", "outsockets 2", "connport 63100")
    assert (job.cpu, job.memory, job.disk, job.events) == (0.5, 15e6, 1000.0, 7)
    assert job.tcp_ports == (0, 63100)
    assert job.connects and job.listens


def test_without_sockets_in_the_restrictions_there_are_none():
    """No insockets: no listener; no outsockets: no connection and no port."""
    job = under("events 7", "connport 63100")
    assert not job.connects and not job.listens
    assert job.tcp_ports == (63100,)


def test_there_is_room_for_accepted_connections():
    """What a listener accepts is counted by no resource."""
    assert under("insockets 1", "connport 63100").descriptors > 5_000
    assert under("filesopened 10").descriptors < 100


def test_a_piece_is_in_the_log_when_it_was_written(tmp_path):
    """A program can read back what it printed just now."""
    vessel = tmp_path / "vessel"

    def body(link: WorkerLink) -> int:
        output, errors = link.outputs()
        link.seal()
        output.write("x" * 20_000)
        errors.write("y")
        return int(os.path.getsize("log.new") != 20_001 - 16_384)

    watch = watched(tmp_path, body, logfile=str(vessel / "log"))
    assert watch.code == 0
    assert (vessel / "log.new").read_bytes() == b"x" * (20_000 - 16_384) + b"y"


@pytest.mark.parametrize("size", [16_384, 32_768, 65_536, 163_840, 200_000])
def test_the_log_of_a_large_piece_is_that_of_the_specification(tmp_path, size):
    """However long the piece, the files are as if it were written at once."""
    from repy_compat.world.circularlog import CircularLog

    text = "".join(chr(33 + index % 91) for index in range(size))

    def body(link: WorkerLink) -> int:
        link.outputs()[0].write(text)
        return 0

    watched(tmp_path, body, logfile=str(tmp_path / "log"))
    plain = CircularLog(str(tmp_path / "plain"))
    plain.write(text.encode())
    plain.close()
    for ending in (".old", ".new"):
        ours, theirs = (tmp_path / (name + ending) for name in ("log", "plain"))
        assert ours.exists() == theirs.exists()
        if theirs.exists():
            assert ours.read_bytes() == theirs.read_bytes()


def test_a_forged_line_to_the_log_harms_nobody(tmp_path):
    """A length that can't be ends the recording and nothing else."""

    def body(link: WorkerLink) -> int:
        link.seal()
        os.write(link._log_line[0], b"\xff\xff\xff\xffgarbage")
        return 0

    watch = watched(tmp_path, body, logfile=str(tmp_path / "log"))
    assert watch.code == 0


def test_nothing_runs_where_memory_cannot_be_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without /proc no limit of memory would hold, so a run says so and ends."""
    monkeypatch.setattr("repy_compat.supervisor.measure.PROCESSES", str(tmp_path))
    if sys.platform == "linux":
        with pytest.raises(IsolationUnavailable, match="isn't mounted here"):
            supervise(Job(folder=str(tmp_path)), lambda link: 0)
