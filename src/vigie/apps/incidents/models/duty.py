"""What the law asks of the declarant, and whom the cell must tell: due dates written once, lateness derived."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.scopes import Viewer

from ..enums import Certainty, IncidentAuthority, IncidentRegime, ObligationStage
from .declaration import Declaration
from .incident import Incident


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def applying(self) -> Self:
        return self.filter(certainty=Certainty.APPLIES, withdrawn_at=None)

    def owed(self) -> Self:
        """Applying, and nothing was submitted yet."""
        return self.applying().filter(submitted_at=None)

    def due_before(self, moment: datetime) -> Self:
        return self.owed().filter(due_at__lt=moment)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.INCIDENTS) -> Self:
        """Those of the declarations that this person may read."""
        readable = Declaration.objects.visible_to(user, now, right)
        return self.filter(declaration__in=readable.order_by().values("pk"))


class Obligation(models.Model):
    """One regime and stage that one declaration makes due. The first submission stops its clock."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="obligations")
    regime = models.CharField(max_length=20, choices=IncidentRegime)
    stage = models.CharField(max_length=16, choices=ObligationStage)
    authority = models.CharField(max_length=20, choices=IncidentAuthority)
    certainty = models.CharField(max_length=8, choices=Certainty)
    why = models.JSONField(default=list)  # slugs of ConditionName
    policy = models.CharField(max_length=40)  # "obligations-2026-11-23"
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # written once; None: its clock waits for an earlier stage
    submitted_at = models.DateTimeField(null=True, blank=True)  # of the first submission
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # later facts say that it does not apply
    reminded = models.PositiveSmallIntegerField(default=0)  # steps of the reminders that were taken
    next_reminder_at = models.DateTimeField(null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "regime", "stage"], name="incidents_obligation_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(certainty="yes", submitted_at=None, withdrawn_at=None),
                name="incidents_obligations_due",
            ),
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(submitted_at=None, withdrawn_at=None, next_reminder_at__isnull=False),
                name="incidents_reminders_due",
            ),
        ]

    def is_late(self, now: datetime) -> bool:
        """Submitted after its date, or not submitted and past it; never when it has no date."""
        return self.due_at is not None and (self.submitted_at or now) > self.due_at


class Submission(models.Model):
    """Something was sent to the authority; whether it was enough is judged apart, by a review."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=200)
    authority_reference = models.CharField(max_length=100, blank=True)  # of its acknowledgement
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    is_enough = models.BooleanField(null=True)  # None: not reviewed
    review = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at=None, is_enough=None)
                | (Q(reviewed_at__isnull=False, is_enough__isnull=False) & ~Q(reviewed_by="")),
                name="incidents_review_whole",
            ),
            models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="incidents_submitted_before_recorded"),
        ]


class RouteQuerySet(models.QuerySet["Route"]):
    def ours(self) -> Self:
        """Those that the cell itself must tell."""
        return self.filter(sent_by_us=True, certainty=Certainty.APPLIES, withdrawn_at=None)

    def to_tell(self) -> Self:
        return self.ours().filter(told_at=None, due_at__isnull=False)

    def unanswered(self) -> Self:
        """Told, and nobody there has said that it was read."""
        return self.ours().filter(told_at__isnull=False, acknowledged_at=None)


class Route(models.Model):
    """One authority that the rules say must be told of an incident, and what became of it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="routes")
    authority = models.CharField(max_length=20, choices=IncidentAuthority)
    certainty = models.CharField(max_length=8, choices=Certainty)
    why = models.JSONField(default=list)  # slugs of ConditionName
    sent_by_us = models.BooleanField()  # False: prepared for the declarant, never sent for it
    policy = models.CharField(max_length=40)  # "incident-routes-2026-11-23"
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # written once; None: its moment has not come
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # the first time: handed over, or said by telephone
    told_by = models.CharField(max_length=200, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # a second message left: nobody had said it was read
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledgement = models.CharField(max_length=100, blank=True)  # the authority's reference

    objects = RouteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "authority"], name="incidents_route_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_by_us=True, certainty="yes", told_at=None, withdrawn_at=None),
                name="incidents_routes_due",
            ),
            models.Index(
                fields=["told_at"],
                condition=Q(sent_by_us=True, acknowledged_at=None, withdrawn_at=None),
                name="incidents_routes_unanswered",
            ),
        ]
