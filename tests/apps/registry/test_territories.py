from datetime import UTC, datetime

import pytest

from vigie.apps.registry import actions
from vigie.apps.registry.models import Territory
from vigie.data import territories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def test_the_official_territories_are_there_once():
    assert actions.load_territories(now=NOW) == 1 + 18 + 103
    assert actions.load_territories(now=NOW) == 0
    assert Territory.objects.get(kind="department", code="2A").parent.name == "Corse"
    assert Territory.objects.get(kind="department", code="9F").parent.code == "06"
    assert Territory.objects.get(kind="region", code="84").parent.kind == "nation"


def test_a_missing_territory_comes_back():
    actions.load_territories(now=NOW)
    Territory.objects.get(kind="department", code="29").delete()
    assert actions.load_territories(now=NOW) == 1


def test_codes_are_unique():
    departments = [d.code for region in territories.nation().regions for d in region.departments]
    assert len(departments) == len(set(departments)) == 101


def test_an_invented_region_is_declared_once():
    for _ in range(2):
        region = actions.declare_territory(kind="region", code="X1", name="Valombre", by="test", now=NOW)
    assert region.invented
    assert Territory.objects.filter(code="X1").count() == 1


def test_an_official_territory_is_never_made_an_invented_one():
    actions.load_territories(now=NOW)
    with pytest.raises(ValueError, match="already exists and is official"):
        actions.declare_territory(kind="department", code="29", name="Finistère", by="test", now=NOW)
