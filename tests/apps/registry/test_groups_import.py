from datetime import UTC, date, datetime

import pytest

from tests.apps.registry.extracts import (
    GROUP_HEADER,
    MARCH,
    entity,
    entity_line,
    extract,
    group_line,
    group_list,
    site,
    site_line,
)
from tests.factories import EstablishmentFactory
from vigie.apps.registry import actions, queries
from vigie.apps.registry.models import Establishment, Group, Membership

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 6, 1), date(2026, 9, 1)


def bring_in(path, day=FIRST, now=NOW):
    return actions.import_file(path=path, by="test", now=now, day=day)


def members(code, day):
    return sorted(queries.members_of(Group.objects.get(code=code).pk, day).values_list("finess", flat=True))


def test_members_come_with_their_group_and_their_region(tmp_path):
    report = bring_in(group_list(tmp_path, group_line(1), group_line(2)))
    assert (report.state, report.added) == ("applied", 5)  # one group, two entities, two memberships
    group = Group.objects.get()
    assert (group.kind, group.code, group.region.code) == ("ght", "ARA-90", "84")
    assert members("ARA-90", FIRST) == sorted([entity(1), entity(2)])
    assert members("ARA-90", date(2025, 12, 31)) == []


def test_the_same_list_again_changes_nothing(tmp_path):
    path = group_list(tmp_path, group_line(1))
    bring_in(path)
    assert bring_in(path, SECOND).state == "unchanged"
    assert Membership.objects.count() == 1


def test_members_that_left_are_ended_and_keep_their_past(tmp_path):
    known = datetime(2026, 2, 1, tzinfo=UTC)
    bring_in(group_list(tmp_path, group_line(1), group_line(2)), now=known)
    report = bring_in(group_list(tmp_path, group_line(1), name="next.csv"), SECOND)
    assert report.closed == 1
    assert members("ARA-90", SECOND) == [entity(1)]
    assert members("ARA-90", date(2026, 5, 31)) == sorted([entity(1), entity(2)])
    second = Establishment.objects.get(finess=entity(2))
    assert queries.groups_of(second.pk, SECOND, known).count() == 1
    assert queries.groups_of(second.pk, SECOND).count() == 0
    assert second.closed_on is None


def test_members_that_come_back_have_two_spans(tmp_path):
    for number, (day, lines) in enumerate(((FIRST, (1, 2)), (SECOND, (1,)), (THIRD, (1, 2)))):
        bring_in(group_list(tmp_path, *(group_line(line) for line in lines), name=f"{number}.csv"), day)
    spans = Membership.objects.current().filter(establishment__finess=entity(2)).order_by("valid_from")
    assert list(spans.values_list("valid_from", "valid_until")) == [(FIRST, SECOND), (THIRD, None)]


def test_a_group_that_vanished_is_closed_and_those_of_other_regions_are_not(tmp_path):
    other = group_line(3, code="BRE-90", region="Bretagne", name="GHT D'AILLEURS")
    bring_in(group_list(tmp_path, group_line(1), group_line(2, code="ARA-91", name="GHT VOISIN"), other))
    bring_in(group_list(tmp_path, group_line(1), name="one-region.csv"), SECOND)
    assert Group.objects.get(code="ARA-91").closed_on == SECOND
    assert Group.objects.get(code="BRE-90").closed_on is None
    assert members("BRE-90", SECOND) == [entity(3)]


def test_a_list_of_ght_says_nothing_of_private_groups(tmp_path):
    header = GROUP_HEADER + ";TYPE"
    bring_in(group_list(tmp_path, group_line(1) + ";", group_line(2, code="PRI-1") + ";PRIVE", header=header))
    bring_in(group_list(tmp_path, group_line(1), name="ght.csv"), SECOND)
    assert members("PRI-1", SECOND) == [entity(2)]


def test_an_older_list_does_not_undo_a_newer_one(tmp_path):
    bring_in(group_list(tmp_path, group_line(1)), SECOND)
    report = bring_in(group_list(tmp_path, group_line(2), name="old.csv"), FIRST)
    assert report.state == "refused"
    assert members("ARA-90", SECOND) == [entity(1)]


def test_an_entity_told_by_a_list_is_completed_by_the_extract(tmp_path):
    bring_in(group_list(tmp_path, group_line(1)))
    bring_in(extract(tmp_path, MARCH, entity_line(1)))
    found = Establishment.objects.get()
    assert (found.name, found.legal_status) == ("ASSOCIATION DE VALMORNE 1", "13")
    assert members("ARA-90", FIRST) == [entity(1)]


def test_a_site_in_the_place_of_an_entity_and_an_unknown_region_are_left_out(tmp_path):
    bring_in(extract(tmp_path, MARCH, site_line(1)))
    wrong = group_line(1).replace(entity(1), site(1))
    report = bring_in(group_list(tmp_path, wrong, group_line(2, region="ATLANTIDE"), group_line(3), group_line(3)))
    assert [row.line for row in report.bad_rows] == [2, 3, 5]
    assert "is a site (ET)" in report.bad_rows[0].reason
    assert "unknown region 'ATLANTIDE'" in report.bad_rows[1].reason
    assert "is already in ARA-90" in report.bad_rows[2].reason


def test_too_many_bad_lines_change_nothing(tmp_path):
    bring_in(group_list(tmp_path, group_line(1)))
    report = bring_in(group_list(tmp_path, *["a;b"] * 6, group_line(2), name="bad.csv"), SECOND)
    assert report.state == "refused"
    assert members("ARA-90", SECOND) == [entity(1)]


def test_a_renamed_group_is_told(tmp_path):
    bring_in(group_list(tmp_path, group_line(1)))
    report = bring_in(group_list(tmp_path, group_line(1, name="GHT RENOMME"), name="next.csv"), SECOND)
    assert report.changed == 1
    assert Group.objects.get().name == "GHT RENOMME"


def test_an_establishment_is_never_closed_by_a_list(tmp_path):
    EstablishmentFactory()
    bring_in(group_list(tmp_path, group_line(1)))
    assert not Establishment.objects.exclude(closed_on=None).exists()
