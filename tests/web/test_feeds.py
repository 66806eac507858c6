"""The page of the sources of vulnerabilities, and the warning above the pages that rest on them."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import User
from vigie.apps.vulns.models import Feed
from vigie.data import feeds

pytestmark = pytest.mark.django_db

WARNING = "too old or was never read"
HOUR = timedelta(hours=1)


@pytest.fixture
def fresh() -> datetime:
    """Every source was read an hour ago."""
    now = timezone.now()
    for source in feeds.sources():
        Feed.objects.create(
            slug=source.slug,
            last_good_at=now - HOUR,
            last_attempt_at=now - HOUR,
            published_on=now.date() if source.max_publication else None,
            records=12_345,
        )
    return now


@pytest.fixture
def administrator() -> Client:
    user = UserFactory(analyst=False, email="admin@vigie.example")
    actions.grant_role(user=user, kind="technical_administrator", by="test", now=timezone.now() - HOUR)
    return signed(user)


def signed(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.get("/healthz")
    return client


def words(client: Client, address: str) -> str:
    page = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(page.split())


def test_all_is_fresh_and_nothing_warns(fresh, signed_in):
    assert "All 8 sources are as fresh as they should be." in words(signed_in, "/feeds/")
    assert WARNING not in words(signed_in, "/") + words(signed_in, "/vulnerabilities/")


def test_a_source_that_died_silently_warns_whoever_follows_the_nation_and_whoever_mends(
    fresh, signed_in, administrator
):
    Feed.objects.filter(slug="cert_fr").update(last_good_at=fresh - timedelta(days=5))
    page = words(signed_in, "/feeds/")
    assert "1 source of 8 is too old or was never read" in page
    assert "Avis and alertes of CERT-FR" in page
    for client, address in ((signed_in, "/vulnerabilities/"), (administrator, "/people/")):
        assert WARNING in words(client, address)


def test_one_failed_attempt_is_told_and_is_no_alert(fresh, signed_in):
    Feed.objects.filter(slug="kev").update(error="www.cisa.gov answered 503 for /x")
    page = words(signed_in, "/feeds/")
    assert "All 8 sources are as fresh as they should be." in page
    assert "last attempt failed" in page
    assert "www.cisa.gov answered 503" in page


def test_documents_that_wait_and_lists_that_begin_too_late_are_told(fresh, signed_in):
    Feed.objects.filter(slug="csaf").update(waiting=1_400, remark="the list begins after the last document")
    page = words(signed_in, "/feeds/")
    assert "documents are still to be fetched" in page
    assert "catching up" in page
    assert "the list begins after" in page


def test_what_was_never_read_is_unknown_and_an_alert(signed_in):
    page = words(signed_in, "/feeds/")
    assert "8 sources of 8 are too old or were never read" in page
    assert "never synchronised" in page


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        pytest.param("off", "Nothing is fetched here", id="off"),
        pytest.param("/srv/mirror", "the mirror that somebody fills: /srv/mirror", id="mirror"),
        pytest.param("network", "They are fetched from their publishers each hour", id="network"),
    ],
)
def test_the_page_says_where_the_data_comes_from(signed_in, settings, place, sentence):
    settings.VIGIE = configured.VIGIE.model_copy(update={"feeds": place})
    assert sentence in words(signed_in, "/feeds/")
    assert (WARNING in words(signed_in, "/vulnerabilities/").replace("were", "was")) is (place != "off")


def test_an_error_cannot_write_into_the_page(fresh, signed_in):
    Feed.objects.filter(slug="kev").update(error="<script>alert(1)</script>")
    assert b"<script>alert(1)" not in signed_in.get("/feeds/").content


def test_an_officer_of_an_establishment_neither_sees_the_page_nor_is_warned():
    officer = UserFactory(analyst=False, email="bruno@vigie.example")
    actions.grant_role(
        user=officer, kind="establishment_officer", over=EstablishmentFactory(), by="test", now=timezone.now() - HOUR
    )
    client = signed(officer)
    assert client.get("/feeds/").status_code == 403
    assert WARNING not in words(client, "/vulnerabilities/").replace("were", "was")


def test_a_silent_source_is_told_on_the_first_page_of_whoever_follows_them(fresh, signed_in):
    statistician = UserFactory(analyst=False)
    actions.grant_role(user=statistician, kind="statistician", over=None, by="test", now=fresh - HOUR)
    assert WARNING not in words(signed_in, "/")
    Feed.objects.filter(slug="kev").update(last_good_at=fresh - timedelta(days=9))
    assert f"One source of vulnerabilities is {WARNING}" in words(signed_in, "/")
    assert WARNING not in words(signed_in, "/?as_of=2026-01-10"), "it is of today"
    assert WARNING not in words(signed(statistician), "/")
