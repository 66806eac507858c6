"""How long does the server take to make a page, with as much data as the demonstration, on SQLite?"""

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

ESTABLISHMENTS, SERVICES_EACH = 60, 10
ROUNDS = 15
GOAL_MILLISECONDS = 100.0


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        environment = {**os.environ, "VIGIE_HOME": folder, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        environment["VIGIE_SECOND_FACTOR"] = "optional"  # the client signs in without one
        done = subprocess.run(
            [sys.executable, "-m", "bench.pages"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    for name, taken in json.loads(done.stdout.splitlines()[-1]).items():
        yield Case(
            "main",
            f"page time, {name}",
            round(taken["median"], 1),
            "ms",
            f"<= {GOAL_MILLISECONDS:.0f} ms median",
            taken["median"] <= GOAL_MILLISECONDS,
            note=f"{ESTABLISHMENTS} establishments, {taken['services']} services, {taken['findings']} open findings, "
            f"{taken['queries']} queries, worst of {ROUNDS}: {taken['worst']:.1f} ms",
        )


def measure() -> dict[str, dict[str, float]]:
    """In a process of its own, with a database of its own; the clock stops when the last byte is made."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse
    from django.utils import timezone
    from tests.factories import UserFactory
    from tests.web.world import build

    from vigie.apps.findings.models import Finding
    from vigie.apps.scans.models import Service
    from vigie.config.catalogues import compile_stale

    call_command("migrate", verbosity=0)
    compile_stale()
    world = build(timezone.now(), establishments=ESTABLISHMENTS, services_each=SERVICES_EACH)
    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory())
    addresses = {
        "overview": reverse("web:home"),
        "list of establishments": reverse("web:establishments"),
        "establishment": reverse("web:establishment", args=[world.establishment.finess]),
    }
    figures = {"services": Service.objects.count(), "findings": Finding.objects.standing().count()}
    found = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
            asked = len(queries)
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            client.get(address)
            times.append(1000 * (time.perf_counter() - start))
        median = statistics.median(times)
        found[name] = {"median": median, "worst": max(times), "queries": asked, **figures}
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))
