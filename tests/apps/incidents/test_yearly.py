"""Which declarations a year counts, for whom, and what is read beside them in a bounded number of queries."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apps.incidents.world import declared
from tests.factories import (
    CampaignFactory,
    DepartmentFactory,
    EstablishmentFactory,
    FindingFactory,
    RegionFactory,
    ShardFactory,
    SiteFactory,
    UserFactory,
)
from vigie.apps.accounts.actions import grant_role
from vigie.apps.incidents import actions
from vigie.apps.incidents.actions import Receiving
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Incident
from vigie.apps.incidents.yearly import of_year, years
from vigie.engine.incidents.facts import Facts
from vigie.engine.incidents.lifecycle import Deed
from vigie.engine.incidents.taxonomy import Care, EntryVector, Equipment, Kind

pytestmark = pytest.mark.django_db


def counts(made, slug):
    return {line.slugs[0]: line.count for line in made.table(slug).lines if line.count}


def test_a_declaration_that_nobody_answers_for_is_apart_and_what_is_no_incident_too(now):
    declared(EstablishmentFactory(), now)
    declared(None, now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    dismissed = declared(EstablishmentFactory(), now).declaration.incident
    actions.end(incident=dismissed, deed=Deed.DISMISS, reason="Exercice.", by="test", now=now)
    made = of_year(2026, moment=now)
    assert (made.cases, made.left_out.unconfirmed, made.left_out.not_incidents) == (1, 1, 1)


def test_each_structure_of_a_providers_failure_tells_its_own_state_of_care(now):
    facts = Facts(discovered_at=now, kind=Kind.PROVIDER_OUTAGE, care=Care.DEGRADED)
    shared = actions.open_shared(title="Panne", provider="Hébergeur Exemple", facts=facts, by="test", now=now)
    for care in ("normal", "interrupted"):
        one = declared(EstablishmentFactory(), now, care=care).declaration.incident
        actions.merge(incident=one, into=shared, by="test", now=now)
    made = of_year(2026, moment=now)
    assert (made.cases, made.incidents, made.structures) == (2, 1, 2)
    assert counts(made, "care") == {"normal": 1, "interrupted": 1}
    assert counts(made, "kind") == {"provider_outage": 2}
    assert counts(made, "provider") == {"yes": 2}


def test_a_structure_that_declares_the_same_incident_twice_is_one_case(now):
    one = EstablishmentFactory()
    first, second = (declared(one, now).declaration.incident for _turn in range(2))
    actions.merge(incident=second, into=first, by="test", now=now)
    assert of_year(2026, moment=now).cases == 1


def test_the_year_is_that_of_paris(now):
    one = EstablishmentFactory()
    at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    receiving = Receiving(by="test", how=ReceivedBy.TELEPHONE, at=at)
    told = {"finess": one.finess, "seen": "Coupure.", "discovered_at": "2025-12-31T20:00"}
    actions.declare(typed=told, receiving=receiving, key=uuid.uuid4(), now=now)
    assert (of_year(2025, moment=now).cases, of_year(2026, moment=now).cases) == (0, 1)
    assert counts(of_year(2026, moment=now), "hour") == {"0": 1}
    assert years(moment=now) == (2026,)


def test_a_year_under_way_is_held_against_the_same_days_of_the_year_before(now):
    last = now - timedelta(days=365)
    for at in (last - timedelta(days=30), last + timedelta(days=20), now):
        declared(EstablishmentFactory(), at, discovered_at=(at - timedelta(hours=1)).isoformat())
    made = of_year(2026, moment=now)
    assert made.is_running
    assert (made.changes["cases"].before, made.changes["cases"].after) == (1, 1)
    later = of_year(2025, moment=now)
    assert (later.cases, later.is_running) == (2, False)


def test_an_earlier_moment_counts_what_was_received_by_then(now):
    declared(EstablishmentFactory(), now)
    assert of_year(2026, moment=now - timedelta(minutes=1)).cases == 0


@pytest.mark.parametrize(
    ("vector", "equipment", "looked", "found", "answer"),
    [
        pytest.param("remote_access", "vpn_gateway", True, "before", "yes", id="open-finding"),
        pytest.param("remote_access", "vpn_gateway", True, "after", "no", id="found-afterwards"),
        pytest.param("remote_access", "vpn_gateway", False, "", "unknown", id="never-looked-at"),
        pytest.param("exposed_service", "unknown", True, "before", "yes", id="any-service"),
        pytest.param("exposed_service", "mail_server", True, "before", "no", id="other-equipment"),
        pytest.param("mail", "workstation", True, "before", "", id="not-seen-from-outside"),
    ],
)
def test_the_weakness_was_known_when_a_finding_on_that_way_was_open(now, vector, equipment, looked, found, answer):
    one, seen = EstablishmentFactory(), now - timedelta(hours=3)
    if looked:
        ShardFactory(campaign=CampaignFactory(), establishment=one, ended_at=seen - timedelta(days=2))
    if found:
        first = seen - timedelta(days=5) if found == "before" else seen + timedelta(hours=1)
        FindingFactory(establishment=one, subject="pulsesecure:pulse_connect_secure", remote_access=True,
                       first_seen=first, last_confirmed=now)  # fmt: skip
    incident = declared(one, now, discovered_at=seen.isoformat()).declaration.incident
    facts = Facts(discovered_at=seen, vector=EntryVector(vector), equipment=Equipment(equipment))
    actions.qualify(incident=incident, facts=facts, by="test", now=now)
    table = of_year(2026, moment=now).table("weakness")
    told = {line.slugs[0]: line.count for line in (*table.lines, table.unknown) if line.count}
    assert told == ({answer: 1} if answer else {})


def test_a_region_is_held_against_its_beds_and_says_whose_are_not_known(now):
    region = RegionFactory(code="X2", name="Ostrevent")
    place = DepartmentFactory(code="X8", parent=region)
    one, other = EstablishmentFactory(department=place), EstablishmentFactory(department=place)
    SiteFactory(establishment=one, beds=500)
    SiteFactory(establishment=other, beds=None)
    declared(one, now)
    declared(other, now)
    made = of_year(2026, moment=now)
    assert made.per_thousand_beds("X2") == 2.0
    told = next(population for population in made.populations if population.region == "X2")
    assert (told.structures, told.beds, told.without_beds) == (2, 500, 1)


def test_an_agency_counts_its_region_only(now):
    here, there = EstablishmentFactory(), EstablishmentFactory(department__parent__code="X9", department__code="X9")
    declared(here, now)
    declared(there, now)
    bruno = UserFactory(analyst=False)
    grant_role(user=bruno, kind="regional_agency", over=there.department.parent, by="test", now=now)
    made = of_year(2026, moment=now + timedelta(minutes=1), reader=bruno)
    assert (made.cases, counts(made, "region")) == (1, {"X9": 1})


def test_more_declarations_ask_no_more_queries(now):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            of_year(2026, moment=now)
        return len(queries)

    declared(EstablishmentFactory(), now)
    Incident.objects.update(vector="remote_access")  # findings and looks are then read too
    few = asked()
    for _turn in range(12):
        declared(EstablishmentFactory(), now)
    Incident.objects.update(vector="remote_access")
    assert asked() == few <= 12
