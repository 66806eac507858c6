"""What a stored level tells: its trace, without the findings for whoever may not read them."""

from collections.abc import Iterable
from datetime import datetime

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from vigie.apps.accounts.models import User
from vigie.apps.observatory import queries
from vigie.apps.observatory.explaining import TraceUnreadable, explain
from vigie.apps.observatory.models import Level
from vigie.apps.registry.models import Establishment
from vigie.engine.level import GroupTrace, Trace

from .problems import Problem
from .schemas.levels import (
    CountedOut,
    ExplainedLevel,
    GainOut,
    GateOut,
    GroupedTrace,
    IndicatorOut,
    LevelOut,
    OwnTrace,
    explained,
    level_out,
)


def level_at(kind: str, subject_id: int, moment: datetime, user: User, *, findings: bool) -> ExplainedLevel:
    """Raise Http404 when it was never looked at by then."""
    found = queries.level(kind, subject_id, moment)
    if found is None:
        raise Http404
    return _explained(queries.with_trace(found), user, findings=findings)


def history(kind: str, subject_id: int, moment: datetime) -> list[LevelOut]:
    return [level_out(row) for row in queries.history(kind, subject_id, moment)]


def _explained(row: Level, user: User, *, findings: bool) -> ExplainedLevel:
    try:
        told = explain(row)
    except TraceUnreadable as error:
        raise Problem("refused", gettext("The trace of this level was written by another version.")) from error
    own = _own(told.own, findings=findings) if told.own else None
    return explained(row, own, _grouped(told.grouped, user) if told.grouped else None)


def _own(trace: Trace, *, findings: bool) -> OwnTrace:
    return OwnTrace(
        indicators=[
            IndicatorOut(
                slug=one.slug,
                possible=one.possible,
                earned=one.earned,
                lost=one.lost,
                unknown=one.unknown,
                findings=[CountedOut.model_validate(counted) for counted in one.findings] if findings else None,
            )
            for one in trace.indicators
        ],
        gates=[
            GateOut(slug=gate.slug, cap=gate.cap, findings=list(gate.findings) if findings else None)
            for gate in trace.gates
        ],
        gains=[GainOut.model_validate(gain) for gain in trace.gains] if findings else None,
        low_before_gates=trace.low_before_gates,
        high_before_gates=trace.high_before_gates,
    )


def _grouped(trace: GroupTrace, user: User) -> GroupedTrace:
    return GroupedTrace(
        members=trace.members,
        established=trace.established,
        never_looked_at=trace.never_looked_at,
        letters={letter or "none": count for letter, count in trace.letters},
        sum_low=trace.sum_low,
        sum_high=trace.sum_high,
        lowest=_visible(trace.lowest, user),
    )


def _visible(numbers: Iterable[int], user: User) -> list[str]:
    ordered = list(numbers)
    seen = Establishment.objects.visible_to(user, timezone.now()).in_bulk(ordered)
    return [seen[number].finess for number in ordered if number in seen]
