from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.engine.checks.http_no_hsts import parse_max_age
from vigie.engine.facts_of_web import CookieFlags, FormTarget, PageKind
from vigie.engine.outcome import Verdict

from .looks import http, look, tls, verdict

SENT_IN_CLEAR = http(has_password_field=True, login_to=FormTarget.IN_CLEAR)
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
        pytest.param(look("https", tls=tls(), http=SENT_IN_CLEAR), FAIL, id="sent-in-clear-from-tls"),
        pytest.param(look("https", tls=tls(), http=replace(SENT_IN_CLEAR, login_to=FormTarget.ITSELF)), PASS, id="own"),
        pytest.param(
            look("http", http=http(status=401, headers=(("www-authenticate", 'Basic realm="x"'),))), FAIL, id="basic"
        ),
        pytest.param(
            look("https", tls=tls(), http=http(status=401, headers=(("www-authenticate", "Basic"),))), None, id="tls"
        ),
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


def cookie(name="PHPSESSID", *, secure=True, http_only=True):
    return CookieFlags(name, secure, http_only, None)


@pytest.mark.parametrize(
    ("cookies", "over_tls", "expected"),
    [
        pytest.param((), True, None, id="none"),
        pytest.param((cookie("lang", secure=False, http_only=False),), True, None, id="not-a-session"),
        pytest.param((cookie("XSRF-TOKEN", http_only=False),), True, None, id="read-by-scripts-on-purpose"),
        pytest.param((cookie(),), True, PASS, id="protected"),
        pytest.param((cookie(secure=False),), True, FAIL, id="leaves-in-clear"),
        pytest.param((cookie(http_only=False),), True, FAIL, id="read-by-scripts"),
        pytest.param((cookie(secure=False),), False, PASS, id="in-clear-anyway"),
        pytest.param((cookie(), cookie("ASP.NET_SessionId", secure=False)), True, FAIL, id="one-of-two"),
    ],
)
def test_a_session_cookie_is_kept_from_the_network_and_from_scripts(cookies, over_tls, expected):
    shown = http(cookie_flags=cookies)
    seen = look("https", tls=tls(), http=shown) if over_tls else look("http", http=shown)
    assert verdict("http-cookie-unprotected", seen) is expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(http(page=PageKind.DEFAULT), FAIL, id="of-the-server"),
        pytest.param(http(page=PageKind.MAINTENANCE), PASS, id="maintenance"),
        pytest.param(http(), PASS, id="somebody's"),
        pytest.param(http(status=503), UNKNOWN, id="in-trouble"),
        pytest.param(None, None, id="no-page"),
    ],
)
def test_a_server_shows_a_page_that_somebody_wrote(page, expected):
    assert verdict("http-default-page", look("http", http=page)) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param((("www-authenticate", "Negotiate"), ("www-authenticate", "NTLM")), FAIL, id="offered"),
        pytest.param((("www-authenticate", "NTLM TlRMTVNT"),), FAIL, id="with-a-challenge"),
        pytest.param((("www-authenticate", 'Basic realm="NTLM"'),), PASS, id="a-name-of-realm"),
        pytest.param((), PASS, id="none"),
    ],
)
def test_the_internal_domain_is_not_offered_to_the_internet(headers, expected):
    assert verdict("http-ntlm-offered", look("http", http=http(status=401, headers=headers))) is expected


def test_inside_a_network_ntlm_is_nobody_else_s_business():
    seen = replace(look("http", http=http(status=401, headers=(("www-authenticate", "NTLM"),))), address="10.0.0.7")
    assert verdict("http-ntlm-offered", seen) is None


HTML, NO_SNIFF = ("content-type", "text/html; charset=utf-8"), ("x-content-type-options", "nosniff")


@pytest.mark.parametrize(
    ("headers", "name", "expected"),
    [
        pytest.param((HTML,), "a.example", FAIL, id="neither"),
        pytest.param((HTML, NO_SNIFF), "a.example", FAIL, id="may-be-framed"),
        pytest.param((HTML, NO_SNIFF, ("x-frame-options", "DENY")), "a.example", PASS, id="both"),
        pytest.param(
            (HTML, NO_SNIFF, ("content-security-policy", "default-src 'self'; frame-ancestors 'none'")),
            "a.example",
            PASS,
            id="by-policy",
        ),
        pytest.param((HTML,), None, None, id="by-its-address"),
        pytest.param((("content-type", "application/json"),), "a.example", None, id="not-a-page"),
    ],
)
def test_a_site_protects_its_readers(headers, name, expected):
    seen = replace(look("https", tls=tls(), http=http(headers=headers)), name=name)
    assert verdict("http-protections-missing", seen) is expected
