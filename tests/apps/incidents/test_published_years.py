"""Two years whose totals were published come out with exactly these totals. What that proves is in published.py."""

from pathlib import Path

import pytest

from tests.apps.incidents.published import IN_2019, IN_2020, written
from tests.factories import EstablishmentFactory
from vigie.apps.incidents.importing import import_incidents
from vigie.apps.incidents.yearly import of_year
from vigie.apps.registry.models import Establishment

pytestmark = pytest.mark.django_db
MAPPING = Path(__file__).parents[2] / "samples" / "incidents" / "signalements.yaml"


@pytest.fixture
def two_years(tmp_path, now):
    EstablishmentFactory.create_batch(IN_2019.structures)
    finess = list(Establishment.objects.order_by("finess").values_list("finess", flat=True))
    for told in (IN_2019, IN_2020):
        path = tmp_path / f"{told.year}.csv"
        path.write_text(written(told, finess), encoding="utf-8")
        report = import_incidents(path=path, mapping=MAPPING, by="test", now=now)
        assert (report.added, report.bad, report.refused) == (told.incidents, 0, False)


@pytest.mark.usefixtures("two_years")
def test_the_tables_give_the_published_totals_of_2019_and_2020(now):
    before, after = of_year(2019, moment=now), of_year(2020, moment=now)
    assert (before.cases, before.structures, round(before.table("origin").share_of("malicious").percent)) == (
        392,
        300,
        43,
    )
    assert (after.cases, after.structures, round(after.table("origin").share_of("malicious").percent)) == (369, 250, 60)
    danger = {line.slugs[0]: line.count for line in after.table("danger").lines}
    assert (danger["potential"] + danger["proven"], danger["proven"]) == (34, 2)
    assert [after.table(f"data_{slug}").share_of("yes").part for slug in ("loss", "integrity", "disclosure")] == [
        146,
        21,
        60,
    ]
    assert round(after.table("care").share_of("degraded").percent) == 45
    assert round(after.share_changes["degraded"].points) == 5
    assert round(after.changes["cases"].percent) == -6
    assert after.table("support_asked").share_of("yes").part == 90
    assert sum(line.count for line in after.table("month").lines) == 369
    assert not after.is_running
