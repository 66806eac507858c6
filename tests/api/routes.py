"""Every address of the API and what it names in the world of the tests."""

from django.utils import timezone

from tests.web.world import World
from vigie.data.incident_sharing import sharing


def arguments(world: World) -> dict[str, list[object]]:
    one, finding = [world.establishment.finess], [world.finding.pk]
    group, region = [world.group.kind, world.group.code], ["region", "X1"]
    told: dict[str, list[object]] = {
        "docs": [],
        "openapi": [],
        "me": [],
        "audit_head": [],
        "establishments": [],
        "establishment": one,
        "establishment_level": one,
        "establishment_levels": one,
        "establishment_services": one,
        "groups": [],
        "group": group,
        "group_level": group,
        "territories": [],
        "territory": region,
        "territory_level": region,
        "perimeter": one,
        "declare_asset": one,
        "end_asset": [*one, 1],
        "withdraw_mandate": [*one, 1],
        "campaigns": [],
        "campaign": [world.campaign.pk],
        "stop_state": [],
        "lift_stop": [],
        "findings": [],
        "finding": finding,
        "finding_events": finding,
        "acknowledge_finding": finding,
        "plan_finding": finding,
        "declare_fix": finding,
        "retest_finding": finding,
        "mark_false_positive": finding,
        "accept_risk": finding,
        "retire_asset": finding,
        "reopen_finding": finding,
        "note_finding": finding,
        "assign_finding": finding,
        "verify_measure": [*finding, world.measure.pk],
        "notices": [],
        "notice": [world.notice.pk],
        "acknowledge_notice": [world.notice.pk],
        "sightings": [],
        "verify_sighting": [world.sighting.pk],
        "reject_sighting": [world.sighting.pk],
        "send_report": one,
        "sent_report": [*one, world.upload.pk],
        "accept_report": [*one, world.upload.pk],
        "drop_report": [*one, world.upload.pk],
        "vulnerability": [world.vulnerability.cve],
        "exposed": [],
        "alerts": [],
        "alert": [world.national_alert.pk],
        "alert_concerned": [world.national_alert.pk],
        "examine_alert": [world.national_alert.pk],
        "release_alert": [world.national_alert.pk],
        "dismiss_alert": [world.national_alert.pk],
        "watch_list": [],
        "looked_at": [],
        "unfollow": [1],
        "products": [],
        "product": ["pulsesecure:pulse_connect_secure"],
        "version_schemes": [],
        "compare_versions": [],
        "match": [],
        "incidents": [],
        "incident_outlines": [],
        "incident": [world.declaration.incident_id],
        "incident_support": [world.declaration.incident_id],
        "declarations": [],
        "declaration": [world.declaration.reference],
        "complete_declaration": [world.declaration.reference],
        "attach_file": [world.declaration.reference],
        "take_file_away": [world.declaration.reference, world.attachment.uid],
        "obligations": [],
        "submit_obligation": [world.declaration.reference, 1],
        "incident_years": [],
        "incident_year": [2026],
        "weaknesses": [],
        "weakness": [world.weakness.pk],
        "close_weakness": [world.weakness.pk],
        "nowhere": ["nowhere"],
    }
    return {f"api:{name}": given for name, given in told.items()} | _taxii()


def _taxii() -> dict[str, list[object]]:
    one: list[object] = [sharing(timezone.localdate()).collection]
    unknown = [*one, "incident--00000000-0000-4000-8000-000000000000"]
    told: dict[str, list[object]] = {"discovery": [], "root": [], "collections": []}
    told |= {"collection": one, "manifest": one, "objects": one, "object": unknown, "versions": unknown}
    return {f"taxii:{name}": given for name, given in told.items()}
