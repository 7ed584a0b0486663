"""Plain values between processes: what goes in comes out, and forgeries don't."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.supervisor import wire

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_values_survive(value):
    """What dumps writes, loads reads."""
    assert wire.loads(wire.dumps(value)) == value


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_malformed(data):
    """No forged message raises anything but Malformed."""
    with suppress(wire.Malformed):
        wire.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"l99999999\n",
        b"l1\n" * 100,
        b"d1\ni1\nN",
        b"i\n",
        b"i1",
        b"s5\nabc",
        b"NN",
    ],
)
def test_forgeries_are_refused(data):
    """Wrong counts, deep nesting, keys that aren't text, bytes too few or too many."""
    with pytest.raises(wire.Malformed):
        wire.loads(data)


@pytest.mark.parametrize("value", [object(), {1: 2}, 10**50, len])
def test_only_plain_values_are_written(value):
    """Anything else is a TypeError, before it reaches the line."""
    with pytest.raises(TypeError):
        wire.dumps(value)
