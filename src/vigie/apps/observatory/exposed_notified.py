"""Who was told of a vulnerability, and when did the first message about it leave?"""

from datetime import datetime

from django.db.models import Q

from vigie.apps.findings.models import FindingVulnerability
from vigie.apps.notices.enums import ItemKind
from vigie.apps.notices.models import AlertItem
from vigie.apps.notices.queries import REACHED
from vigie.apps.watch.models import Concerned


def notified(vulnerability: int, moment: datetime) -> dict[int, datetime]:
    """establishment -> when the first message left that was about it, by that moment.

    A message about a finding tells of what was behind the finding when it left, not of what came to it later.
    """
    links = FindingVulnerability.objects.filter(vulnerability=vulnerability)
    since = dict(links.order_by("-since").values_list("finding", "since"))  # the earliest of a finding comes last
    checks = Concerned.objects.filter(alert__vulnerability=vulnerability)
    if not since and not checks.exists():
        return {}
    told = AlertItem.objects.filter(
        Q(kind=ItemKind.WEAKNESS, subject_id__in=links.values("finding"))
        | Q(kind=ItemKind.CHECK, subject_id__in=checks.values("pk")),
        alert__notices__state__in=REACHED,
        alert__notices__sent_at__lte=moment,
    )
    found: dict[int, datetime] = {}
    columns = ("kind", "subject_id", "alert__establishment", "alert__notices__sent_at")
    for kind, subject, establishment, sent_at in told.order_by("alert__notices__sent_at").values_list(*columns):
        if kind == ItemKind.CHECK or sent_at >= since[subject]:
            found.setdefault(establishment, sent_at)
    return found
