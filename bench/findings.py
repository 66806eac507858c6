"""How long does the list of a hundred findings take among a million, through the page itself, on SQLite?"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Case

FINDINGS, ESTABLISHMENTS, STANDING_PERCENT = 1_000_000, 2_000, 25
ROUNDS = 11
GOAL_MILLISECONDS, GOAL_QUERIES = 100.0, 10
FIGURES = "figures and trend of a nation"
# Written by the database itself: a million objects of Python would take minutes and measure nothing.
SEED = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %(last)s)
INSERT INTO findings_finding (establishment_id, address, domain, port, transport, names, kind, subject, seen_version,
  fixed_version, state, severity, exploited, remote_access, exposed, priority, evidence, first_seen, last_confirmed,
  deadline, policy, closed_at, close_reason, reopened, absences, decision)
SELECT %(first)s + i %% %(establishments)s, '10.' || (i / 65536 %% 256) || '.' || (i / 256 %% 256) || '.' || (i %% 256),
  '', 22 + i / %(establishments)s, 'tcp', '["www.example.org"]', CASE i %% 3 WHEN 0 THEN 'check' ELSE 'product' END,
  CASE i %% 3 WHEN 0 THEN 'http-no-hsts' ELSE 'openbsd:openssh' END, '9.2p1', '9.9p2',
  CASE WHEN i * 7919 %% 100 >= %(standing)s THEN 'closed' WHEN i %% 5 = 0 THEN 'acknowledged' ELSE 'open' END,
  CASE i * 31 %% 20 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'high' WHEN 3 THEN 'low' ELSE 'medium' END,
  i * 31 %% 200 = 0, i %% 40 = 0, 1, 'month', '[]',
  datetime('2026-01-01', (i * 104729 %% 300) || ' days'), datetime('2026-11-22'),
  datetime('2026-01-01', (90 + i * 104729 %% 330) || ' days'), 'deadlines-2026-01-01',
  CASE WHEN i * 7919 %% 100 >= %(standing)s THEN datetime('2026-11-20') END,
  CASE WHEN i * 7919 %% 100 >= %(standing)s THEN 'check_passed' ELSE '' END, 0, 0, ''
FROM n
"""
PAGES = {
    "worst first": "/findings/",
    "exploited, late": "/findings/?exploited=1&late=1",
    "of one establishment": "/findings/?establishment={finess}",
    "by deadline": "/findings/?sort=deadline",
    "by establishment": "/findings/?sort=establishment",
    "first seen first": "/findings/?sort=since",
    "of one severity": "/findings/?severity=high",
    "of one kind": "/findings/?kind=check",
    "followed by nobody": "/findings/?followed=nobody",
    "its last page": "/findings/?page=99999",
    "what was closed last": "/findings/?state=closed",
    "API, worst first": "/api/v1/findings",
    "API, exploited, late": "/api/v1/findings?exploited=true&late=true",
    "API, of one establishment": "/api/v1/findings?establishment={finess}",
    "API, what was closed last": "/api/v1/findings?state=closed",
    "API, of one severity": "/api/v1/findings?severity=high",
    "API, from the middle of the list": "/api/v1/findings?cursor={middle}",
}


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        environment = {**os.environ, "VIGIE_HOME": folder, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        environment["VIGIE_SECOND_FACTOR"] = "optional"  # the client signs in without one
        environment.pop("VIGIE_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "bench.findings"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    told = json.loads(done.stdout.splitlines()[-1])
    yield Case(
        "fix",
        f"{FIGURES}, {told['standing']:,} standing findings among {FINDINGS:,}",
        round(told["figures"]["median"], 1),
        "ms",
        f"<= {GOAL_MILLISECONDS:.0f} ms median",
        told["figures"]["median"] <= GOAL_MILLISECONDS,
        note=f"worst of {ROUNDS}: {told['figures']['worst']:.1f} ms; what stands on the first page",
    )
    for name, taken in told["pages"].items():
        yield Case(
            "fix",
            f"list of 100 findings among {FINDINGS:,}, {name}",
            round(taken["median"], 1),
            "ms",
            f"<= {GOAL_MILLISECONDS:.0f} ms median, <= {GOAL_QUERIES} queries",
            taken["median"] <= GOAL_MILLISECONDS and taken["queries"] <= GOAL_QUERIES,
            note=f"whole answer, {taken['queries']} queries, worst of {ROUNDS}: {taken['worst']:.1f} ms, "
            f"{taken['processor']:.1f} ms of processor; "
            f"{told['standing']:,} standing, {ESTABLISHMENTS:,} establishments",
        )


def measure() -> dict[str, object]:
    """In a process of its own, with a database of its own; the clock stops when the last byte is made."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from tests.factories import DepartmentFactory, EstablishmentFactory, UserFactory

    from vigie.apps.findings.models import Finding
    from vigie.apps.registry.models import Establishment
    from vigie.config.catalogues import compile_stale

    call_command("migrate", verbosity=0)
    compile_stale()
    department = DepartmentFactory()
    Establishment.objects.bulk_create(
        EstablishmentFactory.build_batch(ESTABLISHMENTS, department=department), batch_size=500
    )
    first = Establishment.objects.order_by("pk")[0]
    sizes = {"last": FINDINGS - 1, "first": first.pk, "establishments": ESTABLISHMENTS, "standing": STANDING_PERCENT}
    with connection.cursor() as cursor:
        cursor.execute(SEED % sizes)
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory())
    client.get("/healthz")  # ties the session to its browser: once a session, not once a page
    found = {}
    middle = _middle()
    for name, page in PAGES.items():
        address = page.format(finess=first.finess, middle=middle)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code
            told = b'"deadline"' if "/api/" in address else b'href="/findings/'
            assert told in answer.content, f"{name}: an empty list measures nothing"
            asked = len(queries)
        times, spent = [], []
        for _ in range(ROUNDS):
            start, before = time.perf_counter(), time.process_time()
            client.get(address)
            times.append(1000 * (time.perf_counter() - start))
            spent.append(1000 * (time.process_time() - before))
        median, processor = statistics.median(times), statistics.median(spent)
        found[name] = {"median": median, "worst": max(times), "processor": processor, "queries": asked}
        if os.environ.get("VIGIE_BENCH_EXPLAIN"):
            for query in queries:
                print(query["time"], query["sql"][:400], file=sys.stderr)
    return {"pages": found, "figures": _figures(), "standing": Finding.objects.standing().count()}


def _figures() -> dict[str, float]:
    from django.utils import timezone

    from vigie.apps.findings import queries

    now, times = timezone.now(), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        queries.trend(queries.figures(queries.open_at(None), now), now)
        times.append(1000 * (time.perf_counter() - start))
    return {"median": statistics.median(times), "worst": max(times)}


def _middle() -> str:
    """The cursor that a program holds once it has read half of what stands."""
    from vigie.api.findings import WORST_FIRST
    from vigie.api.paging import cursor_of
    from vigie.apps.findings.models import Finding

    rows = Finding.objects.standing().order_by(*WORST_FIRST.fields)
    return cursor_of(rows[rows.count() // 2], WORST_FIRST)


if __name__ == "__main__":
    print(json.dumps(measure()))
