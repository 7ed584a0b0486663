"""Each schedule starts from a fresh state: runs share nothing that a program can change."""

from __future__ import annotations

from types import CellType, FunctionType

import pytest

from repy_compat.api.wanted import wanted_by
from repy_compat.testing.subject import Subject
from repy_compat.world.simulation.engine import go_on

V1 = """\
class Old:
  kept = []
def foo(collected=[]):
  collected.append(mycontext)
  mycontext['list'].append(getlock())
if callfunc == 'initialize':
  mycontext['list'] = [1, {'a': set([1])}]
  mycontext['class'] = Old
  mycontext['instance'] = Old()
  mycontext['args'] = callargs
  mycontext['functions'] = [settimer, canceltimer, sleep, getlock, open, file,
      listdir, removefile, sendmess, randomfloat, getruntime, exitall, foo,
      createthread, createlock, getthreadname, log, type, eval, dir, hasattr]
  mycontext['timer'] = settimer(0.0, foo, ())
  handle = open('junk', 'w')
  handle.write('x')
  mycontext['file'] = handle
"""
V2 = """\
class New(object):
  kept = []
def foo():
  mycontext['list'].append(createlock())
mycontext['list'] = []
mycontext['class'] = New
mycontext['instance'] = New()
mycontext['functions'] = [createthread, createlock, sleep, getruntime, openfile,
    listfiles, getresources, getlasterror, randombytes, log, exitall, type, eval, foo]
mycontext['resources'] = getresources()
createthread(foo)
"""
SWEEPING = "mycontext['all'] = dict(_context)\nmycontext['context'] = _context\n"


def changeable(root: object) -> dict[int, object]:
    """What a program may change of all that it can get at from ``root``."""
    found: dict[int, object] = {}
    seen: set[int] = set()
    todo: list[object] = [root]
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, type):
            if thing.__module__.startswith(("repy_compat", "builtins")):
                continue  # closed: a program can't change it
            found[id(thing)] = thing
            todo += vars(thing).values()
        elif isinstance(thing, dict):
            found[id(thing)] = thing
            todo += thing.values()
        elif isinstance(thing, (list, set)):
            found[id(thing)] = thing
            todo += thing
        elif isinstance(thing, tuple):
            todo += thing
        elif isinstance(thing, FunctionType):
            found[id(thing)] = thing
            todo += [vars(thing), thing.__defaults__]
        elif isinstance(thing, CellType):
            found[id(thing)] = thing
        elif hasattr(thing, "__dict__"):
            found[id(thing)] = thing
            todo += [vars(thing), type(thing)]
    return found


@pytest.mark.parametrize(
    ("text", "dialect"), [(V1, "V1"), (V1 + SWEEPING, "V1"), (V2, "V2")]
)
def test_two_schedules_share_nothing_that_a_program_can_change(
    text: str, dialect: str
) -> None:
    """Containers, functions, classes, instances and handles are each run's own."""
    subject = Subject(text, dialect=dialect, carrier="threads", args=["a"])
    try:
        runs = [subject.execute(go_on) for _ in range(2)]
    finally:
        subject.close()
    assert [run.detail for run in runs] == ["", ""]
    first, second = (changeable(run.mycontext) for run in runs)
    assert len(first) == len(second) > 20
    shared = [first[key] for key in first.keys() & second.keys()]
    assert shared == []


def test_what_one_schedule_changes_the_next_does_not_see() -> None:
    """Attributes of built-in functions, globals and files are as at the start."""
    text = (
        "seen = []\n"
        "try:\n  seen.append(eval.mark)\nexcept AttributeError:\n  pass\n"
        "try:\n  seen.append(settimer.mark)\nexcept AttributeError:\n  pass\n"
        "seen.extend(listdir())\n"
        "if callfunc == 'initialize':\n"
        "  mycontext['seen'] = seen\n"
        "  eval.mark = settimer.mark = 1\n"
        "  open('left', 'w').close()\n"
    )
    subject = Subject(text, carrier="threads")
    try:
        runs = [subject.execute(go_on) for _ in range(2)]
    finally:
        subject.close()
    assert [run.mycontext["seen"] for run in runs] == [[], []]
    assert runs[0].how == "normal"


def test_only_what_the_text_can_look_up_is_made_unless_it_could_be_anything() -> None:
    """A name in a nested function counts; ``_context`` wants every name."""
    nested = compile("def f():\n  return lambda: file\n", "p", "exec")
    wanted = wanted_by(nested)
    assert wanted is not None
    assert {"file", "open"} <= wanted
    assert "settimer" not in wanted
    for name in ("_context", "VirtualNamespace", "createvirtualnamespace", "SafeDict"):
        assert wanted_by(compile(f"def f(): {name}", "p", "exec")) is None
