from datetime import timedelta

import pytest

from tests.factories import (
    DepartmentFactory,
    EstablishmentFactory,
    GroupFactory,
    MembershipFactory,
    RegionFactory,
    ServiceFactory,
    VulnerabilityFactory,
)
from vigie.apps.observatory.exposed import exposed_to, exposed_to_range
from vigie.apps.scans import presence
from vigie.apps.scans.models import Service
from vigie.apps.vulns.actions import intern
from vigie.apps.vulns.models import PairMatch
from vigie.engine.facts import Identity
from vigie.engine.matching import statement_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def vulnerability():
    return VulnerabilityFactory(cve="CVE-2099-0001")


@pytest.fixture
def aline():
    return EstablishmentFactory(name="Hôpital d'Aline")


@pytest.fixture
def bruno():
    elsewhere = DepartmentFactory(code="Y1", parent=RegionFactory(code="Y1", name="Outre-Valombre"))
    return EstablishmentFactory(name="Clinique de Bruno", department=elsewhere)


def gateway(version):
    return intern(Identity("fortinet", "fortios", version))


def verdict(pair, vulnerability, told, since, ended_at=None):
    return PairMatch.objects.create(
        pair=pair,
        vulnerability=vulnerability,
        verdict=told,
        source="nvd",
        evidence="it is",
        since=since,
        ended_at=ended_at,
    )


def shown(found):
    return [(row.name, row.verdict, row.services, row.remote_access) for row in found.establishments]


def test_establishments_are_told_with_their_worst_verdict_and_their_doors(vulnerability, aline, bruno, now):
    weak, vague = gateway("7.0.5"), intern(Identity("valmed", "portal", None))
    verdict(weak, vulnerability, "affected", now)
    verdict(vague, vulnerability, "unknown", now)
    ServiceFactory(establishment=aline, pair=weak)
    ServiceFactory(establishment=aline, pair=vague, port=8443)
    ServiceFactory(establishment=bruno, pair=vague)
    found = exposed_to(vulnerability, now, past=False)
    assert shown(found) == [("Hôpital d'Aline", "affected", 2, True), ("Clinique de Bruno", "unknown", 1, False)]
    assert (found.nation.affected, found.nation.unknown, found.nation.remote_access) == (1, 1, 1)
    assert [(place.name, place.affected, place.total) for place in found.regions] == [
        ("Valombre", 1, 1),
        ("Outre-Valombre", 0, 1),
    ]


@pytest.mark.parametrize("told", ["fixed", "not_affected"])
def test_what_is_mended_is_not_exposed(vulnerability, aline, now, told):
    pair = gateway("7.0.14")
    verdict(pair, vulnerability, told, now)
    ServiceFactory(establishment=aline, pair=pair)
    assert exposed_to(vulnerability, now, past=False).establishments == ()


def test_a_product_behind_another_is_exposed_too(vulnerability, aline, now):
    pair = intern(Identity("php", "php", "8.1.2"))
    verdict(pair, vulnerability, "affected", now)
    ServiceFactory(establishment=aline).other_pairs.add(pair)
    presence.recount(by="test", now=now)
    (row,) = exposed_to(vulnerability, now, past=False).establishments
    assert [told.product for told in row.told] == ["php:php 8.1.2"]


def test_groups_are_those_of_the_day(vulnerability, aline, now):
    pair = gateway("7.0.5")
    verdict(pair, vulnerability, "affected", now)
    ServiceFactory(establishment=aline, pair=pair)
    MembershipFactory(establishment=aline, group=GroupFactory(code="VA-01"), recorded_at=now - timedelta(days=9))
    (group,) = exposed_to(vulnerability, now, past=False).groups
    assert (group.name, group.affected) == ("VA-01", 1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(12, [], id="before-it-was-seen"),
        pytest.param(8, [("Hôpital d'Aline", "unknown")], id="seen-and-not-yet-sure"),
        pytest.param(4, [("Hôpital d'Aline", "affected")], id="sure"),
        pytest.param(1, [], id="gone"),
    ],
)
def test_any_day_is_answered_as_it_was_known(vulnerability, aline, now, days, expected):
    pair = gateway("7.0.5")
    verdict(pair, vulnerability, "unknown", now - timedelta(days=20), now - timedelta(days=6))
    verdict(pair, vulnerability, "affected", now - timedelta(days=6))
    service = ServiceFactory(establishment=aline, pair=pair)
    Service.objects.filter(pk=service.pk).update(first_seen=now - timedelta(days=10), ended_at=now - timedelta(days=2))
    found = exposed_to(vulnerability, now - timedelta(days=days), past=True)
    assert [(row.name, row.verdict) for row in found.establishments] == expected


def test_a_range_is_asked_before_any_record_exists(aline, bruno, now):
    ServiceFactory(establishment=aline, pair=gateway("7.0.5"))
    ServiceFactory(establishment=bruno, pair=gateway("7.0.13"))
    found = exposed_to_range(statement_of("fortinet:fortios >=7.0.0,<7.0.13"), now, past=False)
    assert [(row.name, row.verdict, row.told[0].source) for row in found.establishments] == [
        ("Hôpital d'Aline", "affected", "analyst")
    ]


def test_the_number_of_questions_does_not_grow_with_establishments(vulnerability, now, django_assert_max_num_queries):
    pair = gateway("7.0.5")
    verdict(pair, vulnerability, "affected", now)
    for _ in range(12):
        ServiceFactory(establishment=EstablishmentFactory(), pair=pair)
    with django_assert_max_num_queries(9):
        assert len(exposed_to(vulnerability, now, past=False).establishments) == 12
