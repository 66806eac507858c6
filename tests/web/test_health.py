"""What supervisors and monitoring are told, also on a bad day."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.apps.jobs.house import embedded
from tests.factories import CampaignFactory, FindingFactory, ShardFactory
from vigie.apps.jobs import actions
from vigie.apps.vulns.models import Feed


@pytest.fixture(autouse=True)
def health_pages():
    with override_settings(ROOT_URLCONF="tests.config.health_urls"):
        yield


@pytest.fixture
def moment():
    """Now: the pages read the clock."""
    return timezone.now()


def readiness(client, status):
    response = client.get("/readyz")
    assert response.status_code == status
    assert "no-cache" in response["Cache-Control"]
    return response.json()


def test_alive_needs_neither_database_nor_sign_in(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "product": "vigie"}


@pytest.mark.django_db
def test_without_a_worker_nothing_gets_done(client):
    told = readiness(client, 503)
    assert told["database"] == {"state": "ok"}
    assert told["queue"] == {"state": "no-worker", "ready": 0, "running": 0, "workers": 0}
    assert told["last_campaign"] == {"state": "none", "targets": 0, "services": 0, "findings": 0}


@pytest.mark.django_db
def test_ready_tells_the_work_the_sources_and_the_last_campaign(client, moment):
    actions.beat(worker="w", now=moment)
    for number in range(3):
        actions.enqueue("tests.apps.jobs.sample_tasks.mark", now=moment, number=number)
    actions.claim_next(worker="w", now=moment, limit=1)
    Feed.objects.create(slug="kev", last_attempt_at=moment, last_good_at=moment)
    Feed.objects.create(slug="nvd", last_attempt_at=moment, last_good_at=moment, error="truncated")
    Feed.objects.create(slug="epss")
    CampaignFactory(started_at=moment - timedelta(days=2))
    shard = ShardFactory(
        hosts=12, services_found=34, campaign__state="held", campaign__started_at=moment, campaign__ended_at=None
    )
    ShardFactory(hosts=3, services_found=4, campaign=shard.campaign)
    FindingFactory()
    FindingFactory(state="closed", closed_at=moment, close_reason="fixed")
    told = readiness(client, 200)
    assert told["queue"] == {"state": "ok", "ready": 2, "running": 1, "workers": 1}
    assert {slug: feed["state"] for slug, feed in told["feeds"].items()} == {
        "epss": "never",
        "kev": "ok",
        "nvd": "failed",
    }
    assert told["feeds"]["kev"]["last_good"] == moment.isoformat()
    assert told["last_campaign"] == {"state": "held", "targets": 15, "services": 38, "findings": 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("waited", "running", "status", "state"),
    [
        pytest.param(timedelta(minutes=4), False, 200, "ok", id="waits-a-little"),
        pytest.param(timedelta(minutes=6), False, 503, "stuck", id="waits-and-nothing-runs"),
        pytest.param(timedelta(minutes=6), True, 200, "ok", id="waits-its-turn"),
    ],
)
def test_a_queue_that_does_not_move_is_stuck(client, moment, waited, running, status, state):
    actions.beat(worker="w", now=moment)
    for number in range(2):
        actions.enqueue("tests.apps.jobs.sample_tasks.mark", now=moment - waited, number=number)
    if running:
        actions.claim_next(worker="w", now=moment, limit=1)
    assert readiness(client, status)["queue"]["state"] == state


@pytest.mark.django_db
def test_the_state_is_told_within_few_questions(client, moment, django_assert_max_num_queries):
    actions.beat(worker="w", now=moment)
    ShardFactory()
    with django_assert_max_num_queries(8):
        client.get("/readyz")


def test_no_database_is_an_answer_not_a_traceback(tmp_path):
    code = """
import json, pathlib
from django.conf import settings
from django.test import Client
def told():
    response = Client(raise_request_exception=True).get("/readyz", headers={"host": "localhost"})
    return [response.status_code, response.json()["database"]["state"], response.json()["queue"]["state"]]
first = told()
settings.VIGIE.home.mkdir()
print(json.dumps([first, told(), Client().get("/metrics", headers={"host": "localhost"}).content.decode()]))
"""
    house = embedded(tmp_path / "not-there")
    house.env["DJANGO_SETTINGS_MODULE"] = "tests.config.health_only"
    said = house.run(code)
    assert '[[503, "unavailable", "unknown"], [503, "not-initialised", "unknown"], ' in said
    assert "Traceback" not in said
    assert "vigie_ready 0.0" in said


@pytest.mark.django_db
def test_figures_are_read_from_this_machine(client, moment):
    actions.beat(worker="w", now=moment)
    actions.enqueue("tests.apps.jobs.sample_tasks.mark", now=moment, number=1)
    Feed.objects.create(slug="kev", last_good_at=moment - timedelta(hours=1))
    FindingFactory(severity="high")
    text = client.get("/metrics").content.decode()
    for line in ("vigie_ready 1.0", 'vigie_jobs{state="ready"} 1.0', 'vigie_findings_open{severity="high"} 1.0'):
        assert line in text
    assert 'vigie_feed_age_seconds{feed="kev"} 36' in text


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"REMOTE_ADDR": "203.0.113.9"}, id="from-outside"),
        pytest.param({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, id="through-a-proxy"),
        pytest.param({"HTTP_FORWARDED": "for=127.0.0.1"}, id="through-a-proxy-that-lies"),
    ],
)
def test_figures_are_for_nobody_else(client, more):
    assert client.get("/metrics", **more).status_code == 403


@pytest.mark.parametrize("page", ["/healthz", "/readyz", "/metrics"])
def test_health_is_only_read(client, page):
    assert client.post(page).status_code == 405
