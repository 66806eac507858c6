"""Findings: the list with its filters, one with all that is known of it, its history."""

from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import Router
from pydantic import Field

from vigie.apps.accounts.guard import holds_over
from vigie.apps.findings import queries
from vigie.apps.findings.enums import FindingKind, FindingState, Severity
from vigie.apps.findings.explaining import text_of
from vigie.apps.findings.filtering import PUT_DOWN, Wanted, in_state, matching
from vigie.apps.findings.guard import FINDING
from vigie.apps.findings.models import Finding, FindingEvent
from vigie.apps.registry.enums import Right
from vigie.apps.timeline import as_of_day

from .access import caller, needs
from .paging import Asked, Cursor, Format, Limit, Order, each, listing
from .problems import invalid
from .schemas import values
from .schemas.findings import (
    Events,
    EvidenceOut,
    FindingDetail,
    Findings,
    LinkOut,
    PlanOut,
    TextOut,
    event_out,
    facts,
    finding_out,
    measure_out,
)

router = Router(tags=[_("Findings")])
WORST_FIRST = Order("findings-worst-first", queries.WORST_FIRST)
ENDED_LAST = Order("findings-ended-last", ("-closed_at", "pk"))
AS_IT_WENT = Order("events", ("pk",))


@router.get("/findings", response=Findings, summary=_("List findings, worst first; those put down, the last first"))
@needs(Right.FINDINGS)
def findings(
    request: HttpRequest,
    q: Annotated[values.Query, Field(description="In the establishment's name, subject, address or host name.")] = "",
    state: Annotated[FindingState | None, Field(description="Those to mend when it is not given.")] = None,
    severity: Severity | None = None,
    kind: FindingKind | None = None,
    establishment: values.Finess = "",
    subject: values.Line = "",
    exploited: bool = False,
    late: bool = False,
    as_of: values.AsOfDay = None,
    cursor: Cursor = "",
    limit: Limit = 100,
    format: Format = "json",  # noqa: A002 -- the name that the pages give to the same question
) -> Findings | StreamingHttpResponse:
    asked, now = as_of_day(as_of, timezone.now()), timezone.now()
    if state and asked.is_past:
        raise invalid("query.state", gettext("At a past date, only what was to be mended is known."))
    wanted = Wanted(q, state or "", severity or "", kind or "", establishment, subject, exploited, late)
    rows = matching(queries.ranked(in_state(wanted, asked).visible_to(caller(request).user, now)), wanted, asked)
    order = ENDED_LAST if state in PUT_DOWN else WORST_FIRST
    return listing(rows, order, Asked(cursor, limit, format), each(finding_out), Findings, f"findings-{asked.day}")  # type: ignore[return-value]


@router.get("/findings/{int:pk}", response=FindingDetail, summary=_("Read one finding, and what to do about it"))
@needs(Right.FINDINGS, of=FINDING)
def finding(request: HttpRequest, pk: int) -> FindingDetail:
    one = get_object_or_404(queries.ranked(Finding.objects.all()), pk=pk)
    links, plan = queries.links_of(one), queries.plan_of(one)
    text = text_of(one, len(links), "en" if (get_language() or "").startswith("en") else "fr")
    may_prove = holds_over(caller(request).user, Right.EVIDENCE, one.establishment, timezone.now())
    return FindingDetail(
        **facts(one),
        text=TextOut.model_validate(text) if text else None,
        evidence=[EvidenceOut.model_validate(row) for row in one.evidence] if may_prove else None,
        links=[
            LinkOut(
                cve=link.vulnerability.cve,
                verdict=link.verdict,
                since=link.since,
                ended_at=link.ended_at,
                exploited=link.vulnerability.kev_on is not None,
            )
            for link in links
        ],
        plan=PlanOut.model_validate(plan) if plan else None,
        measures=[measure_out(row) for row in queries.measures_of(one)],
        reopened=one.reopened,
        policy=one.policy,
    )


@router.get("/findings/{int:pk}/events", response=Events, summary=_("Read the history of a finding, oldest first"))
@needs(Right.FINDINGS, of=FINDING)
def finding_events(request: HttpRequest, pk: int, cursor: Cursor = "", limit: Limit = 100) -> Events:
    rows = FindingEvent.objects.filter(finding=pk)
    return listing(rows, AS_IT_WENT, Asked(cursor, limit), each(event_out), Events, "events")  # type: ignore[return-value]
