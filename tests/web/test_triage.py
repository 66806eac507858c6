"""The board and the page of an incident: what the cell does there, in how many queries, and what Bruno gets."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, FindingFactory, RoleFactory
from vigie.apps.incidents import actions
from vigie.apps.incidents.models import DutyShift, Incident, Obligation, StepDone

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def signed_in(kind: str, **over) -> Client:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(RoleFactory(kind=kind, **over).user)
    return client


@pytest.fixture
def analyst() -> Client:
    return signed_in("national_analyst")


def one(now=None, **more) -> Incident:
    now = now or timezone.now()
    seen = timezone.localtime(now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    return declared(EstablishmentFactory(), now, discovered_at=seen, **more).declaration.incident


def do(client: Client, incident: Incident, deed: str, **told):
    return client.post(reverse("web:handle-incident", args=[incident.pk, deed]), told)


def test_the_board_asks_as_many_queries_for_a_hundred_as_for_three(analyst):
    for _turn in range(3):
        one()
    analyst.get(reverse("web:incidents"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert analyst.get(reverse("web:incidents")).status_code == 200
    place = EstablishmentFactory()
    now = timezone.now()
    for number in range(120):
        Incident.objects.create(
            establishment=place, state="declared", state_since=now, taxonomy="t", declared_at=now,
            discovered_at=now - timedelta(minutes=number),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        answer = analyst.get(reverse("web:incidents"))
    assert answer.content.decode().count('<th scope="row">') == 100
    assert len(many) == len(few) <= MOST_QUERIES


def test_it_refreshes_by_itself_and_keeps_its_filters(analyst):
    one(care="normal", danger="none")
    touched = one()
    part = analyst.get(reverse("web:incidents") + "?care=1", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-get="/incidents/?care=1"' in part
    assert f"#{touched.pk}<" in part
    assert part.count('<th scope="row">') == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("kind=ransomware", 1, id="kind"),
        pytest.param("kind=fraud", 0, id="no-such-kind"),
        pytest.param("kind=nonsense", 1, id="not-a-kind"),
        pytest.param("state=closed", 0, id="state"),
        pytest.param("followed=nobody", 1, id="nobody"),
        pytest.param("followed=me", 0, id="me"),
        pytest.param("late=1", 0, id="late"),
        pytest.param("q=nowhere", 0, id="words"),
        pytest.param("q=%00", 1, id="nul"),
    ],
)
def test_filters_are_in_the_address(analyst, asked, found):
    one()
    page = analyst.get(f"{reverse('web:incidents')}?{asked}").content.decode()
    assert page.count('<th scope="row">') == found


def test_a_reference_finds_its_incident(analyst):
    reference = one().declarations.get().reference
    one()
    page = analyst.get(reverse("web:incidents"), {"q": reference.lower()}).content.decode()
    assert page.count('<th scope="row">') == 1


def test_from_received_to_closed_by_the_buttons_of_its_page(analyst):
    incident = one()
    do(analyst, incident, "take")
    incident.refresh_from_db()
    assert (incident.state, incident.assigned_to is not None) == ("qualifying", True)
    url = reverse("web:qualify-incident", args=[incident.pk])
    form = analyst.get(url).context["groups"]
    told = {field.name: field.value() for _title, fields in form for field, _fault in fields}
    told |= {"kind": "data_leak", "rsit_class": "fraud", "words": "Copie d'un partage.", "deed": "look"}
    looked = analyst.post(url, told)
    assert looked.status_code == 200
    assert "HFDS" in looked.content.decode()
    assert Incident.objects.get().state == "qualifying"
    assert analyst.post(url, told | {"deed": "qualify"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.kind, incident.rsit_class, incident.origin) == ("data_leak", "fraud", "unknown")
    for deed in ("handle", "contain", "restore"):
        do(analyst, incident, deed)
    do(analyst, incident, "support", words="Isolement guidé.", minutes="45")
    do(analyst, incident, "note", words="Rappeler demain.")
    do(analyst, incident, "close", words="")
    assert Incident.objects.get().state == "restored"
    do(analyst, incident, "close", words="Tout est rétabli.")
    assert Incident.objects.get().state == "closed"
    page = analyst.get(reverse("web:incident", args=[incident.pk])).content.decode()
    assert "Isolement guidé." in page
    assert "Rappeler demain." in page
    do(analyst, incident, "reopen", words="Rechute.")
    assert Incident.objects.get().reopened == 1


def test_a_bad_assessment_is_told_and_nothing_changes(analyst):
    incident = one()
    url = reverse("web:qualify-incident", args=[incident.pk])
    answer = analyst.post(url, {"discovered_at": "2150-01-01T00:00", "care_hours": "-3", "deed": "qualify"})
    assert answer.status_code == 422
    assert Incident.objects.get().state == "declared"


def test_merge_and_split_by_number_and_by_reference(analyst):
    first, second = one(), one()
    do(analyst, second, "merge", into="#999999")
    assert Incident.objects.get(pk=second.pk).state == "declared"
    do(analyst, second, "merge", into=f"#{first.pk}")
    assert Incident.objects.get(pk=second.pk).merged_into == first
    moved = first.declarations.latest("pk")
    do(analyst, first, "split", declaration=moved.reference, words="Deux attaques.")
    assert first.declarations.count() == 1


def test_an_authority_is_called_and_its_reference_kept(analyst):
    incident = one()
    facts = actions.latest_facts(incident.declarations.get())
    actions.qualify(incident=incident, facts=facts, by="cell", now=timezone.now() - timedelta(hours=2))
    page = analyst.get(reverse("web:incident-calls")).content.decode()
    assert f"/incidents/{incident.pk}/#authorities" in page
    route = incident.routes.get(authority="hfds")
    url = reverse("web:incident-authority", args=[incident.pk])
    analyst.post(url, {"route": route.pk, "deed": "called", "reference": "FSSI-7"})
    route.refresh_from_db()
    assert (route.acknowledgement, route.told_at is not None) == ("FSSI-7", True)
    assert analyst.post(url, {"route": "x", "deed": "called"}).status_code == 404
    assert analyst.post(url, {"route": route.pk, "deed": "?"}).status_code == 404


def test_steps_are_ticked_on_the_page(analyst):
    incident = one()
    url = reverse("web:incident-step", args=[incident.pk])
    told = {"playbook": "ransomware", "step": "isolate"}
    analyst.post(url, told | {"done": "yes"})
    assert StepDone.objects.get().undone_at is None
    analyst.post(url, told | {"done": "no"})
    assert StepDone.objects.get().undone_at is not None


def test_the_duty_is_signed_by_both_on_its_page(analyst):
    other = RoleFactory(kind="duty_manager").user
    day = Client()
    day.force_login(other)
    one()
    url = reverse("web:duty")
    analyst.post(url, {"deed": "alone", "words": "Personne."})
    analyst.post(url, {"deed": "give", "to": other.pk, "words": "Rien."})
    day.post(url, {"deed": "take"})
    assert DutyShift.objects.current().taker == other
    assert "Rien." in day.get(url).content.decode()
    assert analyst.post(url, {"deed": "steal"}).status_code == 404


def test_what_was_known_before_says_since_when_and_that_nobody_was_told(analyst):
    incident = one()
    before = timezone.now() - timedelta(days=9)
    FindingFactory(establishment=incident.establishment, first_seen=before, exploited=True)
    FindingFactory(establishment=incident.establishment, first_seen=timezone.now())
    page = analyst.get(reverse("web:incident", args=[incident.pk]))
    assert len(page.context["known"]) == 1
    assert page.context["known"][0].told_at is None


def test_bruno_reads_nothing_and_an_officer_reads_no_word_of_the_cell(analyst):
    incident = one()
    do(analyst, incident, "note", words="Soupçon sur un prestataire.")
    own = signed_in("establishment_officer", scope_kind="establishment", establishment=incident.establishment)
    bruno = signed_in("establishment_officer", scope_kind="establishment", establishment=EstablishmentFactory())
    url = reverse("web:incident", args=[incident.pk])
    page = own.get(url)
    assert page.status_code == 200
    assert "Soupçon" not in page.content.decode()
    assert do(own, incident, "close", words="Fini").status_code == 403
    assert [bruno.get(reverse(f"web:{name}", args=[incident.pk])).status_code
            for name in ("incident", "incident-obligations", "qualify-incident")] == [404, 404, 403]  # fmt: skip
    assert bruno.get(reverse("web:incidents")).content.decode().count('<th scope="row">') == 0
    assert do(bruno, incident, "close", words="Fini").status_code == 403


def test_an_essential_operator_is_named_as_such_on_no_page(analyst):
    place = EstablishmentFactory(essential_operator=True)
    today = timezone.localtime().strftime("%Y-%m-%dT00:00")
    incident = declared(place, timezone.now(), discovered_at=today).declaration.incident
    url = reverse("web:qualify-incident", args=[incident.pk])
    told = {field.name: field.value() for _t, fields in analyst.get(url).context["groups"] for field, _f in fields}
    pages = [analyst.post(url, told | {"deed": "look"})]
    analyst.post(url, told | {"deed": "qualify"})
    pages.append(analyst.get(reverse("web:incident", args=[incident.pk])))
    for page in pages:
        assert "services essentiels" not in page.content.decode()
        assert "essential services" not in page.content.decode()


def test_what_is_owed_is_prepared_submitted_and_reviewed(analyst):
    incident = one()
    reference = incident.declarations.get().reference
    row = Obligation.objects.get(regime="gdpr", stage="notification")
    url = reverse("web:declaration-prepare", args=[reference, "gdpr", "notification"])
    page = analyst.get(url).content.decode()
    assert "ne s&#x27;ouvrent plus" in page
    assert analyst.get(f"{url}?format=pdf").content[:5] == b"%PDF-"
    actions.submit(obligation=row, at=timezone.now(), authority_reference="CNIL-1", by="test", now=timezone.now())
    review = reverse("web:review-submission", args=[incident.pk])
    analyst.post(review, {"submission": row.submissions.get().pk, "enough": "no", "words": "Le nombre de personnes."})
    assert row.submissions.get().is_enough is False
    assert "CNIL-1" in analyst.get(reverse("web:incident-obligations", args=[incident.pk])).content.decode()


def test_every_obligation_of_the_rules_can_be_prepared():
    from vigie.apps.incidents.preparing import ASKED
    from vigie.data.incident_rules import obligations

    rules = {(rule.regime, rule.stage) for rule in obligations(timezone.localdate()).rules}
    assert rules == set(ASKED)
