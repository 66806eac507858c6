"""What an establishment shows to the internet, and who allowed that it be looked at."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.timeline import DatedFact, DatedQuerySet
from vigie.apps.vault.fields import EncryptedField

from .enums import (
    AssetKind,
    ContestDecision,
    ContestKind,
    Intensity,
    LeakKind,
    MandateKind,
    ProofMethod,
    ProofState,
    ProposalSource,
    ProposalState,
    SparedWhy,
    Treatment,
)


class AssetQuerySet(DatedQuerySet):
    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.PERIMETER, now)))


class AssetManager(models.Manager.from_queryset(AssetQuerySet)):  # type: ignore[misc]
    """Named, so that the type checker still knows it from its cache."""


class Asset(DatedFact):
    """A domain, an address or a range, as declared by its owner. One asset may have several owners."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=8, choices=AssetKind)
    value = models.CharField(max_length=253)  # canonical: lower-case A-label, compressed address, CIDR
    label = models.CharField(max_length=120, blank=True)  # "VPN gateway", in the owner's words
    exchanges_care_data = models.BooleanField(default=False)
    hosted_by = models.CharField(max_length=120, blank=True)  # the third party whose machine it is on; "" when its own

    objects = AssetManager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        abstract = False
        indexes = [models.Index(fields=["value"], name="assets_by_value")]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["establishment", "kind", "value"],
                condition=Q(valid_until=None, superseded_at=None),
                name="assets_declared_once",
            ),
        ]


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(valid_from__lte=now, valid_until__gt=now, withdrawn_at=None)

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.PERIMETER, now)))


class Mandate(models.Model):
    """A dated authorisation to look at the declared assets of one establishment. Withdrawn, never edited."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="mandates")
    kind = models.CharField(max_length=14, choices=MandateKind)
    host = models.CharField(max_length=120, blank=True)  # of a host's agreement: it covers what is hosted there alone
    signatory = models.CharField(max_length=120)
    basis = models.CharField(max_length=200)  # convention, mandate letter, laboratory...
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    intensity = models.CharField(max_length=8, choices=Intensity, default=Intensity.STANDARD)
    windows = models.JSONField(default=list, blank=True)  # [{"days": [0, 1], "from": "22:00", "to": "05:00"}]
    exclusions = models.JSONField(default=list, blank=True)  # ["203.0.113.7/32"]
    excluded_ports = models.JSONField(default=list, blank=True)
    allow_mllp_frame = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="assets_mandate_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(signatory=""), name="assets_mandate_has_a_signatory"),
            models.CheckConstraint(
                condition=Q(kind="hosted", host__gt="") | (~Q(kind="hosted") & Q(host="")),
                name="assets_agreement_names_its_host",
            ),
        ]
        indexes = [models.Index(fields=["establishment", "valid_until"], name="assets_mandates_of")]


class OfPerimeterQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.PERIMETER, now)))


class ProofQuerySet(OfPerimeterQuerySet):
    def in_force(self, now: datetime) -> Self:
        return self.filter(state=ProofState.ACCEPTED, valid_until__gt=now)

    def to_review(self) -> Self:
        """Signed documents that no analyst has read yet."""
        return self.filter(state=ProofState.WAITING, method=ProofMethod.DOCUMENT)


class Proof(models.Model):
    """That a declared value belongs to an establishment. By value, not by asset: another label changes no owner."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=8, choices=AssetKind)
    value = models.CharField(max_length=253)
    method = models.CharField(max_length=8, choices=ProofMethod)
    state = models.CharField(max_length=8, choices=ProofState, default=ProofState.WAITING)
    token = models.CharField(max_length=64, blank=True)  # what is to be published; none for a document
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    checking_since = models.DateTimeField(null=True, blank=True)  # a look for the token is under way
    checked_at = models.DateTimeField(null=True, blank=True)
    told = models.CharField(max_length=200, blank=True)  # what the last look met, a short English clause
    misses = models.PositiveSmallIntegerField(default=0)  # looks in a row that were answered without the token
    places = models.JSONField(default=list)  # addresses from which the file was read
    valid_until = models.DateTimeField(null=True, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    document_name = models.CharField(max_length=120, blank=True)
    document_type = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "kind", "value", "method"],
                condition=Q(state__in=["waiting", "accepted"]),
                name="assets_one_live_proof_per_method",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(valid_until__isnull=False), name="assets_accepted_proof_ends"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="assets_refused_proof_says_why"),
        ]
        indexes = [models.Index(fields=["state", "checked_at"], name="assets_proofs_to_check")]


class ProofDocument(models.Model):
    """The signed document itself, encrypted; read by analysts and by the establishment that sent it."""

    proof = models.OneToOneField(Proof, on_delete=models.CASCADE, related_name="document")
    body = EncryptedField(purpose="proof-document", about="proof_id")


class ContestQuerySet(OfPerimeterQuerySet):
    def open(self) -> Self:
        return self.filter(decided_at=None)


class Contest(models.Model):
    """Somebody says that a declared value is not where it belongs. Decided by an analyst, never erased."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="contests")
    kind = models.CharField(max_length=8, choices=AssetKind)
    value = models.CharField(max_length=253)
    claim = models.CharField(max_length=14, choices=ContestKind)
    reason = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    decision = models.CharField(max_length=8, choices=ContestDecision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_reason = models.CharField(max_length=300, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "kind", "value"], condition=Q(decided_at=None), name="assets_contested_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="assets_decided_contest_has_a_decision",
            ),
        ]


class Proposal(models.Model):
    """Something that may belong to an establishment. Nothing is sent to it: only an accepted one becomes an asset."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="proposals")
    kind = models.CharField(max_length=8, choices=AssetKind)
    value = models.CharField(max_length=253)
    source = models.CharField(max_length=16, choices=ProposalSource)
    told = models.CharField(max_length=200, blank=True)  # of what: the name, the address or the file that led to it
    state = models.CharField(max_length=8, choices=ProposalState, default=ProposalState.WAITING)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)

    objects = OfPerimeterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["establishment", "kind", "value"], name="assets_proposed_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="assets_decided_proposal_has_a_date",
            ),
        ]


class SparedQuerySet(OfPerimeterQuerySet):
    def in_force(self, moment: datetime) -> Self:
        return self.filter(recorded_at__lte=moment).filter(Q(lifted_at=None) | Q(lifted_at__gt=moment))


class SparedAddress(models.Model):
    """Addresses that are left alone, or asked the least, whatever a mandate allows. Lifted, never erased."""

    # Whose it is, when it is known here: who asks by the contact of the scanner need not be anybody's.
    establishment = models.ForeignKey(
        Establishment, null=True, blank=True, on_delete=models.CASCADE, related_name="spared"
    )
    value = models.CharField(max_length=43)  # canonical network
    why = models.CharField(max_length=8, choices=SparedWhy)
    treatment = models.CharField(max_length=5, choices=Treatment)
    asked_by = models.CharField(max_length=200)  # who asked, in words
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lifted_reason = models.CharField(max_length=300, blank=True)

    objects = SparedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value", "why"], condition=Q(lifted_at=None), name="assets_spared_once"),
            models.CheckConstraint(
                condition=~Q(why="opt_out") | Q(treatment="none"), name="assets_who_opts_out_gets_nothing"
            ),
        ]


class LeakQuerySet(models.QuerySet["Leak"]):
    def current(self) -> Self:
        return self.filter(replaced_at=None)

    def known_at(self, moment: datetime) -> Self:
        return self.filter(recorded_at__lte=moment).filter(Q(replaced_at=None) | Q(replaced_at__gt=moment))

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        return self.filter(of_establishments(user.scope(Right.FINDINGS, now)))


class Leak(models.Model):
    """How much of a declared domain leaked and when, as somebody else told: a number and two days, never whose."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="leaks")
    domain = models.CharField(max_length=253)
    kind = models.CharField(max_length=12, choices=LeakKind)
    count = models.PositiveIntegerField()
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)  # another import told otherwise

    objects = LeakQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "domain", "kind"], condition=Q(replaced_at=None), name="assets_leak_told_once"
            ),
            models.CheckConstraint(
                condition=Q(first_on=None, last_on=None) | Q(last_on__gte=F("first_on")), name="assets_leak_in_order"
            ),
        ]


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Registration(models.Model):
    """What the registry of a suffix told of a domain, as an interval that moves on change: until when, in which state.

    It is public, and the same for all who declare a name below it.
    """

    domain = models.CharField(max_length=253)
    expires_on = models.DateField(null=True, blank=True)
    statuses = models.JSONField(default=list, blank=True)
    first_seen = models.DateTimeField()
    last_confirmed = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # the registry told otherwise

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=Q(ended_at=None), name="assets_registered_once"),
            models.CheckConstraint(
                condition=Q(last_confirmed__gte=F("first_seen")), name="assets_registration_in_order"
            ),
        ]


class RegistryQuestion(models.Model):
    """When the registry of a domain was last asked, and why it did not tell."""

    domain = models.CharField(max_length=253, unique=True)
    asked_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)  # "" when it told

    objects: models.Manager["RegistryQuestion"] = models.Manager()
