"""A provider, or somebody in its place, that does not tell the truth signs nobody in."""

import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import OctKey

from tests.web.openid.conftest import come_back, is_signed_in, sent_to
from tests.web.openid.provider import SECRET, Cheats, new_key
from vigie.apps.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("linked")]
NOW = int(time.time())


@pytest.mark.parametrize(
    ("cheats", "said"),
    [
        pytest.param(Cheats(unsigned=True), "signature", id="alg-none"),
        pytest.param(Cheats(key=new_key("one")), "does not publish", id="another-key-of-the-same-name"),
        pytest.param(Cheats(key=new_key("two")), "does not publish", id="a-key-that-is-not-published"),
        pytest.param(Cheats(key=OctKey.import_key(SECRET, {"kid": "one"})), "signature", id="signed-by-our-secret"),
        pytest.param(Cheats(header={"kid": "../one"}), "does not publish", id="a-name-of-key-that-leads-elsewhere"),
        pytest.param(Cheats(claims={"nonce": "another"}), "another sign-in", id="wrong-nonce"),
        pytest.param(Cheats(claims={"nonce": None}), "another sign-in", id="no-nonce"),
        pytest.param(Cheats(claims={"aud": "another-client"}), "another client", id="wrong-audience"),
        pytest.param(Cheats(claims={"aud": None}), "another client", id="no-audience"),
        pytest.param(Cheats(claims={"aud": ["vigie-here", "b"]}), "another client asked", id="two-audiences-no-azp"),
        pytest.param(Cheats(claims={"azp": "another-client"}), "another client asked", id="asked-for-by-another"),
        pytest.param(Cheats(claims={"iss": "https://elsewhere.example"}), "another issuer", id="wrong-issuer"),
        pytest.param(Cheats(claims={"exp": NOW - 3600}), "expired", id="expired"),
        pytest.param(Cheats(claims={"exp": None}), "expired", id="never-expires"),
        pytest.param(Cheats(claims={"exp": "tomorrow"}), "expired", id="expires-in-words"),
        pytest.param(Cheats(claims={"iat": NOW - 7200}), "too old", id="an-old-token"),
        pytest.param(Cheats(claims={"iat": NOW + 7200}), "future", id="a-token-of-tomorrow"),
        pytest.param(Cheats(claims={"nbf": NOW + 7200}), "future", id="not-yet"),
        pytest.param(Cheats(claims={"sub": ""}), "nobody", id="no-subject"),
        pytest.param(Cheats(claims={"sub": 12}), "nobody", id="a-number-as-subject"),
        pytest.param(Cheats(userinfo_as="forged"), "does not publish", id="userinfo-signed-by-another-key"),
        pytest.param(Cheats(userinfo_as="foreign"), "another client", id="userinfo-for-another-client"),
        pytest.param(Cheats(userinfo_as="somebody else"), "somebody else", id="userinfo-of-somebody-else"),
    ],
)
def test_what_is_not_so_is_refused_and_noted(browser, configured, cheats, said):
    configured.cheats = cheats
    answer = come_back(browser, configured)
    assert answer.status_code == 403
    assert not is_signed_in(browser)
    told = Event.objects.filter(kind="sign-in-failed").latest("pk").detail
    assert (told["how"], told["reason"]) == ("openid", "token")
    assert said in told["detail"]
    assert "subject-of-aline" not in str(told)


@pytest.mark.parametrize("late", [-100, 100], ids=["its-clock-is-early", "its-clock-is-late"])
def test_two_clocks_may_differ_by_two_minutes(browser, configured, late):
    now = int(time.time())
    configured.cheats.claims = {"iat": now + late, "nbf": now + late, "exp": now + late + 60}
    come_back(browser, configured)
    assert is_signed_in(browser)


def test_an_answer_opens_once(browser, configured):
    told = configured.authorise(sent_to(browser))
    browser.get("/sign-in/provider/answer", told)
    browser.post("/sign-out")
    again = browser.get("/sign-in/provider/answer", told)
    assert again.status_code == 403
    assert "answered already" in again.content.decode()


def test_an_answer_opens_in_the_browser_that_asked_alone(browser, client, configured):
    told = configured.authorise(sent_to(browser))
    assert client.get("/sign-in/provider/answer", told).status_code == 403
    sent_to(client)
    assert client.get("/sign-in/provider/answer", told).status_code == 403


def test_a_wrong_state_uses_up_what_was_begun(browser, configured):
    told = configured.authorise(sent_to(browser))
    assert browser.get("/sign-in/provider/answer", told | {"state": "guessed"}).status_code == 403
    assert browser.get("/sign-in/provider/answer", told).status_code == 403
    assert "/token" not in [path for path, _ in configured.asked]


def test_a_code_stolen_from_another_browser_is_worth_nothing(browser, client, configured):
    """The thief puts the code into a sign-in of their own: its verifier is not the one that the code was made for."""
    stolen = configured.authorise(sent_to(client))["code"]
    mine = dict(parse_qsl(urlsplit(sent_to(browser)).query))
    answer = browser.get("/sign-in/provider/answer", {"code": stolen, "state": mine["state"]})
    assert answer.status_code == 403
    assert not is_signed_in(browser)


def test_the_answer_of_another_provider_is_not_taken(browser, configured):
    assert come_back(browser, configured, iss="https://elsewhere.example").status_code == 403
    assert "/token" not in [path for path, _ in configured.asked]


def test_a_refusal_of_the_provider_is_told_in_our_words(browser, configured):
    answer = come_back(browser, configured, error="access_denied", error_description="<script>alert(1)</script>")
    assert "you gave up there" in answer.content.decode()
    assert "alert(1)" not in answer.content.decode()


def test_an_old_sign_in_is_begun_again(browser, configured):
    told = configured.authorise(sent_to(browser))
    session = browser.session
    session["openid-begun"] = {**session["openid-begun"], "at": "2026-01-01T00:00:00+00:00"}
    session.save()
    assert browser.get("/sign-in/provider/answer", told).status_code == 403


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"issuer": "https://elsewhere.example"}, id="another-issuer"),
        pytest.param({"token_endpoint": None}, id="no-token-endpoint"),
        pytest.param({"jwks_uri": "http://169.254.169.254/keys"}, id="keys-inside-a-network"),
        pytest.param({"jwks_uri": "file:///etc/passwd"}, id="keys-in-a-file"),
        pytest.param({"token_endpoint": "http://elsewhere.example/token"}, id="a-code-in-clear"),
        pytest.param({"token_endpoint": "https://10.0.0.1/token"}, id="a-code-inside-a-network"),
        pytest.param({"userinfo_endpoint": "https://127.0.0.2:8443/"}, id="another-port-of-another-machine"),
    ],
)
def test_a_description_that_leads_elsewhere_is_not_followed(browser, configured, metadata):
    configured.cheats.metadata = metadata
    begun = browser.get("/sign-in/provider")
    if begun.status_code == 302:
        told = configured.authorise(begun["Location"])
        begun = browser.get("/sign-in/provider/answer", told)
    assert begun.status_code == 502
    assert not is_signed_in(browser)


@pytest.mark.parametrize("cheats", [Cheats(flood=True)], ids=["endless"])
def test_a_provider_that_does_not_behave_is_left(browser, configured, cheats):
    configured.cheats = cheats
    assert browser.get("/sign-in/provider").status_code == 502


def test_strangers_fill_no_trail(browser, configured):
    before = Event.objects.count()
    assert browser.get("/sign-in/provider/answer", {"code": "x", "state": "y"}).status_code == 403
    assert Event.objects.count() == before


def test_nothing_of_it_is_in_the_page_nor_in_the_log(browser, configured, caplog):
    configured.cheats.claims = {"nonce": "another"}
    told = configured.authorise(sent_to(browser))
    page = browser.get("/sign-in/provider/answer", told).content.decode()
    for secret in (told["code"], told["state"], SECRET, "access-of-aline", "subject-of-aline"):
        assert secret not in page
        assert secret not in caplog.text
