"""Look again now, because a person asks: within the mandate, rate-limited, judged as any look."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.registry.models import Establishment
from vigie.apps.scans import actions as scans
from vigie.apps.scans.enums import CampaignState
from vigie.apps.scans.models import Campaign
from vigie.data.params import follow_up_rule

from .enums import FindingEventKind
from .models import Finding, FindingEvent, Retest
from .refusals import RetestRefused


@transaction.atomic
def retest(*, finding: Finding, by: str, now: datetime) -> Retest:
    """Have the port of this finding looked at before everything that waits; the one under way, if there is one.

    Raises RetestRefused.
    """
    row = Finding.objects.select_for_update(of=("self",)).select_related("establishment").get(pk=finding.pk)
    under_way = row.retests.filter(campaign__state=CampaignState.RUNNING).order_by("-asked_at").first()
    if under_way is not None:
        return under_way
    campaign = queue_look(
        establishment=row.establishment,
        address=row.address,
        port=row.port,
        transport=row.transport,
        domain=row.domain,
        by=by,
        now=now,
    )
    asked = Retest.objects.create(finding=row, campaign=campaign, asked_at=now, asked_by=by)
    FindingEvent.objects.create(finding=row, kind=FindingEventKind.RETEST_ASKED, at=now, by=by)
    record(kind="finding-retest", subject=row, by=by, at=now, campaign=campaign.pk)
    return asked


def queue_look(
    *,
    establishment: Establishment,
    address: str,
    port: int,
    by: str,
    now: datetime,
    domain: str = "",
    transport: str = "tcp",
) -> Campaign:
    """A look at this port or domain before everything that waits, in the caller's transaction. Raises RetestRefused."""
    _refuse_too_many(establishment.pk, address, port, domain, now)
    try:
        return scans.start_retest(
            establishment=establishment,
            address=address,
            port=port,
            transport=transport,
            domain=domain,
            by=by,
            now=now,
        )
    except scans.StopInForce as error:
        raise RetestRefused(_("A stop is in force: nothing can be looked at before it is lifted.")) from error
    except scans.NoMandate as error:
        raise RetestRefused(_("No mandate is in force: nobody allows this address to be looked at today.")) from error


def _refuse_too_many(establishment_id: int, address: str, port: int, domain: str, now: datetime) -> None:
    rule = follow_up_rule(now.date())
    of_port = Retest.objects.of_port(establishment_id, address, port, domain)
    lately = of_port.filter(asked_at__gt=now - rule.retests_within)
    if lately.count() < rule.retests:
        return
    oldest = lately.order_by("-asked_at")[rule.retests - 1]
    minutes = max(1, -(-int((oldest.asked_at + rule.retests_within - now).total_seconds()) // 60))
    told = {"n": rule.retests, "minutes": minutes}
    raise RetestRefused(
        _("This port was looked at %(n)d times within the hour. The next look can be asked for in %(minutes)d min.")
        % told
    )
