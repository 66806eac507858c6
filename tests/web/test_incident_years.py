"""The figures of a year: whole for who reads incidents, small groups together for the others, nothing for Bruno."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.apps.incidents.world import declared
from tests.factories import DepartmentFactory, EstablishmentFactory, RegionFactory, SiteFactory, UserFactory
from vigie.apps.accounts.actions import grant_role

YEAR = "/incidents/years/2026/"


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


@pytest.fixture
def as_role(db, now):
    def sign(kind, over=None):
        user = UserFactory(analyst=False)
        grant_role(user=user, kind=kind, over=over, by="test", now=now - timedelta(days=60))
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return sign


@pytest.fixture
def eleven(db, now):
    """Eleven ransoms in one region, and a fraud that put patients in danger."""
    for _turn in range(10):
        declared(EstablishmentFactory(), now)
    return declared(EstablishmentFactory(name="Clinique Très Reconnaissable"), now, kind="fraud", danger="proven")


@pytest.mark.usefixtures("eleven")
def test_an_analyst_reads_each_group(as_role):
    page = as_role("national_analyst").get(YEAR).content.decode()
    assert "11 incidents were declared in 2026 by 11 structures." in page.replace("\u00a0", " ")
    assert "Fraud" in page
    assert "Together:" not in page


@pytest.mark.usefixtures("eleven")
@pytest.mark.parametrize("form", ["", "?format=csv"])
def test_a_statistician_is_told_no_group_of_one(as_role, form):
    told = as_role("statistician").get(YEAR + form).content.decode()
    assert "Together: " in told
    assert "Reconnaissable" not in told
    assert "11" in told


@pytest.mark.usefixtures("eleven")
def test_an_agency_reads_its_own_region_and_is_told_no_small_group(as_role, now):
    elsewhere = RegionFactory(code="X9", name="Ostrevent")
    declared(EstablishmentFactory(department=DepartmentFactory(code="X9", parent=elsewhere)), now)
    page = as_role("regional_agency", elsewhere).get(YEAR).content.decode()
    assert "Too few structures declared in 2026" in page
    assert "Ostrevent" in page
    assert "Valombre" not in page
    assert as_role("regional_agency", elsewhere).get(YEAR + "?format=csv").status_code == 404


@pytest.mark.usefixtures("eleven")
def test_what_one_reader_counts_is_not_kept_for_another(as_role):
    analyst, statistician = as_role("national_analyst"), as_role("statistician")
    assert "Together:" not in analyst.get(YEAR).content.decode()
    assert "Together:" in statistician.get(YEAR).content.decode()
    assert "Together:" not in analyst.get(YEAR).content.decode()


@pytest.mark.parametrize("address", ["/incidents/years/", YEAR, f"{YEAR}report.pdf", "/incidents/never-declared/"])
def test_bruno_and_the_funder_read_nothing(as_role, address):
    assert as_role("establishment_officer", EstablishmentFactory()).get(address).status_code == 403
    assert as_role("funder").get(address).status_code == 403


@pytest.mark.parametrize("year", [1970, 2090, 99999])
def test_a_year_that_cannot_be_does_not_exist(as_role, year):
    assert as_role("statistician").get(f"/incidents/years/{year}/").status_code == 404


def test_a_year_of_nothing_says_so(as_role):
    page = as_role("national_analyst").get(YEAR).content.decode()
    assert "No incident was declared in 2026." in page


@pytest.mark.usefixtures("eleven")
def test_the_pdf_is_what_the_page_says(as_role):
    pytest.importorskip("typst")
    answer = as_role("statistician").get(f"{YEAR}report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_who_never_declared_is_said_without_blame_and_taken_away(as_role, now):
    silent, *others = EstablishmentFactory.create_batch(12)
    silent.name = "=Clinique Silencieuse"
    silent.save()
    for one in (silent, *others):
        SiteFactory(establishment=one)
    for one in others:
        declared(one, now)
    client = as_role("duty_manager")
    page = client.get("/incidents/never-declared/").content.decode()
    assert "1 structure never declared" in page
    assert "11 of 11" in page
    assert "no reproach" in page
    told = client.get("/incidents/never-declared/?format=csv").content.decode()
    assert "'=Clinique Silencieuse" in told
