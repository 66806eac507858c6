"""Who may open what: every route, by every method that it takes, for every character, against one table."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.api import routes as api
from tests.factories import RegionFactory, UserFactory
from tests.web import world as worlds
from tests.web.test_routes import arguments, full, names
from vigie.apps.accounts import actions
from vigie.apps.accounts.enums import RoleKind
from vigie.apps.accounts.models import User
from vigie.apps.findings.agreements.actions import agree
from vigie.apps.registry.actions import mark_essential
from vigie.apps.scans.actions import stop_file
from vigie.config.catalogues import compile_stale

TABLE = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text())
API = yaml.safe_load((Path(__file__).parent / "permissions-api.yaml").read_text())
ROUTES: dict[str, dict[str, dict[int, str]]] = TABLE["routes"] | API["routes"]
CHARACTERS: dict[str, dict[str, Any]] = TABLE["characters"]


def columns(cells: dict[int, str]) -> Iterator[tuple[str, int]]:
    for status, characters in cells.items():
        for character in characters.split():
            yield character, status


def test_every_route_is_in_the_table():
    assert names(get_resolver().url_patterns) == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_every_character_is_in_every_line_once(route):
    for method, cells in ROUTES[route].items():
        assert sorted(character for character, _ in columns(cells)) == sorted(CHARACTERS), f"{method} {route}"


def test_every_role_has_a_character():
    assert {told["role"] for told in CHARACTERS.values() if "role" in told} == set(RoleKind)


def test_every_route_says_its_right_or_is_open_to_all():
    silent = []

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)
            elif not getattr(pattern.callback, "says_who", False) and getattr(pattern.callback, "login_required", True):
                silent.append(pattern.name)

    walk(get_resolver().url_patterns)
    assert silent == [], "wrap the view with needs(...) or for_whoever_signed_in in urls.py"


def character(world: worlds.World, told: dict[str, Any], now: datetime) -> User:
    user = UserFactory(analyst=False)
    if "role" in told:
        over = {
            "establishment": world.establishment,
            "other establishment": world.unseen,
            "group": world.group,
            "region": world.region,
            "other region": RegionFactory(code="X9", name="Ostrevent"),
            "nation": None,
        }[told["over"]]
        began = now - timedelta(days=30)
        until = now - timedelta(minutes=1) if told.get("expired") else None
        actions.grant_role(user=user, kind=told["role"], over=over, valid_until=until, by="test", now=began)
    return user


def asked(client: Client, method: str, url: str) -> int:
    """The status; what a request wrote is taken back, so that the next one finds the same world."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, url)
        answer.close()
        transaction.set_rollback(True)
    client.cookies = cookies
    stop_file().unlink(missing_ok=True)
    return int(answer.status_code)


@pytest.fixture(scope="module")
def without_log() -> Iterator[None]:
    """Hundreds of refusals, each with its traceback, would be most of the time."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[worlds.World]:
    """Built once for all the characters, and taken back at their end."""
    compile_stale()
    with django_db_blocker.unblock(), transaction.atomic():
        now = timezone.now()
        built = worlds.build(now, establishments=3, services_each=2)
        mark_essential(establishment=built.establishment, essential=True, by="test", now=now)
        agree(establishment=built.establishment, kinds=["product"], signatory="D", basis="L", by="test", now=now)
        yield built
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def urls(world: worlds.World) -> dict[str, str]:
    given = arguments(world) | api.arguments(world)
    return {name: reverse(full(name), args=given[name]) for name in ROUTES}


def signed_in(world: worlds.World, told: dict[str, Any]) -> Client:
    client = Client()
    if not told.get("anonymous"):
        client.force_login(character(world, told, timezone.now()))
        client.get("/healthz")  # ties the session to its browser, which every request would do again
    return client


# Every route for each of them, at every run; the other characters when everything is checked.
ALWAYS = ("anonymous", "expired", "aline", "bruno")


@pytest.mark.django_db
@pytest.mark.usefixtures("without_log")
@pytest.mark.parametrize(
    "name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.thorough) for name in CHARACTERS]
)
def test_every_route_answers_as_the_table_says(world, urls, settings, name):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    client = signed_in(world, CHARACTERS[name])
    wrong = []
    for route, methods in ROUTES.items():
        for method, cells in methods.items():
            status, right = asked(client, method, urls[route]), dict(columns(cells))[name]
            if status != right:
                wrong.append(f"{method} {route}: {status}, not {right}")
    assert wrong == []
