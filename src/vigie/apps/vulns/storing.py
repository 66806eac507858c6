"""Write what a source tells: batch by batch, each in its own short transaction, a repetition writing nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from vigie.engine.matching import Product, VulnerabilityRecord, digest, from_plain, to_plain

from . import changing
from .enums import ChangeKind
from .models import Applicability, Vulnerability, VulnerabilityChange

MOST_RECORDS = 100  # in one transaction...
MOST_CRITERIA = 1_500  # ...and what they state: some thirty milliseconds of writing on SQLite
MOST_REFERENCES = 20
_WRITTEN = (
    "title_fr", "title_en", "description", "published_at", "modified_at", "rejected", "cvss", "cvss_vector",
    "kev_on", "references", "updated_at",
)  # fmt: skip
_NAMED = "INSERT INTO vulns_applicableproduct (applicability_id, vendor, product) VALUES (%s, %s, %s)"


@dataclass(slots=True)
class Stored:
    """What a run of batches did; `products` are those whose statements changed, and must be matched again."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    products: set[Product] = field(default_factory=set)
    is_news: bool = False  # CERT-FR published an alerte

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
        plain = to_plain(record.statement)
        return cls(record, products, plain, digest(plain))

    @property
    def weight(self) -> int:
        return sum(len(node.criteria) for part in self.record.statement.configurations for node in part.nodes)


_Batch = dict[tuple[str, str], _Prepared]  # by CVE and source


def store(records: Iterable[VulnerabilityRecord], *, now: datetime) -> Iterator[Stored]:
    """Store batch after batch, yielding the running total after each: what was written stays written."""
    total = Stored()
    for batch in _batches(records):
        _store_batch(batch, total, now)
        yield total


def _batches(records: Iterable[VulnerabilityRecord]) -> Iterator[_Batch]:
    batch: _Batch = {}
    weight = 0
    for record in records:
        prepared = _Prepared.of(record)
        # A file may hold a record twice: the last one counts.
        batch[record.cve, record.source] = prepared
        weight += prepared.weight
        if len(batch) >= MOST_RECORDS or weight >= MOST_CRITERIA:
            yield batch
            batch, weight = {}, 0
    if batch:
        yield batch


@transaction.atomic
def _store_batch(batch: _Batch, total: Stored, now: datetime) -> None:
    cves = {cve for cve, _ in batch}
    known = {row.cve: row for row in Vulnerability.objects.filter(cve__in=cves)}
    before = {cve: _state(row) for cve, row in known.items()}
    rows = {cve: known.get(cve) or Vulnerability(cve=cve, updated_at=now) for cve in sorted(cves)}
    changes: list[VulnerabilityChange] = []
    for prepared in batch.values():
        row, record = rows[prepared.record.cve], prepared.record
        was = _state(row) if record.cve in known else None
        _merge(row, record)
        changes += changing.of_record(row, was, record, now)
        total.rejected += record.rejected
    written = [row for cve, row in rows.items() if before.get(cve) != _state(row)]
    for row in written:
        row.updated_at = now
    toggled = {row.cve for row in written if row.cve in before and before[row.cve]["rejected"] != row.rejected}
    Vulnerability.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["cve"], update_fields=list(_WRITTEN)
    )
    restated = _store_statements(batch, toggled, total, changes, now)
    VulnerabilityChange.objects.bulk_create(changes)
    total.is_news |= any(change.kind in changing.NEWS for change in changes)
    changed = ({row.cve for row in written} | restated) & known.keys()
    total.new += len(rows) - len(known)
    total.changed += len(changed)
    total.unchanged += len(known) - len(changed)


def _state(row: Vulnerability) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WRITTEN if name != "updated_at"}


_JUDGES = frozenset({"nvd", "cna"})  # who may say that an identifier was rejected


def _merge(row: Vulnerability, record: VulnerabilityRecord) -> None:
    """The NVD's words and scores stand; every other source fills gaps, save for the starter catalogue's own titles."""
    stands = record.source == "nvd"
    row.title_fr = record.title_fr or row.title_fr
    row.title_en = record.title_en or row.title_en
    row.description = _first(record.description, row.description, stands)
    row.published_at = _first(record.published_at, row.published_at, stands)
    row.modified_at = _first(record.modified_at, row.modified_at, stands)
    row.rejected = record.rejected if record.source in _JUDGES else row.rejected
    if record.cvss is not None and (row.cvss is None or stands):
        row.cvss, row.cvss_vector = _tenths(record.cvss), record.cvss_vector[:160]
    row.kev_on = row.kev_on or record.kev_on
    references = [*row.references, *record.references] if stands else [*record.references, *row.references]
    row.references = list(dict.fromkeys(references))[:MOST_REFERENCES]


def _first(told: Any, known: Any, stands: bool) -> Any:
    return (told or known) if stands else (known or told)


def _tenths(score: float) -> Any:
    return Vulnerability._meta.get_field("cvss").to_python(f"{score:.1f}")


def _store_statements(
    batch: _Batch, toggled: set[str], total: Stored, changes: list[VulnerabilityChange], now: datetime
) -> set[str]:
    """Replace the statements that changed; return their identifiers. A rejected record loses its statement."""
    ids = dict(Vulnerability.objects.filter(cve__in={cve for cve, _ in batch}).values_list("cve", "pk"))
    sources = {source for _, source in batch}
    rows = Applicability.objects.filter(vulnerability__in=ids.values(), source__in=sources)
    known = {(row.vulnerability_id, row.source): row for row in rows}
    fresh: list[tuple[Applicability, frozenset[Product]]] = []
    stale: list[Applicability] = []
    restated = set()
    retold: list[Applicability] = []
    for (cve, source), prepared in batch.items():
        old = known.get((ids[cve], source))
        if (old.sha256 if old else "") == prepared.sha256:
            if old and _told_of(old) != _told(prepared.record):
                retold.append(_tell(old, prepared.record))
            continue
        restated.add(cve)
        total.products |= prepared.products
        if old:
            total.products |= from_plain(old.statement).products
            stale.append(old)
            kind = ChangeKind.RESTATED if prepared.sha256 else ChangeKind.WITHDRAWN
            changes.append(VulnerabilityChange(vulnerability_id=ids[cve], kind=kind, at=now, source=source[:80]))
        if prepared.sha256:
            row = Applicability(
                vulnerability_id=ids[cve],
                source=source,
                statement=prepared.plain,
                sha256=prepared.sha256,
                stored_at=now,
            )
            fresh.append((_tell(row, prepared.record), prepared.products))
    Applicability.objects.bulk_update(retold, ["cvss", "cvss_vector", "told_at"], batch_size=100)
    total.products |= _products_of(ids[cve] for cve in toggled)
    _replace(stale, fresh)
    return restated | toggled


def _told(record: VulnerabilityRecord) -> tuple[Any, str, datetime | None]:
    """What a source says beside its ranges."""
    score = None if record.cvss is None else _tenths(record.cvss)
    return score, record.cvss_vector[:160], record.modified_at or record.published_at


def _told_of(row: Applicability) -> tuple[Any, str, datetime | None]:
    return row.cvss, row.cvss_vector, row.told_at


def _tell(row: Applicability, record: VulnerabilityRecord) -> Applicability:
    row.cvss, row.cvss_vector, row.told_at = _told(record)
    return row


def _products_of(vulnerabilities: Iterable[int]) -> set[Product]:
    """All that any source says they touch: a rejection ends what every source stated."""
    wanted = list(vulnerabilities)
    rows = Applicability.objects.filter(vulnerability__in=wanted) if wanted else ()
    return {product for row in rows for product in from_plain(row.statement).products}


def _replace(stale: list[Applicability], fresh: list[tuple[Applicability, frozenset[Product]]]) -> None:
    if stale:
        Applicability.objects.filter(pk__in=[row.pk for row in stale]).delete()
    Applicability.objects.bulk_create([row for row, _ in fresh])
    named = [(row.pk, vendor[:120], product[:120]) for row, products in fresh for vendor, product in sorted(products)]
    with connection.cursor() as cursor:
        # Three rows for each statement, and nothing to read back: by hand it costs a third of what the models ask.
        cursor.executemany(_NAMED, named)


@transaction.atomic
def withdraw(*, source: str, keep: frozenset[str]) -> set[Product]:
    """Remove the statements of a source about what it no longer lists; return the products to match again."""
    gone = Applicability.objects.filter(source=source).exclude(vulnerability__cve__in=keep)
    products: set[Product] = set()
    for row in gone:
        products |= from_plain(row.statement).products
    gone.delete()
    return products
