"""What may be looked at for one establishment now, and what must be left out and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import msgspec

from vigie.apps.assets.enums import AssetKind
from vigie.apps.assets.leaks import leaks_of
from vigie.apps.assets.models import Asset
from vigie.apps.assets.queries import domains_to_read, mandates_for
from vigie.apps.assets.registrations import registrations_of
from vigie.engine.facts import HostLook, Identity, ServiceLook
from vigie.engine.names import LeakFacts, RegistrationFacts
from vigie.probes.scope import Scope
from vigie.probes.spared import Spared, recognised
from vigie.probes.targets import LARGEST_RANGE, Target, Targets, find_targets

from .models import Service

NOT_DECLARED = "not declared, or outside the mandate"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A declared asset that is not looked at at all, and why."""

    reason: str
    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Perimeter:
    """`places` maps each name to where it leads, None when the resolvers could not tell."""

    scope: Scope
    targets: tuple[Target, ...]
    places: dict[str, frozenset[str] | None]
    name_reasons: dict[str, str]  # name -> "" when resolved, else why it is unknown
    left_out: tuple["LeftOut", ...] = ()  # declared assets that are not looked at
    domains: tuple[str, ...] = ()  # whose records are asked of our resolvers
    leaks: Mapping[str, tuple[LeakFacts, ...]] = field(default_factory=dict)  # by domain, as they were brought in
    registrations: Mapping[str, RegistrationFacts] = field(default_factory=dict)  # by domain, as the registries told

    def moved_from(self, address: str) -> frozenset[str]:
        """Names that are known to lead elsewhere than to this address."""
        return frozenset(name for name, led in self.places.items() if led is not None and address not in led)

    def as_told(self, host: HostLook) -> HostLook:
        """A look at a domain, with what others told of it (leaks, registration): what it publishes is one place."""
        told: dict[str, Any] = {}
        if leaks := self.leaks.get(host.domain):
            told["leaks"] = leaks
        if registration := self.registrations.get(host.domain):
            told["registration"] = registration
        if not told:
            return host
        return replace(host, services=tuple(_with(service, told) for service in host.services))

    def only(self, address: str) -> "Perimeter":
        """This address alone, as far as it may be looked at; its names are asked with it."""
        targets = tuple(target for target in self.targets if target.address == address)
        left = () if targets else (LeftOut(NOT_DECLARED, address=address),)
        return replace(self, targets=targets, domains=(), left_out=left)

    def only_domain(self, domain: str) -> "Perimeter":
        """What this domain publishes, and no port."""
        domains = tuple(one for one in self.domains if one == domain)
        left = () if domains else (LeftOut(NOT_DECLARED, name=domain),)
        return replace(self, targets=(), domains=domains, left_out=left)


def perimeter_of(
    establishment_id: int, *, ports: tuple[int, ...], resolvers: tuple[str, ...], now: datetime
) -> Perimeter:
    """Resolve the names and expand the ranges that are declared today; the mandates of this moment bound them."""
    scope = Scope(mandates_for(establishment_id, now), fragile_seen(establishment_id))
    assets = list(Asset.objects.as_of(now.date(), now).filter(establishment=establishment_id).order_by("id"))
    left_out: list[LeftOut] = []
    addresses = []
    for asset in assets:
        if asset.kind == AssetKind.DOMAIN:
            continue
        if ip_network(asset.value, strict=False).num_addresses > LARGEST_RANGE:
            left_out.append(LeftOut(f"a range of more than {LARGEST_RANGE} addresses", address=asset.value))
        else:
            addresses.append(asset.value)
    names = [asset.value for asset in assets if asset.kind == AssetKind.DOMAIN]
    found = find_targets(addresses=addresses, names=names, ports=ports, scope=scope, resolvers=resolvers, now=now)
    outside = _outside(found)
    left_out += [LeftOut("a name leads outside the mandate", name=name) for name in outside]
    left_out += [LeftOut(f"a name did not resolve: {r.reason}", name=r.name) for r in found.resolutions if not r.known]
    domains = domains_to_read(establishment_id, now)
    return Perimeter(
        scope=scope,
        targets=found.targets,
        places={r.name: frozenset(r.addresses) if r.known else None for r in found.resolutions},
        name_reasons={r.name: r.reason or outside.get(r.name, "") for r in found.resolutions},
        left_out=tuple(left_out),
        domains=domains,
        leaks=leaks_of(establishment_id),
        registrations=registrations_of(domains, now),
    )


def _with(service: ServiceLook, told: Mapping[str, Any]) -> ServiceLook:
    domain = service.facts.domain
    if domain is None:
        return service
    return replace(service, facts=replace(service.facts, domain=replace(domain, **told)))


def fragile_seen(establishment_id: int) -> list[Spared]:
    """Addresses where fragile equipment was recognised at an earlier look, and still is."""
    rows = Service.objects.current().filter(establishment=establishment_id).exclude(address="").exclude(identities=[])
    found = (
        recognised(address, msgspec.convert(identities, tuple[Identity, ...]))
        for address, identities in rows.order_by("pk").values_list("address", "identities").iterator()
    )
    return [one for one in found if one is not None]


def _outside(found: Targets) -> dict[str, str]:
    """Names that lead to no address of the mandate: not looked at, hence unknown."""
    inside = {name for target in found.targets for name in target.names}
    return {name: "leads outside the mandate" for name, _ in found.outside if name not in inside}
