"""An incident of a provider: one press for each structure, none sees the others, over for all at once."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.apps.incidents.world import declared, shared
from tests.factories import EstablishmentFactory, RoleFactory
from vigie.apps.incidents.models import Declaration, Incident
from vigie.apps.incidents.shared import effects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def signed(user) -> Client:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(user)
    return client


def officer(establishment) -> Client:
    kind = "establishment_officer"
    return signed(RoleFactory(kind=kind, scope_kind="establishment", establishment=establishment).user)


@pytest.fixture
def analyst():
    return signed(RoleFactory(kind="national_analyst", scope_kind="nation").user)


def press(client: Client, incident: Incident, establishment, care: str = "degraded"):
    told = {"finess": establishment.finess, "care": care}
    return client.post(reverse("web:incident-touches", args=[incident.pk]), told)


def test_one_press_declares_for_the_structure_and_twice_is_once():
    incident, one = shared(timezone.now()), EstablishmentFactory()
    aline = officer(one)
    assert "Hébergeur Exemple" in aline.get(reverse("web:shared-incidents")).content.decode()
    first, again = press(aline, incident, one), press(aline, incident, one)
    assert first["Location"] == again["Location"]
    made = Declaration.objects.get()
    assert (made.incident_id, made.establishment) == (incident.pk, one)
    assert made.versions.get().choices["care"] == "degraded"
    assert made.reference in aline.get(reverse("web:shared-incidents")).content.decode()
    assert aline.get(reverse("web:declaration", args=[made.reference])).status_code == 200


def test_no_structure_sees_another_nor_speaks_for_it():
    incident, one, other = shared(timezone.now()), EstablishmentFactory(), EstablishmentFactory()
    press(officer(one), incident, one)
    bruno = officer(other)
    assert one.name not in bruno.get(reverse("web:shared-incidents")).content.decode()
    assert press(bruno, incident, one).status_code == 404
    assert bruno.get(reverse("web:shared-incident", args=[incident.pk])).status_code == 403
    assert bruno.get(reverse("web:declaration", args=[Declaration.objects.get().reference])).status_code == 404


def test_hundreds_of_structures_are_counted_by_their_own_state_of_care(analyst, django_assert_max_num_queries):
    incident = shared(timezone.now())
    for care in ("degraded", "degraded", "interrupted", ""):
        assert press(analyst, incident, EstablishmentFactory(), care).status_code == 302
    assert [(one.care.value, one.structures) for one in effects(incident)] == [
        ("interrupted", 1),
        ("degraded", 2),
        ("unknown", 1),
    ]
    assert set(Declaration.objects.values_list("received_by", flat=True)) == {"telephone"}
    with django_assert_max_num_queries(18):
        page = analyst.get(reverse("web:shared-incident", args=[incident.pk])).content.decode()
    assert "4 structures" in page
    csv = analyst.get(reverse("web:shared-incident", args=[incident.pk]) + "?format=csv").content.decode()
    assert csv.count("\n") == 5


def test_it_is_over_for_all_and_each_keeps_its_own_state_of_care(analyst):
    incident, one = shared(timezone.now()), EstablishmentFactory()
    aline = officer(one)
    page = press(aline, incident, one)["Location"]
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    assert analyst.post(reverse("web:shared-incident", args=[incident.pk]), {"at": at}).status_code == 302
    incident.refresh_from_db()
    assert incident.state == "restored"
    assert incident.restored_at is not None
    assert "dégradé" in aline.get(page).content.decode()
    assert Declaration.objects.get().resolved_at is None


def test_what_is_over_is_confirmed_no_more_and_says_so(analyst):
    incident, one = shared(timezone.now()), EstablishmentFactory()
    Incident.objects.filter(pk=incident.pk).update(state="closed", ended_at=timezone.now())
    answer = officer(one).post(reverse("web:incident-touches", args=[incident.pk]), {"finess": one.finess}, follow=True)
    assert "terminé" in answer.content.decode()
    assert not Declaration.objects.exists()


def test_the_cell_opens_it_from_the_declaration_that_told_it(analyst):
    now = timezone.now()
    first = declared(EstablishmentFactory(), now, discovered_at=now.isoformat(), provider="Hébergeur Exemple")
    url = reverse("web:open-shared-incident")
    page = analyst.get(f"{url}?declaration={first.declaration.reference}").content.decode()
    assert 'value="Hébergeur Exemple"' in page
    told = {
        "provider": "Hébergeur Exemple",
        "title": "Panne du dossier patient",
        "since": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
        "kind": "provider_outage",
        "cause": "unknown",
        "reference": first.declaration.reference.lower(),
    }
    assert analyst.post(url, told | {"reference": "7K3QM"}).status_code == 422
    for moment in ("0001-01-01T00:00", "2099-01-01T00:00", "hier"):
        assert analyst.post(url, told | {"since": moment}).status_code == 422
    answer = analyst.post(url, told)
    made = Incident.objects.get(is_shared=True)
    assert answer["Location"] == reverse("web:shared-incident", args=[made.pk])
    assert made.declarations.get().pk == first.declaration.pk


def test_a_moment_or_a_number_that_is_none_is_told_in_words(analyst):
    incident = shared(timezone.now())
    url = reverse("web:shared-incident", args=[incident.pk])
    early = analyst.post(url, {"at": "0001-01-01T00:00"}, follow=True).content.decode()
    assert "avant" in early
    assert "2026-11-23 05:30" in analyst.post(url, {"at": "hier"}, follow=True).content.decode()
    answer = analyst.post(
        reverse("web:incident-touches", args=[incident.pk]), {"finess": "\0'><script>", "care": "x"}, follow=True
    )
    assert "FINESS" in answer.content.decode()
