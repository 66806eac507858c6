"""Lists: whole whatever the page, in few queries, told to whoever may read them and to nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import FindingFactory
from vigie.api.establishments import BY_NAME
from vigie.api.findings import ENDED_LAST, WORST_FIRST
from vigie.api.paging import stretch
from vigie.apps.audit.models import Event
from vigie.apps.findings.models import Finding
from vigie.apps.findings.queries import ranked
from vigie.apps.registry.models import Establishment

LISTS = (
    "/api/v1/establishments",
    "/api/v1/groups",
    "/api/v1/territories",
    "/api/v1/findings",
    "/api/v1/findings?state=closed",
    "/api/v1/notices",
    "/api/v1/campaigns",
)
MOST_QUERIES = 10


def pages(client, path: str, limit: int):
    """Every page of a list, by its cursors."""
    sign = "&" if "?" in path else "?"
    told, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{path}{sign}limit={limit}&cursor={cursor}").json()
        told.append(page["items"])
        cursor = page["next"]
    return told


@pytest.mark.parametrize("path", LISTS)
def test_page_by_page_a_list_is_the_same_as_at_once(analyst, path):
    whole = analyst.get(path).json()
    assert whole["items"], "an empty list proves nothing"
    assert whole["next"] is None
    by_two = pages(analyst, path, 2)
    assert [row for page in by_two for row in page] == whole["items"]
    assert all(len(page) <= 2 for page in by_two)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_few_queries_however_long(asking, path):
    client = asking("national_analyst")
    counts = []
    for more in (0, 5):
        for one in Establishment.objects.all():
            FindingFactory.create_batch(more, establishment=one)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES, counts


ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["critical", "high", "low"]), st.integers(0, 3), st.integers(1, 99)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, limit=st.integers(1, 5))
def test_no_row_is_told_twice_nor_passed_over(db, rows, limit):
    Finding.objects.all().delete()
    now = timezone.now()
    for port, (exploited, severity, day, _) in enumerate(rows, start=1):
        FindingFactory(exploited=exploited, severity=severity, deadline=now + timedelta(days=day), port=port)
    wanted = [row.pk for row in ranked(Finding.objects.all())]
    told, cursor = [], ""
    while cursor is not None:
        found, cursor = stretch(Finding.objects.all(), WORST_FIRST, cursor, limit)
        told += [row.pk for row in found]
    assert told == wanted


def test_a_cursor_of_one_list_is_not_read_in_another(analyst, world):
    cursor = analyst.get("/api/v1/establishments?limit=1").json()["next"]
    assert cursor
    assert analyst.get(f"/api/v1/findings?cursor={cursor}").status_code == 422
    assert BY_NAME.slug != WORST_FIRST.slug != ENDED_LAST.slug


def test_bruno_reads_nothing_of_another_establishment(world, asking):
    bruno = asking("establishment_officer", world.unseen)
    for path in ("/api/v1/findings", "/api/v1/notices"):
        assert bruno.get(path).json()["items"] == []
    told = bruno.get("/api/v1/establishments").json()["items"]
    assert [row["finess"] for row in told] == [world.unseen.finess]
    one = world.establishment.finess
    for path in ("", "/level", "/levels", "/services", "/perimeter"):
        assert bruno.get(f"/api/v1/establishments/{one}{path}").status_code == 404
    assert bruno.post(f"/api/v1/findings/{world.finding.pk}/acknowledge").status_code == 404


def test_a_region_reads_how_many_and_never_what_nor_where(world, asking):
    region = asking("regional_agency", world.region)
    one = f"/api/v1/establishments/{world.establishment.finess}"
    told = region.get(one).json()
    assert told["open"] == 1
    level = region.get(f"{one}/level").content.decode()
    assert "indicators" in level
    for secret in ("pulse", world.finding.address, "vpn.valmorne"):
        assert secret not in level.lower(), secret


def test_a_funder_reads_levels_without_any_number_of_findings(world, asking):
    funder = asking("funder")
    rows = funder.get("/api/v1/establishments").json()["items"]
    assert {row["open"] for row in rows} == {row["late"] for row in rows} == {None}
    assert any(row["level"] for row in rows)
    assert funder.get(f"/api/v1/groups/{world.group.kind}/{world.group.code}").json()["findings"] is None


def test_a_past_day_is_read_as_it_was(world, analyst, today):
    day = (timezone.localdate(today) - timedelta(days=40)).isoformat()
    path = f"/api/v1/establishments/{world.establishment.finess}"
    now, then = analyst.get(f"{path}/level").json(), analyst.get(f"{path}/level?as_of={day}").json()
    assert then["at"] < now["at"]
    assert analyst.get(f"/api/v1/findings?as_of={day}").json()["items"] == []


def test_unchanged_is_said_without_a_body(world, analyst):
    path = f"/api/v1/findings/{world.finding.pk}"
    first = analyst.get(path)
    again = analyst.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    analyst.post(f"{path}/acknowledge")
    assert analyst.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_csv_is_the_whole_list_and_is_told_to_the_trail(world, analyst):
    answer = analyst.get("/api/v1/findings?format=csv&limit=1")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id;establishment;kind;subject")
    assert len(lines) == 1 + len(analyst.get("/api/v1/findings").json()["items"])
    assert Event.objects.filter(kind="list-taken-away", detail__path="/api/v1/findings").count() == 1


def test_a_csv_that_would_be_cut_is_refused(world, analyst, monkeypatch):
    monkeypatch.setattr("vigie.api.paging.MOST_CSV", 2)
    assert analyst.get("/api/v1/findings?format=csv").status_code == 422


def test_what_an_auditor_reads_is_an_event_and_what_others_read_is_not(world, asking, analyst):
    path = f"/api/v1/findings/{world.finding.pk}"
    analyst.get(path)
    assert not Event.objects.filter(kind="page-read").exists()
    asking("auditor").get(path)
    assert Event.objects.get(kind="page-read").detail["path"] == path
