"""The world of the pages, asked by programs: each character with a token of their own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.web import world as worlds
from tests.web.kept import kept, today, world  # noqa: F401 -- fixtures
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import User
from vigie.apps.accounts.tokens.actions import create_token
from vigie.config.catalogues import compile_stale

Asking = Callable[..., Client]


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    compile_stale()


def token_of(user: User, scope: str = "act") -> str:
    _row, token = create_token(
        user=user,
        name="a program",
        scope=scope,
        lifetime=timedelta(days=30),
        proved=True,
        compulsory=False,
        by="test",
        now=timezone.now(),
    )
    return token


def program(user: User, scope: str = "act", **headers: str) -> Client:
    """A client without cookies; it signs in nowhere, and carries a token."""
    return Client(headers={"accept-language": "en", "authorization": f"Bearer {token_of(user, scope)}", **headers})


@pytest.fixture
def asking(world: worlds.World) -> Asking:  # noqa: F811 -- the fixture
    """asking("provider", world.establishment) -> a program of somebody with that role."""

    def ask(kind: str, over: object = None, scope: str = "act") -> Client:
        user = UserFactory(analyst=False)
        actions.grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=1))
        client = program(user, scope)
        client.user = user  # type: ignore[attr-defined]
        return client

    return ask


@pytest.fixture
def analyst(world: worlds.World) -> Client:  # noqa: F811 -- the fixture
    return program(UserFactory())
