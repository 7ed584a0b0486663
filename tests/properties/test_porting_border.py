"""Round trips over the border: no value is changed without an error."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat import import_repy
from repy_compat.porting.border import BorderError, as_bytes, from_repy, to_repy

_BYTE_TEXT = st.text(st.characters(max_codepoint=255))
_ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | _BYTE_TEXT
    | st.binary()
)
_KEYS = st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.binary())


def _containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(_KEYS, inner, max_size=4)
        | st.sets(_KEYS, max_size=4)
        | st.frozensets(_KEYS, max_size=4)
    )


VALUES = st.recursive(_ATOMS, _containers, max_leaves=12)


def _same(given: object, result: object) -> bool:
    """Whether a result is the documented image of what was given, and nothing else."""
    if isinstance(given, bytes):
        return type(result) is str and as_bytes(result) == given
    if type(given) is not type(result):
        return False
    if isinstance(given, list | tuple):
        assert isinstance(result, list | tuple)
        return len(given) == len(result) and all(map(_same, given, result))
    if isinstance(given, set | frozenset):
        assert isinstance(result, set | frozenset)
        return len(given) == len(result) and all(
            any(_same(member, other) for other in result) for member in given
        )
    if isinstance(given, dict):
        assert isinstance(result, dict)
        return len(given) == len(result) and all(
            _same(key, other) and _same(value, result[other])
            for (key, value), other in zip(given.items(), result, strict=True)
        )
    return given == result


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [part for pair in value.items() for part in pair]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


def _holds_bad_text(value: object) -> bool:
    if isinstance(value, str):
        return any(character > "\xff" for character in value)
    return any(map(_holds_bad_text, _parts(value)))


def _holds_bytes(value: object) -> bool:
    return isinstance(value, bytes) or any(map(_holds_bytes, _parts(value)))


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Repy functions that hand values back, in two ways."""
    path: Path = tmp_path_factory.mktemp("echo") / "echo.repy"
    path.write_text(
        "def echo(x):\n  return x\ndef through(f, *a, **k):\n  return f(*a, **k)\n",
        "utf-8",
    )
    return import_repy(path)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_round_trip(echo: ModuleType, value: object) -> None:
    """What comes back is what was given, or its documented image, or an error came."""
    try:
        result = echo.echo(value)
    except BorderError:
        assert _holds_bad_text(value) or _holds_bytes(value)
        return
    assert not _holds_bad_text(value)
    assert _same(value, result)
    if not _holds_bytes(value):
        assert result is value


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_round_trip_through_a_callback(echo: ModuleType, value: object) -> None:
    """A Python callback gets, and gives, the same values."""
    seen = []

    def callback(*given: object, **named: object) -> object:
        seen.extend([*given, *named.values()])
        return value

    try:
        result = echo.through(callback, value, named=value)
    except BorderError:
        assert _holds_bad_text(value) or _holds_bytes(value)
        return
    assert _same(value, result)
    assert len(seen) == 2 and all(_same(value, one) for one in seen)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_crossing_is_stable(value: object) -> None:
    """What has crossed once crosses unchanged ever after."""
    try:
        inside = to_repy(value)
    except BorderError:
        return
    assert to_repy(inside) is inside
    outside = from_repy(inside)
    assert to_repy(outside) is inside


@settings(max_examples=100, deadline=None)
@given(_BYTE_TEXT)
def test_byte_strings_are_bytes(text: str) -> None:
    """Every Repy string is the bytes it stands for, and back."""
    assert to_repy(as_bytes(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([bytes, bytearray, memoryview]), st.binary())
def test_all_kinds_of_bytes(kind: type, data: bytes) -> None:
    """bytes, bytearray and memoryview give the same string."""
    assert to_repy(kind(data)) == data.decode("latin-1")
