"""Programs that use parallelize and check what it promises, for explorations."""

from __future__ import annotations

from typing import Any, NamedTuple

from repy_compat.testing import Exploration, explore
from tests.exploring import LIBRARY


class Job(NamedTuple):
    """What a program asks of parallelize; ``stop`` is "", "abort" or "close"."""

    targets: int
    workers: int
    stop: str
    delay: float
    dialect: str


TEMPLATE = """\
{import_line}

def visit(target, extra):
  mycontext['visits'].append(target)
  if target % 3 == 1:
    raise ValueError('one')
  if target % 3 == 2:
    sleep(0.1)
  return target + extra

def stop_it():
  sleep({delay})
  try:
    {stop}(mycontext['handle'])
  except {error}:
    pass

def start_stopping():
  try:
    {start}
  except Exception:
    # No event is free for this: then nobody stops the job.
    pass

def in_order(targets):
  targets = targets[:]
  targets.sort()
  return targets

def check(handle):
  results = {module}parallelize_getresults(handle)
  done = [target for target, value in results['returned']]
  done = done + [target for target, text in results['exception']]
  assert in_order(done) == in_order(mycontext['visits'])
  assert in_order(done + results['aborted']) == {expected}
  for target, value in results['returned']:
    assert value == target + 100
  status = {module}parallelize_getstatus(handle)
  assert status['running'] == 0
  assert status['finished'] + status['waiting'] == {targets}
  closed = {module}parallelize_closefunction(handle)
  assert closed or {may_be_closed}
  assert not {module}parallelize_closefunction(handle)

def wait_for(handle):
  while not {module}parallelize_isfunctionfinished(handle):
    sleep(0.05)

def work():
  mycontext['visits'] = []
  try:
    handle = {module}parallelize_initfunction(range({targets}), visit, {workers}, 100)
  except {error}, refused:
    assert str(refused) == 'No events available!'
    return
  mycontext['handle'] = handle
  start_stopping()
  try:
    wait_for(handle)
    check(handle)
  except {error}:
    # Closed meanwhile: then the handle is unknown for good.
    assert not {module}parallelize_closefunction(handle)
    visits = mycontext['visits'][:]
    assert len(visits) == len(set(visits))

if callfunc == 'initialize':
  work()
"""


def program_of(job: Job) -> str:
    """The text of a program that does ``job`` and asserts what must be true."""
    v2 = job.dialect == "V2"
    module = "parallelize." if v2 else ""
    imported = "parallelize = dy_import_module('parallelize.r2py')"
    stop = {
        "": "len",
        "abort": f"{module}parallelize_abortfunction",
        "close": f"{module}parallelize_closefunction",
    }[job.stop]
    start = "createthread(stop_it)" if v2 else "settimer(0.0, stop_it, ())"
    # Without a worker nobody takes a target.
    taken = job.targets if job.workers > 0 else 0
    return TEMPLATE.format(
        import_line=imported if v2 else "include parallelize.repy",
        module=module,
        error=f"{module}ParallelizeError",
        delay=job.delay,
        stop=stop,
        start=start if job.stop else "pass",
        expected=f"range({taken})",
        may_be_closed=job.stop == "close",
        targets=job.targets,
        workers=job.workers,
    )


def exploration_of(job: Job, **terms: Any) -> Exploration:
    """Explore a job's program; V2 programs are started through dylink."""
    if job.dialect == "V1":
        return explore(program_of(job), include_path=[str(LIBRARY)], **terms)
    return explore(
        LIBRARY / "dylink.r2py",
        args=["job.r2py"],
        files={"job.r2py": program_of(job)},
        **terms,
    )
