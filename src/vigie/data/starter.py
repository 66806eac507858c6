"""Which vulnerabilities does Vigie know with no network at all?"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

from cvss import CVSS3

from vigie.engine.matching import (
    CatalogueIndex,
    Configuration,
    Criterion,
    Node,
    Operator,
    PackageFix,
    Product,
    Statement,
    VulnerabilityRecord,
    range_of,
)

from . import documents
from .aliases import aliases

FOLDER = "catalogue"
SOURCE = "vigie"


@cache
def catalogue() -> tuple[VulnerabilityRecord, ...]:
    """Every record of the starter catalogue, by identifier; raise DocumentError when a document is wrong."""
    records = [record for name in documents.names(FOLDER) for record in _family(f"{FOLDER}/{name}")]
    return tuple(sorted(records, key=lambda record: record.cve))


@cache
def index() -> CatalogueIndex:
    """The catalogue ready to be asked by `match_identity`."""
    return CatalogueIndex.of(catalogue(), aliases())


@cache
def _by_cve() -> dict[str, VulnerabilityRecord]:
    return {record.cve: record for record in catalogue()}


def beside(cve: str, stored: Iterable[VulnerabilityRecord]) -> tuple[VulnerabilityRecord, ...]:
    """What this catalogue states of a vulnerability, then what an installation has stored of other sources.

    The catalogue of the package is newer than the copy of it that a database may hold.
    """
    mine = _by_cve().get(cve)
    return (*([mine] if mine else ()), *(one for one in stored if one.source != SOURCE))


@cache
def sha256() -> str:
    """Of the documents as shipped: tells whether an installation has loaded this very catalogue."""
    folder = files("vigie.data").joinpath(FOLDER)
    content = b"".join(folder.joinpath(f"{name}.yaml").read_bytes() for name in documents.names(FOLDER))
    return hashlib.sha256(content).hexdigest()


def _family(path: str) -> list[VulnerabilityRecord]:
    try:
        return [_record(entry) for entry in documents.read(path)["vulnerabilities"]]
    except (KeyError, TypeError, ValueError) as error:
        raise documents.DocumentError(f"vigie/data/{path}.yaml: {error!r}") from error


def _record(entry: dict[str, Any]) -> VulnerabilityRecord:
    vector = entry["cvss"]
    return VulnerabilityRecord(
        cve=entry["cve"],
        source=SOURCE,
        statement=Statement(
            tuple(_configuration(part) for part in entry["affects"]),
            tuple(_package(text) for text in entry.get("packages", ())),
        ),
        title_fr=entry["title"]["fr"],
        title_en=entry["title"]["en"],
        published_at=_midnight(entry["published"]),
        cvss=float(CVSS3(vector).base_score),
        cvss_vector=vector,
        references=tuple(entry["references"]),
        kev_on=entry.get("kev"),
    )


def _configuration(part: dict[str, Any]) -> Configuration:
    """`only-on` names a platform that must be there too, `unless` a correction that the version does not show.

    The answer is then conditional, until the platform is seen.
    """
    products = [_product(name) for name in part["products"]]
    edition = part.get("edition", "*")
    ranges = [range_of(product, text) for product in products for text in part["ranges"]]
    criteria = tuple(replace(one, edition=edition, unless=part.get("unless", "")) for one in ranges)
    if "only-on" not in part:
        return Configuration((Node(criteria),))
    vendor, product = _product(part["only-on"])
    platform = Node((Criterion(vendor, product, vulnerable=False, part="o"),))
    return Configuration((Node(criteria), platform), Operator.AND)


def _package(text: str) -> PackageFix:
    """Read "debian:12 openbsd:openssh 1:9.2p1-2+deb12u3", or "debian:11 openbsd:openssh never"."""
    distribution, name, fixed = text.split(" ")
    return PackageFix(distribution, *_product(name), None if fixed == "never" else fixed)


def _product(text: str) -> Product:
    vendor, separator, product = text.partition(":")
    if not separator:
        raise ValueError(f"product {text!r}")
    return vendor, product


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
