"""What is stored of an incident's life. The axes by which it is told are in axes.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .axes import (
    CareMode,
    DataNature,
    EntryEquipment,
    EntryVector,
    IncidentCause,
    IncidentGravity,
    IncidentKind,
    IncidentOrigin,
    IncidentReach,
    KnownAnswer,
    PatientDanger,
    RsitClass,
    SystemState,
)

__all__ = [
    "AssessedBy", "AttachmentState", "CareMode", "Certainty", "ConditionName", "DataNature", "EntryEquipment",
    "EntryVector", "IncidentAuthority", "IncidentCause", "IncidentEventKind", "IncidentGravity", "IncidentKind",
    "IncidentOrigin", "IncidentReach", "IncidentRegime", "IncidentState", "KnownAnswer", "ObligationStage",
    "PatientDanger", "ReceivedBy", "RsitClass", "SystemState", "VersionKind",
]  # fmt: skip


class IncidentState(TextChoices):
    """The same slugs as vigie.engine.incidents.lifecycle.State, where the transitions are; a test compares them."""

    DRAFT = "draft", pgettext_lazy("incident", "draft")
    DECLARED = "declared", pgettext_lazy("incident", "declared")
    QUALIFYING = "qualifying", _("being qualified")
    QUALIFIED = "qualified", pgettext_lazy("incident", "qualified")
    HANDLING = "handling", _("being handled")
    CONTAINED = "contained", _("contained: it spreads no more")
    RESTORED = "restored", _("restored: care and systems run as before")
    CLOSED = "closed", pgettext_lazy("incident", "closed")
    NOT_AN_INCIDENT = "not_an_incident", _("not an incident")
    MERGED = "merged", _("merged into another incident")


class IncidentEventKind(TextChoices):
    DECLARED = "declared", pgettext_lazy("incident", "declared")
    CONFIRMED = "confirmed", _("e-mail address confirmed by the declarant")
    COMPLETED = "completed", _("completed by the declarant")
    RESOLUTION = "resolution", _("declared resolved by the declarant")
    QUALIFYING = "qualifying", _("taken in hand")
    QUALIFIED = "qualified", pgettext_lazy("incident", "qualified")
    ASSESSED = "assessed", _("assessment changed")
    HANDLING = "handling", _("being handled")
    CONTAINED = "contained", _("contained: it spreads no more")
    RESTORED = "restored", _("restored: care and systems run as before")
    CLOSED = "closed", pgettext_lazy("incident", "closed")
    DISMISSED = "dismissed", _("judged not to be an incident")
    MERGED = "merged", _("merged into another incident")
    ABSORBED = "absorbed", _("another incident was merged into this one")
    SPLIT = "split", _("a declaration was taken out of it")
    REOPENED = "reopened", pgettext_lazy("incident", "reopened")
    ASSIGNED = "assigned", pgettext_lazy("incident", "given to somebody")
    NOTED = "noted", _("note")
    ESCALATED = "escalated", _("passed on to ANSSI")
    ROUTED = "routed", _("an authority was told")
    SUBMITTED = "submitted", _("an obligation was fulfilled")
    ATTACHED = "attached", _("a file was added")
    PURGED = "purged", _("a file was purged")


# What each event says of the state from then on; the others leave it as it was.
STATE_AFTER = {
    IncidentEventKind.DECLARED: IncidentState.DECLARED,
    IncidentEventKind.QUALIFYING: IncidentState.QUALIFYING,
    IncidentEventKind.QUALIFIED: IncidentState.QUALIFIED,
    IncidentEventKind.HANDLING: IncidentState.HANDLING,
    IncidentEventKind.CONTAINED: IncidentState.CONTAINED,
    IncidentEventKind.RESTORED: IncidentState.RESTORED,
    IncidentEventKind.CLOSED: IncidentState.CLOSED,
    IncidentEventKind.DISMISSED: IncidentState.NOT_AN_INCIDENT,
    IncidentEventKind.MERGED: IncidentState.MERGED,
    IncidentEventKind.REOPENED: IncidentState.QUALIFYING,
}


class ReceivedBy(TextChoices):
    """How a declaration reached the cell."""

    ACCOUNT = "account", _("by somebody with an account")
    EMAIL = "email", _("without account, by a confirmed e-mail address")
    TELEPHONE = "telephone", _("by telephone")
    PAPER = "paper", _("on paper")
    IMPORTED = "imported", _("from a file of past declarations")


class VersionKind(TextChoices):
    FIRST = "first", _("first declaration")
    FOLLOW_UP = "follow_up", _("follow-up")
    RESOLUTION = "resolution", _("resolution")


class AssessedBy(TextChoices):
    """Whose words the facts of an incident are."""

    DECLARANT = "declarant", _("the declarant")
    CELL = "cell", _("the national cell")


class Certainty(TextChoices):
    """Whether an obligation or a route applies: what is not known is neither dropped nor taken as sure."""

    APPLIES = "yes", _("applies")
    MAY_APPLY = "unknown", _("may apply: an answer is missing")


class IncidentRegime(TextChoices):
    PUBLIC_HEALTH_CODE = "public_health_code", _("public health code")
    GDPR = "gdpr", _("general data protection regulation (GDPR)")
    NIS1 = "nis1", _("operators of essential services (NIS 1)")
    NIS2 = "nis2", _("essential and important entities (NIS 2)")
    INSURANCE = "insurance", _("insurance code")


class ObligationStage(TextChoices):
    DECLARATION = "declaration", pgettext_lazy("incident", "declaration")
    RESOLUTION = "resolution", _("word that it is resolved")
    NOTIFICATION = "notification", pgettext_lazy("incident", "notification")
    PERSONS = "persons", _("information of the persons concerned")
    EARLY_WARNING = "early_warning", _("early warning")
    PROGRESS_REPORT = "progress_report", _("progress report, if it still lasts")
    FINAL_REPORT = "final_report", _("final report")
    COMPLAINT = "complaint", _("complaint")


class IncidentAuthority(TextChoices):
    ANS = "ans", _("digital health agency (ANS, CERT Santé)")
    CNIL = "cnil", _("data protection authority (CNIL)")
    ANSSI = "anssi", _("ANSSI, CERT-FR")
    HFDS = "hfds", _("security officer of the ministry (HFDS, FSSI)")
    CORRUSS = "corruss", _("health-crisis centre (DGS, CORRUSS)")
    ARS = "ars", _("regional health agency (ARS)")
    POLICE = "police", _("police or gendarmerie")
    PERSONS_CONCERNED = "persons_concerned", _("persons whose data are concerned")


class ConditionName(TextChoices):
    """Why an obligation or a route applies; the same slugs as vigie.engine.incidents.duties.JUDGED."""

    ALWAYS = "always", _("every declaration that was analysed")
    CARE_AFFECTED = "care_affected", _("care, or the safety of patients, is or may be affected")
    DATA_TOUCHED = "data_touched", _("data were lost, altered or disclosed")
    PERSONAL_DATA_BREACHED = "personal_data_breached", _("personal data were lost, altered or disclosed")
    HIGH_RISK = "high_risk_to_persons", _("the persons concerned run a high risk")
    HEALTH_DATA_TOUCHED = "health_data_touched", _("health data were altered or disclosed")
    SYSTEM_AFFECTED = "system_affected", _("the information system is affected")
    BEYOND = "beyond_the_structure", _("the organisation of care beyond the structure is or may be affected")
    NATIONAL = "national", _("it is of national scope")
    MALICIOUS = "malicious", _("it is malicious")
    OTHERS = "others_concerned", _("it may touch other structures")
    ESSENTIAL_OPERATOR = "essential_operator", _("the establishment is an operator of essential services")
    NIS2_ENTITY = "nis2_entity", _("the establishment is an essential or important entity")
    SERIOUS = "serious", _("it is serious in the sense of the public health code")
    SIGNIFICANT = "significant", _("it is significant in the sense of the public health code")


class WeaknessState(TextChoices):
    """How far the report of a weakness is: all that whoever reported it ever learns."""

    RECEIVED = "received", pgettext_lazy("report", "received")
    VERIFYING = "verifying", _("under verification")
    MENDED = "mended", pgettext_lazy("report", "mended")
    CLOSED = "closed", pgettext_lazy("report", "closed")


class AttachmentState(TextChoices):
    KEPT = "kept", _("kept")
    REFUSED = "refused", _("refused")
    PURGED = "purged", _("purged")
