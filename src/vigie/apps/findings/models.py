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
from vigie.apps.scans.models import Campaign, Look, Service
from vigie.apps.vulns.models import Vulnerability
from vigie.engine import lifecycle

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState, PlanConstraint, Priority, Severity
from .sightings.models import Sighting

__all__ = [
    "Finding", "FindingEvent", "FindingQuerySet", "FindingVulnerability", "Measure", "Plan", "Retest", "Sighting",
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
        """Those that this person may read; with the right COUNTS, those that they may only count."""
        return self.filter(of_establishments(user.scope(right, now)))


class Finding(models.Model):
    """(establishment, address, port, subject): one thing to mend, under however many names the port shows it."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="findings")
    service = models.ForeignKey(Service, null=True, on_delete=models.SET_NULL, related_name="findings")
    address = models.GenericIPAddressField()
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
                fields=["establishment", "address", "port", "transport", "kind", "subject"],
                name="findings_same_weakness_same_row",
            ),
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
            models.Index(
                F("exploited").desc(), "rank", "deadline", "id", condition=Q(closed_at=None), name="findings_worst"
            ),
            # Few findings burn, and long lists ask for them first; few columns answer who has any, and how late.
            models.Index(
                fields=["rank", "deadline", "id"],
                condition=Q(closed_at=None, exploited=True),
                name="findings_burning",
            ),
            models.Index(fields=["establishment", "deadline"], condition=Q(closed_at=None), name="findings_standing"),
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
        """What the person who did it wrote."""
        return str(self.detail.get("words", ""))


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
    """A compensating measure: it holds the risk down while the weakness stays. Verified by somebody else."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="measures")
    text = models.CharField(max_length=300)
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
            )
        ]


class RetestQuerySet(models.QuerySet["Retest"]):
    def of_port(self, finding: Finding) -> Self:
        """Of this finding and of every other one at the same port: what a host feels."""
        return self.filter(
            finding__establishment=finding.establishment_id,
            finding__address=finding.address,
            finding__port=finding.port,
        )


class Retest(models.Model):
    """A look at one port, asked for by a person: its campaign has one shard, and its answer is read from it."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="retests")
    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="retest")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)

    objects = RetestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["finding", "-asked_at"], name="findings_retests")]
