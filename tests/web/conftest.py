"""The world of the pages, Aline signed in and Bruno signed out."""

import pytest
from django.test import Client

from tests.factories import UserFactory
from tests.web.kept import kept, today, world  # noqa: F401 -- fixtures
from vigie.apps.accounts.models import User
from vigie.config.catalogues import compile_stale


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    compile_stale()


@pytest.fixture
def aline(db: None) -> User:
    return UserFactory(email="aline@vigie.example")


@pytest.fixture
def signed_in(aline: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(aline)
    client.get("/healthz")  # the first request ties the session to its browser
    return client


@pytest.fixture
def bruno() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture(autouse=True)
def quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
