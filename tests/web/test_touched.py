"""A structure without account is asked by mail: opened it changes nothing, pressed it declares, then it is spent."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.apps.incidents.test_authorities import attacked
from tests.apps.incidents.world import shared
from tests.factories import EstablishmentFactory, RoleFactory
from vigie.apps.incidents.actions import write_back, write_to_authorities
from vigie.apps.incidents.models import Declaration, Incident
from vigie.apps.notices.actions import declare_contact
from vigie.apps.notices.models import Contact, Notice
from vigie.apps.notices.tokens import link_token

pytestmark = pytest.mark.django_db
FRENCH = {"accept-language": "fr"}


@pytest.fixture
def analyst(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client(headers=FRENCH)
    client.force_login(RoleFactory(kind="national_analyst", scope_kind="nation").user)
    return client


def officer_of(one, name="Aline Exemple") -> Contact:
    now = timezone.now()
    contact = declare_contact(owner=one, role="officer", name=name, email=f"{name[:3]}@ch.example", by="t", now=now)
    Contact.objects.filter(pk=contact.pk).update(verified_at=now)
    return contact


def asked(analyst: Client, incident: Incident, numbers: str) -> str:
    url = reverse("web:ask-structures", args=[incident.pk])
    return analyst.post(url, {"numbers": numbers}, follow=True).content.decode()


def link(contact: Contact) -> str:
    notice = Notice.objects.get(kind="touched", contact=contact)
    return reverse("web:touched-by-mail", args=[link_token(notice.uid)])


def test_one_press_declares_it_once_and_the_link_is_spent(analyst):
    incident, one = shared(timezone.now()), EstablishmentFactory()
    first, second = officer_of(one), officer_of(one, "Bruno Exemple")
    asked(analyst, incident, one.finess)
    browser = Client(headers=FRENCH)
    page = browser.get(link(first)).content.decode()
    assert incident.provider in page
    assert not Declaration.objects.exists()  # filters open links
    answer = browser.post(link(first), {"care": "degraded"})
    declaration = Declaration.objects.get()
    assert answer["Location"] == reverse("web:own-declaration", args=[declaration.reference])
    assert browser.get(answer["Location"]).status_code == 200
    assert (declaration.incident, declaration.establishment) == (incident, one)
    assert declaration.confirmed_at is not None
    for other in (first, second):
        replayed = Client(headers=FRENCH).post(link(other), {"care": "normal"})
        assert replayed.status_code == 409
        assert "déjà" in replayed.content.decode()
        assert declaration.reference not in replayed.content.decode()
    assert Declaration.objects.count() == 1
    write_back(timezone.now())
    assert Notice.objects.get(kind="receipt").address == first.email


def test_who_cannot_be_reached_or_is_not_known_is_told_to_the_cell(analyst):
    incident, one, silent = shared(timezone.now()), EstablishmentFactory(), EstablishmentFactory(name="CH Muet")
    officer_of(one)
    page = asked(analyst, incident, f"{one.finess}\n{one.finess}\n{silent.finess};123456789, <script>")
    assert "CH Muet" in page
    assert "123456789" in page
    assert "<script>," not in page
    asked(analyst, incident, one.finess)
    assert Notice.objects.filter(kind="touched").count() == 1


def test_once_it_is_over_nobody_is_asked_and_a_late_press_says_so(analyst):
    incident, one = shared(timezone.now()), EstablishmentFactory()
    contact = officer_of(one)
    asked(analyst, incident, one.finess)
    Incident.objects.filter(pk=incident.pk).update(state="closed", ended_at=timezone.now())
    late = Client(headers=FRENCH).post(link(contact), {"care": "degraded"})
    assert late.status_code == 409
    assert "terminé" in late.content.decode()
    assert not Declaration.objects.exists()
    assert "terminé" in asked(analyst, incident, EstablishmentFactory().finess)


@pytest.mark.parametrize("token", ["a", "0" * 32 + "-" + "0" * 32, "x-y"])
def test_a_link_that_is_not_ours_leads_nowhere(token):
    answer = Client(headers=FRENCH).get(reverse("web:touched-by-mail", args=[token]))
    assert answer.status_code == 410


def test_anssi_finds_the_way_to_the_whole_file_and_the_others_the_outline_only(client, now):
    incident = attacked(now)
    write_to_authorities(timezone.now())
    notice = Notice.objects.get(kind="authority", contact__role="anssi")
    page = client.get(reverse("web:passed-on", args=[link_token(notice.uid)]), headers=FRENCH).content.decode()
    for form in ("pdf", "json", "misp", "stix"):
        assert reverse("web:incident-document", args=[incident.pk, form]) in page
    assert "TLP:" in page
    assert "rançongiciel" not in page  # the cause does not travel by mail
    assert client.get(reverse("web:incident-document", args=[incident.pk, "json"])).status_code == 302  # signs in first
