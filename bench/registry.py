"""How long, and in how much memory, does a national FINESS extract come in?"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench import Case

LINES = 103_000  # the size of the extract of May 2026
SEED = 20261123
SECONDS, MEGABYTES = 30.0, 300.0
CATEGORIES = (
    ("355", "Centre Hospitalier (C.H.)"),
    ("620", "Pharmacie d'Officine"),
    ("500", "EHPAD"),
    ("124", "Centre"),
)


def write_extract(path: Path, *, day: date, changed_percent: int, lines: int = LINES) -> None:
    """An extract of `lines` sites of 45,000 legal entities, and the position of each: invented, always the same."""
    from vigie.sources.finess_number import check_digit

    dice = random.Random(SEED)
    entities = [f"00{number:06d}" for number in range(lines * 45 // 103)]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"finess;etalab;{day:%y%m};{day.isoformat()}\n")
        numbers = []
        for index in range(lines):
            body = f"01{index:06d}"
            finess = body + check_digit(body)
            numbers.append(finess)
            entity = dice.choice(entities)
            category, label = dice.choice(CATEGORIES)
            name = f"ÉTABLISSEMENT {index}" + (" NOUVEAU" if index % 100 < changed_percent else "")
            department = f"{dice.randrange(1, 20):02d}"
            file.write(
                f"structureet;{finess};{entity}{check_digit(entity)};{name[:38]};{name};;;{index % 90};R;DES ESSAIS;;;"
                f"960;{department};DEPT;{department}999 VALMORNE;0465711200;;{category};{label};1102;Agrégat;"
                f"{index:014d};8610Z;03;ARS;1;Public;1970-03-01;;2026-01-02;\n"
            )
        for index, finess in enumerate(numbers):
            file.write(
                f"geolocalisation;{finess};{800_000 + index}.0;{6_500_000 + index}.5;"
                f"1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole);2026-01-05\n"
            )


def measure(folder: Path, extract: Path) -> dict[str, float]:
    """Import in a process of its own, so that the memory is the import's."""
    environment = {**os.environ, "VIGIE_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.registry", str(extract)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        folder = Path(temporary)
        editions = (
            ("first", date(2026, 1, 15), 0),
            ("next edition, 1 % changed", date(2026, 3, 15), 1),
            ("next edition, nothing changed", date(2026, 5, 15), 1),
        )
        for number, (what, day, percent) in enumerate(editions):
            extract = folder / f"finess-{number}.csv"
            write_extract(extract, day=day, changed_percent=percent)
            figures = measure(folder, extract)
            note = (
                f"{LINES} sites and as many positions; {figures['state']}, longest transaction {figures['longest']} ms"
            )
            for unit, goal in (("s", SECONDS), ("MB", MEGABYTES)):
                name = f"registry import, {what}: {'time' if unit == 's' else 'peak memory'}"
                value = figures[unit]
                yield Case("main", name, value, unit, f"< {goal:.0f} {unit}", value < goal, note=note)


def _import(extract: Path) -> None:
    import resource
    import time

    import django

    django.setup()
    from datetime import UTC, datetime

    from django.core.management import call_command

    from bench.transactions import longest_transaction
    from vigie.apps.registry import actions

    call_command("migrate", verbosity=0)
    with longest_transaction() as longest:
        start = time.perf_counter()
        report = actions.import_file(path=extract, by="bench", now=datetime.now(UTC))
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"s": round(seconds, 2), "MB": round(peak, 1), "longest": round(longest() * 1000)}
    print(json.dumps({**figures, "state": f"{report.added} added, {report.changed} changed, {report.closed} closed"}))


if __name__ == "__main__":
    _import(Path(sys.argv[1]))
