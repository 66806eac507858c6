"""The invented files of tests/samples/registry, through the whole import."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.apps.assets import queries
from vigie.apps.assets.imports import import_perimeter
from vigie.apps.registry import actions
from vigie.apps.registry import queries as registry
from vigie.apps.registry.models import Establishment, Group, Site

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "registry"
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


@pytest.fixture
def valombre():
    region = actions.declare_territory(kind="region", code="X1", name="Valombre", by="test", now=NOW)
    for code in ("X1", "X2", "X3"):
        actions.declare_territory(kind="department", code=code, name=code, parent=region, by="test", now=NOW)


def test_the_samples_come_in_whole_and_again(valombre):
    def bring_in():
        for name in ("finess_structureet_cp1252.csv", "finess_structureej.csv", "groups.csv"):
            yield actions.import_file(path=SAMPLES / name, by="test", now=NOW)
        for name in ("perimeter.csv", "mandates.csv"):
            yield import_perimeter(path=SAMPLES / name, by="test", now=NOW)

    assert [(report.state, report.bad) for report in bring_in()] == [("applied", 0)] * 5
    assert [(report.state, report.bad) for report in bring_in()] == [("unchanged", 0)] * 5
    assert Establishment.objects.get(name="HÔPITAL DU CŒUR DE MARVESSE").department.code == "X2"
    assert Site.objects.filter(name='CLINIQUE "LES ALISIERS" ; VALMORNE').exists()
    assert registry.in_scope(NOW.date()).count() == 4
    assert registry.members_of(Group.objects.get().pk, NOW.date()).count() == 2
    owner = Establishment.objects.get(name="CENTRE HOSPITALIER D'ORNEVAL")
    (mandate,) = queries.mandates_for(owner.pk, NOW)
    assert [str(network) for network in mandate.networks] == ["127.61.200.0/29", "127.61.200.9/32"]
    assert mandate.excluded_ports == {104, 2575}
    assert len(mandate.windows) == 2
