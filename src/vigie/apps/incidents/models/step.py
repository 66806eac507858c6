"""Which steps of a playbook were done for an incident, by whom."""

from django.db import models
from django.db.models import Q

from .incident import Incident


class StepDone(models.Model):
    """One step of a playbook, done; taken back, it stays and says so."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    playbook = models.CharField(max_length=40)  # slug in vigie/data/playbooks
    step = models.CharField(max_length=40)
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "playbook", "step"], condition=Q(undone_at=None), name="incidents_step_done_once"
            )
        ]
