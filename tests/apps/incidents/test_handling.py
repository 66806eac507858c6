"""The cell: qualify, pass on, merge, split, help, close; each authority told once, each duty reminded once."""

import uuid
from datetime import timedelta

import pytest

from tests.apps.incidents.world import declared
from tests.factories import (
    DepartmentFactory,
    EstablishmentFactory,
    FindingFactory,
    RegionFactory,
    RoleFactory,
    UserFactory,
)
from vigie.apps.incidents import actions
from vigie.apps.incidents.actions import Receiving
from vigie.apps.incidents.answering import typed_again
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Declaration, Incident, Obligation, Route
from vigie.apps.notices.actions import declare_contact
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.observatory.actions import compute_around
from vigie.apps.observatory.models import Level
from vigie.engine.incidents.lifecycle import Deed

pytestmark = pytest.mark.django_db


def qualified(now, establishment=None) -> Incident:
    declaration = declared(establishment or EstablishmentFactory(), now).declaration
    facts = actions.latest_facts(declaration)
    return actions.qualify(incident=declaration.incident, facts=facts, by="cell", now=now + timedelta(minutes=20))


def test_the_whole_life_of_an_incident(now):
    incident = qualified(now)
    for hours, deed in enumerate((Deed.HANDLE, Deed.CONTAIN, Deed.RESTORE), start=1):
        incident = actions.move(incident=incident, deed=deed, by="cell", now=now + timedelta(hours=hours))
    incident = actions.end(
        incident=incident, deed=Deed.CLOSE, reason="Tout est rétabli.", by="cell", now=now + timedelta(days=2)
    )
    assert (incident.state, incident.qualified_at, incident.restored_at) == (
        "closed", now + timedelta(minutes=20), now + timedelta(hours=3),
    )  # fmt: skip
    again = actions.reopen(incident=incident, reason="Rechute.", by="cell", now=now + timedelta(days=3))
    assert (again.state, again.ended_at, again.reopened, again.qualified_at) == (
        "qualifying", None, 1, now + timedelta(minutes=20),
    )  # fmt: skip


def test_nothing_is_closed_without_a_reason_nor_from_everywhere(now):
    incident = declared(EstablishmentFactory(), now).declaration.incident
    with pytest.raises(actions.NotFromHere):
        actions.end(incident=incident, deed=Deed.CLOSE, reason="x", by="cell", now=now)
    with pytest.raises(actions.Incomplete):
        actions.end(incident=incident, deed=Deed.DISMISS, reason=" ", by="cell", now=now)
    assert Incident.objects.get().state == "declared"


def test_to_qualify_is_to_answer_for_what_nobody_had_confirmed(now):
    declaration = declared(EstablishmentFactory(), now, how=ReceivedBy.EMAIL, address="192.0.2.1").declaration
    facts = actions.latest_facts(declaration)
    actions.qualify(incident=declaration.incident, facts=facts, by="cell", now=now)
    assert Declaration.objects.get().confirmed_at == now
    assert Route.objects.get(authority="hfds").due_at == now


def test_once_the_cell_has_assessed_a_follow_up_leaves_its_facts(now):
    incident = qualified(now)
    declaration = incident.declarations.get()
    told = {**typed_again(declaration.versions.get()), "care": "normal"}
    actions.follow_up(declaration=declaration, typed=told, by="test", now=now)
    assert Incident.objects.get().care == "degraded"


def test_anssi_is_told_within_the_hour_of_an_attacked_essential_operator(now):
    incident = qualified(now, EstablishmentFactory(essential_operator=True))
    route = incident.routes.get(authority="anssi")
    assert (route.certainty, route.due_at) == ("yes", incident.qualified_at + timedelta(hours=1))
    actions.tell(route=route, by="cell", now=now, how="telephone", acknowledgement="CERTFR-2026-1")
    assert Incident.objects.get().escalated_at == now
    with pytest.raises(actions.AlreadyDone):
        actions.tell(route=route, by="cell", now=now, how="telephone")


def test_anssi_reads_what_was_passed_on_and_a_region_the_outline_of_what_touches_care(now):
    here = EstablishmentFactory(department=DepartmentFactory(parent=RegionFactory()))
    incident = qualified(now, here)
    calm = declared(here, now, care="normal", danger="none").declaration.incident
    anssi = RoleFactory(kind="anssi_liaison").user
    region = RoleFactory(kind="regional_agency", scope_kind="territory", territory=here.department.parent).user
    funder = RoleFactory(kind="funder").user

    def seen(user, right="incidents"):
        return set(Incident.objects.visible_to(user, now, right).values_list("pk", flat=True))

    assert (seen(anssi), seen(region), seen(funder)) == (set(), set(), set())
    assert seen(region, "incident_summaries") == {incident.pk}
    Incident.objects.filter(pk=calm.pk).update(escalated_at=now)
    assert seen(anssi) == {calm.pk}


def test_an_authority_is_written_to_once_and_told_when_the_message_left(now):
    nation = RegionFactory(kind="nation", code="X", name="Valombre (nation)")
    contact = declare_contact(
        owner=nation, role="hfds", name="FSSI Exemple", email="fssi@ministere.example", by="test", now=now
    )
    Contact.objects.filter(pk=contact.pk).update(verified_at=now)
    incident = qualified(now)
    later = now + timedelta(hours=1)
    assert actions.write_to_authorities(later) == 1
    assert actions.write_to_authorities(later) == 0
    notice = Notice.objects.get(kind="authority")
    assert (notice.opens, notice.urgent) == ("/incidents/passed-on/", True)
    assert actions.note_told(later) == 0
    Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=later)
    assert actions.note_told(later) == 1
    assert incident.routes.get(authority="hfds").told_at == later


def test_cnil_and_complaint_are_never_sent(now):
    qualified(now)
    prepared = Route.objects.filter(authority__in=["cnil", "police"])
    assert {row.sent_by_us for row in prepared} == {False}
    actions.write_to_authorities(now + timedelta(days=10))
    assert not Notice.objects.filter(kind="authority").exists()


def test_stopped_for_six_hours_every_reminder_leaves_once(now):
    for _turn in range(3):
        declared(EstablishmentFactory(), now)
    half = Obligation.objects.get(declaration=Declaration.objects.first(), regime="gdpr", stage="notification")
    assert half.next_reminder_at < half.due_at
    at = half.next_reminder_at + timedelta(hours=6)
    first = actions.remind(at)
    assert first > 0
    assert actions.remind(at) == 0
    keys = list(Notice.objects.filter(kind="obligation").values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == first
    assert {f"obligation:{half.pk}:0"} <= set(keys)
    actions.remind(half.due_at + timedelta(days=30))
    assert Notice.objects.filter(key__startswith=f"obligation:{half.pk}:").count() == 3
    assert actions.remind(half.due_at + timedelta(days=60)) == 0


def test_the_first_submission_stops_the_clock_and_the_others_are_kept(now):
    declared(EstablishmentFactory(), now)
    row = Obligation.objects.get(regime="gdpr", stage="notification")
    assert not row.is_late(row.due_at)
    assert row.is_late(row.due_at + timedelta(seconds=1))
    at = now + timedelta(hours=10)
    actions.submit(obligation=row, at=at, authority_reference="CNIL-1", by="test", now=at)
    actions.submit(
        obligation=row, at=at + timedelta(days=9), authority_reference="CNIL-2", by="test", now=at + timedelta(days=9)
    )
    row.refresh_from_db()
    assert (row.submitted_at, row.is_late(now + timedelta(days=30)), row.submissions.count()) == (at, False, 2)
    actions.remind(now + timedelta(days=30))
    assert not Notice.objects.filter(key__startswith=f"obligation:{row.pk}:").exists()
    submission = row.submissions.first()
    with pytest.raises(actions.Incomplete):
        actions.review(submission=submission, is_enough=False, words="", by="cell", now=at)
    actions.review(submission=submission, is_enough=True, words="", by="cell", now=at)
    with pytest.raises(actions.AlreadyDone):
        actions.review(submission=submission, is_enough=True, words="", by="cell", now=at)


def test_one_provider_many_structures_each_in_one_click(now):
    facts = actions.latest_facts(declared(None, now).declaration)
    shared = actions.open_shared(
        title="Messagerie en panne", provider="Hébergeur Exemple", facts=facts, by="cell", now=now
    )
    ones = [EstablishmentFactory() for _n in range(3)]
    for one in ones:
        user = UserFactory(analyst=False)
        receiving = Receiving(by="test", how=ReceivedBy.ACCOUNT, author=user)
        key = uuid.uuid4()
        for _twice in range(2):
            actions.confirm_shared(incident=shared, establishment=one, receiving=receiving, key=key, now=now)
    assert shared.declarations.count() == 3
    assert Incident.objects.counted().count() == 2
    aline = RoleFactory(kind="establishment_officer", scope_kind="establishment", establishment=ones[0]).user
    assert Incident.objects.visible_to(aline, now).count() == 0  # it names the others
    assert Declaration.objects.visible_to(aline, now).count() == 1


def test_merged_then_split_nothing_is_lost(now):
    first, second = qualified(now), qualified(now)
    actions.merge(incident=second, into=first, by="cell", now=now)
    assert first.declarations.count() == 2
    assert Incident.objects.get(pk=first.pk).is_shared
    with pytest.raises(actions.Incomplete):
        actions.merge(incident=first, into=first, by="cell", now=now)
    moved = first.declarations.latest("pk")
    made = actions.split(declaration=moved, reason="Deux attaques distinctes.", by="cell", now=now)
    assert (made.state, made.establishment) == ("declared", moved.establishment)
    assert first.declarations.count() == 1


def test_help_is_written_down_with_its_time(now):
    incident = qualified(now)
    actions.log_support(incident=incident, words="Isolement guidé.", minutes=45, at=now, by="cell", now=now)
    with pytest.raises(actions.Incomplete):
        actions.log_support(incident=incident, words="?", minutes=0, at=now, by="cell", now=now)
    assert incident.support.get().minutes == 45


def test_a_shift_is_handed_over_whole(now):
    giver, taker = UserFactory(), UserFactory()
    for _turn in range(2):
        actions.assign(incident=qualified(now), to=giver, by="cell", now=now)
    assert actions.hand_over(giver=giver, to=taker, words="Rappeler à 8 h.", by="cell", now=now) == 2
    assert taker.assigned_incidents.count() == 2


def test_declaring_never_enters_a_level(now):
    one = FindingFactory().establishment

    def levels(at):
        compute_around(establishment_ids=[one.pk], now=at)
        rows = Level.objects.filter(subject_kind="establishment", subject_id=one.pk)
        return list(rows.values_list("low", "high", "letter", "inputs_sha256"))

    before = levels(now)
    assert len(before) == 1
    qualified(now, one)
    assert levels(now + timedelta(minutes=1)) == before  # the same inputs: no new row


def test_what_nobody_goes_on_with_is_forgotten(now):
    receiving = Receiving(by="test", how=ReceivedBy.EMAIL, address="192.0.2.1")
    actions.start_draft(receiving=receiving, typed={"seen": "?"}, key=uuid.uuid4(), now=now)
    declared(EstablishmentFactory(), now)
    assert actions.forget_drafts(now + timedelta(days=29)) == 0
    assert actions.forget_drafts(now + timedelta(days=31)) == 1
    assert Declaration.objects.count() == Incident.objects.count() == 1
