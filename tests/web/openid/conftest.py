from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.openid.provider import SECRET, Provider, serving
from vigie.apps.accounts.models import User
from vigie.apps.accounts.openid import linking


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as server:
        yield server


@pytest.fixture
def configure(settings) -> Callable[..., None]:
    """Write settings of the product; what is not said stays."""

    def change(**fields: object) -> None:
        settings.VIGIE = settings.VIGIE.model_copy(update=fields)

    return change


@pytest.fixture
def configured(provider, configure) -> Provider:
    """This installation is a client of the provider."""
    configure(
        openid_issuer=provider.issuer,
        openid_client_id="vigie-here",
        openid_client_secret=SECRET,
        public_url="http://testserver",
    )
    return provider


@pytest.fixture
def linked(aline: User, configured: Provider) -> User:
    now = timezone.now()
    linking.link(user=aline, issuer=configured.issuer, subject="subject-of-aline", email="", by="test", now=now)
    return aline


@pytest.fixture
def browser(db) -> Client:
    return Client(headers={"accept-language": "en"})


def sent_to(browser: Client, path: str = "/sign-in/provider") -> str:
    answer = browser.get(path)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def come_back(browser: Client, provider: Provider, **answer: str):
    """Through the provider, and back."""
    told = provider.authorise(sent_to(browser), **answer)
    return browser.get("/sign-in/provider/answer", told)


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session
