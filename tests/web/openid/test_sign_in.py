"""Sign in by a provider of identities: what opens an account, what does not, and what the provider is told."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.openid.conftest import come_back, is_signed_in, sent_to
from vigie.apps.accounts.models import OpenIdLink, User
from vigie.apps.audit.models import Event

pytestmark = pytest.mark.django_db


def test_the_button_is_there_only_when_a_provider_is_configured(browser, configure):
    assert "ProConnect" not in browser.get("/sign-in").content.decode()
    assert browser.get("/sign-in/provider").status_code == 404
    configure(openid_issuer="https://provider.example", openid_client_id="vigie", openid_label="ProConnect")
    assert "Sign in with ProConnect" in browser.get("/sign-in").content.decode()


def test_the_answer_comes_back_to_the_address_that_was_registered(configured, settings):
    client = settings.VIGIE.openid_client()
    assert client.redirect_uri == "http://testserver" + reverse("web:openid-answer")
    assert client.signed_out_uri == "http://testserver" + reverse("web:sign-in")


def test_the_provider_is_asked_with_a_state_a_nonce_and_a_challenge(browser, configured, configure):
    configure(openid_acr=["eidas2"], openid_second_factor=["mfa"], openid_scopes=["openid", "email", "siret"])
    asked = {name: value[0] for name, value in parse_qs(urlsplit(sent_to(browser)).query).items()}
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid email siret"
    assert asked["acr_values"] == "eidas2"
    assert "amr" in asked["claims"]
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert "verifier" not in str(asked)


def test_who_has_linked_an_identity_signs_in_by_it(browser, configured, linked):
    answer = come_back(browser, configured)
    assert answer.status_code == 302
    assert browser.session["_auth_user_id"] == str(linked.pk)
    told = Event.objects.filter(kind="signed-in").latest("pk")
    assert (told.detail["how"], told.detail["strength"]) == ("openid", ["eidas1", "pwd"])


def test_one_comes_back_to_the_page_that_was_asked_for(browser, configured, linked):
    told = configured.authorise(sent_to(browser, "/sign-in/provider?next=/findings/"))
    assert browser.get("/sign-in/provider/answer", told)["Location"] == "/findings/"


def test_nobody_is_led_elsewhere_by_it(browser, configured, linked):
    told = configured.authorise(sent_to(browser, "/sign-in/provider?next=https://elsewhere.example/"))
    assert browser.get("/sign-in/provider/answer", told)["Location"] == "/"


def test_a_stranger_makes_no_account(browser, configured):
    answer = come_back(browser, configured)
    assert answer.status_code == 403
    assert "No account here is linked to this identity" in answer.content.decode()
    assert not User.objects.exists()
    assert not is_signed_in(browser)


def test_the_same_address_of_e_mail_opens_nothing(browser, configured, aline):
    """Whoever runs a provider of the federation may write any address in it: only the linked subject counts."""
    configured.cheats.claims = {"email": aline.email, "email_verified": True}
    assert come_back(browser, configured).status_code == 403
    assert not OpenIdLink.objects.exists()


def test_a_closed_account_stays_closed(browser, configured, linked):
    User.objects.filter(pk=linked.pk).update(is_active=False)
    answer = come_back(browser, configured)
    assert answer.status_code == 403
    assert "This account is closed" in answer.content.decode()


def test_userinfo_may_be_a_signed_token(browser, configured, linked):
    configured.cheats.userinfo_as = "jwt"
    come_back(browser, configured)
    assert is_signed_in(browser)


def test_our_own_second_factor_is_still_asked_for(browser, configured, linked, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    come_back(browser, configured)
    assert browser.get("/findings/")["Location"].startswith("/second-factor")


@pytest.mark.parametrize(
    ("acr", "amr", "passes"),
    [
        pytest.param("eidas1", ["pwd", "mfa"], True, id="told-by-amr"),
        pytest.param("eidas2", ["pwd"], True, id="told-by-acr"),
        pytest.param("eidas1", ["pwd"], False, id="a-password-alone"),
        pytest.param("eidas1", "mfa", False, id="not-a-list"),
    ],
)
def test_that_of_the_provider_counts_when_the_settings_say_so(
    browser, configured, configure, linked, settings, acr, amr, passes
):
    settings.SECOND_FACTOR_REQUIRED = True
    configure(openid_second_factor=["mfa", "eidas2"])
    configured.acr, configured.amr = acr, amr
    come_back(browser, configured)
    assert (browser.get("/findings/").status_code == 200) is passes


def test_a_level_that_is_demanded_is_demanded(browser, configured, configure, linked):
    configure(openid_acr=["eidas2", "eidas3"])
    assert "by less than what is asked" in come_back(browser, configured).content.decode()
    configured.acr = "eidas3"
    come_back(browser, configured)
    assert is_signed_in(browser)


def test_a_new_key_of_the_provider_is_asked_for(browser, configured, linked, monkeypatch):
    """It publishes a new key and signs with it at once; what we hold is some minutes old."""
    from tests.web.openid.provider import new_key
    from vigie.apps.accounts.openid.provider import provider_for

    come_back(browser, configured)
    browser.post("/sign-out")
    configured.key = new_key("two")
    configured.published = [configured.key]
    from django.conf import settings

    held = provider_for(settings.VIGIE.openid_client())
    held._keys = (held._keys[0] - timedelta(minutes=5), held._keys[1])
    come_back(browser, configured)
    assert is_signed_in(browser)


def test_tokens_of_unknown_keys_do_not_make_us_ask_at_each(browser, configured, linked):
    from tests.web.openid.provider import new_key

    configured.cheats.key = new_key("stranger")
    for _ in range(4):
        assert come_back(browser, configured).status_code == 403
    assert [path for path, _ in configured.asked].count("/jwks") == 1


def test_who_came_by_the_provider_is_told_to_leave_there_too(browser, configured, linked):
    come_back(browser, configured)
    page = browser.post("/sign-out").content.decode()
    assert not is_signed_in(browser)
    assert f"{configured.issuer}/session/end?id_token_hint=" in page
    assert "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Fsign-in" in page


def test_who_came_by_a_password_is_not(signed_in, configured):
    assert signed_in.post("/sign-out")["Location"] == "/sign-in"


def test_the_token_rests_encrypted_in_the_session(browser, configured, linked):
    come_back(browser, configured)
    hint = browser.session["openid-hint"]
    assert bytes.fromhex(hint).startswith(b"VK1")


def test_an_account_is_linked_by_who_is_signed_in_and_says_so(signed_in, configured, aline):
    told = configured.authorise(sent_to(signed_in, "/account/provider"))
    back = signed_in.get("/sign-in/provider/answer", told)
    assert back["Location"] == "/account/provider/link"
    assert not OpenIdLink.objects.exists()  # a GET changes nothing
    assert "aline@agents.example" in signed_in.get("/account/provider/link").content.decode()
    signed_in.post("/account/provider/link")
    link = OpenIdLink.objects.get()
    assert (link.user, link.issuer, link.subject) == (aline, configured.issuer, "subject-of-aline")
    assert Event.objects.filter(kind="openid-linked", subject_id=aline.pk).exists()
    assert "Linked since" in signed_in.get("/account/").content.decode()


def test_an_identity_that_opens_another_account_is_not_linked_again(signed_in, configured, aline):
    from tests.factories import UserFactory

    OpenIdLink.objects.create(
        user=UserFactory(), issuer=configured.issuer, subject="subject-of-aline", linked_at=timezone.now()
    )
    told = configured.authorise(sent_to(signed_in, "/account/provider"))
    signed_in.get("/sign-in/provider/answer", told)
    assert "Nothing was linked" in signed_in.post("/account/provider/link", follow=True).content.decode()
    assert OpenIdLink.objects.get().user != aline


def test_what_was_begun_to_link_signs_nobody_in(browser, signed_in, configured, linked):
    """The session ended meanwhile: the answer is not turned into a sign-in."""
    told = configured.authorise(sent_to(signed_in, "/account/provider"))
    kept = signed_in.session["openid-begun"]
    session = browser.session
    session["openid-begun"] = kept
    session.save()
    browser.cookies["sessionid"] = session.session_key
    assert browser.get("/sign-in/provider/answer", told).status_code == 403
    assert not is_signed_in(browser)


def test_an_identity_is_unlinked(signed_in, configured, linked, browser):
    signed_in.post("/account/provider/unlink")
    assert not OpenIdLink.objects.exists()
    assert come_back(browser, configured).status_code == 403
