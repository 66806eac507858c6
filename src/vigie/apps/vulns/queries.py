"""What is known of vulnerabilities, of the pairs they touch, and of how fresh that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, F, Q, QuerySet

from vigie.data import feeds
from vigie.data.aliases import aliases
from vigie.engine.matching import Statement, VulnerabilityRecord, from_plain

from .enums import FeedState, MatchVerdict
from .models import Applicability, Feed, Pair, PairMatch, SupportLine, Vulnerability

# What concerns an establishment: the last three read "please check".
EXPOSED = (MatchVerdict.AFFECTED, MatchVerdict.CONDITIONAL, MatchVerdict.UNKNOWN)

A_MOMENT = timedelta(minutes=5)  # a round each hour does not fall on the very minute


@dataclass(frozen=True, slots=True)
class FeedStatus:
    slug: str
    state: FeedState
    last_good_at: datetime | None
    last_attempt_at: datetime | None
    age: timedelta | None  # since the last good synchronisation
    published_on: date | None  # the day that the source gives itself
    gap_days: int  # days that the source published, or should have, and that we miss; 0 when none
    records: int
    error: str
    expected_within: timedelta | None = None  # a longer silence is too old; None: it ships with Vigie
    waiting: int = 0  # documents that are known and not fetched yet
    remark: str = ""

    @property
    def is_alert(self) -> bool:
        """It is not as fresh as it should be: one failed attempt is none yet, while what was read is recent."""
        is_old = self.age is None or (self.expected_within is not None and self.age > self.expected_within)
        return self.state in {FeedState.NEVER, FeedState.STALE} or is_old or self.gap_days > 0


def current_matches(pair_ids: Iterable[int]) -> QuerySet[PairMatch]:
    """The verdicts that hold today for these pairs, with their vulnerability, by identifier."""
    rows = PairMatch.objects.filter(pair__in=list(pair_ids), ended_at=None)
    return rows.select_related("vulnerability").order_by("pair", "vulnerability__cve")


def matches_at(pair_ids: Iterable[int], moment: datetime) -> QuerySet[PairMatch]:
    """The verdicts as they were known at that moment."""
    rows = PairMatch.objects.filter(pair__in=list(pair_ids), since__lte=moment).exclude(ended_at__lte=moment)
    return rows.select_related("vulnerability").order_by("pair", "vulnerability__cve")


def exposed_pairs(vulnerability: Vulnerability) -> QuerySet[PairMatch]:
    """The pairs that a vulnerability concerns today, affected first."""
    rows = PairMatch.objects.filter(vulnerability=vulnerability, ended_at=None, verdict__in=EXPOSED)
    return rows.select_related("pair").order_by("verdict", "pair__vendor", "pair__product", "pair__version")


def statements(vulnerability: Vulnerability) -> QuerySet[Applicability]:
    """What each source says that it touches."""
    return vulnerability.applicabilities.order_by("source").prefetch_related("products")


def deciding(vulnerability: Vulnerability) -> dict[str, int]:
    """source -> how many of the products seen it decided the verdict of."""
    rows = PairMatch.objects.filter(vulnerability=vulnerability, ended_at=None)
    return dict(rows.order_by().values_list("source").annotate(n=Count("pk")))


def records_of(cve: str) -> tuple[VulnerabilityRecord, ...]:
    """What every source states of one vulnerability; one without a statement when it is known and nobody says more."""
    row = Vulnerability.objects.filter(cve=cve).first()
    if row is None:
        return ()
    if row.rejected:
        return (VulnerabilityRecord(cve, "nvd", Statement(()), rejected=True),)
    told = row.applicabilities.order_by("source").values_list("source", "statement")
    return tuple(VulnerabilityRecord(cve, source, from_plain(statement)) for source, statement in told) or (
        VulnerabilityRecord(cve, "", Statement(())),
    )


def support_lines(vendor: str, product: str) -> QuerySet[SupportLine]:
    """Until when the maker looks after each line of a product, under any of its names, newest line first."""
    named = reduce(or_, (Q(vendor=one, product=other) for one, other in aliases().names(vendor, product)))
    return SupportLine.objects.filter(named).order_by(F("released_on").desc(nulls_last=True), "cycle")


def unmatched_pairs() -> QuerySet[Pair]:
    """What was seen and has not been judged yet."""
    return Pair.objects.filter(matched_at=None).order_by("pk")


def feed_status(now: datetime) -> tuple[FeedStatus, ...]:
    """How fresh each source is, the starter catalogue first, in the order in which they are applied."""
    rows = {row.slug: row for row in Feed.objects.all()}
    starter = rows.get("starter")
    return (
        _status("starter", starter, now, None),
        *(_status(source.slug, rows.get(source.slug), now, source) for source in feeds.sources()),
    )


def _status(slug: str, row: Feed | None, now: datetime, source: feeds.FeedSource | None) -> FeedStatus:
    expected = source.max_age if source else None
    if row is None:
        return FeedStatus(slug, FeedState.NEVER, None, None, None, None, 0, 0, "", expected)
    age = now - row.last_good_at if row.last_good_at else None
    gap = _gap(row, now, source)
    return FeedStatus(
        slug=slug,
        state=_state(row, age, gap, source),
        last_good_at=row.last_good_at,
        last_attempt_at=row.last_attempt_at,
        age=age,
        published_on=row.published_on,
        gap_days=gap,
        records=row.records,
        error=row.error,
        expected_within=expected,
        waiting=row.waiting,
        remark=row.remark,
    )


def due_feeds(now: datetime) -> frozenset[str]:
    """The feeds whose publishers may be asked again: after the time that each asks for, at once when work is left."""
    rows = {row.slug: row for row in Feed.objects.all()}
    return frozenset(source.slug for source in feeds.sources() if _is_due(rows.get(source.slug), source.every, now))


def _is_due(row: Feed | None, every: timedelta, now: datetime) -> bool:
    if row is None or row.last_attempt_at is None or row.error or row.waiting:
        return True
    return now - row.last_attempt_at >= every - A_MOMENT


def _gap(row: Feed, now: datetime, source: feeds.FeedSource | None) -> int:
    """Days missed: since the source's own day when it gives one, else since we last read it."""
    if source is None:
        return 0
    if source.max_publication is not None and row.published_on is not None:
        return max(0, (now.date() - row.published_on - source.max_publication).days)
    if row.last_good_at is None:
        return 0
    return max(0, (now - row.last_good_at - source.max_age).days)


def _state(row: Feed, age: timedelta | None, gap: int, source: feeds.FeedSource | None) -> FeedState:
    if row.error:
        return FeedState.BROKEN
    if age is None:
        return FeedState.NEVER
    if source is not None and (age > source.max_age or gap):
        return FeedState.STALE
    if row.waiting or row.remark:
        return FeedState.BEHIND
    return FeedState.GOOD
