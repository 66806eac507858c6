"""What is planted as evidence is on its page and nowhere else: no log, address, error page nor subject of a message."""

import logging
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import UserFactory
from tests.web import world as worlds
from tests.web.test_routes import arguments, full
from vigie.apps.findings.models import Finding
from vigie.apps.notices.carrying import Origin, as_message
from vigie.apps.notices.models import Notice
from vigie.apps.scans.models import RawAnswer
from vigie.apps.vault.encryption import encrypt

MARK = "zq7-planted-secret-k4"
PLACE = "203.0.113.251"  # where the weakness is: as telling as what was answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted() -> worlds.World:
    world = worlds.build(timezone.now(), establishments=3, services_each=2)
    RawAnswer.objects.update(
        answered=encrypt(MARK.encode(), purpose="raw-answer", about=world.finding.service_id), answered_length=len(MARK)
    )
    evidence = [{"label": "banner", "value": f"{MARK} 9.1"}]
    Finding.objects.filter(pk=world.finding.pk).update(evidence=evidence, address=PLACE)
    return world


@pytest.fixture
def reader() -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(UserFactory())
    return client


def test_it_is_shown_to_who_may_see_it(planted, reader):
    assert MARK in reader.get(reverse("web:finding", args=[planted.finding.pk])).content.decode()


def test_raw_answers_do_not_rest_in_clear(planted):
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked, answered FROM scans_rawanswer")
        stored = b"".join(bytes(value) for row in cursor.fetchall() for value in row)
    assert len(stored) > 100
    assert MARK.encode() not in stored
    assert b"GET /dana-na" not in stored


def test_no_address_and_no_line_of_log_tells_it(planted, reader, caplog):
    caplog.set_level(logging.INFO)
    addresses = []
    for name, given in arguments(planted).items():
        url = reverse(full(name), args=given)
        answer = reader.get(url)
        if answer.get("Content-Type", "").startswith("text/html"):
            addresses += re.findall(r'(?:href|action|src)="([^"]*)"', answer.content.decode())
        addresses.append(answer.get("Location", ""))
    assert len(addresses) > 100
    assert [one for one in addresses if MARK in one or PLACE in one] == []
    assert MARK not in caplog.text
    assert PLACE not in caplog.text


def test_a_page_that_breaks_tells_nothing(planted, reader, caplog, monkeypatch):
    def broken(*_: object) -> None:
        held = MARK  # noqa: F841 -- in the frame, as the evidence is when a page breaks
        raise ValueError

    monkeypatch.setattr("vigie.web.components.raw.readable", broken)
    answer = reader.get(reverse("web:finding", args=[planted.finding.pk]))
    assert answer.status_code == 500
    page = answer.content.decode()
    assert MARK not in page
    assert PLACE not in page
    assert "Traceback" not in page
    assert MARK not in caplog.text


def test_no_message_tells_it(planted):
    notices = Notice.objects.filter(channel="email").select_related("alert__establishment", "contact")
    assert notices
    for notice in notices:
        message = as_message(notice, Origin("vigie@vigie.example", "https://vigie.example"), timezone.now())
        for told in (str(message["Subject"]), message.as_string()):
            assert MARK not in told
            assert PLACE not in told
            assert "CVE-" not in message["Subject"]


def test_the_code_never_prints_what_was_opened():
    """Whoever decrypts logs nothing of it: no logger in the modules that hold evidence in clear."""
    source = Path(__file__).resolve().parents[2] / "src" / "vigie"
    holders = [path for path in source.rglob("*.py") if "decrypt(" in path.read_text() and "vault" not in path.parts]
    assert len(holders) >= 2
    assert [path.name for path in holders if re.search(r"\blogger\b|logging|print\(", path.read_text())] == []
