"""A real browser on the real pages: Chromium when it is on this machine, else skipped, saying so."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from tests.factories import UserFactory
from tests.web import world as worlds
from vigie.config.catalogues import compile_stale

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")  # its event loop must not outlive the tests that use it
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        why = "Chromium is not on this machine: the pages are not looked at in a browser"
        if os.environ.get("VIGIE_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    compile_stale()
    # Playwright's loop runs in this thread: Django would refuse the database while nothing is really concurrent.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def world(transactional_db: None) -> worlds.World:
    return worlds.build(timezone.now())


@pytest.fixture
def session_cookie(transactional_db: None) -> str:
    client = Client()
    client.force_login(UserFactory(email="aline@vigie.example"))
    return client.cookies["sessionid"].value


@pytest.fixture
def axe() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
