"""The sheet of paper is open to everybody; what comes back on it is declared with the time at which it was received."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import RoleFactory
from vigie.apps.incidents.models import Declaration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        pytest.param("", "vigie-declaration-fr.pdf", id="the-reader's"),
        pytest.param("?language=en", "vigie-declaration-en.pdf", id="english"),
        pytest.param("?language=../x", "vigie-declaration-fr.pdf", id="no-language"),
    ],
)
def test_anybody_prints_it(asked, name):
    pytest.importorskip("typst")
    answer = Client(headers={"accept-language": "fr"}).get(reverse("web:paper-declaration") + asked)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{name}"'
    assert answer.content.startswith(b"%PDF-")


@pytest.fixture
def analyst(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client(headers={"accept-language": "fr"})
    client.force_login(RoleFactory(kind="national_analyst", scope_kind="nation").user)
    return client


def on_paper(client: Client, received_at: str):
    seen = timezone.localtime() - timedelta(hours=6)
    told = {"structure": "Clinique Exemple", "seen": "Panne", "discovered_at": seen.strftime("%Y-%m-%dT%H:%M")}
    told |= {"received_by": "paper", "received_at": received_at, "deed": "declare", "key": uuid.uuid4().hex}
    return client.post(reverse("web:declare-incident"), told)


def test_a_sheet_is_declared_at_the_time_it_was_really_received(analyst):
    received = (timezone.localtime() - timedelta(hours=4)).replace(second=0, microsecond=0)
    assert on_paper(analyst, received.strftime("%Y-%m-%dT%H:%M")).status_code == 302
    made = Declaration.objects.get()
    assert (made.received_by, made.received_at) == ("paper", received)
    assert made.submitted_at > made.received_at
    assert made.confirmed_at is not None


@pytest.mark.parametrize("moment", ["2099-01-01T00:00", "ce matin", "0001-01-01T00:00"])
def test_a_wrong_time_is_told_and_the_words_stay(analyst, moment):
    answer = on_paper(analyst, moment)
    assert answer.status_code == 422
    assert "Clinique Exemple" in answer.content.decode()
    assert not Declaration.objects.exists()


def test_nobody_else_says_that_something_came_on_paper():
    answer = on_paper(Client(), "2026-01-01T00:00")
    assert answer.status_code == 422  # an address to confirm is asked for
