"""What people decide about a finding. The table of what may follow what is in vigie.engine.lifecycle."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.vulns.enums import MatchVerdict
from vigie.data.params import follow_up_rule
from vigie.engine import measures as engine
from vigie.engine.lifecycle import Deed, State, decided

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState
from .models import Finding, FindingEvent, FindingVulnerability, Measure, Retest
from .recording import bring_back
from .refusals import Incomplete, NotFromHere, RetestRefused
from .retesting import retest

LEVELS = "vigie.apps.observatory.tasks.compute_levels"
CALENDAR = "calendar"


@transaction.atomic
def acknowledge(*, finding: Finding, by: str, now: datetime) -> None:
    """Somebody has it in hand. Raises NotFromHere."""
    row = _locked(finding, Deed.ACKNOWLEDGE)
    row.save(update_fields=["state"])
    _tell(row, Deed.ACKNOWLEDGE, FindingEventKind.ACKNOWLEDGED, by, now)


def declare_fix(*, finding: Finding, by: str, now: datetime, words: str = "") -> tuple[Retest | None, str]:
    """It is said to be mended: a look is asked for at once. Raises NotFromHere.

    Return the retest, or None and the sentence that says why none can be made now: the declaration stands.
    """
    with transaction.atomic():
        row = _locked(finding, Deed.DECLARE_FIX)
        row.fix_declared_at = now
        row.save(update_fields=["state", "fix_declared_at"])
        _tell(row, Deed.DECLARE_FIX, FindingEventKind.FIX_DECLARED, by, now, words=words.strip())
    try:
        return retest(finding=row, by=by, now=now), ""
    except RetestRefused as refused:
        return None, str(refused)


@transaction.atomic
def mark_false_positive(*, finding: Finding, reason: str, until: datetime, by: str, now: datetime) -> None:
    """A person judged that it is none; trusted until that moment. Raises NotFromHere, Incomplete."""
    deed = Deed.MARK_FALSE_POSITIVE
    row = _locked(finding, deed)
    _put_aside(row, CloseReason.FALSE_POSITIVE, reason, _bounded(deed, until, now), now)
    _tell(row, deed, FindingEventKind.FALSE_POSITIVE, by, now, words=row.decision, until=until.isoformat())
    _compute_again(row, now)


@transaction.atomic
def accept_risk(
    *,
    finding: Finding,
    reason: str,
    measures: Sequence[str],
    until: datetime,
    by: str,
    now: datetime,
    shown: Collection[str] = (),
) -> None:
    """The establishment lives with it for a time, with something that holds the risk down meanwhile.

    `shown` are measures that a look verifies, as MeasureKind; `measures` are words, for a person.
    Raises NotFromHere, Incomplete.
    """
    deed = Deed.ACCEPT_RISK
    row = _locked(finding, deed)
    _put_aside(row, CloseReason.RISK_ACCEPTED, reason, _bounded(deed, until, now), now)
    taken = take_measures(row, measures, shown, by=by, now=now)
    if not taken and not row.measures.exists():
        raise Incomplete(_("Say what holds the risk down meanwhile: at least one compensating measure."), "measures")
    _tell(row, deed, FindingEventKind.RISK_ACCEPTED, by, now, words=row.decision, until=until.isoformat())
    _compute_again(row, now)


@transaction.atomic
def retire_asset(*, finding: Finding, reason: str, by: str, now: datetime) -> None:
    """The equipment is out of service; a look that sees it again reopens it. Raises NotFromHere, Incomplete."""
    row = _locked(finding, Deed.RETIRE_ASSET)
    row.closed_at, row.close_reason, row.until = now, CloseReason.ASSET_RETIRED, None
    row.decision = _written(reason)
    row.save(update_fields=["state", "closed_at", "close_reason", "until", "decision"])
    _tell(row, Deed.RETIRE_ASSET, FindingEventKind.ASSET_RETIRED, by, now, words=row.decision)
    _compute_again(row, now)


@transaction.atomic
def reopen(*, finding: Finding, reason: str, by: str, now: datetime) -> None:
    """A person says that it is not over; it keeps its first date. Raises NotFromHere, Incomplete."""
    ended_at = finding.closed_at
    row = _locked(finding, Deed.REOPEN)
    words = _written(reason)
    row.reopened += 1
    _open_again(row)
    # What a look had ended with the finding is behind it again, from today.
    ended = row.links.filter(ended_at=ended_at, verdict=MatchVerdict.AFFECTED).values_list("vulnerability", flat=True)
    FindingVulnerability.objects.bulk_create(
        FindingVulnerability(finding=row, vulnerability_id=pk, verdict=MatchVerdict.AFFECTED, since=now)
        for pk in (list(ended) if ended_at else [])
    )
    first = row.first_seen.isoformat()
    _tell(row, Deed.REOPEN, FindingEventKind.REOPENED, by, now, words=words, first_seen=first)
    _compute_again(row, now)


def expire(*, now: datetime) -> int:
    """Open again what was set aside until a moment that has come; return how many."""
    due = Finding.objects.set_aside().filter(until__lte=now).order_by("pk")
    return sum(_expire(row, now) for row in due)


@transaction.atomic
def _expire(finding: Finding, now: datetime) -> bool:
    row = Finding.objects.select_for_update().filter(pk=finding.pk, until__lte=now).first()
    if row is None or decided(State(row.state), Deed.EXPIRE) is None:
        return False
    _open_again(row)
    _tell(row, Deed.EXPIRE, FindingEventKind.EXPIRED, CALENDAR, now)
    _compute_again(row, now)
    return True


def _locked(finding: Finding, deed: Deed) -> Finding:
    """The row, locked, in its new state (not saved yet). The caller's object follows once it is told."""
    row = Finding.objects.select_for_update().get(pk=finding.pk)
    after = decided(State(row.state), deed)
    if after is None:
        now_it_is = FindingState(row.state).label
        raise NotFromHere(_("This cannot be done any more: the finding is now “%(state)s”.") % {"state": now_it_is})
    row.state = FindingState(after)
    return row


def _open_again(row: Finding) -> None:
    bring_back(row)
    fields = ["state", "closed_at", "close_reason", "until", "decision", "fix_declared_at", "reopened"]
    row.save(update_fields=fields)
    # Accepted again one day, it needs its measures verified again; what was seen this time stays in the history.
    row.measures.update(verified_at=None, verified_by="", proof="")


def _put_aside(row: Finding, why: CloseReason, reason: str, until: datetime, now: datetime) -> None:
    row.closed_at, row.close_reason = now, why
    row.decision, row.until = _written(reason), until
    row.save(update_fields=["state", "closed_at", "close_reason", "decision", "until"])


def _written(reason: str) -> str:
    if not reason.strip():
        raise Incomplete(_("Write the reason: it stays in the history."), "reason")
    return reason.strip()


def _bounded(deed: Deed, until: datetime, now: datetime) -> datetime:
    latest = now + follow_up_rule(now.date()).longest(deed)
    if until <= now:
        raise Incomplete(_("The last day must be in the future."), "until")
    if until > latest:
        most = follow_up_rule(now.date()).longest(deed).days
        raise Incomplete(_("That is too far away: %(n)d days at most.") % {"n": most}, "until")
    return until


def take_measures(row: Finding, texts: Sequence[str], shown: Collection[str], *, by: str, now: datetime) -> int:
    """Record these compensating measures, inside the caller's transaction; return how many. Nothing, twice, is one.

    Raises Incomplete when a look could not see one of them of such a finding.
    """
    known = set(row.measures.values_list("kind", "text"))
    for kind in shown:
        if kind not in measures_shown(row):
            raise Incomplete(_("No look can verify that of this finding: describe it in words."), "shown")
    wanted = [(kind, "") for kind in sorted(set(shown))]
    wanted += dict.fromkeys(("", text.strip()[:300]) for text in texts if text.strip())
    fresh = [one for one in wanted if one not in known]
    for kind, text in fresh:
        Measure.objects.create(finding=row, kind=kind, text=text, recorded_at=now, recorded_by=by)
        told = {"measure": kind} if kind else {"words": text}
        FindingEvent.objects.create(finding=row, kind=FindingEventKind.MEASURE_TAKEN, at=now, by=by, detail=told)
    return len(fresh)


def measures_shown(finding: Finding) -> list[str]:
    """The kinds of measures that a look can verify, for this finding."""
    if not finding.address:
        return []
    service = finding.service.service if finding.service is not None else None
    return [one.value for one in engine.Measure if engine.applies(one, finding.names, product_of(finding), service)]


def product_of(finding: Finding) -> tuple[str, str] | None:
    """(vendor, product) of a vulnerable product; None for a weak configuration."""
    vendor, _colon, product = finding.subject.partition(":")
    return (vendor, product) if finding.kind == FindingKind.PRODUCT else None


def _tell(row: Finding, deed: Deed, kind: FindingEventKind, by: str, now: datetime, **detail: Any) -> None:
    """One event in the history that people read, one in the audit trail."""
    told = {name: value for name, value in detail.items() if value}
    FindingEvent.objects.create(finding=row, kind=kind, at=now, by=by, detail=told)
    record(kind=f"finding-{deed.value.replace('_', '-')}", subject=row, by=by, at=now, **told)


def _compute_again(row: Finding, now: datetime) -> None:
    key = f"levels:finding:{row.establishment_id}"
    jobs.enqueue(LEVELS, key=key, now=now, priority=10, again=True, establishment_ids=[row.establishment_id])
