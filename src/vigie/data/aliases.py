"""Which names mean the same product, as the package ships them?"""

from functools import cache

from vigie.engine.matching import Aliases, Product

from . import documents


@cache
def aliases() -> Aliases:
    document = documents.read("params/aliases")
    return Aliases(tuple(tuple(_product(name) for name in group) for group in document["groups"]))


def _product(text: str) -> Product:
    vendor, _, product = text.partition(":")
    if not vendor or not product:
        raise documents.DocumentError(f"vigie/data/params/aliases.yaml: {text!r} is not vendor:product")
    return vendor, product
