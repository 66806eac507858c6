"""Whoever reports a weakness gets a reference, the cell a sighting to verify; nothing of the inside is told."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.incidents.world import WEAKNESS, reported
from tests.factories import EstablishmentFactory, RoleFactory
from vigie.apps.findings.models import Finding, Sighting
from vigie.apps.incidents.disclosing import FIELDS, code_of, words_of
from vigie.apps.incidents.models import WeaknessReport
from vigie.apps.notices.models import Notice
from vigie.apps.notices.tokens import link_token

pytestmark = pytest.mark.django_db
FORM, FOLLOW = "/disclosure/", "/disclosure/follow"


@pytest.fixture
def client():
    return Client(headers={"accept-language": "fr"})


@pytest.fixture
def analyst(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client(headers={"accept-language": "fr"})
    client.force_login(RoleFactory(kind="national_analyst", scope_kind="nation").user)
    return client


def test_security_txt_says_whom_to_tell_and_until_when(client, settings):
    told = {"security_contact": "mailto:securite@vigie.example", "public_url": "https://vigie.example"}
    settings.VIGIE = settings.VIGIE.model_copy(update=told)
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert "Contact: https://vigie.example/disclosure/" in lines
    assert "Contact: mailto:securite@vigie.example" in lines
    expires = next(line for line in lines if line.startswith("Expires: ")).removeprefix("Expires: ")
    left = datetime.fromisoformat(expires) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)  # RFC 9116: less than a year


def test_whoever_reports_gets_a_reference_and_follows_it_and_learns_no_more(client, analyst):
    one = EstablishmentFactory()
    told = {**WEAKNESS, "finess": one.finess, "key": uuid.uuid4().hex}
    page = client.post(FORM, told).content.decode()
    made = WeaknessReport.objects.get()
    assert made.reference in page
    assert code_of(made) in page
    assert b"liste des utilisateurs" not in bytes(made.words)
    assert client.post(FORM, told).status_code == 200  # sent twice
    assert WeaknessReport.objects.count() == 1
    judged = {"deed": "verify", "finess": one.finess, "place": WEAKNESS["place"], "title": "Liste ouverte"}
    assert analyst.post(reverse("web:weakness", args=[made.pk]), judged).status_code == 302
    followed = client.post(FOLLOW, {"reference": made.reference, "code": code_of(made)}).content.decode()
    assert "vérification" in followed
    for secret in (one.name, one.finess, "Liste ouverte", "portail.valmorne.example"):
        assert secret not in followed


def test_it_becomes_a_sighting_to_be_verified_and_opens_no_finding(analyst):
    one = EstablishmentFactory()
    made = reported(one, timezone.now(), seen="Voir CVE-2026-12345, page ouverte")
    judged = {"deed": "verify", "finess": one.finess, "place": WEAKNESS["place"], "title": "Ouvert", "severity": "high"}
    url = reverse("web:weakness", args=[made.pk])
    assert analyst.post(url, judged).status_code == 302
    sighting = Sighting.objects.get()
    assert (sighting.tool, sighting.state, sighting.establishment) == ("person", "to_verify", one)
    assert (sighting.name, sighting.port, sighting.cves) == ("portail.valmorne.example", 8443, ["CVE-2026-12345"])
    assert not Finding.objects.exists()
    assert analyst.get(reverse("web:sighting", args=[sighting.pk])).status_code == 200
    assert analyst.post(url, judged).status_code == 422  # judged already
    assert Sighting.objects.count() == 1
    assert analyst.post(url, {"deed": "mended"}).status_code == 422  # no look judges it: somebody says how it was seen
    assert analyst.post(url, {"deed": "mended", "reason": "Page fermée, vue à 14 h"}).status_code == 302
    assert analyst.post(url, {"deed": "close", "reason": ""}).status_code == 422


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param("203.0.113.17", ("203.0.113.17", "", 0), id="address"),
        pytest.param("203.0.113.17:8443", ("203.0.113.17", "", 8443), id="address-and-port"),
        pytest.param("[2001:db8::1]:443", ("2001:db8::1", "", 443), id="ipv6-and-port"),
        pytest.param("2001:db8::1", ("2001:db8::1", "", 0), id="ipv6"),
        pytest.param("HTTPS://Portail.Example.org/a?b", ("", "portail.example.org", 0), id="web-address"),
        pytest.param("le portail", None, id="words"),
        pytest.param("portail.example.org:99999", None, id="no-port"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_place_of_a_sighting_is_an_address_or_a_name(analyst, place, expected):
    one = EstablishmentFactory()
    made = reported(one, timezone.now())
    judged = {"deed": "verify", "finess": one.finess, "place": place, "title": "Ouvert"}
    answer = analyst.post(reverse("web:weakness", args=[made.pk]), judged)
    assert answer.status_code == (302 if expected else 422)
    seen = Sighting.objects.values_list("address", "name", "port").first()
    assert seen == expected
    if expected is None:
        assert "portail.example.org:8443" in answer.content.decode()


def test_spam_loses_its_words_and_a_trap_marks_what_a_program_sent(client, analyst):
    client.post(FORM, {**WEAKNESS, "website": "http://spam.example", "email": "x@valmorne.example"})
    made = WeaknessReport.objects.get()
    assert made.is_suspect
    assert not Notice.objects.exists()  # nobody is written to for a program
    assert "indésirable" in analyst.get(reverse("web:weaknesses")).content.decode()
    analyst.post(reverse("web:weakness", args=[made.pk]), {"deed": "spam"})
    made.refresh_from_db()
    assert (made.state, made.is_spam, made.words, words_of(made)) == ("closed", True, None, {})


def test_one_network_is_slowed_and_nothing_typed_is_lost(client):
    for _turn in range(5):
        assert client.post(FORM, WEAKNESS).status_code == 200
    answer = client.post(FORM, WEAKNESS)
    assert answer.status_code == 422
    assert "La page montre la liste des utilisateurs." in answer.content.decode()
    assert WeaknessReport.objects.count() == 5


def test_guessing_references_is_slowed_and_tells_nothing(client):
    made = reported(EstablishmentFactory(), timezone.now())
    wrong = client.post(FOLLOW, {"reference": made.reference, "code": "0000-0000"})
    unknown = client.post(FOLLOW, {"reference": "00000-00000-0", "code": code_of(made)})
    assert wrong.status_code == unknown.status_code == 422
    bare = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (wrong, unknown)]
    assert bare[0] == bare[1]
    for _turn in range(20):
        client.post(FOLLOW, {"reference": made.reference, "code": "1111-1111"})
    right = client.post(FOLLOW, {"reference": made.reference, "code": code_of(made)})
    assert right.status_code == 422


def test_the_receipt_by_mail_opens_the_state_only(client):
    made = reported(EstablishmentFactory(), timezone.now(), email="chercheur@valmorne.example")
    page = client.get(reverse("web:weakness-link", args=[link_token(Notice.objects.get().uid)])).content.decode()
    assert made.reference in page
    assert code_of(made) not in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param({"seen": ""}, "faible", id="nothing-seen"),
        pytest.param({"seen": "2 55 08 14 168 025 38"}, "numéro national", id="patient"),
        pytest.param({"finess": "123456789"}, "FINESS", id="finess"),
        pytest.param({"email": "pas-une-adresse"}, "adresse", id="email"),
        pytest.param({"how": "x" * 9000}, "8000", id="too-long"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_rest_stays(client, more, words):
    answer = client.post(FORM, {**WEAKNESS, "name": "Camille Exemple", **more})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Camille Exemple" in page
    assert not WeaknessReport.objects.exists()


def test_bruno_reads_no_report(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    made = reported(EstablishmentFactory(), timezone.now())
    for kind in ("establishment_officer", "establishment_director"):
        role = RoleFactory(kind=kind, scope_kind="establishment", establishment=made.establishment)
        bruno = Client()
        bruno.force_login(role.user)
        assert bruno.get(reverse("web:weaknesses")).status_code == 403
        assert bruno.get(reverse("web:weakness", args=[made.pk])).status_code == 403


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*FIELDS, "key", "credit", "website"]), st.text(max_size=300)))
def test_whatever_is_typed_the_page_answers(client, typed):
    assert client.post(FORM, typed).status_code in {200, 422}
