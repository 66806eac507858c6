"""The weekly card of an establishment: what is known at the end of a week, and a week before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Subquery

from vigie.apps.registry import queries as registry
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.enums import ShardState
from vigie.apps.scans.models import Shard
from vigie.data.card import card_rule
from vigie.exports.card import Card, Fix
from vigie.exports.card import Level as ToldLevel

from .cards_findings import actions, findings_at, opened, severity_lines, weakness
from .cards_services import shown
from .cards_week import Week
from .enums import SubjectKind
from .models import Level
from .timetofix import Measure, measured
from .timetofix_states import trajectories

TICK = timedelta(microseconds=1)


class WeekToCome(Exception):
    """The card of a week that has not begun; it holds the week."""


def usual_week(establishment: Establishment, now: datetime) -> Week:
    """The last week that is over; the one that runs as long as nothing had been looked at by then."""
    last = Week.of(now).shifted(-1)
    done = Shard.objects.filter(establishment=establishment, state=ShardState.DONE)
    ever = done.aggregate(now=Count("pk"), then=Count("pk", filter=Q(ended_at__lt=last.end)))
    return last if ever["then"] or not ever["now"] else last.shifted(1)


def card(establishment: Establishment, week: Week, now: datetime) -> Card:
    """What is known by the end of the week, or by now when it is not over. Raises WeekToCome."""
    if week.start > now:
        raise WeekToCome(week)
    moment, before = min(week.end - TICK, now), week.start - TICK
    rule = card_rule(moment.date())
    looks = _looks(establishment, before, moment)
    known = trajectories(findings_at(establishment, moment), moment)
    open_now = opened(known, moment)
    level, level_before = _levels(establishment, moment, before)
    seen = shown(establishment, rule=rule, moment=moment, before=before if looks.before else None)
    return Card(
        finess=establishment.finess,
        name=establishment.name,
        city=establishment.city,
        groups=tuple(group.name for group in registry.groups_of(establishment.pk, week.last_day, moment)),
        week=str(week),
        first_day=week.first_day,
        last_day=week.last_day,
        moment=moment,
        is_over=week.end <= now,
        looked_at=looks.last,
        looks=looks.in_week,
        level=_told(level),
        level_before=_told(level_before),
        hosts=seen.hosts,
        services=seen.services,
        unanswered=seen.unanswered,
        risky=seen.risky,
        risky_now=seen.risky_now,
        risky_new=seen.risky_new,
        risky_gone=seen.risky_gone,
        certificates=seen.certificates,
        ending=seen.ending,
        ending_days=rule.certificates_end_within.days,
        severities=severity_lines(known, moment=moment, before=before, known_before=looks.before > 0),
        open=tuple(weakness(one.finding) for one in open_now),
        fix=_fix(measured(known, moment).every),
        actions=actions(open_now, level, rule.actions),
    )


@dataclass(frozen=True, slots=True)
class _Looks:
    last: datetime | None
    in_week: int
    before: int  # completed by the beginning of the week


def _looks(establishment: Establishment, before: datetime, moment: datetime) -> _Looks:
    rounds = Shard.objects.of_rounds()
    done = rounds.filter(establishment=establishment, state=ShardState.DONE, ended_at__lte=moment)
    counted = done.aggregate(
        last=Max("ended_at"),
        in_week=Count("pk", filter=Q(ended_at__gt=before)),
        before=Count("pk", filter=Q(ended_at__lte=before)),
    )
    return _Looks(**counted)


def _levels(establishment: Establishment, moment: datetime, before: datetime) -> tuple[Level | None, Level | None]:
    """The level at the end and at the beginning of the week, in one query; its trace is what the actions rest on."""
    mine = Level.objects.of(SubjectKind.ESTABLISHMENT, [establishment.pk]).order_by("-at", "-pk")
    ends = Q(pk=Subquery(mine.filter(at__lte=moment).values("pk")[:1]))
    begins = Q(pk=Subquery(mine.filter(at__lte=before).values("pk")[:1]))
    rows = list(mine.filter(ends | begins))
    return next(iter(rows), None), next((row for row in rows if row.at <= before), None)


def _told(level: Level | None) -> ToldLevel | None:
    if level is None:
        return None
    return ToldLevel(level.low, level.high, level.letter, level.known, level.total, level.method)


def _fix(measure: Measure) -> Fix:
    median = measure.median
    return Fix(
        n=measure.n,
        fixed=measure.fixed,
        least=measure.rule.least,
        median_seconds=median.seconds,
        low_seconds=median.low,
        high_seconds=median.high,
        marks=tuple((mark.days, None if mark.left is None else mark.left.share) for mark in measure.marks),
    )
