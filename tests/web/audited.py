"""The audit of a group under review: one weakness confirmed, one rejected, the others to be judged."""

from datetime import datetime, timedelta

from tests import factories
from vigie.apps.findings.models import (
    AuditedEstablishment,
    AuditRun,
    Finding,
    GroupAudit,
    GroupAuditEvent,
    ReviewedFinding,
)
from vigie.apps.registry.models import Establishment, Group


def under_review(group: Group, members: list[Establishment], now: datetime) -> GroupAudit:
    began = now - timedelta(days=9)
    audit = GroupAudit.objects.create(
        group=group,
        state="reviewing",
        prepared_at=began - timedelta(days=20),
        signatory="Directrice Exemple, directrice générale",
        agreed_on=began.date(),
        agreement="Convention 2026-12",
        started_at=began,
        ports=[443, 8443],
    )
    for number, one in enumerate(members):
        AuditedEstablishment.objects.create(
            audit=audit,
            establishment=one,
            assets=[{"kind": "address", "value": "127.61.0.1"}] if number != 1 else [],
            had_mandate=number != 1,
        )
    campaign = factories.CampaignFactory(
        name=f"Audit of {group.name}", started_at=began, ended_at=began + timedelta(hours=1)
    )
    AuditRun.objects.create(audit=audit, campaign=campaign)
    seen = Finding.objects.standing().filter(establishment__in=[one.pk for one in members]).order_by("rank", "pk")
    for number, finding in enumerate(seen):
        judged = {"judged_at": now, "judged_by": "cli:aline"}
        verdicts = {0: {"verdict": "confirmed", **judged}, 1: {"verdict": "rejected", "reason": "Un leurre.", **judged}}
        ReviewedFinding.objects.create(audit=audit, finding=finding, **verdicts.get(number, {}))
    for kind in ("prepared", "agree", "run", "gather"):
        GroupAuditEvent.objects.create(audit=audit, kind=kind, at=began, by="cli:aline")
    return audit
