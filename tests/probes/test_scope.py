from datetime import datetime, time, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.probes.scope import (
    PARIS,
    Intensity,
    MandateKind,
    Permit,
    Refusal,
    Scope,
    Window,
    is_open,
    kind_reaches,
    plain,
)

from .conftest import NOW, mandate

EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def reason(answer: Permit | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else ""


def test_an_address_of_the_mandate_is_permitted_with_its_mandate():
    answer = Scope([mandate()]).permit("127.77.0.1", 443, NOW)
    assert isinstance(answer, Permit)
    assert answer.mandate.signatory == "Directrice Exemple"


@pytest.mark.parametrize(
    ("kind", "address", "allowed"),
    [
        pytest.param(MandateKind.LABORATORY, "127.0.0.1", True, id="laboratory-loopback"),
        pytest.param(MandateKind.LABORATORY, "::1", True, id="laboratory-loopback-v6"),
        pytest.param(MandateKind.LABORATORY, "10.0.0.1", False, id="laboratory-private"),
        pytest.param(MandateKind.LABORATORY, "9.9.9.9", False, id="laboratory-public"),
        pytest.param(MandateKind.LOCAL, "10.0.0.1", True, id="local-private"),
        pytest.param(MandateKind.LOCAL, "fd00::1", True, id="local-unique-v6"),
        pytest.param(MandateKind.LOCAL, "127.0.0.1", False, id="local-loopback"),
        pytest.param(MandateKind.LOCAL, "169.254.169.254", False, id="local-cloud-metadata"),
        pytest.param(MandateKind.LOCAL, "9.9.9.9", False, id="local-public"),
        pytest.param(MandateKind.ESTABLISHMENT, "9.9.9.9", True, id="establishment-public"),
        pytest.param(MandateKind.ESTABLISHMENT, "203.0.113.7", True, id="establishment-example"),
        pytest.param(MandateKind.ESTABLISHMENT, "192.168.1.1", False, id="establishment-private"),
        pytest.param(MandateKind.ESTABLISHMENT, "127.0.0.1", False, id="establishment-loopback"),
        pytest.param(MandateKind.ESTABLISHMENT, "::ffff:127.0.0.1", False, id="establishment-loopback-in-v6"),
        pytest.param(MandateKind.ESTABLISHMENT, "::ffff:10.0.0.1", False, id="establishment-private-in-v6"),
        pytest.param(MandateKind.ESTABLISHMENT, "64:ff9b::7f00:1", False, id="establishment-loopback-by-nat64"),
        pytest.param(MandateKind.ESTABLISHMENT, "2002:7f00:1::", False, id="establishment-loopback-by-6to4"),
        pytest.param(MandateKind.ESTABLISHMENT, "0.0.0.0", False, id="establishment-unspecified"),
        pytest.param(MandateKind.ESTABLISHMENT, "224.0.0.1", False, id="establishment-multicast"),
        pytest.param(MandateKind.ESTABLISHMENT, "255.255.255.255", False, id="establishment-broadcast"),
        pytest.param(MandateKind.HOSTED, "2a01:e0a::1", True, id="hosted-public-v6"),
        pytest.param(MandateKind.HOSTED, "fe80::1", False, id="hosted-link-local"),
    ],
)
def test_a_kind_never_reaches_beyond_its_addresses_whatever_its_record_says(kind, address, allowed):
    scope = Scope([mandate(kind=kind, networks=EVERYWHERE)])
    assert isinstance(scope.permit(address, 443, NOW), Permit) is allowed


@given(st.ip_addresses())
def test_no_address_is_reached_by_two_kinds_of_place(address):
    places = [
        kind_reaches(k, plain(address)) for k in (MandateKind.LABORATORY, MandateKind.LOCAL, MandateKind.ESTABLISHMENT)
    ]
    assert sum(places) <= 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"valid_until": NOW}, "no mandate in force", id="ended-this-second"),
        pytest.param({"valid_from": NOW + timedelta(seconds=1)}, "no mandate in force", id="not-begun"),
        pytest.param({"networks": (ip_network("127.78.0.0/16"),)}, "outside the mandate", id="another-range"),
        pytest.param(
            {"exclusions": (ip_network("127.77.0.1/32"),)}, "excluded by the mandate (127.77.0.1/32)", id="excluded"
        ),
        pytest.param({"excluded_ports": frozenset({443})}, "port excluded by the mandate", id="excluded-port"),
        pytest.param({"kind": MandateKind.ESTABLISHMENT}, "a mandate of this kind", id="wrong-kind"),
    ],
)
def test_what_the_mandate_does_not_cover_is_refused_with_its_reason(changes, told):
    assert reason(Scope([mandate(**changes)]).permit("127.77.0.1", 443, NOW)).startswith(told)


def test_without_any_mandate_nothing_is_permitted():
    assert reason(Scope([]).permit("127.77.0.1", 443, NOW)) == "no mandate in force"


def test_the_longest_exclusion_is_the_one_that_is_told():
    wide, narrow = ip_network("127.77.0.0/24"), ip_network("127.77.0.0/30")
    scope = Scope([mandate(exclusions=(wide, narrow))])
    assert reason(scope.permit("127.77.0.1", 443, NOW)) == "excluded by the mandate (127.77.0.0/30)"


def test_what_one_mandate_excludes_another_does_not_open():
    scope = Scope([mandate(exclusions=(ip_network("127.77.0.1/32"),)), mandate()])
    assert reason(scope.permit("127.77.0.1", 443, NOW)).startswith("excluded")


@pytest.mark.parametrize("address", ["", "example.org", "127.77.0.1; drop", "127.77.0.1/32", "٣.3.3.3", "127.77.0.256"])
def test_what_is_not_an_address_is_refused(address):
    assert reason(Scope([mandate()]).permit(address, 443, NOW)) == "not an address"


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_not_a_port_is_refused(port):
    assert reason(Scope([mandate()]).permit("127.77.0.1", port, NOW)) == "not a port"


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        pytest.param("valombre.example", True, id="itself"),
        pytest.param("www.VALOMBRE.example.", True, id="below-it"),
        pytest.param("notvalombre.example", False, id="same-ending"),
        pytest.param("example", False, id="above-it"),
    ],
)
def test_a_declared_domain_covers_itself_and_what_is_below(name, allowed):
    assert isinstance(Scope([mandate()]).permit("127.77.0.1", 443, NOW, name), Permit) is allowed


def test_of_two_mandates_the_gentlest_pace_is_kept():
    scope = Scope([mandate(intensity=Intensity.BRISK), mandate(intensity=Intensity.GENTLE)])
    answer = scope.permit("127.77.0.1", 443, NOW)
    assert isinstance(answer, Permit)
    assert answer.intensity is Intensity.GENTLE


NIGHT = Window(frozenset({0}), time(22), time(5))  # Monday night


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        pytest.param("2026-11-23T22:00", True, id="monday-22h"),
        pytest.param("2026-11-23T21:59", False, id="monday-a-minute-before"),
        pytest.param("2026-11-24T04:59", True, id="tuesday-before-dawn"),
        pytest.param("2026-11-24T05:00", False, id="tuesday-at-the-end"),
        pytest.param("2026-11-23T04:00", False, id="monday-before-dawn-is-sunday-night"),
        pytest.param("2026-11-24T22:30", False, id="tuesday-night"),
    ],
)
def test_a_window_that_passes_midnight_belongs_to_its_evening_in_paris(moment, opened):
    assert is_open(NIGHT, datetime.fromisoformat(moment).replace(tzinfo=PARIS)) is opened


def test_a_window_of_a_whole_day_is_open_all_day():
    day = Window(frozenset(range(7)), time(0), time(0))
    assert is_open(day, NOW)


def test_windows_are_read_in_paris_in_summer_too():
    window = Window(frozenset(range(7)), time(22), time(23))
    assert is_open(window, datetime.fromisoformat("2026-07-01T20:30+00:00"))
    assert not is_open(window, datetime.fromisoformat("2026-07-01T22:30+00:00"))


def test_outside_its_windows_a_mandate_permits_nothing():
    scope = Scope([mandate(windows=(NIGHT,))])
    assert reason(scope.permit("127.77.0.1", 443, NOW)) == "outside the window"


_MANDATES = (
    mandate(networks=(ip_network("127.77.0.0/24"),), valid_until=NOW + timedelta(hours=1)),
    mandate(
        networks=(ip_network("127.77.0.0/16"),), intensity=Intensity.GENTLE, valid_from=NOW + timedelta(minutes=30)
    ),
    mandate(networks=(ip_network("127.78.0.0/16"),), windows=(Window(frozenset(range(7)), time(7), time(8)),)),
    mandate(networks=(ip_network("127.79.0.0/16"),), excluded_ports=frozenset({443}), valid_until=NOW),
)


@given(
    st.lists(st.sampled_from(_MANDATES), unique=True),
    st.lists(
        st.tuples(
            st.sampled_from(["127.77.0.1", "127.77.9.1", "127.78.0.1", "127.79.0.1"]),
            st.sampled_from([0, 80, 443]),
            st.integers(-90, 90).map(lambda minutes: NOW + timedelta(minutes=minutes)),
            st.sampled_from([None, "www.valombre.example", "elsewhere.example"]),
        ),
        max_size=12,
    ),
)
def test_what_was_permitted_before_weighs_on_no_later_answer(mandates, questions):
    """Whatever was asked, of whom, and even when the clock goes back."""
    scope = Scope(mandates)
    for question in questions:
        assert scope.permit(*question) == Scope(mandates).permit(*question)


def test_a_permit_does_not_outlive_its_mandate_by_an_instant():
    scope = Scope([mandate(valid_until=NOW)])
    instant = timedelta(microseconds=1)
    assert isinstance(scope.permit("127.77.0.1", 80, NOW - instant), Permit)
    assert reason(scope.permit("127.77.0.1", 80, NOW)) == "no mandate in force"
    assert isinstance(scope.permit("127.77.0.1", 80, NOW - instant), Permit)
