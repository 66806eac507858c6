"""Which CPE names mean what a vendor, an agency or a person writes in plain words?"""

import re
from functools import cache, lru_cache
from typing import Any

from vigie.engine.matching import Product

from . import documents

_EDGES = re.compile(r"^(?:the|cisco|fortinet|citrix|ivanti|juniper networks|vmware|microsoft|apache|f5) ")
_BLANKS = re.compile(r"[\s_]+")
_BRACKETS = re.compile(r"\([^()]*\)")  # "Connect Secure (ICS)"
_LONGEST = 120


@lru_cache(maxsize=1 << 14)
def product_named(vendor: str, product: str) -> Product:
    """The CPE vendor and product, lower case, blanks as underscores: ("Palo Alto Networks", "PAN-OS")."""
    vendor = _vendor(vendor)
    plain = _plain(product)
    known = _document()["products"].get(vendor, {})
    short = _EDGES.sub("", plain)
    bare = _plain(_BRACKETS.sub(" ", short))
    for name in (plain, short, bare):
        if name in known:
            return _split(known[name])
    return vendor, (bare or short).replace(" ", "_")[:_LONGEST]


def products_of_cycle(slug: str) -> tuple[Product, ...]:
    """The CPE names of what endoflife.date calls by this slug."""
    named = _document()["endoflife"].get(slug)
    return tuple(_split(name) for name in named) if named else ((slug.replace("-", "_"), slug.replace("-", "_")),)


def cycles() -> tuple[str, ...]:
    """What endoflife.date calls the products that can be recognised."""
    return tuple(sorted(_document()["endoflife"]))


def modules_named(product: Product, words: str) -> tuple[Product, ...]:
    """The product itself, and those of its modules that the words name: "BIG-IP (LTM, APM)"."""
    known = _document()["modules"].get(":".join(product), {})
    spoken = {piece.strip() for piece in re.split(r"[(),]| et ", words.lower())}
    return (product, *(_split(name) for letters, name in known.items() if letters in spoken))


def _vendor(text: str) -> str:
    plain = _plain(text)
    return str(_document()["vendors"].get(plain, plain.replace(" ", "_")))[:_LONGEST]


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text[:500].replace("®", "").replace("™", "")).strip().lower()


def _split(text: str) -> Product:
    vendor, _, product = text.partition(":")
    return vendor, product


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = documents.read("params/names")
    return document
