"""Which weaknesses are open, at which date, and what burns? Read for the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from vigie.apps.assets import queries as assets
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.enums import CampaignState
from vigie.apps.scans.models import Look, Shard
from vigie.apps.vulns.models import Vulnerability

from .enums import STATE_AFTER, FindingEventKind, FindingState, RetestAnswer
from .models import STANDING, Finding, FindingEvent, FindingQuerySet, FindingVulnerability, Measure, Plan, Retest

# Events after which a finding is nobody's work any more, or not for now.
PUT_DOWN = tuple(kind for kind, state in STATE_AFTER.items() if state not in STANDING)
# The first thing to do first: used by attackers, then the worst, then the one whose time is up first.
WORST_FIRST = ("-exploited", "rank", "deadline", "pk")
FEW = 10_000


def open_at(moment: datetime | None) -> FindingQuerySet:
    """Findings that were standing at that moment; None is now. One closed then reopened is read from its events."""
    if moment is None:
        return Finding.objects.standing()
    return (
        Finding.objects.filter(first_seen__lte=moment)
        .filter(Q(closed_at=None) | Q(closed_at__gt=moment))
        .annotate(last_kind=_last_kind(moment))
        .exclude(last_kind__in=PUT_DOWN)
    )


def ranked(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """With the number of vulnerabilities behind each, worst first."""
    return (
        findings.select_related("establishment", "assigned_to")
        .annotate(vulnerability_count=vulnerability_count())
        .order_by(*WORST_FIRST)
    )


def in_this_order(found: Iterable[Finding]) -> list[Finding]:
    """These very findings with all that a list shows of each, in the order in which they come."""
    order = [one.pk for one in found]
    rows = ranked(Finding.objects.filter(pk__in=order)).in_bulk()
    return [rows[pk] for pk in order if pk in rows]


def vulnerability_count() -> Coalesce:
    links = FindingVulnerability.objects.filter(finding=OuterRef("pk"), ended_at=None)
    counted = links.order_by().values("finding").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), Value(0))


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over a set of findings, with what they are a part of."""

    open: int
    establishments: int
    exploited: int
    exploited_establishments: int
    exploited_oldest: datetime | None
    remote_establishments: int  # an exploited flaw on equipment that lets people in from outside
    late: int

    @property
    def late_percent(self) -> int | None:
        return round(100 * self.late / self.open) if self.open else None


def figures(findings: QuerySet[Finding], moment: datetime) -> Figures:
    """Three questions, each answered by an index of its own: one aggregate over all of them reads every row."""
    rows = findings.order_by()
    burning = rows.filter(exploited=True).aggregate(
        exploited_number=Count("pk"),
        exploited_establishments=Count("establishment", distinct=True),
        exploited_oldest=Min("first_seen"),
        remote_establishments=Count("establishment", filter=Q(remote_access=True), distinct=True),
    )
    counted = rows.aggregate(open=Count("pk"), late=Count("pk", filter=Q(deadline__lt=moment)))
    return Figures(
        establishments=_establishments(rows, counted["open"]),
        exploited=burning.pop("exploited_number"),
        **counted,
        **burning,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """What stands above a long list of standing findings."""

    open: int
    establishments: int
    exploited: int
    late: int


def listed(findings: QuerySet[Finding], moment: datetime) -> Listed:
    """One reading of an index that holds what is counted; each establishment is then asked whether it has one."""
    rows = findings.order_by()
    counted = rows.aggregate(
        open=Count("pk"),
        exploited=Count("pk", filter=Q(exploited=True)),
        late=Count("pk", filter=Q(deadline__lt=moment)),
    )
    return Listed(establishments=_establishments(rows, counted["open"]), **counted)


def _establishments(findings: QuerySet[Finding], total: int) -> int:
    """Few findings are read; of many, each establishment is asked whether it has one."""
    if total <= FEW:
        return findings.values("establishment").distinct().count()
    theirs = findings.filter(establishment=OuterRef("pk"))
    return Establishment.objects.filter(Exists(theirs)).count()


@dataclass(frozen=True, slots=True)
class Trend:
    """How what is exploited and open changed in a day and in a week; None when nothing had been found by then."""

    yesterday_change: int | None  # establishments
    week_change: int | None  # findings


def trend(now: Figures, moment: datetime) -> Trend:
    yesterday, week = moment - timedelta(days=1), moment - timedelta(days=7)
    # Few findings were ever exploited: only their history is read.
    exploited = Finding.objects.filter(exploited=True).annotate(
        kind_yesterday=_last_kind(yesterday), kind_week=_last_kind(week)
    )
    counted = exploited.aggregate(
        yesterday=Count("establishment", filter=_was_open("kind_yesterday", yesterday), distinct=True),
        week=Count("pk", filter=_was_open("kind_week", week)),
        known_yesterday=_knew(yesterday),
        known_week=_knew(week),
    )
    # None when nothing was ever exploited: there is no row to ask beside.
    known_week, known_yesterday = (
        Finding.objects.filter(first_seen__lte=moment).exists() if told is None else bool(told)
        for told, moment in ((counted["known_week"], week), (counted["known_yesterday"], yesterday))
    )
    return Trend(
        yesterday_change=now.exploited_establishments - counted["yesterday"] if known_yesterday else None,
        week_change=now.exploited - counted["week"] if known_week else None,
    )


def _knew(moment: datetime) -> Max:
    """Whether anything was found by then, told by the question that counts what was exploited."""
    return Max(Cast(Exists(Finding.objects.filter(first_seen__lte=moment)), IntegerField()))


def _last_kind(moment: datetime) -> Coalesce:
    told = FindingEvent.objects.filter(finding=OuterRef("pk"), at__lte=moment, kind__in=STATE_AFTER)
    events = told.order_by("-at", "-pk")
    return Coalesce(Subquery(events.values("kind")[:1]), Value(""))


def _was_open(kind: str, moment: datetime) -> Q:
    still = Q(closed_at=None) | Q(closed_at__gt=moment)
    return Q(exploited=True, first_seen__lte=moment) & still & ~Q(**{f"{kind}__in": PUT_DOWN})


def events_of(finding: Finding) -> list[FindingEvent]:
    return list(finding.events.order_by("at", "pk"))


def links_of(finding: Finding) -> list[FindingVulnerability]:
    """The vulnerabilities behind a finding, each once, as last told: those that hold first, likely ones before."""
    links = list(
        finding.links.select_related("vulnerability").order_by(
            F("ended_at").desc(nulls_first=True),
            F("vulnerability__kev_on").desc(nulls_last=True),
            F("vulnerability__epss").desc(nulls_last=True),
            F("vulnerability__cvss").desc(nulls_last=True),
            "vulnerability__cve",
        )
    )
    return list({link.vulnerability_id: link for link in reversed(links)}.values())[::-1]


def exposed_to(vulnerability: Vulnerability) -> QuerySet[Finding]:
    """Standing findings behind which this vulnerability is today."""
    linked = FindingVulnerability.objects.filter(vulnerability=vulnerability, ended_at=None).values("finding")
    return ranked(Finding.objects.standing().filter(pk__in=linked))


def exposed_establishments(among: Q = Q()) -> Coalesce:  # noqa: B008 -- a condition that lets all through
    """For a query on vulnerabilities: how many establishments have an open finding because of each."""
    links = FindingVulnerability.objects.filter(
        among, vulnerability=OuterRef("pk"), ended_at=None, finding__closed_at=None
    )
    counted = links.order_by().values("vulnerability").annotate(n=Count("finding__establishment", distinct=True))
    return Coalesce(Subquery(counted.values("n")), Value(0))


@dataclass(frozen=True, slots=True)
class RetestStatus:
    """The last look that a person asked for, and what it said of the finding."""

    retest: Retest
    answer: RetestAnswer
    reasons: tuple[str, ...]  # why it is unknown, as the look recorded it
    ended_at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.answer in {RetestAnswer.WAITING, RetestAnswer.LOOKING}

    @property
    def waits_for_a_person(self) -> bool:
        return self.retest.campaign.state == CampaignState.HELD


def last_retest(finding: Finding) -> RetestStatus | None:
    asked = finding.retests.select_related("campaign").order_by("-asked_at", "-pk").first()
    if asked is None:
        return None
    shard = asked.campaign.shards.first()
    look = shard.looks.first() if shard else None
    answer = _answer(finding, asked, shard, look)
    reasons = (*shard.unknowns, *shard.unlooked) if shard and answer is RetestAnswer.UNKNOWN else ()
    return RetestStatus(asked, answer, reasons, asked.campaign.ended_at)


# What the history says of the look, first one that it holds.
TOLD = {
    FindingEventKind.CLOSED: RetestAnswer.MENDED,
    FindingEventKind.NO_LONGER_OBSERVED: RetestAnswer.GONE,
    FindingEventKind.FIX_REFUTED: RetestAnswer.STILL_THERE,
    FindingEventKind.STILL_THERE: RetestAnswer.STILL_THERE,
    FindingEventKind.SEEN_AGAIN: RetestAnswer.STILL_THERE,
    FindingEventKind.REOPENED: RetestAnswer.STILL_THERE,
}


def _answer(finding: Finding, asked: Retest, shard: Shard | None, look: Look | None) -> RetestAnswer:
    if asked.campaign.state == CampaignState.RUNNING:
        return RetestAnswer.LOOKING if shard and shard.started_at else RetestAnswer.WAITING
    if asked.campaign.state == CampaignState.STOPPED:
        return RetestAnswer.STOPPED
    if look is None:
        return RetestAnswer.UNKNOWN
    kinds = set(finding.events.filter(look=look).values_list("kind", flat=True))
    told = next((answer for kind, answer in TOLD.items() if kind in kinds), None)
    if told is not None:
        return told
    missed = {gone["name"] for gone in look.absent if gone["port"] == finding.port}
    return RetestAnswer.NOT_SEEN if missed.issuperset(finding.names) else RetestAnswer.UNKNOWN


def measures_of(finding: Finding) -> list[Measure]:
    return list(finding.measures.order_by("recorded_at", "pk"))


def plan_of(finding: Finding) -> Plan | None:
    return finding.plans.current().select_related("finding").first()


@dataclass(frozen=True, slots=True)
class Sla:
    """Days from the first detection to what was said, and to what was proved; None while it has not happened."""

    declared: timedelta | None
    verified: timedelta | None
    declared_late: bool
    verified_late: bool


def verified_at(finding: Finding) -> datetime | None:
    """When a look proved that it is mended; None when none did."""
    return finding.closed_at if finding.state == FindingState.CLOSED else None


KEPT_OVER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the findings whose deadline came within a year: how many were said, and how many proved, mended by then."""

    due: int = 0
    declared: int = 0
    verified: int = 0


def kept_counts(moment: datetime) -> dict[str, Count]:
    """Judged a false positive or retired, a finding was not to be mended; an accepted risk was, and is not."""
    due = Q(deadline__lt=moment, deadline__gte=moment - KEPT_OVER)
    due &= ~Q(state__in=[FindingState.FALSE_POSITIVE, FindingState.ASSET_RETIRED, FindingState.NO_LONGER_OBSERVED])
    proved = Q(state=FindingState.CLOSED, closed_at__lte=F("deadline"))
    said = Q(fix_declared_at__lte=F("deadline"))
    return {
        "due": Count("pk", filter=due),
        "declared": Count("pk", filter=due & (said | proved)),
        "verified": Count("pk", filter=due & proved),
    }


def kept(findings: QuerySet[Finding], moment: datetime) -> Kept:
    return Kept(**findings.order_by().aggregate(**kept_counts(moment)))


def sla(finding: Finding) -> Sla:
    """Both, because a declaration is not a proof. A deadline missed is missed, whatever was planned."""
    declared = finding.fix_declared_at
    verified = verified_at(finding)
    return Sla(
        declared=declared - finding.first_seen if declared else None,
        verified=verified - finding.first_seen if verified else None,
        declared_late=declared is not None and declared > finding.deadline,
        verified_late=verified is not None and verified > finding.deadline,
    )


def exchanges_care_data(finding: Finding, now: datetime) -> bool:
    """Whether the establishment declared that what the finding is on exchanges data needed for care."""
    return assets.exchanges_care_data(finding.establishment_id, address=finding.address, names=finding.names, now=now)
