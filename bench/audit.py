"""How long does it take to verify a trail of a million events, and to seal it?"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Case

EVENTS = 1_000_000
GOAL_SECONDS = 20.0


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        environment = {**os.environ, "VIGIE_HOME": folder, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        done = subprocess.run(
            [sys.executable, "-m", "bench.audit"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    taken = json.loads(done.stdout.splitlines()[-1])
    ok = taken["verify"] < GOAL_SECONDS and taken["told"]
    yield Case(
        "fix",
        "audit chain, verify",
        round(taken["verify"], 2),
        "s",
        f"< {GOAL_SECONDS:.0f} s",
        ok,
        note=f"{EVENTS} events on SQLite, one altered and one removed both told: {taken['told']}; "
        f"sealed at {EVENTS / taken['seal']:.0f} events/s",
    )


def measure() -> dict[str, float | bool]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from vigie.apps.audit import sealing
    from vigie.apps.audit.models import Event
    from vigie.apps.audit.queries import verify

    call_command("migrate", verbosity=0)
    now = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
    for start in range(0, EVENTS, 20_000):
        Event.objects.bulk_create(
            [
                Event(
                    at=now + timedelta(seconds=number),
                    actor=f"user:{number % 400} aline{number % 400}@vigie.example",
                    kind="asset-declared",
                    subject_type="establishment",
                    subject_id=number % 3000,
                    detail={"asset": number, "value": f"127.61.{number % 250}.7", "kind": "address"},
                )
                for number in range(start, start + 20_000)
            ],
            batch_size=500,
        )
    began = time.perf_counter()
    while sealing.seal(now):
        pass
    sealed = time.perf_counter() - began
    began = time.perf_counter()
    clean = verify(now)
    taken = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor = 'nobody' WHERE id = 654321")
        cursor.execute("DELETE FROM audit_event WHERE id = 765432")
    found = [(fault.kind.value, fault.event) for fault in verify(now).faults]
    told = clean.holds and clean.sealed == EVENTS and found == [("altered", 654321), ("removed", 765432)]
    return {"verify": taken, "seal": sealed, "told": told}


if __name__ == "__main__":
    print(json.dumps(measure()))
