"""Readers of aggregates see no number that points at few establishments; everybody else sees what they saw."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.factories import UserFactory
from vigie.apps.accounts import actions
from vigie.apps.findings.queries import Figures
from vigie.apps.observatory.models import Level
from vigie.apps.observatory.veil import Veil
from vigie.engine.disclosure import DisclosureRule
from vigie.web.components.charts import FRANCE

TOO_FEW = "Not shown: fewer than 5"


@pytest.fixture
def statistician(db, today) -> Client:
    user = UserFactory(analyst=False)
    actions.grant_role(user=user, kind="statistician", over=None, by="test", now=today - timedelta(days=1))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_department_of_two_shows_a_statistician_nothing_but_its_size(world, statistician, signed_in):
    url = "/territories/department/X1/"
    hidden, shown = statistician.get(url).content.decode(), signed_in.get(url).content.decode()
    assert "2 establishments" in hidden
    assert hidden.count(TOO_FEW) == 2
    assert TOO_FEW not in shown
    assert "v-chart" in shown
    assert "v-chart" not in hidden


def test_the_level_of_few_is_not_explained_either(world, statistician, signed_in):
    level = Level.objects.filter(subject_kind="territory", total__lt=5).latest("pk")
    assert statistician.get(f"/levels/{level.pk}/").status_code == 403
    assert signed_in.get(f"/levels/{level.pk}/").status_code == 200


def test_the_tiles_of_small_territories_have_no_letter(world, statistician):
    assert "too few to be shown" in statistician.get("/territories/region/X1/").content.decode()


def test_a_funder_who_reads_each_level_loses_nothing(world, today):
    user = UserFactory(analyst=False)
    actions.grant_role(user=user, kind="funder", over=None, by="test", now=today - timedelta(days=1))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    assert TOO_FEW not in client.get("/territories/department/X1/").content.decode()


RULE = DisclosureRule("disclosure-test", date(2026, 1, 1), "here", 5)


@pytest.mark.parametrize(
    ("establishments", "exploited", "total", "shown"),
    [
        pytest.param(0, 0, 40, True, id="nought-names-nobody"),
        pytest.param(9, 5, 40, True, id="large-enough"),
        pytest.param(9, 4, 40, False, id="one-small-number-hides-the-block"),
        pytest.param(0, 0, 4, False, id="small-grouping"),
    ],
)
def test_a_block_of_numbers_goes_whole(establishments, exploited, total, shown):
    told = Figures(
        open=90,
        establishments=establishments,
        exploited=exploited,
        exploited_establishments=exploited,
        exploited_oldest=None,
        remote_establishments=0,
        late=3,
    )
    assert (Veil(RULE).figures(told, total) is told) is shown
    assert Veil(None).figures(told, total) is told


def test_the_eighteen_regions_each_have_a_place_of_their_own():
    """The codes of INSEE since 2016; the five overseas in the last row."""
    regions = [
        "11",
        "24",
        "27",
        "28",
        "32",
        "44",
        "52",
        "53",
        "75",
        "76",
        "84",
        "93",
        "94",
        "01",
        "02",
        "03",
        "04",
        "06",
    ]
    assert sorted(FRANCE) == sorted(regions)
    assert len(set(FRANCE.values())) == 18
    assert all(1 <= column <= 5 and 1 <= row <= 6 for column, row in FRANCE.values())
    assert {code for code, (_, row) in FRANCE.items() if row == 6} == {"01", "02", "03", "04", "06"}
    assert FRANCE["53"][0] < FRANCE["11"][0] < FRANCE["44"][0], "Brittany is west of Paris, and Alsace east"
    assert FRANCE["32"][1] < FRANCE["11"][1] < FRANCE["93"][1], "Lille is north of Paris, and Marseille south"
