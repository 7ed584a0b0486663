"""What explore says of programs: findings, verdicts, the smallest schedule."""

from __future__ import annotations

import pytest

from repy_compat.errors import UsageError
from repy_compat.testing import explore, replay, run
from tests.exploring import DOCUMENTED

SAFE = DOCUMENTED.replace(
    "def foo():\n  mycontext['count'] = mycontext['count'] + 1\n",
    "lock = getlock()\ndef foo():\n  lock.acquire()\n"
    "  mycontext['count'] = mycontext['count'] + 1\n  lock.release()\n",
)


@pytest.mark.parametrize("seed", range(100))
def test_the_documented_race_is_found_at_once(seed: int) -> None:
    """In at most 3 schedules, shrunk to one switch, with both lines."""
    exploration = explore(DOCUMENTED, seed=seed)
    found = exploration.found[0]
    assert exploration.schedules <= 3
    assert found.finding.kind == "lost update"
    assert len(found.run.schedule.departures) == 1
    assert [(m.event[-1], m.line) for m in found.finding.moments] == [
        ("1", 2),
        ("2", 2),
        ("1", 2),
    ]
    assert found.run.mycontext == {"count": 1}


def test_the_report_shows_the_lines_interleaved_and_the_line_to_paste() -> None:
    """Everything a person needs is in the text."""
    text = str(explore(DOCUMENTED))
    line = "mycontext['count'] = mycontext['count'] + 1"
    assert text.count(f"2 |   {line}") == 3
    assert "found at schedule 2, shown by 1 switch: token " in text
    assert text.splitlines()[-1].startswith("    repy_compat.testing.replay(program, '")


def test_a_safe_program_holds_within_its_schedules() -> None:
    """The verdict names how many schedules and events there were."""
    exploration = explore(SAFE, schedules=60)
    assert exploration.verdict == "holds"
    assert str(exploration) == "holds within 60 schedules; 3 events ran"
    exploration.check()


def test_a_search_that_ends_says_exhausted() -> None:
    """dfs has seen every schedule with at most two preemptions."""
    text = "def f(): mycontext['a'] = 1\nif callfunc == 'initialize': settimer(1.0, f, ())\n"
    exploration = explore(text, strategy="dfs")
    assert exploration.verdict == "exhausted"
    assert "all that there are" in str(exploration)


def test_dfs_finds_what_two_preemptions_can_show() -> None:
    """Without any guidance, by going everywhere."""
    assert explore(DOCUMENTED, strategy="dfs").verdict == "fails"


@pytest.mark.parametrize("strategy", ["races", "pct2", "pct3", "random", "dfs"])
def test_every_strategy_finds_the_documented_race(strategy: str) -> None:
    """Each within 200 schedules, shrunk to the same smallest schedule."""
    exploration = explore(DOCUMENTED, strategy=strategy, schedules=200)
    assert exploration.found[0].token.endswith(".4-2")


def test_an_endless_program_is_inconclusive() -> None:
    """Nothing is claimed of schedules that didn't end; the remedy is named."""
    exploration = explore("while True: pass\n", schedules=3, steps=500)
    assert exploration.verdict == "inconclusive"
    assert "3 of 3 schedules didn't end within 500 steps" in str(exploration)
    assert "allow more steps" in str(exploration)
    with pytest.raises(AssertionError):
        exploration.check()


def test_a_failing_program_fails_in_its_first_schedule() -> None:
    """An uncaught exception is told with its place."""
    exploration = explore("x = 1\nprint mycontext['none']\n")
    finding = exploration.found[0].finding
    assert finding.kind == "exception"
    assert "line 2" in finding.summary
    assert "KeyError" in finding.summary


def test_a_deadlock_says_who_waits_for_what_and_who_holds_it() -> None:
    """Both events, both locks, both lines."""
    text = (
        "a = getlock()\nb = getlock()\n"
        "def one():\n  a.acquire()\n  b.acquire()\n"
        "def two():\n  b.acquire()\n  a.acquire()\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, one, ())\n  settimer(0.0, two, ())\n"
    )
    exploration = explore(text, first_only=False, schedules=30)
    summaries = [found.finding.summary for found in exploration.found]
    assert (
        "_EVENT:Thread:1 waits for b, which _EVENT:Thread:2 holds;"
        " _EVENT:Thread:2 waits for a, which _EVENT:Thread:1 holds" in summaries
    )


def test_a_lock_that_was_never_given_back_is_named() -> None:
    """The event that took it is over."""
    text = (
        "a = getlock()\ndef f(): a.acquire()\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, ())\n  settimer(1.0, f, ())\n"
    )
    summary = explore(text).found[0].finding.summary
    assert summary.endswith("which _EVENT:Thread:1 took and never released")


def test_a_limit_that_only_some_schedules_reach() -> None:
    """How many were needed, and of how many."""
    text = (
        "def g(): pass\ndef f(): settimer(0.0, g, ())\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, ())\n  settimer(0.0, f, ())\n"
    )
    found = explore(text, limits={"events": 3}).found
    limit = next(each.finding for each in found if each.finding.kind == "limit")
    assert limit.summary == "this schedule needs 4 of 3 events; another needs 3"


def test_a_refusal_that_the_program_handles_is_no_finding() -> None:
    """Catching it is the program's answer."""
    text = (
        "def start(function):\n"
        "  try: settimer(0.0, function, ())\n  except Exception: pass\n"
        "def g(): pass\ndef f(): start(g)\n"
        "if callfunc == 'initialize':\n  start(f)\n  start(f)\n"
    )
    assert explore(text, limits={"events": 3}, schedules=100).ok


def test_a_file_left_open_is_told() -> None:
    """At a normal end nothing may be held."""
    text = "if callfunc == 'initialize': mycontext['f'] = open('a', 'w')\n"
    finding = explore(text).found[0].finding
    assert (finding.kind, finding.summary) == (
        "left",
        "1 files open at the end of the program",
    )


def test_lines_in_another_order_are_no_finding_but_other_lines_are() -> None:
    """Events may print in any order; what they print must not depend on it."""
    order = (
        "def f(n): print n\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
    )
    assert explore(order, schedules=100).ok
    last = (
        "def f(n): mycontext['last'] = n\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
        "else: print mycontext['last']\n"
    )
    finding = explore(last).found[0].finding
    assert finding.summary == (
        "the output depends on the schedule: this one prints '1' and not '2'"
    )


def test_all_findings_are_collected_on_request() -> None:
    """first_only=False goes on; each finding has its own smallest schedule."""
    text = DOCUMENTED + "else:\n  assert mycontext['count'] == 2\n"
    kinds = {found.finding.kind for found in explore(text, first_only=False).found}
    assert kinds == {"lost update", "exception"}


def test_no_line_runs_after_the_end() -> None:
    """Not in a finally, not in a bare except, not in a loop that catches all."""
    text = (
        "def stubborn():\n"
        "  while True:\n"
        "    try:\n      sleep(1)\n"
        "    except: print 'caught'\n"
        "    finally:\n      print 'after the end'\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, stubborn, ())\n  sleep(0.5)\n  exitall()\n"
    )
    done = run(text)
    assert (done.how, done.output) == ("exitall", "")


def test_a_year_of_sleep_is_nothing() -> None:
    """Virtual seconds pass; limits measure them."""
    done = run("sleep(31536000)\nprint int(getruntime())\n")
    assert done.output == "31536000\n63072000\n"
    assert done.seconds == 63072000


def test_random_bytes_are_the_seed_s_and_in_the_token() -> None:
    """The same seed draws the same; the token carries it."""
    text = "print randomfloat()\n"
    first, other = run(text, seed=3), run(text, seed=4)
    assert run(text, seed=3).output == first.output != other.output
    assert "+3" in first.token
    assert replay(text, first.token).output == first.output


def test_events_over_time_never_pass_the_limit() -> None:
    """The curve of held events, with its moments."""
    text = (
        "def f(): pass\n"
        "if callfunc == 'initialize':\n"
        "  for n in [1, 2]: settimer(1.0 * n, f, ())\n"
    )
    assert run(text).events == [
        (0.0, 0),
        (0.0, 1),
        (0.0, 2),
        (0.0, 3),
        (0.0, 2),
        (1.0, 1),
        (2.0, 0),
        (2.0, 1),
    ]


def test_v2_programs_are_explored_too() -> None:
    """Threads, createlock, log."""
    text = (
        "def f(): mycontext['n'] += 1\n"
        "mycontext['n'] = 0\ncreatethread(f)\ncreatethread(f)\n"
    )
    assert explore(text, dialect="V2").found[0].finding.kind == "lost update"


@pytest.mark.parametrize(
    "terms",
    [
        {"clock": "fast"},
        {"schedules": 0},
        {"strategy": "luck"},
        {"steps": 0},
        {"args": [1]},
        {"limits": {"evnts": 3}},
        {"dialect": "V3"},
    ],
)
def test_arguments_that_make_no_sense_are_refused(terms: dict[str, object]) -> None:
    """UsageError, before anything runs."""
    with pytest.raises(UsageError):
        explore(DOCUMENTED, **terms)  # type: ignore[arg-type]


def test_exploring_keeps_nothing_alive() -> None:
    """A file that nobody refers to is closed at once, as in a real run."""
    text = (
        "class Noisy:\n  def __init__(self): self.n = 1\n"
        "  def __del__(self): print 'gone'\n"
        "for turn in [1, 2]:\n"
        "  open('a.txt', 'w').write('x')\n"
        "  noisy = Noisy()\n  noisy.n = noisy.n + 1\n"
        "  noisy = None\n  print 'next'\n"
    )
    done = run(text, limits={"filesopened": 1})
    assert (done.how, done.left.get("filesopened", 0)) == ("normal", 0), done.errors
    assert done.output == "gone\nnext\n" * 4


def test_kinds_of_findings_can_be_ignored() -> None:
    """What the program may do doesn't count; an unknown kind is refused."""
    text = (
        "def f(n): mycontext['last'] = n\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
        "else: print mycontext['last']\n"
    )
    assert explore(text, ignore=["output"], schedules=50).ok
    with pytest.raises(UsageError, match="no findings are called 'outputs'"):
        explore(text, ignore=["outputs"])


def test_a_circle_beside_a_busy_event_is_a_deadlock() -> None:
    """The heartbeat goes on for ever; the two events never will."""
    text = (
        "a = getlock()\nb = getlock()\n"
        "def one():\n  a.acquire()\n  sleep(1)\n  b.acquire()\n"
        "def two():\n  b.acquire()\n  sleep(1)\n  a.acquire()\n"
        "def beat():\n  settimer(1.0, beat, ())\n"
        "if callfunc == 'initialize':\n"
        "  for f in [one, two, beat]: settimer(0.0, f, ())\n"
    )
    finding = explore(text, schedules=2, steps=500).found[0].finding
    assert finding.kind == "deadlock"
    assert "_EVENT:Thread:1 waits for b, which _EVENT:Thread:2 holds" in finding.summary


def test_waiting_for_the_network_is_no_deadlock() -> None:
    """A server that nobody calls rests, and nothing is wrong with it."""
    text = (
        "def got(ip, port, message, handle): pass\n"
        "if callfunc == 'initialize': recvmess('127.0.0.1', 12345, got)\n"
    )
    done = run(text)
    assert done.how == "listening"
    assert explore(text, schedules=20).ok


def test_an_event_that_only_had_to_end_is_not_left() -> None:
    """The last worker may call exitall while another is about to return."""
    text = (
        "lock = getlock()\n"
        "def f():\n"
        "  lock.acquire()\n  mycontext['n'] += 1\n  last = mycontext['n'] == 2\n"
        "  lock.release()\n"
        "  if last: exitall()\n"
        "if callfunc == 'initialize':\n  mycontext['n'] = 0\n"
        "  settimer(0.0, f, ())\n  settimer(0.0, f, ())\n"
    )
    assert explore(text, schedules=150).ok


@pytest.mark.parametrize(
    "body",
    [
        "  if not mycontext.has_key('k'):\n    mycontext['k'] = [n]\n",
        "  if 'k' in mycontext: return\n  mycontext['k'] = [n]\n",
        "  if mycontext['max'] < n:\n    mycontext['max'] = n\n",
    ],
)
def test_check_then_act_is_a_lost_update_too(body: str) -> None:
    """Both lines are told: the check, and the write of another event after it."""
    text = (
        f"def f(n):\n{body}"
        "if callfunc == 'initialize':\n  mycontext['max'] = 0\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
    )
    finding = explore(text).found[0].finding
    assert finding.kind == "lost update"
    assert "between the check and the write of" in finding.summary
    assert finding.moments[0].line == 2


def test_checking_again_under_a_lock_is_right() -> None:
    """Only the last check before a write counts."""
    text = (
        "lock = getlock()\n"
        "def f(n):\n"
        "  if not mycontext.has_key('k'):\n"
        "    lock.acquire()\n"
        "    if not mycontext.has_key('k'):\n      mycontext['k'] = [n]\n"
        "    lock.release()\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, f, (1,))\n  settimer(0.0, f, (2,))\n"
    )
    assert explore(text, schedules=300).ok


def test_polling_for_what_nobody_will_do_is_starvation() -> None:
    """Under every schedule; but not while a timer or the clock could help."""
    text = (
        "def f():\n  while not mycontext['done']: sleep(0.1)\n"
        "if callfunc == 'initialize':\n  mycontext['done'] = False\n"
        "  settimer(0.0, f, ())\n"
    )
    finding = explore(text, schedules=5, steps=2000).found[0].finding
    assert finding.kind == "starvation"
    assert "something that no event will do any more" in finding.summary
    rescued = text + "  settimer(31536000.0, mycontext.clear, ())\n"
    rescued = rescued.replace("mycontext.clear", "g") + "def g(): pass\n"
    rescued = "def g(): pass\n" + rescued
    assert explore(rescued, schedules=2, steps=2000).verdict == "inconclusive"


def test_a_listener_that_only_some_schedules_leave_is_told() -> None:
    """It keeps the program alive for ever, where another schedule lets it end."""
    text = (
        "def got(ip, port, message, handle): pass\n"
        "def stop():\n"
        "  if mycontext.has_key('handle'): stopcomm(mycontext['handle'])\n"
        "if callfunc == 'initialize':\n"
        "  settimer(0.0, stop, ())\n"
        "  mycontext['handle'] = recvmess('127.0.0.1', 12345, got)\n"
    )
    finding = explore(text).found[0].finding
    assert finding.summary.startswith("a listener is left and keeps the program alive")
