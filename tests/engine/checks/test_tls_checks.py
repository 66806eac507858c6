from datetime import timedelta

import pytest

from vigie.engine.outcome import Verdict

from .looks import NOW, certificate, look, outcome, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
DAY = timedelta(days=1)
CERTIFICATE = ("tls-certificate-expired", "tls-certificate-expires-soon", "tls-certificate-self-signed")


def judged(slug, **changes):
    return verdict(slug, look("https", tls=tls(**changes)))


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        pytest.param(True, FAIL, id="accepted"),
        pytest.param(False, PASS, id="refused"),
        pytest.param(None, UNKNOWN, id="could-not-be-asked"),
    ],
)
def test_tls_1_0_or_1_1_must_be_refused(accepts, expected):
    assert judged("tls-obsolete-protocol", accepts_obsolete=accepts) is expected


@pytest.mark.parametrize(
    ("left", "expired", "soon"),
    [
        pytest.param(90 * DAY, PASS, PASS, id="three-months"),
        pytest.param(22 * DAY, PASS, PASS, id="twenty-two-days"),
        pytest.param(21 * DAY + timedelta(seconds=1), PASS, PASS, id="a-second-more-than-21-days"),
        pytest.param(21 * DAY, PASS, FAIL, id="exactly-21-days"),
        pytest.param(timedelta(0), PASS, FAIL, id="this-very-second"),
        pytest.param(-timedelta(seconds=1), FAIL, None, id="a-second-ago"),
        pytest.param(-400 * DAY, FAIL, None, id="a-year-ago"),
    ],
)
def test_a_certificate_must_not_be_past_its_date_nor_near_it(left, expired, soon):
    leaf = certificate(not_after=NOW + left)
    assert judged("tls-certificate-expired", certificate=leaf) is expired
    assert judged("tls-certificate-expires-soon", certificate=leaf) is soon


@pytest.mark.parametrize(("self_signed", "expected"), [(True, FAIL), (False, PASS)])
def test_another_authority_must_have_signed(self_signed, expected):
    leaf = certificate(self_signed=self_signed)
    assert judged("tls-certificate-self-signed", certificate=leaf) is expected


@pytest.mark.parametrize(
    ("name", "matches", "expected"),
    [
        pytest.param("a.example", True, PASS, id="bears-it"),
        pytest.param("b.example", False, FAIL, id="bears-another"),
        pytest.param(None, None, None, id="asked-by-address"),
        pytest.param("a.example", None, UNKNOWN, id="not-read"),
    ],
)
def test_the_certificate_must_bear_the_name_that_was_asked(name, matches, expected):
    assert judged("tls-name-mismatch", server_name=name, name_matches=matches) is expected


@pytest.mark.parametrize("slug", [*CERTIFICATE, "tls-name-mismatch"])
def test_a_certificate_that_cannot_be_read_is_unknown(slug):
    assert judged(slug, certificate=None) is UNKNOWN
    assert verdict(slug, look("http")) is None


def test_an_expired_certificate_shows_its_date():
    leaf = certificate(not_after=NOW - DAY)
    shown = outcome("tls-certificate-expired", look("https", tls=tls(certificate=leaf)))
    assert ("certificate.not_after", "2026-11-22T06:10:00+00:00") in [(e.label, e.value) for e in shown.evidence]
