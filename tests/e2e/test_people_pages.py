"""The pages that an analyst does not see, each by who does: nothing overflows, breaks or shuts anybody out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from tests.e2e.test_pages import WIDTHS, _overflows, _shuts_out, _told
from tests.factories import UserFactory
from tests.web.world import World
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def somebody(kind: str, over: object = None) -> User:
    user = UserFactory(analyst=False, email=f"{kind.replace('_', '-')}@vigie.example")
    actions.grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=1))  # type: ignore[arg-type]
    return user


def seen_by(world: World) -> list[tuple[User, list[str]]]:
    administrator = somebody("technical_administrator")
    director = somebody("establishment_director", world.establishment)
    provider = somebody("provider", world.establishment)
    role = director.roles.get().pk
    return [
        (
            administrator,
            [reverse("web:people"), reverse("web:invite"), reverse("web:person", args=[provider.pk])],
        ),
        (somebody("duty_manager"), [reverse("web:trail")]),
        (
            director,
            [
                reverse("web:providers", args=[world.establishment.finess]),
                reverse("web:delegate-role", args=[role]),
            ],
        ),
    ]


@pytest.mark.parametrize(("language", "theme"), [("fr", "dark"), ("en", "light")])
def test_the_pages_of_people_hold(
    live_server: object, browser: Browser, world: World, axe: str, language: str, theme: str
) -> None:
    site, complaints = str(live_server), list[str]()
    for user, addresses in seen_by(world):
        client = Client()
        client.force_login(user)
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language, "theme": theme}
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_told(message)))
        for address in addresses:
            page.goto(site + address, wait_until="load")
            assert page.locator("h1").count() == 1, address
            complaints.extend([*_overflows(page, address), *_shuts_out(page, axe, address)])
        context.close()
    assert complaints == []
