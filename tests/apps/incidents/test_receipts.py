"""Each declarant is written to once, soon, whoever died meanwhile; no mailbox is filled."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory
from vigie.apps.incidents import actions, receipts
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Declaration
from vigie.apps.jobs.models import Job
from vigie.apps.notices.models import Notice

pytestmark = pytest.mark.django_db


def test_one_job_a_second_writes_back_to_all_who_declared(now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for turn in range(5):
            declared(None, now + timedelta(milliseconds=turn), email=f"garde{turn}@valmorne.example")
    assert Job.objects.filter(path=receipts.WRITE).count() == 1
    assert actions.write_back(now) == 5
    assert actions.write_back(now) == 0


def test_killed_before_the_end_it_writes_to_each_once_all_the_same(now, monkeypatch):
    monkeypatch.setattr(receipts, "BATCH", 2)
    for turn in range(5):
        declared(None, now, email=f"garde{turn}@valmorne.example")
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        actions.write_back(now)
        raise KeyboardInterrupt
    assert not Notice.objects.exists()
    assert actions.write_back(now) == 5
    assert Notice.objects.count() == 5


def test_without_an_address_nothing_waits(now):
    declared(EstablishmentFactory(), now, how=ReceivedBy.TELEPHONE, email="")
    assert not Declaration.objects.filter(is_unanswered=True).exists()


def test_confirmed_before_it_was_written_to_it_has_a_receipt(now):
    one = declared(EstablishmentFactory(), now, how=ReceivedBy.EMAIL, address="192.0.2.1").declaration
    actions.qualify(incident=one.incident, facts=actions.latest_facts(one), by="test", now=now)
    actions.write_back(now)
    assert Notice.objects.get(kind="receipt").opens == receipts.FOLLOW
