"""Which findings an operator of essential services agreed to show to ANSSI: dated, one kind of finding at a time."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from vigie.apps.findings.enums import FindingKind
from vigie.apps.registry.models import Establishment
from vigie.apps.timeline import DatedFact


class Agreement(DatedFact):
    """Counts only while the establishment is marked as an essential operator: the mark alone shows nothing."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField(max_length=8, choices=FindingKind)
    signatory = models.CharField(max_length=120)  # who agreed, for the establishment
    basis = models.CharField(max_length=200)  # convention or letter, with its date
    recorded_by = models.CharField(max_length=200)

    class Meta(DatedFact.Meta):
        abstract = False
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["establishment", "kind"],
                condition=Q(superseded_at=None, valid_until=None),
                name="findings_agreed_once",
            ),
        ]


def agreed(day: date) -> Q:
    """On findings: those of an essential operator that agreed to show this kind on that day."""
    given = Agreement.objects.current().in_force(day)
    of_this = given.filter(establishment=OuterRef("establishment"), kind=OuterRef("kind"))
    return Q(Exists(of_this), establishment__essential_operator=True)
