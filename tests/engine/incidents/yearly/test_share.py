"""Intervals against what the papers that gave them print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.incidents.yearly import CountChange, Share, ShareChange
from vigie.engine.incidents.yearly.share import wilson


# Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_that_of_the_paper(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


# Newcombe, Interval estimation for the difference between independent proportions (1998), table II, method 10.
@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 5.24, 33.39),
        (Share(9, 10), Share(3, 10), 17.05, 80.90),
        (Share(10, 10), Share(0, 10), 60.75, 100.0),
    ],
)
def test_the_interval_of_a_difference_is_that_of_the_paper(after, before, low, high):
    assert ShareChange(before, after).interval == pytest.approx((low, high), abs=0.01)


def test_twice_as_many_is_a_change_and_three_after_two_is_not():
    low, high = CountChange(100, 200).interval
    assert 50 < low < 100 < high
    low, high = CountChange(2, 3).interval
    assert low < 0 < high


def test_of_nobody_nothing_is_said():
    assert (Share(0, 0, 4).percent, Share(0, 0).interval, CountChange(0, 5).percent, CountChange(0, 5).interval) == (
        None,
        None,
        None,
        None,
    )
    assert ShareChange(Share(0, 0), Share(1, 2)).points is None


@given(st.integers(0, 400), st.integers(0, 400))
def test_an_interval_holds_its_share(part, rest):
    share = Share(part, part + rest)
    if share.interval is None:
        assert part + rest == 0
    else:
        low, high = share.interval
        assert 0 <= low <= share.percent + 1e-9
        assert share.percent - 1e-9 <= high <= 100


@given(st.integers(1, 400), st.integers(1, 400))
def test_an_interval_holds_its_change(before, after):
    low, high = CountChange(before, after).interval
    assert low <= CountChange(before, after).percent + 1e-9 <= high + 2e-9
