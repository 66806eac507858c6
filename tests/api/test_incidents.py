"""Programs declare, complete, follow what the law asks and read the figures: by the same rules as people."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.api.conftest import program
from tests.apps.incidents import world as incidents
from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts.actions import grant_role
from vigie.apps.incidents import actions
from vigie.apps.incidents.models import Attachment, Declaration, DeclarationVersion, Incident
from vigie.engine.incidents.lifecycle import Deed

pytestmark = pytest.mark.django_db


@pytest.fixture
def one():
    return EstablishmentFactory()


def of_role(kind: str, over=None) -> Client:
    user = UserFactory(analyst=False)
    grant_role(user=user, kind=kind, over=over, by="test", now=timezone.now() - timedelta(days=60))
    return program(user)


@pytest.fixture
def officer(one):
    return of_role("establishment_officer", one)


@pytest.fixture
def analyst():
    return of_role("national_analyst")


@pytest.fixture
def now():
    """The API reads the clock: what it is asked about is of today."""
    return timezone.now()


def answers(one, **more):
    seen = (timezone.now() - timedelta(hours=2)).isoformat()
    told = {"discovered_at": seen, "seen": "Plus rien ne répond.", "care": "degraded", "natures": ["health"]}
    return {"finess": one.finess, **told, **more}


def declared(one, now, **more):
    return incidents.declared(one, now, discovered_at=(now - timedelta(hours=1)).isoformat(), **more)


def post(client: Client, path: str, body: dict[str, object]):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers={"accept-language": "en"})


def test_the_same_key_is_the_same_declaration(officer, one):
    told = {"key": str(uuid.uuid4()), "answers": answers(one)}
    first, again = post(officer, "declarations", told), post(officer, "declarations", told)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    row = Declaration.objects.get()
    assert (row.establishment, row.received_by, row.confirmed_at) == (one, "account", row.submitted_at)


def test_nobody_reads_a_declaration_by_its_key(officer, one):
    key = uuid.uuid4()
    post(officer, "declarations", {"key": str(key), "answers": answers(one)})
    other = EstablishmentFactory()
    bruno = of_role("establishment_officer", other)
    answer = post(bruno, "declarations", {"key": str(key), "answers": answers(other)})
    assert answer.status_code == 422
    assert Declaration.objects.get().reference not in answer.content.decode()


def test_one_declares_for_ones_own_establishments_only(officer, one):
    answer = post(officer, "declarations", {"answers": answers(EstablishmentFactory())})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.answers.finess"
    assert not Declaration.objects.exists()


def test_each_answer_that_cannot_be_read_is_named(officer, one):
    told = answers(one, discovered_at="1970-01-01T00:00:00Z", email="aline@", natures=["plants"], people=-1)
    answer = post(officer, "declarations", {"answers": told})
    where = [error["where"] for error in answer.json()["errors"]]
    assert answer.status_code == 422
    assert where == [f"body.answers.{name}" for name in ("discovered_at", "natures", "people", "email")]
    assert not Incident.objects.exists()


def test_only_the_cell_says_when_it_was_really_received(officer, analyst, one):
    told = {"answers": answers(one), "received_by": "telephone", "received_at": "2026-01-01T05:30:00"}
    assert post(officer, "declarations", told).status_code == 422
    told["received_at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    assert post(analyst, "declarations", told).json()["received_by"] == "telephone"


def test_a_declaration_is_completed_and_its_versions_read(officer, one, now):
    reference = declared(one, now).declaration.reference
    told = {"answers": answers(one, seen="Les serveurs sont repartis."), "resolution": True}
    assert post(officer, f"declarations/{reference}/versions", told).status_code == 201
    read = officer.get(f"/api/v1/declarations/{reference}").json()
    assert [version["kind"] for version in read["versions"]] == ["first", "resolution"]
    assert read["versions"][1]["answers"]["seen"] == "Les serveurs sont repartis."
    assert DeclarationVersion.objects.count() == 2


def test_a_file_is_given_and_taken_away_as_it_was(officer, one, now):
    reference = declared(one, now).declaration.reference
    path = f"/api/v1/declarations/{reference}/files"
    given = officer.post(path, {"file": SimpleUploadedFile("journal.txt", b"03:12 echec")})
    assert given.status_code == 201
    back = officer.get(f"{path}/{given.json()['uid']}")
    assert (back.content, back["Content-Type"]) == (b"03:12 echec", "application/octet-stream")
    assert back["X-Content-Type-Options"] == "nosniff"
    script = officer.post(path, {"file": SimpleUploadedFile("dessin.svg", b"<svg><script>1</script></svg>")})
    assert script.status_code == 422
    assert Attachment.objects.count() == 1


def test_what_the_law_asks_is_listed_and_noted_as_sent(officer, one, now):
    reference = declared(one, now).declaration.reference
    owed = officer.get(f"/api/v1/obligations?declaration={reference}&regime=gdpr&owed=true").json()["items"]
    notification = next(item for item in owed if item["stage"] == "notification")
    path = f"declarations/{reference}/obligations/{notification['id']}/submissions"
    assert post(officer, path, {"authority_reference": "CNIL-42"}).status_code == 201
    left = officer.get(f"/api/v1/obligations?declaration={reference}&regime=gdpr&owed=true").json()["items"]
    assert notification["id"] not in {item["id"] for item in left}


def test_help_is_written_down_by_the_cell_and_read_by_it_alone(officer, analyst, one, now):
    pk = declared(one, now).declaration.incident_id
    assert post(analyst, f"incidents/{pk}/support", {"words": "Rappel du RSSI", "minutes": 20}).status_code == 201
    assert analyst.get(f"/api/v1/incidents/{pk}/support").json()["items"][0]["minutes"] == 20
    assert officer.get(f"/api/v1/incidents/{pk}/support").status_code == 403


def test_a_region_has_the_outline_of_what_touches_care_and_nothing_of_the_cause(one, now):
    declared(one, now)
    declared(one, now, care="normal", kind="fraud", danger="none")
    region = of_role("regional_agency", one.department.parent)
    told = region.get("/api/v1/incident-outlines").json()["items"]
    assert [item["care"] for item in told] == ["degraded"]
    assert not {"kind", "cause", "vector", "provider"} & set(told[0])


def test_the_year_is_told_as_it_was_known_then_or_as_it_is_known_now(analyst, one, now):
    declared_at, judged_at = now - timedelta(days=20), now - timedelta(days=5)
    seen = (declared_at - timedelta(hours=1)).isoformat()
    incident = incidents.declared(one, declared_at, discovered_at=seen).declaration.incident
    reason = "Une panne de l'écran."
    actions.end(incident=incident, deed=Deed.DISMISS, reason=reason, by="test", now=judged_at)
    day = timezone.localdate(now - timedelta(days=10))
    path = f"/api/v1/incident-years/{timezone.localdate(declared_at).year}?as_of={day}"
    assert analyst.get(path).json()["cases"] == 1
    assert analyst.get(f"{path}&known_now=true").json()["cases"] == 0


def test_reported_weaknesses_are_read_and_closed_by_the_cell(analyst, officer, one, now):
    report = incidents.reported(one, now)
    assert analyst.get(f"/api/v1/weaknesses/{report.pk}").json()["words"]["seen"] == incidents.WEAKNESS["seen"]
    assert post(analyst, f"weaknesses/{report.pk}/close", {"reason": "Déjà corrigé."}).json()["state"] == "closed"
    assert officer.get("/api/v1/weaknesses").status_code == 403
