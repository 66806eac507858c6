"""Which compensating measures a look verifies, and what it must show."""

from datetime import UTC, datetime

import pytest

from vigie.apps.findings.enums import MeasureKind
from vigie.engine.facts import Answer, Identity, PortState, ServiceLook, Transport
from vigie.engine.measures import RULES, TABLE, Measure, PortLook, applies, in_place

AT = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
PULSE = ("pulsesecure", "pulse_connect_secure")


def service(name=None, answer=Answer.ANSWERED, *told):
    identities = tuple(Identity(*PULSE, version) for version in told)
    return ServiceLook("203.0.113.9", 443, Transport.TCP, name, PortState.OPEN, answer, "https", "", AT,
                       identities=identities)  # fmt: skip


def look(state=PortState.OPEN, *services, before=False, missing=()):
    return PortLook(state, before, services, ("vpn.example.org",), frozenset(missing), PULSE)


VPN, OTHER = "vpn.example.org", "www.example.org"


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
