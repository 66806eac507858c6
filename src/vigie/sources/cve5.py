"""What do the one who numbered a vulnerability (CNA) and CISA (ADP) say, in CVE JSON 5.x?"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from vigie.data.names import product_named
from vigie.engine.matching import Configuration, Criterion, Node, Product, Statement, VulnerabilityRecord
from vigie.engine.matching.cpe import BadCpe, split
from vigie.engine.versions import parse, scheme_of

from .branches import affected_ranges, sorted_versions, toggled_ranges
from .documents import Document
from .json_stream import BadRecord
from .soundness import LONGEST_VERSION
from .version_prose import Span, after_line, spans

CNA, ADP = "cna", "adp"
LONGEST_WORDS = 4000  # some write a whole paragraph in place of a version; more than that is no record
MOST_REFERENCES = 20
MOST_NAMES = 6  # CPE names of one product that are heard

_NOTHING = frozenset({"", "n/a", "na", "unspecified", "unknown", "not specified", "none", "-", "tbd"})
_FROM_THE_FIRST = frozenset({"0", "*", "0.0", "0.0.0"}) | _NOTHING
_NEVER = "unspecified"  # a version that nothing equals and no scheme reads: nobody knows


class _Wire(msgspec.Struct, rename="camel"):
    """Field names are those of the CVE list, in snake case."""


class _Change(_Wire):
    at: str
    status: str


class _Version(_Wire):
    version: str | int | float = ""
    status: str = ""
    less_than: str | None = None
    less_than_or_equal: str | None = None
    version_type: str | None = None
    changes: list[_Change] = msgspec.field(default_factory=list)


class _Affected(_Wire):
    vendor: str | None = None
    product: str | None = None
    default_status: str = "unknown"
    versions: list[_Version] = msgspec.field(default_factory=list)
    cpes: list[str] = msgspec.field(default_factory=list)
    repo: str | None = None


class _Text(_Wire):
    lang: str = ""
    value: str = ""


class _Reference(_Wire):
    url: str = ""


class _Provider(_Wire):
    short_name: str = ""


class _Container(_Wire):
    affected: list[_Affected] = msgspec.field(default_factory=list)
    descriptions: list[_Text] = msgspec.field(default_factory=list)
    references: list[_Reference] = msgspec.field(default_factory=list)
    metrics: list[dict[str, Any]] = msgspec.field(default_factory=list)
    provider_metadata: _Provider = msgspec.field(default_factory=_Provider)


class _Containers(_Wire):
    cna: _Container
    adp: list[_Container] = msgspec.field(default_factory=list)


class _Metadata(_Wire):
    cve_id: str
    state: str
    date_published: str | None = None
    date_updated: str | None = None


class _Record(_Wire):
    cve_metadata: _Metadata
    containers: _Containers


_DECODER = msgspec.json.Decoder(_Record)


class _Unusable(Exception):
    """This record cannot be trusted; the reason goes into its BadRecord."""


def read_cve5(document: Document) -> Iterator[VulnerabilityRecord | BadRecord]:
    """Yield what the CNA says, then what was added to it; a rejected record states nothing."""
    try:
        record = _DECODER.decode(document.content)
        yield from _records(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Unusable) as error:
        yield BadRecord(1, document.name[-60:], str(error))


def _records(record: _Record) -> Iterator[VulnerabilityRecord]:
    told = record.cve_metadata
    if not told.cve_id.startswith("CVE-") or len(told.cve_id) > 20:
        raise _Unusable(f"{told.cve_id[:40]!r} is not a CVE identifier")
    cna = record.containers.cna
    rejected = told.state == "REJECTED"
    score, vector = _cvss([cna, *record.containers.adp])
    yield VulnerabilityRecord(
        cve=told.cve_id,
        source=CNA,
        statement=Statement(()) if rejected else _statement(cna.affected),
        description=next((text.value for text in cna.descriptions if text.lang.startswith("en")), ""),
        published_at=_moment(told.date_published),
        modified_at=_moment(told.date_updated),
        rejected=rejected,
        cvss=score,
        cvss_vector=vector,
        references=tuple(reference.url for reference in cna.references[:MOST_REFERENCES]),
        kev_on=_kev(record.containers.adp),
    )
    added = [affected for container in record.containers.adp for affected in container.affected]
    statement = _statement(added)
    if statement.configurations and not rejected:
        yield VulnerabilityRecord(told.cve_id, ADP, statement)


def _statement(affected: Iterable[_Affected]) -> Statement:
    criteria = tuple(criterion for one in affected for criterion in _criteria(one))
    return Statement((Configuration((Node(criteria),)),) if criteria else ())


def _criteria(one: _Affected) -> Iterator[Criterion]:
    names = _names(one)
    if not names:
        return
    found = tuple(_spans(one, scheme_of(*names[0])))
    for vendor, product in names:
        for span in found:
            yield _criterion(Criterion(vendor, product), span)


def _criterion(named: Criterion, span: Span) -> Criterion:
    ends = (span.start_including, span.start_excluding, span.end_including, span.end_excluding, span.version)
    if any(end is not None and len(end) > LONGEST_VERSION for end in ends):
        raise _Unusable(f"a version of more than {LONGEST_VERSION} characters")
    return replace(
        named,
        version=span.version or named.version,
        start_including=span.start_including,
        start_excluding=span.start_excluding,
        end_including=span.end_including,
        end_excluding=span.end_excluding,
    )


def _names(one: _Affected) -> list[Product]:
    """The CPE names that the record gives, and the one that its words mean."""
    found = [split(text) for text in one.cpes[:MOST_NAMES]]
    named = [(cpe.vendor[:120], cpe.product[:120]) for cpe in found if not isinstance(cpe, BadCpe) and cpe.part != "h"]
    vendor, product = (one.vendor or "").strip(), (one.product or "").strip()
    if product.lower() not in _NOTHING and vendor.lower() not in _NOTHING:
        named.insert(0, product_named(vendor, product))
    return list(dict.fromkeys(named))


def _spans(one: _Affected, scheme: str) -> Iterator[Span]:
    versions = [version for version in one.versions if version.version_type != "git"]
    if one.versions and not versions:
        yield Span(version=_NEVER)  # commits alone: no release is named
        return
    if one.default_status == "affected" and not any(version.status == "affected" for version in versions):
        yield from _exceptions([version for version in versions if version.status == "unaffected"], scheme)
        return
    if one.default_status == "affected" and any(version.status == "unaffected" for version in versions):
        yield from _exceptions([version for version in versions if version.status == "unaffected"], scheme)
        return
    for version in versions:
        if version.status == "affected":
            yield from _affected(version, scheme)


def _affected(told: _Version, scheme: str) -> Iterator[Span]:
    first, end, included = _bounds(told)
    start = None if first.lower() in _FROM_THE_FIRST else first
    if end is None and not told.changes:
        yield from _single(first)
        return
    changes = {change.at.strip(): change.status == "affected" for change in told.changes if change.at.strip()}
    until = None if end == "*" or end is None else end
    if included and until is not None:
        line = after_line(until) if until.endswith((".x", ".*")) else None
        if line is None:
            ranges = toggled_ranges(scheme, start, changes, None)
            for begin, stop in ranges:
                yield Span(begin, end_including=until) if stop is None else Span(begin, end_excluding=stop)
            return
        until = line
    for begin, stop in toggled_ranges(scheme, start, changes, until):
        yield Span(start_including=begin, end_excluding=stop)


def _bounds(told: _Version) -> tuple[str, str | None, bool]:
    """The first version, the end, and whether the end is included."""
    end = (told.less_than_or_equal or told.less_than or "").strip() or None
    return str(told.version).strip(), end, bool(told.less_than_or_equal) and end != "*"


def _single(text: str) -> Iterator[Span]:
    """One version, every version, or a range written in words; words that nobody understands are a version unknown."""
    if text == "*" or text.lower() in {"all", "all versions"}:
        yield Span()
    elif len(text) > LONGEST_WORDS:
        raise _Unusable(f"a version of {len(text)} characters")
    elif text.lower() in _NOTHING or len(text) > LONGEST_VERSION:
        yield Span(version=_NEVER)
    else:
        yield from spans(text) or (Span(version=text),)


def _exceptions(unaffected: list[_Version], scheme: str) -> Iterator[Span]:
    """Everything is affected but what is listed."""
    if not unaffected:
        yield Span()
        return
    points: dict[str, str | None] = {}
    for told in unaffected:
        first, end, included = _bounds(told)
        begin = "0" if first.lower() in _FROM_THE_FIRST else first
        if end == "*":
            points[begin] = None
        elif end is None:
            points[begin] = begin
        else:
            points[begin] = (after_line(end) or end) if included and end.endswith((".x", ".*")) else end
    if any(parse(scheme, text) is None for text in (*points, *(end for end in points.values() if end))):
        yield Span(version=_NEVER)
        return
    cursor: str | None = None
    for begin in sorted_versions(scheme, points):
        if begin != "0":
            yield from (
                Span(start, end_excluding=stop) for start, stop in affected_ranges(scheme, cursor, [begin], None)
            )
        if points[begin] is None:
            return
        cursor = points[begin]
    yield Span(start_including=cursor)


def _cvss(containers: Iterable[_Container]) -> tuple[float | None, str]:
    """The newest CVSS 3 score, the CNA's before those that were added."""
    for version in ("cvssV3_1", "cvssV3_0"):
        for container in containers:
            for metric in container.metrics:
                told = metric.get(version)
                if isinstance(told, dict) and isinstance(told.get("baseScore"), int | float):
                    return float(told["baseScore"]), str(told.get("vectorString", ""))
    return None, ""


def _kev(containers: Iterable[_Container]) -> date | None:
    """The day on which CISA's list took it in, as CISA repeats it here."""
    for container in containers:
        for metric in container.metrics:
            other = metric.get("other")
            if container.provider_metadata.short_name == "CISA-ADP" and isinstance(other, dict):
                content = other.get("content")
                if other.get("type") == "kev" and isinstance(content, dict):
                    return _day(str(content.get("dateAdded", "")))
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Unusable(f"{text[:40]!r} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
