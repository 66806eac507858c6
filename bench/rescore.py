"""How long does it take to score every observed service against every vulnerability again?"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from bench import Case

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261123
SERVICES, VULNERABILITIES = 10_000_000, 300_000
PRODUCTS, VERSIONS = 2_000, 150  # 300,000 distinct pairs
INTERNED_SECONDS, RAW_SECONDS, MEGABYTES = 1.0, 5.0, 2_000


def run() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary:
        file = Path(temporary) / "services.csv"
        write_services(file, SERVICES)
        command = [sys.executable, "-m", "bench.rescore", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        told = json.loads(done.stdout.splitlines()[-1])
    note = (
        f"{SERVICES:,} services, {told['pairs']:,} distinct pairs, {VULNERABILITIES:,} vulnerabilities,"
        f" {told['ranges']:,} ranges, {told['verdicts']:,} (service, vulnerability) affected; best of 5,"
        f" load {os.getloadavg()[0]:.1f}"
    )
    for what, name, goal, unit in (
        ("interned", "full re-score, once interned", INTERNED_SECONDS, "s"),
        ("raw", "full re-score, from ten million lines of text", RAW_SECONDS, "s"),
        ("MB", "full re-score, memory at its highest", MEGABYTES, "MB"),
    ):
        value = round(told[what], 2)
        yield Case("exposed", name, value, unit, f"< {goal:g} {unit}", value < goal, note=note)


def write_services(file: Path, number: int) -> None:
    """The product of each service, one a line ("valmed:product12:3.0.7"); the n-th is seen 1/n as often (Zipf)."""
    names = [f"{pair}\n" for pair in all_pairs()]
    weights = list(accumulate(1 / (1 + place // VERSIONS) for place in range(len(names))))
    dice = random.Random(SEED)
    with file.open("w") as out:
        for _ in range(0, number, 500_000):
            out.writelines(dice.choices(names, cum_weights=weights, k=min(500_000, number)))


def all_pairs() -> list[str]:
    """Product after product, the most seen first: "valmed:product12:3.0.7"."""
    return [f"valmed:product{product}:{version}" for product in range(PRODUCTS) for version in _versions(product)]


def _versions(product: int) -> list[str]:
    dice = random.Random(f"{SEED}-{product}")
    found = {f"{dice.randint(1, 9)}.{dice.randint(0, 12)}.{dice.randint(0, 40)}" for _ in range(2 * VERSIONS)}
    return sorted(found)[:VERSIONS]


def statements():
    """One to three branches each, of products with the same skew."""
    from vigie.engine.matching import Configuration, Criterion, Node, Statement

    dice = random.Random(SEED + 1)
    weights = list(accumulate(1 / (1 + product) for product in range(PRODUCTS)))
    for product in dice.choices(range(PRODUCTS), cum_weights=weights, k=VULNERABILITIES):
        lines = sorted(dice.sample(range(1, 10), dice.choice((1, 1, 2, 3))))
        yield Statement((
            Configuration((
                Node(tuple(
                    Criterion(
                        "valmed", f"product{product}", start_including=f"{line}.0.0",
                        end_excluding=f"{line}.{dice.randint(0, 12)}.{dice.randint(1, 40)}",
                    )
                    for line in lines
                )),
            )),
        ))  # fmt: skip


def _measure(file: Path) -> dict[str, float]:
    from vigie.data.aliases import aliases
    from vigie.engine.matching.runs import RangeTable, all_ranges

    ranges, apart = all_ranges(statements(), aliases())
    assert not apart
    table = RangeTable(ranges)
    raw = interned = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        pairs, services, which = _interned(file, table)
        middle = time.perf_counter()
        scores, affected = _scored(pairs, services, which, table.bounds)
        interned = min(interned, time.perf_counter() - middle)
        raw = min(raw, time.perf_counter() - start)
    assert int(scores.sum()) == int(affected.sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "interned": interned, "raw": raw, "MB": peak, "pairs": len(services), "ranges": len(ranges),
        "verdicts": int(affected.sum()),
    }  # fmt: skip


def _interned(file: Path, table):
    """From strings to numbers: distinct pairs, how many services each has, and the pair of each service."""
    import duckdb

    from vigie.data.aliases import aliases

    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        form = "header = false, delim = '\\t', quote = '', escape = '', columns = {'line': 'VARCHAR'}"
        connection.execute(f"CREATE TABLE raw AS FROM read_csv('{file}', {form})")
        connection.execute(
            "CREATE TABLE pairs AS SELECT (row_number() OVER () - 1)::INTEGER AS number, *"
            " FROM (SELECT line, count(*) AS services FROM raw GROUP BY line)"
        )
        seen = connection.execute("SELECT line FROM pairs ORDER BY number").fetchall()
        services = connection.execute("SELECT services FROM pairs ORDER BY number").fetchnumpy()["services"]
        which = connection.execute("SELECT number FROM raw JOIN pairs USING (line)").fetchnumpy()["number"]
    return table.pairs((line.split(":") for (line,) in seen), aliases()), services, which


def _scored(pairs, services, which, bounds):
    """How many vulnerabilities affect each service, and how many services each vulnerability affects."""
    from vigie.engine.matching.runs import affecting, runs, services_affected

    found = runs(pairs, bounds)
    return affecting(pairs, found, len(services))[which], services_affected(pairs, found, services, VULNERABILITIES)


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
