"""How many declared assets of a whole region come in each second from one file, and how long is the database held?"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import Case

LINES, OWNERS = 100_000, 500
PER_SECOND, LONGEST = 3_000, 200


def write_perimeter(path: Path, *, lines: int, owners: list[str]) -> None:
    """Three addresses and one domain by turns, each once; invented, always the same."""
    with path.open("w", encoding="utf-8") as file:
        file.write("finess;kind;value;label;exchanges_care_data;hosted_by\n")
        for number in range(lines):
            finess = owners[number % len(owners)]
            if number % 4 == 3:
                what = f"domain;service{number}.valmorne.example"
            else:
                what = f"address;2001:db8:{number >> 8:x}::{number & 255:x}"
            file.write(f"{finess};{what};passerelle {number};non;\n")


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        environment = {**os.environ, "VIGIE_HOME": temporary, "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
        done = subprocess.run(
            [sys.executable, "-m", "bench.perimeter"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[1],
        )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for what in ("first import", "the same again"):
        told = figures[what]
        rate, name = round(LINES / told["s"]), f"lines of a perimeter file, {what}"
        processor = f"{LINES / told['busy']:.0f} a second of processor"
        note = f"{LINES} lines of {OWNERS} establishments, one core, {processor}; {told['did']}"
        yield Case("fix", name, rate, "lines/s", f">= {PER_SECOND} /s", rate >= PER_SECOND, note=note)
        longest = told["longest"]
        held = f"{told['longest_busy']} ms of processor"
        least = f"< {LONGEST} ms"
        yield Case("fix", f"{name}: longest write transaction", longest, "ms", least, longest < LONGEST, note=held)


def _import() -> None:
    import time

    import django

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    django.setup()
    from datetime import UTC, datetime

    from django.core.management import call_command

    from bench.transactions import longest_transaction
    from vigie.apps.assets.imports import import_perimeter
    from vigie.apps.registry.models import Establishment
    from vigie.sources.finess_number import is_valid

    call_command("migrate", verbosity=0)
    numbers = [text for text in (f"00{n:07d}" for n in range(20 * OWNERS)) if is_valid(text)][:OWNERS]
    Establishment.objects.bulk_create([Establishment(finess=number, name=f"Bench {number}") for number in numbers])
    path = Path(os.environ["VIGIE_HOME"]) / "perimeter.csv"
    write_perimeter(path, lines=LINES, owners=numbers)
    figures = {}
    for what, now in (("first import", 26), ("the same again", 27)):
        with longest_transaction() as longest, longest_transaction(time.process_time) as longest_busy:
            start, before = time.perf_counter(), time.process_time()
            did = import_perimeter(path=path, by="bench", now=datetime(2026, 11, now, tzinfo=UTC))
            seconds, busy = time.perf_counter() - start, time.process_time() - before
        figures[what] = {
            "s": round(seconds, 3),
            "longest": round(longest() * 1000),
            "busy": round(busy, 3),
            "longest_busy": round(longest_busy() * 1000),
            "did": f"{did.added} added, {did.bad} left out",
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    _import()
