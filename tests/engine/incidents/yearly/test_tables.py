"""Each table counts each case once, whom it does not know apart; a year is held against the one before."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.engine.incidents.yearly.cases import NONE_LEFT_OUT, NOON, RULE, case
from vigie.engine.disclosure import DisclosureRule
from vigie.engine.incidents.yearly import Population, told_to_many, year_tables

LATER = NOON + timedelta(days=200)


def made(cases, before=(), **more):
    return year_tables(2020, cases, list(before), left_out=NONE_LEFT_OUT, moment=LATER, rule=RULE, **more)


def counts(table):
    return {"+".join(line.slugs): line.count for line in table.lines if line.count}


def test_a_failure_of_a_provider_is_one_incident_and_a_case_of_each_structure():
    told = made([case(1, structure=10), case(1, structure=11), case(2, structure=10), case(3, structure=-7)])
    assert (told.cases, told.incidents, told.structures, told.unnamed) == (4, 3, 2, 1)
    assert counts(told.table("repeats")) == {"1": 1, "2": 1}
    assert told.table("repeats").unknown.count == 1


def test_when_it_was_declared_is_told_in_the_zone_of_the_case():
    told = made([case(1, declared_at=datetime(2020, 1, 5, 23, 30, tzinfo=UTC))])
    assert [counts(told.table(slug)) for slug in ("month", "weekday", "hour")] == [{"1": 1}, {"7": 1}, {"23": 1}]
    assert len(told.table("hour").lines) == 24


def test_every_table_counts_every_case_that_it_is_about():
    told = made([case(number) for number in range(7)])
    for table in told.tables:
        if table.slug not in {"weakness", "care_hours"}:
            assert table.whole + table.unknown.count == 7, table.slug


def test_a_way_in_is_a_vector_with_its_equipment_and_a_failure_has_none():
    told = made([case(1, vector="remote_access", equipment="vpn_gateway"), case(2, vector="none"), case(3)])
    assert counts(told.table("entry")) == {"remote_access/vpn_gateway": 1}
    assert told.table("entry").unknown.count == 1


def test_the_weakness_is_asked_only_where_looks_could_have_shown_it():
    told = made([case(1, weakness="yes"), case(2, weakness="unknown"), case(3)])
    share = told.table("weakness").share_of("yes")
    assert (share.part, share.whole, share.unknown) == (1, 1, 1)


@pytest.mark.parametrize(("hours", "band"), [(0, "0"), (3, "0"), (4, "4"), (23, "4"), (24, "24"), (999, "168")])
def test_a_duration_is_in_the_band_that_it_reaches(hours, band):
    assert counts(made([case(1, care="degraded", care_hours=hours)]).table("care_hours")) == {band: 1}


def test_what_is_not_restored_yet_still_counts_and_what_ended_without_a_date_is_unknown():
    cases = [case(number, restored_at=NOON + timedelta(hours=number)) for number in range(1, 6)]
    told = made([*cases, case(6), case(7, is_over=True)])
    restoration = next(one for one in told.delays if one.slug == "restoration")
    assert (restoration.curve.n, restoration.curve.events, restoration.unknown) == (6, 5, 1)
    assert restoration.median.seconds == 5 * 3600
    assert next(one for one in made(cases).delays if one.slug == "restoration").median is None


def test_dates_that_contradict_each_other_are_unknown():
    told = made([case(1, discovered_at=NOON + timedelta(hours=1))])
    assert next(one for one in told.delays if one.slug == "declaration").unknown == 1


def test_help_is_counted_once_whatever_the_number_of_structures():
    assert made([case(1, structure=4, helped_minutes=90), case(1, structure=5, helped_minutes=90)]).helped_minutes == 90


def test_activity_is_held_against_the_beds_that_are_known():
    told = made(
        [case(1, beds=400), case(2, beds=600), case(3)],
        populations=[Population("X1", 12, 2000, 3), Population("X2", 4, 0, 4)],
    )
    assert told.per_thousand_beds("X1") == 1.0
    assert told.per_thousand_beds("X2") is None


def test_a_share_is_held_against_that_of_the_year_before():
    before = [case(number, care="degraded" if number < 4 else "normal") for number in range(10)]
    after = [case(number, care="degraded" if number < 6 else "normal") for number in range(12)]
    told = made(after, before)
    assert told.changes["cases"].percent == pytest.approx(20)
    assert told.share_changes["degraded"].points == pytest.approx(10)


def test_who_reads_no_incident_reads_no_small_group_anywhere():
    rule = DisclosureRule("test", date(2020, 1, 1), "test", 5)
    cases = [case(number, danger="proven" if number < 2 else "potential", care="degraded") for number in range(30)]
    told = told_to_many(made([*cases, case(99, region="X2")], cases[:3]), rule)
    for table in told.tables:
        for cell in (*table.lines, *([table.unknown] if table.unknown else [])):
            assert cell.structures == 0 or cell.structures >= 5, (table.slug, cell)
    assert not told.earlier
    assert not told.changes
    assert set(told.counted_on_beds) <= {"X1"}


def test_every_axis_of_a_case_is_read_by_a_table():
    """A column that no table reads would be asked of declarants for nothing."""
    read = {table.slug for table in made([case(1)]).tables}
    beside = {
        "incident", "structure", "declared_at", "discovered_at", "acknowledged_at", "restored_at", "is_over", "beds",
        "vector", "equipment", "wants_help", "helped_minutes",
    }  # fmt: skip
    assert {field.name for field in fields(case(1))} - beside <= read
