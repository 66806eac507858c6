"""Alerts, products and what one follows, asked by programs: the counts of the pages, and nobody else's."""

import pytest
from django.utils import timezone

from vigie.apps.audit.models import Event
from vigie.apps.observatory import image_building
from vigie.apps.watch.models import NationalAlert, Watched

PRODUCT = "pulsesecure:pulse_connect_secure"


def test_an_alert_is_told_with_its_counts(analyst, world):
    (told,) = analyst.get("/api/v1/alerts").json()["items"]
    assert (told["id"], told["cve"], told["state"]) == (world.national_alert.pk, world.vulnerability.cve, "new")
    assert told["affected"] + told["to_check"] >= 1
    assert analyst.get(f"/api/v1/alerts/{told['id']}").json() == told
    assert analyst.get("/api/v1/alerts?state=dismissed").json()["items"] == []


def test_whom_an_alert_concerns_is_told_to_those_who_see_them(analyst, asking, world):
    path = f"/api/v1/alerts/{world.national_alert.pk}/concerned"
    rows = analyst.get(path).json()["items"]
    assert world.establishment.finess in {row["finess"] for row in rows}
    mine = asking("establishment_officer", world.establishment).get(path).json()["items"]
    assert {row["finess"] for row in mine} == {world.establishment.finess}
    assert asking("establishment_officer", world.unseen).get(path).status_code == 404


def test_a_program_examines_and_dismisses_as_the_page_does(analyst, world):
    path = f"/api/v1/alerts/{world.national_alert.pk}"
    assert analyst.post(f"{path}/examine").json()["state"] == "examined"
    assert analyst.post(f"{path}/examine").status_code == 409
    told = analyst.post(f"{path}/dismiss", {"reason": "Already told by telephone."}, content_type="application/json")
    assert (told.json()["state"], told.json()["reason"]) == ("dismissed", "Already told by telephone.")
    kinds = {"national-alert-examined", "national-alert-dismissed"}
    assert kinds <= set(Event.objects.values_list("kind", flat=True))


def test_a_dismissal_without_a_reason_is_refused(analyst, world):
    told = analyst.post(
        f"/api/v1/alerts/{world.national_alert.pk}/dismiss", {"reason": " "}, content_type="application/json"
    )
    assert told.status_code == 422
    assert NationalAlert.objects.get().state == "new"


def test_what_was_dismissed_is_not_released(analyst, world):
    path = f"/api/v1/alerts/{world.national_alert.pk}"
    analyst.post(f"{path}/dismiss", {"reason": "A mistake of the list."}, content_type="application/json")
    told = analyst.post(f"{path}/release", {"with_checks": True}, content_type="application/json")
    assert told.status_code == 409
    assert NationalAlert.objects.get().state == "dismissed"


def test_a_program_follows_and_follows_no_more(analyst, asking, world):
    followed = analyst.post("/api/v1/watch", {"name": PRODUCT}, content_type="application/json").json()
    assert (followed["name"], followed["kind"]) == (PRODUCT, "product")
    assert [row["id"] for row in analyst.get("/api/v1/watch").json()] == [followed["id"]]
    assert [row["changes"] for row in analyst.post("/api/v1/watch/looked").json()] == [0]
    path = f"/api/v1/watch/{followed['id']}/end"
    assert asking("national_analyst").post(path).status_code == 404, "it is another person's"
    assert analyst.post(path).status_code == 204
    assert not Watched.objects.exists()


def test_what_nobody_knows_is_not_followed(analyst, world):
    told = analyst.post("/api/v1/watch", {"name": "nobody:nothing"}, content_type="application/json")
    assert (told.status_code, told.json()["errors"][0]["where"]) == (422, "body.name")


def test_a_product_is_told_as_far_as_the_reader_sees(analyst, asking, world):
    told = analyst.get(f"/api/v1/products/{PRODUCT}").json()
    assert told["establishments"] >= 1
    assert told["versions"]
    assert told["upgrades"] is not None
    veiled = asking("regional_agency", world.region).get(f"/api/v1/products/{PRODUCT}").json()
    assert (veiled["upgrades"], veiled["establishments"], veiled["versions"]) == (None, None, [])
    assert analyst.get("/api/v1/products/nobody:nothing").status_code == 404
    assert PRODUCT in {row["name"] for row in analyst.get("/api/v1/products?q=pulse").json()}


@pytest.fixture
def home(settings, tmp_path):
    """An image is read by whoever asks: this one stays here."""
    settings.VIGIE = settings.VIGIE.model_copy(update={"home": tmp_path})
    return tmp_path


@pytest.mark.parametrize("built", [True, False], ids=["image", "database"])
def test_who_is_exposed_is_the_same_from_the_image(analyst, world, home, built):
    path = f"/api/v1/exposed?cve={world.vulnerability.cve}"
    if built:
        image_building.build(home, now=timezone.now())
    told = analyst.get(path).json()
    assert told["image"] == ("fresh" if built else "absent")
    assert told["affected"] == sum(place["affected"] for place in told["regions"]) >= 1
    assert {row["finess"] for row in told["establishments"]} >= {world.establishment.finess}


def test_of_a_past_day_the_database_tells(analyst, world, home):
    image_building.build(home, now=timezone.now())
    assert analyst.get(f"/api/v1/exposed?cve={world.vulnerability.cve}&as_of=2020-01-01").json()["image"] == "not_asked"
