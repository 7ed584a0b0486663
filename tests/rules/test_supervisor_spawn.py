"""Supervision without fork: the same ends and limits, from a fresh interpreter."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from repy_compat.supervisor.job import Job
from repy_compat.supervisor.spawn import run_captured_spawned


def run(folder, body, **terms):
    vessel = folder / "vessel"
    vessel.mkdir(exist_ok=True)
    job = Job(folder=str(vessel), timeout=20, **terms)
    return run_captured_spawned(job, body, output_limit=100)


def greet(link) -> int:
    link.seal()
    os.write(1, b"hello\n")
    os.write(2, b"oops\n")
    link.finish(200, "exitall", "", {"most_held": {"events": 2}})


def hoard(link) -> int:
    link.seal()
    everything = []
    while True:
        everything.append(bytearray(1 << 20))


def burn(link) -> int:
    link.seal()
    # Processor time, not the clock's: on a busy machine that is another thing.
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass
    return 0


def break_off(link) -> int:
    raise ValueError("ours")


def test_output_code_and_report_come_back(tmp_path):
    """A spawned worker is as good as a forked one."""
    result = run(tmp_path, greet)
    assert (result.output, result.errors) == (b"hello\n", b"oops\n")
    ending = result.run.ending
    assert (ending.how, ending.code) == ("exitall", 200)
    assert result.run.report == {"most_held": {"events": 2}}


def test_memory_is_limited(tmp_path):
    """The limit and its sentence are the same."""
    result = run(tmp_path, hoard, memory=15e6)
    assert result.run.ending.how == "limit"
    assert result.errors.startswith(b"Memory use '")


def test_cpu_is_shared(tmp_path):
    """A busy worker is stopped from outside."""
    assert run(tmp_path, burn, cpu=0.1).run.stops > 0


def test_a_defect_is_told(tmp_path):
    """The traceback of an exception of ours reaches standard error."""
    result = run_captured_spawned(
        Job(folder=str(tmp_path)), break_off, output_limit=10_000
    )
    assert result.run.ending.code == 70
    assert b"ValueError: ours" in result.errors


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_nothing_is_left(tmp_path):
    """No descriptor and no thread outlives a spawned run."""
    run(tmp_path, greet)
    before = sorted(os.listdir("/proc/self/fd")), threading.active_count()
    run(tmp_path, hoard, memory=15e6)
    run(tmp_path, break_off)
    assert (sorted(os.listdir("/proc/self/fd")), threading.active_count()) == before
