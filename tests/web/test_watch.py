"""The pages of the watch: who reads what, what a button does, and how few questions each page asks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import EstablishmentFactory, PairFactory, RoleFactory, ServiceFactory, UserFactory
from tests.web.world import REMOTE, World
from vigie.apps.vulns.models import PairMatch, VulnerabilityChange
from vigie.apps.watch import drafting
from vigie.apps.watch.models import NationalAlert, Watched

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12  # what the page itself asks, beside session, reader and roles
AROUND = 6


def page(client: Client, name: str, *given: object, query: str = "") -> str:
    answer = client.get(reverse(f"web:{name}", args=given) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def reader(kind: str, over: str = "nation", **of: object) -> Client:
    user = UserFactory(analyst=False)
    RoleFactory(user=user, kind=kind, scope_kind=over, **of)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def elsewhere(world: World) -> Client:
    """Bruno: the officer of an establishment that the alert does not concern."""
    return reader("establishment_officer", "establishment", establishment=world.unseen)


@pytest.fixture
def officer(world: World) -> Client:
    return reader("establishment_officer", "establishment", establishment=world.establishment)


def doubtful(world: World, verdict: str) -> None:
    """Another establishment shows a version that does not decide."""
    pair = PairFactory(vendor="pulsesecure", product="pulse_connect_secure", version="")
    PairMatch.objects.create(
        pair=pair, vulnerability=world.vulnerability, verdict=verdict, source="vigie", evidence="no version",
        since=world.notice.planned_at,
    )  # fmt: skip
    ServiceFactory(establishment=world.unseen, pair=pair, port=443)
    drafting.count(alert=world.national_alert, now=world.notice.planned_at + timedelta(days=2))


def test_the_board_says_first_what_waits(world: World, signed_in: Client) -> None:
    body = page(signed_in, "alerts")
    assert "1 alert concerns establishments and waits for a decision." in body
    assert world.vulnerability.cve in body


def test_bruno_knows_of_no_alert_that_does_not_concern_him(world: World, elsewhere: Client) -> None:
    assert world.vulnerability.cve not in page(elsewhere, "alerts")
    assert elsewhere.get(reverse("web:alert", args=[world.national_alert.pk])).status_code == 404
    assert world.establishment.name not in page(elsewhere, "vulnerability", world.vulnerability.cve)
    assert world.establishment.name not in page(elsewhere, "exposed-to-range", query=f"?range={REMOTE} <9.1R11.4")
    assert "0 establishments show it" in page(elsewhere, "product", REMOTE)


def test_an_officer_reads_the_alert_and_judges_nothing(world: World, officer: Client) -> None:
    body = page(officer, "alert", world.national_alert.pk)
    assert world.establishment.name in body
    assert "Dismiss it" not in body
    answer = officer.post(
        reverse("web:judge-alert", args=[world.national_alert.pk]), {"deed": "dismiss", "reason": "x"}
    )
    assert answer.status_code == 403
    assert NationalAlert.objects.get().state == "new"


@pytest.mark.parametrize("verdict", ["conditional", "unknown"])
def test_whoever_has_to_check_reads_please_check(world: World, elsewhere: Client, verdict: str) -> None:
    doubtful(world, verdict)
    body = page(elsewhere, "alert", world.national_alert.pk)
    assert "Please check." in body
    assert "you are vulnerable" not in body.lower()
    assert "0 establishments are affected" in body
    french = elsewhere.get(
        reverse("web:alert", args=[world.national_alert.pk]), headers={"accept-language": "fr"}
    ).content.decode()
    assert "Merci de vérifier." in french
    assert "vous êtes vulnérable" not in french.lower()


def test_a_reason_dismisses_and_none_does_not(world: World, signed_in: Client) -> None:
    url = reverse("web:judge-alert", args=[world.national_alert.pk])
    assert "Say why nobody is told" in signed_in.post(url, {"deed": "dismiss"}, follow=True).content.decode()
    assert NationalAlert.objects.get().state == "new"
    told = signed_in.post(url, {"deed": "dismiss", "reason": "Wrong entry."}, follow=True).content.decode()
    assert "Wrong entry." in told
    assert NationalAlert.objects.get().state == "dismissed"


def test_the_board_examines_and_refuses_to_release_what_is_not_drafted(world: World, signed_in: Client) -> None:
    url = reverse("web:judge-alert", args=[world.national_alert.pk])
    signed_in.post(url, {"deed": "examine"})
    assert NationalAlert.objects.get().state == "examined"
    assert "No message waits" in signed_in.post(url, {"deed": "release", "to": "all"}, follow=True).content.decode()


def test_a_vulnerability_shows_its_sources_its_life_and_its_changes(world: World, signed_in: Client) -> None:
    VulnerabilityChange.objects.create(
        vulnerability=world.vulnerability, kind="scored", at=world.notice.planned_at, source="nvd", before="9.0",
        after="10.0",
    )  # fmt: skip
    body = page(signed_in, "vulnerability", world.vulnerability.cve)
    for told in ("pulsesecure:pulse_connect_secure &lt;9.1R11.4", "9.0 → 10.0", "Found in establishments", "By region"):
        assert told in body
    assert "Notified:" in body


def test_a_range_that_is_none_is_told_and_kept(world: World, signed_in: Client) -> None:
    answer = signed_in.get(reverse("web:exposed-to-range") + "?range=nonsense")
    assert answer.status_code == 422
    assert 'value="nonsense"' in answer.content.decode()


def test_a_range_lists_who_runs_it(world: World, signed_in: Client) -> None:
    body = page(signed_in, "exposed-to-range", query=f"?range={REMOTE} <9.1R11.4")
    assert world.establishment.name in body
    told = signed_in.get(reverse("web:exposed-to-range") + f"?range={REMOTE} <9.1R11.4&format=csv").content.decode()
    assert world.establishment.finess in told


def test_a_product_tells_its_versions_and_what_an_upgrade_closes(world: World, signed_in: Client) -> None:
    body = page(signed_in, "product", REMOTE)
    assert "1 establishment shows it" in body
    assert "9.1R11.3" in body
    upgrades = body.partition('id="upgrades"')[2].partition("</section>")[0]
    assert "9.1R11.4" in upgrades
    assert '<td class="v-num" data-label="Findings closed">1</td>' in upgrades


def test_who_reads_aggregates_sees_no_rare_version_and_no_total_that_gives_it_back(world: World) -> None:
    statistician = reader("statistician")
    body = page(statistician, "product", REMOTE)
    assert "Too few establishments show it" in body
    assert "9.1R11.3" not in body
    told = statistician.get(reverse("web:product", args=[REMOTE]) + "?format=csv").content.decode()
    assert "9.1R11.3" not in told
    for number in range(6):
        one = EstablishmentFactory(department=world.department)
        ServiceFactory(establishment=one, pair=PairFactory(vendor="openbsd", product="openssh", version="8.0p1"))
        del number
    body = page(statistician, "product", "openbsd:openssh")
    assert "8.0p1" in body


def test_the_rule_of_priority_is_a_page_of_the_table_in_force(world: World, officer: Client) -> None:
    body = page(officer, "priority")
    assert "priority-2026-01-01" in body
    assert body.count("<tr>") == 12


def test_what_one_follows_is_ones_own_and_says_what_is_new(world: World, signed_in: Client, elsewhere: Client) -> None:
    url = reverse("web:watching")
    signed_in.post(url, {"name": world.vulnerability.cve.lower()})
    signed_in.post(url, {"name": REMOTE})
    assert "Nothing is new since you last looked." in page(signed_in, "watching")
    Watched.objects.update(looked_at=world.notice.planned_at - timedelta(days=90))
    assert "Something is new about 2 of what you follow." in page(signed_in, "watching")
    signed_in.post(url, {"deed": "looked"})
    assert "Nothing is new" in page(signed_in, "watching")
    row = Watched.objects.get(name=REMOTE)
    assert elsewhere.post(reverse("web:end-watching", args=[row.pk])).status_code == 404
    assert "You follow nothing yet." in page(elsewhere, "watching")
    signed_in.post(reverse("web:end-watching", args=[row.pk]))
    assert not Watched.objects.filter(name=REMOTE).exists()


def test_what_is_not_known_cannot_be_followed(world: World, signed_in: Client) -> None:
    told = signed_in.post(reverse("web:watching"), {"name": "nobody:nothing"}, follow=True).content.decode()
    assert "Write a CVE identifier" in told
    assert not Watched.objects.exists()


@pytest.mark.parametrize(
    ("name", "given"),
    [("alerts", ()), ("priority", ()), ("products", ()), ("watching", ()), ("product", (REMOTE,))],
)
def test_a_page_asks_few_questions(world: World, signed_in: Client, name: str, given: tuple[object, ...]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(signed_in, name, *given)
    assert len(asked) <= MOST_QUERIES + AROUND


def test_the_questions_of_an_alert_do_not_grow_with_whom_it_concerns(world: World, signed_in: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            page(signed_in, "alert", world.national_alert.pk)
        return len(told)

    before = asked()
    pair = PairFactory(vendor="pulsesecure", product="pulse_connect_secure", version="9.1R11.3")
    for _ in range(12):
        ServiceFactory(establishment=EstablishmentFactory(department=world.department), pair=pair)
    drafting.count(alert=world.national_alert, now=world.notice.planned_at + timedelta(days=2))
    assert asked() <= before
    assert before <= MOST_QUERIES + AROUND
