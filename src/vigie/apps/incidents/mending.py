"""Is a reported weakness mended? A look proves it; a person says it only where no look of ours can judge it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from vigie.apps.findings.enums import FindingState, SightingState
from vigie.apps.findings.models import Finding, Sighting

from .disclosing import move_report
from .enums import WeaknessState
from .models import WeaknessReport
from .refusals import Incomplete

BY = "vigie"
MOST_REASON = 300


def findings_of(sighting: Sighting) -> "QuerySet[Finding]":
    """What our looks found of it, at its place: by the check that asks the same, or the vulnerabilities it names."""
    # Names are a JSON list of texts, which SQLite searches as text only.
    place = Q(address=sighting.address) if sighting.address else Q(names__icontains=f'"{sighting.name}"')
    same = Q(vulnerabilities__cve__in=sighting.cves) if sighting.cves else Q()
    if sighting.check_slug:
        same |= Q(subject=sighting.check_slug)
    if not same:
        return Finding.objects.none()
    rows = Finding.objects.filter(place, same, establishment=sighting.establishment_id)
    return (rows.filter(port=sighting.port) if sighting.port else rows).distinct()


def is_proved(report: WeaknessReport) -> bool:
    """A look of ours found the place sound, or closed on proof every finding of it since it was reported."""
    sighting = report.sighting
    if sighting is None:
        return False
    if sighting.state == SightingState.REJECTED and sighting.look_id is not None:
        return True
    found = list(findings_of(sighting).values_list("state", "closed_at"))
    closed = [at for state, at in found if state == FindingState.CLOSED and at is not None]
    return bool(found) and len(closed) == len(found) and max(closed) >= report.received_at


def mend_what_is_proved(now: datetime) -> int:
    """Each report under verification whose proof has come is mended; return how many."""
    waiting = WeaknessReport.objects.filter(state=WeaknessState.VERIFYING, sighting__isnull=False)
    proved = [report for report in waiting.select_related("sighting").order_by("pk") if is_proved(report)]
    for report in proved:
        with transaction.atomic():
            move_report(report, WeaknessState.MENDED, frozenset({WeaknessState.VERIFYING}), BY, now)
    return len(proved)


@transaction.atomic
def mend(*, report: WeaknessReport, reason: str, by: str, now: datetime) -> None:
    """A person saw that it is mended, and says how. Raises Incomplete, AlreadyDone.

    Not while a finding of it stands: that one closes on proof, and the report follows.
    """
    standing = findings_of(report.sighting).exclude(state=FindingState.CLOSED) if report.sighting else None
    if standing is not None and standing.exists():
        raise Incomplete(_("A finding of it is open: the report follows once a look proves that it is mended."))
    words = reason.strip()[:MOST_REASON]
    if not words and not is_proved(report):
        raise Incomplete(_("No look of ours can judge it: say how it was seen that it is mended."))
    move_report(report, WeaknessState.MENDED, frozenset({WeaknessState.VERIFYING}), by, now, reason=words)
