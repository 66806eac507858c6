"""Does a place that another tool names belong to the declared perimeter of this establishment?"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network

from vigie.apps.assets.enums import AssetKind
from vigie.apps.assets.queries import assets_of
from vigie.sources.scanners import SightingRow


class Perimeter:
    """The networks and domains of one establishment, asked a hundred thousand times."""

    def __init__(self, networks: Iterable[str], domains: Iterable[str]) -> None:
        self._domains = frozenset(domains)
        # (IP version, length of the prefix) -> prefixes: one look-up per length, however many ranges there are.
        self._prefixes: dict[tuple[int, int], set[int]] = {}
        for text in networks:
            network = ip_network(text)
            shift = network.max_prefixlen - network.prefixlen
            self._prefixes.setdefault((network.version, shift), set()).add(int(network.network_address) >> shift)
        # Reports tell the same few places over and over; a hostile one tells a million: the caches are bounded.
        self._has_address = lru_cache(maxsize=10_000)(self._covers_address)
        self._has_name = lru_cache(maxsize=10_000)(self._covers_name)

    def __bool__(self) -> bool:
        return bool(self._prefixes or self._domains)

    def holds(self, row: SightingRow) -> bool:
        """By its address, else by a name that the tool asked or learnt."""
        return (
            (bool(row.address) and self._has_address(row.address))
            or self._has_name(row.name)
            or any(self._has_name(name) for name in row.learnt)
        )

    def _covers_address(self, text: str) -> bool:
        address = ip_address(text)
        return any(
            version == address.version and int(address) >> shift in prefixes
            for (version, shift), prefixes in self._prefixes.items()
        )

    def _covers_name(self, name: str) -> bool:
        labels = name.split(".")
        return any(".".join(labels[start:]) in self._domains for start in range(len(labels)))


def perimeter_of(establishment_id: int, now: datetime) -> Perimeter:
    """What it declares on that day, under a mandate or not: nothing is contacted."""
    assets = list(assets_of(establishment_id, now))
    return Perimeter(
        (asset.value for asset in assets if asset.kind != AssetKind.DOMAIN),
        (asset.value for asset in assets if asset.kind == AssetKind.DOMAIN),
    )
