"""An authority is written to in time, reminded once, then called; a stop of hours loses nothing."""

from datetime import timedelta

import pytest

from tests.apps.incidents.world import declared
from tests.apps.notices.world import Drawer
from tests.factories import DepartmentFactory, EstablishmentFactory, RegionFactory
from vigie.apps.incidents import actions
from vigie.apps.incidents.authorities import to_call
from vigie.apps.incidents.models import Incident, Obligation, Route
from vigie.apps.notices.actions import declare_contact
from vigie.apps.notices.models import Contact, Notice

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def known(owner, role, now, telephone="+33100000000") -> Contact:
    contact = declare_contact(
        owner=owner, role=role, name=f"{role} Exemple", email=f"{role}@ministere.example", telephone=telephone,
        by="test", now=now,
    )  # fmt: skip
    Contact.objects.filter(pk=contact.pk).update(verified_at=now)
    return contact


def attacked(now) -> Incident:
    nation = RegionFactory(kind="nation", code="X", name="Valombre (nation)")
    known(nation, "anssi", now)
    here = EstablishmentFactory(department=DepartmentFactory(parent=RegionFactory()), essential_operator=True)
    one = declared(here, now).declaration
    return actions.qualify(incident=one.incident, facts=actions.latest_facts(one), by="cell", now=now)


def left(route: Route, at) -> None:
    Notice.objects.filter(key__startswith=f"route:{route.pk}:", sent_at=None).update(state="sent", sent_at=at)


def test_anssi_is_written_to_before_its_hour_is_over_even_if_nobody_lets_it_go(now):
    route = attacked(now).routes.get(authority="anssi")
    actions.write_to_authorities(now + 44 * MINUTE)
    assert not Notice.objects.filter(key__startswith=f"route:{route.pk}:").exists()
    actions.write_to_authorities(now + 45 * MINUTE)
    actions.write_to_authorities(now + 46 * MINUTE)
    assert Notice.objects.filter(key__startswith=f"route:{route.pk}:").count() == 1
    left(route, now + 47 * MINUTE)
    actions.note_told(now + 48 * MINUTE)
    route.refresh_from_db()
    assert route.told_at <= route.due_at
    assert Incident.objects.get().escalated_at == now + 47 * MINUTE


def test_let_go_by_a_person_it_leaves_at_once_and_once(now):
    incident = attacked(now)
    route = incident.routes.get(authority="anssi")
    assert actions.let_go(route=route, by="cell", now=now) == 1
    with pytest.raises(actions.AlreadyDone):
        actions.let_go(route=route, by="cell", now=now)
    with pytest.raises(actions.Incomplete, match=r".+"):
        actions.let_go(route=incident.routes.get(authority="hfds"), by="cell", now=now)  # nobody to write to
    actions.write_to_authorities(now + 60 * MINUTE)
    assert Notice.objects.filter(key__startswith=f"route:{route.pk}:").count() == 1
    assert incident.events.filter(kind="escalated").count() == 1


def test_reminded_once_then_called_with_the_number(now):
    route = attacked(now).routes.get(authority="anssi")
    actions.let_go(route=route, by="cell", now=now)
    left(route, now)
    actions.note_told(now)
    everywhere = Incident.objects.all()
    assert actions.remind_authorities(now + 29 * MINUTE) == 0
    assert actions.remind_authorities(now + 30 * MINUTE) == 1
    assert actions.remind_authorities(now + 31 * MINUTE) == 0
    assert route.pk not in {one.route.pk for one in to_call(everywhere, now + 59 * MINUTE)}
    called = {one.route.pk: one for one in to_call(everywhere, now + 60 * MINUTE)}[route.pk]
    assert [one.telephone for one in called.contacts] == ["+33100000000"]
    actions.acknowledge(route=route, acknowledgement="CERTFR-1", by="cell", now=now + 61 * MINUTE)
    assert route.pk not in {one.route.pk for one in to_call(everywhere, now + 62 * MINUTE)}


def test_an_authority_without_a_contact_is_called_when_its_date_comes(now):
    incident = attacked(now)
    hfds = incident.routes.get(authority="hfds")
    assert to_call(Incident.objects.all(), now + 4 * MINUTE) == []  # the outbox has its few minutes
    called = {one.route.pk: one for one in to_call(Incident.objects.all(), now + 5 * MINUTE)}
    assert called[hfds.pk].contacts == ()
    actions.tell(route=hfds, by="cell", now=now, how="telephone", acknowledgement="FSSI-7")
    assert hfds.pk not in {one.route.pk for one in to_call(Incident.objects.all(), now + 5 * MINUTE)}


def test_stopped_for_six_hours_with_the_real_outbox_each_leaves_once(now):
    """Reminders of declarants and words to authorities, carried by the outbox's own delivery."""
    incident = attacked(now)
    for _turn in range(3):
        declared(EstablishmentFactory(), now)
    half = Obligation.objects.filter(regime="gdpr", stage="notification").earliest("pk").next_reminder_at
    drawer = Drawer()

    def minute(at) -> None:
        actions.remind(at)
        actions.write_to_authorities(at)
        drawer.deliver(at)
        actions.note_told(at)
        actions.remind_authorities(at)

    for turn in range(40):  # nothing ran for six hours after the first reminders were due
        minute(half + timedelta(hours=6) + turn * MINUTE)
    assert not Notice.objects.filter(sent_at=None, kind__in=["obligation", "authority"]).exists()
    owed = Obligation.objects.owed().filter(next_reminder_at__isnull=False)
    assert not owed.filter(next_reminder_at__lte=half + timedelta(hours=6)).exists()
    told = drawer.ids
    assert len(told) == len(set(told)) == Notice.objects.filter(sent_at__isnull=False).count()
    route = incident.routes.get(authority="anssi")
    words = Notice.objects.filter(key__startswith=f"route:{route.pk}:")
    assert sorted(one.key.count(":again") for one in words) == [0, 1]
