"""What is done to vulnerabilities: stored as the sources tell them, matched with the products that were seen."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime

from django.db import connection, transaction

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.data import starter
from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import Product, VulnerabilityRecord
from vigie.sources.endoflife import SupportCycle
from vigie.sources.epss import EpssList
from vigie.sources.json_stream import BadRecord
from vigie.sources.kev import KevEntry, KevList

from . import changing, feeding, pairing, storing
from .models import Feed, Pair, SupportLine, Vulnerability, VulnerabilityChange
from .pairing import Matched
from .storing import Stored

STARTER, KEV, EPSS = "starter", "kev", "epss"
EPSS_BATCH = 2000
REPRIORITISE = "vigie.apps.findings.tasks.reprioritise"
REJUDGE = "vigie.apps.findings.tasks.rejudge_since"  # what stands on the matches follows, without a packet


def _ignore(*_: object) -> None:
    """Nobody watches the progress."""


def store_records(
    *,
    records: Iterable[VulnerabilityRecord | SupportCycle | BadRecord],
    now: datetime,
    on_bad: Callable[[BadRecord], None] = _ignore,
    on_batch: Callable[[Stored], None] = _ignore,
) -> Stored:
    """Store what sources tell, batch by batch; a bad record is told and leaves what was known as it is.

    What breaks off in the middle raises, and the batches before it stay.
    """
    total = Stored()
    for total in storing.store(_good_ones(records, on_bad), now=now):
        on_batch(total)
    return total


def _good_ones(
    records: Iterable[VulnerabilityRecord | SupportCycle | BadRecord], on_bad: Callable[[BadRecord], None]
) -> Iterable[VulnerabilityRecord]:
    for item in records:
        if isinstance(item, BadRecord):
            on_bad(item)
        elif isinstance(item, VulnerabilityRecord):
            yield item


@transaction.atomic
def store_support(
    *, items: Iterable[SupportCycle | VulnerabilityRecord | BadRecord], on_bad: Callable[[BadRecord], None] = _ignore
) -> tuple[int, int]:
    """Write until when each line of a product is looked after; return how many were told, and how many changed."""
    told: dict[tuple[str, str, str], SupportCycle] = {}
    for item in items:
        if isinstance(item, BadRecord):
            on_bad(item)
        elif isinstance(item, SupportCycle):
            told[item.vendor, item.product, item.cycle] = item
    names = [field.name for field in fields(SupportCycle)]
    known = {row[:3]: row for row in SupportLine.objects.values_list(*names)}
    fresh = [one for key, one in told.items() if known.get(key) != tuple(getattr(one, name) for name in names)]
    SupportLine.objects.bulk_create(
        [SupportLine(**{name: getattr(one, name) for name in names}) for one in fresh],
        update_conflicts=True,
        unique_fields=names[:3],
        update_fields=names[3:],
        batch_size=500,
    )
    return len(told), len(fresh)


def load_starter(*, now: datetime, by: str = "vigie") -> Stored:
    """Bring the catalogue of the package into the database; what is there already costs one query."""
    sha256 = starter.sha256()
    if Feed.objects.filter(slug=STARTER, sha256=sha256).exists():
        return Stored()
    records = starter.catalogue()
    stored = store_records(records=records, now=now)
    stored.products |= storing.withdraw(source=starter.SOURCE, keep=frozenset(record.cve for record in records))
    newest = max(record.published_at for record in records if record.published_at)
    feed_synchronised(slug=STARTER, now=now, by=by, records=len(records), published_on=newest.date(), sha256=sha256)
    rematch_products(products=stored.products, now=now)
    return stored


@transaction.atomic
def feed_synchronised(
    *, slug: str, now: datetime, by: str, records: int, published_on: date | None = None, sha256: str = "",
    as_of: datetime | None = None, waiting: int = 0, remark: str = "",
) -> None:  # fmt: skip
    """Note that a source was read to its end, or to that of this round: `waiting` documents are left for the next."""
    feed = feeding.good(
        slug, now=now, as_of=as_of or now, records=records, published_on=published_on, sha256=sha256,
        waiting=waiting, remark=remark,
    )  # fmt: skip
    record(kind="feed-synchronised", by=by, at=now, subject=feed, slug=slug, records=records)


@transaction.atomic
def feed_unchanged(
    *, slug: str, now: datetime, by: str, as_of: datetime | None = None, waiting: int = 0, remark: str = ""
) -> None:
    """Note that a source answered, and has nothing new; a folder has nothing new since it was filled (`as_of`)."""
    feeding.confirmed(slug, now=now, as_of=as_of or now, waiting=waiting, remark=remark)
    record(kind="feed-unchanged", by=by, at=now, slug=slug)


@transaction.atomic
def feed_failed(*, slug: str, now: datetime, by: str, error: str, waiting: int = 0) -> None:
    """Note why a source could not be read; what it told before stays in force."""
    feeding.failed(slug, now=now, error=error, waiting=waiting)
    record(kind="feed-failed", by=by, at=now, slug=slug, error=error[:500])


@transaction.atomic
def apply_kev(*, kev: KevList, now: datetime, by: str, sha256: str = "") -> int:
    """Write who is on CISA's list and since when; return how many vulnerabilities changed.

    An unknown identifier becomes a vulnerability without a statement. One that left the list loses its date, unless
    it entered after the list was released: an old copy does not undo a newer one.
    """
    listed = {entry.cve: entry for entry in kev.entries}
    known = {row.cve: row for row in Vulnerability.objects.filter(cve__in=listed)}
    gone = list(Vulnerability.objects.filter(kev_on__lte=kev.released_on).exclude(cve__in=listed))
    changes = [changing.of_list(row, listed.get(row.cve), now, kev.released_on) for row in [*known.values(), *gone]]
    changed = [row for row in known.values() if _set_kev(row, listed[row.cve], now)]
    Vulnerability.objects.bulk_update(changed, ["kev_on", "kev_ransomware", "updated_at"], batch_size=200)
    fresh = [_from_kev(entry, now) for cve, entry in listed.items() if cve not in known]
    Vulnerability.objects.bulk_create(fresh, batch_size=500)
    left = Vulnerability.objects.filter(kev_on__lte=kev.released_on).exclude(cve__in=listed)
    withdrawn = left.update(kev_on=None, kev_ransomware=None, updated_at=now)
    changes += [changing.newly_listed(row, now) for row in fresh]
    VulnerabilityChange.objects.bulk_create([one for one in changes if one], batch_size=500)
    _tell_findings(now)
    feed_synchronised(slug=KEV, now=now, by=by, records=len(kev.entries), published_on=kev.released_on, sha256=sha256)
    return len(changed) + len(fresh) + withdrawn


def _set_kev(row: Vulnerability, entry: KevEntry, now: datetime) -> bool:
    if (row.kev_on, row.kev_ransomware) == (entry.added_on, entry.ransomware):
        return False
    row.kev_on, row.kev_ransomware, row.updated_at = entry.added_on, entry.ransomware, now
    return True


def _from_kev(entry: KevEntry, now: datetime) -> Vulnerability:
    return Vulnerability(
        cve=entry.cve,
        title_en=entry.title[:200],
        description=entry.description,
        kev_on=entry.added_on,
        kev_ransomware=entry.ransomware,
        updated_at=now,
    )


def apply_epss(*, epss: EpssList, now: datetime, by: str, sha256: str = "") -> int:
    """Write the day's probabilities of the stored vulnerabilities; return how many have one.

    Those that the day does not name have no score any more, which is not zero.
    """
    known = set(Vulnerability.objects.values_list("cve", flat=True))
    scores = [score for score in epss.scores if score.cve in known]
    for start in range(0, len(scores), EPSS_BATCH):
        rows = [(score.probability, epss.scored_on, score.cve) for score in scores[start : start + EPSS_BATCH]]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("UPDATE vulns_vulnerability SET epss = %s, epss_on = %s WHERE cve = %s", rows)
    with transaction.atomic():
        Vulnerability.objects.filter(epss_on__lt=epss.scored_on).update(epss=None, epss_on=None)
        feed_synchronised(slug=EPSS, now=now, by=by, records=len(scores), published_on=epss.scored_on, sha256=sha256)
        jobs.enqueue(REPRIORITISE, key="reprioritise", again=True, now=now)
    return len(scores)


def intern(identity: Identity) -> Pair:
    """The one row of what was seen, made when it is new; what is not told is an empty text, never NULL."""
    pair, _ = Pair.objects.get_or_create(
        vendor=identity.vendor.lower()[:120],
        product=identity.product.lower()[:120],
        version=(identity.version or "")[:120],
        update=(identity.update or "")[:60],
        edition=(identity.edition or "")[:60],
        distribution=(identity.distribution or "")[:60],
        package=(identity.package or "")[:120],
        platform=(identity.platform or "")[:60],
    )
    return pair


def match_pairs(*, pairs: Iterable[Pair], now: datetime) -> Matched:
    """Judge pairs against all that is known of their products.

    Stored: affected, conditional, unknown and fixed, which is proof when a finding closes. Not-affected has no row.
    """
    return pairing.match(pairs, now)


def rematch_products(*, products: Iterable[Product], now: datetime) -> Matched:
    """Match again the pairs of the products whose statements changed, under all the names that they have."""
    names = aliases()
    wanted = {names.canonical(*product) for product in products}
    seen = Pair.objects.values_list("vendor", "product").distinct()
    touched = sorted({name for name in seen if names.canonical(*name) in wanted})
    done = Matched()
    for vendor, product in touched:
        part = pairing.match(Pair.objects.filter(vendor=vendor, product=product).order_by("pk").iterator(), now)
        done.pairs, done.added, done.ended = done.pairs + part.pairs, done.added + part.added, done.ended + part.ended
    if done.added or done.ended:
        _tell_findings(now)
    return done


def announce(*, now: datetime) -> None:
    """What is news though no verdict changed, an alerte of CERT-FR, is looked at all the same."""
    _tell_findings(now)


def _tell_findings(now: datetime) -> None:
    """One waiting job is enough: it looks back to the first change that asked for it."""
    jobs.enqueue(REJUDGE, key="rejudge-since", again=True, now=now, since=now.isoformat())
