"""Beds and places come in by year; what was so on a day can be asked as of that day, and as it was known then."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.apps.registry.extracts import JUNE, capacity_file, capacity_line, extract, site, site_line
from vigie.apps.registry import actions
from vigie.apps.registry.models import Establishment, Site, SiteCapacity
from vigie.apps.registry.queries import Capacity, beds_and_places, capacity_column, capacity_from
from vigie.sources.faults import SourceUnreadable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
TODAY = NOW.date()


def bring_in(path, now=NOW):
    return actions.import_file(path=path, kind="sae", by="test", now=now)


def capacity_of(establishment, day, known) -> Capacity | None:
    row = Establishment.objects.annotate(capacity=capacity_column(day, known)).get(pk=establishment)
    return capacity_from(row.capacity)


@pytest.fixture
def owner(tmp_path) -> Establishment:
    """A legal entity of two sites."""
    actions.import_file(
        path=extract(tmp_path, JUNE, site_line(1), site_line(2)), by="test", now=NOW - timedelta(days=9)
    )
    return Establishment.objects.get()


def test_beds_and_places_of_all_its_sites_make_the_size_of_an_establishment(owner, tmp_path):
    report = bring_in(capacity_file(tmp_path, capacity_line(1, 120, 10), capacity_line(2, 80, 5)))
    assert (report.state, report.added, report.edition, report.edition_date) == (
        "applied", 2, "2023", date(2023, 12, 31),
    )  # fmt: skip
    found = capacity_of(owner.pk, TODAY, NOW)
    assert found == Capacity(200, 15, 2023)
    assert beds_and_places(TODAY, NOW) == {owner.pk: 215}


def test_the_same_file_again_changes_nothing(owner, tmp_path):
    path = capacity_file(tmp_path, capacity_line(1, 120, 10))
    bring_in(path)
    assert bring_in(path, NOW + timedelta(days=1)).state == "unchanged"
    assert SiteCapacity.objects.count() == 1


def test_nothing_is_known_of_who_is_in_no_file_nor_before_the_first_year(owner, tmp_path):
    assert capacity_of(owner.pk, TODAY, NOW) is None
    bring_in(capacity_file(tmp_path, capacity_line(1, 120)))
    assert capacity_of(owner.pk, date(2023, 12, 30), NOW) is None
    assert capacity_of(owner.pk, date(2023, 12, 31), NOW).beds == 120


@pytest.mark.parametrize("order", [(2021, 2023), (2023, 2021)], ids=["in-order", "the-older-one-last"])
def test_each_year_holds_until_the_next_one_in_whatever_order_they_come(owner, tmp_path, order):
    beds = {2021: 150, 2023: 120}
    for number, year in enumerate(order):
        path = capacity_file(tmp_path, capacity_line(1, beds[year], year=year), name=f"{year}.csv")
        bring_in(path, NOW + timedelta(hours=number))
    later = NOW + timedelta(days=1)
    assert capacity_of(owner.pk, date(2022, 6, 1), later).beds == 150
    assert capacity_of(owner.pk, TODAY, later).beds == 120
    in_force = SiteCapacity.objects.current().order_by("valid_from").values_list("valid_from", "valid_until")
    assert list(in_force) == [(date(2021, 12, 31), date(2023, 12, 31)), (date(2023, 12, 31), None)]


def test_two_years_of_one_file_are_two_facts(owner, tmp_path):
    bring_in(capacity_file(tmp_path, capacity_line(1, 150, year=2022), capacity_line(1, 120, year=2023)))
    assert capacity_of(owner.pk, date(2023, 6, 1), NOW).beds == 150
    assert capacity_of(owner.pk, TODAY, NOW).beds == 120
    assert SiteCapacity.objects.count() == 2


def test_a_corrected_file_adds_and_the_size_that_was_known_before_can_still_be_asked(owner, tmp_path):
    bring_in(capacity_file(tmp_path, capacity_line(1, 120)))
    corrected = NOW + timedelta(days=2)
    report = bring_in(capacity_file(tmp_path, capacity_line(1, 12)), corrected)
    assert (report.added, report.changed) == (0, 1)
    assert capacity_of(owner.pk, TODAY, corrected).beds == 12
    assert capacity_of(owner.pk, TODAY, corrected - timedelta(seconds=1)).beds == 120


def test_a_site_that_closed_counts_until_it_did(owner, tmp_path):
    bring_in(capacity_file(tmp_path, capacity_line(1, 120), capacity_line(2, 80)))
    Site.objects.filter(finess=site(2)).update(closed_on=date(2026, 1, 1))
    assert beds_and_places(date(2025, 12, 31), NOW) == {owner.pk: 200}
    assert beds_and_places(TODAY, NOW) == {owner.pk: 120}


#   what stands under LIT_MCO and PLA_MCO -> beds and places, None when the line is left out, () when it tells nothing
@pytest.mark.parametrize(
    ("beds", "places", "expected"),
    [
        pytest.param("12", "3", (12, 3), id="numbers"),
        pytest.param("12", "", (12, 0), id="one-blank"),
        pytest.param("0", "0", (0, 0), id="none-is-told"),
        pytest.param("12.0", "3,00", (12, 3), id="written-with-decimals"),
        pytest.param("", "", (), id="tells-nothing"),
        pytest.param("-1", "0", None, id="negative"),
        pytest.param("12.5", "0", None, id="half-a-bed"),
        pytest.param("99999", "0", None, id="more-than-any-site-has"),
        pytest.param("NaN", "0", None, id="not-a-number"),
        pytest.param("１２", "0", None, id="digits-of-another-alphabet"),
    ],
)
def test_what_a_cell_may_hold(owner, tmp_path, beds, places, expected):
    report = bring_in(capacity_file(tmp_path, capacity_line(2, 80), capacity_line(1, beds, places).encode(
        "cp1252", "replace").decode("cp1252")))  # fmt: skip
    found = list(SiteCapacity.objects.filter(site__finess=site(1)).values_list("beds", "places"))
    assert found == ([expected] if expected else [])
    assert report.bad == (1 if expected is None else 0)


def test_a_site_that_is_not_known_and_a_line_told_twice_are_left_out(owner, tmp_path):
    report = bring_in(capacity_file(tmp_path, capacity_line(1, 120), capacity_line(9, 10), capacity_line(1, 7)))
    assert sorted(row.line for row in report.bad_rows) == [3, 4]
    assert capacity_of(owner.pk, TODAY, NOW).beds == 120


def test_a_file_of_sites_that_are_all_unknown_is_refused_whole(owner, tmp_path):
    lines = [capacity_line(number, 10) for number in range(100, 160)]
    report = bring_in(capacity_file(tmp_path, capacity_line(1, 5), *lines))
    assert report.refused
    assert not SiteCapacity.objects.exists()


def test_a_file_without_its_year_is_none_of_ours(owner, tmp_path):
    with pytest.raises(SourceUnreadable):
        bring_in(capacity_file(tmp_path, "12", header="LIT_MCO"))
