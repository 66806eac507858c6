from datetime import UTC, date, datetime

import pytest

from tests.apps.registry.extracts import JUNE, entity, extract, sae_file, sae_line, site, site_line
from vigie.apps.registry import actions
from vigie.apps.registry.models import Establishment, Group, ImportRun, Site, SiteVersion

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
SIRET = "00050100700124"


def bring_in(path, **options):
    return actions.import_file(path=path, by="test", now=NOW, **options)


def test_the_survey_adds_what_no_extract_named(tmp_path):
    report = bring_in(sae_file(tmp_path, sae_line(1, 1, siret=SIRET)))
    assert (report.state, report.added, report.edition_date) == ("applied", 2, date(2023, 12, 31))
    found = Site.objects.get()
    assert (found.name, found.siret, found.establishment.finess) == ("HÔPITAL DE VALMORNE", SIRET, entity(1))


def test_the_survey_fills_what_is_empty_and_changes_nothing_else(tmp_path):
    bring_in(extract(tmp_path, JUNE, site_line(1, name="NAME OF FINESS")))
    report = bring_in(sae_file(tmp_path, sae_line(1, 1, name="NAME OF SAE", siret=SIRET)))
    assert (report.added, report.changed) == (0, 1)
    assert (Site.objects.get().name, Site.objects.get().siret) == ("NAME OF FINESS", SIRET)
    (version,) = SiteVersion.objects.current()
    assert (version.siret, version.valid_from) == (SIRET, JUNE)


def test_the_order_of_the_survey_and_of_the_extract_does_not_matter(tmp_path):
    survey = sae_file(tmp_path, sae_line(1, 1, name="NAME OF SAE", siret=SIRET), sae_line(2, 2))
    finess = extract(tmp_path, JUNE, site_line(1, name="NAME OF FINESS"))
    results = []
    for order in ((survey, finess), (finess, survey)):
        Establishment.objects.all().delete()
        ImportRun.objects.all().delete()
        for path in order:
            bring_in(path)
        results.append(list(Site.objects.order_by("finess").values_list("finess", "name", "siret", "closed_on")))
    assert results[0] == results[1]
    assert [closed for *_, closed in results[0]] == [None, None]


def test_neither_the_survey_nor_an_extract_closes_what_the_other_brought(tmp_path):
    bring_in(extract(tmp_path, JUNE, site_line(1)))
    assert bring_in(sae_file(tmp_path, sae_line(2, 2))).closed == 0
    assert bring_in(extract(tmp_path, JUNE, site_line(1), site_line(3))).closed == 0
    assert Site.objects.get(finess=site(2)).closed_on is None


def test_unknown_departments_and_repeated_lines_are_left_out(tmp_path):
    report = bring_in(sae_file(tmp_path, sae_line(1, 1), sae_line(1, 1), sae_line(2, 1, department="Z9")))
    assert [row.line for row in report.bad_rows] == [3, 4]
    assert Site.objects.count() == 1


def test_the_survey_of_2023_comes_in_whole_and_again(shared_data):
    path = shared_data / "registry" / "sae_id_2023.csv"
    report = bring_in(path)
    assert (report.lines, report.bad, Site.objects.count()) == (3975, 0, 3975)
    assert bring_in(path).state == "unchanged"
    assert Site.objects.filter(department__code__in=["2A", "2B"]).count() == 37
    assert Site.objects.filter(department__code="9D").count() == 62


def test_the_groups_of_2023_come_in_with_their_regions(shared_data):
    assert bring_in(shared_data / "registry" / "sae_ght_2023.csv").added == 135
    assert bring_in(shared_data / "registry" / "ght_135.csv").state == "unchanged"
    assert Group.objects.get(code="GUA-01").region.name == "Guadeloupe"
    assert not Group.objects.filter(region=None).exists()
