"""A structure that never declared is told where most of those that resemble it did; where too few do, nothing is."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.incidents.never_declared import Likeness, NeverDeclaredRule, Structure, read

RULE = NeverDeclaredRule("test", date(2020, 1, 1), "test", 36, least_comparable=10, least_percent=50, beds=(100, 300))


def structures(declared, silent, *, category="355", size=1, region="X1", start=0):
    total = declared + silent
    return [Structure(start + n, category, size, region, n < declared) for n in range(total)]


def test_where_nine_of_ten_others_declared_the_tenth_is_told():
    told = read(structures(9, 2), RULE)
    assert [signal.structure for signal in told.signals] == [9, 10]
    assert (told.signals[0].comparable.part, told.signals[0].comparable.whole) == (9, 10)
    assert told.signals[0].likeness is Likeness.REGION


def test_where_about_half_declared_chance_is_enough_and_nothing_is_told():
    told = read(structures(11, 9), RULE)
    assert told.signals == ()
    assert (told.silent, told.not_comparable) == (9, 0)


def test_too_few_in_the_region_are_compared_over_the_nation():
    told = read([*structures(0, 1), *structures(12, 0, region="X2", start=100)], RULE)
    assert [(signal.structure, signal.likeness) for signal in told.signals] == [(0, Likeness.SIZE)]


def test_where_too_few_resemble_it_nothing_can_be_said():
    told = read([*structures(9, 1, category="101"), *structures(0, 1, category="")], RULE)
    assert (told.signals, told.silent, told.not_comparable) == ((), 2, 2)


def test_sizes_that_are_not_known_are_not_taken_for_small():
    assert (RULE.size(None), RULE.size(0), RULE.size(100), RULE.size(2000)) == (None, 0, 1, 2)


@given(st.integers(0, 60), st.integers(0, 60))
def test_who_declared_is_never_told_and_the_surest_comes_first(declared, silent):
    told = read(structures(declared, silent), RULE)
    assert all(signal.structure >= declared for signal in told.signals)
    lows = [signal.comparable.interval[0] for signal in told.signals]
    assert lows == sorted(lows, reverse=True)
    assert all(low > 50 for low in lows)
