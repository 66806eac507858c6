"""What is watched: the alerts of the nation, whom they concern, and what people follow for themselves."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext

from vigie.apps.accounts.models import User
from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import Vulnerability

from .enums import AlertTrigger, NationalAlertEventKind, NationalAlertState, WatchedKind, WatchPace


class NationalAlertQuerySet(models.QuerySet["NationalAlert"]):
    def undecided(self) -> Self:
        return self.filter(state__in=[NationalAlertState.NEW, NationalAlertState.EXAMINED])

    def standing(self) -> Self:
        """Not dismissed: what it concerns is followed, and told under its name."""
        return self.exclude(state=NationalAlertState.DISMISSED)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.EVIDENCE) -> Self:
        """Over the nation, all; elsewhere, those that concern somebody whose evidence the reader may see."""
        scope = user.scope(right, now)
        if scope.nation:
            return self
        mine = Concerned.objects.filter(of_establishments(scope), alert=OuterRef("pk"))
        return self.filter(Exists(mine))


class NationalAlert(models.Model):
    """One vulnerability that attackers use, or that CERT-FR warns of: what it means for those whom we follow."""

    vulnerability = models.OneToOneField(Vulnerability, on_delete=models.PROTECT, related_name="national_alert")
    trigger = models.CharField(max_length=7, choices=AlertTrigger)  # what opened it
    reference = models.CharField(max_length=30, blank=True)  # "CERTFR-2024-ALE-004"
    told_on = models.DateField(null=True, blank=True)  # the day that the source gives it
    opened_at = models.DateTimeField()
    policy = models.CharField(max_length=40)  # "national-alert-2026-11-23"
    state = models.CharField(max_length=9, choices=NationalAlertState, default=NationalAlertState.NEW)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a dismissal
    counted_at = models.DateTimeField(null=True, blank=True)  # when it was last worked out whom it concerns

    objects = NationalAlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["released", "dismissed"], decided_at__isnull=False)
                | Q(state__in=["new", "examined"], decided_at=None),
                name="watch_decided_on_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(state="dismissed") & ~Q(reason="")) | (~Q(state="dismissed") & Q(reason="")),
                name="watch_dismissed_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="watch_alerts_by_state")]

    @property
    def mailing_key(self) -> str:
        return f"national-alert:{self.pk}"

    @property
    def is_undecided(self) -> bool:
        return self.state in {NationalAlertState.NEW, NationalAlertState.EXAMINED}


class ConcernedQuerySet(models.QuerySet["Concerned"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def visible_to(self, user: Viewer, now: datetime, right: Right = Right.EVIDENCE) -> Self:
        return self.filter(of_establishments(user.scope(right, now)))


class Concerned(models.Model):
    """What an alert means for one establishment, from when to when: the worst verdict of what it shows."""

    alert = models.ForeignKey(NationalAlert, on_delete=models.CASCADE, related_name="concerned")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=12, choices=MatchVerdict)
    remote_access = models.BooleanField()  # by equipment that lets people in from outside
    services = models.PositiveIntegerField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ConcernedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "establishment"], condition=Q(ended_at=None), name="watch_concerned_once"
            )
        ]


class NationalAlertEvent(models.Model):
    """The history of an alert: append-only."""

    alert = models.ForeignKey(NationalAlert, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=NationalAlertEventKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["alert", "id"], name="watch_history")]

    @property
    def told(self) -> str:
        """Its words, as people read them: a count is told in the reader's language."""
        if self.kind != NationalAlertEventKind.CONCERNED:
            return self.words
        counted = {name: int(number) for name, number in (part.split(" ") for part in self.words.split(", "))}
        affected = counted.pop(MatchVerdict.AFFECTED.value, 0)
        words = {"affected": affected, "check": sum(counted.values())}
        return gettext("%(affected)d affected, %(check)d to check") % words


class Watched(models.Model):
    """A product or a vulnerability that one person follows, and when they last looked."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watched")
    kind = models.CharField(max_length=13, choices=WatchedKind)
    name = models.CharField(max_length=250)  # "fortinet:fortios", "CVE-2024-21762"
    since = models.DateTimeField()
    looked_at = models.DateTimeField()  # what came later is new

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "name"], name="watch_followed_once")]


class WatchTelling(models.Model):
    """How one person is told of what they follow, and until when they were."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="watch_telling")
    pace = models.CharField(max_length=7, choices=WatchPace, default=WatchPace.DIGEST)
    told_at = models.DateTimeField()  # what came before was told, or was not to be
