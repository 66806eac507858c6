"""The network is down: the page opens, keeps what is typed, and sends it once when the network is back."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.factories import RegionFactory
from vigie.apps.incidents.models import Declaration

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/incidents/offline"
SAID = {"structure": "Clinique Exemple", "email": "aline@valmorne.example", "seen": "Plus rien ne répond."}


@pytest.fixture
def page(browser: Browser, live_server, transactional_db):
    RegionFactory()
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(PAGE)
    page.wait_for_selector("html[data-offline=ready]", state="attached")
    yield page
    context.close()


def type_all(page: Page, **more: str) -> None:
    for name, text in {**SAID, "discovered_at": "2026-01-10T05:30", **more}.items():
        page.fill(f"[name={name}]", text)


def send(page: Page) -> None:
    page.click("#offline-form button[type=submit]")


def says(page: Page, name: str) -> None:
    expect(page.locator(f"[data-says={name}]")).to_be_visible()


def test_what_is_typed_without_a_network_is_sent_once_when_it_is_back(page):
    page.context.set_offline(True)
    page.reload()
    type_all(page)
    says(page, "kept-offline")
    page.check("[name=natures][value=health]")
    send(page)
    says(page, "waiting")
    page.reload()  # the computer was started again
    assert page.input_value("[name=seen]") == SAID["seen"]
    assert page.is_checked("[name=natures][value=health]")
    assert not Declaration.objects.exists()
    page.context.set_offline(False)
    page.wait_for_url("**/incidents/mine/**")
    made = Declaration.objects.get()
    assert made.reference in page.content()
    assert made.versions.get().choices["natures"] == ["health"]
    assert page.evaluate("localStorage.getItem('vigie.declaration')") is None


def test_an_answer_that_was_lost_on_its_way_declares_nothing_twice(page):
    lost = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.context.route("**/incidents/declare", lose_the_first)
    type_all(page)
    send(page)
    says(page, "waiting")
    assert lost == [302]
    assert Declaration.objects.count() == 1
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_url("**/incidents/mine/**")
    assert Declaration.objects.count() == 1


def test_an_answer_that_is_refused_goes_to_the_page_that_says_why_and_nothing_typed_is_lost(page):
    type_all(page, email="")
    send(page)
    page.wait_for_url("**/incidents/declare")
    expect(page.locator("#faults")).to_be_visible()
    assert page.input_value("[name=seen]") == SAID["seen"]
    page.fill("[name=email]", SAID["email"])
    page.click("button[value=declare]")
    page.wait_for_url("**/incidents/mine/**")
    assert Declaration.objects.submitted().count() == 1


def test_what_is_kept_can_be_destroyed_and_the_page_says_who_could_read_it(page):
    type_all(page)
    says(page, "kept")
    assert "ordinateur partagé" in page.content()
    page.click("#offline-forget")
    says(page, "forgotten")
    page.reload()
    assert page.input_value("[name=seen]") == ""


def test_the_page_that_browsers_keep_holds_neither_account_nor_token(page, session_cookie):
    host = page.url.split("/")[2].split(":")[0]
    page.context.add_cookies([{"name": "sessionid", "value": session_cookie, "domain": host, "path": "/"}])
    page.reload()
    assert "aline@vigie.example" not in page.content()
    assert "csrfmiddlewaretoken" not in page.content()
