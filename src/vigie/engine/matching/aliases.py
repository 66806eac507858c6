"""Which names mean the same product?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

Product = tuple[str, str]  # CPE vendor and product, lower case


@dataclass(frozen=True, slots=True)
class Aliases:
    """Groups of names of one product; the first of each is the one that Vigie writes."""

    groups: tuple[tuple[Product, ...], ...] = ()
    _canonical: dict[Product, Product] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_canonical", {name: group[0] for group in self.groups for name in group})

    def canonical(self, vendor: str, product: str) -> Product:
        return self._canonical.get((vendor, product), (vendor, product))

    def names(self, vendor: str, product: str) -> tuple[Product, ...]:
        """Every name of a product, its own included."""
        canonical = self.canonical(vendor, product)
        return next((group for group in self.groups if group[0] == canonical), (canonical,))

    def closure(self, products: Iterable[Product]) -> frozenset[Product]:
        return frozenset(name for product in products for name in self.names(*product))
