"""Print what an installation found, campaign by campaign, as JSON: run with its VIGIE_HOME, in a process of its own."""

import json
import sys

from vigie.cli.runtime import django_ready


def main() -> None:
    django_ready()
    from vigie.apps.findings.enums import FindingEventKind, FindingState
    from vigie.apps.findings.models import Finding, FindingEvent
    from vigie.apps.observatory.models import Level
    from vigie.apps.scans.models import Campaign, Service

    def key(finding: Finding) -> list[object]:
        return [
            finding.establishment.finess,
            finding.address,
            finding.port,
            finding.kind,
            finding.subject,
            " ".join(sorted(finding.names)),
        ]

    found = Finding.objects.select_related("establishment")
    detected = FindingEvent.objects.filter(kind=FindingEventKind.DETECTED).select_related(
        "finding__establishment", "look__shard"
    )
    services = Service.objects.current().filter(absences=0).select_related("pair", "establishment")
    json.dump(
        {
            "campaigns": [
                {"id": one.pk, "state": one.state, "seconds": (one.ended_at - one.started_at).total_seconds()}
                for one in Campaign.objects.order_by("pk")
            ],
            "detected": [[event.look.shard.campaign_id, key(event.finding)] for event in detected],
            "open": [key(one) for one in found.filter(state=FindingState.OPEN, absences=0)],
            "waiting": [key(one) for one in found.filter(state=FindingState.OPEN, absences__gt=0)],
            "closed": [key(one) for one in found.filter(state=FindingState.CLOSED)],
            "gone": [key(one) for one in found.filter(state=FindingState.NO_LONGER_OBSERVED)],
            "services": [
                [one.establishment.finess, one.address, one.port, one.name, one.service]
                + ([one.pair.vendor, one.pair.product, one.pair.version] if one.pair else ["", "", ""])
                for one in services
            ],
            "levels": Level.objects.values("subject_kind").distinct().count(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
