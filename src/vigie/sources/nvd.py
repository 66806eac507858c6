"""What does the NVD (JSON 2.0) say of each vulnerability, and of what it touches?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from vigie.engine.matching import Configuration, Criterion, Node, Operator, Statement, VulnerabilityRecord
from vigie.engine.matching.cpe import BadCpe, split

from .json_stream import BadRecord, items, opened
from .soundness import LONGEST_VERSION, reversed_ranges

SOURCE = "nvd"
MOST_BYTES = 4_000_000_000  # the whole database, unpacked, was 1.5 GB in 2026
MOST_REFERENCES = 20

_ANY = "*"


class _Wire(msgspec.Struct, rename="camel"):
    """Field names are the NVD's, in snake case."""


class _Match(_Wire):
    vulnerable: bool
    criteria: str
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None


class _Node(_Wire):
    cpe_match: list[_Match] = msgspec.field(default_factory=list)
    operator: Operator = Operator.OR
    negate: bool = False


class _Configuration(_Wire):
    nodes: list[_Node] = msgspec.field(default_factory=list)
    operator: Operator = Operator.OR  # a missing operator means OR
    negate: bool = False


class _Text(_Wire):
    lang: str
    value: str


class _Reference(_Wire):
    url: str


class _CvssData(_Wire):
    vector_string: str
    base_score: float


class _Metric(_Wire):
    cvss_data: _CvssData
    type: str = "Primary"


class _Cve(_Wire):
    id: str
    published: str | None = None
    last_modified: str | None = None
    vuln_status: str = ""
    descriptions: list[_Text] = msgspec.field(default_factory=list)
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    configurations: list[_Configuration] = msgspec.field(default_factory=list)
    references: list[_Reference] = msgspec.field(default_factory=list)


class _Unusable(Exception):
    """This record cannot be trusted; the reason goes into its BadRecord."""


def read_nvd(path: Path, *, limit: int = MOST_BYTES) -> Iterator[VulnerabilityRecord | BadRecord]:
    """Yield each vulnerability of a file, in its order; raise SourceError when the file breaks off.

    A record with a range that goes backwards is yielded after a BadRecord that says so: its other ranges still
    count, and that one is never judged.
    """
    with opened(path, limit=limit) as stream:
        for position, item in enumerate(items(stream, "vulnerabilities.item", path.name), start=1):
            read = _item(position, item)
            if isinstance(read, VulnerabilityRecord):
                yield from (BadRecord(position, read.cve, reason) for reason in reversed_ranges(read.statement))
            yield read


def _item(position: int, item: Any) -> VulnerabilityRecord | BadRecord:
    cve = item.get("cve") if isinstance(item, dict) else None
    subject = str(cve.get("id", ""))[:40] if isinstance(cve, dict) else ""
    try:
        return _record(msgspec.convert(cve, _Cve))
    except (msgspec.ValidationError, _Unusable) as error:
        return BadRecord(position, subject, str(error))


def _record(cve: _Cve) -> VulnerabilityRecord:
    if not cve.id.startswith("CVE-") or len(cve.id) > 20:
        raise _Unusable(f"{cve.id[:40]!r} is not a CVE identifier")
    rejected = cve.vuln_status == "Rejected"
    score, vector = _cvss(cve.metrics)
    return VulnerabilityRecord(
        cve=cve.id,
        source=SOURCE,
        statement=Statement(() if rejected else tuple(_configuration(part) for part in cve.configurations)),
        description=next((text.value for text in cve.descriptions if text.lang == "en"), ""),
        published_at=_moment(cve.published),
        modified_at=_moment(cve.last_modified),
        rejected=rejected,
        cvss=score,
        cvss_vector=vector,
        references=tuple(reference.url for reference in cve.references[:MOST_REFERENCES]),
    )


def _cvss(metrics: dict[str, Any]) -> tuple[float | None, str]:
    """The newest CVSS 3 score, the NVD's own before others'; version 2 weighs too differently to stand beside."""
    for version in ("cvssMetricV31", "cvssMetricV30"):
        told = msgspec.convert(metrics.get(version, []), list[_Metric])
        for metric in sorted(told, key=lambda metric: metric.type != "Primary"):
            return metric.cvss_data.base_score, metric.cvss_data.vector_string
    return None, ""


def _configuration(part: _Configuration) -> Configuration:
    nodes = tuple(
        Node(tuple(_criterion(match) for match in node.cpe_match), node.operator, node.negate) for node in part.nodes
    )
    return Configuration(nodes, part.operator, part.negate)


def _criterion(match: _Match) -> Criterion:
    return _read_criterion(
        match.criteria,
        match.vulnerable,
        match.version_start_including,
        match.version_start_excluding,
        match.version_end_including,
        match.version_end_excluding,
    )


# The same rows come back from record to record: three in four of a year are among the last thousands.
@lru_cache(maxsize=1 << 14)
def _read_criterion(
    name: str, vulnerable: bool, from_: str | None, after: str | None, until: str | None, before: str | None
) -> Criterion:
    cpe = split(name)
    if isinstance(cpe, BadCpe):
        raise _Unusable(f"{cpe.reason}: {cpe.text}")
    if max(len(text or "") for text in (cpe.version, from_, after, until, before)) > LONGEST_VERSION:
        raise _Unusable(f"a version of more than {LONGEST_VERSION} characters")
    return Criterion(
        cpe.vendor,
        cpe.product,
        vulnerable,
        cpe.part,
        cpe.version,
        cpe.update,
        cpe.edition if cpe.edition != _ANY else cpe.sw_edition,
        cpe.target_sw,
        from_,
        after,
        until,
        before,
    )


def _moment(text: str | None) -> datetime | None:
    """The NVD writes UTC without saying so."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise _Unusable(f"{text[:40]!r} is not a date") from error
