"""Levels as kept: what they rest on, when a row is added, what a date reads."""

from datetime import timedelta

import pytest

from tests.factories import (
    AssetFactory,
    EstablishmentFactory,
    FindingFactory,
    GroupFactory,
    MembershipFactory,
    ServiceFactory,
    ShardFactory,
    SiteFactory,
)
from vigie.apps.observatory import actions
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.models import Level
from vigie.apps.scans.models import Look

DAY = timedelta(days=1)


@pytest.fixture
def aline(db, now):
    """Her establishment: two declared hosts, one service on each, all looked at this night."""
    establishment = EstablishmentFactory()
    SiteFactory(establishment=establishment)
    for number in (1, 2):
        look_at(establishment, f"127.62.4.{number}", now)
        AssetFactory(establishment=establishment, value=f"127.62.4.{number}")
        ServiceFactory(establishment=establishment, address=f"127.62.4.{number}", last_confirmed=now)
    return establishment


def look_at(establishment, address, when, *, reached=True, names=(), unresolved=()):
    known = dict.fromkeys(names, "") | dict.fromkeys(unresolved, "the resolvers failed")
    shard = ShardFactory(establishment=establishment, ended_at=when, names=known)
    return Look.objects.create(
        shard=shard, address=address, names=list(names), started_at=when, ended_at=when, reached=reached
    )


def level_of(establishment, when) -> Level:
    actions.compute(subjects=actions.establishments([establishment.pk]), now=when)
    return Level.objects.of(SubjectKind.ESTABLISHMENT, [establishment.pk]).current().get()


def coverage(level: Level) -> tuple[int, int]:
    return level.known, level.total


def test_hosts_and_services_that_answered_are_known(aline, now):
    level = level_of(aline, now)
    assert (level.low, level.high, level.letter, *coverage(level)) == (100, 100, "A", 4, 4)


def test_a_service_that_did_not_answer_is_unknown(aline, now):
    aline.services.filter(address="127.62.4.2").update(answer="silent")
    assert coverage(level_of(aline, now)) == (3, 4)


def test_a_declared_host_that_never_answered_is_unknown(aline, now):
    AssetFactory(establishment=aline, value="127.62.4.9")
    look_at(aline, "127.62.4.9", now, reached=False)
    assert coverage(level_of(aline, now)) == (4, 5)


def test_an_empty_address_of_a_range_is_not_a_question(aline, now):
    AssetFactory(establishment=aline, kind="range", value="127.62.4.0/24")
    look_at(aline, "127.62.4.77", now, reached=False)
    assert coverage(level_of(aline, now)) == (4, 4)


def test_a_name_that_could_not_be_resolved_is_unknown(aline, now):
    AssetFactory(establishment=aline, kind="domain", value="portail.example")
    AssetFactory(establishment=aline, kind="domain", value="mail.example")
    look_at(aline, "127.62.4.1", now, names=["mail.example"], unresolved=["portail.example"])
    assert coverage(level_of(aline, now)) == (4, 5)


def test_a_look_older_than_thirty_days_is_unknown_and_never_helps(aline, now):
    fresh = level_of(aline, now)
    old = level_of(aline, now + timedelta(days=31))
    assert coverage(old) == (0, 4)
    assert (old.low, old.high, old.letter) == (0, 100, "")
    assert old.low <= fresh.low


def test_an_open_finding_stays_a_failure_when_nobody_looks_any_more(aline, now):
    FindingFactory(establishment=aline, service=aline.services.first(), deadline=now + 90 * DAY)
    level = level_of(aline, now + timedelta(days=31))
    assert (level.low, level.high) == (0, 95)


def test_an_establishment_of_which_nothing_is_known_has_no_level(db, now):
    assert actions.compute(subjects=actions.establishments([EstablishmentFactory().pk]), now=now) == 0


def test_the_same_inputs_add_no_row_and_move_the_confirmation(aline, now):
    level_of(aline, now)
    level = level_of(aline, now + DAY)
    assert Level.objects.count() == 1
    assert (level.at, level.confirmed_at) == (now, now + DAY)


def test_a_deadline_that_passes_is_a_new_level(aline, now):
    FindingFactory(establishment=aline, service=aline.services.first(), deadline=now + DAY)
    before, after = level_of(aline, now), level_of(aline, now + 2 * DAY)
    assert Level.objects.count() == 2
    assert after.low < before.low


def test_a_date_reads_what_was_published_then(aline, now):
    level_of(aline, now)
    FindingFactory(establishment=aline, service=aline.services.first(), deadline=now + 90 * DAY)
    level_of(aline, now + 2 * DAY)
    read = [Level.objects.as_of(now + days * DAY).values_list("low", flat=True) for days in (-1, 0, 1, 2)]
    assert [list(lows) for lows in read] == [[], [100], [100], [95]]


def test_a_group_and_its_territories_follow_their_members(aline, now):
    bruno = EstablishmentFactory(department=aline.department)
    SiteFactory(establishment=bruno)
    group = GroupFactory(region=aline.department.parent)
    for establishment in (aline, bruno):
        MembershipFactory(establishment=establishment, group=group)
    actions.compute_around(establishment_ids=[aline.pk], now=now)
    levels = Level.objects.exclude(subject_kind="establishment")
    assert sorted(levels.values_list("subject_kind", flat=True)) == ["group", "territory", "territory"]
    for level in levels:
        assert (level.low, level.high, level.letter, *coverage(level)) == (50, 100, "", 1, 2)
        assert level.trace["never_looked_at"] == 1


def test_an_establishment_out_of_scope_is_not_counted(aline, now):
    group = GroupFactory()
    for establishment in (aline, EstablishmentFactory()):  # the second has no site of a counted category
        MembershipFactory(establishment=establishment, group=group)
    actions.compute_around(establishment_ids=[aline.pk], now=now)
    assert coverage(Level.objects.get(subject_kind="group")) == (1, 1)


def test_everything_can_be_computed_again(aline, now):
    GroupFactory()
    assert actions.compute_all(now=now) == 4  # Aline's, an empty group's, a department's, a region's
    assert actions.compute_all(now=now + DAY) == 0


def test_the_trace_explains_and_ranks_what_to_do(aline, now):
    service = aline.services.first()
    vpn = FindingFactory(
        establishment=aline,
        service=service,
        subject="pulsesecure:pulse_connect_secure",
        severity="critical",
        exploited=True,
        remote_access=True,
        deadline=now - DAY,
    )
    FindingFactory(establishment=aline, service=service, kind="check", subject="ftp-no-tls", severity="medium")
    level = level_of(aline, now)
    assert (level.low, level.letter) == (25, "E")
    assert level.trace["gates"][0]["slug"] == "exploited-remote-access-past-deadline"
    assert level.trace["gains"][0]["finding"] == vpn.pk
    assert level.trace["gains"][0]["letter_after"] == "A"


def test_reading_many_establishments_costs_the_same_questions(aline, now, django_assert_num_queries):
    others = [EstablishmentFactory() for _ in range(5)]
    for other in others:
        AssetFactory(establishment=other)
    ids = [aline.pk, *(other.pk for other in others)]
    with django_assert_num_queries(9):
        actions.compute(subjects=actions.establishments(ids), now=now)
