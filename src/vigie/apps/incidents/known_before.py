"""What was already known of an establishment when the incident was seen: since when, and when it was told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from vigie.apps.findings.models import Finding
from vigie.apps.notices.queries import first_told

from .models import Incident

MOST = 50


@dataclass(frozen=True, slots=True)
class Known:
    """One weakness that stood when the incident began, or when it was seen."""

    finding: Finding
    told_at: datetime | None  # the first message about it that reached somebody; None: nobody was told before

    def before(self, moment: datetime) -> timedelta:
        """How long it had been known."""
        return moment - self.finding.first_seen


def known_before(incident: Incident, readable: "QuerySet[Finding]") -> list[Known]:
    """Of the findings that the reader may read, those that stood at that moment; remote access and exploited first.

    At most fifty; of an incident of a provider, none: it is of many structures.
    """
    moment = incident.started_at or incident.discovered_at
    if incident.establishment_id is None or moment is None:
        return []
    stood = Q(first_seen__lte=moment) & (Q(closed_at=None) | Q(closed_at__gt=moment))
    rows = readable.filter(stood, establishment=incident.establishment_id)
    found = list(rows.order_by("-exploited", "-remote_access", "rank", "first_seen", "pk")[:MOST])
    told = first_told(moment, findings=[one.pk for one in found])
    return [Known(one, told.get(one.pk)) for one in found]
