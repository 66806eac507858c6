"""Whatever is sent to the form, the answer is a clear sentence in the reader's language, and nothing typed is lost."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory
from vigie.apps.incidents.fault_sentences import sentence
from vigie.apps.incidents.models import Declaration, Incident
from vigie.apps.incidents.queries import code_of
from vigie.data.incident_rules import limits
from vigie.engine.incidents.answers import Fault, Problem

pytestmark = pytest.mark.django_db
TYPED = "Les écrans affichent <b>un message</b> ; =1+1"


def form(**more: str) -> dict[str, str]:
    seen = timezone.localtime().strftime("%Y-%m-%dT00:00")
    told = {"structure": "Clinique Exemple", "seen": TYPED, "discovered_at": seen, "email": "aline@valmorne.example"}
    return {"deed": "declare", "key": uuid.uuid4().hex, **told, **more}


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        pytest.param("discovered_at", "1970-01-01T00:00", Fault("discovered_at", Problem.TOO_OLD), id="1970"),
        pytest.param("discovered_at", "2099-01-01T00:00", Fault("discovered_at", Problem.IN_THE_FUTURE), id="future"),
        pytest.param("discovered_at", "31/02/2026", Fault("discovered_at", Problem.NOT_A_MOMENT), id="no-day"),
        pytest.param("discovered_at", "", Fault("discovered_at", Problem.MISSING), id="no-moment"),
        pytest.param("finess", "000000018", Fault("finess", Problem.FINESS_UNKNOWN), id="finess-of-nobody"),
        pytest.param("finess", "000000001", Fault("finess", Problem.NOT_A_FINESS), id="finess-wrong-key"),
        pytest.param("finess", "' OR 1=1 --", Fault("finess", Problem.NOT_A_FINESS), id="finess-injection"),
        pytest.param("care", "fine", Fault("care", Problem.NOT_A_CHOICE), id="no-such-answer"),
        pytest.param("people", "-1", Fault("people", Problem.NOT_A_NUMBER, 100_000_000), id="negative"),
        pytest.param("care_hours", "٣", Fault("care_hours", Problem.NOT_A_NUMBER, 100_000), id="other-figures"),
        pytest.param("name", "a\x07b", Fault("name", Problem.UNPRINTED), id="bell"),
        pytest.param("email", "aline@", Fault("email", Problem.NOT_AN_EMAIL), id="half-an-address"),
        pytest.param("structure", "", Fault("structure", Problem.MISSING), id="nowhere"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_fault_is_a_sentence_and_what_was_typed_is_on_the_page(client, language, field, value, fault):
    answer = client.post(reverse("web:declare-incident"), form(**{field: value}), headers={"accept-language": language})
    with translation.override(language):
        told = sentence(fault)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page.replace("&#x27;", "'").replace("&quot;", '"')
    assert "Les écrans affichent &lt;b&gt;un message&lt;/b&gt; ; =1+1" in page
    assert not Incident.objects.exists()


def test_what_is_too_long_is_told_with_how_long_it_may_be_and_kept(client):
    most = limits(timezone.localdate()).long_text
    answer = client.post(
        reverse("web:declare-incident"), form(seen="x" * (most + 1)), headers={"accept-language": "en"}
    )
    assert answer.status_code == 422
    assert f"{most} characters at most" in answer.content.decode()
    assert "x" * (most + 1) in answer.content.decode()


def test_who_tries_references_is_slowed_down_and_learns_nothing(now):
    one = declared(EstablishmentFactory(), now).declaration
    url, thief = reverse("web:resume-declaration"), Client(headers={"accept-language": "fr"})
    tries = limits(timezone.localdate()).wrong_references
    told = {thief.post(url, {"reference": one.reference, "code": f"0000-{n:04d}"}).status_code for n in range(tries)}
    assert told == {422}
    right = thief.post(url, {"reference": one.reference, "code": code_of(one)})
    assert right.status_code == 422  # even the right code, from where so many were wrong
    assert "Trop de références" in right.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.77").post(url, {"reference": one.reference, "code": code_of(one)})
    assert elsewhere.status_code == 302


def test_a_form_without_key_or_with_a_foreign_one_is_declared_all_the_same(client):
    for key in ("", "nope", "0" * 500):
        assert client.post(reverse("web:declare-incident"), form(key=key)).status_code == 302
    assert Declaration.objects.submitted().count() == 3
