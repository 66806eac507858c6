"""Who is asked to sign, how a director without an account gets in, and why an officer cannot be one."""

from datetime import timedelta

import pytest

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions as accounts
from vigie.apps.accounts.models import Role, User
from vigie.apps.assets import signing
from vigie.apps.assets.signing import Asked, SignatureLinkRefused
from vigie.apps.audit.models import Event
from vigie.apps.notices import actions as notices
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.registry.enums import Right

pytestmark = pytest.mark.django_db
OFFICER, ANALYST = "user:1 aline@valmorne.example", "user:2 agent@vigie.example"


@pytest.fixture
def one():
    return EstablishmentFactory()


def contact(one, now, *, by=ANALYST, confirmed_by="contact:1 D", role="director"):
    made = notices.declare_contact(
        owner=one, role=role, name="Dominique Exemple", email="direction@valmorne.example", telephone="", by=by, now=now
    )
    if confirmed_by:
        notices.confirm_contact(contact=made, by=confirmed_by, now=now)
    return Contact.objects.get(pk=made.pk)


def asked(one, now):
    return signing.ask_director(establishment=one, by=OFFICER, now=now)


def sent():
    return Notice.objects.filter(kind="signature")


def test_a_director_with_an_account_is_told_once_a_day(one, now):
    director = UserFactory(analyst=False, email="direction@valmorne.example")
    accounts.grant_role(user=director, kind="establishment_director", over=one, by="test", now=now)
    assert [asked(one, now), asked(one, now + timedelta(hours=1))] == [Asked.TOLD, Asked.TOLD]
    assert sent().get().address == director.email
    asked(one, now + timedelta(days=1))
    assert sent().count() == 2
    assert Event.objects.filter(kind="signature-asked").count() == 3


@pytest.mark.parametrize("how", ["ended", "expired", "closed", "of another establishment"])
def test_a_director_who_is_none_any_more_is_not_told(one, now, how):
    director = UserFactory(analyst=False, is_active=how != "closed")
    over = EstablishmentFactory() if how == "of another establishment" else one
    until = now + timedelta(hours=1) if how == "expired" else None
    role = accounts.grant_role(
        user=director, kind="establishment_director", over=over, by="test", now=now, valid_until=until
    )
    if how == "ended":
        accounts.end_role(role=role, by="test", now=now)
    assert asked(one, now + timedelta(hours=2)) == Asked.NOBODY
    assert not sent().exists()


def test_a_director_without_an_account_is_invited_and_gets_in_once(one, now):
    contact(one, now)
    assert asked(one, now) == Asked.INVITED
    assert not User.objects.exists()
    token = signing.accept_invitation(notice=sent().get(), now=now + timedelta(days=1))
    director = accounts.use_sign_in_link(token=token, now=now + timedelta(days=1))
    assert director.email == "direction@valmorne.example"
    assert director.has(Right.GRANT, now + timedelta(days=1))
    assert director.scope(Right.GRANT, now + timedelta(days=1)).establishments == {one.pk}
    with pytest.raises(SignatureLinkRefused):
        signing.accept_invitation(notice=sent().get(), now=now + timedelta(days=2))
    assert Role.objects.count() == 1


def test_whoever_has_an_account_there_gets_the_role_and_no_way_in(one, now):
    contact(one, now)
    UserFactory(analyst=False, email="direction@valmorne.example")
    asked(one, now)
    assert signing.accept_invitation(notice=sent().get(), now=now) is None
    assert Role.objects.get().kind == "establishment_director"


@pytest.mark.parametrize(
    ("by", "confirmed_by", "answer"),
    [
        pytest.param(OFFICER, "contact:1 D", Asked.SAME_PERSON, id="wrote-the-address"),
        pytest.param(ANALYST, OFFICER, Asked.SAME_PERSON, id="confirmed-the-address"),
        pytest.param(ANALYST, "", Asked.NOBODY, id="nobody-confirmed-it"),
    ],
)
def test_an_officer_does_not_invite_himself_as_the_director(one, now, by, confirmed_by, answer):
    contact(one, now, by=by, confirmed_by=confirmed_by)
    assert asked(one, now) == answer
    assert not sent().exists()


def test_another_officer_is_no_director(one, now):
    contact(one, now, role="officer")
    assert asked(one, now) == Asked.NOBODY


@pytest.mark.parametrize("why", ["seven days", "contact ended"])
def test_a_link_that_is_too_old_or_whose_contact_left_opens_nothing(one, now, why):
    made = contact(one, now)
    asked(one, now)
    later = now + (timedelta(days=7) if why == "seven days" else timedelta(days=2))
    if why == "contact ended":
        notices.end_contact(contact=made, by=ANALYST, now=now + timedelta(hours=1))
    with pytest.raises(SignatureLinkRefused):
        signing.accept_invitation(notice=sent().get(), now=later)
    assert not User.objects.exists()
