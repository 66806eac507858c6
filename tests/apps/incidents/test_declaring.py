"""A declaration: saved as typed, sent once, confirmed once, completed in versions, answered for by somebody."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.apps.incidents.world import TYPED, declared, typed
from tests.factories import EstablishmentFactory, RoleFactory, SiteFactory, UserFactory
from vigie.apps.audit.models import AppendOnly, Event
from vigie.apps.incidents import actions
from vigie.apps.incidents.actions import Receiving
from vigie.apps.incidents.answering import draft_of, facts_of, typed_again, words_of
from vigie.apps.incidents.enums import ReceivedBy
from vigie.apps.incidents.models import Declaration, DeclarationVersion, Incident, Obligation, Route
from vigie.apps.incidents.queries import changes
from vigie.apps.notices.models import Notice
from vigie.engine.incidents.answers import Problem
from vigie.engine.incidents.reference import read

pytestmark = pytest.mark.django_db


def test_a_declaration_has_a_reference_a_history_and_what_the_law_asks(now):
    one = EstablishmentFactory()
    receipt = declared(one, now)
    declaration = Declaration.objects.get()
    assert read(declaration.reference) == declaration.reference
    assert receipt.code
    assert declaration.establishment == one
    assert declaration.incident.state == "declared"
    assert (declaration.incident.origin, declaration.incident.gravity) == ("malicious", "serious")
    assert {event.kind for event in declaration.incident.events.all()} == {"declared"}
    owed = {f"{row.regime}.{row.stage}": row for row in Obligation.objects.all()}
    assert owed["gdpr.notification"].due_at == facts_of(declaration.versions.get().choices).discovered_at + timedelta(
        hours=72
    )
    assert owed["nis1.declaration"].certainty == "unknown"
    assert Event.objects.filter(kind="incident-declared").count() == 1


def test_what_is_typed_rests_encrypted(now):
    declared(EstablishmentFactory(), now)
    version = DeclarationVersion.objects.get()
    assert b"imagerie" not in bytes(version.words)
    assert words_of(version)["seen"] == TYPED["seen"]
    assert "Aline" not in str(version.choices)


def test_sent_twice_it_is_declared_once(now):
    one, key = EstablishmentFactory(), uuid.uuid4()
    first = declared(one, now, key=key)
    again = declared(one, now + timedelta(seconds=2), key=key)
    assert again.again
    assert again.declaration == first.declaration
    assert Incident.objects.count() == Declaration.objects.count() == 1
    assert actions.write_back(now) == 1


def test_a_site_is_declared_for_its_legal_entity(now):
    site = SiteFactory()
    receiving = Receiving(by="test", how=ReceivedBy.ACCOUNT)
    actions.declare(typed=typed(finess=site.finess), receiving=receiving, key=uuid.uuid4(), now=now)
    assert Declaration.objects.get().establishment == site.establishment


@pytest.mark.parametrize(
    ("more", "field", "problem"),
    [
        pytest.param({"finess": "000000001"}, "finess", Problem.NOT_A_FINESS, id="wrong-check-digit"),
        pytest.param({"finess": "000000018"}, "finess", Problem.FINESS_UNKNOWN, id="of-nobody"),
        pytest.param({"email": "aline@"}, "email", Problem.NOT_AN_EMAIL, id="half-an-address"),
        pytest.param({"email": ""}, "email", Problem.MISSING, id="no-address"),
        pytest.param({"discovered_at": "1970-01-01T00:00"}, "discovered_at", Problem.TOO_OLD, id="1970"),
    ],
)
def test_a_bad_answer_records_nothing_and_says_which(now, more, field, problem):
    receiving = Receiving(by="test", how=ReceivedBy.EMAIL, address="192.0.2.1")
    with pytest.raises(actions.AnswersRefused) as refused:
        actions.declare(typed=typed(**more), receiving=receiving, key=uuid.uuid4(), now=now)
    assert [(fault.field, fault.problem) for fault in refused.value.faults] == [(field, problem)]
    assert not Incident.objects.exists()


def test_a_draft_keeps_what_is_typed_and_opens_with_its_code_only(now):
    receiving = Receiving(by="test", how=ReceivedBy.EMAIL, address="192.0.2.1")
    begun = actions.start_draft(receiving=receiving, typed={"seen": "=1+1", "care": "?"}, key=uuid.uuid4(), now=now)
    actions.save_draft(declaration=begun.declaration, typed={"seen": "Plus rien."}, now=now)
    opened = actions.open_with_code(
        reference=begun.declaration.reference.lower(), code=begun.code.lower(), address="192.0.2.2", now=now
    )
    assert draft_of(opened) == {"seen": "Plus rien."}
    assert Incident.objects.get().state == "draft"
    assert not Incident.objects.declared().exists()


def test_a_wrong_code_and_an_unknown_reference_are_answered_alike_and_seldom(now):
    begun = actions.start_draft(
        receiving=Receiving(by="test", how=ReceivedBy.EMAIL, address="192.0.2.1"), typed={}, key=uuid.uuid4(), now=now
    )
    told = set()
    for reference, code in [(begun.declaration.reference, "0000-0000"), ("00000-00000-0", begun.code), ("?", "")] * 6:
        with pytest.raises(actions.NotOpened) as refused:
            actions.open_with_code(reference=reference, code=code, address="192.0.2.9", now=now)
        told.add(str(refused.value))
    assert len(told) == 1
    for _turn in range(2):
        with pytest.raises(actions.NotOpened):
            actions.open_with_code(reference="?", code="", address="192.0.2.9", now=now)
    with pytest.raises(actions.TooMany):
        actions.open_with_code(reference=begun.declaration.reference, code=begun.code, address="192.0.2.9", now=now)
    later = now + timedelta(hours=2)
    assert actions.open_with_code(
        reference=begun.declaration.reference, code=begun.code, address="192.0.2.9", now=later
    )


def test_one_place_without_account_declares_so_often_and_no_more(now):
    for _turn in range(30):
        declared(None, now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    with pytest.raises(actions.TooMany):
        declared(None, now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    assert declared(None, now, how=ReceivedBy.EMAIL, address="192.0.2.2")
    assert declared(EstablishmentFactory(), now)  # with an account, always
    actions.write_back(now)
    assert Notice.objects.filter(kind="confirmation").count() == 10  # one mailbox is not filled


def test_without_account_it_is_received_then_confirmed_once(now):
    one = EstablishmentFactory()
    receipt = declared(one, now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    actions.write_back(now)
    notice = Notice.objects.get()
    assert (notice.kind, notice.opens, notice.contact) == ("confirmation", "/incidents/confirm/", None)
    assert Incident.objects.get().confirmed_at is None
    assert Route.objects.get(authority="ars").due_at is None  # what anybody typed wakes nobody up
    actions.confirm(declaration=receipt.declaration, asked_at=notice.planned_at, by="declarant", now=now)
    assert Incident.objects.get().confirmed_at == now
    assert Route.objects.get(authority="ars").due_at == now
    with pytest.raises(actions.AlreadyDone):
        actions.confirm(declaration=receipt.declaration, asked_at=notice.planned_at, by="declarant", now=now)


def test_an_old_link_confirms_nothing(now):
    receipt = declared(EstablishmentFactory(), now, how=ReceivedBy.EMAIL, address="192.0.2.1")
    with pytest.raises(actions.Incomplete):
        actions.confirm(declaration=receipt.declaration, asked_at=now, by="declarant", now=now + timedelta(hours=73))
    assert Declaration.objects.get().confirmed_at is None


def test_taken_by_telephone_it_keeps_the_time_it_was_really_received(now):
    heard = now - timedelta(hours=3)
    declared(EstablishmentFactory(), now, how=ReceivedBy.TELEPHONE, at=heard)
    row = Declaration.objects.get()
    assert (row.received_at, row.submitted_at, row.incident.declared_at) == (heard, now, heard)
    with pytest.raises(actions.Incomplete):
        declared(EstablishmentFactory(), now, how=ReceivedBy.TELEPHONE, at=now + timedelta(minutes=1))


def test_a_follow_up_is_a_version_with_its_differences(now):
    receipt = declared(EstablishmentFactory(), now)
    first = DeclarationVersion.objects.get()
    told = {**typed_again(first), "care": "normal", "measures": "Serveur isolé."}
    second = actions.follow_up(declaration=receipt.declaration, typed=told, by="test", now=now, resolution=True)
    differing = changes(typed_again(first), typed_again(second))
    assert [(one.field, one.before, one.after) for one in differing] == [
        ("care", "degraded", "normal"),
        ("measures", "", "Serveur isolé."),
    ]
    row = Declaration.objects.get()
    assert row.resolved_at == now
    assert row.incident.care == "normal"
    assert [event.kind for event in row.incident.events.order_by("pk")] == ["declared", "resolution"]


def test_what_is_typed_again_is_what_was_stored(now):
    declared(EstablishmentFactory(), now, started_at="2026-11-22T23:00", people="1 200", care_hours="6")
    version = DeclarationVersion.objects.get()
    again = actions.follow_up(declaration=Declaration.objects.get(), typed=typed_again(version), by="test", now=now)
    assert again.choices == version.choices
    assert words_of(again) == words_of(version)


def test_later_facts_withdraw_an_obligation_but_never_move_its_date(now):
    receipt = declared(EstablishmentFactory(), now)
    due = Obligation.objects.get(regime="gdpr", stage="notification").due_at
    told = {
        **typed_again(DeclarationVersion.objects.get()),
        "data_loss": "no",
        "data_integrity": "no",
        "data_disclosure": "no",
    }
    actions.follow_up(declaration=receipt.declaration, typed=told, by="test", now=now)
    assert Obligation.objects.get(regime="gdpr", stage="notification").withdrawn_at == now
    back = {**told, "data_disclosure": "yes", "discovered_at": "2026-11-23T06:00"}
    actions.follow_up(declaration=receipt.declaration, typed=back, by="test", now=now)
    row = Obligation.objects.get(regime="gdpr", stage="notification")
    assert (row.withdrawn_at, row.due_at) == (None, due)


def test_where_we_are_the_authority_declaring_here_stops_that_clock(now):
    declared(EstablishmentFactory(), now, competent=True)
    row = Obligation.objects.get(regime="public_health_code", stage="declaration")
    assert row.submitted_at == now
    assert row.submissions.get().authority_reference == Declaration.objects.get().reference


def test_versions_and_history_are_append_only(now):
    declared(EstablishmentFactory(), now)
    version = DeclarationVersion.objects.get()
    version.number = 2
    with pytest.raises(AppendOnly):
        version.save()
    with pytest.raises(AppendOnly):
        DeclarationVersion.objects.all().delete()


def test_the_database_holds_a_submitted_declaration_to_its_dates(now):
    declared(EstablishmentFactory(), now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.update(received_at=now + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.update(state="merged")


def test_anybody_can_name_any_hospital_and_its_officer_is_shown_it_only_once_somebody_answers_for_it(now):
    one = EstablishmentFactory()
    aline = RoleFactory(kind="establishment_officer", scope_kind="establishment", establishment=one).user
    bruno = RoleFactory(
        kind="establishment_officer", scope_kind="establishment", establishment=EstablishmentFactory()
    ).user
    analyst = UserFactory()
    receipt = declared(one, now, how=ReceivedBy.EMAIL, address="192.0.2.1")

    def seen() -> list[int]:
        return [Declaration.objects.visible_to(user, now).count() for user in (aline, bruno, analyst)]

    assert seen() == [0, 0, 1]
    actions.confirm(declaration=receipt.declaration, asked_at=now, by="declarant", now=now)
    assert seen() == [1, 0, 1]
    assert [Incident.objects.visible_to(user, now).count() for user in (aline, bruno, analyst)] == [1, 0, 1]
