"""Beside cve-bin-tool, on the same criteria and the same inventory: how much faster, and how much more often right?

It is driven by its own functions: its tables are filled by `CVEDB`, its verdicts are those of `CVEScanner.get_cves`.
"""

import json
import logging
import os
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from bench import Case
from bench.rescore import SEED, VULNERABILITIES, all_pairs
from bench.rescore import statements as seeded

ROOT = Path(__file__).resolve().parents[1]
CROSSED = ROOT / "tests" / "truth" / "crossed_cases.jsonl"
ADVISORIES = ROOT / "tests" / "truth" / "match_cases.jsonl"
STATEMENTS = ROOT / "tests" / "truth" / "crossed_statements.jsonl"
PEER = "cve-bin-tool"
RATIO, RIGHT = 1_000, 90.0  # a fifteenth of the crossed cases differ by their sources
PEER_SECONDS = 30.0  # it is asked about things drawn among the inventory until then
CONCERNED = {True: {"affected", "conditional"}, False: {"fixed", "not_affected"}}


def run() -> Iterator[Case]:
    try:
        version = metadata.version(PEER)
    except metadata.PackageNotFoundError:
        note = "install it: make .venv/peers"
        yield Case("exposed", f"beside {PEER}", 0, "times", f">= {RATIO:,}", ok=False, note=note, absent=True)
        return
    logging.disable(logging.CRITICAL)
    try:
        yield _speed(version)
        yield _crossed(version)
        yield _advisories(version)
    finally:
        logging.disable(logging.NOTSET)


def _speed(version: str) -> Case:
    from vigie.data.aliases import aliases
    from vigie.engine.matching.runs import RangeTable, affecting, all_ranges, runs

    statements = {f"CVE-2099-{number:06d}": one for number, one in enumerate(seeded())}
    inventory = [tuple(line.split(":")) for line in all_pairs()]
    table = RangeTable(all_ranges(statements.values(), aliases())[0])
    start = time.perf_counter()
    pairs = table.pairs(inventory, aliases())
    told = affecting(pairs, runs(pairs, table.bounds), len(inventory))
    ours = len(inventory) / (time.perf_counter() - start)
    asked = random.Random(SEED).sample(range(len(inventory)), 2_000)
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary, _Scanner(Path(temporary), statements) as ask:
        start = time.perf_counter()
        done = same = 0
        while done < len(asked) and time.perf_counter() - start < PEER_SECONDS:
            same += len(ask(*inventory[asked[done]])) == told[asked[done]]
            done += 1
        theirs = done / (time.perf_counter() - start)
    note = (
        f"things judged a second against {VULNERABILITIES:,} vulnerabilities: ours {ours:,.0f}, all {len(inventory):,}"
        f" distinct ones from their strings; {PEER} {version} {theirs:.2f}, {done} of them drawn at random, its own"
        f" SQLite tables and lookup; {same} of {done} have as many"
        f" vulnerabilities for both; load {os.getloadavg()[0]:.1f}"
    )
    ratio = round(ours / theirs)
    goal = f">= {RATIO:,} times"
    return Case("exposed", f"faster than {PEER}", ratio, "times", goal, ratio >= RATIO, PEER, round(theirs, 2), note)


def _crossed(version: str) -> Case:
    """One source is heard, another judges: where they do not say the same, neither tool can be right."""
    from vigie.engine.matching import VulnerabilityRecord, from_plain

    told = (json.loads(line) for line in STATEMENTS.read_text().splitlines())
    records = {one["cve"]: VulnerabilityRecord(one["cve"], "nvd", from_plain(one["statement"])) for one in told}
    note = "the NVD heard, and the CNA, the vendor or CISA judging"
    return _correctness("real cases right, judged by another source", CROSSED, records, note, version)


def _advisories(version: str) -> Case:
    """Hotfix branches, updates, letters, packages: what advisories say in ways that plain ranges do not hold."""
    from vigie.data import starter

    records = {record.cve: record for record in starter.catalogue()}
    note = "advisories of vendors, the starter catalogue's criteria heard by both"
    return _correctness("real cases right, from advisories", ADVISORIES, records, note, version)


def _correctness(name: str, file: Path, records, note: str, version: str) -> Case:
    from vigie.cli.match import _Desk

    cases = [json.loads(line) for line in file.read_text().splitlines()]
    statements = {cve: record.statement for cve, record in records.items()}
    desk = _Desk(lambda cve: (records[cve],) if cve in records else ())
    ours = theirs = 0
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as temporary, _Scanner(Path(temporary), statements) as ask:
        for case in cases:
            answer = json.loads(desk.answer(json.dumps(case).encode()))
            ours += answer["verdict"] in CONCERNED[case["affected"]]
            theirs += _peer_is_right(ask, statements.get(case["cve"]), case)
    share, peer_share = (round(100 * right / len(cases), 2) for right in (ours, theirs))
    note = (
        f"{len(cases)} cases, {note}: ours {ours} right, {PEER} {version} {theirs}; it is asked by each name that the"
        f' source gives the product, the best answer counts; "unknown" is not right'
    )
    goal = f">= {RIGHT:g} %"
    return Case("exposed", name, share, "%", goal, share >= RIGHT, PEER, peer_share, note)


def _peer_is_right(ask, statement, case) -> bool:
    """It knows no aliases: whichever name of the product gives the right answer is taken, in its favour."""
    from vigie.data.aliases import aliases
    from vigie.data.names import product_named

    named = aliases().names(*product_named(case["vendor"], case["product"]))
    names = sorted({*named} & statement.products) if statement else []
    if not names:
        return not case["affected"]  # it would name nothing
    return any((case["cve"] in ask(*name, case["version"])) == case["affected"] for name in names)


class _Scanner:
    """Its scanner on its own database, filled with these statements; gives the function that asks it."""

    def __init__(self, folder: Path, statements) -> None:
        from cve_bin_tool.cve_scanner import CVEScanner
        from cve_bin_tool.cvedb import CVEDB

        database = CVEDB(sources=[], cachedir=str(folder), version_check=False)
        database.init_database()
        cursor = database.db_open_and_get_cursor()
        database.populate_severity([_severity(cve) for cve in statements], cursor, "NVD")
        database.populate_affected(list(_affected(statements)), cursor, "NVD")
        database.connection.commit()
        database.db_close()
        self._scanner = CVEScanner()
        self._scanner.dbname = str(database.dbpath)

    def __enter__(self):
        self._scanner.__enter__()
        return self._ask

    def __exit__(self, *error: object) -> None:
        self._scanner.__exit__(*error)

    def _ask(self, vendor: str, product: str, version: str) -> set[str]:
        from cve_bin_tool.util import ProductInfo

        asked = ProductInfo(vendor, product, version, "")
        try:
            self._scanner.get_cves(asked, {"default": {}, "paths": {""}})
        except Exception:  # noqa: BLE001
            return set()  # a version that it cannot read ends in errors of many kinds: no answer
        return {one.cve_number for one in self._scanner.all_cve_data.get(asked, {"cves": []})["cves"]}


def _severity(cve: str) -> dict[str, object]:
    told = {"severity": "HIGH", "description": "seeded", "score": 9.8, "CVSS_version": 3, "CVSS_vector": "seeded"}
    return {"ID": cve, "last_modified": "2026-11-23T00:00:00", **told}


def _affected(statements) -> Iterable[dict[str, str]]:
    """The fields that its own reader of the NVD keeps of each vulnerable criterion."""
    for cve, statement in statements.items():
        for part in statement.configurations:
            for one in (one for node in part.nodes for one in node.criteria if one.vulnerable):
                yield {
                    "cve_id": cve, "vendor": one.vendor, "product": one.product, "version": one.version,
                    "versionStartIncluding": one.start_including or "",
                    "versionStartExcluding": one.start_excluding or "",
                    "versionEndIncluding": one.end_including or "",
                    "versionEndExcluding": one.end_excluding or "",
                }  # fmt: skip
