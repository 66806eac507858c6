"""Every address of the site is in this table: what Bruno, signed out, gets, and what Aline gets in how many queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, include, path, reverse

from tests.api import routes as api
from tests.web.world import World

MOST_QUERIES = 16  # each on its own index; what must never grow is their number with the list
MOST_OF_A_LIST = 10
LISTS = {"establishments", "findings", "campaigns", "vulnerabilities", "sightings", "declarations", "group-audits"}
OPEN_TO_ALL = {"sign-in", "link", "language", "theme", "healthz", "readyz", "metrics"} | {"open-notice", "notice-feed"}
# Anybody may declare; a signed cookie, a code or a link opens the rest.
OPEN_TO_ALL |= {"declare-incident", "resume-declaration", "confirm-declaration", "follow-declaration", "passed-on"}
OPEN_TO_ALL |= {"touched-by-mail"}
OPEN_TO_ALL |= {"own-declaration", "own-declaration-complete", "own-declaration-submit", "own-declaration-prepare"}
OPEN_TO_ALL |= {"paper-declaration", "offline-declaration", "offline-token", "offline-worker"}
OPEN_TO_ALL |= {"who-scans-you", "security-txt", "report-weakness", "follow-weakness", "weakness-link"}
OPEN_TO_ALL |= {"own-declaration-attach", "openid", "openid-answer", "sign-mandate", "new-start"}
OPEN_TO_ALL |= {"opened-watch"}
# Without a provider of identities there is nothing at these: tests/web/openid asks them with one.
WITHOUT_PROVIDER = {"openid", "openid-answer", "openid-begin-link", "openid-link", "openid-unlink"}
# Not open to an analyst: asked in tests/web/test_people.py and test_trail.py by those who may.
OF_OTHERS = {"delegate-role", "people", "invite", "person", "providers", "trail"}
# Asked in its own test once the incident is qualified.
OF_OTHERS |= {"incident-document"}
POST_ONLY = {"sign-out", "language", "theme", "end-asset", "withdraw-mandate", "judge-campaign"} | {
    "judge-vanished",
    "pause-campaign",
    "resume-campaign",
    "end-session",
    "revoke-token",
    "remove-proof",
    "passkey",
    "passkey-options",
    "acknowledge-finding",
    "give-findings",
    "declare-fix",
    "retest-finding",
    "judge-mailing",
    "declaration-submit",
    "review-submission",
    "incident-step",
    "incident-authority",
    "handle-incident",
    "own-declaration-submit",
    "declaration-attach",
    "own-declaration-attach",
    "incident-touches",
    "ask-structures",
    "openid-unlink",
    "gather-group-audit",
    "note-call",
    "ask-director",
    "verify-sighting",
    "judge-report",
    "end-agreement",
    "judge-alert",
    "end-watching",
}


def arguments(world: World) -> dict[str, list[object]]:
    one = world.establishment.finess
    return {
        "home": [],
        "search": [],
        "sign-in": [],
        "sign-out": [],
        "link": ["a-token"],
        "account": [],
        "password": [],
        "tokens": [],
        "revoke-token": [10**9],
        "end-session": [10**9],
        "enrol": [],
        "remove-proof": [10**9],
        "second-factor": [],
        "passkey-options": [],
        "passkey": [],
        "delegate-role": [10**9],
        "people": [],
        "invite": [],
        "person": [10**9],
        "providers": [one],
        "trail": [],
        "openid": [],
        "openid-answer": [],
        "openid-begin-link": [],
        "openid-link": [],
        "openid-unlink": [],
        "language": [],
        "theme": [],
        "territory": ["region", "X1"],
        "group": [world.group.kind, world.group.code],
        "establishments": [],
        "establishment": [one],
        "card": [one],
        "card-pdf": [one],
        "perimeter": [one],
        "declare-asset": [one],
        "first-hour": [one],
        "first-hour-progress": [one],
        "ask-director": [one],
        "sign-mandate": ["a-token"],
        "new-start": ["a-token"],
        "opened-watch": ["a-token"],
        "proposals": [one],
        "prove-asset": [one, world.asset.pk],
        "proof-state": [one, world.asset.pk],
        "edit-asset": [one, world.asset.pk],
        "deny-asset": [one, world.asset.pk],
        "proof-document": [one, world.document.pk],
        "perimeter-review": [],
        "judge-document": [world.document.pk],
        "decide-contest": [world.contest.pk],
        "end-asset": [one, 1],
        "grant-mandate": [one],
        "withdraw-mandate": [one, 1],
        "level": [world.level.pk],
        "findings": [],
        "finding": [world.finding.pk],
        "acknowledge-finding": [world.finding.pk],
        "declare-fix": [world.finding.pk],
        "retest-finding": [world.finding.pk],
        "retest-answer": [world.finding.pk],
        "give-findings": [],
        "decide-finding": [world.finding.pk, "plan"],
        "verify-measure": [world.finding.pk, world.measure.pk],
        "vulnerabilities": [],
        "feeds": [],
        "vulnerability": [world.vulnerability.cve],
        "alerts": [],
        "alert": [world.national_alert.pk],
        "judge-alert": [world.national_alert.pk],
        "exposed-to-range": [],
        "priority": [],
        "products": [],
        "product": ["pulsesecure:pulse_connect_secure"],
        "watching": [],
        "end-watching": [10**9],
        "campaigns": [],
        "new-campaign": [],
        "campaign": [world.campaign.pk],
        "campaign-progress": [world.campaign.pk],
        "unlooked": [world.campaign.pk],
        "vanished": [],
        "judge-vanished": [world.vanished.pk],
        "who-scans-you": [],
        "spared": [],
        "spare": [],
        "lift-spared": [world.spared.pk],
        "spare-own": [one],
        "pause-campaign": [world.campaign.pk],
        "resume-campaign": [world.campaign.pk],
        "judge-campaign": [world.campaign.pk],
        "establishment-time-to-fix": [one],
        "group-time-to-fix": [world.group.kind, world.group.code],
        "territory-time-to-fix": ["region", "X1"],
        "group-audits": [],
        "new-group-audit": [],
        "group-audit": [world.group_audit.pk],
        "group-audit-pdf": [world.group_audit.pk],
        "gather-group-audit": [world.group_audit.pk],
        "review-group-audit": [world.group_audit.pk],
        "step-group-audit": [world.group_audit.pk, "conclude"],
        "declare-incident": [],
        "resume-declaration": [],
        "paper-declaration": [],
        "offline-declaration": [],
        "offline-token": [],
        "offline-worker": [],
        "confirm-declaration": ["a-token"],
        "follow-declaration": ["a-token"],
        "passed-on": ["a-token"],
        "own-declaration": ["00000-00000-0"],
        "own-declaration-complete": ["00000-00000-0"],
        "own-declaration-submit": ["00000-00000-0"],
        "declarations": [],
        "incident-years": [],
        "incident-year": [2026],
        "incident-year-pdf": [2026],
        "never-declared": [],
        "incident-outlines": [],
        "ask-structures": [world.shared.pk],
        "touched-by-mail": ["a-token"],
        "declaration": [world.declaration.reference],
        "declaration-complete": [world.declaration.reference],
        "declaration-submit": [world.declaration.reference],
        "declaration-attach": [world.declaration.reference],
        "own-declaration-attach": ["00000-00000-0"],
        "attachment": [world.declaration.reference, world.attachment.uid],
        "purge-attachment": [world.declaration.reference, world.attachment.uid],
        "security-txt": [],
        "report-weakness": [],
        "follow-weakness": [],
        "weakness-link": ["a-token"],
        "weaknesses": [],
        "weakness": [world.weakness.pk],
        "shared-incidents": [],
        "open-shared-incident": [],
        "shared-incident": [world.shared.pk],
        "incident-touches": [world.shared.pk],
        "incidents": [],
        "duty": [],
        "incident-calls": [],
        "incident": [world.declaration.incident_id],
        "qualify-incident": [world.declaration.incident_id],
        "incident-obligations": [world.declaration.incident_id],
        "review-submission": [world.declaration.incident_id],
        "declaration-prepare": [world.declaration.reference, "gdpr", "notification"],
        "own-declaration-prepare": ["00000-00000-0", "gdpr", "notification"],
        "incident-document": [world.declaration.incident_id, "pdf"],
        "incident-step": [world.declaration.incident_id],
        "incident-authority": [world.declaration.incident_id],
        "handle-incident": [world.declaration.incident_id, "note"],
        "notices": [],
        "notice": [world.notice.pk],
        "funnel": [],
        "calls": [],
        "edit-mailing": [world.notice.alert.mailing_id],
        "judge-mailing": [world.notice.alert.mailing_id],
        "note-call": [world.notice.alert_id],
        "open-notice": ["a-token"],
        "notice-feed": ["a-token"],
        "contacts": [one],
        "group-contacts": [world.group.kind, world.group.code],
        "territory-contacts": ["region", "X1"],
        "sightings": [],
        "sighting": [world.sighting.pk],
        "sighting-answer": [world.sighting.pk],
        "verify-sighting": [world.sighting.pk],
        "reject-sighting": [world.sighting.pk],
        "reports": [one],
        "report": [one, world.upload.pk],
        "judge-report": [one, world.upload.pk],
        "notes": [one],
        "agreements": [one],
        "end-agreement": [one, "product"],
        "stop": [],
        "healthz": [],
        "readyz": [],
        "metrics": [],
    }


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    """Of every route below the root: those of the pages as they are, those of another namespace with it before."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace if pattern.namespace not in {None, "web"} else ""
            found |= names(pattern.url_patterns, f"{space}{inner}:" if inner else space)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            found.add(f"{space}{pattern.name}")
    return found


def full(name: str) -> str:
    """As `reverse` takes it."""
    return name if ":" in name else f"web:{name}"


def test_a_route_of_a_new_namespace_is_named_by_it() -> None:
    def page(*_: object) -> None: ...

    inner = ([path("collections", page, name="collections")], "taxii")
    made = [path("", include(([path("", page, name="home")], "web"))), path("taxii/", include(inner))]
    assert names(made) == {"home", "taxii:collections"}
    assert [full(name) for name in sorted(names(made))] == ["web:home", "taxii:collections"]


def test_every_address_is_in_the_table(world: World) -> None:
    assert names(get_resolver().url_patterns) == set(arguments(world)) | set(api.arguments(world))


def test_bruno_sees_nothing_and_changes_nothing(world: World, bruno: Client) -> None:
    for name, args in arguments(world).items():
        url = reverse(full(name), args=args)
        for answer in (bruno.get(url), bruno.post(url)):
            if name not in OPEN_TO_ALL:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/sign-in?next="), name
            assert world.establishment.name not in answer.content.decode(errors="replace"), name


# A vulnerability: its sources, who is exposed, what an upgrade gains, a timeline of what each app knows.
# An incident: all that was done.
MOST_OF_ONE = {"vulnerability": 30, "incident": 21, "establishment": 17}


def most(name: str) -> int:
    return MOST_OF_ONE.get(name) or (MOST_OF_A_LIST if name in LISTS else MOST_QUERIES)


def test_every_page_answers_in_few_queries(world: World, signed_in: Client) -> None:
    over = {}
    for name, args in arguments(world).items():
        # Nobody has enrolled a second factor here.
        if name in POST_ONLY | OPEN_TO_ALL | WITHOUT_PROVIDER | OF_OTHERS | {"second-factor"}:
            continue
        with CaptureQueriesContext(connection) as queries:
            answer = signed_in.get(reverse(full(name), args=args))
        assert answer.status_code == 200, name
        if len(queries) > most(name):
            over[name] = len(queries)
    assert over == {}


def test_the_number_of_queries_does_not_grow_with_the_list(today: object, signed_in: Client) -> None:
    from tests.web import world as worlds

    worlds.build(today, establishments=12, services_each=6)  # type: ignore[arg-type]
    for name in sorted(LISTS | {"home"}):
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(reverse(full(name)))
        assert len(queries) <= most(name), f"{name}: {len(queries)} queries"


def test_what_acts_refuses_to_be_read(world: World, signed_in: Client) -> None:
    for name in sorted(POST_ONLY):
        assert signed_in.get(reverse(full(name), args=arguments(world)[name])).status_code == 405, name


def test_no_page_carries_inline_code_nor_style(world: World, signed_in: Client) -> None:
    for name, args in arguments(world).items():
        if name in POST_ONLY or name in OPEN_TO_ALL - {"sign-in"}:
            continue
        body = signed_in.get(reverse(full(name), args=args)).content.decode(errors="replace")
        assert " style=" not in body, name
        assert "<style" not in body, name
        assert " onclick=" not in body, name
        assert "<script>" not in body, name


@pytest.mark.parametrize(
    "url",
    [
        "/nowhere",
        "/establishments/999999999/",
        "/findings/999999/",
        "/levels/999999/",
        "/vulnerabilities/CVE-1999-0000/",
        "/campaigns/999999/",
        "/territories/region/ZZ/",
        "/groups/ght/ZZ/",
        "/establishments/'%22%3Cscript%3E/",
    ],
)
def test_what_does_not_exist_is_a_designed_page(signed_in: Client, url: str) -> None:
    answer = signed_in.get(url)
    assert answer.status_code == 404
    assert "Nothing at this address" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_words(world: World, aline: object) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(aline)  # type: ignore[arg-type]
    answer = client.post("/stop")
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
