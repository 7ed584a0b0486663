"""The arithmetic of renewable resources against the specification's own steps."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.limits.rates import Rate
from tests.rules.test_rates import FakeClock


class Model:
    """Repy V1 specification, section 10.2, in exact arithmetic."""

    def __init__(self, limit: Fraction) -> None:
        self.limit = limit
        self.used = Fraction(0)
        self.last = Fraction(0)
        self.time = Fraction(0)

    def drain(self) -> None:
        self.used = max(Fraction(0), self.used - (self.time - self.last) * self.limit)
        self.last = self.time

    def charge(self, amount: int) -> None:
        self.drain()
        self.used += amount
        while self.used > self.limit:
            self.time += (self.used - self.limit) / self.limit
            self.drain()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(0, 5000)),
        st.tuples(st.just("wait"), st.integers(0, 3000)),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(limit=st.integers(1, 2000), steps=steps)
def test_times_and_consumption(limit: int, steps: list[tuple[str, int]]) -> None:
    """Every charge returns when the model says, with the model's consumption."""
    clock = FakeClock()
    rate = Rate("random", limit, clock)
    model = Model(Fraction(limit))
    for kind, amount in steps:
        if kind == "wait":
            clock.time += amount / 1000
            model.time += Fraction(amount, 1000)
        else:
            rate.charge(amount)
            model.charge(amount)
            assert rate.used <= limit
            assert abs(float(model.used) - rate.used) < 1e-6 * max(1, limit)
        assert abs(float(model.time) - clock.time) < 1e-6 * max(1.0, clock.time)


@settings(max_examples=100, deadline=None)
@given(limit=st.integers(1, 1000), amounts=st.lists(st.integers(0, 3000), max_size=20))
def test_no_more_than_a_second_s_worth_ahead(limit: int, amounts: list[int]) -> None:
    """At any time t at most limit * (t + 1) units were used by charges that ended."""
    clock = FakeClock()
    rate = Rate("random", limit, clock)
    total = 0
    for amount in amounts:
        rate.charge(amount)
        total += amount
        assert total <= limit * (clock.time + 1) * (1 + 1e-9)
