"""Write what one judgement changes for one finding: its row, its vulnerabilities, its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.apps.scans.models import Look, Service
from vigie.apps.vulns.enums import MatchVerdict
from vigie.data.params import absence_rule, deadline_policy, priority_table
from vigie.engine.lifecycle import Seen, State, Transition, next_step
from vigie.engine.outcome import Evidence
from vigie.engine.priority import Case

from .enums import CloseReason, FindingEventKind, FindingState
from .judging import Judgement, is_exposed
from .models import Finding, FindingEvent, FindingVulnerability

ENDS = {Transition.CLOSE, Transition.END}
STILL_WEAK = {Transition.CONFIRM, Transition.SEEN_AGAIN, Transition.REFUTE, Transition.REOPEN}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What made us judge: a look, or new knowledge about vulnerabilities (then `look` is None)."""

    service: Service
    look: Look | None
    at: datetime  # when the service answered, or when the knowledge came
    by: str
    held: frozenset[tuple[str, str]] = frozenset()  # kinds of weakness that a person must judge before any ends

    def holds(self, finding: Finding) -> bool:
        return (finding.kind, finding.subject) in self.held

    @property
    def seen_at(self) -> datetime:
        """When what is judged was seen: new knowledge judges what an older look saw."""
        return self.at if self.look is not None else self.service.last_confirmed

    @property
    def was_asked_for(self) -> bool:
        return self.look is not None and self.look.shard.campaign.is_retest

    def note(self, finding: Finding, kind: FindingEventKind, **detail: Any) -> None:
        FindingEvent.objects.create(finding=finding, kind=kind, at=self.at, by=self.by, look=self.look, detail=detail)


def apply(judgement: Judgement, finding: Finding | None, occasion: Occasion) -> bool:
    """Write the transition; True when something other than the date of confirmation changed."""
    if finding is None:
        return judgement.seen is Seen.WEAK and _detect(judgement, occasion)
    step = next_step(
        State(finding.state),
        _seen(judgement, finding),
        absent_since=finding.absent_since,
        looked_at=occasion.seen_at,
        rule=absence_rule(occasion.at.date()),
        decided_at=_decided_at(finding, occasion),
    )
    if step in ENDS and occasion.holds(finding):
        return False
    if step is Transition.CLOSE:
        end(finding, FindingState.CLOSED, judgement.reason or CloseReason.CHECK_PASSED, occasion, judgement)
    elif step is Transition.WAIT:
        finding.absences, finding.absent_since = finding.absences + 1, occasion.at
        finding.save(update_fields=["absences", "absent_since"])
        occasion.note(finding, FindingEventKind.ABSENT_ONCE)
    elif step is Transition.END:
        end(finding, FindingState.NO_LONGER_OBSERVED, judgement.reason or CloseReason.NOT_OBSERVED, occasion)
    elif step in STILL_WEAK:
        return _still_weak(step, judgement, finding, occasion)
    return step in ENDS


def _seen(judgement: Judgement, finding: Finding) -> Seen:
    """A version is no proof while a vulnerability of the finding cannot be ruled out for it."""
    if judgement.seen is Seen.MENDED and judgement.unsure & linked(finding):
        return Seen.UNKNOWN
    return judgement.seen


def _decided_at(finding: Finding, occasion: Occasion) -> datetime | None:
    """When a person said that nothing weak is there any more; None when nobody did, or the look was asked for since."""
    said = {FindingState.FIX_DECLARED: finding.fix_declared_at, FindingState.ASSET_RETIRED: finding.closed_at}
    at = said.get(FindingState(finding.state))
    # Begun after the decision on the clock of the database: a worker's own clock, a second slow, does not undo that.
    began = occasion.look.shard.campaign.started_at if occasion.look is not None else None
    return None if at is None or (began is not None and began >= at) else at


def linked(finding: Finding) -> set[int]:
    """Its vulnerabilities of today; reads what was prefetched."""
    return {link.vulnerability_id for link in finding.links.all() if link.ended_at is None}


def _detect(judgement: Judgement, occasion: Occasion) -> bool:
    service = occasion.service
    policy = deadline_policy(occasion.at.date())
    exposed = is_exposed(service.address)
    finding = Finding(
        establishment_id=service.establishment_id,
        address=service.address,
        domain=service.domain,
        port=service.port,
        transport=service.transport,
        kind=judgement.kind,
        subject=judgement.subject,
        exposed=exposed,
        first_seen=occasion.at,
        last_confirmed=occasion.at,
        deadline=policy.deadline(occasion.at, judgement.severity, exploited=judgement.exploited, exposed=exposed),
        policy=policy.slug,
    )
    _describe(finding, judgement, occasion)
    finding.save(force_insert=True)
    occasion.note(finding, FindingEventKind.DETECTED, **_facts(finding))
    _link(finding, judgement.affected, occasion.at)
    return True


def _still_weak(step: Transition, judgement: Judgement, finding: Finding, occasion: Occasion) -> bool:
    before = _facts(finding)
    _describe(finding, judgement, occasion)
    if occasion.look is not None:
        finding.last_confirmed = occasion.at
        finding.absences, finding.absent_since = 0, None
    if step is Transition.REOPEN:
        finding.reopened += 1
        bring_back(finding)
        occasion.note(finding, FindingEventKind.REOPENED, first_seen=finding.first_seen.isoformat())
    elif step is Transition.REFUTE:
        finding.state, finding.fix_declared_at = FindingState.ACKNOWLEDGED, None
        occasion.note(finding, FindingEventKind.FIX_REFUTED)
    elif step is Transition.SEEN_AGAIN and occasion.look is not None:
        occasion.note(finding, FindingEventKind.SEEN_AGAIN)
    elif occasion.was_asked_for:
        occasion.note(finding, FindingEventKind.STILL_THERE)
    if finding.state == FindingState.RISK_ACCEPTED and finding.exploited and not before["exploited"]:
        # What was accepted was not this: attackers use it now.
        bring_back(finding)
        occasion.note(finding, FindingEventKind.REOPENED, first_seen=finding.first_seen.isoformat())
    moved = _bring_forward(finding, occasion.at, was_exploited=before["exploited"])
    finding.save()
    relinked = _relink(finding, judgement, occasion.at)
    after = _facts(finding)
    if moved or relinked or after != before:
        occasion.note(finding, FindingEventKind.CONFIRMED_CHANGED, before=before, after=after, **moved)
    return bool(moved or relinked or after != before or step in {Transition.REOPEN, Transition.REFUTE})


def bring_back(finding: Finding) -> None:
    """Open again, as on its first day; its date and its deadline stay. Not saved."""
    finding.state, finding.closed_at, finding.close_reason = FindingState.OPEN, None, ""
    finding.until, finding.decision, finding.fix_declared_at = None, "", None


def _describe(finding: Finding, judgement: Judgement, occasion: Occasion) -> None:
    finding.service = occasion.service
    finding.names = list(judgement.names)
    finding.seen_version = judgement.seen_version
    finding.fixed_version = judgement.fixed_version[:60]
    finding.severity = judgement.severity
    finding.exploited = judgement.exploited
    finding.remote_access = judgement.remote_access
    finding.evidence = [_told(evidence) for evidence in judgement.evidence]
    finding.priority = priority_table(occasion.at.date()).decide(
        Case(judgement.severity, judgement.exploited, judgement.epss, finding.exposed, judgement.remote_access)
    )


def _told(evidence: Evidence) -> dict[str, str]:
    return {"label": evidence.label, "value": evidence.value}


def _facts(finding: Finding) -> dict[str, Any]:
    return {
        "version": finding.seen_version,
        "fixed_version": finding.fixed_version,
        "severity": str(finding.severity),
        "exploited": finding.exploited,
    }


def _bring_forward(finding: Finding, at: datetime, *, was_exploited: bool) -> dict[str, str]:
    """A deadline is written once. One thing alone shortens it: attackers began to use the weakness."""
    if was_exploited or not (finding.exploited and finding.exposed):
        return {}
    policy = deadline_policy(at.date())
    sooner = at + policy.exploited_and_exposed
    if sooner >= finding.deadline:
        return {}
    moved = {"deadline_before": finding.deadline.isoformat(), "deadline_after": sooner.isoformat()}
    finding.deadline, finding.policy = sooner, policy.slug
    return moved


def _link(finding: Finding, vulnerabilities: Iterable[int], at: datetime) -> None:
    FindingVulnerability.objects.bulk_create(
        FindingVulnerability(finding=finding, vulnerability_id=pk, verdict=MatchVerdict.AFFECTED, since=at)
        for pk in vulnerabilities
    )


def _relink(finding: Finding, judgement: Judgement, at: datetime) -> bool:
    """Add what is new, end what is ruled out, keep what cannot be told."""
    had = linked(finding)
    now = set(judgement.affected)
    ended = had - now - judgement.unsure
    if ended:
        finding.links.filter(ended_at=None, vulnerability__in=ended).update(ended_at=at)
    _link(finding, sorted(now - had), at)
    return bool(ended or now - had)


def end(
    finding: Finding,
    state: FindingState,
    reason: CloseReason,
    occasion: Occasion,
    judgement: Judgement | None = None,
) -> None:
    finding.state, finding.closed_at, finding.close_reason = state, occasion.at, reason
    finding.until, finding.decision = None, ""
    finding.save(update_fields=["state", "closed_at", "close_reason", "until", "decision"])
    finding.links.filter(ended_at=None).update(ended_at=occasion.at)
    kind = FindingEventKind.CLOSED if state == FindingState.CLOSED else FindingEventKind.NO_LONGER_OBSERVED
    detail = {"version": judgement.seen_version} if judgement and judgement.seen_version else {}
    occasion.note(finding, kind, reason=reason.value, **detail)
