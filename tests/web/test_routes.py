"""Every address of the site is in this table: what Bruno, signed out, gets, and what Aline gets in how many queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.world import World

MOST_QUERIES = 13
OPEN_TO_ALL = {"sign-in", "link", "language", "theme", "healthz", "readyz", "metrics"} | {"open-notice", "notice-feed"}
POST_ONLY = {"sign-out", "language", "theme", "end-asset", "withdraw-mandate", "judge-campaign"} | {
    "end-session",
    "remove-proof",
    "passkey",
    "passkey-options",
    "acknowledge-finding",
    "declare-fix",
    "retest-finding",
    "judge-mailing",
    "note-call",
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
        "end-session": [10**9],
        "enrol": [],
        "remove-proof": [10**9],
        "second-factor": [],
        "passkey-options": [],
        "passkey": [],
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
        "decide-finding": [world.finding.pk, "plan"],
        "verify-measure": [world.finding.pk, world.measure.pk],
        "vulnerabilities": [],
        "vulnerability": [world.vulnerability.cve],
        "campaigns": [],
        "new-campaign": [],
        "campaign": [world.campaign.pk],
        "campaign-progress": [world.campaign.pk],
        "judge-campaign": [world.campaign.pk],
        "notices": [],
        "notice": [world.notice.pk],
        "funnel": [],
        "judge-mailing": [world.notice.alert.mailing_id],
        "note-call": [world.notice.alert_id],
        "open-notice": ["a-token"],
        "notice-feed": ["a-token"],
        "contacts": [one],
        "group-contacts": [world.group.kind, world.group.code],
        "territory-contacts": ["region", "X1"],
        "stop": [],
        "healthz": [],
        "readyz": [],
        "metrics": [],
    }


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            found.add(pattern.name)
    return found


def test_every_address_is_in_the_table(world: World) -> None:
    assert names(get_resolver().url_patterns) == set(arguments(world))


def test_bruno_sees_nothing_and_changes_nothing(world: World, bruno: Client) -> None:
    for name, args in arguments(world).items():
        url = reverse(f"web:{name}", args=args)
        for answer in (bruno.get(url), bruno.post(url)):
            if name not in OPEN_TO_ALL:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/sign-in?next="), name
            assert world.establishment.name not in answer.content.decode(), name


def test_every_page_answers_in_few_queries(world: World, signed_in: Client) -> None:
    for name, args in arguments(world).items():
        if name in POST_ONLY or name in OPEN_TO_ALL or name == "second-factor":  # nobody has enrolled one here
            continue
        with CaptureQueriesContext(connection) as queries:
            answer = signed_in.get(reverse(f"web:{name}", args=args))
        assert answer.status_code == 200, name
        assert len(queries) <= MOST_QUERIES, f"{name}: {len(queries)} queries"


def test_the_number_of_queries_does_not_grow_with_the_list(today: object, signed_in: Client) -> None:
    from tests.web import world as worlds

    worlds.build(today, establishments=12, services_each=6)  # type: ignore[arg-type]
    for name in ("home", "establishments", "findings", "campaigns"):
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(reverse(f"web:{name}"))
        assert len(queries) <= MOST_QUERIES, name


def test_what_acts_refuses_to_be_read(world: World, signed_in: Client) -> None:
    for name in sorted(POST_ONLY):
        assert signed_in.get(reverse(f"web:{name}", args=arguments(world)[name])).status_code == 405, name


def test_no_page_carries_inline_code_nor_style(world: World, signed_in: Client) -> None:
    for name, args in arguments(world).items():
        if name in POST_ONLY or name in OPEN_TO_ALL - {"sign-in"}:
            continue
        body = signed_in.get(reverse(f"web:{name}", args=args)).content.decode(errors="replace")
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
