"""Copies at the API's boundary share nothing that can be changed (T5)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.api.copying import Uncopyable, deep_copy, violation_text

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
KEYS = st.text(max_size=2) | st.integers(0, 5)


def nested(leaves):
    """Containers of every kind round the given leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(KEYS, inner, max_size=4)
            | st.sets(KEYS, max_size=4)
        ),
        max_leaves=20,
    )


def containers(value, seen=None):
    """Every list, dictionary and set in ``value``, by id."""
    seen = {} if seen is None else seen
    if isinstance(value, list | dict | set | tuple) and id(value) not in seen:
        seen[id(value)] = value
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for part in inner:
            containers(part, seen)
    return {key: found for key, found in seen.items() if type(found) is not tuple}


@settings(max_examples=200, deadline=None)
@given(nested(LEAVES))
def test_a_copy_is_equal_and_shares_no_container(value):
    """It promises so for whatever plain values hold."""
    copy = deep_copy(value)
    assert canonical(value) == canonical(copy)
    assert not set(containers(value)) & set(containers(copy))


def canonical(value):
    """A text of ``value`` in which sets are sorted."""
    if isinstance(value, dict):
        return f"{{{[(repr(k), canonical(v)) for k, v in value.items()]}}}"
    if isinstance(value, set):
        return f"set {sorted(map(repr, value))}"
    if isinstance(value, list | tuple):
        return f"{type(value)} {[canonical(part) for part in value]}"
    return repr(value)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_sharing_and_cycles_are_kept(data):
    """It promises the same shape: what was one object is one object."""
    pool = [[], {}, (), set()]
    for _ in range(data.draw(st.integers(1, 8))):
        chosen = data.draw(st.lists(st.integers(0, len(pool) - 1), max_size=3))
        pool.append(tuple(pool[n] for n in chosen))
        pool.append([pool[n] for n in chosen])
    for target in pool:
        if type(target) is list:
            target.append(pool[data.draw(st.integers(0, len(pool) - 1))])
        elif type(target) is dict:
            target["k"] = pool[data.draw(st.integers(0, len(pool) - 1))]
    copy = deep_copy(pool)
    assert shape(pool) == shape(copy)
    assert not set(containers(pool)) & set(containers(copy))


def shape(value):
    """The structure of ``value`` with a number for each container, as a list."""
    numbers, result, stack = {}, [], [value]
    while stack:
        found = stack.pop()
        # Equal empty tuples may be one object or several: nobody can tell.
        if not isinstance(found, list | dict | set) and not (
            type(found) is tuple and found
        ):
            result.append(repr(found))
            continue
        if type(found) is not tuple:
            if id(found) in numbers:
                result.append(numbers[id(found)])
                continue
            numbers[id(found)] = len(numbers)
        result.append((type(found).__name__, len(found)))
        if type(found) is tuple and len(result) > 2000:
            return result
        stack.extend(found.values() if type(found) is dict else found)
    return result


@settings(max_examples=100, deadline=None)
@given(nested(LEAVES), st.sampled_from([len, int, object(), range(3), ..., slice(1)]))
def test_what_may_not_cross_is_found_at_any_depth(value, stranger):
    """It promises one clause of the text for each container around it."""
    around = [value, [stranger]]
    try:
        deep_copy(around)
    except Uncopyable as refused:
        text = violation_text(refused)
        assert text.count("Namespace violation: _copy failed on ") == 3
        assert "_copy is not implemented for objects of type <type" in text
    else:
        raise AssertionError("it crossed")
    assert deep_copy(around, lenient=True)[1][0] is stranger


def test_a_container_nested_very_deep_is_copied():
    """It promises that the walk needs no stack of the interpreter."""
    value = []
    for _ in range(100_000):
        value = [value]
    copy = deep_copy((value,))
    for _ in range(100_000):
        copy, value = copy[0], value[0] if value else value
    while value:
        value = value[0]


def test_subclasses_of_plain_types_do_not_cross():
    """It promises exact types: their methods would be the program's."""
    for base in (str, int, list, dict, tuple, set, float):
        made = type("Mine", (base,), {})()
        try:
            deep_copy([made])
        except Uncopyable as refused:
            assert refused.value is made
        else:
            raise AssertionError(base)
