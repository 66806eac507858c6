"""From what was seen and what the DNS tells, what else may belong to an establishment: proposed, never contacted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from vigie.apps.assets import proposals
from vigie.apps.assets.enums import AssetKind, ProposalSource
from vigie.apps.assets.models import Asset
from vigie.apps.assets.proposals import Clue
from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.registry.models import Establishment
from vigie.data.suffixes import registered_domain
from vigie.probes.discovery import Led, follow

from .enums import ShardState
from .models import Service, Shard

DISCOVER = "vigie.apps.scans.tasks.discover"
AHEAD = 15  # a person waits, and nothing is contacted
BEHIND = -5  # a round waits for nobody
FINDER = "vigie"
DAILY = timedelta(days=1)
MOST_A_DAY = 5_000  # a few questions each to our own resolvers; the others come at their next look


@transaction.atomic
def ask_to_discover(*, establishment: Establishment, by: str, now: datetime) -> None:
    """Have it searched by a worker; asking again while one waits changes nothing."""
    record(kind="discovery-asked", subject=establishment, by=by, at=now)
    order = jobs.Order(
        DISCOVER, {"establishment_id": establishment.pk}, key=f"discover:{establishment.pk}", priority=AHEAD
    )
    jobs.place(order, now=now)


def discover_again(*, now: datetime) -> int:
    """Once a day, search those whose look ended within the day: what was seen is what leads on. Return how many."""
    ended = Shard.objects.of_rounds().filter(state=ShardState.DONE, ended_at__gt=now - DAILY, ended_at__lte=now)
    seen = ended.order_by("establishment").values_list("establishment", flat=True).distinct()
    orders = [
        jobs.Order(DISCOVER, {"establishment_id": pk}, key=f"discover:{pk}", priority=BEHIND)
        for pk in seen[:MOST_A_DAY]
    ]
    jobs.enqueue_many(orders, now=now)
    return len(orders)


def discover(*, establishment_id: int, resolvers: tuple[str, ...], now: datetime) -> int:
    """Propose what is found, outside any transaction while the resolvers are asked; return how many are new."""
    establishment = Establishment.objects.get(pk=establishment_id)
    declared = list(
        Asset.objects.as_of(now.date(), now).filter(establishment=establishment).values_list("kind", "value")
    )
    names = [value for kind, value in declared if kind == AssetKind.DOMAIN]
    addresses = [value for kind, value in declared if kind == AssetKind.ADDRESS]
    led = follow(names, addresses, resolvers=resolvers)
    clues = [*from_certificates(establishment_id, names), *(_clue(one) for one in led)]
    return proposals.propose(establishment=establishment, clues=clues, by=FINDER, now=now)


def _clue(led: Led) -> Clue:
    kind = AssetKind.ADDRESS if led.by == "dns" else AssetKind.DOMAIN
    return Clue(kind, led.end, ProposalSource(led.by), led.begin)


def from_certificates(establishment_id: int, declared: list[str]) -> Iterator[Clue]:
    """Names of the certificates that were seen, below the establishment's own domains.

    A certificate of a shared server names its other customers too: those are none of ours.
    """
    own = {registered_domain(name) or name for name in declared}
    rows = Service.objects.current().filter(establishment=establishment_id, facts__tls__isnull=False)
    for address, port, facts in rows.order_by("pk").values_list("address", "port", "facts").iterator():
        certificate = (facts.get("tls") or {}).get("certificate") or {}
        for name in certificate.get("names", ()):
            plain = name.removeprefix("*.")
            if "." in plain and not plain.replace(".", "").isdigit() and registered_domain(plain) in own:
                yield Clue(AssetKind.DOMAIN, plain, ProposalSource.CERTIFICATE, f"{address}:{port}")
