from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from vigie.apps.accounts import actions
from vigie.apps.accounts.models import SignInFailure, User
from vigie.apps.audit.models import Event

PASSWORD = "a long and boring sentence"


@pytest.fixture
def with_password(aline: User) -> User:
    aline.set_password(PASSWORD)
    aline.save()
    return aline


def attempt(client: Client, email: str, password: str, **more: str):
    return client.post("/sign-in", {"email": email, "password": password, **more})


def test_a_right_password_opens_the_overview(bruno: Client, with_password: User) -> None:
    assert attempt(bruno, "ALINE@vigie.example", PASSWORD)["Location"] == "/"
    assert bruno.get("/").status_code == 200
    assert Event.objects.filter(kind="signed-in", subject_id=with_password.pk).exists()


@pytest.mark.parametrize("email", ["aline@vigie.example", "nobody@vigie.example"], ids=["known", "unknown"])
def test_a_wrong_password_says_the_same_whether_the_account_exists(
    bruno: Client, with_password: User, email: str
) -> None:
    answer = attempt(bruno, email, "wrong")
    assert answer.status_code == 403
    assert "do not go together" in answer.content.decode()


def test_five_failures_close_the_door_even_to_the_right_password(bruno: Client, with_password: User) -> None:
    for _ in range(5):
        attempt(bruno, with_password.email, "wrong")
    answer = attempt(bruno, with_password.email, PASSWORD)
    assert answer.status_code == 403
    assert "Too many tries" in answer.content.decode()


def test_the_door_opens_again_after_a_quarter_of_an_hour(bruno: Client, with_password: User) -> None:
    for _ in range(5):
        attempt(bruno, with_password.email, "wrong")
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert attempt(bruno, with_password.email, PASSWORD).status_code == 302


def test_what_was_typed_is_not_kept(bruno: Client, with_password: User) -> None:
    attempt(bruno, "my.password.by.mistake@x.example", "wrong")
    assert "mistake" not in str(SignInFailure.objects.values_list()) + str(Event.objects.values_list())


@pytest.mark.parametrize(
    ("asked", "landing"),
    [
        pytest.param("/findings/", "/findings/", id="ours"),
        pytest.param("https://evil.example/", "/", id="elsewhere"),
        pytest.param("//evil.example/", "/", id="elsewhere-without-scheme"),
        pytest.param("javascript:alert(1)", "/", id="script"),
    ],
)
def test_signing_in_leads_only_to_our_pages(bruno: Client, with_password: User, asked: str, landing: str) -> None:
    assert attempt(bruno, with_password.email, PASSWORD, next=asked)["Location"] == landing


def test_a_disabled_account_does_not_enter(bruno: Client, with_password: User) -> None:
    User.objects.update(is_active=False)
    assert attempt(bruno, with_password.email, PASSWORD).status_code == 403


def test_a_link_that_is_only_opened_stays_usable(bruno: Client, aline: User) -> None:
    token = actions.create_sign_in_link(user=aline, now=timezone.now(), lifetime=timedelta(hours=1))
    for _ in range(3):
        assert "Open Vigie" in bruno.get(f"/link/{token}").content.decode()
    assert bruno.post(f"/link/{token}")["Location"] == "/"
    assert bruno.get("/").status_code == 200
    assert Client().post(f"/link/{token}").status_code == 410


@pytest.mark.parametrize("token", ["unknown", "x" * 500], ids=["unknown", "long"])
def test_a_wrong_link_says_so(db: None, bruno: Client, token: str) -> None:
    answer = bruno.get(f"/link/{token}")
    assert answer.status_code == 410
    assert "can no longer be used" in answer.content.decode()


def test_signing_out_closes_the_pages(signed_in: Client) -> None:
    assert signed_in.post("/sign-out")["Location"] == "/sign-in"
    assert signed_in.get("/").status_code == 302


def test_the_theme_is_kept_and_nonsense_is_not(signed_in: Client) -> None:
    signed_in.post("/theme", {"theme": "dark", "next": "/findings/"})
    assert signed_in.cookies["theme"].value == "dark"
    assert 'data-theme-choice="dark"' in signed_in.get("/campaigns/").content.decode()
    signed_in.post("/theme", {"theme": "<script>"})
    assert signed_in.cookies["theme"].value == "dark"


def test_the_language_is_chosen_without_script(signed_in: Client) -> None:
    signed_in.post("/language", {"language": "fr", "next": "/campaigns/"})
    assert '<html lang="fr"' in signed_in.get("/campaigns/").content.decode()
