"""The duty of the cell is signed by both; steps of a playbook are ticked once."""

from datetime import timedelta

import pytest

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.audit.models import Event
from vigie.apps.incidents import actions
from vigie.apps.incidents.models import DutyShift, StepDone

pytestmark = pytest.mark.django_db


def test_the_duty_changes_hands_once_both_signed(now):
    night, day = UserFactory(), UserFactory()
    actions.take_alone(taker=night, words="Personne n'était de garde.", by="test", now=now)
    incident = declared(EstablishmentFactory(), now).declaration.incident
    actions.assign(incident=incident, to=night, by="test", now=now)
    shift = actions.give(giver=night, to=day, words="Rappeler Valmorne à 8 h.", by="test", now=now)
    assert DutyShift.objects.current().taker == night
    assert shift.standing == [incident.pk]
    later = now + timedelta(minutes=5)
    assert actions.take(shift=shift, taker=day, by="test", now=later) == 1
    current = DutyShift.objects.current()
    assert (current.taker, current.giver, current.given_at, current.taken_at) == (day, night, now, later)
    assert day.assigned_incidents.get() == incident
    with pytest.raises(actions.AlreadyDone):
        actions.take(shift=shift, taker=day, by="test", now=later)
    assert set(Event.objects.values_list("kind", flat=True)) >= {"duty-given", "duty-taken", "duty-taken-alone"}


def test_only_who_is_on_duty_gives_it_and_only_the_one_named_signs(now):
    night, day, other = UserFactory(), UserFactory(), UserFactory()
    actions.take_alone(taker=night, words="RAS.", by="test", now=now)
    with pytest.raises(actions.Incomplete):
        actions.give(giver=other, to=day, words="RAS.", by="test", now=now)
    with pytest.raises(actions.Incomplete):
        actions.give(giver=night, to=night, words="RAS.", by="test", now=now)
    with pytest.raises(actions.Incomplete):
        actions.give(giver=night, to=day, words=" ", by="test", now=now)
    shift = actions.give(giver=night, to=day, words="RAS.", by="test", now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.give(giver=night, to=other, words="RAS.", by="test", now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.take(shift=shift, taker=other, by="test", now=now)
    actions.take_back(shift=shift, giver=night, by="test", now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.take(shift=shift, taker=day, by="test", now=now)
    assert DutyShift.objects.current().taker == night


def test_taken_alone_it_says_that_nobody_gave_it(now):
    night, day = UserFactory(), UserFactory()
    actions.take_alone(taker=night, words="RAS.", by="test", now=now)
    shift = actions.take_alone(taker=day, words="Personne ne répond.", by="test", now=now + timedelta(hours=9))
    assert (shift.giver, shift.given_at) == (night, None)
    with pytest.raises(actions.AlreadyDone):
        actions.take_alone(taker=day, words="Encore.", by="test", now=now + timedelta(hours=10))


def test_a_step_is_ticked_once_taken_back_and_ticked_again(now):
    incident = declared(EstablishmentFactory(), now).declaration.incident
    told = {"incident": incident, "playbook": "ransomware", "step": "isolate", "by": "test"}
    actions.do_step(**told, now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.do_step(**told, now=now)
    actions.undo_step(**told, now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.undo_step(**told, now=now)
    actions.do_step(**told, now=now)
    assert StepDone.objects.filter(undone_at=None).count() == 1
    with pytest.raises(actions.Incomplete):
        actions.do_step(**told | {"step": "pray"}, now=now)
