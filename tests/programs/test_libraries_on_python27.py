"""parallelize.repy and uniqueid.repy are plain Repy V1: they run on Python 2.7, too.

The preprocessed program runs twice: here, and on Python 2.7 with stand-ins for the
few Repy names that it uses. Both print the same.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs.golden_case import GOLDEN, LIBRARY
from tests.python27 import interpreter

RESTRICTIONS = GOLDEN / "runtime" / "restrictions" / "restrictions.v1"

STAND_INS = """
import sys, threading, time
class Lock(object):
  def __init__(self):
    self.inner = threading.Lock()
  def acquire(self, blocking=1):
    return self.inner.acquire(blocking)
  def release(self):
    self.inner.release()
def settimer(wait, function, args):
  timer = threading.Timer(wait, function, args)
  timer.daemon = True
  timer.start()
  return timer
names = {'getlock': Lock, 'settimer': settimer, 'sleep': time.sleep, 'mycontext': {},
    'callfunc': 'initialize', 'callargs': []}
exec compile(open('merged.repy').read(), 'merged.repy', 'exec') in names
"""

PROGRAM = """
include parallelize.repy

def work(target, add):
  if target == 'bad':
    raise ValueError('not ' + target)
  if target == 3:
    sleep(0.02)
  return target, add

def wait_for(handle):
  while not parallelize_isfunctionfinished(handle):
    sleep(0.005)

def show(handle):
  results = parallelize_getresults(handle)
  for kind in ['returned', 'exception', 'aborted']:
    results[kind].sort()
    print kind, results[kind]
  status = parallelize_getstatus(handle).items()
  status.sort()
  print status

if callfunc == 'initialize':
  handle = parallelize_initfunction([1, 2, 3, 'bad', 5, 5], work, 2, 'x')
  wait_for(handle)
  print handle, parallelize_abortfunction(handle), parallelize_abortfunction(handle)
  show(handle)
  print parallelize_closefunction(handle), parallelize_closefunction(handle)
  for call in (parallelize_isfunctionfinished, parallelize_getresults,
      parallelize_abortfunction, parallelize_getstatus):
    try:
      call(handle)
    except ParallelizeError, e:
      print e
  for targets, workers in (([], 5), ([1], 0), ([1], -1)):
    handle = parallelize_initfunction(targets, work, workers, 1)
    print handle, parallelize_isfunctionfinished(handle)
    show(handle)
  targets = [1, 2, 3]
  order = []
  def note(target):
    order.append(target)
    if target == 2:
      parallelize_abortfunction(mycontext['handle'])
  mycontext['gate'] = getlock()
  mycontext['gate'].acquire()
  def gated(target):
    mycontext['gate'].acquire()
    mycontext['gate'].release()
    note(target)
  mycontext['handle'] = parallelize_initfunction(targets, gated, 1)
  mycontext['gate'].release()
  wait_for(mycontext['handle'])
  print order, targets
  show(mycontext['handle'])
  print [uniqueid_getid() for number in range(3)]
"""


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(interpreter() is None, reason="there is no Python 2.7 here")
def test_parallelize_runs_on_both(tmp_path: Path) -> None:
    """The library needs nothing but Repy."""
    (tmp_path / "program.repy").write_text(PROGRAM)
    (tmp_path / "stand_ins.py").write_text(STAND_INS)
    repy = [sys.executable, "-m", "repy_compat"]
    include = f"--include-path={LIBRARY}"
    _run([*repy, "pp", include, "program.repy", "merged.repy"], tmp_path)
    ours = _run([*repy, str(RESTRICTIONS), "merged.repy"], tmp_path)
    assert "[3, 2] [1, 2, 3]\n" in ours
    assert ours == _run([str(interpreter()), "stand_ins.py"], tmp_path)
