"""How long does the yearly report take over ten years of ten thousand declarations each?"""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from bench import Case
from bench.installation import installed, within

YEARS, EACH, STRUCTURES = 10, 10_000, 3_000
GOAL_SECONDS = 1.0
FIRST = 2016


def run() -> Iterator[Case]:
    yield _tables()
    yield _read()


def _tables() -> Case:
    """The tables alone: a year of cases held against the one before, whatever the number of years stored."""
    from tests.engine.incidents.yearly.cases import NONE_LEFT_OUT, RULE

    from vigie.engine.incidents.yearly import year_tables

    drawn = Random(2026)
    before, after = ([_case(number, FIRST + year, drawn) for number in range(EACH)] for year in (8, 9))
    moment = datetime(FIRST + YEARS, 1, 1, tzinfo=UTC)
    seconds = []
    for _turn in range(3):
        start = time.perf_counter()
        year_tables(FIRST + 9, after, before, left_out=NONE_LEFT_OUT, moment=moment, rule=RULE)
        seconds.append(time.perf_counter() - start)
    return Case(
        "incidents",
        f"tables of a year of {EACH} cases and of the year before",
        round(min(seconds), 2),
        "s",
        f"< {GOAL_SECONDS:.0f} s",
        min(seconds) < GOAL_SECONDS,
        note=f"best of 3, the others {', '.join(f'{one:.2f}' for one in sorted(seconds)[1:])} s; load {_load()}",
    )


def _case(number: int, year: int, drawn: Random) -> object:
    from tests.engine.incidents.yearly.cases import case

    at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=drawn.randrange(365 * 24 * 60))
    return case(
        number,
        structure=drawn.randrange(STRUCTURES),
        declared_at=at,
        acknowledged_at=at + timedelta(minutes=drawn.randrange(300)),
        restored_at=at + timedelta(hours=drawn.randrange(300)) if drawn.random() < 0.8 else None,
        kind=drawn.choice(("ransomware", "phishing", "telecom_loss", "unknown")),
        origin=drawn.choice(("malicious", "not_malicious", "unknown")),
        care=drawn.choice(("normal", "degraded", "interrupted", "unknown")),
        region=f"X{drawn.randrange(13)}",
    )


def _read() -> Case:
    """The report of the last year, read from the database, in an installation that holds all ten."""
    with installed() as env:
        answer = within(env, f"from bench.incident_years import told; told({YEARS}, {EACH})").split()
    cold, warm, cases, queries = float(answer[0]), float(answer[1]), int(answer[2]), int(answer[3])
    return Case(
        "incidents",
        f"yearly report read from {YEARS * EACH} declarations",
        round(warm, 2),
        "s",
        "stated, not aimed at: a page keeps it ten minutes",
        cases == EACH,
        note=f"first reading {cold:.2f} s, {queries} queries, SQLite; {EACH} a year, two years read; load {_load()}",
    )


def told(years: int, each: int) -> None:
    """Inside the installation: fill, then time the report of the last year twice; print seconds, cases, queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from vigie.apps.incidents.yearly import of_year

    _fill(years, each)
    moment = datetime(FIRST + years, 1, 1, tzinfo=UTC)
    seconds = []
    for _turn in range(2):
        start = time.perf_counter()
        made = of_year(FIRST + years - 1, moment=moment)
        seconds.append(time.perf_counter() - start)
    with CaptureQueriesContext(connection) as queries:
        of_year(FIRST + years - 1, moment=moment)
    print(seconds[0], seconds[1], made.cases, len(queries))


def _fill(years: int, each: int) -> None:
    from vigie.apps.registry.models import Establishment

    owners = list(Establishment.objects.order_by("pk").values_list("pk", flat=True))
    for year in range(FIRST, FIRST + years):
        _fill_year(year, each, owners, Random(year))


def _fill_year(year: int, each: int, owners: list[int], drawn: Random) -> None:
    from vigie.apps.incidents.answering import sealed_words
    from vigie.apps.incidents.models import Declaration, DeclarationVersion, Incident

    start = datetime(year, 1, 1, 12, tzinfo=UTC)
    days = [start + timedelta(minutes=drawn.randrange(364 * 24 * 60)) for _one in range(each)]
    incidents = Incident.objects.bulk_create(
        [
            Incident(
                state="closed", state_since=at, taxonomy="incidents-taxonomy-1", declared_at=at, confirmed_at=at,
                discovered_at=at - timedelta(hours=2), acknowledged_at=at + timedelta(hours=1), ended_at=at,
                restored_at=at + timedelta(days=2), establishment_id=drawn.choice(owners),
                vector=drawn.choice(("remote_access", "mail", "none", "unknown")),
                kind=drawn.choice(("ransomware", "phishing", "telecom_loss")),
                care=drawn.choice(("normal", "degraded")),
            )
            for at in days
        ],
        batch_size=1000,
    )  # fmt: skip
    declarations = Declaration.objects.bulk_create(
        [
            Declaration(
                incident=one, establishment_id=one.establishment_id, reference=f"{year}-{number:06d}",
                received_by="imported", started_at=at, saved_at=at, received_at=at, submitted_at=at, confirmed_at=at,
            )
            for number, (one, at) in enumerate(zip(incidents, days, strict=True))
        ],
        batch_size=1000,
    )  # fmt: skip
    DeclarationVersion.objects.bulk_create(
        [
            DeclarationVersion(
                declaration=one, number=1, kind="first", at=one.received_at, recorded_at=one.received_at, by="bench",
                choices={"ongoing": "yes"},
                words=sealed_words({}, declaration_id=one.pk),
            )
            for one in declarations
        ],
        batch_size=1000,
    )  # fmt: skip


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"
