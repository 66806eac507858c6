"""The second factor and the sessions, through the pages."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.web.authenticator import Passkey
from vigie.apps.accounts import second_factor as factors
from vigie.apps.accounts.models import OpenSession, Proof, User
from vigie.apps.audit.models import Event
from vigie.apps.vault.encryption import decrypt

PASSWORD = "a long and boring sentence"
ORIGIN = "https://testserver"
SAFE = {"secure": True, "content_type": "application/json"}


@pytest.fixture(autouse=True)
def compulsory(settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def with_password(aline: User) -> User:
    aline.set_password(PASSWORD)
    aline.save()
    return aline


def signed(user: User, **headers: str) -> Client:
    client = Client(headers={"accept-language": "en", **headers})
    client.post("/sign-in", {"email": user.email, "password": PASSWORD})
    return client


def code(user: User, steps: int = 0) -> str:
    proof = Proof.objects.get(user=user, kind="application")
    secret = decrypt(proof.secret, purpose="second-factor", about=user.pk).decode()
    return factors.code_at(secret, factors.step_of(timezone.now()) + steps)


def enrolled(client: Client) -> list[str]:
    """Enrol an application, a while ago so that its present code is still to be used; return the codes on paper."""
    told = client.get("/account/second-factor").content.decode()
    secret = re.search(r">([A-Z2-7]{32})<", told)[1]
    shown = factors.code_at(secret, factors.step_of(timezone.now()))
    page = client.post("/account/second-factor", {"code": shown}, follow=True).content.decode()
    Proof.objects.filter(kind="application").update(last_step=factors.step_of(timezone.now()) - 10)
    return re.findall(r"<li>([a-z2-7]{8})</li>", page)


def post(client: Client, path: str, body: dict | None = None):
    return client.post(f"/second-factor/passkey{path}", body or {}, **SAFE)


@pytest.mark.parametrize(
    ("step", "expected"),
    [(59 // 30, "287082"), (1111111109 // 30, "081804"), (20000000000 // 30, "353130")],
    ids=["1970", "2005", "2603"],
)
def test_codes_are_those_of_the_standard(step, expected):
    assert factors.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", step) == expected  # RFC 6238, appendix B


def test_whoever_sees_findings_enrols_before_any_page(with_password):
    client = signed(with_password)
    for page in ("/", "/findings/", "/account/"):
        assert client.get(page)["Location"].startswith("/second-factor"), page
    assert client.get("/second-factor")["Location"] == "/account/second-factor"
    assert len(enrolled(client)) == 10
    assert client.get("/").status_code == 200


def test_whoever_sees_none_is_not_obliged(db):
    user = UserFactory(analyst=False, password="!")
    user.set_password(PASSWORD)
    user.save()
    assert signed(user).get("/account/").status_code == 200


def test_the_demonstration_does_not_oblige_and_says_so(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    told = signed(with_password).get("/account/").content.decode()
    assert "it is set so for a demonstration" in told


def test_a_password_alone_opens_nothing_to_who_has_enrolled(settings, with_password):
    enrolled(signed(with_password))
    settings.SECOND_FACTOR_REQUIRED = False
    client = signed(with_password)
    assert client.get("/findings/")["Location"] == "/second-factor?next=%2Ffindings%2F"
    assert client.get("/account/second-factor")["Location"] == "/second-factor"
    answer = client.post("/second-factor", {"code": code(with_password), "next": "/findings/"})
    assert answer["Location"] == "/findings/"
    assert client.get("/findings/").status_code == 200


def test_a_code_opens_once(with_password):
    enrolled(signed(with_password))
    shown = code(with_password)
    assert signed(with_password).post("/second-factor", {"code": shown}).status_code == 302
    assert signed(with_password).post("/second-factor", {"code": shown}).status_code == 403


@pytest.mark.parametrize("steps", [-2, 2], ids=["too-old", "too-early"])
def test_a_code_of_another_minute_is_refused(with_password, steps):
    enrolled(signed(with_password))
    answer = signed(with_password).post("/second-factor", {"code": code(with_password, steps)})
    assert answer.status_code == 403


def test_a_code_on_paper_opens_once(with_password):
    paper = enrolled(signed(with_password))
    assert signed(with_password).post("/second-factor", {"code": paper[3].upper()}).status_code == 302
    assert signed(with_password).post("/second-factor", {"code": paper[3]}).status_code == 403
    assert signed(with_password).post("/second-factor", {"code": paper[4]}).status_code == 302


def test_codes_are_not_guessed(with_password):
    enrolled(signed(with_password))
    client = signed(with_password)
    for _ in range(5):
        client.post("/second-factor", {"code": "000000"})
    answer = client.post("/second-factor", {"code": code(with_password)})
    assert (answer.status_code, "Too many tries" in answer.content.decode()) == (403, True)


def test_secrets_do_not_rest_in_clear(with_password):
    client = signed(with_password)
    secret = re.search(r">([A-Z2-7]{32})<", client.get("/account/second-factor").content.decode())[1]
    waiting = str([session.get_decoded() for session in Session.objects.all()])
    assert secret not in waiting
    paper = enrolled(client)
    kept = str(list(Proof.objects.values_list())) + str(list(Event.objects.values_list()))
    kept += str([session.get_decoded() for session in Session.objects.all()])
    assert secret not in kept
    assert not any(one in kept for one in paper)


def test_a_passkey_is_enrolled_and_opens(with_password):
    client, key = signed(with_password), Passkey(ORIGIN)
    made = key.make(post(client, "/options").json())
    assert post(client, "", {"credential": made, "name": "Key"}).json() == {"next": "/account/second-factor"}
    other = signed(with_password)
    used = key.use(post(other, "/options").json())
    assert post(other, "", {"credential": used, "next": "/findings/"}).json() == {"next": "/findings/"}
    assert other.get("/findings/").status_code == 200


@pytest.mark.parametrize("fault", ["other-key", "other-site", "said-twice", "nothing"])
def test_a_wrong_passkey_opens_nothing(with_password, fault):
    client, key = signed(with_password), Passkey(ORIGIN)
    post(client, "", {"credential": key.make(post(client, "/options").json()), "name": ""})
    other = signed(with_password)
    asked = post(other, "/options").json()
    if fault == "other-key":
        stranger = Passkey(ORIGIN)
        stranger.number = key.number
        answer = stranger.use(asked)
    elif fault == "other-site":
        key.origin = "https://testserver.evil.example"
        answer = key.use(asked)
    elif fault == "said-twice":
        answer = key.use(asked)
        post(other, "/options")
    else:
        answer = {}
    assert post(other, "", {"credential": answer}).status_code == 403
    assert other.get("/findings/").status_code == 302


@pytest.mark.parametrize("body", ["", "[]", "null", '{"credential": 3}', "x" * 30_000], ids=len)
def test_nonsense_in_place_of_a_passkey_is_refused(with_password, body):
    client = signed(with_password)
    post(client, "/options")
    assert client.post("/second-factor/passkey", body, **SAFE).status_code == 403


def test_a_passkey_leads_only_to_our_pages(with_password):
    client, key = signed(with_password), Passkey(ORIGIN)
    post(client, "", {"credential": key.make(post(client, "/options").json())})
    other = signed(with_password)
    used = key.use(post(other, "/options").json())
    assert post(other, "", {"credential": used, "next": "https://evil.example/"}).json() == {"next": "/"}


def test_the_last_factor_stays_while_it_is_compulsory(settings, with_password):
    client = signed(with_password)
    enrolled(client)
    proof = Proof.objects.get(kind="application")
    client.post(f"/account/second-factor/{proof.pk}/remove")
    assert Proof.objects.filter(pk=proof.pk).exists()
    settings.SECOND_FACTOR_REQUIRED = False
    client.post(f"/account/second-factor/{proof.pk}/remove")
    assert not Proof.objects.exists()


def test_bruno_does_not_remove_the_factor_of_aline(with_password):
    enrolled(signed(with_password))
    bruno = UserFactory()
    bruno.set_password(PASSWORD)
    bruno.save()
    client = signed(bruno)
    enrolled(client)
    client.post(f"/account/second-factor/{Proof.objects.get(user=with_password, kind='application').pk}/remove")
    assert Proof.objects.filter(user=with_password, kind="application").exists()


def test_a_session_does_not_serve_another_browser(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    client = signed(with_password, **{"user-agent": "Firefox"})
    assert client.get("/").status_code == 200
    thief = Client(headers={"user-agent": "curl"})
    thief.cookies = client.cookies
    assert thief.get("/").status_code == 302
    assert client.get("/").status_code == 302
    assert Event.objects.filter(kind="session-refused").count() == 1


def test_a_session_ends_after_twelve_hours_whatever_is_done(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    client = signed(with_password)
    session = client.session
    session["bound"] = {**session["bound"], "opened": (timezone.now() - timedelta(hours=12)).isoformat()}
    session.save()
    assert client.get("/").status_code == 302


def test_a_session_is_ended_from_another(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    one, other = signed(with_password), signed(with_password)
    told = one.get("/account/").content.decode()
    assert told.count("End it") == 1
    one.post(f"/account/sessions/{OpenSession.objects.get(key=other.session.session_key).pk}/end")
    assert other.get("/").status_code == 302
    assert one.get("/").status_code == 200


def test_ending_the_session_that_one_uses_is_signing_out(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    client = signed(with_password)
    answer = client.post(f"/account/sessions/{OpenSession.objects.get().pk}/end")
    assert answer["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


def test_bruno_does_not_end_the_session_of_aline(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    aline = signed(with_password)
    bruno = UserFactory()
    bruno.set_password(PASSWORD)
    bruno.save()
    signed(bruno).post(f"/account/sessions/{OpenSession.objects.get(user=with_password).pk}/end")
    assert aline.get("/").status_code == 200


def test_a_new_password_ends_the_other_sessions(settings, with_password):
    settings.SECOND_FACTOR_REQUIRED = False
    one, other = signed(with_password), signed(with_password)
    asked = {"current": PASSWORD, "password": "another long and boring sentence"}
    assert one.post("/account/password", asked)["Location"] == "/account/"
    assert one.get("/").status_code == 200
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(
    ("current", "new"),
    [pytest.param("wrong", "another long sentence", id="wrong"), pytest.param(PASSWORD, "short", id="short")],
)
def test_a_bad_change_of_password_changes_nothing(settings, with_password, current, new):
    settings.SECOND_FACTOR_REQUIRED = False
    assert signed(with_password).post("/account/password", {"current": current, "password": new}).status_code == 422
    assert User.objects.get(pk=with_password.pk).check_password(PASSWORD)


def test_what_is_forgotten_by_the_administrator_is_enrolled_again(with_password):
    enrolled(signed(with_password))
    assert factors.forget_proofs(user=with_password, by="cli:admin", now=timezone.now()) == 1
    assert signed(with_password).get("/second-factor")["Location"] == "/account/second-factor"
