from datetime import UTC, date, datetime, timedelta

import pytest

from tests.apps.registry.extracts import JUNE, MARCH, entity, entity_line, extract, site_line
from tests.factories import (
    DepartmentFactory,
    EstablishmentFactory,
    GroupFactory,
    MembershipFactory,
    RegionFactory,
    SiteFactory,
)
from vigie.apps.registry import actions, queries
from vigie.apps.registry.models import Establishment
from vigie.data import registry_rules

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
BEFORE = datetime(2026, 5, 1, tzinfo=UTC)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("category", "closed_on", "counted"),
    [
        pytest.param("355", None, True, id="hospital"),
        pytest.param("620", None, False, id="pharmacy"),
        pytest.param("500", None, False, id="home-for-the-elderly"),
        pytest.param("355", TODAY - timedelta(days=1), False, id="closed-hospital"),
        pytest.param("355", TODAY + timedelta(days=1), True, id="closing-tomorrow"),
    ],
)
def test_an_entity_counts_by_its_open_sites(category, closed_on, counted):
    SiteFactory(category=category, closed_on=closed_on)
    assert queries.in_scope(TODAY).exists() is counted


def test_an_entity_of_two_hospitals_is_counted_once():
    owner = EstablishmentFactory()
    SiteFactory(establishment=owner)
    SiteFactory(establishment=owner)
    SiteFactory(establishment=EstablishmentFactory(closed_on=TODAY))
    assert list(queries.in_scope(TODAY)) == [owner]


def test_the_scope_can_be_asked_as_of_any_day_twice(tmp_path):
    actions.import_file(path=extract(tmp_path, MARCH, site_line(1), site_line(2, owner=2)), by="test", now=BEFORE)
    actions.import_file(
        path=extract(tmp_path, JUNE, site_line(1), site_line(3, owner=3, category="620")), by="test", now=NOW
    )

    def asked(day, known):
        return sorted(queries.in_scope_as_of(day, known).values_list("finess", flat=True))

    assert asked(MARCH, NOW) == sorted([entity(1), entity(2)])
    assert asked(JUNE, NOW) == [entity(1)]
    assert asked(JUNE, BEFORE) == sorted([entity(1), entity(2)])
    assert asked(date(2025, 1, 1), NOW) == []
    assert sorted(queries.in_scope(JUNE).values_list("finess", flat=True)) == [entity(1)]


def test_a_name_can_be_asked_as_of_any_day(tmp_path):
    actions.import_file(path=extract(tmp_path, MARCH, entity_line(1, name="OLD")), by="test", now=BEFORE)
    actions.import_file(path=extract(tmp_path, JUNE, entity_line(1, name="NEW")), by="test", now=NOW)
    owner = Establishment.objects.get().pk
    assert queries.version_as_of(owner, MARCH, NOW).name == "OLD"
    assert queries.version_as_of(owner, JUNE, NOW).name == "NEW"
    assert queries.version_as_of(owner, date(2020, 1, 1), NOW) is None
    assert [known.name for known in queries.names_as_of([owner], JUNE, BEFORE)] == ["OLD"]


def test_groups_and_members_follow_their_dates():
    member = MembershipFactory(valid_from=date(2020, 1, 1), valid_until=date(2024, 1, 1))
    MembershipFactory(group=member.group, valid_from=date(2024, 1, 1))
    assert list(queries.groups_of(member.establishment_id, date(2023, 12, 31))) == [member.group]
    assert list(queries.groups_of(member.establishment_id, date(2024, 1, 1))) == []
    assert queries.members_of(member.group_id, date(2023, 1, 1)).count() == 1
    assert queries.members_of(GroupFactory().pk, TODAY).count() == 0


def test_a_territory_holds_what_is_below_it():
    region = RegionFactory()
    first = EstablishmentFactory(department=DepartmentFactory(code="X1", parent=region))
    second = EstablishmentFactory(department=DepartmentFactory(code="X2", name="Valombre-Maritime", parent=region))
    assert list(queries.within(first.department)) == [first]
    assert set(queries.within(region)) == {first, second}


def test_the_nation_holds_no_invented_establishment():
    actions.load_territories(now=NOW)
    EstablishmentFactory()
    nation = actions.Territory.objects.get(kind="nation")
    assert list(queries.within(nation)) == []


def test_the_scope_is_dated():
    assert registry_rules.scope(TODAY).name == "scope-2026-01-01"
    assert registry_rules.scope(date(2000, 1, 1)).name == "scope-2026-01-01"
    assert {"355", "101"} <= registry_rules.scope(TODAY).categories


@pytest.mark.parametrize(
    ("part", "whole", "exceeded"),
    [(5, 10, False), (6, 10, True), (10, 1000, False), (11, 1000, True), (6, 600, False)],
)
def test_a_limit_is_the_larger_of_its_floor_and_its_percentage(part, whole, exceeded):
    assert registry_rules.Limit(floor=5, percent=1).exceeded(part, whole) is exceeded
