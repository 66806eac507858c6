"""Write what a source tells: batch by batch, each in its own short transaction, a repetition writing nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from vigie.engine.matching import Product, Statement, VulnerabilityRecord, digest, from_plain, to_plain

from .models import Applicability, ApplicableProduct, Vulnerability

BATCH = 100  # records; a batch writes for 20 to 60 ms on SQLite
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


def store(records: Iterable[VulnerabilityRecord], *, now: datetime) -> Iterator[Stored]:
    """Store batch after batch, yielding the running total after each: what was written stays written."""
    total = Stored()
    remaining = iter(records)
    while batch := list(islice(remaining, BATCH)):
        # A file may hold a record twice: the last one counts.
        _store_batch({record.cve: record for record in batch}, total, now)
        yield total


@transaction.atomic
def _store_batch(batch: dict[str, VulnerabilityRecord], total: Stored, now: datetime) -> None:
    known = {row.cve: row for row in Vulnerability.objects.filter(cve__in=batch)}
    written = []
    toggled = set()
    for cve, record in batch.items():
        row = known.get(cve)
        before = _state(row) if row else None
        row = row or Vulnerability(cve=cve, updated_at=now)
        _merge(row, record)
        total.rejected += record.rejected
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


def _store_statements(batch: dict[str, VulnerabilityRecord], toggled: set[str], total: Stored) -> set[str]:
    """Replace the statements that changed; return their identifiers. A rejected record loses its statement."""
    ids = dict(Vulnerability.objects.filter(cve__in=batch).values_list("cve", "pk"))
    source = next(iter(batch.values())).source
    known = {
        row.vulnerability_id: row for row in Applicability.objects.filter(vulnerability__in=ids.values(), source=source)
    }
    fresh: list[tuple[Applicability, Statement]] = []
    stale: list[Applicability] = []
    restated = set()
    for cve, record in batch.items():
        old = known.get(ids[cve])
        sha256 = digest(record.statement) if record.statement.products and not record.rejected else ""
        if cve in toggled or (old.sha256 if old else "") != sha256:
            restated.add(cve)
            total.products |= record.statement.products | (from_plain(old.statement).products if old else set())
        if old and old.sha256 != sha256:
            stale.append(old)
        if sha256 and (old is None or old.sha256 != sha256):
            row = Applicability(
                vulnerability_id=ids[cve], source=source, statement=to_plain(record.statement), sha256=sha256
            )
            fresh.append((row, record.statement))
    total.products |= _products_of(ids[cve] for cve in toggled)
    _replace(stale, fresh)
    return restated


def _products_of(vulnerabilities: Iterable[int]) -> set[Product]:
    """All that any source says they touch: a rejection ends what every source stated."""
    rows = Applicability.objects.filter(vulnerability__in=list(vulnerabilities))
    return {product for row in rows for product in from_plain(row.statement).products}


def _replace(stale: list[Applicability], fresh: list[tuple[Applicability, Statement]]) -> None:
    Applicability.objects.filter(pk__in=[row.pk for row in stale]).delete()
    Applicability.objects.bulk_create([row for row, _ in fresh])
    ApplicableProduct.objects.bulk_create(
        ApplicableProduct(applicability=row, vendor=vendor[:120], product=product[:120])
        for row, statement in fresh
        for vendor, product in sorted(statement.products)
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
