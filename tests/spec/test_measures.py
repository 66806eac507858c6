"""Which compensating measures a look verifies, and what it must show."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vigie.apps.findings.enums import MeasureKind
from vigie.engine.facts import Answer, Facts, HttpFacts, Identity, PortState, ServiceLook, TlsFacts, Transport
from vigie.engine.measures import RULES, TABLE, Measure, PortLook, applies, in_place

AT = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
VPN, OTHER = "vpn.example.org", "www.example.org"
PULSE = ("pulsesecure", "pulse_connect_secure")


def service(name=None, answer=Answer.ANSWERED, *told):
    identities = tuple(Identity(*PULSE, version) for version in told)
    return ServiceLook("203.0.113.9", 443, Transport.TCP, name, PortState.OPEN, answer, "https", "", AT,
                       identities=identities)  # fmt: skip


def page(status=200, title=None, wants=False, name=VPN):
    """What a visitor without a certificate is answered; None ends the conversation before any page."""
    http = None if status is None else HttpFacts(status, None, title, None, (), (), False, False, 0, "")
    tls = TlsFacts("TLSv1.3", "", None, None, name, None, wants_certificate=wants)
    answer = Answer.ANSWERED if http else Answer.CLOSED
    return replace(service(name, answer), facts=Facts(tls=tls, http=http))


NGINX = "400 No required SSL certificate was sent"


def look(state=PortState.OPEN, *services, before=False, missing=()):
    return PortLook(state, before, services, ("vpn.example.org",), frozenset(missing), PULSE)


@pytest.mark.parametrize(
    ("measure", "seen", "answer"),
    [
        pytest.param("filtered", look(PortState.REFUSED), True, id="refused"),
        pytest.param("filtered", look(PortState.OPEN, service()), False, id="open"),
        pytest.param("filtered", look(PortState.SILENT), None, id="silent-once"),
        pytest.param("filtered", look(PortState.SILENT, before=True), True, id="silent-twice"),
        pytest.param("filtered", look(PortState.UNREACHABLE, before=True), None, id="the-host-said-nothing"),
        pytest.param("filtered", look(PortState.NOT_ASKED, before=True), None, id="not-asked"),
        pytest.param("name_withdrawn", look(PortState.OPEN, service(VPN)), False, id="it-answers"),
        pytest.param("name_withdrawn", look(PortState.OPEN, service(OTHER), missing=[VPN]), True, id="another-answers"),
        pytest.param("name_withdrawn", look(PortState.OPEN, service(OTHER)), None, id="the-name-was-not-asked"),
        pytest.param("name_withdrawn", look(PortState.REFUSED, missing=[VPN]), None, id="the-port-is-closed"),
        pytest.param(
            "name_withdrawn", look(PortState.OPEN, service(VPN, Answer.SILENT), missing=[]), None, id="it-is-silent"
        ),
        pytest.param("version_hidden", look(PortState.OPEN, service(VPN, Answer.ANSWERED, "9.1")), False, id="told"),
        pytest.param("version_hidden", look(PortState.OPEN, service(VPN, Answer.ANSWERED, None)), True, id="not-told"),
        pytest.param("version_hidden", look(PortState.OPEN, service(VPN)), None, id="another-product"),
        pytest.param(
            "version_hidden",
            look(PortState.OPEN, service(VPN, Answer.ANSWERED, None), service(OTHER, Answer.ANSWERED, "9.1")),
            False,
            id="told-under-one-name",
        ),
        pytest.param("certificate_only", look(PortState.OPEN, page(None, wants=True)), True, id="ended-for-one"),
        pytest.param("certificate_only", look(PortState.OPEN, page(400, NGINX)), True, id="said-by-nginx"),
        pytest.param("certificate_only", look(PortState.OPEN, page(400, "Bad Request")), None, id="another-400"),
        pytest.param("certificate_only", look(PortState.OPEN, page(None)), None, id="ended-for-no-reason-told"),
        pytest.param("certificate_only", look(PortState.OPEN, page(200)), False, id="shown-without-one"),
        pytest.param(
            "certificate_only",
            look(PortState.OPEN, page(None, wants=True), page(200, name=OTHER)),
            False,
            id="shown-under-another-name",
        ),
        pytest.param(
            "certificate_only",
            look(PortState.OPEN, page(None, wants=True), page(None, name=OTHER)),
            None,
            id="another-name-told-nothing",
        ),
        pytest.param("certificate_only", look(PortState.SILENT), None, id="nobody-answers"),
        pytest.param("page_refused", look(PortState.OPEN, page(401)), True, id="401"),
        pytest.param("page_refused", look(PortState.OPEN, page(200)), False, id="the-page-is-shown"),
        pytest.param("page_refused", look(PortState.OPEN, page(302)), None, id="led-elsewhere"),
        pytest.param("page_refused", look(PortState.OPEN, page(503)), None, id="out-of-order"),
        pytest.param("page_refused", look(PortState.OPEN, page(401), page(200, name=OTHER)), False, id="one-shows"),
        pytest.param("page_refused", look(PortState.OPEN, page(401), page(None, name=OTHER)), None, id="one-name-mute"),
        pytest.param("page_refused", look(PortState.REFUSED), None, id="closed-is-not-refused"),
    ],
)
def test_a_look_says_whether_a_measure_is_in_place(measure, seen, answer):
    assert in_place(Measure(measure), seen) is answer


def test_every_measure_has_its_rule_its_words_and_its_label():
    assert set(RULES) == set(TABLE) == set(Measure)
    assert set(MeasureKind.values) == {one.value for one in Measure}


def test_a_measure_is_offered_where_it_means_something():
    assert applies(Measure.FILTERED, [""], None)
    assert not applies(Measure.NAME_WITHDRAWN, [""], PULSE)
    assert applies(Measure.NAME_WITHDRAWN, [VPN], None)
    assert not applies(Measure.VERSION_HIDDEN, [VPN], None)
    assert applies(Measure.CERTIFICATE_ONLY, [""], None, "https")
    assert not applies(Measure.PAGE_REFUSED, [VPN], PULSE, "ftp")
    assert not applies(Measure.PAGE_REFUSED, [VPN], PULSE)
