"""What may be looked at for one establishment, by whose authority."""

from datetime import datetime
from ipaddress import ip_network

from django.db.models import QuerySet

from vigie.probes import scope

from .addresses import kinds_reaching
from .enums import AssetKind
from .models import Asset, Mandate
from .windows import stored_windows


def assets_of(establishment_id: int, now: datetime) -> QuerySet[Asset]:
    """What it declares today, oldest first."""
    declared: QuerySet[Asset] = (
        Asset.objects.as_of(now.date(), now).filter(establishment=establishment_id).order_by("valid_from", "id")
    )
    return declared


def mandates_of(establishment_id: int) -> QuerySet[Mandate]:
    """Every mandate that it ever gave, the latest first."""
    return Mandate.objects.filter(establishment=establishment_id).order_by("-valid_from", "-id")


def mandates_for(establishment_id: int, now: datetime) -> tuple[scope.Mandate, ...]:
    """The mandates in force, each with the declared addresses that its kind reaches, as the gate reads them."""
    rows = list(Mandate.objects.in_force(now).filter(establishment=establishment_id).order_by("id"))
    if not rows:
        return ()
    assets = list(assets_of(establishment_id, now))
    names = frozenset(asset.value for asset in assets if asset.kind == AssetKind.DOMAIN)
    declared = [ip_network(asset.value) for asset in assets if asset.kind != AssetKind.DOMAIN]
    networks = [(network, kinds_reaching(network)) for network in declared]
    return tuple(_as_the_gate_reads(row, networks, names) for row in rows)


def _as_the_gate_reads(
    row: Mandate, networks: list[tuple[scope.Network, frozenset[scope.MandateKind]]], names: frozenset[str]
) -> scope.Mandate:
    kind = scope.MandateKind(row.kind)
    return scope.Mandate(
        reference=f"establishment:{row.establishment_id}:mandate:{row.pk}",
        kind=kind,
        signatory=row.signatory,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        networks=tuple(network for network, kinds in networks if kind in kinds),
        names=names,
        exclusions=tuple(ip_network(text) for text in row.exclusions),
        excluded_ports=frozenset(row.excluded_ports),
        windows=stored_windows(row.windows),
        intensity=scope.Intensity(row.intensity),
        allow_mllp_frame=row.allow_mllp_frame,
    )
