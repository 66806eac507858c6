"""Who is told what, by which message, and what became of it."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.timeline import DatedFact

from .enums import ContactRole, ItemKind, NoticeChannel, NoticeEventKind, NoticeKind, NoticeState, Stage


class Contact(DatedFact):
    """Whom to tell for an establishment, a group or a territory. Told of weaknesses only once verified."""

    establishment = models.ForeignKey(Establishment, null=True, on_delete=models.CASCADE, related_name="contacts")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="contacts")
    territory = models.ForeignKey(Territory, null=True, on_delete=models.CASCADE, related_name="contacts")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)  # the secrets of its feed and its webhook come from it
    role = models.CharField(max_length=16, choices=ContactRole)
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254, blank=True)
    telephone = models.CharField(max_length=20, blank=True)  # +33123456789
    webhook = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=5, default="fr")
    wants_digest = models.BooleanField(default=True)  # what is urgent cannot be refused
    recorded_by = models.CharField(max_length=200)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.CharField(max_length=200, blank=True)

    class Meta(DatedFact.Meta):
        abstract = False
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    Q(establishment__isnull=False, group=None, territory=None, role__in=["officer", "director"])
                    | Q(establishment=None, group__isnull=False, territory=None, role="group_officer")
                    | Q(
                        establishment=None,
                        group=None,
                        territory__isnull=False,
                        role__in=["regional_agency", "hfds", "corruss", "anssi"],
                    )
                ),
                name="notices_contact_of_one_owner",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(telephone="") | ~Q(webhook=""), name="notices_contact_can_be_reached"
            ),
        ]

    @property
    def owner(self) -> Establishment | Group | Territory:
        found = self.establishment or self.group or self.territory
        if found is None:
            raise ValueError(f"contact {self.pk} is of nobody")  # the database refuses such a row
        return found


class Mailing(models.Model):
    """One occasion to tell: a campaign, or new knowledge. What it would send to many waits for two persons."""

    key = models.CharField(max_length=80, unique=True)  # "campaign:12", "knowledge:2026-11-23"
    label = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    waits = models.BooleanField(default=False)  # nothing of it leaves before a person released it, be it to one
    first_agreed_by = models.CharField(max_length=200, blank=True)
    # What a person adds to the messages of this occasion before they leave; both languages, or none.
    words_fr = models.CharField(max_length=600, blank=True)
    words_en = models.CharField(max_length=600, blank=True)
    edited_by = models.CharField(max_length=200, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    with_checks = models.BooleanField(default=True)  # whether those who have to check are told too
    released_by = models.CharField(max_length=200, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(words_fr="", words_en="") | (~Q(words_fr="") & ~Q(words_en="")),
                name="notices_words_in_both_languages",
            )
        ]

    def words(self, language: str) -> str:
        return self.words_en if language.startswith("en") else self.words_fr


class AlertQuerySet(models.QuerySet["Alert"]):
    def waiting(self) -> Self:
        """Nobody has said yet that it was read, and it still matters."""
        return self.filter(acknowledged_at=None, ended_at=None)

    def step_due(self, now: datetime) -> Self:
        return self.waiting().filter(next_step_at__lte=now)

    def to_telephone(self) -> Self:
        return self.waiting().filter(telephone_since__isnull=False, held=False)


class Alert(models.Model):
    """What one establishment is told at one time: its urgent things of one occasion, or those of one day together."""

    key = models.CharField(max_length=120, unique=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="alerts")
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="alerts")
    urgent = models.BooleanField()
    held = models.BooleanField(default=False)  # its messages wait until two persons release the mailing
    made_at = models.DateTimeField()
    step = models.SmallIntegerField(default=-1)  # the last step taken, in the table `policy`
    policy = models.CharField(max_length=40)  # "escalation-2026-11-23"
    next_step_at = models.DateTimeField(null=True, blank=True)  # None: its messages have not left, or it is over
    telephone_since = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # nothing of it is left to mend

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_step_at"],
                condition=Q(acknowledged_at=None, ended_at=None),
                name="notices_next_steps",
            ),
            models.Index(fields=["establishment", "-id"], name="notices_alerts_of"),
        ]


class AlertItem(models.Model):
    """One subject of an alert: a finding, from one opening of it, or what they are asked to check.

    Held by its number: findings stand above us.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="items")
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.WEAKNESS)
    subject_id = models.BigIntegerField()
    opening = models.PositiveSmallIntegerField(default=1)  # the first time, or how often it came back
    urgent = models.BooleanField(default=False)  # what becomes urgent is told again
    severity = models.CharField(max_length=8)
    deadline = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.TOLD)
    stage_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True, blank=True)  # the last time a correction was planned
    declared_at = models.DateTimeField(null=True, blank=True)  # the last time it was said to be fixed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "opening", "urgent"], name="notices_told_once")
        ]
        indexes = [models.Index(fields=["subject_id", "kind"], name="notices_told_of")]


class Call(models.Model):
    """One telephone call about an alert: append-only."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    answered = models.BooleanField()
    told = models.CharField(max_length=200, blank=True)  # who answered, and what was said

    class Meta:
        indexes = [models.Index(fields=["alert", "id"], name="notices_calls_of")]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, now: datetime, *, quiet: bool) -> Self:
        """What may leave now, urgent first; in quiet hours only what is urgent."""
        ready = self.filter(state=NoticeState.RELEASED, not_before__lte=now)
        return (ready.filter(urgent=True) if quiet else ready).order_by("-urgent", "not_before", "pk")

    def abandoned(self, now: datetime) -> Self:
        """Claimed by a sender that died or is stuck: it may have left, or not."""
        return self.filter(state=NoticeState.SENDING, claimed_until__lt=now)

    def handed_over(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.FINDINGS) -> Self:
        """Those about their establishments; over the nation, also those that confirm addresses."""
        return self.filter(of_establishments(user.scope(right, now), "alert__establishment"))


class Notice(models.Model):
    """One message to one contact or address by one channel. Its key and its Message-ID never change at a new try."""

    key = models.CharField(max_length=160, unique=True)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(max_length=250, blank=True)  # written once, when it first leaves
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="notices")
    # None: written to the address of a declarant, who is no contact.
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    channel = models.CharField(max_length=8, choices=NoticeChannel)
    address = models.CharField(max_length=500)  # of the contact, when it was planned
    opens = models.CharField(max_length=60, default="/notices/open/")  # the page that its link leads to
    language = models.CharField(max_length=5)
    urgent = models.BooleanField()
    state = models.CharField(max_length=12, choices=NoticeState)
    planned_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)  # those whose end is known
    repeats = models.PositiveSmallIntegerField(default=0)  # attempts that ended we know not how: it may come again
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(max_length=300, blank=True)  # the last words of the other side

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-urgent", "not_before", "id"], condition=Q(state="released"), name="notices_to_send"),
            models.Index(fields=["claimed_until"], condition=Q(state="sending"), name="notices_in_flight"),
            models.Index(fields=["state", "-id"], name="notices_by_state"),
            models.Index(fields=["address", "planned_at"], condition=Q(contact=None), name="notices_written_to"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], condition=~Q(message_id=""), name="notices_one_message_per_id"
            ),
            models.CheckConstraint(
                condition=Q(state="sending", claim__isnull=False, claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claim=None, claimed_until=None)),
                name="notices_in_flight_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered"]) | Q(sent_at__isnull=False), name="notices_sent_has_a_date"
            ),
        ]

    @property
    def told_to(self) -> str:
        """Who receives it, in words."""
        return self.contact.name if self.contact else self.address


class NoticeEvent(models.Model):
    """The history of a notice: append-only."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=NoticeEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    told = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["notice", "id"], name="notices_history")]
