"""The cell is told of structures that never declared, where those that resemble them did; by whoever may handle."""

from datetime import date, timedelta

import pytest

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, SiteFactory, UserFactory
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.never_declared import never_declared

pytestmark = pytest.mark.django_db


def hospitals(number, **more):
    made = EstablishmentFactory.create_batch(number, **more)
    for one in made:
        SiteFactory(establishment=one, beds=200)
    return made


def test_the_one_that_is_silent_among_ten_is_told(now):
    silent, *others = hospitals(12)
    for one in others:
        declared(one, now - timedelta(days=30), discovered_at=(now - timedelta(days=31)).isoformat())
    made = never_declared(moment=now)
    assert [row.establishment for row in made.rows] == [silent]
    assert (made.reading.structures, made.reading.silent) == (12, 1)
    [line] = made.lines
    assert (line.finess, line.likeness, line.declared, line.comparable) == (silent.finess, "region", 11, 11)


def test_a_declaration_that_nobody_answers_for_breaks_no_silence(now):
    silent, *others = hospitals(12)
    declared(silent, now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    for one in others:
        declared(one, now)
    assert [row.establishment for row in never_declared(moment=now).rows] == [silent]


def test_one_that_opened_within_the_window_is_not_judged(now):
    young, *others = hospitals(12)
    young.opened_on = date(2026, 5, 1)
    young.save()
    for one in others:
        declared(one, now)
    made = never_declared(moment=now)
    assert (made.rows, made.too_young) == ((), 1)


def test_bruno_reads_of_no_structure(now):
    _silent, *others = hospitals(12)
    for one in others:
        declared(one, now)
    assert never_declared(moment=now, reader=UserFactory(analyst=False)).rows == ()
