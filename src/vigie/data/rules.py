"""Which products do the fingerprints of the package recognise?"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from vigie.engine.fingerprints import FollowUp, Layer, Matcher, Rule

from . import documents

FOLDER = "fingerprints"


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a real product says, and what must be read in it."""

    family: str
    kind: str
    text: str
    vendor: str
    product: str
    version: str | None
    distribution: str | None
    package: str | None
    update: str | None


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the families then of their documents."""
    return tuple(_rule(family, row) for family, row in _rows())


@cache
def follow_ups() -> tuple[FollowUp, ...]:
    """The one more GET that some products need to tell their version."""
    return tuple(_follow_up(f, row) for f in documents.names(FOLDER) for row in _document(f).get("follow_ups", ()))


@cache
def matcher() -> Matcher:
    """The rules, compiled once for the process."""
    return Matcher(rules())


@cache
def remote_access_products() -> frozenset[tuple[str, str]]:
    """(vendor, product) of what gives a way in from outside: VPN gateways, remote desktops."""
    return frozenset((rule.vendor, rule.product) for rule in rules() if rule.remote_access)


def examples() -> tuple[Example, ...]:
    """The texts that each rule carries as its own test."""
    return tuple(_example(family, row, text) for family, row in _rows() for text in row["examples"])


def _rows() -> list[tuple[str, dict[str, Any]]]:
    return [(family, row) for family in documents.names(FOLDER) for row in _document(family)["rules"]]


def _document(family: str) -> dict[str, Any]:
    document = documents.read(f"{FOLDER}/{family}")
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise documents.DocumentError(f"vigie/data/{FOLDER}/{family}.yaml: no list of rules")
    return document


def _rule(family: str, row: dict[str, Any]) -> Rule:
    try:
        vendor, product = row["product"].split(":")
        return Rule(
            kind=row["kind"],
            pattern=row["pattern"],
            vendor=vendor,
            product=product,
            layer=Layer[row.get("layer", "server").upper()],
            confidence=int(row.get("confidence", 100)),
            distribution=row.get("distribution"),
            version=row.get("version"),
            package=row.get("package"),
            update=row.get("update"),
            edition=row.get("edition"),
            platform=row.get("platform"),
            versions=row.get("versions"),
            remote_access=bool(row.get("remote_access", False)),
        )
    except (KeyError, ValueError, AttributeError) as error:
        raise documents.DocumentError(f"vigie/data/{FOLDER}/{family}.yaml: {row.get('pattern')}: {error}") from error


def _follow_up(family: str, row: dict[str, Any]) -> FollowUp:
    try:
        vendor, product = row["product"].split(":")
        headers = tuple((str(k), str(v)) for k, v in row.get("headers", {}).items())
        return FollowUp(vendor, product, row["path"], row["kind"], headers)
    except (KeyError, ValueError, AttributeError) as error:
        raise documents.DocumentError(f"vigie/data/{FOLDER}/{family}.yaml: follow_ups: {error}") from error


def _example(family: str, row: dict[str, Any], text: dict[str, Any]) -> Example:
    vendor, product = row["product"].split(":")
    return Example(
        family,
        row["kind"],
        text["text"],
        vendor,
        product,
        text.get("version"),
        row.get("distribution"),
        text.get("package"),
        text.get("update"),
    )
