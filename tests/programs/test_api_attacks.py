"""Whole programs that try to get more from the API than it gives (T1 to T6, T9)."""

from __future__ import annotations

import gc

import pytest

from repy_compat.language.dialect import Dialect
from tests.api_run import run_program


def lines(text, dialect=Dialect.V2, **options):
    """What the program logs, line by line; it must end normally."""
    run = run_program(text, dialect, **options)
    assert (run.errors, run.how) == ("", "normal")
    return run.output.replace(" \n", "\n").splitlines()


def test_classes_of_the_api_stay_as_they_are():
    """It promises that no class reachable from a program can be changed or made."""
    text = """
h = openfile('f', True)
for cls in [RepyException, FileClosedError, type(h)]:
  try:
    cls.close = 3
    log('changed\\n')
  except TypeError, e:
    log('kept\\n')
try:
  type(h)()
  log('made\\n')
except TypeError, e:
  log('refused\\n')
try:
  class Mine(type(h)):
    pass
  log('derived\\n')
except TypeError, e:
  log('refused\\n')
"""
    assert lines(text) == ["kept"] * 3 + ["refused"] * 2


def test_a_class_derived_from_an_api_exception_is_the_programs_own():
    """It promises that it can be raised, caught by its base, and changed."""
    text = """
class Mine(FileError):
  def __init__(self, n):
    self.n = n
Mine.extra = 5
try:
  raise Mine(4)
except FileError, e:
  log(e.n, e.extra, repr(e), type(e) is Mine, '\\n')
"""
    assert lines(text) == ["4 5 Mine() True"]


def test_overwritten_methods_deceive_nobody_but_the_program():
    """It promises that closing and counting go on with the real ones."""
    text = """
def nothing(*args):
  return 'fooled'
h = openfile('f', True)
h.close = nothing
h.readat = nothing
log(h.close(), getresources()[1]['filesopened'], '\\n')
del h
log(getresources()[1]['filesopened'], '\\n')
"""
    assert lines(text) == ["fooled 1", "0"]


def test_changing_what_getresources_returned_grants_nothing():
    """It promises copies of limits and usage."""
    text = """
limits, usage, stops = getresources()
limits['filesopened'] = 100
usage['filesopened'] = -100
a = openfile('a', True)
try:
  openfile('b', True)
  log('opened\\n')
except ResourceExhaustedError:
  log('refused\\n')
"""
    assert lines(text, filesopened=1) == ["refused"]


def test_a_handle_of_the_wrong_kind_is_no_timer():
    """It promises TypeErrors for whatever a program can build."""
    text = """
class Fake:
  def __init__(self):
    self.inner = 1
if callfunc == 'initialize':
  handle = settimer(100, sleep, (0,))
  handle.kind = 'commhandle'
  for bad in [Fake(), getlock(), open('f', 'w'), {}, [handle], 'x', SafeDict()]:
    try:
      canceltimer(bad)
      print 'taken'
    except TypeError:
      print 'refused'
  print canceltimer(handle)
"""
    assert lines(text, Dialect.V1) == ["refused"] * 7 + ["True"]


def test_arguments_are_taken_as_they_were_at_the_call():
    """It promises that no method of the program's runs during the checks."""
    text = """
class Text(str):
  def __str__(self):
    log('ran\\n')
    return 'b'
class Number(int):
  def __repr__(self):
    log('ran\\n')
    return '1'
for call, arguments in [(openfile, (Text('a'), True)), (sleep, (Number(1),))]:
  try:
    call(*arguments)
    log('taken\\n')
  except RepyArgumentError, e:
    log('refused\\n')
log(listfiles(), '\\n')
"""
    assert lines(text) == ["refused", "refused", "[]"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nothing_of_a_program_has_an_effect_after_exitall():
    """It promises so for finally blocks, other threads and finalisers."""
    text = """
class Last:
  def __del__(self):
    log('finaliser\\n')
last = Last()
def worker():
  sleep(0.05)
  exitall()
createthread(worker)
try:
  sleep(5)
finally:
  log('finally\\n')
  openfile('late', True)
"""
    run = run_program(text)
    gc.collect()  # the program's finaliser runs now, and can only fail
    assert (run.output, run.errors, run.how) == ("", "", "exitall")


@pytest.mark.parametrize("name", ["open", "openfile", "breakpoint", "setattr"])
def test_a_bare_context_gives_no_api(name):
    """It promises that evaluated code gets only what the context holds."""
    text = f"""
space = createvirtualnamespace('try:\\n  {name}("f", True)\\n  got = True\\n'
  'except Exception, e:\\n  got = False\\n', 'inner')
log(space.evaluate({{}})['got'], listfiles(), '\\n')
"""
    assert lines(text) == ["False []"]


def test_contexts_of_namespaces_are_separate():
    """It promises that a child can't change its parent's names."""
    text = """
secret = 1
context = SafeDict()
createvirtualnamespace('secret = 2\\nstr = 3\\n', 'inner').evaluate(context)
log(secret, context['secret'], str(4), '\\n')
child = _context.copy()
child['_context'] = child
createvirtualnamespace('_context["secret"] = 5\\nlog = 0\\n', 'inner').evaluate(child)
log(secret, child['secret'], '\\n')
"""
    assert lines(text) == ["1 2 4", "1 5"]


def test_mixed_programs_find_four_names_of_v2_among_the_builtins():
    """It promises their meaning, and that the context stays V1's."""
    text = """
if callfunc == 'initialize':
  lock = createlock()
  lock.acquire(True)
  def work():
    log(getthreadname(), '\\n')
    lock.release()
  createthread(work)
  lock.acquire(True)
  print 'createthread' in _context, len(_context.keys()) - len(['lock', 'work'])
"""
    assert lines(text, Dialect.V1) == ["_EVENT:Thread:1", "False 24"]


@pytest.mark.parametrize("name", ["createthread", "createlock", "getthreadname", "log"])
def test_what_a_mixed_program_finds_is_not_in_its_namespaces(name):
    """It promises that a child gets what it's given, and the program's own context."""
    text = f"""
if callfunc == 'initialize':
  code = VirtualNamespace('found = {name}')
  try:
    code.evaluate(SafeDict())
  except NameError, e:
    print e
  print code.evaluate({{'{name}': 5}})['found'], code.evaluate(_context)['found'] == {name}
"""
    assert lines(text, Dialect.V1) == [f"name '{name}' is not defined", "5 True"]


def test_mixed_programs_have_one_ledger():
    """It promises that a thread counts as a timer does."""
    text = """
if callfunc == 'initialize':
  handle = settimer(100, sleep, (0,))
  try:
    createthread(exitall)
  except Exception, e:
    print e
  canceltimer(handle)
"""
    expected = ["Resource 'events' limit exceeded!!"]
    assert lines(text, Dialect.V1, events=2) == expected


def test_a_file_kept_by_an_exception_is_freed_when_the_handler_has_ended():
    """It promises that a bound exception keeps no handle alive."""
    text = """
def use():
  handle = openfile('f', True)
  try:
    handle.readat(1, 5)
  except SeekPastEndOfFileError, e:
    return e
kept = use()
log(getresources()[1]['filesopened'], repr(kept), '\\n')
removefile('f')
"""
    assert lines(text) == [
        "0 SeekPastEndOfFileError('Seek offset extends past the EOF!',)"
    ]
