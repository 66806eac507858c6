"""What an upgrade would gain: findings it ends, and levels that the real method would give another letter."""

import pytest
from django.utils import timezone

from tests.web import world as worlds
from vigie.apps.findings.models import Finding
from vigie.apps.observatory import upgrades
from vigie.apps.observatory.actions import Subject, compute
from vigie.apps.observatory.enums import SubjectKind
from vigie.apps.observatory.models import Level
from vigie.apps.registry.models import Establishment

pytestmark = pytest.mark.django_db
PULSE = ("pulsesecure", "pulse_connect_secure")


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def world(now):
    return worlds.build(now, establishments=3, services_each=2)


def letter(world) -> str:
    return Level.objects.of(SubjectKind.ESTABLISHMENT, [world.establishment.pk]).current().get().letter


def test_the_letters_that_are_foretold_are_those_that_come(world, now):
    only = Finding.objects.filter(establishment=world.establishment).exclude(pk=world.finding.pk)
    only.filter(pk__in=[row.pk for row in Finding.objects.weighing()]).delete()
    compute(subjects=[Subject(SubjectKind.ESTABLISHMENT, world.establishment.pk)], now=now)
    before = letter(world)
    (one,) = upgrades.upgrades_of(*PULSE, Establishment.objects.all(), now)
    assert (one.version, one.closed, one.exploited) == ("9.1R11.4", 1, 1)
    Finding.objects.filter(pk=world.finding.pk).delete()
    compute(subjects=[Subject(SubjectKind.ESTABLISHMENT, world.establishment.pk)], now=now)
    assert one.letters == (letter(world) != before) == 1


def test_where_it_closes_nothing_no_letter_changes(world, now):
    Finding.objects.filter(pk=world.finding.pk).update(seen_version="9.1R12")
    (one,) = upgrades.upgrades_of(*PULSE, Establishment.objects.all(), now)
    assert (one.closed, one.letters) == (0, 0)


def test_too_many_levels_are_not_worked_out_and_it_is_said(world, now, monkeypatch):
    monkeypatch.setattr(upgrades, "MOST_WEIGHED", 0)
    (one,) = upgrades.upgrades_of(*PULSE, Establishment.objects.all(), now)
    assert (one.closed, one.letters) == (1, None)


def test_a_vulnerability_tells_the_upgrades_that_end_it(world, now):
    every = Establishment.objects.all()
    found = upgrades.upgrades_of(*PULSE, every, now, mending=world.vulnerability.pk)
    assert [one.version for one in found] == ["9.1R11.4"]
    assert upgrades.upgrades_of(*PULSE, every.none(), now, mending=world.vulnerability.pk) == ()
    Finding.objects.filter(pk=world.finding.pk).update(fixed_version="9.1R11.2")
    assert upgrades.upgrades_of(*PULSE, every, now, mending=world.vulnerability.pk) == (), "it holds there still"
