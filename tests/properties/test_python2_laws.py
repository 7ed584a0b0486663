"""Laws of the value library that hold for all values, without asking Python 2.7."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.python2 import formatting, lists, ordering, strings, text

texts = st.text(alphabet=st.characters(max_codepoint=255), max_size=12)
numbers = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
)
atoms = st.one_of(st.none(), numbers, texts)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(texts, inner, max_size=2),
    ),
    max_leaves=8,
)


@given(values, values)
@settings(deadline=None, max_examples=50)
def test_one_order_for_all_values(left: object, right: object) -> None:
    """The four comparisons and cmp agree with one another, both ways round."""
    result = ordering.cmp(left, right)
    assert ordering.cmp(right, left) == -result
    assert ordering.lt(left, right) == (result < 0) == ordering.gt(right, left)
    assert ordering.le(left, right) == (result <= 0) == ordering.ge(right, left)


@given(st.lists(values, max_size=6))
@settings(deadline=None, max_examples=50)
def test_sorting_orders(items: list) -> None:
    """A sorted list never has a greater item in front of a smaller one."""
    lists.sort(items)
    for first, second in zip(items, items[1:]):  # noqa: B905
        assert not ordering.gt(first, second)


@given(texts)
@settings(deadline=None, max_examples=50)
def test_string_methods_see_bytes(value: str) -> None:
    """Methods of str do what those of bytes do, which know ASCII only."""
    data = value.encode("latin-1")
    for name in (
        *("upper", "lower", "title", "capitalize", "swapcase", "strip", "lstrip"),
        *("isalpha", "isalnum", "isdigit", "isspace", "islower", "isupper", "istitle"),
        *("split", "rsplit", "splitlines"),
    ):
        expected = getattr(data, name)()
        if isinstance(expected, bytes):
            expected = expected.decode("latin-1")
        elif isinstance(expected, list):
            expected = [piece.decode("latin-1") for piece in expected]
        assert strings.METHODS[name](value) == expected, name


@given(texts)
def test_repr_reads_back(value: str) -> None:
    """repr of a string is ASCII and means the string."""
    shown = text.py2_repr(value)
    assert shown.isascii()
    assert eval(shown) == value


templates = st.lists(
    st.one_of(
        st.sampled_from(["a", "%%", " ", "\xe9"]),
        st.builds(
            lambda flags, width, precision, letter: (
                f"%{flags}{width}{precision}{letter}"
            ),
            st.sampled_from(["", "-", "0", "+", " ", "-+", "0 "]),
            st.sampled_from(["", "5", "12"]),
            st.sampled_from(["", ".0", ".3", ".12"]),
            st.sampled_from("srdixXouefgEG"),
        ),
    ),
    max_size=4,
).map("".join)


@given(templates, st.lists(atoms, max_size=4))
@settings(deadline=None, max_examples=50)
def test_both_ways_of_formatting_agree(template: str, arguments: list) -> None:
    """What the host formats is what the step by step way gives."""

    def outcome(function: object) -> str:
        try:
            return "=> " + function(template, tuple(arguments))  # type: ignore[operator]
        except (TypeError, ValueError, OverflowError) as error:
            return f"!! {error}"

    slowly = outcome(lambda text, values: formatting._Run(values).format(text))
    assert outcome(formatting.format_percent) == slowly
