"""Sets are listed in the order of Python 2.7's hash tables, in every run the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from math import inf
from pathlib import Path

import pytest

from repy_compat import UsageError, run
from repy_compat.language.cache import CodeCache
from repy_compat.python2 import hashorder
from repy_compat.python2.sets import FrozenSet, Set, make_frozenset, make_set, ordered
from tests.evaluating import check

RECORDED = json.loads(
    (Path(__file__).parent.parent / "vectors" / "hash_order.json").read_text()
)


@pytest.mark.parametrize(("text", "expected"), RECORDED["hashes"])
def test_recorded_hashes(text: str, expected: str) -> None:
    """The hash of each recorded value is Python 2.7's."""
    value = eval(text, {"float": float, "inf": inf, "frozenset": frozenset})
    assert hashorder.hash_of(value) == int(expected)


@pytest.mark.parametrize("recorded", RECORDED["orders"], ids=lambda r: str(len(r[0])))
def test_recorded_orders(recorded: list) -> None:
    """A table lists what went in one after the other as Python 2.7's did."""
    texts, of_dict, of_set, of_copied_set, of_copied_dict = recorded
    items = [eval(text) for text in texts]
    hashes = [hashorder.hash_of(item) for item in items]
    assert None not in hashes
    assert hashorder.table_order(hashes) == of_dict == of_set
    listed = hashorder.in_table_order(items)
    again = hashorder.in_table_order(listed, [(0, len(items))])
    assert [items.index(item) for item in again] == of_copied_set == of_copied_dict
    if len(items) <= 64:
        assert [items.index(item) for item in make_set(items)] == of_set
        copied = make_frozenset(make_set(items))
        assert [items.index(item) for item in copied] == of_copied_set


def test_what_has_no_order_stays_in_its_place() -> None:
    """Objects that Python 2.7 hashed by their address keep it; others move round them."""
    first, second = object(), object()
    assert hashorder.hash_of(first) is None
    assert hashorder.hash_of((1, (second,))) is None
    assert hashorder.in_table_order([3, first, 2, second, 1]) == [
        1,
        first,
        2,
        second,
        3,
    ]


def test_the_order_depends_on_the_items_alone() -> None:
    """However a set of sortable items came to be, the order is the same."""
    words = ["pear", "fig", "kiwi", "apple", "plum"]
    grown = Set()
    for word in words:
        grown.add(word)
    backwards = Set()
    for word in reversed(words):
        backwards.add(word)
    assert list(grown) == list(backwards) == list(make_set(sorted(words)))
    mixed: list[object] = [1, "a", (2, "b"), 1j, None, FrozenSet(["x", "y"]), 2.5]
    assert ordered(Set(mixed)) == ordered(Set(reversed(mixed)))


def test_nesting_without_end_is_no_trouble() -> None:
    """What is nested too deep for a walk is listed somehow."""
    deep: object = 1
    for _ in range(300):
        deep = (deep,)
    assert set(Set([deep, 1, 2])) == {deep, 1, 2}


def test_two_runs_agree() -> None:
    """The host's secret of the day has no influence."""
    text = (
        "from repy_compat.python2.sets import Set\n"
        "s = Set('w%d' % n for n in range(60))\n"
        "s.discard('w7'); s.add('x')\n"
        "print(list(s), [s.pop() for _ in range(9)], list(s))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1


def test_popping_takes_what_is_there() -> None:
    """Items added or removed between two pops are seen; nothing comes twice."""
    items = make_set(["a", "b", "c", "d", "e", "f"])
    popped = [items.pop(), items.pop()]
    left = sorted(items)
    items.remove(left[0])
    items.add("g")
    while items:
        popped.append(items.pop())
    assert sorted([*popped, left[0]]) == ["a", "b", "c", "d", "e", "f", "g"]
    with pytest.raises(KeyError):
        items.pop()


def test_a_set_s_class_and_texts() -> None:
    """Nothing but its order tells a program's set from the host's."""
    check(
        """
(type(s) is set, type(s | s) is set, type(s - s) in (set, list), type(f & s) == frozenset) => (True, True, True, True)
(isinstance(s, set), isinstance(f, (list, frozenset)), isinstance(s, frozenset)) => (True, True, False)
(repr(set), set.pop, frozenset.union) => ("<type 'set'>", <method 'pop' of 'set' objects>, <method 'union' of 'frozenset' objects>)
(frozenset(f) is f, f.copy() is f, frozenset() is frozenset([]), set(s) is s) => (True, True, True, False)
s | [1] !! TypeError: unsupported operand type(s) for |: 'set' and 'list'
s + s !! TypeError: unsupported operand type(s) for +: 'set' and 'set'
{s: 1} !! TypeError: unhashable type: 'set'
s[0] !! TypeError: 'set' object does not support indexing
s() !! TypeError: 'set' object is not callable
s.nothing !! AttributeError: 'set' object has no attribute 'nothing'
f.pop !! AttributeError: 'frozenset' object has no attribute 'pop'
set(1) !! TypeError: 'int' object is not iterable
set(1, 2) !! TypeError: set expected at most 1 arguments, got 2
set(x=1) !! TypeError: set() does not take keyword arguments
s.union(1) !! TypeError: 'int' object is not iterable
s.union(x=1) !! TypeError: union() takes no keyword arguments
(s == set('ab'), s < set('abc'), hash_of_it[frozenset('ba')], f in [s]) => (True, True, 5, True)
""",
        "s = set('ab'); f = frozenset('ab'); hash_of_it = {f: 5}",
    )


def test_the_order_of_dictionaries_is_a_choice_of_the_run() -> None:
    """One run may list as Python 2.7 did; the next one, side by side, doesn't."""
    source = "print {'one': 1, 'two': 2, 'three': 3}, mycontext\nexitall()\n"
    as_inserted = "{'one': 1, 'two': 2, 'three': 3} {}\n"
    for isolation in ("thread", "process"):
        assert run(source=source, isolation=isolation).output == as_inserted
        asked = run(source=source, dict_order="2.7")
        assert asked.output == "{'three': 3, 'two': 2, 'one': 1} {}\n"
        assert run(source=source, dict_order="insertion").output == as_inserted


def test_a_whole_process_is_needed_for_the_other_order() -> None:
    """It can't be had in a thread of this process; nor are there other orders."""
    with pytest.raises(UsageError, match="isolation='process'"):
        run(source="pass", dict_order="2.7", isolation="thread")
    with pytest.raises(UsageError, match="'insertion' or '2.7', not '2.6'"):
        run(source="pass", dict_order="2.6")


def test_the_cache_keeps_both_orders_apart(tmp_path: Path) -> None:
    """What was compiled for one order isn't run under the other."""
    cache = CodeCache(str(tmp_path))
    keys = {cache.key("0", "V1", "a", False, tables) for tables in (False, True)}
    assert len(keys) == 2


def test_a_union_makes_room_for_what_is_there_already() -> None:
    """Python 2.7 did so before it looked which items were new."""
    check(
        """
set([0, 8, 16, 24]) | set([16, 24, 8]) => set([0, 16, 24, 8])
set([24, 16, 8, 0]) | set([0, 8]) => set([16, 8, 0, 24])
set([24, 16, 8, 0]) => set([24, 16, 8, 0])
"""
    )


def test_a_set_is_listed_as_it_is_now() -> None:
    """What was listed before isn't shown when an equal item took another's place."""
    items = make_set([1, 2, 3])
    assert list(items) == list(items) == [1, 2, 3]
    items.remove(2)
    items.add(2.0)  # type: ignore[arg-type]
    assert [type(item) for item in items] == [int, float, int]
    items.clear()
    items.update(["a", "b"])
    assert list(items) == list(items) == ["a", "b"]
    items.add("c")
    assert list(items) == ["a", "c", "b"]
