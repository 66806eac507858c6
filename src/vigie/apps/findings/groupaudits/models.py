"""An audit of a group: whom it concerns, what runs looked, what the analyst judged, what the follow-ups told."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.findings.enums import FollowUpOutcome, GroupAuditEventKind, GroupAuditState, ReviewVerdict
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group
from vigie.apps.registry.scopes import Viewer
from vigie.apps.scans.models import Campaign
from vigie.engine import group_audit

if TYPE_CHECKING:
    from vigie.apps.findings.models import Finding  # noqa: F401 -- the foreign keys name it

UNDER_WAY = sorted(state.value for state in group_audit.UNDER_WAY)
BEFORE_AGREEMENT = [GroupAuditState.PREPARED, GroupAuditState.ABANDONED]
TOLD = [GroupAuditState.FOLLOWED, GroupAuditState.CLOSED]


class GroupAuditQuerySet(models.QuerySet["GroupAudit"]):
    def under_way(self) -> Self:
        """Not told to their group yet."""
        return self.filter(state__in=UNDER_WAY)

    def told(self) -> Self:
        """Those whose results were told to the group: what counts as an audit made."""
        return self.filter(state__in=TOLD)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.FINDINGS) -> Self:
        """It names the weaknesses of several establishments: by a role over the nation or over the group itself."""
        scope = user.scope(right, now)
        return self if scope.nation else self.filter(group__in=scope.groups)


class GroupAudit(models.Model):
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="audits")
    state = models.CharField(max_length=10, choices=GroupAuditState, default=GroupAuditState.PREPARED)
    prepared_at = models.DateTimeField()
    # Who signed for the group, when, and where that is written: without these nothing runs.
    signatory = models.CharField(max_length=120, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    agreement = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # first run: its perimeter is frozen from then on
    ports = models.JSONField(default=list)  # of the last run, which the follow-ups ask again
    conclusion = models.TextField(blank=True)  # the analyst's words; the drafted ones are shown while it is empty
    reviewed_at = models.DateTimeField(null=True, blank=True)  # last judgement: the report is as of then
    restituted_on = models.DateField(null=True, blank=True)
    attendance = models.TextField(blank=True)  # who heard it, one a line
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = GroupAuditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group"], condition=Q(state__in=UNDER_WAY), name="findings_one_audit_of_a_group_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=BEFORE_AGREEMENT)
                | (~Q(signatory="") & ~Q(agreement="") & Q(agreed_on__isnull=False)),
                name="findings_group_audit_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*BEFORE_AGREEMENT, GroupAuditState.AGREED]) | Q(started_at__isnull=False),
                name="findings_group_audit_started",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=TOLD, restituted_on__isnull=False) & ~Q(attendance=""))
                | (~Q(state__in=TOLD) & Q(restituted_on=None)),
                name="findings_group_audit_told_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[GroupAuditState.CLOSED, GroupAuditState.ABANDONED], ended_at__isnull=False)
                | (~Q(state__in=[GroupAuditState.CLOSED, GroupAuditState.ABANDONED]) & Q(ended_at=None)),
                name="findings_group_audit_ended_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["restituted_on"], name="findings_audits_by_day")]


class AuditedEstablishment(models.Model):
    """One establishment of the perimeter, with what it declared on the day of the first run."""

    audit = models.ForeignKey(GroupAudit, on_delete=models.CASCADE, related_name="perimeter")
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="+")
    assets = models.JSONField(default=list)  # [{"kind": "domain", "value": "..."}], frozen by the first run
    had_mandate = models.BooleanField(null=True)  # on that day; None before the first run

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "establishment"], name="findings_audited_establishment_once")
        ]


class AuditRun(models.Model):
    """A campaign that was launched for an audit: a run of it, or one of its follow-ups."""

    audit = models.ForeignKey(GroupAudit, on_delete=models.CASCADE, related_name="runs")
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="audit_run")

    class Meta:
        indexes = [models.Index(fields=["audit", "id"], name="findings_audit_runs")]


class ReviewedFinding(models.Model):
    """A finding that a run saw, and what the analyst says of it; rejected, its own life cycle sets it aside."""

    audit = models.ForeignKey(GroupAudit, on_delete=models.CASCADE, related_name="reviewed")
    finding = models.ForeignKey("findings.Finding", on_delete=models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=9, choices=ReviewVerdict, default=ReviewVerdict.TO_REVIEW)
    reason = models.TextField(blank=True)  # of a rejection
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "finding"], name="findings_reviewed_once_an_audit"),
            models.CheckConstraint(
                condition=Q(verdict=ReviewVerdict.TO_REVIEW, judged_at=None)
                | (~Q(verdict=ReviewVerdict.TO_REVIEW) & Q(judged_at__isnull=False) & ~Q(judged_by="")),
                name="findings_judged_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=ReviewVerdict.REJECTED) | ~Q(reason=""), name="findings_rejected_with_a_reason"
            ),
        ]


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def waiting(self) -> Self:
        return self.filter(started_at=None, missed=False)

    def to_tell(self) -> Self:
        """Started, and what they saw is not written yet."""
        return self.filter(started_at__isnull=False, told_at=None)


class FollowUp(models.Model):
    """The group is looked at again so many days after its restitution, by a campaign of its own."""

    audit = models.ForeignKey(GroupAudit, on_delete=models.CASCADE, related_name="follow_ups")
    days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    missed = models.BooleanField(default=False)  # nothing ran in time, and the next one was due already
    run = models.OneToOneField(AuditRun, null=True, on_delete=models.PROTECT, related_name="follow_up")
    started_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "days"], name="findings_follow_up_once"),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__gte=F("started_at")), name="findings_follow_up_in_order"
            ),
            models.CheckConstraint(
                condition=Q(missed=False) | Q(started_at=None), name="findings_follow_up_missed_or_started"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(told_at=None, missed=False), name="findings_follow_ups_due")
        ]


class FollowedFinding(models.Model):
    """What one follow-up told of one weakness; never rewritten."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="told")
    finding = models.ForeignKey("findings.Finding", on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=12, choices=FollowUpOutcome)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "finding"], name="findings_followed_once_a_follow_up")
        ]


class GroupAuditEvent(models.Model):
    """The history of an audit: append-only."""

    audit = models.ForeignKey(GroupAudit, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=GroupAuditEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["audit", "id"], name="findings_audit_history")]
