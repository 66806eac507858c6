"""Past declarations come in once, corrected by versions, without clocks nor messages; nothing of a line is lost."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory
from vigie.apps.audit.models import Event
from vigie.apps.incidents.answering import words_of
from vigie.apps.incidents.importing import WHOLE_LINE, import_incidents
from vigie.apps.incidents.models import Declaration, DeclarationVersion, Incident, Obligation, Route, SupportEntry
from vigie.apps.incidents.yearly import of_year
from vigie.apps.notices.models import Notice
from vigie.apps.registry.models import ImportRun

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[2] / "samples" / "incidents"
MAPPING, SAMPLE = SAMPLES / "signalements.yaml", SAMPLES / "signalements.csv"


def brought(now, path=SAMPLE, **more):
    return import_incidents(path=path, mapping=MAPPING, by="test", now=now, **more)


def test_a_file_comes_in_without_the_clocks_of_the_law_and_without_messages(now):
    report = brought(now)
    assert (report.lines, report.added, report.bad, report.state) == (8, 3, 5, "applied")
    incident = Incident.objects.get(kind="ransomware")
    assert (incident.state, incident.origin, incident.assessed_by, incident.reopened) == (
        "closed",
        "malicious",
        "cell",
        0,
    )
    assert Declaration.objects.filter(received_by="imported", submitted_at=now).count() == 3
    assert SupportEntry.objects.get().minutes == 240
    assert not Obligation.objects.exists()
    assert not Route.objects.exists()
    assert not Notice.objects.exists()
    assert Event.objects.filter(kind="incident-declared").count() == 3


def test_nothing_of_a_line_is_lost_and_it_rests_encrypted(now):
    brought(now)
    version = DeclarationVersion.objects.get(declaration__incident__kind="ransomware")
    assert b"Valmorne" not in bytes(version.words)
    words = words_of(version)
    assert words["structure"] == "Centre hospitalier de Valmorne"
    assert json.loads(words[WHOLE_LINE])["SUIVI INTERNE"] == "dossier 12"


def test_the_same_file_again_adds_nothing(now):
    brought(now)
    again = brought(now + timedelta(days=1))
    assert (again.added, again.changed, again.state) == (0, 0, "unchanged")
    assert DeclarationVersion.objects.count() == 3


def test_a_corrected_line_adds_a_version_and_the_one_before_stays(now, tmp_path):
    brought(now)
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(SAMPLE.read_text(encoding="utf-8").replace(";83;Potentielle", ";83;Avérée"), encoding="utf-8")
    report = brought(now + timedelta(days=1), corrected)
    assert (report.added, report.changed) == (0, 1)
    versions = DeclarationVersion.objects.filter(declaration__incident__kind="ransomware").order_by("number")
    assert [version.choices["danger"] for version in versions] == ["potential", "proven"]
    assert Incident.objects.get(kind="ransomware").danger == "proven"
    assert of_year(2020, moment=now + timedelta(days=2)).cases == 3


def test_a_dry_run_tells_the_same_and_records_nothing(now):
    rehearsed = brought(now, dry_run=True)
    assert not Incident.objects.exists()
    assert not ImportRun.objects.exists()
    assert (rehearsed.lines, rehearsed.added, rehearsed.bad) == (8, 3, 5)
    brought(now)
    assert brought(now, dry_run=True).added == 0


def test_a_structure_is_found_by_its_number_else_it_is_named_in_words(now, tmp_path):
    one = EstablishmentFactory()
    path = tmp_path / "named.csv"
    head, first, *_rest = SAMPLE.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join((head, first.replace(";;Centre", f";{one.finess};Centre"))), encoding="utf-8")
    brought(now, path)
    assert Declaration.objects.get().establishment == one
    told = of_year(2020, moment=now)
    assert (told.structures, told.unnamed) == (1, 0)


def test_what_a_past_declaration_does_not_say_is_unknown(now):
    brought(now)
    delays = {one.slug: one for one in of_year(2020, moment=now).delays}
    assert (delays["declaration"].curve.n, delays["declaration"].unknown) == (1, 2)
    assert (delays["restoration"].curve.events, delays["restoration"].unknown) == (1, 2)


def test_a_file_of_bad_lines_is_refused_whole(now, tmp_path):
    head, first, *_rest = SAMPLE.read_text(encoding="utf-8").splitlines()
    bad = [first.replace("V-2020-001", f"V-{number}").replace("04/03/2020 23:10", "hier") for number in range(300)]
    path = tmp_path / "bad.csv"
    path.write_text("\n".join((head, first, *bad)), encoding="utf-8")
    report = brought(now, path)
    assert report.refused
    assert not Incident.objects.exists()


def test_it_stands_beside_what_is_declared_today(now):
    brought(now)
    declared(EstablishmentFactory(), now)
    assert (of_year(2020, moment=now).cases, of_year(2026, moment=now).cases) == (3, 1)
