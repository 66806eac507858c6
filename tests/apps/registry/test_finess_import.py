from datetime import UTC, datetime, timedelta

import pytest

from tests.apps.registry.extracts import (
    JUNE,
    MARCH,
    SEPTEMBER,
    entity,
    entity_line,
    extract,
    position_line,
    site,
    site_line,
)
from vigie.apps.audit.models import Event
from vigie.apps.registry import actions
from vigie.apps.registry.models import Establishment, EstablishmentVersion, ImportRun, Site, SiteVersion, Territory
from vigie.sources.faults import SourceUnreadable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
BEFORE = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)


def bring_in(path, now=NOW, **options):
    return actions.import_file(path=path, by="test", now=now, **options)


def counts(report):
    return (report.state, report.added, report.changed, report.closed, report.bad)


def test_a_first_extract_adds_sites_and_the_entities_that_they_tell(tmp_path):
    report = bring_in(extract(tmp_path, MARCH, site_line(1), site_line(2), position_line(1)))
    assert counts(report) == ("applied", 3, 0, 0, 0)
    assert (report.lines, report.edition, report.edition_date) == (3, "2603", MARCH)
    found = Site.objects.get(finess=site(1))
    assert (found.establishment.finess, found.easting, found.epsg) == (entity(1), 870000.0, 2154)
    assert found.department == Territory.objects.get(kind="department", code="01")
    # No legal status: told by its sites alone, until an extract of legal entities completes it.
    assert found.establishment.legal_status == ""


def test_the_order_of_the_files_does_not_matter(tmp_path):
    sites = extract(tmp_path, MARCH, site_line(1), site_line(2, owner=2), position_line(1))
    entities = extract(tmp_path, MARCH, entity_line(1), entity_line(2), entity_line(3))
    columns = ("finess", "name", "category", "legal_status", "siren", "department__code", "closed_on", "listed")
    results = []
    for order in ((sites, entities), (entities, sites)):
        Establishment.objects.all().delete()
        ImportRun.objects.all().delete()
        for path in order:
            bring_in(path)
        entities_now = list(Establishment.objects.order_by("finess").values_list(*columns))
        versions = list(
            EstablishmentVersion.objects.current().order_by("establishment__finess").values_list("name", "valid_from")
        )
        results.append((entities_now, versions, list(Site.objects.order_by("finess").values_list("finess", "easting"))))
    assert results[0] == results[1]


def test_the_same_file_again_changes_nothing(tmp_path):
    path = extract(tmp_path, MARCH, site_line(1), entity_line(1))
    bring_in(path)
    versions = SiteVersion.objects.count()
    assert counts(bring_in(path)) == ("unchanged", 0, 0, 0, 0)
    assert SiteVersion.objects.count() == versions


def test_the_same_content_in_a_newer_edition_adds_no_version(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1), entity_line(1)))
    assert counts(bring_in(extract(tmp_path, JUNE, site_line(1), entity_line(1)))) == ("unchanged", 0, 0, 0, 0)
    assert SiteVersion.objects.count() == 1


def test_what_changed_keeps_its_past(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1, name="OLD NAME")), now=BEFORE)
    assert counts(bring_in(extract(tmp_path, JUNE, site_line(1, name="NEW NAME")))) == ("applied", 0, 1, 0, 0)
    versions = SiteVersion.objects
    yesterday = MARCH + timedelta(days=1)
    assert versions.as_of(yesterday, NOW).get().name == "OLD NAME"
    assert versions.as_of(JUNE, NOW).get().name == "NEW NAME"
    # Asked as it was known before the second import, the old name was still so.
    assert versions.as_of(JUNE, BEFORE).get().name == "OLD NAME"
    assert versions.as_of(JUNE, BEFORE).get().valid_until is None


def test_a_correction_of_the_same_edition_supersedes(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1, name="MISTAKE")), now=BEFORE)
    bring_in(extract(tmp_path, MARCH, site_line(1, name="RIGHT")))
    assert SiteVersion.objects.current().get().name == "RIGHT"
    assert SiteVersion.objects.as_of(MARCH, BEFORE).get().name == "MISTAKE"
    assert SiteVersion.objects.as_of(MARCH, NOW).get().name == "RIGHT"


def test_what_vanished_is_closed_on_the_day_of_the_edition(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1), site_line(2)), now=BEFORE)
    assert counts(bring_in(extract(tmp_path, JUNE, site_line(1)))) == ("applied", 0, 0, 1, 0)
    assert Site.objects.get(finess=site(2)).closed_on == JUNE
    assert Site.objects.get(finess=site(1)).closed_on is None
    assert not SiteVersion.objects.as_of(JUNE, NOW).filter(site__finess=site(2)).exists()
    assert SiteVersion.objects.as_of(JUNE, BEFORE).filter(site__finess=site(2)).exists()


def test_what_reappears_is_open_again_and_was_closed_between(tmp_path):
    for day, lines in ((MARCH, (1, 2)), (JUNE, (1,)), (SEPTEMBER, (1, 2))):
        report = bring_in(extract(tmp_path, day, *(site_line(number) for number in lines)))
    assert counts(report) == ("applied", 0, 1, 0, 0)
    assert Site.objects.get(finess=site(2)).closed_on is None
    spans = SiteVersion.objects.current().filter(site__finess=site(2)).order_by("valid_from")
    assert list(spans.values_list("valid_from", "valid_until")) == [(MARCH, JUNE), (SEPTEMBER, None)]


def test_an_extract_of_entities_closes_no_site_and_the_reverse(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1), site_line(2, owner=2), entity_line(1), entity_line(2)))
    assert bring_in(extract(tmp_path, JUNE, entity_line(1))).closed == 1
    assert Site.objects.filter(closed_on=None).count() == 2
    assert bring_in(extract(tmp_path, JUNE, site_line(1))).closed == 1
    assert Establishment.objects.get(finess=entity(2)).closed_on == JUNE


def test_a_site_that_a_bad_line_names_is_not_closed(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1), site_line(2)))
    report = bring_in(extract(tmp_path, JUNE, site_line(1), site_line(2, siret="12")))
    assert counts(report) == ("unchanged", 0, 0, 0, 1)
    assert report.bad_rows[0].line == 3
    assert Site.objects.get(finess=site(2)).closed_on is None


def test_five_bad_lines_do_not_stop_the_rest_and_six_refuse_the_file_whole(tmp_path):
    good = [site_line(number) for number in range(1, 21)]
    report = bring_in(extract(tmp_path, MARCH, *good, *["bad;line"] * 5))
    assert counts(report) == ("applied", 21, 0, 0, 5)
    report = bring_in(extract(tmp_path, JUNE, *good[:19], site_line(99), *["bad;line"] * 6))
    assert counts(report) == ("refused", 0, 0, 0, 6)
    assert "6 bad lines of 26" in report.reason
    assert not Site.objects.filter(finess=site(99)).exists()
    assert Site.objects.filter(closed_on=None).count() == 20
    kept = ImportRun.objects.get(state="refused")
    assert (kept.bad, kept.bad_rows[0]) == (6, {"line": 22, "reason": "unknown record type 'bad'"})
    assert Event.objects.filter(kind="import-refused", subject_id=kept.pk).exists()


def test_one_percent_of_a_long_file_may_be_bad(tmp_path):
    lines = [site_line(number) for number in range(1, 991)]
    assert bring_in(extract(tmp_path, MARCH, *lines, *["bad"] * 10)).state == "applied"
    assert bring_in(extract(tmp_path, JUNE, *lines, *["bad"] * 11)).state == "refused"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(site_line(1), "is already on line 2", id="twice"),
        pytest.param(site_line(2, department="Z9"), "unknown department 'Z9'", id="unknown-department"),
        pytest.param(position_line(7), "a site that is not known", id="position-of-nothing"),
    ],
)
def test_lines_that_contradict_the_rest_are_left_out(tmp_path, line, says):
    report = bring_in(extract(tmp_path, MARCH, site_line(1), line))
    assert says in report.bad_rows[0].reason
    assert report.bad_rows[0].line == 3
    assert Site.objects.count() == 1


def test_an_older_edition_does_not_undo_a_newer_one(tmp_path):
    bring_in(extract(tmp_path, JUNE, site_line(1, name="NEW NAME")))
    report = bring_in(extract(tmp_path, MARCH, site_line(1, name="OLD NAME"), site_line(2)))
    assert report.state == "refused"
    assert "from the oldest to the newest" in report.reason
    assert Site.objects.get().name == "NEW NAME"


def test_entities_and_sites_may_be_of_different_editions(tmp_path):
    bring_in(extract(tmp_path, JUNE, site_line(1)))
    assert bring_in(extract(tmp_path, MARCH, entity_line(1))).state == "applied"
    assert Establishment.objects.get().name == "ASSOCIATION DE VALMORNE 1"


def test_an_edition_of_the_future_is_refused(tmp_path):
    report = bring_in(extract(tmp_path, NOW.date() + timedelta(days=1), site_line(1)))
    assert "in the future" in report.reason


def test_an_extract_cut_short_closes_nothing_until_a_person_says_so(tmp_path):
    bring_in(extract(tmp_path, MARCH, *(site_line(number) for number in range(1, 61))))
    cut = extract(tmp_path, JUNE, *(site_line(number) for number in range(1, 31)))
    report = bring_in(cut)
    assert "would close 30 sites of 60" in report.reason
    assert Site.objects.filter(closed_on=None).count() == 60
    assert bring_in(cut, accept_closures=True).closed == 30


def test_an_invented_region_and_the_real_ones_do_not_close_each_other(tmp_path):
    region = actions.declare_territory(kind="region", code="X1", name="Valombre", by="test", now=NOW)
    actions.declare_territory(kind="department", code="X1", name="Haute-Valombre", parent=region, by="test", now=NOW)
    bring_in(extract(tmp_path, JUNE, site_line(1)))
    report = bring_in(extract(tmp_path, MARCH, site_line(2, owner=2, department="X1")))
    assert counts(report) == ("applied", 2, 0, 0, 0)
    assert Site.objects.filter(closed_on=None).count() == 2


def test_an_empty_cell_does_not_erase_what_is_known(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1, siret="00050100700124"), position_line(1)))
    report = bring_in(extract(tmp_path, JUNE, site_line(1)))
    assert report.state == "unchanged"
    assert Site.objects.get().siret == "00050100700124"
    assert Site.objects.get().easting == 870000.0


def test_a_site_that_moves_to_another_entity_keeps_its_past(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1, owner=1)))
    bring_in(extract(tmp_path, JUNE, site_line(1, owner=2)))
    assert Site.objects.get().establishment.finess == entity(2)
    owners = SiteVersion.objects.current().order_by("valid_from").values_list("establishment_finess", flat=True)
    assert list(owners) == [entity(1), entity(2)]


def test_an_interrupted_import_is_finished_by_the_same_command(tmp_path, monkeypatch):
    from vigie.apps.registry.imports import finess

    monkeypatch.setattr(finess, "BATCH", 2)
    path = extract(tmp_path, MARCH, *(site_line(number) for number in range(1, 7)))

    class Killed(Exception):
        pass

    def kill(done, whole):
        if Site.objects.count() == 4:
            raise Killed

    with pytest.raises(Killed):
        bring_in(path, progress=kill)
    report = bring_in(path)
    assert (report.added, Site.objects.count(), SiteVersion.objects.count()) == (2, 6, 6)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"finess;etalab;1;soon\n", "no date", id="bad-stamp"),
        pytest.param(b"hello\n", "none of the files", id="text"),
    ],
)
def test_a_file_that_cannot_be_read_changes_and_records_nothing(tmp_path, content, says):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=says):
        bring_in(path)
    assert not ImportRun.objects.exists()


def test_an_extract_without_a_line_is_refused(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1)))
    assert "no line of data" in bring_in(extract(tmp_path, JUNE)).reason
    assert Site.objects.get().closed_on is None


def test_the_wrong_kind_is_told(tmp_path):
    with pytest.raises(SourceUnreadable, match="looks like finess"):
        bring_in(extract(tmp_path, MARCH, site_line(1)), kind="sae")


def test_the_examples_come_in_and_again(shared_data):
    folder = shared_data / "registry"
    names = ("finess_structureet_example.csv", "finess_structureej_example.csv", "finess_geolocalisation_example.csv")
    reports = [bring_in(folder / name) for name in names]
    assert [report.bad for report in reports] == [0, 0, 0]
    assert (Establishment.objects.count(), Site.objects.count()) == (30, 34)
    # One of the 34 sites has no position line, another an empty one.
    assert Site.objects.exclude(easting=None).count() == 32
    assert [bring_in(folder / name).state for name in names] == ["unchanged"] * 3
