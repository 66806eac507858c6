"""The first hour of a new officer, walked in a browser on a running installation: what each page said, in order."""

import json
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.newcomer import FINESS

DOMAIN = "nouveau-pont.valombre.example"
WAIT = 40_000  # milliseconds: what is tested is that it comes, not when


def walk(browser: Browser, site: str, environment: dict[str, str]) -> dict[str, str]:
    """My domain, its proof, my director signs, the first look, today."""
    script = Path(__file__).with_name("newcomer.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    links = json.loads(done.stdout)
    # A domain that receives mail, lets anybody send in its name, and says nothing of what to do about it.
    for kind, text in (("MX", f"10 mx.{DOMAIN}."), ("TXT", "v=spf1 +all")):
        _publish(environment, DOMAIN, kind, text)
    officer = _signed_in(browser, site, links["establishment_officer"])
    told = {"domain": _declare(officer, site), "proof": _prove(officer, environment)}
    officer.goto(f"{site}/establishments/{FINESS}/first-hour")
    officer.get_by_role("button", name="Have Vigie write to my director").click()
    told["asked"] = officer.get_by_role("main").inner_text()
    director = _signed_in(browser, site, links["establishment_director"])
    told["signed"] = _sign(director, site)
    officer.reload()
    officer.get_by_role("button", name="Look now").click()
    officer.get_by_text("to do today").wait_for(timeout=WAIT)  # the page goes there by itself
    told["today"] = officer.get_by_role("main").inner_text()
    officer.locator(".v-todo a").first.click()
    told["finding"] = officer.get_by_role("main").inner_text()
    for page in (officer, director):
        page.context.close()
    return told


def _signed_in(browser: Browser, site: str, token: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(WAIT)
    context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
    page = context.new_page()
    page.goto(f"{site}/link/{token}")
    page.locator("main form button").click()
    page.wait_for_load_state()
    return page


def _declare(page: Page, site: str) -> str:
    page.goto(f"{site}/establishments/{FINESS}/first-hour")
    page.get_by_label("What is the domain of your establishment?").fill(DOMAIN)
    page.get_by_role("button", name="Continue").click()
    return page.get_by_role("main").inner_text()


def _prove(page: Page, environment: dict[str, str]) -> str:
    page.get_by_role("link", name="Prove it").click()
    page.get_by_role("button", name="Show me the record to publish").click()
    shown = page.get_by_role("main").inner_text()
    name, text = re.search(r"(_vigie-proof\.\S+)", shown)[1], re.search(r"(vigie-proof=\S+)", shown)[1]
    _publish(environment, name, "TXT", text)
    page.get_by_role("button", name="It is in place: look for it").click()
    page.get_by_text("It holds until").wait_for(timeout=WAIT)  # the page asks again by itself
    return page.get_by_role("main").inner_text()


def _publish(environment: dict[str, str], *record: str) -> None:
    command = [sys.executable, "-m", "vigie.cli.main", "lab", "publish", *record]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _sign(page: Page, site: str) -> str:
    page.goto(f"{site}/establishments/{FINESS}/first-hour")
    page.get_by_label("Your name and position").fill("Dominique Exemple, directeur")
    page.get_by_label("I authorise Vigie to look").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    return page.get_by_role("main").inner_text()
