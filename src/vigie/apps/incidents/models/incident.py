"""What the cell handles: one incident, of one structure or of many, and its history."""

from dataclasses import replace
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.accounts.models import User
from vigie.apps.audit.models import AppendOnlyModel
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.engine.incidents import lifecycle

from ..enums import (
    AssessedBy,
    CareMode,
    EntryEquipment,
    EntryVector,
    IncidentCause,
    IncidentEventKind,
    IncidentGravity,
    IncidentKind,
    IncidentOrigin,
    IncidentReach,
    IncidentState,
    KnownAnswer,
    PatientDanger,
    RsitClass,
    SystemState,
)

STANDING = sorted(state.value for state in lifecycle.STANDING)
ENDED = sorted(state.value for state in lifecycle.ENDED)
# A region is told of what touches care: no declaration that leaves care as it was is shown to it.
TOUCHES_CARE = Q(care__in=[CareMode.DEGRADED, CareMode.INTERRUPTED]) | Q(
    danger__in=[PatientDanger.POTENTIAL, PatientDanger.PROVEN]
)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def declared(self) -> Self:
        """Everything but drafts."""
        return self.exclude(state=IncidentState.DRAFT)

    def standing(self) -> Self:
        """Declared and not ended: somebody's work."""
        return self.filter(state__in=STANDING)

    def to_qualify(self) -> Self:
        return self.filter(state__in=[IncidentState.DECLARED, IncidentState.QUALIFYING])

    def touching_care(self) -> Self:
        return self.filter(TOUCHES_CARE)

    def counted(self) -> Self:
        """What figures count: declared, judged to be an incident, and each once."""
        left_out = [IncidentState.DRAFT, IncidentState.NOT_AN_INCIDENT, IncidentState.MERGED]
        return self.exclude(state__in=left_out)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.INCIDENTS) -> Self:
        """Those that this person may read; with INCIDENT_SUMMARIES, those of which only the outline may be shown.

        An establishment reads those that are its own alone: an incident of many structures names the others, so each
        of them reads its declaration instead. ANSSI reads what was passed on to it. A region has outlines of what
        touches care, once somebody answers for the declaration.
        """
        scope = user.scope(right, now)
        mine = self.declared()
        if scope.nation:
            return mine
        own = of_establishments(replace(scope, essential=False))
        allowed = own & Q(is_shared=False, merged_into=None, confirmed_at__isnull=False)
        if scope.essential:
            allowed |= Q(escalated_at__isnull=False)
        return mine.filter(allowed & TOUCHES_CARE if right == Right.INCIDENT_SUMMARIES else allowed)


class Incident(models.Model):
    """Its facts are those of the first declaration until the cell has qualified it."""

    establishment = models.ForeignKey(Establishment, null=True, on_delete=models.PROTECT, related_name="incidents")
    is_shared = models.BooleanField(default=False)  # of a provider: it links the declarations of many structures
    provider = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)  # the cell's words; of a provider incident, read by all
    state = models.CharField(max_length=16, choices=IncidentState, default=IncidentState.DRAFT)
    state_since = models.DateTimeField()
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")

    taxonomy = models.CharField(max_length=40)  # "incidents-taxonomy-1"
    assessed_by = models.CharField(max_length=10, choices=AssessedBy, default=AssessedBy.DECLARANT)
    kind = models.CharField(max_length=24, choices=IncidentKind, default=IncidentKind.UNKNOWN)
    rsit_class = models.CharField(max_length=28, choices=RsitClass, default=RsitClass.UNKNOWN)
    cause = models.CharField(max_length=20, choices=IncidentCause, default=IncidentCause.UNKNOWN)
    vector = models.CharField(max_length=16, choices=EntryVector, default=EntryVector.UNKNOWN)
    equipment = models.CharField(max_length=16, choices=EntryEquipment, default=EntryEquipment.UNKNOWN)
    data_loss = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    data_integrity = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    data_disclosure = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    natures = models.JSONField(default=list)  # slugs of DataNature
    danger = models.CharField(max_length=10, choices=PatientDanger, default=PatientDanger.UNKNOWN)
    care = models.CharField(max_length=12, choices=CareMode, default=CareMode.UNKNOWN)
    care_hours = models.PositiveIntegerField(null=True, blank=True)  # how long care was not normal
    system = models.CharField(max_length=8, choices=SystemState, default=SystemState.UNKNOWN)
    reach = models.CharField(max_length=10, choices=IncidentReach, default=IncidentReach.UNKNOWN)
    others_concerned = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    ongoing = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    wants_help = models.CharField(max_length=8, choices=KnownAnswer, default=KnownAnswer.UNKNOWN)
    # Derived by published rules from the facts above, written with them.
    origin = models.CharField(max_length=14, choices=IncidentOrigin, default=IncidentOrigin.UNKNOWN)
    gravity = models.CharField(max_length=12, choices=IncidentGravity, default=IncidentGravity.UNKNOWN)

    started_at = models.DateTimeField(null=True, blank=True)
    discovered_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)  # when it was really received
    confirmed_at = models.DateTimeField(null=True, blank=True)  # somebody answers for a declaration of it
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # the cell has it in hand
    qualified_at = models.DateTimeField(null=True, blank=True)  # the first time
    escalated_at = models.DateTimeField(null=True, blank=True)  # passed on to ANSSI
    contained_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_incidents"
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=IncidentState.DRAFT, declared_at=None)
                | (~Q(state=IncidentState.DRAFT) & Q(declared_at__isnull=False, discovered_at__isnull=False)),
                name="incidents_declared_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at=None)),
                name="incidents_ended_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state=IncidentState.MERGED, merged_into__isnull=False)
                | (~Q(state=IncidentState.MERGED) & Q(merged_into=None)),
                name="incidents_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="incidents_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(establishment=None), name="incidents_shared_is_of_no_one"
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "-declared_at"], name="incidents_of"),
            models.Index(fields=["state", "declared_at"], name="incidents_by_state"),
            models.Index(fields=["-declared_at", "-id"], name="incidents_latest"),
            models.Index(fields=["declared_at"], condition=Q(ended_at=None), name="incidents_standing"),
            models.Index(fields=["merged_into"], name="incidents_absorbed"),
        ]

    @property
    def is_standing(self) -> bool:
        return self.state in STANDING


class IncidentEvent(AppendOnlyModel):
    """The history of an incident: append-only. A draft has none."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=IncidentEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    # The incident as it stood after it, so that a past day can be counted as it was known then; None: it did not move.
    stood = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "id"], name="incidents_history")]


class SupportEntry(AppendOnlyModel):
    """One line of the journal of help: who did what, and how long it took."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="support")
    at = models.DateTimeField()  # when it was done
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    words = models.TextField()
    minutes = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="incidents_journal")]
