"""A reported weakness is mended when a look proves it; a person says it only where no look can."""

from datetime import timedelta

import pytest

from tests.apps.incidents.world import WEAKNESS, reported
from tests.factories import EstablishmentFactory, FindingFactory, VulnerabilityFactory
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.incidents.disclosing import verify
from vigie.apps.incidents.mending import mend, mend_what_is_proved
from vigie.apps.incidents.refusals import Incomplete

pytestmark = pytest.mark.django_db
CVE = "CVE-2026-12345"


@pytest.fixture
def report(now):
    one = EstablishmentFactory()
    made = reported(one, now, seen=f"Voir {CVE}, page ouverte")
    verify(report=made, establishment=one, title="Ouvert", place=WEAKNESS["place"], severity="", by="cell", now=now)
    made.refresh_from_db()
    return made


@pytest.fixture
def finding(report, now):
    flaw = VulnerabilityFactory(cve=CVE)
    row = FindingFactory(establishment=report.establishment, service=None, address="203.0.113.9", port=8443,
                         names=["portail.valmorne.example"])  # fmt: skip
    row.links.create(vulnerability=flaw, since=now, verdict="affected")
    return row


def test_it_follows_once_every_finding_of_it_is_closed_on_proof(report, finding, now):
    assert mend_what_is_proved(now) == 0
    with pytest.raises(Incomplete):
        mend(report=report, reason="On me l'a dit", by="cell", now=now)
    Finding.objects.filter(pk=finding.pk).update(
        state="closed", close_reason="sound_version", closed_at=now + timedelta(hours=1)
    )
    assert mend_what_is_proved(now + timedelta(hours=1)) == 1
    report.refresh_from_db()
    assert (report.state, report.judged_by) == ("mended", "vigie")
    assert mend_what_is_proved(now + timedelta(hours=2)) == 0


def test_what_was_closed_before_it_was_reported_proves_nothing(report, finding, now):
    Finding.objects.filter(pk=finding.pk).update(
        state="closed", close_reason="sound_version", closed_at=now - timedelta(days=9)
    )
    assert mend_what_is_proved(now) == 0


def test_a_finding_set_aside_is_not_mended(report, finding, now):
    Finding.objects.filter(pk=finding.pk).update(
        state="no_longer_observed", close_reason="not_observed", closed_at=now + timedelta(hours=1)
    )
    assert mend_what_is_proved(now + timedelta(hours=1)) == 0


def test_a_person_who_rejects_the_sighting_proves_nothing(report, now):
    Sighting.objects.update(state="rejected", verified_at=now, verified_by="cell", look=None)
    assert mend_what_is_proved(now) == 0


def test_where_no_look_can_judge_a_person_says_how_it_was_seen(report, now):
    with pytest.raises(Incomplete):
        mend(report=report, reason=" ", by="cell", now=now)
    mend(report=report, reason="Page fermée, vue à 14 h", by="cell", now=now)
    report.refresh_from_db()
    assert (report.state, report.reason) == ("mended", "Page fermée, vue à 14 h")
