"""What is being looked at, how far it is, and what was seen: read for the pages."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Vulnerability

from .enums import CampaignState, ShardState
from .models import Campaign, Look, Pause, RawAnswer, Service, ServiceQuerySet, Shard, StopOrder, Unlooked

# Past this age a look says nothing of today: the same number as the level's method for freshness.
MOST_PAUSES = 20  # named on the page of a campaign
FRESH = timedelta(days=30)


def stop_in_force() -> StopOrder | None:
    return StopOrder.objects.filter(lifted_at=None).order_by("-ordered_at").first()


def last_stops(limit: int = 10) -> list[StopOrder]:
    return list(StopOrder.objects.order_by("-ordered_at")[:limit])


def campaigns() -> QuerySet[Campaign]:
    """Every campaign with its sums, newest first."""
    return (
        Campaign.objects.listed()
        .annotate(
            shard_count=Count("shards"),
            done_count=Count("shards", filter=Q(shards__state=ShardState.DONE)),
            services=Coalesce(Sum("shards__services_found"), 0),
            hosts=Coalesce(Sum("shards__hosts"), 0),
            hosts_done=Coalesce(Sum("shards__hosts_done"), 0),
        )
        .order_by("-started_at", "-pk")
    )


def last_campaign(moment: datetime, **beside: Coalesce) -> Campaign | None:
    """The last round that had begun, with `looked`: how many establishments were looked at lately, by any round.

    `beside` are other figures that a page reads in the same question.
    """
    lately = looked_lately(moment).order_by().values(one=Value(1)).annotate(n=Count("establishment", distinct=True))
    rounds = Campaign.objects.rounds().annotate(looked=Coalesce(Subquery(lately.values("n")), Value(0)), **beside)
    return rounds.filter(started_at__lte=moment).order_by("-started_at").first()


@dataclass(frozen=True, slots=True)
class Unknown:
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one campaign is; the same figures once it has ended."""

    campaign: Campaign
    shards: int
    done: int
    failed: int
    hosts: int
    hosts_done: int
    hosts_reached: int
    questions: int
    services: int
    new: int
    gone: int  # not seen once: waiting for a second look
    unknowns: tuple[Unknown, ...]  # looked at, and not known
    unlooked: tuple[Unknown, ...]  # not looked at
    unknown_checks: tuple[Unknown, ...]  # by check, of what answered
    paused: tuple[Pause, ...]  # hosts that stopped answering: the last ones
    waits_until: datetime | None  # when the first of the windows opens that establishments wait for
    elapsed: timedelta
    ends_about: datetime | None  # None when it cannot be told yet, or has ended

    @property
    def running(self) -> bool:
        return self.campaign.state == CampaignState.RUNNING

    @property
    def can_go_on(self) -> bool:
        return self.campaign.state in {CampaignState.PAUSED, CampaignState.STOPPED}

    @property
    def percent(self) -> int | None:
        """Addresses looked at; None before the first shard has counted its addresses."""
        return 100 * self.hosts_done // self.hosts if self.hosts else None

    @property
    def questions_a_second(self) -> float | None:
        seconds = self.elapsed.total_seconds()
        return self.questions / seconds if seconds > 0 else None

    @property
    def rate(self) -> int:
        """Questions a second, as people read it."""
        return round(self.questions_a_second or 0)

    @property
    def unlooked_count(self) -> int:
        return sum(unknown.count for unknown in self.unlooked)

    @property
    def health(self) -> str:
        """Of the scanner, in this run: good, faults (a shard failed), or held (what it saw is in doubt)."""
        if self.campaign.held_reason:
            return "held"
        return "faults" if self.failed else "good"

    @property
    def unknown_count(self) -> int:
        return sum(unknown.count for unknown in self.unknowns)


def progress(campaign: Campaign, now: datetime) -> Progress:
    shards = list(
        campaign.shards.values_list(
            "state",
            "hosts",
            "hosts_done",
            "hosts_reached",
            "questions",
            "unknowns",
            "services_found",
            "unlooked",
            "unknown_checks",
            "waits_until",
        )
    )
    hosts, hosts_done = sum(row[1] for row in shards), sum(row[2] for row in shards)
    elapsed = (campaign.ended_at or now) - campaign.started_at
    seen = _services_in(campaign)
    return Progress(
        campaign=campaign,
        shards=len(shards),
        done=sum(row[0] == ShardState.DONE for row in shards),
        failed=sum(row[0] == ShardState.FAILED for row in shards),
        hosts=hosts,
        hosts_done=hosts_done,
        hosts_reached=sum(row[3] for row in shards),
        questions=sum(row[4] for row in shards),
        services=sum(row[6] for row in shards),
        new=seen["new"],
        gone=seen["gone"],
        unknowns=_sum_unknowns([row[5] for row in shards]),
        unlooked=_sum_unknowns([row[7] for row in shards]),
        unknown_checks=_sum_unknowns([_by_check(row[8]) for row in shards]),
        paused=tuple(Pause.objects.filter(shard__campaign=campaign).order_by("-since", "-pk")[:MOST_PAUSES]),
        waits_until=min((row[9] for row in shards if row[9] and row[0] == ShardState.WAITING), default=None),
        elapsed=elapsed,
        ends_about=_ends_about(campaign, hosts, hosts_done, elapsed, now),
    )


def _services_in(campaign: Campaign) -> "dict[str, int]":
    start = campaign.started_at
    mine = Service.objects.filter(establishment__shards__campaign=campaign)
    before = Q() if campaign.ended_at is None else Q(first_seen__lte=campaign.ended_at)
    return mine.aggregate(
        new=Count("id", filter=before & Q(first_seen__gte=start)),
        gone=Count("id", filter=Q(ended_at=None, absences__gt=0, absent_since__gte=start)),
    )


def _sum_unknowns(parts: "list[dict[str, int]]") -> tuple[Unknown, ...]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return tuple(Unknown(reason, count) for reason, count in total.most_common())


def _by_check(counts: "dict[str, int]") -> "dict[str, int]":
    """The reasons are in each look; here, which check could not conclude how often."""
    found: Counter[str] = Counter()
    for told, count in counts.items():
        found[told.partition(": ")[0]] += count
    return dict(found)


def _ends_about(campaign: Campaign, hosts: int, hosts_done: int, elapsed: timedelta, now: datetime) -> datetime | None:
    if campaign.state != CampaignState.RUNNING or not hosts_done or hosts_done >= hosts:
        return None
    return now + elapsed * (hosts - hosts_done) / hosts_done


def shards_of(campaign: Campaign) -> QuerySet[Shard]:
    """All of them by name once it has ended; while it runs, the hundred that began last."""
    shards = campaign.shards.select_related("establishment")
    if campaign.state == CampaignState.RUNNING:
        return shards.order_by(F("started_at").desc(nulls_last=True), "pk")[:100]
    return shards.order_by("establishment__name", "pk")[:500]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one establishment shows, and what did not answer."""

    services: tuple[Service, ...]
    hosts: int
    unanswered: int
    looked_at: datetime | None
    is_stale: bool  # too old to say anything of that moment


def seen_of(establishment_id: int, moment: datetime, limit: int = 200) -> Seen:
    rows = (
        Service.objects.standing_at(moment)
        .filter(establishment_id=establishment_id)
        .select_related("pair")
        .defer("facts")
        .order_by("address", "port", "name")[:limit]
    )
    services = tuple(rows)
    whole = Shard.objects.of_rounds().filter(establishment_id=establishment_id)
    looked = Look.objects.filter(shard__in=whole, ended_at__lte=moment)
    looked_at = looked.aggregate(last=Max("ended_at"))["last"]
    return Seen(
        services=services,
        hosts=len({service.address for service in services if service.address}),
        unanswered=sum(service.answer != "answered" for service in services),
        looked_at=looked_at,
        is_stale=looked_at is not None and looked_at < moment - FRESH,
    )


def looked_lately(moment: datetime) -> QuerySet[Shard]:
    """Completed looks that still say something of that moment."""
    rounds = Shard.objects.of_rounds()
    return rounds.filter(state=ShardState.DONE, ended_at__lte=moment, ended_at__gt=moment - FRESH)


def unlooked_in(campaign: Campaign, reason: str = "") -> QuerySet[Unlooked]:
    """What this campaign did not look at, one row for each place and reason."""
    rows = Unlooked.objects.of_campaign(campaign).select_related("shard__establishment")
    return rows.filter(reason=reason) if reason else rows


def paused_of(establishment_id: int, moment: datetime) -> list[Pause]:
    """Its hosts that are left alone at that moment."""
    return list(Pause.objects.in_force(moment).filter(establishment=establishment_id).order_by("-since", "address"))


def raw_answers_of(service: Service | None, limit: int = 4) -> list[RawAnswer]:
    """The last questions and answers, newest first: the proof that a finding shows."""
    if service is None:
        return []
    newest = RawAnswer.objects.filter(service=service, probe=OuterRef("probe")).order_by("-at").values("pk")[:1]
    return list(RawAnswer.objects.filter(service=service, pk=Subquery(newest)).order_by("-at")[:limit])


def services_matching(
    vulnerability: Vulnerability, limit: int = 2000, *, seen_by: ServiceQuerySet | None = None
) -> QuerySet[Service]:
    """Services seen today that run what it touches, or may: with `verdict` and `match_evidence`."""
    told = Q(
        pair__matches__vulnerability=vulnerability,
        pair__matches__ended_at=None,
        pair__matches__verdict__in=[MatchVerdict.AFFECTED, MatchVerdict.CONDITIONAL, MatchVerdict.UNKNOWN],
    )
    among = Service.objects.all() if seen_by is None else seen_by
    rows = among.current().filter(told).select_related("establishment", "pair").defer("facts")
    return rows.annotate(verdict=F("pair__matches__verdict"), match_evidence=F("pair__matches__evidence")).order_by(
        "establishment__name", "address", "port"
    )[:limit]
