"""Who is told when nobody answers, by the published table; who releases what goes to many."""

from datetime import timedelta

import pytest

from tests.factories import EstablishmentFactory
from vigie.apps.notices import actions, queries, sending
from vigie.apps.notices.enums import ContactRole
from vigie.apps.notices.models import Alert, Contact, Mailing, Notice
from vigie.apps.registry.models import Establishment
from vigie.data.notice_rules import Recipient, escalation, notice_rule

from .world import DAY, HOUR, Drawer, contact, hospital, tell

pytestmark = pytest.mark.django_db
EVERYBODY = ("officer", "director", "group_officer", "regional_agency")


def walk(now, days, drawer=None, every=1):
    """Live through these days, some hours at a time; the roles that were written to, with the hour."""
    drawer = drawer or Drawer()
    told = []
    for hours in range(0, days * 24, every):
        actions.take_due_steps(now + hours * HOUR)
        before = len(drawer.kept)
        drawer.deliver(now + hours * HOUR)
        told += [(hours, notice.contact.role, notice.kind) for notice in drawer.kept[before:]]
    return told


def test_an_urgent_alert_that_nobody_reads_climbs_the_published_table(now):
    tell(hospital(now, roles=EVERYBODY), now, 1)
    assert walk(now, 5) == [
        (0, "officer", "first"),
        (4, "officer", "reminder"),
        (24, "director", "escalation"),
        (48, "group_officer", "escalation"),
        (72, "regional_agency", "escalation"),
    ]
    assert [alert.telephone_since - now for alert in queries.telephone_list(Establishment.objects.all())] == [84 * HOUR]


def test_the_digest_climbs_slowly_in_working_hours_and_never_to_the_telephone(now):
    tell(hospital(now, roles=EVERYBODY), now, 1, urgent=False)
    told = walk(now, 40, every=4)
    assert [(hours // 24, role) for hours, role, _ in told] == [
        (0, "officer"), (7, "officer"), (14, "director"), (30, "group_officer"),
    ]  # fmt: skip
    assert queries.telephone_list(Establishment.objects.all()) == []


def test_a_step_without_a_verified_contact_is_passed_over_at_once(now):
    one = hospital(now, roles=("director",))
    contact(one, "officer", now, verified=False)
    tell(one, now, 1)
    assert walk(now, 1) == [(0, "director", "first")]


def test_an_establishment_that_nobody_can_reach_is_to_be_telephoned_at_once(now):
    tell(EstablishmentFactory(), now, 1)
    assert len(queries.telephone_list(Establishment.objects.all())) == 1
    assert Notice.objects.count() == 0


def test_a_contact_confirmed_later_is_told_what_reached_nobody(now):
    one = EstablishmentFactory()
    tell(one, now, 1)
    late = contact(one, "officer", now, verified=False)
    actions.confirm_contact(contact=late, by="test", now=now)
    assert Drawer().deliver(now).sent == 1
    assert queries.telephone_list(Establishment.objects.all()) == []


def test_an_acknowledgement_ends_the_escalation(now):
    tell(hospital(now, roles=EVERYBODY), now, 1)
    drawer = Drawer()
    drawer.deliver(now)
    actions.acknowledge(notice=drawer.kept[0], by="contact", now=now + HOUR)
    assert walk(now + HOUR, 6) == []
    assert Notice.objects.get().state == "acknowledged"


def test_an_address_that_refuses_hands_over_to_the_next_people_at_once(now):
    tell(hospital(now), now, 1)
    drawer = Drawer(fault=lambda notice: sending.Refused("550 unknown") if notice.contact.role == "officer" else None)
    assert walk(now, 1, drawer) == [(2, "director", "escalation")]  # the reminder was refused as well


def test_a_call_that_is_answered_acknowledges(now):
    tell(EstablishmentFactory(), now, 1)
    (alert,) = queries.telephone_list(Establishment.objects.all())
    actions.note_call(alert=alert, answered=False, told="nobody", by="test", now=now)
    actions.note_call(alert=alert, answered=True, told="the director", by="test", now=now)
    with pytest.raises(actions.AlreadyDone):
        actions.note_call(alert=alert, answered=True, told="", by="test", now=now)
    assert Alert.objects.get().acknowledged_by == "test"


def many(now, number):
    for index in range(number):
        one = EstablishmentFactory()
        contact(one, "officer", now)
        tell(one, now, index)
    return Mailing.objects.get()


def test_what_goes_to_more_than_twenty_waits_for_two_persons(now):
    limit = notice_rule(now.date()).leaves_alone_up_to
    mailing = many(now, limit + 2)
    assert Drawer().deliver(now).sent == limit == 20
    assert [one.held for one in queries.held_mailings()] == [2]
    assert not actions.agree(mailing=mailing, by="aline", now=now)
    with pytest.raises(actions.SecondPersonNeeded):
        actions.agree(mailing=mailing, by="aline", now=now)
    assert actions.agree(mailing=mailing, by="bruno", now=now)
    assert Drawer().deliver(now).sent == 2
    with pytest.raises(actions.AlreadyDone):
        actions.agree(mailing=mailing, by="chloe", now=now)


def test_what_is_withheld_is_never_sent(now):
    mailing = many(now, 21)
    assert actions.withhold(mailing=mailing, by="aline", now=now) == 1
    assert Drawer().deliver(now).sent == 20
    assert walk(now + DAY, 6, Drawer()) != []  # those that were told go on
    assert Notice.objects.filter(state="cancelled").count() == 1


def test_the_roles_are_those_of_the_table():
    national = {"hfds", "corruss", "anssi"}  # told of incidents, never of weaknesses
    assert {*ContactRole.values, "telephone"} - national == {one.value for one in Recipient}


def test_the_table_ends_before_the_deadline_of_what_is_exploited(now):
    steps = escalation(now.date()).urgent
    assert sum((step.after for step in steps), timedelta()) < 4 * DAY


def test_the_digest_can_be_refused_and_the_urgent_cannot(now):
    one = hospital(now)
    officer = Contact.objects.get(role="officer")
    with pytest.raises(actions.UrgentCannotBeRefused):
        actions.refuse_digest(contact=officer, urgent=True, by="contact", now=now)
    actions.refuse_digest(contact=officer, urgent=False, by="contact", now=now)
    tell(one, now, 1, urgent=False)
    tell(one, now, 2)
    assert sorted((notice.contact.role, notice.urgent) for notice in Notice.objects.all()) == [
        ("director", False),
        ("officer", True),
    ]
