"""What each source says of a vulnerability, side by side: its ranges in words, its score, its dates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.apps.vulns.models import Applicability
from vigie.engine.matching import LAYERS, from_plain, layer_of
from vigie.engine.matching.statement import ANY, Criterion

MOST_RANGES = 12  # of one source, on the page
NAMES = {
    "vendor": _("the vendor"),
    "vigie": _("Vigie's starter catalogue"),
    "distribution": _("the distribution"),
    "cert_fr": "CERT-FR",
    "coordinator": _("a coordinator"),
    "nvd": "NVD",
    "cna": _("the assigner (CNA)"),
    "adp": _("CISA's additions (ADP)"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One source: how it is named, where it stands among the others, what it says."""

    source: Applicability
    name: str
    document: str
    rank: int  # 1 is heard first
    ranges: tuple[str, ...]
    more: int  # ranges that are not shown
    decided: int  # products seen whose verdict it gave


def told_by(rows: Iterable[Applicability], decided: dict[str, int]) -> list[Told]:
    """The source that is heard first comes first."""
    found = [_told(row, decided.get(row.source, 0)) for row in rows]
    return sorted(found, key=lambda one: (one.rank, one.document))


def disagree(sources: list[Told]) -> bool:
    """Whether two sources give other ranges, or other scores."""
    ranges = {one.ranges for one in sources}
    scores = {one.source.cvss for one in sources if one.source.cvss is not None}
    return len(ranges) > 1 or len(scores) > 1


def _told(row: Applicability, decided: int) -> Told:
    layer, _colon, document = row.source.partition(":")
    rank = LAYERS.index(layer_of(row.source)) + 1 if layer_of(row.source) in LAYERS else len(LAYERS) + 1
    ranges = tuple(dict.fromkeys(_ranges(row.statement)))
    return Told(
        row,
        str(NAMES.get(layer, layer)),
        document,
        rank,
        ranges[:MOST_RANGES],
        max(0, len(ranges) - MOST_RANGES),
        decided,
    )


def _ranges(statement: Any) -> Iterator[str]:
    if not statement:
        return
    told = from_plain(statement)
    for configuration in told.configurations:
        for node in configuration.nodes:
            yield from (in_words(one) for one in node.criteria if one.vulnerable)
    for fix in told.packages:
        yield f"{fix.distribution} {fix.vendor}:{fix.product} < {fix.fixed}" if fix.fixed else f"{fix.distribution}: –"


def in_words(one: Criterion) -> str:
    """As an analyst would type it: "fortinet:fortios >=7.0.0 <7.0.14"."""
    ends = (
        (">=", one.start_including), (">", one.start_excluding), ("<=", one.end_including), ("<", one.end_excluding),
    )  # fmt: skip
    bounds = " ".join(f"{sign}{end}" for sign, end in ends if end)
    if not bounds:
        bounds = gettext("all versions") if one.version == ANY else f"={one.version}"
    update = f" {one.update}" if one.update != ANY else ""
    return f"{one.vendor}:{one.product} {bounds}{update}"
