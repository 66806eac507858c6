"""What the analysts note for themselves: kept as written, read by nobody else."""

import pytest
from django.test import Client

from tests.factories import UserFactory
from tests.web.world import World
from vigie.apps.accounts import actions as accounts
from vigie.apps.findings.models import Note

SECRET = "Le RSSI part en avril ; rappeler avant."


def page(world: World) -> str:
    return f"/establishments/{world.establishment.finess}/notes/"


@pytest.fixture
def written(world: World, signed_in: Client) -> Note:
    answer = signed_in.post(f"{page(world)}?finding={world.finding.pk}", {"text": SECRET})
    assert answer["Location"] == f"/findings/{world.finding.pk}/"
    return Note.objects.get()


def test_a_note_says_who_wrote_it_and_stands_on_the_finding_and_on_the_list(world, written, signed_in):
    assert written.written_by.endswith("aline@vigie.example")
    for url in (page(world), f"/findings/{world.finding.pk}/"):
        assert SECRET in signed_in.get(url).content.decode()
    assert (
        "Notes of the analysts: 1" in signed_in.get(f"/establishments/{world.establishment.finess}/").content.decode()
    )


@pytest.mark.parametrize("kind", ["establishment_officer", "establishment_director", "provider"])
def test_no_role_of_the_establishment_ever_sees_a_note(world, written, today, kind):
    officer = UserFactory(analyst=False)
    accounts.grant_role(user=officer, kind=kind, over=world.establishment, by="test", now=today)
    client = Client()
    client.force_login(officer)
    finess = world.establishment.finess
    for url in (
        f"/findings/{world.finding.pk}/", f"/establishments/{finess}/", "/findings/?format=csv",
        f"/search?q={SECRET[:20]}",
    ):  # fmt: skip
        told = client.get(url).content.decode()
        assert SECRET not in told, url
        assert "notes/" not in told, url
    assert client.get(page(world)).status_code == 403


def test_an_auditor_reads_notes_and_writes_none(world, written, today):
    auditor = UserFactory(analyst=False)
    accounts.grant_role(user=auditor, kind="auditor", over=None, by="test", now=today)
    client = Client()
    client.force_login(auditor)
    assert SECRET in client.get(page(world)).content.decode()
    assert client.post(page(world), {"text": "x"}).status_code == 403
    assert Note.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_note_is_refused(world, signed_in, text):
    assert signed_in.post(page(world), {"text": text}).status_code == 422
    assert not Note.objects.exists()
