import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.survival.published import MAINTAINED, NOT_MAINTAINED, PLACEBO, SIX_MP, lifetimes
from vigie.engine.survival import Lifetime, kaplan_meier


#   age, at risk, ended, share left, its error
@pytest.mark.parametrize(
    ("age", "at_risk", "ended", "share", "error"),
    [
        (6, 21, 3, 0.857, 0.0764),
        (7, 17, 1, 0.807, 0.0869),
        (10, 15, 1, 0.753, 0.0963),
        (13, 12, 1, 0.690, 0.1068),
        (16, 11, 1, 0.627, 0.1141),
        (22, 7, 1, 0.538, 0.1282),
        (23, 6, 1, 0.448, 0.1346),
    ],
)
def test_the_remissions_under_6_mp_are_those_of_the_textbook(age, at_risk, ended, share, error):
    step = next(step for step in kaplan_meier(lifetimes(SIX_MP)).steps if step.seconds == age)
    assert (step.at_risk, step.ended) == (at_risk, ended)
    assert step.survival == pytest.approx(share, abs=5e-4)
    assert step.standard_error == pytest.approx(error, abs=5e-5)


#   data -> followed, ended, median and its interval (lifelines tells the same)
@pytest.mark.parametrize(
    ("ages", "n", "events", "median", "low", "high"),
    [
        pytest.param(SIX_MP, 21, 9, 23, 13, None, id="6-mp"),
        pytest.param(PLACEBO, 21, 21, 8, 4, 11, id="placebo"),
        pytest.param(MAINTAINED, 11, 7, 31, 13, None, id="aml-maintained"),
        pytest.param(NOT_MAINTAINED, 12, 11, 23, 5, 33, id="aml-not-maintained"),
    ],
)
def test_medians_of_published_data_with_their_interval(ages, n, events, median, low, high):
    curve = kaplan_meier(lifetimes(ages))
    assert (curve.n, curve.events, curve.censored) == (n, events, n - events)
    assert (curve.median.seconds, curve.median.low, curve.median.high) == (median, low, high)


def test_the_shares_of_the_maintained_are_those_of_the_textbook():
    shares = [round(step.survival, 3) for step in kaplan_meier(lifetimes(MAINTAINED)).steps]
    assert shares == [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]


#   data, age -> share left
@pytest.mark.parametrize(
    ("ages", "age", "share"),
    [
        pytest.param("5 9+", 0, 1.0, id="before-the-first-end"),
        pytest.param("5 9+", 5, 0.5, id="what-ends-at-the-age-is-gone"),
        pytest.param("5 9+", 9, 0.5, id="up-to-the-longest-age"),
        pytest.param("5 9+", 10, None, id="beyond-it-nothing-is-known"),
        pytest.param("5 9", 10, 0.0, id="once-all-ended-nothing-is-left-for-ever"),
        pytest.param("4+", 4, 1.0, id="nothing-ended"),
        pytest.param("4+", 5, None, id="nothing-ended-and-beyond"),
        pytest.param("5 5+", 5, 0.5, id="censored-at-an-age-is-still-at-risk-there"),
    ],
)
def test_the_share_left_at_an_age(ages, age, share):
    found = kaplan_meier(lifetimes(ages)).at(age)
    assert (found and found.share) == share


def test_of_nobody_nothing_is_known():
    curve = kaplan_meier([])
    assert (curve.n, curve.events, curve.followed_seconds, curve.steps) == (0, 0, None, ())
    assert curve.median.seconds is None
    assert curve.at(0) is None


def test_open_ones_count_and_move_the_median_up():
    fixed = [Lifetime(day, True) for day in (1, 2, 3, 4)]
    still_open = [Lifetime(9, False)] * 4
    assert kaplan_meier(fixed).median.seconds == 2
    assert kaplan_meier([*fixed, *still_open]).median.seconds == 4
    assert kaplan_meier([*fixed, *still_open, Lifetime(9, False)]).median.seconds is None


def test_an_exact_half_is_a_half_whatever_the_floats_say():
    thousand = [Lifetime(second, True) for second in range(1, 1001)]
    assert kaplan_meier(thousand).median.seconds == 500


def test_a_negative_lifetime_is_refused():
    with pytest.raises(ValueError, match="-1 seconds"):
        Lifetime(-1, True)


some = st.lists(st.builds(Lifetime, st.integers(0, 10**8), st.booleans()), max_size=60)


@given(some)
def test_the_curve_never_rises_and_stays_inside_its_interval(lives):
    curve = kaplan_meier(lives)
    shares = [1.0, *(step.survival for step in curve.steps)]
    assert shares == sorted(shares, reverse=True)
    assert curve.n == len(lives)
    assert curve.events == sum(step.ended for step in curve.steps) == sum(life.ended for life in lives)
    for step in curve.steps:
        assert 0 <= step.survival < 1 + 1e-9
        low, high = step.bounds
        if low is not None and high is not None:
            assert 0 <= low <= step.survival <= high <= 1


@given(some, st.randoms(use_true_random=False))
def test_the_order_of_what_is_followed_changes_nothing(lives, dice):
    shuffled = list(lives)
    dice.shuffle(shuffled)
    assert kaplan_meier(shuffled) == kaplan_meier(lives)


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=60))
def test_a_curve_of_what_is_only_censored_never_falls(ages):
    curve = kaplan_meier(Lifetime(age, False) for age in ages)
    assert curve.steps == ()
    assert curve.at(max(ages)).share == 1.0
    assert curve.median.seconds is None


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_with_nothing_censored_it_is_the_plain_share_of_what_lasts_longer(ages):
    curve = kaplan_meier(Lifetime(age, True) for age in ages)
    for age in set(ages):
        assert math.isclose(curve.at(age).share, sum(other > age for other in ages) / len(ages), abs_tol=1e-12)


@given(some.filter(bool), st.integers(0, 10**8))
def test_one_more_that_is_still_open_never_lowers_the_curve(lives, age):
    longest = max(life.seconds for life in lives)
    before, after = kaplan_meier(lives), kaplan_meier([*lives, Lifetime(longest, False)])
    for step in before.steps:
        assert after.at(step.seconds).share >= step.survival - 1e-12
    assert after.at(min(age, longest)) is not None


@given(some)
def test_the_median_lies_inside_its_interval(lives):
    median = kaplan_meier(lives).median
    if median.seconds is not None:
        assert median.low is None or median.low <= median.seconds
        assert median.high is None or median.high >= median.seconds
