"""What do other tools say of an establishment, and of the place of a finding; and is it so?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from vigie.apps.findings.enums import Severity, SightingKind
from vigie.apps.findings.models import Finding, Retest
from vigie.apps.registry.models import Establishment
from vigie.apps.scans.enums import CampaignState

from .models import Sighting, SightingQuerySet

_RANK = Case(
    *[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity.values)],
    # A weakness without a severity stands between those that have one and the facts.
    When(kind=SightingKind.WEAKNESS, then=Value(len(Severity.values))),
    When(kind=SightingKind.FACT, then=Value(len(Severity.values) + 1)),
    default=Value(len(Severity.values) + 2),
    output_field=IntegerField(),
)


def sightings_of(establishment: Establishment) -> SightingQuerySet:
    """All that other tools say of it, the worst first, then the latest."""
    return ranked(Sighting.objects.filter(establishment=establishment))


def beside(finding: Finding) -> SightingQuerySet:
    """What other tools say of the same port, by its address or, when they knew none, by one of its names."""
    place = Q(address="", name__in=[name for name in finding.names if name])
    if finding.address:
        place |= Q(address=finding.address)
    return ranked(
        Sighting.objects.filter(
            place,
            establishment=finding.establishment_id,
            port=finding.port,
            transport__in=[finding.transport, ""],
        )
    )


def findings_beside(sighting: Sighting) -> QuerySet[Finding]:
    """What our own looks found at the same place, and that still stands."""
    place = Q(address=sighting.address) if sighting.address else Q(names__icontains=f'"{sighting.name}"')
    port = Q(port=sighting.port) if sighting.port else Q()
    return Finding.objects.standing().filter(place, port, establishment=sighting.establishment_id)


@dataclass(frozen=True, slots=True)
class Verification:
    """The last look that a person asked for, to know whether it is so."""

    retest: Retest
    is_running: bool
    was_stopped: bool
    reasons: tuple[str, ...]  # why it could not be told, as the look recorded it
    ended_at: datetime | None


def last_verification(sighting: Sighting) -> Verification | None:
    asked = sighting.retests.select_related("campaign").order_by("-asked_at", "-pk").first()
    if asked is None:
        return None
    shard = asked.campaign.shards.first()
    return Verification(
        retest=asked,
        is_running=asked.campaign.state == CampaignState.RUNNING,
        was_stopped=asked.campaign.state == CampaignState.STOPPED,
        reasons=(*shard.unknowns, *shard.unlooked) if shard else (),
        ended_at=asked.campaign.ended_at,
    )


def ranked(sightings: SightingQuerySet) -> SightingQuerySet:
    """The worst first, then the latest."""
    found: SightingQuerySet = sightings.annotate(rank=_RANK).order_by("rank", "-last_seen", "pk")
    return found
