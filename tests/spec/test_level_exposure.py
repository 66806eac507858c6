"""The exposure of an establishment, as a table that a doctor or a lawyer can check by hand."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.data.params import exposure_method
from vigie.engine.checks import CHECKS
from vigie.engine.level import Inputs, OpenFinding, exposure, gains
from vigie.engine.outcome import Severity

METHOD = exposure_method(date(2026, 11, 23))


def finding(number: int = 1, subject: str = "openbsd:openssh", severity: str = "high", *words: str) -> OpenFinding:
    return OpenFinding(
        id=number,
        kind="product" if ":" in subject else "check",
        subject=subject,
        place="203.0.113.7:443",
        severity=Severity(severity),
        exploited="exploited" in words,
        remote_access="remote" in words,
        past_deadline="late" in words,
    )


VPN = "pulsesecure:pulse_connect_secure"


#   open findings                                          known of total -> low, high, letter
@pytest.mark.parametrize(
    ("findings", "known", "total", "low", "high", "letter"),
    [
        pytest.param([], 25, 25, 100, 100, "A", id="nothing-weak-and-everything-known"),
        pytest.param([], 0, 25, 0, 100, "", id="nothing-known-is-neither-good-nor-bad"),
        pytest.param([], 0, 0, 0, 100, "", id="nothing-declared"),
        pytest.param([], 22, 25, 86, 100, "A", id="three-services-silent"),
        pytest.param([], 15, 25, 60, 100, "C", id="at-the-coverage-floor"),
        pytest.param([], 14, 25, 54, 100, "", id="just-under-the-coverage-floor"),
        pytest.param([finding(1, "ftp-no-tls", "medium")], 25, 25, 98, 98, "A", id="one-weak-setting"),
        pytest.param([finding()], 25, 25, 95, 95, "A", id="one-flaw-not-known-to-be-used"),
        pytest.param([finding(1, "openbsd:openssh", "high", "late")], 25, 25, 92, 92, "A", id="the-same-past-deadline"),
        pytest.param([finding(1, "exim:exim", "critical", "exploited")], 25, 25, 82, 82, "B", id="one-used-flaw"),
        pytest.param(
            [finding(1, "exim:exim", "critical", "exploited", "late")], 25, 25, 65, 65, "C", id="used-and-late"
        ),
        pytest.param(
            [finding(1, VPN, "critical", "exploited", "remote")], 25, 25, 54, 54, "D", id="gate-used-remote-access"
        ),
        pytest.param(
            [finding(1, VPN, "critical", "exploited", "remote", "late")], 25, 25, 25, 25, "E", id="gate-used-and-late"
        ),
        pytest.param(
            [
                finding(1, "dicom-answers-anyone", "high"),
                finding(2, "mllp-exposed", "high"),
                finding(3, "dicom-exposed"),
            ],
            25,
            25,
            85,
            85,
            "A",
            id="one-indicator-cannot-lose-more-than-its-points",
        ),
    ],
)
def test_the_level_of_an_establishment(findings, known, total, low, high, letter):
    result = exposure(Inputs(tuple(findings), known, total), METHOD)
    assert (result.low, result.high, result.letter) == (low, high, letter)
    assert (result.known, result.total) == (known, total)


@pytest.mark.parametrize(
    ("low", "letter"),
    [(100, "A"), (85, "A"), (84, "B"), (70, "B"), (69, "C"), (55, "C"), (54, "D"), (40, "D"), (39, "E"), (0, "E")],
)
def test_the_letter_comes_from_the_low_bound(low, letter):
    assert METHOD.letter(low, 10, 10) == letter


def test_every_check_is_counted_by_one_indicator():
    counted = [slug for rule in METHOD.indicators for slug in rule.subjects or ()]
    assert sorted(counted) == sorted(CHECKS)


def test_the_first_thing_to_do_is_the_one_that_gains_most():
    door = finding(1, VPN, "critical", "exploited", "remote")
    todo = gains(Inputs((finding(2, "ftp-no-tls", "medium"), door), 25, 25), METHOD)
    assert [(gain.finding, gain.letter_before, gain.letter_after) for gain in todo] == [(1, "D", "A"), (2, "D", "D")]
    assert todo[0].points == 44


subjects = st.sampled_from([VPN, "openbsd:openssh", *CHECKS])


@st.composite
def inputs(draw) -> Inputs:
    total = draw(st.integers(0, 60))
    words = st.lists(st.sampled_from(["exploited", "remote", "late"]), unique=True)
    drawn = draw(st.lists(st.tuples(subjects, st.sampled_from(list(Severity)), words), max_size=8))
    found = [finding(number, subject, severity, *said) for number, (subject, severity, said) in enumerate(drawn)]
    return Inputs(tuple(found), draw(st.integers(0, total)), total)


@given(inputs())
def test_mending_a_finding_never_lowers_the_level(given_inputs):
    before = exposure(given_inputs, METHOD)
    for index in range(len(given_inputs.findings)):
        rest = given_inputs.findings[:index] + given_inputs.findings[index + 1 :]
        after = exposure(replace(given_inputs, findings=rest), METHOD)
        assert (after.low, after.high) >= (before.low, before.high)
        assert after.low >= before.low
        assert after.high >= before.high


@given(inputs())
def test_learning_never_lowers_low_and_never_raises_high(given_inputs):
    if given_inputs.known == given_inputs.total:
        return
    before, after = (
        exposure(given_inputs, METHOD),
        exposure(replace(given_inputs, known=given_inputs.known + 1), METHOD),
    )
    assert after.low >= before.low
    assert after.high <= before.high


@given(inputs())
def test_every_point_is_explained(given_inputs):
    result = exposure(given_inputs, METHOD)
    assert 0 <= result.low <= result.high <= 100
    for indicator in result.trace.indicators:
        assert indicator.earned + indicator.lost + indicator.unknown == indicator.possible
        assert min(indicator.earned, indicator.lost, indicator.unknown) >= 0
    cap = min([gate.cap for gate in result.trace.gates], default=100)
    assert result.low == min(cap, sum(indicator.earned for indicator in result.trace.indicators))


@given(inputs(), st.randoms())
def test_the_same_facts_in_another_order_are_the_same_level(given_inputs, random):
    mixed = list(given_inputs.findings)
    random.shuffle(mixed)
    assert exposure(replace(given_inputs, findings=tuple(mixed)), METHOD) == exposure(given_inputs, METHOD)
