"""A new start opens an account to who holds its link: its owner and those who answer for it hear of it, and refuse."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import SignInLink
from vigie.apps.audit.models import Event
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import link_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Aline, whose account starts again; her director; Bruno, of elsewhere; who is on duty for the nation."""
    now, place = timezone.now() - timedelta(days=1), EstablishmentFactory()
    roles = {
        "aline": ("establishment_officer", place), "director": ("establishment_director", place),
        "bruno": ("establishment_officer", EstablishmentFactory()), "duty": ("duty_manager", None),
    }  # fmt: skip
    made = {name: UserFactory(analyst=False, email=f"{name}@vigie.example") for name in roles}
    for name, (kind, over) in roles.items():
        actions.grant_role(user=made[name], kind=kind, over=over, by="test", now=now)
    return made


@pytest.fixture
def started(people):
    """The token of the link that the administrator holds."""
    return actions.start_again(user=people["aline"], by="user:9 admin@vigie.example", now=timezone.now())


def page_of(told: str) -> str:
    return f"/new-start/{link_token(Notice.objects.get(address=f'{told}@vigie.example').uid)}"


def test_the_owner_and_who_answers_for_the_same_places_are_told_and_nobody_else(started):
    told = set(Notice.objects.filter(kind="new_start", urgent=True).values_list("address", flat=True))
    assert told == {f"{name}@vigie.example" for name in ("aline", "director", "duty")}
    event = Event.objects.get(kind="account-started-again")
    assert event.actor == "user:9 admin@vigie.example"


def test_a_filter_that_opens_the_link_closes_nothing(people, started):
    page = Client(headers={"accept-language": "en"}).get(page_of("aline"))
    assert "If you asked for it, do nothing more." in page.content.decode()
    assert "aline@vigie.example" in page.content.decode()
    people["aline"].refresh_from_db()
    assert people["aline"].is_active
    assert actions.use_sign_in_link(token=started, now=timezone.now()) == people["aline"]


@pytest.mark.parametrize("who", ["aline", "director"])
def test_whoever_was_told_refuses_it_and_the_link_opens_nothing_any_more(people, started, who):
    visitor = Client(headers={"accept-language": "en"})
    page = page_of(who)
    told = visitor.post(page, follow=True).content.decode()
    assert "The account is closed" in told
    people["aline"].refresh_from_db()
    assert not people["aline"].is_active
    assert not SignInLink.objects.exists()
    with pytest.raises(actions.LinkRefused):
        actions.use_sign_in_link(token=started, now=timezone.now())
    refused = Event.objects.get(kind="new-start-refused")
    assert (refused.subject_id, refused.actor) == (people["aline"].pk, actions.actor(people[who]))


def test_it_is_refused_for_a_week_and_once(people, started):
    Client().post(page_of("aline"))
    actions.open_account(user=people["aline"], by="test", now=timezone.now())
    Client().post(page_of("aline"))
    people["aline"].refresh_from_db()
    assert people["aline"].is_active
    Notice.objects.update(planned_at=timezone.now() - timedelta(days=8))
    assert Client().post(page_of("director")).status_code == 410


def test_links_that_were_used_or_are_too_old_are_forgotten_a_day_later(people):
    now, one = timezone.now(), people["aline"]
    used = actions.create_sign_in_link(user=one, now=now, lifetime=timedelta(days=7))
    actions.create_sign_in_link(user=one, now=now, lifetime=timedelta(hours=1))
    actions.use_sign_in_link(token=used, now=now)
    assert actions.forget_old_links(now=now + timedelta(hours=23)) == 0
    assert actions.forget_old_links(now=now + timedelta(hours=24, minutes=1)) == 1
    actions.create_sign_in_link(user=one, now=now, lifetime=timedelta(days=7))
    assert actions.forget_old_links(now=now + timedelta(days=3)) == 1
    assert SignInLink.objects.count() == 1
