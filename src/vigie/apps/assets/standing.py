"""What is known of the assets of one establishment: proved, hosted, contested; hence what may be sent to each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from vigie.apps.registry.models import Establishment
from vigie.engine import ownership
from vigie.engine.ownership import Reach, Standing
from vigie.probes import scope

from .addresses import is_public
from .enums import AssetKind, MandateKind
from .models import Asset, Contest, Mandate, Proof

ENCLOSED = {scope.MandateKind.LOCAL, scope.MandateKind.LABORATORY}  # of who runs the network: nothing to prove


@dataclass(frozen=True, slots=True)
class Claims:
    """What one establishment has proved, and what is contested of it, at one moment."""

    domains: frozenset[str]
    networks: tuple[scope.Network, ...]
    contests: dict[tuple[str, str], ownership.ContestKind]

    def proves(self, asset: Asset) -> bool:
        if asset.kind == AssetKind.DOMAIN:
            return ownership.name_is_proved(asset.value, self.domains)
        return ownership.network_is_proved(ip_network(asset.value), self.networks)


def claims_of(establishment_id: int, now: datetime) -> Claims:
    proofs = list(
        Proof.objects.in_force(now).filter(establishment=establishment_id).values_list("kind", "value", "places")
    )
    networks = [ip_network(value) for kind, value, _ in proofs if kind != AssetKind.DOMAIN]
    # Whoever puts a file on the machine that a proved name leads to holds that machine, unless it is said to be hosted.
    networks += [ip_network(place) for _, _, places in proofs for place in places]
    open_contests = Contest.objects.open().filter(establishment=establishment_id)
    return Claims(
        domains=frozenset(value for kind, value, _ in proofs if kind == AssetKind.DOMAIN),
        networks=tuple(networks),
        contests={
            (kind, value): ownership.ContestKind(claim)
            for kind, value, claim in open_contests.values_list("kind", "value", "claim")
        },
    )


def reach_under(asset: Asset, claims: Claims, kind: str, host: str) -> tuple[Reach, str]:
    """What a mandate of that kind lets be sent to an asset, and why not more; `host` is whose agreement it is."""
    return ownership.reach(
        Standing(
            is_public=scope.MandateKind(kind) not in ENCLOSED,
            proved=claims.proves(asset),
            hosted=bool(asset.hosted_by),
            agreed=kind == MandateKind.HOSTED and asset.hosted_by.casefold() == host.casefold(),
            contest=claims.contests.get((asset.kind, asset.value)),
        )
    )


@dataclass(frozen=True, slots=True)
class State:
    """One asset as its page shows it; `why` is one of engine.ownership, "" when looks may reach it."""

    asset: Asset
    proved: bool
    needs_proof: bool
    why: str
    contest: Contest | None
    proofs: tuple[Proof, ...]  # live ones


def states(establishment: Establishment, assets: Iterable[Asset], now: datetime) -> list[State]:
    claims = claims_of(establishment.pk, now)
    given = list(Mandate.objects.in_force(now).filter(establishment=establishment).values_list("kind", "host"))
    open_contests = {(c.kind, c.value): c for c in Contest.objects.open().filter(establishment=establishment)}
    live: dict[tuple[str, str], list[Proof]] = {}
    for proof in Proof.objects.filter(establishment=establishment).exclude(state="lapsed").order_by("asked_at", "pk"):
        live.setdefault((proof.kind, proof.value), []).append(proof)
    found = []
    for asset in assets:
        key = asset.kind, asset.value
        enclosed = {kind for kind, _ in given} <= {str(kind) for kind in ENCLOSED} and bool(given)
        reaches = [reach_under(asset, claims, kind, host) for kind, host in given or [(MandateKind.ESTABLISHMENT, "")]]
        why = "" if any(reach is Reach.ACTIVE for reach, _ in reaches) else reaches[0][1]
        needs = is_public(asset.kind, asset.value) and not enclosed
        found.append(
            State(asset, claims.proves(asset), needs, why if needs or key in open_contests or asset.hosted_by else "",
                  open_contests.get(key), tuple(live.get(key, ())))
        )  # fmt: skip
    return found
