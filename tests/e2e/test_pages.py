"""Every page at three widths, in both languages and both themes: nothing overflows, breaks or shuts anybody out."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.web.world import World
from vigie.apps.notices.tokens import link_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (1440, 768, 360)
# Set to a folder to keep what was seen: for people who change the look.
SHOTS = os.environ.get("SHOTS")


def addresses(world: World) -> dict[str, str]:
    one = world.establishment.finess
    return {
        "home": reverse("web:home"),
        "past": reverse("web:home") + "?as_of=2026-01-10",
        "region": reverse("web:territory", args=["region", "X1"]),
        "group": reverse("web:group", args=[world.group.kind, world.group.code]),
        "establishments": reverse("web:establishments"),
        "establishment": reverse("web:establishment", args=[one]),
        "card": reverse("web:card", args=[one]),
        "unseen-card": reverse("web:card", args=[world.unseen.finess]),
        "unseen": reverse("web:establishment", args=[world.unseen.finess]),
        "perimeter": reverse("web:perimeter", args=[one]),
        "grant": reverse("web:grant-mandate", args=[one]),
        "first-hour": reverse("web:first-hour", args=[one]),
        "first-hour-domain": reverse("web:first-hour", args=[world.unseen.finess]),
        "proposals": reverse("web:proposals", args=[one]),
        "prove-asset": reverse("web:prove-asset", args=[one, world.asset.pk]),
        "edit-asset": reverse("web:edit-asset", args=[one, world.asset.pk]),
        "perimeter-review": reverse("web:perimeter-review"),
        "judge-document": reverse("web:judge-document", args=[world.document.pk]),
        "decide-contest": reverse("web:decide-contest", args=[world.contest.pk]),
        "level": reverse("web:level", args=[world.level.pk]),
        "group-level": reverse("web:level", args=[world.group_level.pk]),
        "findings": reverse("web:findings"),
        "finding": reverse("web:finding", args=[world.finding.pk]),
        "ended-finding": reverse("web:finding", args=[world.closed.pk]),
        "plan-finding": reverse("web:decide-finding", args=[world.finding.pk, "plan"]),
        "verify-measure": reverse("web:verify-measure", args=[world.finding.pk, world.measure.pk]),
        "vulnerabilities": reverse("web:vulnerabilities"),
        "feeds": reverse("web:feeds"),
        "vulnerability": reverse("web:vulnerability", args=[world.vulnerability.cve]),
        "alerts": reverse("web:alerts"),
        "alert": reverse("web:alert", args=[world.national_alert.pk]),
        "exposed-to-range": reverse("web:exposed-to-range") + "?range=pulsesecure:pulse_connect_secure+<9.1R11.4",
        "priority": reverse("web:priority"),
        "products": reverse("web:products"),
        "product": reverse("web:product", args=["pulsesecure:pulse_connect_secure"]),
        "watching": reverse("web:watching"),
        "campaigns": reverse("web:campaigns"),
        "campaign": reverse("web:campaign", args=[world.campaign.pk]),
        "new-campaign": reverse("web:new-campaign"),
        "who-scans-you": reverse("web:who-scans-you"),
        "spared": reverse("web:spared"),
        "spare": reverse("web:spare"),
        "spare-own": reverse("web:spare-own", args=[world.establishment.finess]),
        "vanished": reverse("web:vanished"),
        "unlooked": reverse("web:unlooked", args=[world.campaign.pk]),
        "region-time-to-fix": reverse("web:territory-time-to-fix", args=["region", "X1"]),
        "establishment-time-to-fix": reverse("web:establishment-time-to-fix", args=[one]) + "?from=notified",
        "group-audits": reverse("web:group-audits"),
        "group-audit": reverse("web:group-audit", args=[world.group_audit.pk]),
        "group-audit-review": reverse("web:review-group-audit", args=[world.group_audit.pk]),
        "group-audit-step": reverse("web:step-group-audit", args=[world.group_audit.pk, "restitute"]),
        "new-group-audit": reverse("web:new-group-audit") + f"?code={world.group.code}",
        "account": reverse("web:account"),
        "enrol": reverse("web:enrol"),
        "tokens": reverse("web:tokens"),
        "api": reverse("api:docs"),
        "declare-incident": reverse("web:declare-incident"),
        "resume-declaration": reverse("web:resume-declaration"),
        "declarations": reverse("web:declarations"),
        "incident-year": reverse("web:incident-years"),
        "never-declared": reverse("web:never-declared"),
        "incident-outlines": reverse("web:incident-outlines"),
        "declaration": reverse("web:declaration", args=[world.declaration.reference]),
        "purge-attachment": reverse("web:purge-attachment", args=[world.declaration.reference, world.attachment.uid]),
        "offline-declaration": reverse("web:offline-declaration"),
        "report-weakness": reverse("web:report-weakness"),
        "follow-weakness": reverse("web:follow-weakness"),
        "weaknesses": reverse("web:weaknesses"),
        "weakness": reverse("web:weakness", args=[world.weakness.pk]),
        "shared-incidents": reverse("web:shared-incidents"),
        "open-shared-incident": reverse("web:open-shared-incident"),
        "shared-incident": reverse("web:shared-incident", args=[world.shared.pk]),
        "complete-declaration": reverse("web:declaration-complete", args=[world.declaration.reference]),
        "incidents": reverse("web:incidents"),
        "duty": reverse("web:duty"),
        "incident-calls": reverse("web:incident-calls"),
        "incident": reverse("web:incident", args=[world.declaration.incident_id]),
        "qualify-incident": reverse("web:qualify-incident", args=[world.declaration.incident_id]),
        "incident-obligations": reverse("web:incident-obligations", args=[world.declaration.incident_id]),
        "prepare-obligation": reverse(
            "web:declaration-prepare", args=[world.declaration.reference, "gdpr", "notification"]
        ),
        "notices": reverse("web:notices"),
        "notice": reverse("web:notice", args=[world.notice.pk]),
        "funnel": reverse("web:funnel"),
        "contacts": reverse("web:contacts", args=[one]),
        "unreached": reverse("web:territory-contacts", args=["region", "X1"]),
        "open-notice": reverse("web:open-notice", args=[link_token(world.notice.uid)]),
        "calls": reverse("web:calls"),
        "edit-mailing": reverse("web:edit-mailing", args=[world.notice.alert.mailing_id]),
        "sightings": reverse("web:sightings"),
        "sighting": reverse("web:sighting", args=[world.sighting.pk]),
        "reject-sighting": reverse("web:reject-sighting", args=[world.sighting.pk]),
        "reports": reverse("web:reports", args=[one]),
        "report": reverse("web:report", args=[one, world.upload.pk]),
        "notes": reverse("web:notes", args=[one]),
        "agreements": reverse("web:agreements", args=[one]),
        "stop": reverse("web:stop"),
        "search": reverse("web:search") + "?q=val",
        "missing": "/nowhere",
    }


LOOKS = (("fr", "light"), ("en", "dark"), ("fr", "dark"), ("en", "light"))


EVERY_LOOK = {"alerts", "alert"}  # the board that is read on a bad morning


def seen_in(number: int, look: tuple[str, str]) -> bool:
    """Each page is seen in both languages and both themes, by two looks of four: its neighbour has the other two."""
    return LOOKS.index(look) // 2 == number % 2


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_page_holds(
    live_server: object, browser: Browser, world: World, session_cookie: str, axe: str, language: str, theme: str
) -> None:
    site = str(live_server)
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
    context.add_cookies(
        [
            {"name": name, "value": value, "url": site}
            for name, value in (("sessionid", session_cookie), ("django_language", language), ("theme", theme))
        ]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.extend(_told(message)))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    for number, (name, address) in enumerate(addresses(world).items()):
        if name not in EVERY_LOOK and not seen_in(number, (language, theme)):
            continue
        page.goto(site + address, wait_until="load")
        assert page.locator("html").get_attribute("data-bs-theme") == theme or name == "missing"
        complaints += _overflows(page, name)
        complaints += _shuts_out(page, axe, name)
        if SHOTS:
            _keep(page, f"{name}-{language}-{theme}")
    context.close()
    assert complaints == []


def _told(message: ConsoleMessage) -> list[str]:
    # The browser tells of the 404 that the test asks for on purpose.
    asked_for = "404" in message.text and "nowhere" in message.location.get("url", "")
    return [f"{message.location}: {message.text}"] if message.type in {"error", "warning"} and not asked_for else []


def _overflows(page: Page, name: str) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{name}: {wide} pixels too wide at {width}")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return found


def _shuts_out(page: Page, axe: str, name: str) -> list[str]:
    page.evaluate(axe)  # through the debugger: the policy of the page stays as strict as it is
    seen = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{name}: {fault['id']}: {node['html'][:140]} {node['failureSummary'][:200]}"
        for fault in seen["violations"]
        for node in fault["nodes"][:3]
    ]


def _keep(page: Page, name: str) -> None:
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(str(SHOTS)) / f"{name}-{width}.png"), full_page=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 800, "height": 1130})  # A4 at 96 pixels an inch
    page.screenshot(path=str(Path(str(SHOTS)) / f"{name}-print.png"), full_page=True)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
