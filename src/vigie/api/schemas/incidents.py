"""Incidents, what was declared of them, what the law asks, and what was done to help."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from vigie.apps.incidents.answering import typed_again
from vigie.apps.incidents.enums import (
    AttachmentState,
    CareMode,
    Certainty,
    EntryEquipment,
    EntryVector,
    IncidentAuthority,
    IncidentCause,
    IncidentGravity,
    IncidentKind,
    IncidentOrigin,
    IncidentReach,
    IncidentRegime,
    IncidentState,
    KnownAnswer,
    ObligationStage,
    PatientDanger,
    ReceivedBy,
    RsitClass,
    SystemState,
    VersionKind,
)
from vigie.apps.incidents.models import (
    Attachment,
    Declaration,
    DeclarationVersion,
    Incident,
    Obligation,
    Submission,
    SupportEntry,
)

from ..paging import Page
from .values import PRINTED, WRITTEN, Given, Told

Short = Annotated[str, StringConstraints(max_length=1000)]
Long = Annotated[str, StringConstraints(max_length=20_000)]


class IncidentOut(Told):
    id: int
    establishment: str | None = Field(description="FINESS number; null: of several structures, or named in words.")
    is_shared: bool = Field(description="Of a provider: it links the declarations of many structures.")
    provider: str
    title: str
    state: IncidentState
    kind: IncidentKind
    rsit_class: RsitClass
    origin: IncidentOrigin
    gravity: IncidentGravity
    cause: IncidentCause
    vector: EntryVector
    equipment: EntryEquipment
    care: CareMode
    care_hours: int | None
    danger: PatientDanger
    data_loss: KnownAnswer
    data_integrity: KnownAnswer
    data_disclosure: KnownAnswer
    natures: list[str]
    system: SystemState
    reach: IncidentReach
    others_concerned: KnownAnswer
    ongoing: KnownAnswer
    wants_help: KnownAnswer
    taxonomy: str
    started_at: datetime | None
    discovered_at: datetime | None
    declared_at: datetime | None
    confirmed_at: datetime | None = Field(description="When somebody answered for a declaration of it; null: nobody.")
    acknowledged_at: datetime | None
    qualified_at: datetime | None
    escalated_at: datetime | None = Field(description="When it was passed on to ANSSI.")
    contained_at: datetime | None
    restored_at: datetime | None
    ended_at: datetime | None
    reopened: int


class Incidents(Page[IncidentOut]):
    pass


class OutlineOut(Told):
    id: int
    establishment: str | None
    name: str
    state: IncidentState
    care: CareMode
    care_hours: int | None
    danger: PatientDanger
    ongoing: KnownAnswer
    discovered_at: datetime | None
    declared_at: datetime | None
    restored_at: datetime | None
    ended_at: datetime | None


class Outlines(Page[OutlineOut]):
    pass


class SupportGivenOut(Told):
    id: int
    at: datetime
    recorded_at: datetime
    by: str
    words: str
    minutes: int


class Support(Page[SupportGivenOut]):
    pass


class SupportIn(Given):
    words: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=WRITTEN)]
    minutes: int = Field(ge=1, le=24 * 60)
    at: datetime | None = Field(None, description="When it was done; now when it is not said.")


class SubmissionOut(Told):
    id: int
    at: datetime
    by: str
    authority_reference: str
    is_enough: bool | None = Field(description="Null: nobody reviewed it.")


class ObligationOut(Told):
    id: int
    declaration: str = Field(description="Its reference.")
    regime: IncidentRegime
    stage: ObligationStage
    authority: IncidentAuthority
    certainty: Certainty = Field(description="yes: it applies; unknown: it may, `why` says what would settle it.")
    why: list[str]
    policy: str
    due_at: datetime | None = Field(description="Null: its clock waits for an earlier stage.")
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    late: bool


class Obligations(Page[ObligationOut]):
    pass


class SubmissionIn(Given):
    at: datetime | None = Field(None, description="When it was sent to the authority; now when it is not said.")
    authority_reference: Annotated[str, StringConstraints(max_length=100, pattern=PRINTED)] = ""


class AnswersIn(Given):
    """The four blocks of the form. Where, what was seen and when are needed; “unknown” is always an answer."""

    finess: Short = ""
    structure: Short = Field("", description="Needed when there is no FINESS number.")
    place: Short = ""
    name: Short = ""
    function: Short = ""
    email: Short = ""
    telephone: Short = ""
    discovered_at: datetime
    started_at: datetime | None = None
    seen: Long
    extent: Long = ""
    care: CareMode = CareMode.UNKNOWN
    care_hours: int | None = None
    ongoing: KnownAnswer = KnownAnswer.UNKNOWN
    wants_help: KnownAnswer = KnownAnswer.UNKNOWN
    data_loss: KnownAnswer = KnownAnswer.UNKNOWN
    data_integrity: KnownAnswer = KnownAnswer.UNKNOWN
    data_disclosure: KnownAnswer = KnownAnswer.UNKNOWN
    natures: Annotated[list[Short], Field(max_length=10)] = []
    people: int | None = None
    danger: PatientDanger = PatientDanger.UNKNOWN
    system: SystemState = SystemState.UNKNOWN
    reach: IncidentReach = IncidentReach.UNKNOWN
    others_concerned: KnownAnswer = KnownAnswer.UNKNOWN
    kind: IncidentKind = IncidentKind.UNKNOWN
    cause: IncidentCause = IncidentCause.UNKNOWN
    vector: EntryVector = EntryVector.UNKNOWN
    equipment: EntryEquipment = EntryEquipment.UNKNOWN
    provider: Short = ""
    measures: Long = ""

    def typed(self) -> Mapping[str, str]:
        """As the form sends them."""
        told = {name: value for name, value in self.model_dump(mode="json").items() if value is not None}
        return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in told.items()}


class DeclarationIn(Given):
    key: UUID | None = Field(None, description="Drawn by you: the same key sent again is the same declaration.")
    answers: AnswersIn
    received_by: ReceivedBy | None = Field(None, description="For the cell alone: telephone or paper.")
    received_at: datetime | None = Field(None, description="For the cell alone: when it was really received.")


class FollowUpIn(Given):
    answers: AnswersIn
    resolution: bool = Field(False, description="It is over: everything works again.")


class DeclarationOut(Told):
    reference: str
    incident: int
    state: IncidentState
    establishment: str | None
    received_by: ReceivedBy
    received_at: datetime
    submitted_at: datetime
    confirmed_at: datetime | None
    resolved_at: datetime | None


class Declarations(Page[DeclarationOut]):
    pass


class DeclarationVersionOut(Told):
    number: int
    kind: VersionKind
    at: datetime
    recorded_at: datetime
    by: str
    answers: dict[str, str] = Field(description="What was said, whole: field -> text, as the form takes it.")


class FileOut(Told):
    uid: UUID
    name: str
    media_type: str = Field(description="As found in its bytes.")
    size: int
    sha256: str
    state: AttachmentState
    at: datetime
    by: str


class DeclarationDetail(DeclarationOut):
    versions: list[DeclarationVersionOut]
    files: list[FileOut]


def incident_out(row: Incident) -> IncidentOut:
    same = {name: getattr(row, name) for name in IncidentOut.model_fields if name not in {"id", "establishment"}}
    return IncidentOut(id=row.pk, establishment=row.establishment.finess if row.establishment else None, **same)


def outline_out(row: Incident) -> OutlineOut:
    beside = {"id", "establishment", "name"}
    same = {name: getattr(row, name) for name in OutlineOut.model_fields if name not in beside}
    one = row.establishment
    return OutlineOut(id=row.pk, establishment=one.finess if one else None, name=one.name if one else "", **same)


def declaration_out(row: Declaration) -> DeclarationOut:
    return DeclarationOut(**_of_declaration(row))


def declaration_detail(row: Declaration) -> DeclarationDetail:
    versions = [version_out(one) for one in row.versions.order_by("number")]
    files = [file_out(one) for one in row.attachments.order_by("pk")]
    return DeclarationDetail(**_of_declaration(row), versions=versions, files=files)


def _of_declaration(row: Declaration) -> dict[str, object]:
    plain = "reference", "received_by", "received_at", "submitted_at", "confirmed_at", "resolved_at"
    beside = {
        "incident": row.incident_id,
        "state": row.incident.state,
        "establishment": row.establishment.finess if row.establishment else None,
    }
    return beside | {name: getattr(row, name) for name in plain}


def version_out(row: DeclarationVersion) -> DeclarationVersionOut:
    plain = "number", "kind", "at", "recorded_at", "by"
    return DeclarationVersionOut(answers=typed_again(row), **{name: getattr(row, name) for name in plain})


def file_out(row: Attachment) -> FileOut:
    return FileOut.model_validate(row)


def obligation_out(row: Obligation, now: datetime) -> ObligationOut:
    plain = "regime", "stage", "authority", "certainty", "why", "policy", "due_at", "submitted_at", "withdrawn_at"
    same = {name: getattr(row, name) for name in plain}
    return ObligationOut(id=row.pk, declaration=row.declaration.reference, late=row.is_late(now), **same)


def submission_out(row: Submission) -> SubmissionOut:
    return SubmissionOut.model_validate(row)


def support_out(row: SupportEntry) -> SupportGivenOut:
    return SupportGivenOut.model_validate(row)
