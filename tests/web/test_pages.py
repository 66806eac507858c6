"""What the pages say, and what their forms do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import EstablishmentFactory, FindingFactory, ServiceFactory, SiteFactory, VulnerabilityFactory
from tests.web.world import World
from vigie.apps.assets.models import Asset, Mandate
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.observatory.models import Level
from vigie.apps.scans.models import Campaign, Look, StopOrder


@pytest.fixture(autouse=True)
def no_stop_file() -> Iterator[None]:
    yield
    (Path(settings.VIGIE.home) / "STOP").unlink(missing_ok=True)


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return " ".join(answer.content.decode().split())


def test_an_empty_installation_says_what_to_do_first(signed_in: Client) -> None:
    assert "vigie import finess" in text(signed_in, "/")


def test_establishments_never_looked_at_are_unknown_not_fine(signed_in: Client) -> None:
    SiteFactory()
    body = text(signed_in, "/")
    assert "no establishment has been looked at" in body
    assert "Nothing that attackers are known to use" not in body
    assert "v-fill-A" not in body
    assert '<dd class="v-value"><span class="v-unknown">unknown</span></dd>' in body
    assert '<dd class="v-value">0</dd>' not in body
    listed = text(signed_in, "/establishments/")
    assert listed.count("v-unknown") == 3
    assert signed_in.get("/establishments/?format=csv").content.decode().rstrip().endswith(";VALMORNE;;;;;")


def test_the_overview_answers_in_words_first(world: World, signed_in: Client) -> None:
    body = text(signed_in, "/")
    assert "1 establishment of 6 exposes remote access with a flaw that attackers use today." in body
    assert "5 establishments of 6 were looked at in the last 30 days" in body


def test_the_overview_of_a_past_day_is_what_was_so_then(world: World, signed_in: Client, today: datetime) -> None:
    before = (today - timedelta(days=26)).date()
    body = text(signed_in, f"/?as_of={before}")
    assert "You are reading the levels and findings of" in body
    assert "exposes remote access" not in body
    assert "vpn.valmorne.example" not in body


def test_a_finding_closed_then_reopened_was_closed_in_between(world: World, signed_in: Client, today: datetime) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(reopened=1)
    for kind, days in (("closed", 15), ("reopened", 5)):
        FindingEvent.objects.create(finding=world.finding, kind=kind, at=today - timedelta(days=days), by="worker")
    for days, shown in ((17, True), (10, False), (2, True)):
        body = text(signed_in, f"/findings/?as_of={(today - timedelta(days=days)).date()}")
        assert ("vpn.valmorne.example" in body) is shown, days


def test_do_first_shows_what_mending_gains(world: World, signed_in: Client) -> None:
    body = text(signed_in, reverse("web:establishment", args=[world.establishment.finess]))
    assert "Pulse Connect Secure 9.1R11.3: 1 known vulnerability" in body
    assert "mended by 9.1R11.4" in body
    assert "v-gain" in body
    assert "past by 16 days" in body


def test_an_establishment_tells_its_beds_once_a_survey_told_them(signed_in: Client) -> None:
    site = SiteFactory(beds=412)
    page = f"/establishments/{site.establishment.finess}/"
    assert "412 beds and 0 places (SAE 2023)" in text(signed_in, page)
    assert "(SAE" not in text(signed_in, f"{page}?as_of=2023-06-01")


def test_an_establishment_without_mandate_says_that_nothing_is_sent(world: World, signed_in: Client) -> None:
    body = text(signed_in, reverse("web:establishment", args=[world.unseen.finess]))
    assert "No mandate is in force, so nothing is sent and nothing can be known." in body
    assert "Nothing can be said before a first look." in body


def test_a_name_that_carries_code_is_only_text(signed_in: Client) -> None:
    one = EstablishmentFactory(name="<img src=x onerror=alert(1)>")
    ServiceFactory(establishment=one, name="<script>x</script>.example", pair=None)
    body = text(signed_in, reverse("web:establishment", args=[one.finess]))
    assert "<img src=x" not in body
    assert "<script>x" not in body


def test_a_finding_explains_itself_and_shows_its_proof(world: World, signed_in: Client) -> None:
    body = text(signed_in, reverse("web:finding", args=[world.finding.pk]))
    for words in ("What to do", "Why it matters for care", "CVE-2021-22893", "nc_gina_ver.txt", "Detected"):
        assert words in body
    assert "\x1b" not in body


def test_a_weakness_without_a_text_still_shows_its_evidence(signed_in: Client) -> None:
    one = FindingFactory(kind="check", subject="never-written", evidence=[{"label": "banner", "value": "seen"}])
    body = text(signed_in, reverse("web:finding", args=[one.pk]))
    assert "has not been written yet" in body
    assert "Never written" in body


def test_a_level_tells_every_point_and_its_method(world: World, signed_in: Client) -> None:
    body = text(signed_in, reverse("web:level", args=[world.level.pk]))
    assert "A gate caps this level." in body
    assert world.level.inputs_sha256 in body
    assert "exposure-2026-11-01" in body


def test_a_level_whose_trace_cannot_be_read_still_stands(world: World, signed_in: Client) -> None:
    Level.objects.filter(pk=world.level.pk).update(trace={"future": True})
    body = text(signed_in, reverse("web:level", args=[world.level.pk]))
    assert "cannot be read by this version" in body
    assert str(world.level.low) in body


# What is asked of the list -> how many establishments it shows.
FILTERS = {
    "q=brésange": 1,
    "q=00": 6,
    "letter=none": 1,
    "letter=E": 1,
    "department=X1": 2,
    "kind=355": 6,
    "q=%25%27%22": 0,
    "sort=-low;drop": 6,
    "page=99&sort=-level": 6,
    "q=%00": 6,
}


def test_the_list_of_establishments_is_filtered(world: World, signed_in: Client) -> None:
    for query, shown in FILTERS.items():
        body = text(signed_in, f"/establishments/?{query}")
        assert body.count('<th scope="row">') == shown, query


def test_the_lists_are_given_as_csv(world: World, signed_in: Client) -> None:
    for url in ("/establishments/", "/findings/", "/vulnerabilities/", "/territories/region/X1/"):
        answer = signed_in.get(f"{url}?format=csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert len(answer.content.decode().splitlines()) > 1, url


# What is typed in the search box -> what must be in the answer.
SEARCHES = {
    "valmorne": "Centre hospitalier de Valmorne",
    "127.61.0.1": "127.61.0.1:8443",
    "vpn.valmorne": "vpn.valmorne.example",
    "pulse connect": "Pulse Connect Secure",
    "takeover": "CVE-2021-22893",
    "x": "at least two characters",
    "zzzzzz": "Nothing was found",
}


def test_the_search_finds(world: World, signed_in: Client) -> None:
    for words, found in SEARCHES.items():
        assert found in text(signed_in, reverse("web:search") + f"?q={words}"), words


def test_the_search_goes_straight_to_what_has_one_name(world: World, signed_in: Client) -> None:
    assert signed_in.get("/search?q=cve-2021-22893")["Location"] == "/vulnerabilities/CVE-2021-22893/"
    one = world.establishment.finess
    assert signed_in.get(f"/search?q=+{one}+")["Location"] == f"/establishments/{one}/"


def test_a_running_campaign_asks_again_and_a_finished_one_does_not(world: World, signed_in: Client) -> None:
    url = reverse("web:campaign-progress", args=[world.campaign.pk])
    assert 'hx-trigger="every 1s"' in text(signed_in, url)
    Campaign.objects.filter(pk=world.campaign.pk).update(state="finished", ended_at=world.campaign.started_at)
    assert "hx-trigger" not in text(signed_in, url)


def test_a_campaign_is_started_from_the_page(world: World, signed_in: Client) -> None:
    answer = signed_in.post("/campaigns/new", {"name": "Tonight", "territory": world.department.pk, "ports": "22, 443"})
    started = Campaign.objects.latest("pk")
    assert answer["Location"] == reverse("web:campaign", args=[started.pk])
    assert started.ports == [22, 443]
    assert "aline@vigie.example" in started.started_by


def test_wrong_ports_start_nothing(world: World, signed_in: Client) -> None:
    before = Campaign.objects.count()
    assert signed_in.post("/campaigns/new", {"name": "Tonight", "ports": "1-65535"}).status_code == 422
    assert Campaign.objects.count() == before


def test_everything_is_stopped_and_lifted_from_the_page(world: World, signed_in: Client) -> None:
    signed_in.post("/stop", {"reason": "a printer woke up"})
    assert StopOrder.objects.get().reason == "a printer woke up"
    assert "a printer woke up" in text(signed_in, "/establishments/")
    assert signed_in.post("/campaigns/new", {"name": "Tonight", "ports": "22"}).status_code == 422
    signed_in.post("/stop", {"order": "lift"})
    assert StopOrder.objects.get().lifted_at is not None
    assert "Everything is stopped since" not in text(signed_in, "/establishments/")


def test_a_held_campaign_is_judged_by_a_person(world: World, signed_in: Client) -> None:
    Campaign.objects.filter(pk=world.campaign.pk).update(
        state="held", held_reason="40 % fewer services", ended_at=world.campaign.started_at + timedelta(minutes=1)
    )
    assert "40 % fewer services" in text(signed_in, reverse("web:campaign", args=[world.campaign.pk]))
    url = reverse("web:judge-campaign", args=[world.campaign.pk])
    signed_in.post(url, {"absences": "fault"})
    assert Campaign.objects.get(pk=world.campaign.pk).state == "finished"
    answer = signed_in.post(url, {"absences": "real"}, follow=True)
    assert "does not wait for anybody" in answer.content.decode()


def test_an_asset_is_declared_and_taken_out(world: World, signed_in: Client) -> None:
    one = world.unseen
    form = {"kind": "domain", "value": "Portail.Bresange.example", "label": "portail"}
    assert signed_in.post(reverse("web:declare-asset", args=[one.finess]), form).status_code == 302
    asset = Asset.objects.get(establishment=one)
    assert asset.value == "portail.bresange.example"
    signed_in.post(reverse("web:end-asset", args=[one.finess, asset.pk]))
    assert Asset.objects.current().filter(establishment=one, valid_until=None).count() == 0
    assert Event.objects.filter(kind="asset-ended", actor__contains="aline@vigie.example").exists()


def test_a_wrong_asset_is_refused_with_a_sentence(world: World, signed_in: Client) -> None:
    form = {"kind": "range", "value": "0.0.0.0/0"}
    answer = signed_in.post(reverse("web:declare-asset", args=[world.unseen.finess]), form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Asset.objects.filter(establishment=world.unseen).exists()


def mandate_form(**changes: str) -> dict[str, str]:
    return {
        "kind": "laboratory",
        "signatory": "Directrice Exemple",
        "basis": "convention du 1er novembre",
        "valid_from": "2026-01-01",
        "valid_until": "2099-12-31",
        "intensity": "gentle",
        "windows": "Mon-Fri 22:00-05:00",
        "exclusions": "127.61.0.9",
        "excluded_ports": "25, 110",
    } | changes


def test_a_mandate_is_recorded_and_withdrawn(world: World, signed_in: Client) -> None:
    one = world.unseen
    assert signed_in.post(reverse("web:grant-mandate", args=[one.finess]), mandate_form()).status_code == 302
    mandate = Mandate.objects.get(establishment=one)
    assert mandate.excluded_ports == [25, 110]
    assert "22:00-05:00" in text(signed_in, reverse("web:perimeter", args=[one.finess]))
    url = reverse("web:withdraw-mandate", args=[one.finess, mandate.pk])
    signed_in.post(url)
    mandate.refresh_from_db()
    assert mandate.withdrawn_at is not None
    assert "already withdrawn" in signed_in.post(url, follow=True).content.decode()


WRONG = ({"signatory": " "}, {"valid_until": "2020-01-01"}, {"windows": "when it rains"}, {"excluded_ports": "ssh"})


def test_a_wrong_mandate_is_refused(world: World, signed_in: Client) -> None:
    for changes in WRONG:
        answer = signed_in.post(reverse("web:grant-mandate", args=[world.unseen.finess]), mandate_form(**changes))
        assert answer.status_code == 422, changes
        assert not Mandate.objects.filter(establishment=world.unseen).exists()


def test_an_asset_of_another_establishment_cannot_be_ended_from_here(world: World, signed_in: Client) -> None:
    asset = Asset.objects.filter(establishment=world.establishment).first()
    assert asset is not None
    assert signed_in.post(reverse("web:end-asset", args=[world.unseen.finess, asset.pk])).status_code == 404


def test_a_vulnerability_that_nobody_runs_is_not_loud(world: World, signed_in: Client, today: datetime) -> None:
    VulnerabilityFactory(cve="CVE-2020-0001", kev_on=today.date(), updated_at=today)
    body = text(signed_in, "/vulnerabilities/")
    assert "3 known vulnerabilities: 2 exploited, 1 seen in an establishment." in body
    assert body.count("v-exploited") == 1
    assert body.count("exploited elsewhere") == 1


def test_an_exposed_service_asked_under_two_names_is_listed_once(world: World, signed_in: Client) -> None:
    service = world.finding.service
    assert service is not None
    ServiceFactory(establishment=world.establishment, address=service.address, port=service.port, pair=service.pair)
    body = text(signed_in, reverse("web:vulnerability", args=[world.vulnerability.cve]))
    assert "1 establishment is affected." in body
    assert body.count("127.61.0.1:8443") == 1


def test_an_old_look_is_told_to_be_old(world: World, signed_in: Client, today: datetime) -> None:
    Look.objects.update(started_at=today - timedelta(days=41), ended_at=today - timedelta(days=40))
    body = text(signed_in, reverse("web:establishment", args=[world.establishment.finess]))
    assert "The last look ended 40 days ago" in body
