"""Which known vulnerabilities touch what was seen, in memory, without a database?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from vigie.engine.facts import Identity

from .aliases import Aliases, Product
from .decision import judge, see
from .record import VulnerabilityRecord
from .verdict import Match, MatchVerdict, strongest


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """Records found by the canonical name of what they touch."""

    by_product: dict[Product, tuple[VulnerabilityRecord, ...]]
    aliases: Aliases

    @classmethod
    def of(cls, records: Iterable[VulnerabilityRecord], aliases: Aliases) -> "CatalogueIndex":
        found: defaultdict[Product, list[VulnerabilityRecord]] = defaultdict(list)
        for record in records:
            if record.rejected:
                continue
            for product in {aliases.canonical(*name) for name in record.statement.products}:
                found[product].append(record)
        return cls({product: tuple(records) for product, records in found.items()}, aliases)


def match_identity(identity: Identity, index: CatalogueIndex) -> tuple[tuple[VulnerabilityRecord, Match], ...]:
    """Every vulnerability that names the product, with the verdict of the strongest source, not_affected left out.

    One entry a CVE, in the order of the identifiers; the record is the one whose source decided.
    """
    seen = see(identity, index.aliases)
    told: defaultdict[str, list[tuple[VulnerabilityRecord, Match]]] = defaultdict(list)
    for record in index.by_product.get(seen.product, ()):
        answer = judge(identity, seen, record.statement, source=record.source)
        if answer is not None:
            told[record.cve].append((record, answer))
    return tuple(
        (next(record for record, answer in answers if answer is best), best)
        for _, answers in sorted(told.items())
        if (best := strongest(answer for _, answer in answers)) and best.verdict is not MatchVerdict.NOT_AFFECTED
    )
