"""Leave an address alone, or ask it the least: recorded, dated, obeyed at once by the gate; lifted by an analyst."""

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment
from vigie.data.care import Treatment as Care
from vigie.probes import spared as probes
from vigie.probes.scope import Network

from .addresses import network_of
from .enums import AssetKind, SparedWhy, Treatment
from .models import Asset, SparedAddress
from .refusals import AlreadyOver, InvalidSpared

WIDEST = {4: 16, 6: 32}  # a wider one is a mistake, and would blind the whole country


@transaction.atomic
def spare(
    *,
    value: str,
    why: str,
    asked_by: str,
    by: str,
    now: datetime,
    treatment: str = Treatment.NONE,
    reason: str = "",
    establishment: Establishment | None = None,
) -> SparedAddress:
    """From now on nothing, or the least, is sent there under any mandate. Asking again changes nothing.

    Raises InvalidSpared, InvalidAsset.
    """
    network = network_of(value)
    if network.prefixlen < WIDEST[network.version]:
        raise InvalidSpared(
            _("%(network)s is too wide: a range of /%(widest)d at most.")
            % {"network": network, "widest": WIDEST[network.version]}
        )
    if not asked_by.strip():
        raise InvalidSpared(_("Say who asks for it: a name, and how to reach them."))
    row, made = SparedAddress.objects.get_or_create(
        value=str(network),
        why=SparedWhy(why),
        lifted_at=None,
        defaults={
            "establishment": establishment,
            "treatment": Treatment.NONE if why == SparedWhy.OPT_OUT else Treatment(treatment),
            "asked_by": asked_by.strip()[:200],
            "reason": reason.strip()[:300],
            "recorded_at": now,
            "recorded_by": by,
        },
    )
    if made:
        audit.record(
            kind="address-spared", by=by, at=now, subject=row, value=row.value, why=row.why, treatment=row.treatment
        )
    return row


def spare_own(
    *,
    establishment: Establishment,
    value: str,
    why: str,
    asked_by: str,
    by: str,
    now: datetime,
    treatment: str = Treatment.NONE,
    reason: str = "",
) -> SparedAddress:
    """What an establishment asks for itself, inside what it declares: obeyed at once. Raises InvalidSpared."""
    network = network_of(value)
    if not any(_holds(own, network) for own in _declared(establishment, now)):
        raise InvalidSpared(
            _("%(network)s is not in what you declare: whoever it belongs to can write to the contact of the looks.")
            % {"network": network}
        )
    return spare(
        value=value, why=why, asked_by=asked_by, by=by, now=now, treatment=treatment, reason=reason,
        establishment=establishment,
    )  # fmt: skip


@transaction.atomic
def lift(*, row: SparedAddress, reason: str, by: str, now: datetime) -> None:
    """It may be looked at again, within a mandate. Raises AlreadyOver, InvalidSpared."""
    if not reason.strip():
        raise InvalidSpared(_("Say on what it rests: who asked for it agrees, or the equipment is gone."))
    mine = SparedAddress.objects.filter(pk=row.pk, lifted_at=None)
    if not mine.update(lifted_at=now, lifted_by=by, lifted_reason=reason.strip()[:300]):
        raise AlreadyOver(_("%(value)s is not spared any more.") % {"value": row.value})
    audit.record(kind="address-spared-no-more", by=by, at=now, subject=row, value=row.value, why=row.why)


def spared_now(now: datetime) -> tuple[probes.Spared, ...]:
    """All that is spared, as the gate reads it."""
    rows = SparedAddress.objects.in_force(now).order_by("pk").values_list("value", "why", "treatment")
    return tuple(_as_the_gate_reads(*row) for row in rows)


def within(networks: Iterable[Network], all_spared: Iterable[probes.Spared]) -> tuple[probes.Spared, ...]:
    """Of what is spared, what touches these networks."""
    mine = tuple(networks)
    return tuple(one for one in all_spared if any(_touch(one.what, network) for network in mine))


def _as_the_gate_reads(value: str, why: str, treatment: str) -> probes.Spared:
    network = ip_network(value)
    if why == SparedWhy.OPT_OUT:
        return probes.Spared(network, Care.NONE, probes.OPTED_OUT)
    return probes.fragile(network, Care(treatment))


def _declared(establishment: Establishment, now: datetime) -> list[Network]:
    rows = Asset.objects.as_of(now.date(), now).filter(establishment=establishment).exclude(kind=AssetKind.DOMAIN)
    return [ip_network(value) for value in rows.order_by("pk").values_list("value", flat=True)]


def _holds(own: Network, network: Network) -> bool:
    return own.version == network.version and own.supernet_of(network)  # type: ignore[arg-type]


def _touch(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
