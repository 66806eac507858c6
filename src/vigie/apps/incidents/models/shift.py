"""Who is on duty at the cell: a shift is given by one and taken by the other, each signs."""

from django.db import models
from django.db.models import F, Q

from vigie.apps.accounts.models import User


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def current(self) -> "DutyShift | None":
        """The shift of whoever is on duty; None when nobody ever took it."""
        taken = self.filter(taken_at__isnull=False).select_related("giver", "taker")
        return taken.order_by("-taken_at", "-pk").first()

    def waiting(self) -> "DutyShift | None":
        """What was given and is not taken yet; None when nothing is."""
        given = self.filter(taken_at=None, withdrawn_at=None).select_related("giver", "taker")
        return given.order_by("-pk").first()


class DutyShift(models.Model):
    """One change of duty. Not given: the taker took it alone, and says why."""

    giver = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="given_shifts")  # None: nobody
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_shifts")
    words = models.TextField()
    standing = models.JSONField(default=list)  # keys of the incidents that were open when it was given
    given_at = models.DateTimeField(null=True, blank=True)  # signed by the giver
    taken_at = models.DateTimeField(null=True, blank=True)  # signed by the taker
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at__isnull=False, giver__isnull=False) | Q(taken_at__isnull=False),
                name="incidents_shift_signed_by_one",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(withdrawn_at=None), name="incidents_shift_taken_or_withdrawn"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="incidents_shift_to_somebody_else"),
            models.UniqueConstraint(
                fields=["giver"], condition=Q(taken_at=None, withdrawn_at=None), name="incidents_one_shift_waits"
            ),
        ]
        indexes = [models.Index(fields=["-taken_at"], name="incidents_on_duty")]
