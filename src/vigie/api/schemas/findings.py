"""Findings, their history, and what people do about them."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from vigie.apps.findings.enums import (
    CloseReason,
    FindingEventKind,
    FindingKind,
    FindingState,
    MeasureKind,
    PlanConstraint,
    Priority,
    RetestAnswer,
    Severity,
)
from vigie.apps.findings.models import Finding, FindingEvent, Measure
from vigie.apps.findings.queries import RetestStatus

from ..paging import Page
from .values import Day, Given, Line, Told, Words


class FindingOut(Told):
    id: int
    establishment: str = Field(description="FINESS number.")
    kind: FindingKind
    subject: str = Field(description="The slug of a check, or vendor:product.")
    seen_version: str
    fixed_version: str
    address: str = Field(description="Empty when it is of a domain.")
    domain: str = Field(description="The domain that publishes it; empty when it is at an address.")
    port: int
    names: list[str]
    state: FindingState
    severity: Severity
    priority: Priority
    exploited: bool
    remote_access: bool
    vulnerabilities: int = Field(description="How many are behind it today.")
    first_seen: datetime
    last_confirmed: datetime
    deadline: datetime
    closed_at: datetime | None
    close_reason: CloseReason | None
    until: datetime | None = Field(description="When what was set aside comes back by itself.")


class Findings(Page[FindingOut]):
    pass


class EvidenceOut(Told):
    label: str
    value: str


class LinkOut(Told):
    cve: str
    verdict: str
    since: datetime
    ended_at: datetime | None
    exploited: bool


class PlanOut(Told):
    owner: str
    on: date
    window: str
    constraint: str
    made_at: datetime


class MeasureOut(Told):
    id: int
    kind: MeasureKind | None = Field(description="When a look verifies it; null: a person does.")
    text: str
    recorded_at: datetime
    verified_at: datetime | None
    proof: str


class TextOut(Told):
    title: str
    what: str
    why_for_care: str
    steps: list[str]
    meanwhile: str = Field(description="When it cannot be mended now.")
    minutes: int = Field(description="Of work, in the usual case.")
    verified_by: str


class FindingDetail(FindingOut):
    text: TextOut | None = Field(description="What to do, in the reader's language; null while nobody wrote it.")
    evidence: list[EvidenceOut] | None = Field(description="Null without the right to read evidence.")
    links: list[LinkOut]
    plan: PlanOut | None
    measures: list[MeasureOut]
    reopened: int
    policy: str = Field(description="The dated rule that wrote the deadline.")


class EventOut(Told):
    id: int
    kind: FindingEventKind
    at: datetime
    by: str
    reason: str
    words: str


class Events(Page[EventOut]):
    pass


class RetestOut(Told):
    answer: RetestAnswer
    running: bool
    asked_at: datetime
    ended_at: datetime | None
    reasons: list[str] = Field(description="Why it could not be told.")


class FixOut(Told):
    finding: FindingOut
    retest: RetestOut | None
    why_not: str = Field(description="Why no look can be made now; the declaration stands.")


Shown = Annotated[list[MeasureKind], Field(max_length=len(MeasureKind))]
Measures = Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=20)]


class PlanIn(Given):
    owner: Line = Field(description="A person, a team or a vendor.")
    on: Day
    window: Line = ""
    constraint: PlanConstraint | None = None
    measures: Measures = []
    shown: Shown = []


class FixIn(Given):
    words: Annotated[str, Field(max_length=2000)] = ""


class ReasonIn(Given):
    reason: Words


class AsideIn(ReasonIn):
    until: Day = Field(description="That day included. Then it is open again by itself.")


class RiskIn(AsideIn):
    measures: Measures = Field(default=[], description="What holds the risk down meanwhile.")
    shown: Shown = Field(default=[], description="Measures that a look verifies.")


class NoteIn(Given):
    words: Words


class AssignIn(Given):
    to: Annotated[str, Field(max_length=254)] | None = Field(description="E-mail address of who follows it, or null.")


class ProofIn(Given):
    proof: Words


def finding_out(row: Finding) -> FindingOut:
    """Of a row of `queries.ranked`, which carries its establishment and how many vulnerabilities are behind it."""
    return FindingOut(**facts(row))


def facts(row: Any) -> dict[str, Any]:
    plain = (
        "kind", "subject", "seen_version", "fixed_version", "address", "domain", "port", "state", "severity",
        "priority", "exploited", "remote_access", "first_seen", "last_confirmed", "deadline", "closed_at", "until",
    )  # fmt: skip
    known = row.close_reason if row.close_reason in CloseReason.values else None
    return {name: getattr(row, name) for name in plain} | {
        "id": row.pk,
        "establishment": row.establishment.finess,
        "names": [name for name in row.names if name],
        "vulnerabilities": row.vulnerability_count,
        "close_reason": known,
    }


def event_out(row: FindingEvent) -> EventOut:
    return EventOut(id=row.pk, kind=row.kind, at=row.at, by=row.by, reason=row.reason, words=row.words)


def retest_out(status: RetestStatus) -> RetestOut:
    return RetestOut(
        answer=status.answer,
        running=status.is_running,
        asked_at=status.retest.asked_at,
        ended_at=status.ended_at,
        reasons=list(status.reasons),
    )


def measure_out(row: Measure) -> MeasureOut:
    return MeasureOut(
        id=row.pk,
        kind=MeasureKind(row.kind) if row.kind else None,
        text=row.words,
        recorded_at=row.recorded_at,
        verified_at=row.verified_at,
        proof=row.proof,
    )
