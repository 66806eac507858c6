import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.checks.http_no_hsts import parse_max_age
from vigie.engine.outcome import Verdict

from .looks import http, look, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("max-age=31536000", PASS, id="exactly-one-year"),
        pytest.param("max-age=31535999", FAIL, id="one-second-short"),
        pytest.param('includeSubDomains; MAX-AGE="63072000"', PASS, id="quoted-after-another"),
        pytest.param("max-age=0", FAIL, id="switched-off"),
        pytest.param("max-age=", FAIL, id="empty-value"),
        pytest.param("max-age=-1", FAIL, id="negative"),
        pytest.param("max-age=٣١٥٣٦٠٠٠", FAIL, id="other-digits"),
        pytest.param("max-age=" + "9" * 400, PASS, id="for-ever"),
        pytest.param("", FAIL, id="empty-header"),
    ],
)
def test_hsts_asks_for_a_year(header, expected):
    page = http(headers=(("strict-transport-security", header),))
    assert verdict("http-no-hsts", look("https", tls=tls(), http=page)) is expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(look("https", tls=tls(), http=http()), FAIL, id="no-header"),
        pytest.param(look("https", tls=tls(), http=http(status=503)), UNKNOWN, id="in-trouble"),
        pytest.param(look("tls", tls=tls()), UNKNOWN, id="no-answer"),
        pytest.param(look("http", http=http()), None, id="in-clear"),
        pytest.param(look("smtps", tls=tls()), None, id="mail-over-tls"),
    ],
)
def test_without_an_https_answer_hsts_is_unknown_or_does_not_apply(seen, expected):
    assert verdict("http-no-hsts", seen) is expected


def test_only_the_first_hsts_header_counts():
    headers = (("strict-transport-security", "max-age=1"), ("strict-transport-security", "max-age=31536000"))
    assert verdict("http-no-hsts", look("https", tls=tls(), http=http(headers=headers))) is FAIL


@given(st.text())
def test_any_header_has_a_max_age_or_none(header):
    parse_max_age(header)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(look("http", http=http(has_password_field=True)), FAIL, id="password-in-clear"),
        pytest.param(look("http", http=http()), PASS, id="no-password"),
        pytest.param(look("http", http=http(status=301, location="https://a.example/")), PASS, id="sent-to-https"),
        pytest.param(look("http", http=http(status=502)), UNKNOWN, id="in-trouble"),
        pytest.param(look("https", tls=tls(), http=http(has_password_field=True)), None, id="under-tls"),
        pytest.param(look("http"), None, id="no-page"),
    ],
)
def test_a_password_is_never_asked_in_clear(seen, expected):
    assert verdict("http-login-in-clear", seen) is expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(http(is_listing=True), FAIL, id="listing"),
        pytest.param(http(), PASS, id="page"),
        pytest.param(http(status=500), UNKNOWN, id="in-trouble"),
        pytest.param(None, None, id="no-page"),
    ],
)
def test_a_server_does_not_list_its_files(page, expected):
    assert verdict("http-directory-listing", look("http", http=page)) is expected
