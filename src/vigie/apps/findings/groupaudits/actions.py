"""What an analyst does with the audit of a group; the table of what may follow what is in vigie.engine.group_audit."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.assets.models import Mandate
from vigie.apps.assets.queries import assets_of
from vigie.apps.audit.actions import record
from vigie.apps.findings import decisions
from vigie.apps.findings.enums import GroupAuditEventKind, GroupAuditState, ReviewVerdict
from vigie.apps.findings.models import Finding
from vigie.apps.findings.refusals import FindingRefused, Incomplete, NotFromHere
from vigie.apps.registry.models import Establishment, Group
from vigie.apps.registry.queries import members_of
from vigie.apps.scans import actions as scans
from vigie.apps.scans.enums import CampaignState
from vigie.data.params import follow_up_rule, group_audit_days
from vigie.engine import lifecycle
from vigie.engine.group_audit import Deed, State, decided, due_days

from .models import AuditedEstablishment, AuditRun, FollowUp, GroupAudit, GroupAuditEvent, ReviewedFinding
from .queries import seen_by_runs


class RunRefused(FindingRefused):
    """No run can start now; the sentence says why."""


@transaction.atomic
def prepare(*, group: Group, establishments: Iterable[Establishment] | None, by: str, now: datetime) -> GroupAudit:
    """Choose whom the audit concerns: these members of the group, or all of them when None. Raises Incomplete."""
    group = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    members = {one.pk: one for one in members_of(group.pk, now.date(), now)}
    chosen = set(members) if establishments is None else {one.pk for one in establishments}
    if not chosen:
        raise Incomplete(_("Choose at least one establishment: this group has no member to look at."), "establishments")
    if chosen - set(members):
        raise Incomplete(_("An establishment is not a member of this group today."), "establishments")
    if GroupAudit.objects.under_way().filter(group=group).exists():
        raise Incomplete(_("An audit of this group is under way: one at a time."), "group")
    audit = GroupAudit.objects.create(group=group, prepared_at=now)
    AuditedEstablishment.objects.bulk_create(
        AuditedEstablishment(audit=audit, establishment_id=pk) for pk in sorted(chosen)
    )
    tell(audit, GroupAuditEventKind.PREPARED, by, now, establishments=len(chosen))
    return audit


@transaction.atomic
def agree(*, audit: GroupAudit, signatory: str, on: date, reference: str, by: str, now: datetime) -> None:
    """Record who agreed for the group, and where it is written. Raises NotFromHere, Incomplete."""
    row = _moved(audit, Deed.AGREE)
    row.signatory = _given(signatory, "signatory", _("Say who agrees for the group."))[:120]
    row.agreement = _given(reference, "reference", _("Say where the agreement is written: its reference."))[:200]
    if on > now.date():
        raise Incomplete(_("The day of the agreement is in the future."), "on")
    row.agreed_on = on
    row.save(update_fields=["state", "signatory", "agreement", "agreed_on"])
    tell(row, GroupAuditEventKind.AGREED, by, now, signatory=row.signatory, reference=row.agreement, on=on.isoformat())


@transaction.atomic
def run(*, audit: GroupAudit, ports: Iterable[int], by: str, now: datetime) -> AuditRun:
    """Look at the perimeter, frozen by the first run; each establishment under its own mandate, or not at all.

    Raises NotFromHere, RunRefused, scans.NothingToAsk.
    """
    row = _moved(audit, Deed.RUN)
    if row.started_at is None:
        _freeze(row, now)
    row.started_at = row.started_at or now
    made = launch(row, ports, by=by, now=now)
    row.ports = made.campaign.ports
    row.save(update_fields=["state", "started_at", "ports"])
    tell(row, GroupAuditEventKind.RUN, by, now, campaign=made.campaign.pk, not_looked=len(made.campaign.not_looked))
    return made


def launch(audit: GroupAudit, ports: Iterable[int], *, by: str, now: datetime) -> AuditRun:
    """A campaign on the perimeter, inside the caller's transaction. Raises RunRefused, scans.NothingToAsk."""
    told = {"group": audit.group.name, "number": audit.runs.count() + 1}
    try:
        campaign = scans.start_campaign(
            name=(_("Audit of %(group)s, look %(number)d") % told)[:120],
            establishments=Establishment.objects.filter(pk__in=audit.perimeter.values("establishment")),
            ports=ports,
            by=by,
            now=now,
        )
    except scans.StopInForce as error:
        raise RunRefused(_("A stop is in force: nothing can be looked at before it is lifted.")) from error
    return AuditRun.objects.create(audit=audit, campaign=campaign)


def _freeze(audit: GroupAudit, now: datetime) -> None:
    allowed = set(Mandate.objects.in_force(now).values_list("establishment", flat=True))
    if not audit.perimeter.filter(establishment__in=allowed).exists():
        raise RunRefused(_("None of these establishments has a mandate in force: nobody may be looked at today."))
    for one in audit.perimeter.all():
        one.assets = [{"kind": str(asset.kind), "value": asset.value} for asset in assets_of(one.establishment_id, now)]
        one.had_mandate = one.establishment_id in allowed
        one.save(update_fields=["assets", "had_mandate"])


@transaction.atomic
def gather(*, audit: GroupAudit, by: str, now: datetime) -> int:
    """Take what the runs saw to the review; return how many are new there. Raises NotFromHere, RunRefused."""
    row = _moved(audit, Deed.GATHER)
    states = set(row.runs.values_list("campaign__state", flat=True))
    if CampaignState.RUNNING in states:
        raise RunRefused(_("A look of this audit is still running: wait for its end, or stop it."))
    if CampaignState.HELD in states:
        raise RunRefused(_("A look of this audit is held: a person must judge it first."))
    known = set(row.reviewed.values_list("finding", flat=True))
    fresh = [one for one in seen_by_runs(row).values_list("pk", flat=True) if one not in known]
    ReviewedFinding.objects.bulk_create([ReviewedFinding(audit=row, finding_id=pk) for pk in fresh], batch_size=500)
    row.save(update_fields=["state"])
    tell(row, GroupAuditEventKind.GATHERED, by, now, findings=len(fresh))
    return len(fresh)


@transaction.atomic
def confirm(*, audit: GroupAudit, finding: Finding, by: str, now: datetime) -> None:
    """It is a weakness. Raises NotFromHere."""
    row, item = _judging(audit, finding)
    if item.verdict == ReviewVerdict.REJECTED:
        raise NotFromHere(_("It was rejected: open the finding again first, its history says why."))
    item.verdict, item.reason, item.judged_at, item.judged_by = ReviewVerdict.CONFIRMED, "", now, by
    item.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])
    _judged(row, item, by, now)


@transaction.atomic
def reject(*, audit: GroupAudit, finding: Finding, reason: str, by: str, now: datetime) -> None:
    """It is none: a false positive, by the finding's own life cycle. Raises NotFromHere, Incomplete."""
    row, item = _judging(audit, finding)
    item.reason = _given(reason, "reason", _("Write the reason: it stays in the history."))
    if item.finding.is_standing:
        until = now + follow_up_rule(now.date()).longest(lifecycle.Deed.MARK_FALSE_POSITIVE)
        decisions.mark_false_positive(finding=item.finding, reason=item.reason, until=until, by=by, now=now)
    elif item.finding.state != lifecycle.State.FALSE_POSITIVE:
        raise NotFromHere(_("This finding is over already: there is nothing to reject."))
    item.verdict, item.judged_at, item.judged_by = ReviewVerdict.REJECTED, now, by
    item.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])
    _judged(row, item, by, now)


@transaction.atomic
def summarise(*, audit: GroupAudit, words: str, by: str, now: datetime) -> None:
    """Write the conclusion; "" goes back to the one that is drafted from the facts. Raises NotFromHere."""
    row = _moved(audit, Deed.SUMMARISE)
    row.conclusion = words.strip()
    row.save(update_fields=["conclusion"])
    tell(row, GroupAuditEventKind.SUMMARISED, by, now, drafted=not row.conclusion)


@transaction.atomic
def restitute(*, audit: GroupAudit, on: date, attendance: str, by: str, now: datetime) -> None:
    """It was told to the group; the follow-ups are due from that day on. Raises NotFromHere, Incomplete."""
    row = _moved(audit, Deed.RESTITUTE)
    left = row.reviewed.filter(verdict=ReviewVerdict.TO_REVIEW).count()
    if left:
        raise NotFromHere(_("%(n)d findings are not judged yet: confirm or reject each of them first.") % {"n": left})
    if on > now.date() or (row.started_at and on < row.started_at.date()):
        raise Incomplete(_("The restitution comes after the first look, and not after today."), "on")
    row.restituted_on = on
    row.attendance = _given(attendance, "attendance", _("Say who was there."))
    row.save(update_fields=["state", "restituted_on", "attendance"])
    FollowUp.objects.bulk_create(
        FollowUp(audit=row, days=days, due_on=due) for days, due in due_days(on, group_audit_days(on))
    )
    tell(row, GroupAuditEventKind.RESTITUTED, by, now, on=on.isoformat(), attendance=row.attendance)


@transaction.atomic
def close(*, audit: GroupAudit, words: str, by: str, now: datetime) -> None:
    """Nothing more will be followed up; what waits is dropped. Raises NotFromHere, Incomplete."""
    row = _ended(audit, Deed.CLOSE, words, now)
    row.follow_ups.waiting().update(missed=True)
    tell(row, GroupAuditEventKind.CLOSED, by, now, words=row.end_reason)


@transaction.atomic
def abandon(*, audit: GroupAudit, reason: str, by: str, now: datetime) -> None:
    """It will not be told to the group; findings stay what they are. Raises NotFromHere, Incomplete."""
    row = _ended(audit, Deed.ABANDON, reason, now)
    tell(row, GroupAuditEventKind.ABANDONED, by, now, words=row.end_reason)


def _ended(audit: GroupAudit, deed: Deed, words: str, now: datetime) -> GroupAudit:
    row = _moved(audit, deed)
    row.ended_at, row.end_reason = now, _given(words, "words", _("Write why: it stays in the history."))[:300]
    row.save(update_fields=["state", "ended_at", "end_reason"])
    return row


def _moved(audit: GroupAudit, deed: Deed) -> GroupAudit:
    """The row, locked, in its new state (not saved yet). Raises NotFromHere."""
    row = GroupAudit.objects.select_for_update(of=("self",)).select_related("group").get(pk=audit.pk)
    after = decided(State(row.state), deed)
    if after is None:
        told = {"state": GroupAuditState(row.state).label}
        raise NotFromHere(_("This cannot be done now: the audit is “%(state)s”.") % told)
    row.state = GroupAuditState(after)
    return row


def _judging(audit: GroupAudit, finding: Finding) -> tuple[GroupAudit, ReviewedFinding]:
    row = _moved(audit, Deed.JUDGE)
    item = row.reviewed.select_related("finding").filter(finding=finding).first()
    if item is None:
        raise NotFromHere(_("This finding is not under review in this audit."))
    return row, item


def _judged(row: GroupAudit, item: ReviewedFinding, by: str, now: datetime) -> None:
    row.reviewed_at = now
    row.save(update_fields=["reviewed_at"])
    detail = {"finding": item.finding_id, "verdict": str(item.verdict), "words": item.reason}
    tell(row, GroupAuditEventKind.JUDGED, by, now, **detail)


def _given(text: str, field: str, sentence: str) -> str:
    if not text.strip():
        raise Incomplete(sentence, field)
    return text.strip()


def tell(audit: GroupAudit, kind: GroupAuditEventKind, by: str, now: datetime, **detail: Any) -> None:
    """One event in the history that people read, one in the audit trail."""
    told = {name: value for name, value in detail.items() if value not in ("", None)}
    GroupAuditEvent.objects.create(audit=audit, kind=kind, at=now, by=by, detail=told)
    record(kind=f"group-audit-{kind.value.replace('_', '-')}", subject=audit, by=by, at=now, **told)
