"""What is done about a finding: the same decisions as on its page, by the same actions."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from vigie.apps.accounts.queries import people_over
from vigie.apps.findings import decisions, planning, queries, retesting
from vigie.apps.findings.guard import FINDING
from vigie.apps.findings.models import Finding, Measure
from vigie.apps.registry.enums import Right

from .access import caller, needs
from .problems import Problem, invalid
from .schemas.findings import (
    AsideIn,
    AssignIn,
    FindingOut,
    FixIn,
    FixOut,
    NoteIn,
    PlanIn,
    ProofIn,
    ReasonIn,
    RetestOut,
    RiskIn,
    finding_out,
    retest_out,
)

router = Router(tags=[_("What is done about a finding")])


def _found(pk: int) -> Finding:
    return get_object_or_404(Finding.objects.select_related("establishment"), pk=pk)


def _told(pk: int) -> FindingOut:
    return finding_out(queries.ranked(Finding.objects.all()).get(pk=pk))


def _end_of(day: date) -> datetime:
    """That day included, in the time of the people."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(days=1)


@router.post("/findings/{int:pk}/acknowledge", response=FindingOut, summary=_("Say that somebody has it in hand"))
@needs(Right.ACT, of=FINDING)
def acknowledge_finding(request: HttpRequest, pk: int) -> FindingOut:
    decisions.acknowledge(finding=_found(pk), by=caller(request).by, now=timezone.now())
    return _told(pk)


@router.post("/findings/{int:pk}/plan", response=FindingOut, summary=_("Plan the correction; no deadline moves"))
@needs(Right.ACT, of=FINDING)
def plan_finding(request: HttpRequest, pk: int, told: PlanIn) -> FindingOut:
    asked = told.model_dump() | {"constraint": told.constraint or ""}
    planning.plan(finding=_found(pk), by=caller(request).by, now=timezone.now(), **asked)
    return _told(pk)


@router.post(
    "/findings/{int:pk}/fix", response=FixOut, summary=_("Declare that it is mended: it is looked at again at once")
)
@needs(Right.ACT, of=FINDING)
def declare_fix(request: HttpRequest, pk: int, told: FixIn) -> FixOut:
    one, now = _found(pk), timezone.now()
    _retest, why_not = decisions.declare_fix(finding=one, by=caller(request).by, now=now, words=told.words)
    status = queries.last_retest(one)
    return FixOut(finding=_told(pk), retest=retest_out(status) if status else None, why_not=why_not)


@router.post("/findings/{int:pk}/retest", response={202: RetestOut}, summary=_("Have it looked at again now"))
@needs(Right.ACT, of=FINDING)
def retest_finding(request: HttpRequest, pk: int) -> Status[RetestOut]:
    one = _found(pk)
    retesting.retest(finding=one, by=caller(request).by, now=timezone.now())
    return Status(202, _last_look(one))


@router.get("/findings/{int:pk}/retest", response=RetestOut, summary=_("Read what the last look on request said"))
@needs(Right.FINDINGS, of=FINDING)
def retest_answer(request: HttpRequest, pk: int) -> RetestOut:
    return _last_look(_found(pk))


def _last_look(one: Finding) -> RetestOut:
    status = queries.last_retest(one)
    if status is None:
        raise Problem("not-found", gettext("Nobody asked for another look."))
    return retest_out(status)


@router.post("/findings/{int:pk}/false-positive", response=FindingOut, summary=_("Say that it is none, until a day"))
@needs(Right.ACT, of=FINDING)
def mark_false_positive(request: HttpRequest, pk: int, told: AsideIn) -> FindingOut:
    who, until = caller(request).by, _end_of(told.until)
    decisions.mark_false_positive(finding=_found(pk), reason=told.reason, until=until, by=who, now=timezone.now())
    return _told(pk)


@router.post("/findings/{int:pk}/accept-risk", response=FindingOut, summary=_("Accept the risk, until a day"))
@needs(Right.ACT, of=FINDING)
def accept_risk(request: HttpRequest, pk: int, told: RiskIn) -> FindingOut:
    decisions.accept_risk(
        finding=_found(pk),
        reason=told.reason,
        measures=told.measures,
        shown=told.shown,
        until=_end_of(told.until),
        by=caller(request).by,
        now=timezone.now(),
    )
    return _told(pk)


@router.post("/findings/{int:pk}/retire", response=FindingOut, summary=_("Say that the equipment is out of service"))
@needs(Right.ACT, of=FINDING)
def retire_asset(request: HttpRequest, pk: int, told: ReasonIn) -> FindingOut:
    decisions.retire_asset(finding=_found(pk), reason=told.reason, by=caller(request).by, now=timezone.now())
    return _told(pk)


@router.post("/findings/{int:pk}/reopen", response=FindingOut, summary=_("Say that it is not over"))
@needs(Right.ACT, of=FINDING)
def reopen_finding(request: HttpRequest, pk: int, told: ReasonIn) -> FindingOut:
    decisions.reopen(finding=_found(pk), reason=told.reason, by=caller(request).by, now=timezone.now())
    return _told(pk)


@router.post("/findings/{int:pk}/note", response=FindingOut, summary=_("Add a note to its history"))
@needs(Right.ACT, of=FINDING)
def note_finding(request: HttpRequest, pk: int, told: NoteIn) -> FindingOut:
    planning.note(finding=_found(pk), words=told.words, by=caller(request).by, now=timezone.now())
    return _told(pk)


@router.post("/findings/{int:pk}/assign", response=FindingOut, summary=_("Give it to somebody, or to nobody"))
@needs(Right.ACT, of=FINDING)
def assign_finding(request: HttpRequest, pk: int, told: AssignIn) -> FindingOut:
    one, now = _found(pk), timezone.now()
    to = None
    if told.to is not None:
        to = people_over(one.establishment, Right.ACT, now).filter(email__iexact=told.to).first()
        if to is None:
            raise invalid("body.to", gettext("Nobody of that address may act on this finding."))
    planning.assign(finding=one, to=to, by=caller(request).by, now=now)
    return _told(pk)


@router.post(
    "/findings/{int:pk}/measures/{int:measure}/verify",
    response=FindingOut,
    summary=_("Verify a compensating measure that somebody else recorded"),
)
@needs(Right.ACT, of=FINDING)
def verify_measure(request: HttpRequest, pk: int, measure: int, told: ProofIn) -> FindingOut:
    row = get_object_or_404(Measure, pk=measure, finding=pk)
    planning.verify_measure(measure=row, proof=told.proof, by=caller(request).by, now=timezone.now())
    return _told(pk)
