"""How long does the time to fix of a nation take, told apart in every way, at 250,000 findings, on SQLite?"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Case
from bench.findings import SEED

FINDINGS, ESTABLISHMENTS, STANDING_PERCENT = 250_000, 2_000, 50
GOAL_SECONDS, GOAL_QUERIES = 5.0, 4


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        environment = {**os.environ, "VIGIE_HOME": folder, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        environment.pop("VIGIE_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "bench.timetofix"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    for origin, told in json.loads(done.stdout.splitlines()[-1]).items():
        yield Case(
            "fix",
            f"time to fix of a nation, {origin}, {FINDINGS:,} findings",
            round(told["seconds"], 2),
            "s",
            f"<= {GOAL_SECONDS:.0f} s of processor, <= {GOAL_QUERIES} queries",
            told["seconds"] <= GOAL_SECONDS and told["queries"] <= GOAL_QUERIES,
            note=f"{told['queries']} queries, {told['wall']:.1f} s on the clock; the page keeps it for an hour",
        )


def measure() -> dict[str, dict[str, float]]:
    """In a process of its own, with a database of its own."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from tests.factories import NOW, DepartmentFactory, EstablishmentFactory, RegionFactory, SiteFactory

    from vigie.apps.observatory import timetofix_parts
    from vigie.apps.observatory.enums import FixOrigin
    from vigie.apps.registry.models import Establishment

    call_command("migrate", verbosity=0)
    nation = RegionFactory(kind="nation", code="ZZ", name="Nation")
    department = DepartmentFactory()
    built = EstablishmentFactory.build_batch(ESTABLISHMENTS, department=department)
    Establishment.objects.bulk_create(built, batch_size=500)
    rows = list(Establishment.objects.order_by("pk"))
    for row in rows:
        SiteFactory(establishment=row)
    sizes = {
        "last": FINDINGS - 1, "first": rows[0].pk, "establishments": ESTABLISHMENTS, "standing": STANDING_PERCENT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SEED % sizes)
        cursor.execute("ANALYZE")
    told = {}
    for origin in FixOrigin:
        with CaptureQueriesContext(connection) as queries:
            wall, start = time.perf_counter(), time.process_time()
            made = timetofix_parts.of_territory(nation, NOW.date(), NOW, origin, is_past=False)
            taken, wall = time.process_time() - start, time.perf_counter() - wall
        counted = made.every.curve.n + made.not_told
        assert counted == FINDINGS, counted
        told[origin.value] = {"seconds": taken, "wall": wall, "queries": len(queries)}
    return told


if __name__ == "__main__":
    print(json.dumps(measure()))
