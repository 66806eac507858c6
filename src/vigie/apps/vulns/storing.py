"""Write what a source tells: batch by batch, each in its own short transaction, a repetition writing nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.engine.matching import Product, VulnerabilityRecord, digest, from_plain, to_plain

from .models import Applicability, ApplicableProduct, Vulnerability

MOST_RECORDS = 100  # in one transaction...
MOST_CRITERIA = 1_500  # ...and what they state: some thirty milliseconds of writing on SQLite
MOST_REFERENCES = 20
_WRITTEN = (
    "title_fr", "title_en", "description", "published_at", "modified_at", "rejected", "cvss", "cvss_vector",
    "kev_on", "references", "updated_at",
)  # fmt: skip


@dataclass(slots=True)
class Stored:
    """What a run of batches did; `products` are those whose statements changed, and must be matched again."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    products: set[Product] = field(default_factory=set)

    @property
    def records(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A record with all that can be worked out before the transaction opens."""

    record: VulnerabilityRecord
    products: frozenset[Product]
    plain: Any
    sha256: str  # "" when it states nothing, or was rejected

    @classmethod
    def of(cls, record: VulnerabilityRecord) -> "_Prepared":
        products = record.statement.products
        if record.rejected or not products:
            return cls(record, products, None, "")
        return cls(record, products, to_plain(record.statement), digest(record.statement))

    @property
    def weight(self) -> int:
        return sum(len(node.criteria) for part in self.record.statement.configurations for node in part.nodes)


def store(records: Iterable[VulnerabilityRecord], *, now: datetime) -> Iterator[Stored]:
    """Store batch after batch, yielding the running total after each: what was written stays written."""
    total = Stored()
    for batch in _batches(records):
        _store_batch(batch, total, now)
        yield total


def _batches(records: Iterable[VulnerabilityRecord]) -> Iterator[dict[str, _Prepared]]:
    batch: dict[str, _Prepared] = {}
    weight = 0
    for record in records:
        prepared = _Prepared.of(record)
        # A file may hold a record twice: the last one counts.
        batch[record.cve] = prepared
        weight += prepared.weight
        if len(batch) >= MOST_RECORDS or weight >= MOST_CRITERIA:
            yield batch
            batch, weight = {}, 0
    if batch:
        yield batch


@transaction.atomic
def _store_batch(batch: dict[str, _Prepared], total: Stored, now: datetime) -> None:
    known = {row.cve: row for row in Vulnerability.objects.filter(cve__in=batch)}
    written = []
    toggled = set()
    for cve, prepared in batch.items():
        row = known.get(cve)
        before = _state(row) if row else None
        row = row or Vulnerability(cve=cve, updated_at=now)
        _merge(row, prepared.record)
        total.rejected += prepared.record.rejected
        if before is None:
            total.new += 1
        elif _state(row) == before:
            continue
        elif before["rejected"] != row.rejected:
            toggled.add(cve)
        row.updated_at = now
        written.append(row)
    Vulnerability.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["cve"], update_fields=list(_WRITTEN)
    )
    restated = _store_statements(batch, toggled, total)
    changed = ({row.cve for row in written} | restated) & known.keys()
    total.changed += len(changed)
    total.unchanged += len(known) - len(changed)


def _state(row: Vulnerability) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WRITTEN if name != "updated_at"}


def _merge(row: Vulnerability, record: VulnerabilityRecord) -> None:
    """A source fills what it tells. The starter catalogue only fills gaps, save for the titles, which are its own."""
    starter = record.source == "vigie"
    row.title_fr = record.title_fr or row.title_fr
    row.title_en = record.title_en or row.title_en
    row.description = record.description or row.description
    row.published_at = (row.published_at if starter else None) or record.published_at or row.published_at
    row.modified_at = record.modified_at or row.modified_at
    row.rejected = row.rejected if starter else record.rejected
    if record.cvss is not None and (row.cvss is None or not starter):
        row.cvss, row.cvss_vector = _tenths(record.cvss), record.cvss_vector[:160]
    row.kev_on = row.kev_on or record.kev_on
    references = [*record.references, *row.references] if starter else [*row.references, *record.references]
    row.references = list(dict.fromkeys(references))[:MOST_REFERENCES]


def _tenths(score: float) -> Any:
    return Vulnerability._meta.get_field("cvss").to_python(f"{score:.1f}")


def _store_statements(batch: dict[str, _Prepared], toggled: set[str], total: Stored) -> set[str]:
    """Replace the statements that changed; return their identifiers. A rejected record loses its statement."""
    ids = dict(Vulnerability.objects.filter(cve__in=batch).values_list("cve", "pk"))
    source = next(iter(batch.values())).record.source
    rows = Applicability.objects.filter(vulnerability__in=ids.values(), source=source)
    known = {row.vulnerability_id: row for row in rows}
    fresh: list[tuple[Applicability, frozenset[Product]]] = []
    stale: list[Applicability] = []
    restated = set()
    for cve, prepared in batch.items():
        old = known.get(ids[cve])
        if (old.sha256 if old else "") == prepared.sha256:
            continue
        restated.add(cve)
        total.products |= prepared.products
        if old:
            total.products |= from_plain(old.statement).products
            stale.append(old)
        if prepared.sha256:
            row = Applicability(
                vulnerability_id=ids[cve], source=source, statement=prepared.plain, sha256=prepared.sha256
            )
            fresh.append((row, prepared.products))
    total.products |= _products_of(ids[cve] for cve in toggled)
    _replace(stale, fresh)
    return restated | toggled


def _products_of(vulnerabilities: Iterable[int]) -> set[Product]:
    """All that any source says they touch: a rejection ends what every source stated."""
    wanted = list(vulnerabilities)
    rows = Applicability.objects.filter(vulnerability__in=wanted) if wanted else ()
    return {product for row in rows for product in from_plain(row.statement).products}


def _replace(stale: list[Applicability], fresh: list[tuple[Applicability, frozenset[Product]]]) -> None:
    if stale:
        Applicability.objects.filter(pk__in=[row.pk for row in stale]).delete()
    Applicability.objects.bulk_create([row for row, _ in fresh])
    ApplicableProduct.objects.bulk_create(
        ApplicableProduct(applicability=row, vendor=vendor[:120], product=product[:120])
        for row, products in fresh
        for vendor, product in sorted(products)
    )


@transaction.atomic
def withdraw(*, source: str, keep: frozenset[str]) -> set[Product]:
    """Remove the statements of a source about what it no longer lists; return the products to match again."""
    gone = Applicability.objects.filter(source=source).exclude(vulnerability__cve__in=keep)
    products: set[Product] = set()
    for row in gone:
        products |= from_plain(row.statement).products
    gone.delete()
    return products
