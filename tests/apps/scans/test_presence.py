"""What each establishment shows is counted beside its services, and always says what they say."""

from datetime import timedelta

import pytest

from tests.factories import CampaignFactory, PairFactory, ServiceFactory
from vigie.apps.audit.models import Event
from vigie.apps.registry.models import Establishment
from vigie.apps.scans import presence
from vigie.apps.scans.models import Presence, PresenceChange, Service


def stored():
    return {(row.pair_id, row.establishment_id): row.services for row in Presence.objects.all()}


def said():
    return dict(presence.counted(list(Establishment.objects.values_list("pk", flat=True))))


def test_looks_keep_it_in_step_through_beginnings_changes_and_ends(world, ftp):
    server = ftp("127.62.0.81")
    ftp("127.62.0.82")
    world.declare("127.62.0.81")
    world.declare("127.62.0.82")
    world.look()
    assert list(stored().values()) == [2]
    assert stored() == said()
    server.greeting = "220 (vsFTPd 3.0.5)"
    world.look(after=timedelta(hours=1))
    assert sorted(stored().values()) == [1, 1]
    assert stored() == said()
    server.stop()
    world.look(after=timedelta(days=1))
    assert sorted(stored().values()) == [1, 1]  # one absence ends nothing
    world.look(after=timedelta(days=2))
    assert Service.objects.current().count() == 1
    assert list(stored().values()) == [1]
    assert stored() == said()


def test_a_look_that_changes_nothing_asks_no_image_to_be_read_again(world, ftp):
    ftp("127.62.0.83")
    world.declare("127.62.0.83")
    world.look()
    assert PresenceChange.objects.count() == 1
    world.look(after=timedelta(hours=1))
    assert PresenceChange.objects.count() == 1


@pytest.mark.django_db
def test_a_product_told_twice_by_one_service_counts_once():
    row = ServiceFactory()
    row.other_pairs.add(row.pair, PairFactory(version="9.9p1"))
    assert sorted(said().values()) == [1, 1]
    assert presence.pairs_of(row) == {pair for pair, _ in said()}


@pytest.mark.django_db
def test_an_end_that_was_never_counted_does_not_stop_a_look(now):
    row = ServiceFactory()
    Presence.objects.all().delete()
    presence.move(establishment_id=row.establishment_id, moves=presence.Moves({row.pair_id: -1}), now=now)
    assert stored() == {}


@pytest.mark.django_db
def test_counting_again_mends_what_went_astray_and_says_so(now):
    _right, wrong, absent = (ServiceFactory() for _ in range(3))
    wrong.other_pairs.add(PairFactory(version="9.9p1"))
    Presence.objects.filter(establishment=absent.establishment_id).update(services=7)
    assert presence.recount(by="test", now=now) == 2
    assert stored() == said()
    assert presence.recount(by="test", now=now) == 0
    assert Event.objects.filter(kind="presence-recounted").count() == 2


@pytest.mark.django_db
def test_counting_again_waits_for_the_end_of_campaigns(now):
    CampaignFactory(state="running")
    with pytest.raises(presence.CampaignRuns):
        presence.recount(by="test", now=now)
