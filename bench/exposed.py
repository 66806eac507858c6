"""How fast is a corpus read and stored, and how often is a question of a version answered rightly?"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Case

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT / "tests" / "truth" / "match_cases.jsonl"
YEAR = ROOT.parent / "shared" / "data" / "nvd" / "nvd-2.0-2021.json.gz"
SEED = 20261123
RECORDS = 8_000
PARSED, STORED, INCREMENT_SECONDS = 10_000, 4_000, 5.0
SEEN = 2_000  # products that some establishment runs
DAILY = 2_000  # the busiest days of 2026 had as many records modified
RIGHT = 99.0


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        corpus = Path(temporary) / "nvd.json"
        write_corpus(corpus)
        for file in [corpus, *([YEAR] if YEAR.is_file() else [])]:
            yield from _corpus_cases(file, _measured(file, Path(temporary) / file.name.partition(".")[0]))
    yield from _truth_cases()


def _corpus_cases(file: Path, told: dict[str, float]) -> Iterator[Case]:
    note = f"{file.name}: {told['records']:.0f} records, {told['criteria']:.0f} criteria, peak {told['MB']:.0f} MB"
    for what, name, goal in (
        ("parsed", "NVD records parsed", PARSED),
        ("stored", "NVD records stored and indexed on SQLite", STORED),
    ):
        value = round(told[what])
        yield Case("exposed", name, value, "records/s", f">= {goal:,} on one core", value >= goal, note=note)
    value = round(told["increment"], 2)
    note = (
        f"{DAILY:,} records modified, one in four with other ranges; stored, and {SEEN:,} seen products matched again"
    )
    wanted = f"< {INCREMENT_SECONDS:.0f} s"
    yield Case("exposed", f"a daily increment, {file.name}", value, "s", wanted, value < INCREMENT_SECONDS, note=note)


def _truth_cases() -> Iterator[Case]:
    """Through the command itself, on the catalogue that ships alone."""
    lines = TRUTH.read_text().splitlines()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        command = [sys.executable, "-m", "vigie.cli.main", "match", "--jsonl"]
        environment = {**os.environ, "VIGIE_HOME": home}
        start = time.perf_counter()
        done = subprocess.run(
            command, input=TRUTH.read_bytes(), capture_output=True, check=True, env=environment, cwd=ROOT
        )
        seconds = time.perf_counter() - start
    answers = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    concerned = {True: {"affected", "conditional"}, False: {"fixed", "not_affected"}}
    right = sum(
        verdict in concerned[json.loads(case)["affected"]] for case, verdict in zip(lines, answers, strict=True)
    )
    share = round(100 * right / len(lines), 2)
    note = f"{right} of {len(lines)} cases of vendors' advisories, answered in {seconds:.1f} s"
    yield Case("exposed", "cases answered right", share, "%", f">= {RIGHT} %", share >= RIGHT, note=note)


def _measured(file: Path, home: Path) -> dict[str, float]:
    """In a process of its own, so that the memory and the database are its own."""
    home.mkdir()
    environment = {**os.environ, "VIGIE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "vigie.config.django"}
    environment.pop("VIGIE_DATABASE_URL", None)
    command = [sys.executable, "-m", "bench.exposed", str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def write_corpus(path: Path) -> None:
    """Records of the NVD's form and size: eight criteria each on average, some hundreds of characters of text."""
    dice = random.Random(SEED)
    items = [_record(number, dice) for number in range(RECORDS)]
    path.write_text(json.dumps({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": items}))


def _record(number: int, dice: random.Random) -> dict[str, object]:
    product = f"product{int(dice.paretovariate(0.9)) % 2_000}"
    criteria = [
        {
            "vulnerable": True,
            "criteria": f"cpe:2.3:a:valmed:{product}:*:*:*:*:*:*:*:*",
            "versionStartIncluding": f"{line}.0",
            "versionEndExcluding": f"{line}.{dice.randint(1, 40)}",
        }
        for line in range(dice.randint(1, 15))
    ]
    vector = {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}
    body = {
        "id": f"CVE-2099-{number:05d}",
        "published": "2099-01-01T00:00:00.000",
        "lastModified": "2099-01-02T00:00:00.000",
        "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": "A weakness of an invented portal. " * dice.randint(2, 20)}],
        "metrics": {"cvssMetricV31": [{"type": "Primary", "cvssData": vector}]},
        "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": criteria}]}],
        "references": [{"url": f"https://example.org/{number}/{item}"} for item in range(dice.randint(1, 6))],
    }
    return {"cve": body}


def _corpus(file: Path) -> dict[str, float]:
    import resource
    from datetime import UTC, datetime

    from vigie.apps.vulns import actions
    from vigie.apps.vulns.models import Pair
    from vigie.engine.matching import VulnerabilityRecord
    from vigie.sources.nvd import read_nvd

    start = time.process_time()
    count = sum(isinstance(item, VulnerabilityRecord) for item in read_nvd(file))
    parsed = count / (time.process_time() - start)
    records = [item for item in read_nvd(file) if isinstance(item, VulnerabilityRecord)]
    criteria = sum(
        len(node.criteria) for one in records for part in one.statement.configurations for node in part.nodes
    )
    now = datetime.now(UTC)
    start = time.process_time()
    actions.store_records(records=records, now=now)
    stored = count / (time.process_time() - start)
    products = sorted({name for one in records for name in one.statement.products})[:SEEN]
    Pair.objects.bulk_create(Pair(vendor=vendor, product=product, version="3.5") for vendor, product in products)
    actions.rematch_products(products=products, now=now)
    start = time.process_time()
    changed = actions.store_records(records=_modified(records[-DAILY:], now), now=now)
    actions.rematch_products(products=changed.products, now=now)
    increment = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "records": count, "criteria": criteria, "parsed": parsed, "stored": stored, "increment": increment, "MB": peak,
    }  # fmt: skip


def _modified(records, now):
    from dataclasses import replace

    from vigie.engine.matching import Statement

    for number, record in enumerate(records):
        parts = record.statement.configurations
        statement = Statement(parts[:-1]) if number % 4 == 0 and parts else record.statement
        yield replace(record, modified_at=now, statement=statement)


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_corpus(Path(sys.argv[1]))))
