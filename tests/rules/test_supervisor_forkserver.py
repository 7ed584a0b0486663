"""Supervised runs from inside a program that has threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from repy_compat.errors import IsolationUnavailable
from repy_compat.supervisor import forkserver
from repy_compat.supervisor.forkserver import run_captured
from repy_compat.supervisor.job import Job

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

ROOT = Path(__file__).resolve().parents[2]


def greet(link) -> int:
    link.seal()
    os.write(1, b"hello\n")
    os.write(2, b"oops\n")
    return 3


def hoard(link) -> int:
    link.seal()
    everything = []
    while True:
        everything.append(bytearray(1 << 20))


def flood(link) -> int:
    link.seal()
    for _ in range(300):
        os.write(1, b"x" * 1000)
    return 0


def tell_environment(link) -> int:
    names = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc") else []
    link.seal()
    os.write(1, repr((dict(os.environ), len(names))).encode())
    return 0


def wait(link) -> int:
    link.seal()
    os.write(1, b"%d\n" % os.getpid())
    while True:
        time.sleep(60)


def job(folder, **terms) -> Job:
    return Job(folder=str(folder), memory=15e6, **terms)


def test_output_errors_and_code_come_back(tmp_path):
    """Both streams apart, the exit code, and the walls the run had."""
    result = run_captured(job(tmp_path), greet)
    assert (result.output, result.errors) == (b"hello\n", b"oops\n")
    assert result.run.ending.code == 3
    assert result.run.rings[:2] == ("language", "process")


def test_output_is_kept_up_to_a_limit(tmp_path):
    """The first bytes are kept; the rest is read and dropped."""
    result = run_captured(job(tmp_path), flood, output_limit=100)
    assert (result.output, result.truncated) == (b"x" * 100, True)
    assert result.run.ending.how == "normal"


def test_a_limit_is_told_as_on_the_command_line(tmp_path):
    """The sentence arrives in the captured errors."""
    result = run_captured(job(tmp_path), hoard)
    assert result.run.ending.how == "limit"
    assert b"Memory use '" in result.errors


def test_the_worker_inherits_nothing_of_the_caller(tmp_path, monkeypatch):
    """No variable, and only the descriptors that it needs."""
    monkeypatch.setenv("REPY_TEST_SECRET", "canary")
    result = run_captured(job(tmp_path), tell_environment)
    environment, count = eval(result.output)
    # One more is open while the folder is listed.
    assert environment == {} and count <= 6


def test_many_runs_at_once(tmp_path):
    """Forty runs side by side from forty threads, good and bad, all answered."""
    results = []

    def one(index: int) -> None:
        body = (greet, hoard, flood)[index % 3]
        results.append((body, run_captured(job(tmp_path), body, output_limit=10)))

    threads = [threading.Thread(target=one, args=(index,)) for index in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    for body, result in results:
        expected = {greet: "exception", hoard: "limit", flood: "normal"}[body]
        assert result.run.ending.how == expected


def test_strict_is_refused_to_the_caller(tmp_path):
    """IsolationUnavailable crosses the processes."""
    if sys.platform == "linux":
        body, reason = start_thread_first, "a thread was started"
    else:
        body, reason = greet, "operating system"
    with pytest.raises(IsolationUnavailable, match=reason):
        run_captured(job(tmp_path, strict=True), body)


def start_thread_first(link) -> int:
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    link.seal()
    return 0


def test_a_body_that_cannot_travel_is_refused_at_once(tmp_path):
    """A closure can't be sent to another process."""
    with pytest.raises((AttributeError, TypeError, __import__("pickle").PicklingError)):
        run_captured(job(tmp_path), lambda link: 0)


def test_a_server_that_was_killed_is_replaced(tmp_path):
    """kill -9 of the server loses no later run."""
    run_captured(job(tmp_path), greet)
    server = forkserver._servers[os.getpid()]
    server._process.kill()
    server._process.wait()
    assert run_captured(job(tmp_path), greet).output == b"hello\n"


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_nothing_is_left_after_a_run(tmp_path):
    """No descriptor in the caller, no process but the server."""
    run_captured(job(tmp_path), greet)
    before = sorted(os.listdir("/proc/self/fd"))
    for body in (greet, hoard, flood):
        run_captured(job(tmp_path), body)
    assert sorted(os.listdir("/proc/self/fd")) == before


def tell_pid_and_wait(link) -> int:
    link.seal()
    with open("pid", "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(60)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nothing_runs_when_the_caller_was_interrupted(tmp_path):
    """Ctrl-C leaves run_captured when the worker has ended, and not before."""
    pid_file = tmp_path / "pid"

    def interrupt_when_it_runs() -> None:
        while not pid_file.exists() or not pid_file.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    interrupt = threading.Thread(target=interrupt_when_it_runs)
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        run_captured(job(tmp_path), tell_pid_and_wait)
    assert not Path("/proc", pid_file.read_text()).exists()
    interrupt.join()


CALLER = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
from repy_compat.supervisor.forkserver import run_captured
from repy_compat.supervisor.job import Job
import bodies
run_captured(Job(folder={folder!r}), bodies.wait)
"""

BODIES = """
import os, time

def wait(link):
    link.seal()
    with open("pid", "w") as file:
        file.write("%d\\n" % os.getpid())
    while True:
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_everything_ends_with_the_caller(tmp_path):
    """kill -9 of the caller ends the worker, its supervisor and the server."""
    (tmp_path / "bodies.py").write_text(BODIES)
    text = CALLER.format(root=str(ROOT), here=str(tmp_path), folder=str(tmp_path))
    caller = subprocess.Popen([sys.executable, "-c", text])
    pid_file = tmp_path / "pid"
    for _ in range(500):
        if pid_file.exists() and pid_file.read_text().endswith("\n"):
            break
        time.sleep(0.02)
    worker = int(pid_file.read_text())
    supervisor = parent_of(worker)
    server = parent_of(supervisor)
    assert parent_of(server) == caller.pid
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    for pid in (worker, supervisor, server):
        assert gone(pid)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def gone(pid: int) -> bool:
    for _ in range(300):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_caller_that_forks_meanwhile(tmp_path):
    """A child that the caller forks while a run is made holds up neither of them."""
    run_captured(job(tmp_path), greet)
    real_send, children = forkserver._Server.send, []

    def send(server, descriptors) -> None:
        def fork() -> None:
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                code = run_captured(job(tmp_path), greet).run.ending.code
                if code == 3:
                    while True:  # with copies of whatever it got
                        time.sleep(1)
                os._exit(1)
            children.append(pid)

        forking = threading.Thread(target=fork)
        forking.start()
        forking.join(0.05)
        real_send(server, descriptors)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forkserver._Server, "send", send)
        assert run_captured(job(tmp_path), greet).output == b"hello\n"
    while not children:
        time.sleep(0.01)
    assert os.waitpid(children[0], os.WNOHANG) == (0, 0)
    os.kill(children[0], signal.SIGKILL)
    os.waitpid(children[0], 0)


@pytest.mark.parametrize("free", range(6))
def test_no_descriptor_is_lost_when_none_is_left(tmp_path, free):
    """A call that finds too few of them gives back those that it has made."""
    import resource

    run_captured(job(tmp_path), greet)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = sorted(os.listdir("/proc/self/fd"))
    taken = []
    try:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (max(map(int, before)) + 1, limits[1])
        )
        while True:
            taken.append(os.dup(0))
    except OSError:
        for descriptor in taken[:free]:
            os.close(descriptor)
        with pytest.raises(OSError):
            run_captured(job(tmp_path), greet)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for descriptor in taken[free:]:
            os.close(descriptor)
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert run_captured(job(tmp_path), greet).output == b"hello\n"
