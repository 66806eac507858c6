"""What do other tools say of an establishment, and of the place of a finding?"""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from vigie.apps.findings.enums import Severity, SightingKind
from vigie.apps.findings.models import Finding
from vigie.apps.registry.models import Establishment

from .models import Sighting

_RANK = Case(
    *[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity.values)],
    # A weakness without a severity stands between those that have one and the facts.
    When(kind=SightingKind.WEAKNESS, then=Value(len(Severity.values))),
    When(kind=SightingKind.FACT, then=Value(len(Severity.values) + 1)),
    default=Value(len(Severity.values) + 2),
    output_field=IntegerField(),
)


def sightings_of(establishment: Establishment) -> QuerySet[Sighting]:
    """All that other tools say of it, the worst first, then the latest."""
    return _ranked(Sighting.objects.filter(establishment=establishment))


def beside(finding: Finding) -> QuerySet[Sighting]:
    """What other tools say of the same port, by its address or, when they knew none, by one of its names."""
    place = Q(address=finding.address) | Q(address="", name__in=[name for name in finding.names if name])
    return _ranked(
        Sighting.objects.filter(
            place,
            establishment=finding.establishment_id,
            port=finding.port,
            transport__in=[finding.transport, ""],
        )
    )


def _ranked(sightings: QuerySet[Sighting]) -> QuerySet[Sighting]:
    return sightings.annotate(rank=_RANK).order_by("rank", "-last_seen", "pk")
