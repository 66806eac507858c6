"""Weaknesses of establishments: one row per thing to do, never one per CVE."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from vigie.apps.accounts.models import User
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.scans.models import ONE_PLACE, Campaign, Look, Service
from vigie.apps.vulns.models import Vulnerability
from vigie.engine import lifecycle

from .agreements.models import Agreement, agreed
from .enums import (
    CloseReason,
    FindingEventKind,
    FindingKind,
    FindingState,
    MeasureKind,
    PlanConstraint,
    Priority,
    Severity,
)
from .groupaudits.models import (
    AuditedEstablishment,
    AuditRun,
    FollowedFinding,
    FollowUp,
    GroupAudit,
    GroupAuditEvent,
    ReviewedFinding,
)
from .notes.models import Note
from .sightings.models import Sighting, Upload
from .vanished.models import VanishedKind

__all__ = [
    "Agreement", "AuditRun", "AuditedEstablishment", "Finding", "FindingEvent", "FindingQuerySet",
    "FindingVulnerability", "FollowUp", "FollowedFinding", "GroupAudit", "GroupAuditEvent", "Measure", "Note", "Plan",
    "Retest", "ReviewedFinding", "Sighting", "Upload", "VanishedKind",
]  # fmt: skip

STANDING = sorted(state.value for state in lifecycle.STANDING)
SET_ASIDE = sorted(state.value for state in lifecycle.SET_ASIDE)


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> Self:
        """Weak, and somebody's work: what "open" means in lists, counts and deadlines.

        Asked by the date, which a constraint holds to the states: SQLite finds its partial indexes by it.
        """
        return self.filter(closed_at=None)

    def set_aside(self) -> Self:
        """Out of the work lists until a day, by a person: false positives and accepted risks."""
        return self.filter(state__in=SET_ASIDE)

    def followed(self) -> Self:
        """Not ended: a look may still confirm, close or miss them."""
        return self.filter(Q(closed_at=None) | Q(state__in=SET_ASIDE))

    def weighing(self) -> Self:
        """What the level counts: accepting a risk takes it away only once its compensating measures are verified."""
        measures = Measure.objects.filter(finding=OuterRef("pk"))
        bare = ~Exists(measures) | Exists(measures.filter(verified_at=None))
        return self.filter(Q(closed_at=None) | Q(bare, state=FindingState.RISK_ACCEPTED))

    def exploited(self) -> Self:
        return self.filter(exploited=True)

    def past_deadline(self, now: datetime) -> Self:
        return self.standing().filter(deadline__lt=now)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.FINDINGS) -> Self:
        """Those that this person may read; with the right COUNTS, those that they may only count.

        ANSSI reads those that an essential operator agreed to show, and nothing else of it.
        """
        scope = user.scope(right, now)
        if scope.nation or not scope.essential:
            return self.filter(of_establishments(scope))
        return self.filter(of_establishments(scope) | agreed(scope.day))


class Finding(models.Model):
    """(establishment, address, port, subject): one thing to mend, under however many names the port shows it.

    What a domain publishes is at no address: (establishment, domain, subject).
    """

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="findings")
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="findings")
    address = models.CharField(max_length=39, blank=True)  # canonical; "" when it is of a domain
    domain = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField()
    transport = models.CharField(max_length=3, default="tcp")
    names = models.JSONField(default=list)  # host names under which it was last seen, "" when by address
    kind = models.CharField(max_length=8, choices=FindingKind)
    subject = models.CharField(max_length=250)  # check slug, or "vendor:product"
    seen_version = models.CharField(max_length=120, blank=True)  # of a product finding
    fixed_version = models.CharField(max_length=60, blank=True)  # the version that mends all of it, when known
    state = models.CharField(max_length=20, choices=FindingState, default=FindingState.OPEN)
    severity = models.CharField(max_length=8, choices=Severity)
    rank = models.GeneratedField(  # 0 is the worst: a column of its own, so that a long list is read in its order
        expression=Case(
            *[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity.values)],
            default=Value(len(Severity.values)),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    exploited = models.BooleanField(default=False)  # at least one vulnerability is on the KEV list
    remote_access = models.BooleanField(default=False)  # the equipment lets people in from outside
    exposed = models.BooleanField(default=True)  # answers from outside; False on a private address
    priority = models.CharField(max_length=5, choices=Priority, default=Priority.MONTH)  # by the published table
    evidence = models.JSONField(default=list)  # [{"label": "banner", "value": "..."}]
    first_seen = models.DateTimeField()  # kept when it reopens
    last_confirmed = models.DateTimeField()
    deadline = models.DateTimeField()  # written once, from `policy`
    policy = models.CharField(max_length=40)  # "deadlines-2026-01-01"
    fix_declared_at = models.DateTimeField(null=True, blank=True)  # kept once proved; None again when refuted
    closed_at = models.DateTimeField(null=True, blank=True)  # since when it is not standing any more
    close_reason = models.CharField(max_length=20, choices=CloseReason, blank=True)
    until = models.DateTimeField(null=True, blank=True)  # when what was set aside comes back by itself
    decision = models.TextField(blank=True)  # the reason, in the words of who set it aside or retired it
    assigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_findings"
    )
    reopened = models.PositiveSmallIntegerField(default=0)
    absences = models.PositiveSmallIntegerField(default=0)
    absent_since = models.DateTimeField(null=True, blank=True)
    vulnerabilities = models.ManyToManyField(Vulnerability, through="FindingVulnerability", related_name="findings")

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "address", "domain", "port", "transport", "kind", "subject"],
                name="findings_same_weakness_same_row",
            ),
            models.CheckConstraint(condition=ONE_PLACE, name="findings_at_one_place"),
            models.CheckConstraint(
                condition=Q(state__in=STANDING, closed_at=None)
                | (~Q(state__in=STANDING) & Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="findings_closed_has_a_date_and_a_reason",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=SET_ASIDE, until__gt=F("closed_at")) & ~Q(decision=""))
                | (~Q(state__in=SET_ASIDE) & Q(until=None)),
                name="findings_set_aside_until_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.FIX_DECLARED) | Q(fix_declared_at__isnull=False),
                name="findings_declared_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "state"], name="findings_of"),
            models.Index(fields=["state", "severity"], name="findings_by_severity"),
            models.Index(fields=["address", "port"], name="findings_by_address"),
            models.Index(fields=["deadline"], condition=Q(closed_at=None), name="findings_due"),
            # In the order of the list; then what the list is filtered by, so that no row is read to be passed over.
            # SQLite takes an index for a covering one when it holds the column of its own condition too.
            models.Index(
                F("exploited").desc(),
                *("rank", "deadline", "id", "severity", "kind", "subject", "establishment", "assigned_to", "closed_at"),
                condition=Q(closed_at=None),
                name="findings_worst",
            ),
            # Few findings burn, and long lists ask for them first; few columns answer who has any, and how late.
            models.Index(
                fields=["rank", "deadline", "id"],
                condition=Q(closed_at=None, exploited=True),
                name="findings_burning",
            ),
            models.Index(
                fields=[
                    "establishment",
                    "severity",
                    "kind",
                    "exploited",
                    "deadline",
                    "subject",
                    "assigned_to",
                    "closed_at",
                ],
                condition=Q(closed_at=None),
                name="findings_standing",
            ),
            models.Index(fields=["first_seen", "id"], condition=Q(closed_at=None), name="findings_since"),
            # How many were exploited at any date: among all that ever were, ended or not.
            models.Index(fields=["first_seen"], condition=Q(exploited=True), name="findings_ever_exploited"),
            models.Index(
                fields=["state", "-closed_at"], condition=Q(closed_at__isnull=False), name="findings_put_down"
            ),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="findings_until"),
        ]

    @property
    def is_standing(self) -> bool:
        return self.closed_at is None

    @property
    def is_followed(self) -> bool:
        return self.is_standing or self.state in SET_ASIDE


class FindingVulnerability(models.Model):
    """A vulnerability behind a product finding, from when to when."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links")
    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="finding_links")
    verdict = models.CharField(max_length=12)  # affected or conditional
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "vulnerability"], condition=Q(ended_at=None), name="findings_linked_once"
            )
        ]


class FindingEvent(models.Model):
    """The history of a finding: append-only."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=FindingEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    look = models.ForeignKey(Look, null=True, on_delete=models.SET_NULL, related_name="+")  # the proof
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["finding", "id"], name="findings_history")]

    @property
    def reason(self) -> str:
        """Why it ended, in the reader's language; "" for an event that ends nothing."""
        slug = self.detail.get("reason", "")
        return str(CloseReason(slug).label) if slug in CloseReason.values else slug

    @property
    def is_by_a_person(self) -> bool:
        return self.by.startswith(("user:", "cli"))

    @property
    def words(self) -> str:
        """What the person who did it wrote, or the measure that it is about."""
        kind = self.detail.get("measure", "")
        return str(MeasureKind(kind).label) if kind in MeasureKind.values else str(self.detail.get("words", ""))


class PlanQuerySet(models.QuerySet["Plan"]):
    def current(self) -> Self:
        return self.filter(replaced_at=None)


class Plan(models.Model):
    """Who mends it, when, under which constraint. A new plan replaces the one before, which stays."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="plans")
    owner = models.CharField(max_length=120)
    on = models.DateField()
    window = models.CharField(max_length=120, blank=True)  # of maintenance, in their words
    constraint = models.CharField(max_length=16, choices=PlanConstraint, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding"], condition=Q(replaced_at=None), name="findings_one_plan"),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(replaced_at__gte=F("made_at")), name="findings_plan_in_order"
            ),
        ]

    @property
    def is_after_deadline(self) -> bool:
        return self.on > timezone.localdate(self.finding.deadline)


class Measure(models.Model):
    """A compensating measure: it holds the risk down while the weakness stays.

    Verified by a look when it is of a kind that shows from outside, else by somebody else than who recorded it.
    """

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="measures")
    kind = models.CharField(max_length=16, choices=MeasureKind, blank=True)  # "": only a person can verify it
    text = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.CharField(max_length=200, blank=True)
    proof = models.TextField(blank=True)  # what the verifier saw

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by="")
                | (Q(verified_at__isnull=False) & ~Q(proof="") & ~Q(verified_by="") & ~Q(verified_by=F("recorded_by"))),
                name="findings_measure_verified_by_another",
            ),
            models.CheckConstraint(condition=~Q(kind="") | ~Q(text=""), name="findings_measure_says_what"),
            models.UniqueConstraint(
                fields=["finding", "kind"], condition=~Q(kind=""), name="findings_measure_of_a_kind_once"
            ),
        ]

    @property
    def words(self) -> str:
        return str(MeasureKind(self.kind).label) if self.kind else self.text


class RetestQuerySet(models.QuerySet["Retest"]):
    def of_port(self, establishment_id: int, address: str, port: int, domain: str = "") -> Self:
        """Whatever they were asked for, at the same port: what a host feels."""
        return self.filter(
            campaign__shards__establishment=establishment_id,
            campaign__only_address=address or None,
            campaign__only_domain=domain,
            campaign__ports=[port],
        )


class Retest(models.Model):
    """A look at one port, asked for by a person: its campaign has one shard, and its answer is read from it."""

    # What it was asked for: a finding, or what another tool told.
    finding = models.ForeignKey(Finding, null=True, on_delete=models.CASCADE, related_name="retests")
    sighting = models.ForeignKey(Sighting, null=True, on_delete=models.CASCADE, related_name="retests")
    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="retest")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)

    objects = RetestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["finding", "-asked_at"], name="findings_retests"),
            models.Index(fields=["sighting", "-asked_at"], name="findings_verifications"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__isnull=False, sighting=None) | Q(finding=None, sighting__isnull=False),
                name="findings_retest_of_one_thing",
            )
        ]
