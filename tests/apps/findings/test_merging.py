"""One port, several names: one thing to mend."""

import pytest

from vigie.apps.findings.enums import CloseReason, FindingKind
from vigie.apps.findings.judging import Judgement
from vigie.apps.findings.merging import by_weakness, merge
from vigie.engine.lifecycle import Seen
from vigie.engine.outcome import Severity

WEAK, MENDED, UNKNOWN = Seen.WEAK, Seen.MENDED, Seen.UNKNOWN


def said(seen: Seen, **facts) -> Judgement:
    return Judgement(FindingKind.CHECK, "http-no-hsts", seen, reason=CloseReason.CHECK_PASSED, **facts)


@pytest.mark.parametrize(
    ("told", "held", "seen", "names"),
    [
        pytest.param({"": WEAK}, [], WEAK, ("",), id="weak-by-address"),
        pytest.param({"": WEAK, "www": WEAK}, [], WEAK, ("", "www"), id="weak-under-both"),
        pytest.param({"": MENDED, "www": WEAK}, [], WEAK, ("www",), id="weak-under-one-is-weak"),
        pytest.param({"": MENDED, "www": MENDED}, ["www"], MENDED, (), id="all-seen-without-it"),
        pytest.param({"": UNKNOWN, "www": MENDED}, ["www"], MENDED, (), id="who-never-held-it-has-no-say"),
        pytest.param({"": MENDED}, ["www"], UNKNOWN, (), id="who-held-it-was-not-seen"),
        pytest.param({"": MENDED, "www": UNKNOWN}, ["www"], UNKNOWN, (), id="who-held-it-is-unknown"),
        pytest.param({"": WEAK}, ["", "www"], WEAK, ("", "www"), id="a-name-not-seen-holds-it-still"),
        pytest.param({"": WEAK, "www": MENDED}, ["", "www"], WEAK, ("",), id="one-name-mended"),
        pytest.param({"": MENDED, "www": MENDED}, [], MENDED, (), id="nobody-holds-it-any-more"),
        pytest.param({"": MENDED, "www": UNKNOWN}, [], UNKNOWN, (), id="nobody-holds-it-and-one-is-unknown"),
    ],
)
def test_a_port_is_judged_by_all_its_names(told, held, seen, names):
    merged = merge({name: said(one) for name, one in told.items()}, held)
    assert (merged.seen, merged.names) == (seen, names)


def test_the_worst_name_stands_for_the_port():
    mild = said(WEAK, severity=Severity.LOW, affected=(1,), unsure=frozenset({2, 3}))
    grave = said(WEAK, severity=Severity.HIGH, exploited=True, affected=(2,))
    merged = merge({"": mild, "www": grave}, [])
    assert (merged.severity, merged.exploited) == (Severity.HIGH, True)
    assert (merged.affected, merged.unsure) == ((1, 2), {3})


def test_what_each_name_says_is_turned_by_weakness():
    one, other = said(WEAK), Judgement(FindingKind.CHECK, "tls-name-mismatch", WEAK)
    assert by_weakness({"": [one], "www": [one, other]}) == {one.key: {"": one, "www": one}, other.key: {"www": other}}
