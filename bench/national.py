"""How fast is "who is exposed?" answered of a nation: from SQLite, from PostgreSQL, from the columnar image?

The nation takes longer to write than to ask: with VIGIE_BENCH_NATION=FOLDER it is kept there (and its PostgreSQL
database beside), and another run asks it again.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Case

ROOT = Path(__file__).resolve().parents[1]
# A tenth of the nation by default: ten million services take a quarter of an hour to write on SQLite.
SERVICES = int(os.environ.get("VIGIE_BENCH_SERVICES", "1000000"))
POSTGRESQL = os.environ.get("VIGIE_BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
NAME = "vigie_bench_national"
KEPT = os.environ.get("VIGIE_BENCH_NATION", "")
BUILT = "built"  # the last thing written of a nation that is kept
GOALS = {"sqlite": 250.0, "postgresql": 150.0, "image": 10.0}
PRODUCTS = {"the most seen product, every version": 0, "the 20th": 20, "the 500th": 500}
RUNS = 15
SHOWN = 50  # establishments that are listed; places are counted whole


def run() -> Iterator[Case]:
    with _folder("sqlite") as home:
        told = _measured(home, None)
    yield from _cases("sqlite", told)
    yield from _cases("image", told)
    build = round(told["build_seconds"], 1)
    note = f"{told['rows']:,.0f} products of establishments, {told['image_MB']:.0f} MB, {_load()}"
    yield Case("exposed", "the image, made whole", build, "s", "told", ok=True, note=note)
    patch = round(told["patch_seconds"], 1)
    yield Case("exposed", "the image, 100 establishments changed", patch, "s", "told", ok=True, note=note)
    with _folder("postgresql") as home, _database(home) as there:
        if there:
            yield from _cases("postgresql", _measured(home, f"{POSTGRESQL}/{NAME}"))
            return
    note = f"no PostgreSQL at {POSTGRESQL}"
    yield Case("exposed", "who is exposed: PostgreSQL", 0, "ms", "< 150 ms", ok=False, note=note, absent=True)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        home = Path(KEPT or temporary) / f"{name}-{SERVICES}"
        if not (home / BUILT).exists():
            shutil.rmtree(home, ignore_errors=True)
        yield home


@contextmanager
def _database(home: Path) -> Iterator[bool]:
    """False when there is no PostgreSQL."""
    if (home / BUILT).exists():
        yield True
        return
    if not _postgresql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"):
        yield False
        return
    _postgresql(f"CREATE DATABASE {NAME}")
    try:
        yield True
    finally:
        if not KEPT:
            _postgresql(f"DROP DATABASE {NAME} WITH (FORCE)")


def _cases(what: str, told: dict[str, float]) -> Iterator[Case]:
    for who in PRODUCTS:
        value = round(told[f"{what} {who} middle"], 1)
        note = (
            f"{told[f'establishments {who}']:,.0f} establishments of {told['establishments']:,.0f} exposed,"
            f" {SERVICES:,} services, median of {RUNS} (fastest {told[f'{what} {who}']:.1f} ms,"
            f" {told[f'{what} {who} cpu']:.1f} ms of this process's own time),"
            f" peak {told['MB']:.0f} MB, {_load()}"
        )
        goal = GOALS[what]
        yield Case("exposed", f"who is exposed, {what}: {who}", value, "ms", f"< {goal:g} ms", value < goal, note=note)


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _postgresql(statement: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement)
    except psycopg.OperationalError:
        return False
    return True


def _measured(home: Path, database: str | None) -> dict[str, float]:
    """In a process of its own, so that the memory and the database are its own."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "VIGIE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    environment.pop("VIGIE_DATABASE_URL", None)
    if database:
        environment["VIGIE_DATABASE_URL"] = database
    command = [sys.executable, "-m", "bench.national", str(home)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _nation(home: Path) -> dict[str, float]:
    from django.db import connection

    from bench import nation
    from vigie.apps.observatory import image, image_building

    told: dict[str, float] = {"establishments": nation.establishments_of(SERVICES)}
    if not (home / BUILT).exists():
        nation.build(SERVICES)
        nation.observe(SERVICES)
        (home / BUILT).touch()
    questions = {who: _published(rank) for who, rank in PRODUCTS.items()}
    for who, one in questions.items():
        told |= _asked(f"{connection.vendor} {who}", one, who, lambda: None)
    start = time.perf_counter()
    made = image_building.build(home, now=nation.NOW, whole=True)
    told |= {"build_seconds": time.perf_counter() - start, "rows": made.rows}
    told["image_MB"] = sum(file.stat().st_size for file in (home / "image" / made.name).iterdir()) / 1e6
    told["patch_seconds"] = _patched(home)
    for who, one in questions.items():
        told |= _asked(f"image {who}", one, who, lambda: image.read(home).image)
    return told | {"MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _published(rank: int):
    """A vulnerability of a product: half of its versions affected, the others to check."""
    from bench import nation
    from vigie.apps.vulns.models import PairMatch, Vulnerability

    one, made = Vulnerability.objects.get_or_create(cve=f"CVE-2099-{rank:04d}", defaults={"updated_at": nation.NOW})
    if not made:
        return one
    PairMatch.objects.bulk_create(
        PairMatch(
            pair_id=rank * nation.VERSIONS + version + 1, vulnerability=one, source="nvd", evidence="seeded",
            verdict="affected" if 2 * version < nation.VERSIONS else "unknown", since=nation.NOW,
        )
        for version in range(nation.VERSIONS)
    )  # fmt: skip
    return one


def _asked(name: str, one, who: str, image) -> dict[str, float]:
    """As the command does: the freshness of the image is part of each question."""
    from bench import nation
    from vigie.apps.observatory.exposed import exposed_to

    times, began = [], time.process_time()
    for _ in range(RUNS):
        start = time.perf_counter()
        found = exposed_to(one, nation.NOW, past=False, most=SHOWN, image=image())
        times.append(1000 * (time.perf_counter() - start))
    times.sort()
    worked = 1000 * (time.process_time() - began) / RUNS
    return {
        name: times[0],
        f"{name} cpu": worked,
        f"{name} middle": times[RUNS // 2],
        f"establishments {who}": found.nation.total,
    }


def _patched(home: Path) -> float:
    """One service more in a hundred establishments, and the image made again from what changed."""
    from bench import nation
    from vigie.apps.observatory import image_building
    from vigie.apps.scans import presence

    for establishment in range(1, 101):
        presence.move(establishment_id=establishment, moves=presence.Moves({1: 1}), now=nation.NOW)
    start = time.perf_counter()
    image_building.build(home, now=nation.NOW)
    return time.perf_counter() - start


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_nation(Path(sys.argv[1]))))
