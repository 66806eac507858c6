"""The page of the audit trail: what it shows, to whom, and what it says of its own seals."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.audit.actions import record
from vigie.apps.audit.models import Event
from vigie.apps.audit.sealing import seal
from vigie.apps.audit.tasks import verify_trail

pytestmark = pytest.mark.django_db


def reader(kind="auditor", over=None) -> Client:
    user = UserFactory(analyst=False, email=f"{kind}@vigie.example")
    actions.grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=1))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.get("/healthz")
    return client


@pytest.fixture
def establishment():
    return EstablishmentFactory()


@pytest.fixture
def told(establishment):
    now = timezone.now()
    record(
        kind="mandate-granted", by="user:7 aline@valmorne.example", at=now, subject=establishment, signatory="<b>Aline"
    )
    record(kind="mandate-granted", by="user:8 bruno@ostreval.example", at=now, subject=EstablishmentFactory())
    record(kind="feed-read", by="worker", at=now - timedelta(days=40), feed="kev")
    seal(now)


@pytest.mark.usefixtures("told")
def test_who_did_what_is_told_with_its_seal():
    page = reader().get("/trail/").content.decode()
    assert "mandate-granted" in page
    assert "as sealed" in page
    assert "&lt;b&gt;Aline" in page
    assert "has not been read whole yet" in page


@pytest.mark.usefixtures("told")
def test_what_waits_for_the_sealer_is_told():
    client = reader()  # the role was given after the seal, and waits
    page = client.get("/trail/").content.decode()
    assert "1 waits for the sealer since" in page
    assert "waits</span>" in page


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        pytest.param("actor=aline", "aline@valmorne", "bruno@ostreval", id="who"),
        pytest.param("kind=feed-read", "feed kev", "aline@valmorne", id="what"),
        pytest.param("until=2020-01-01", "Nothing matches", "aline@valmorne", id="before"),
        pytest.param("from=2999-01-01", "Nothing matches", "aline@valmorne", id="dates-beyond-all-are-left-out"),
        pytest.param("subject=establishment+999999", "Nothing matches", "aline@valmorne", id="about"),
        pytest.param("subject=establishment", "aline@valmorne", "feed kev", id="about-a-kind-of-thing"),
    ],
)
def test_it_is_filtered_by_its_address(query, shown, hidden):
    if "2999" in query:
        shown, hidden = hidden, "Nothing matches"
    page = reader().get(f"/trail/?{query}").content.decode()
    table = page[page.index("</form>", page.index("v-filters")) :]
    assert shown in table
    assert hidden not in table


@pytest.mark.usefixtures("told")
def test_it_is_filtered_by_finess(establishment):
    page = reader().get(f"/trail/?subject={establishment.finess}").content.decode()
    assert "aline@valmorne" in page
    assert "bruno@ostreval" not in page


@pytest.mark.usefixtures("told")
def test_an_auditor_of_one_establishment_reads_what_is_about_it(establishment):
    client = reader(over=establishment)
    page = client.get("/trail/").content.decode()
    assert "aline@valmorne" in page
    assert "bruno@ostreval" not in page
    assert "feed-read" not in page
    assert "bruno@ostreval" not in client.get("/trail/?format=csv").content.decode()


def test_an_altered_row_is_shown_as_such(told):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor = 'Bruno' WHERE kind = 'feed-read'")
    assert "altered" in reader().get("/trail/?kind=feed-read").content.decode()


def test_the_last_whole_reading_is_told(told, tmp_path, settings):
    settings.VIGIE = settings.VIGIE.model_copy(update={"home": tmp_path})
    client = reader()
    assert verify_trail.call() is True
    assert "was as it was sealed when all of it was read" in client.get("/trail/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor = 'Bruno' WHERE kind = 'feed-read'")
    assert verify_trail.call() is False
    assert "was NOT as it was sealed" in client.get("/trail/").content.decode()


def test_who_reads_it_leaves_an_event():
    client = reader()
    client.get("/trail/")
    assert Event.objects.filter(kind="page-read", detail__path="/trail/").exists()


def test_who_takes_it_away_leaves_an_event(told):
    answer = reader("duty_manager").get("/trail/?format=csv&kind=mandate-granted")
    assert answer["Content-Disposition"].startswith('attachment; filename="vigie-trail-')
    assert answer.content.decode().count("mandate-granted") == 2
    assert Event.objects.filter(kind="list-taken-away").exists()


def test_the_number_of_queries_does_not_grow_with_the_list(establishment):
    client = reader("duty_manager")
    counts = []
    for _ in range(2):
        for _ in range(30):
            record(kind="tried", by="Aline", at=timezone.now(), subject=establishment)
        with CaptureQueriesContext(connection) as queries:
            client.get("/trail/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 13
