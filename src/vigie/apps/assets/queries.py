"""What may be looked at for one establishment, by whose authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from django.db.models import QuerySet

from vigie.engine.ownership import Reach, name_is_proved, network_is_proved
from vigie.probes import scope
from vigie.probes.spared import Spared

from .addresses import kinds_reaching
from .enums import AssetKind
from .models import Asset, Contest, Mandate, Proof
from .sparing import spared_now, within
from .standing import Claims, claims_of, reach_under
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
    claims = claims_of(establishment_id, now)
    spared = spared_now(now)
    return tuple(_as_the_gate_reads(row, assets, claims, spared) for row in rows)


def domains_to_read(establishment_id: int, now: datetime) -> tuple[str, ...]:
    """Declared names of which our resolvers may be asked what they publish: whatever their host agreed to, as no
    packet reaches it; never those that are contested, or not proved."""
    given = list(Mandate.objects.in_force(now).filter(establishment=establishment_id).values_list("kind", "host"))
    claims = claims_of(establishment_id, now)
    return tuple(
        asset.value
        for asset in assets_of(establishment_id, now).filter(kind=AssetKind.DOMAIN)
        if any(reach_under(asset, claims, kind, host)[0] is not Reach.NONE for kind, host in given)
    )


def _as_the_gate_reads(row: Mandate, assets: list[Asset], claims: Claims, spared: tuple[Spared, ...]) -> scope.Mandate:
    kind = scope.MandateKind(row.kind)
    networks: list[scope.Network] = []
    names: set[str] = set()
    held: list[scope.Held] = []
    for asset in assets:
        reach, why = reach_under(asset, claims, row.kind, row.host)
        if asset.kind == AssetKind.DOMAIN:
            if reach is Reach.ACTIVE:
                names.add(asset.value)
            else:
                held.append(scope.Held(asset.value, why))
            continue
        network = ip_network(asset.value)
        # A host agrees for its own machines, not for those of the establishment.
        if kind not in kinds_reaching(network) or (kind is scope.MandateKind.HOSTED and not asset.hosted_by):
            continue
        if reach is Reach.ACTIVE:
            networks.append(network)
        else:
            held.append(scope.Held(network, why))
    return scope.Mandate(
        reference=f"establishment:{row.establishment_id}:mandate:{row.pk}",
        kind=kind,
        signatory=row.signatory,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        networks=tuple(networks),
        names=frozenset(names),
        held=tuple(held),
        exclusions=tuple(ip_network(text) for text in row.exclusions),
        excluded_ports=frozenset(row.excluded_ports),
        windows=stored_windows(row.windows),
        intensity=scope.Intensity(row.intensity),
        allow_mllp_frame=row.allow_mllp_frame,
        spared=within(networks, spared),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an analyst in the perimeters."""

    documents: int  # signed, to be read
    contests: int  # contested assets, to be decided on

    @property
    def count(self) -> int:
        return self.documents + self.contests


def waiting_for_an_analyst() -> Waiting:
    return Waiting(Proof.objects.to_review().count(), Contest.objects.open().count())


def exchanges_care_data(establishment_id: int, *, address: str, names: Iterable[str], now: datetime) -> bool:
    """Whether what is seen at this address, or under one of these names, is tagged as exchanging care data."""
    tagged = list(assets_of(establishment_id, now).filter(exchanges_care_data=True))
    domains = [asset.value for asset in tagged if asset.kind == AssetKind.DOMAIN]
    networks = [ip_network(asset.value) for asset in tagged if asset.kind != AssetKind.DOMAIN]
    by_name = any(name_is_proved(name, domains) for name in names)
    return by_name or (bool(address) and network_is_proved(ip_network(address), networks))
