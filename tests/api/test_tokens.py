"""Tokens: made by a person who has proved who they are, shown once, counted, and worth nothing once revoked or over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import program, token_of
from tests.factories import UserFactory
from vigie.apps.accounts import actions as accounts
from vigie.apps.accounts.models import Role
from vigie.apps.accounts.tokens import actions
from vigie.apps.accounts.tokens.models import AccessToken
from vigie.apps.audit.models import Event

ME = "/api/v1/me"


@pytest.fixture
def aline(db):
    return UserFactory(email="aline@vigie.example")


def asks(token: str, path: str = ME, **headers: str):
    return Client().get(path, headers={"authorization": f"Bearer {token}", **headers})


def test_a_token_says_who_it_is_and_what_it_may(aline):
    told = program(aline, scope="read").get(ME).json()
    assert told["email"] == aline.email
    assert told["token"]["scope"] == "read"
    assert {role["kind"] for role in told["roles"]} == {"national_analyst"}


def test_only_the_hash_of_a_token_is_stored(aline):
    token = token_of(aline)
    row = AccessToken.objects.get()
    assert token not in str(vars(row))
    assert not Event.objects.filter(detail__icontains=token).exists()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"revoked_at": timezone.now()}, id="revoked"),
        pytest.param({"created_at": timezone.now() - timedelta(days=9), "expires_at": timezone.now()}, id="over"),
    ],
)
def test_a_token_that_ended_opens_nothing(aline, change):
    token = token_of(aline)
    AccessToken.objects.update(**change)
    answer = asks(token)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert aline.email not in answer.content.decode()


def test_the_token_of_a_closed_account_opens_nothing(aline):
    token = token_of(aline)
    aline.is_active = False
    aline.save()
    assert asks(token).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer " + "x" * 5000, "Bearer vigie_\xe9"], ids=range(5)
)
def test_what_is_no_token_is_refused_even_beside_a_good_session(aline, header):
    client = Client(headers={"authorization": header})
    client.force_login(aline)
    assert client.get(ME).status_code == 401


def test_a_token_in_an_address_is_not_read(aline):
    assert Client().get(f"{ME}?token={token_of(aline)}").status_code == 401


def test_a_token_to_read_does_not_act(aline, world):
    client = program(aline, scope="read")
    assert client.get(f"/api/v1/findings/{world.finding.pk}").status_code == 200
    answer = client.post(f"/api/v1/findings/{world.finding.pk}/acknowledge")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#problem-read-only")
    world.finding.refresh_from_db()
    assert world.finding.state == "open"


def test_a_question_that_changes_nothing_is_asked_by_a_token_that_reads(aline):
    body = {"scheme": "fortios", "a": "7.0.12", "b": "7.0.13"}
    answer = program(aline, scope="read").post("/api/v1/versions/compare", body, content_type="application/json")
    assert answer.json() == {"order": "<"}


def test_a_token_never_opens_more_than_its_owner_has_now(aline, world):
    client = program(aline)
    path = f"/api/v1/findings/{world.finding.pk}"
    assert client.get(path).status_code == 200
    accounts.end_role(role=Role.objects.get(user=aline), by="test", now=timezone.now())
    assert client.get(path).status_code == 403


def test_what_is_done_with_a_token_is_done_by_its_owner_and_told(aline, world):
    client = program(aline)
    assert client.post(f"/api/v1/findings/{world.finding.pk}/acknowledge").status_code == 200
    done = Event.objects.get(kind="finding-acknowledge")
    with_it = Event.objects.get(kind="token-acted")
    assert done.actor == with_it.actor == accounts.actor(aline)
    assert with_it.detail["path"] == f"/api/v1/findings/{world.finding.pk}/acknowledge"


def test_past_its_minute_a_token_waits(aline, monkeypatch):
    monkeypatch.setattr(actions, "PER_MINUTE", 3)
    token = token_of(aline)
    now = timezone.now().replace(second=30, microsecond=0)
    row = AccessToken.objects.get()
    assert [actions.count_request(token=row, now=now) for _ in range(3)] == [None] * 3
    assert actions.count_request(token=row, now=now) == timedelta(seconds=30)
    assert actions.count_request(token=row, now=now + timedelta(seconds=30)) is None
    AccessToken.objects.update(minute=timezone.now().replace(second=0, microsecond=0), asked=3)
    answer = asks(token)
    if answer.status_code == 200:  # the minute has just changed
        return
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_a_token_made_without_a_second_factor_is_worth_nothing_where_one_is_asked(aline, settings):
    _row, token = actions.create_token(
        user=aline,
        name="old",
        scope="read",
        lifetime=timedelta(days=1),
        proved=False,
        compulsory=False,
        by="test",
        now=timezone.now(),
    )
    assert asks(token).status_code == 200
    settings.SECOND_FACTOR_REQUIRED = True
    answer = asks(token)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#problem-second-factor")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " \t"}, "name"),
        ({"lifetime": timedelta(days=366)}, "days"),
        ({"lifetime": timedelta()}, "days"),
        ({"proved": False, "compulsory": True}, ""),
    ],
    ids=["nameless", "too-long", "no-time", "unproved"],
)
def test_what_cannot_be_a_token_is_refused_in_a_sentence(aline, told, field):
    asked = {"name": "script", "lifetime": timedelta(days=9), "proved": True, "compulsory": False} | told
    with pytest.raises(actions.TokenRefused) as refused:
        actions.create_token(user=aline, scope="read", by="test", now=timezone.now(), **asked)
    assert refused.value.field == field
    assert str(refused.value)
    assert not AccessToken.objects.exists()


def test_twenty_tokens_are_the_most(aline):
    for _ in range(actions.MOST):
        token_of(aline)
    with pytest.raises(actions.TokenRefused):
        token_of(aline)


def test_a_session_reads_and_acts_with_its_proof_against_forgery(aline, world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aline)
    assert client.get(ME).json()["token"] is None
    path = f"/api/v1/findings/{world.finding.pk}/acknowledge"
    refused = client.post(path)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("#problem-form-expired")
    client.get("/account/tokens")
    proof = client.cookies["csrftoken"].value
    assert client.post(path, headers={"x-csrftoken": proof}).status_code == 200


def test_a_session_that_owes_its_second_factor_reads_nothing(aline, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    client.force_login(aline)
    answer = client.get(ME)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#problem-second-factor")
