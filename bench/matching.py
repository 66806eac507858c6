"""How many (pair, vulnerability) questions does one core answer, from distinct products to verdicts?"""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Case

SEED = 20261123
GOAL = 20_000  # 300,000 pairs of a nation x 70 candidates each, re-scored in 18 minutes on one core
YEAR_GOAL = 12_000  # one question reads 13 criteria there, versions listed one by one; 3 in the seeded corpus
YEAR = Path(__file__).resolve().parents[2] / "shared" / "data" / "nvd" / "nvd-2.0-2021.json.gz"


def run() -> Iterator[Case]:
    yield _case("matching rate, seeded corpus", *_rate(_corpus(), _identities()))
    if YEAR.is_file():
        records = _year()
        yield _case("matching rate, real NVD year 2021", *_rate(records, _identities_of(records)), goal=YEAR_GOAL)


def _case(name: str, rate: float, note: str, goal: int = GOAL) -> Case:
    wanted = f">= {goal:,} questions/s on one core"
    return Case("main", name, round(rate), "questions/s", wanted, rate >= goal, note=note)


def _rate(records, identities) -> tuple[float, str]:
    """Ask every identity once; the versions that the ranges name are read as in production, on first need."""
    from vigie.data.aliases import aliases
    from vigie.engine.matching import CatalogueIndex, match_identity, see
    from vigie.engine.versions import parse

    index = CatalogueIndex.of(records, aliases())
    questions = sum(len(index.by_product.get(see(identity, aliases()).product, ())) for identity in identities)
    parse.cache_clear()
    began = time.process_time()
    told = sum(len(match_identity(identity, index)) for identity in identities)
    spent = time.process_time() - began
    note = f"{len(identities)} products x candidates = {questions} questions, {told} verdicts, {len(records)} records"
    return questions / spent, note


def _corpus():
    """Invented products with a realistic skew: a few have hundreds of vulnerabilities, most have one or two."""
    from vigie.engine.matching import Configuration, Criterion, Node, Statement, VulnerabilityRecord

    dice = random.Random(SEED)
    records = []
    for number in range(4_000):
        product = f"product{int(dice.paretovariate(0.9)) % 400}"
        criteria = tuple(
            Criterion(
                "valmed",
                product,
                start_including=f"{line}.0.0",
                end_excluding=f"{line}.{dice.randint(0, 9)}.{dice.randint(1, 40)}",
            )
            for line in range(dice.randint(1, 5))
        )
        statement = Statement((Configuration((Node(criteria),)),))
        records.append(VulnerabilityRecord(f"CVE-2099-{number:05d}", "nvd", statement))
    return tuple(records)


def _identities():
    from vigie.engine.facts import Identity

    dice = random.Random(SEED + 1)
    found = {
        (
            f"product{int(dice.paretovariate(0.9)) % 400}",
            f"{dice.randint(0, 6)}.{dice.randint(0, 9)}.{dice.randint(0, 40)}",
        )
        for _ in range(300)
    }
    return [Identity("valmed", product, version) for product, version in sorted(found)]


def _year():
    from vigie.engine.matching import VulnerabilityRecord
    from vigie.sources.nvd import read_nvd

    return tuple(record for record in read_nvd(YEAR) if isinstance(record, VulnerabilityRecord))


def _identities_of(records):
    """Versions that the ranges of that year name, hence near their bounds, of the products that it names most."""
    from vigie.engine.facts import Identity

    dice = random.Random(SEED)
    found = set()
    for record in records:
        for configuration in record.statement.configurations:
            for criterion in (one for node in configuration.nodes for one in node.criteria if one.vulnerable):
                for text in (criterion.end_excluding, criterion.end_including, criterion.version):
                    if text and text not in "*-":
                        found.add((criterion.vendor, criterion.product, text))
    return [Identity(*one) for one in sorted(dice.sample(sorted(found), 2_000))]
