from datetime import datetime, timedelta

import pytest

from tests.factories import UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import SignInLink
from vigie.apps.accounts.queries import link_is_usable, locked_until
from vigie.apps.audit.models import Event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_link_signs_in_once(now: datetime) -> None:
    user = UserFactory()
    token = actions.create_sign_in_link(user=user, now=now, lifetime=HOUR)
    assert actions.use_sign_in_link(token=token, now=now) == user
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(token=token, now=now)
    assert [event.kind for event in Event.objects.order_by("id")] == ["sign-in-link-created", "signed-in"]


def test_the_token_itself_is_not_stored(now: datetime) -> None:
    token = actions.create_sign_in_link(user=UserFactory(), now=now, lifetime=HOUR)
    assert token not in str(list(SignInLink.objects.values_list())) + str(list(Event.objects.values_list()))


@pytest.mark.parametrize(
    ("after", "usable"),
    [pytest.param(HOUR - timedelta(seconds=1), True, id="in-time"), pytest.param(HOUR, False, id="at-its-end")],
)
def test_a_link_has_an_end(now: datetime, after: timedelta, usable: bool) -> None:
    token = actions.create_sign_in_link(user=UserFactory(), now=now, lifetime=HOUR)
    assert link_is_usable(token=token, now=now + after) is usable
    if not usable:
        with pytest.raises(actions.LinkRefused):
            actions.use_sign_in_link(token=token, now=now + after)


def test_the_link_of_a_disabled_account_is_refused(now: datetime) -> None:
    token = actions.create_sign_in_link(user=UserFactory(is_active=False), now=now, lifetime=HOUR)
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(token=token, now=now)


def test_failures_elsewhere_do_not_lock_a_person_out_before_twenty(now: datetime) -> None:
    for number in range(19):
        actions.note_failed_sign_in(email="aline@vigie.example", address=f"198.51.100.{number}", now=now)
    assert locked_until(email="Aline@vigie.example ", address="203.0.113.1", now=now) is None
    actions.note_failed_sign_in(email="aline@vigie.example", address="198.51.100.99", now=now)
    assert locked_until(email="aline@vigie.example", address="203.0.113.1", now=now) == now + timedelta(minutes=15)


def test_one_address_cannot_try_many_accounts(now: datetime) -> None:
    for number in range(40):
        actions.note_failed_sign_in(email=f"someone{number}@vigie.example", address="198.51.100.1", now=now)
    assert locked_until(email="new@vigie.example", address="198.51.100.1", now=now) is not None


def test_old_failures_are_forgotten(now: datetime) -> None:
    actions.note_failed_sign_in(email="a@vigie.example", address="198.51.100.1", now=now - timedelta(days=2))
    actions.note_failed_sign_in(email="a@vigie.example", address="198.51.100.1", now=now)
    assert locked_until(email="a@vigie.example", address="198.51.100.1", now=now) is None
