"""The page of a year, as of a past day: as it was known then, or by what is known today, and it says which."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, RoleFactory
from vigie.apps.incidents import actions
from vigie.engine.incidents.lifecycle import Deed

pytestmark = pytest.mark.django_db


def test_the_page_and_its_csv_follow_what_was_known_then(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client(headers={"accept-language": "en"})
    client.force_login(RoleFactory(kind="national_analyst", scope_kind="nation").user)
    now = timezone.now()
    at = now - timedelta(days=20)
    incident = declared(EstablishmentFactory(), at, discovered_at=at.isoformat()).declaration.incident
    actions.end(incident=incident, deed=Deed.DISMISS, reason="Un essai.", by="cell", now=now - timedelta(days=5))
    url = reverse("web:incident-year", args=[timezone.localdate(at).year])
    day = timezone.localdate(now - timedelta(days=10)).isoformat()
    then = client.get(url, {"as_of": day}).content.decode()
    today = client.get(url, {"as_of": day, "known": "now"}).content.decode()
    assert "As it was known at the end of that day" in then
    assert "counted by what is known today" in today
    lines = [
        client.get(url, {"as_of": day, "format": "csv", **more}).content.decode() for more in ({}, {"known": "now"})
    ]
    assert lines[0] != lines[1]
