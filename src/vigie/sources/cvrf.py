"""Which releases does Fortinet call affected, one by one, in its CVRF documents, as XML or as JSON?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from vigie.data.names import product_named
from vigie.engine.matching import Configuration, Criterion, Node, Product, Statement, VulnerabilityRecord

from .cvrf_xml import BadXml, plain
from .documents import Document
from .json_stream import BadRecord
from .version_prose import spans

LAYER = "vendor"
MOST_RELEASES = 100_000
LONGEST_NOTE = 20_000

_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
_IDENTIFIER = re.compile(r"(?P<product>[A-Za-z][A-Za-z0-9 ]*?)-(?P<version>\d[\w.]*)")
_DOTTED = re.compile(r"\d+(?:\.\d+)+")
# "FortiOS version 7.0.0 through 7.0.6FortiProxy version 7.2.0": the sentences follow each other without a blank.
_SENTENCE = re.compile(r"(Forti[A-Z][A-Za-z]{1,20}) (?:versions? )?((?:(?!Forti|Please)[^\n]){1,120})")
_UPGRADE = re.compile(r"to (?:upcoming )?(Forti[A-Z][A-Za-z]{1,20}) (?:versions? )?(\d+(?:\.\d+)+) or above")


class _Branch(msgspec.Struct):
    name: str = ""


class _Note(msgspec.Struct):
    text: str = ""
    title: str = ""


class _Notes(msgspec.Struct):
    note: list[_Note] | _Note = msgspec.field(default_factory=list)


class _Identification(msgspec.Struct):
    id: str


class _Tracking(msgspec.Struct):
    identification: _Identification
    initial_release_date: str = ""


class _Document(msgspec.Struct):
    documenttracking: _Tracking
    vulnerability: list[dict[str, Any]] | dict[str, Any] = msgspec.field(default_factory=list)
    documentnotes: _Notes = msgspec.field(default_factory=_Notes)


_DECODER = msgspec.json.Decoder(_Document)


def read_cvrf(document: Document) -> Iterator[VulnerabilityRecord | BadRecord]:
    """Yield one record for each CVE of the advisory: the same releases, as one status covers it whole."""
    try:
        is_xml = document.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        read = msgspec.convert(plain(document.content), _Document) if is_xml else _DECODER.decode(document.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadXml) as error:
        yield BadRecord(1, document.name[-60:], str(error))
        return
    advisory = read.documenttracking.identification.id[:60]
    notes = read.documentnotes.note if isinstance(read.documentnotes.note, list) else [read.documentnotes.note]
    parts = read.vulnerability if isinstance(read.vulnerability, list) else [read.vulnerability]
    releases = [release for part in parts for release in _releases(part)]
    if len(releases) > MOST_RELEASES:
        yield BadRecord(1, advisory, f"{len(releases)} releases")
        return
    cves = list(dict.fromkeys(cve for part in parts for cve in _texts(part.get("cve")) if _CVE.fullmatch(cve)))
    statement = _statement(releases, notes, shared=len(parts) > 1 and len(cves) > 1)
    score, vector = _score(parts)
    for cve in cves:
        yield VulnerabilityRecord(
            cve=cve,
            source=f"{LAYER}:{advisory}",
            statement=statement,
            published_at=_moment(read.documenttracking.initial_release_date),
            cvss=score,
            cvss_vector=vector,
            references=(f"https://www.fortiguard.com/psirt/{advisory}",),
        )


def _texts(value: Any) -> list[str]:
    """A list, one text, or null."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _releases(part: dict[str, Any]) -> list[str]:
    statuses = part.get("product_statuses")
    status = statuses.get("status") if isinstance(statuses, dict) else None
    found = status if isinstance(status, list) else [status]
    known = [one for one in found if isinstance(one, dict) and one.get("type") == "Known Affected"]
    return [release for one in known for release in _texts(one.get("product_id"))]


def _statement(releases: list[str], notes: list[_Note], *, shared: bool) -> Statement:
    by_product: defaultdict[Product, list[str]] = defaultdict(list)
    for release in releases:
        found = _IDENTIFIER.fullmatch(release)
        if found:
            by_product[product_named("fortinet", found["product"])].append(found["version"].lower())
    corrections = _corrections(notes)
    criteria = [one for product, versions in by_product.items() for one in _runs(product, versions)]
    if not releases:
        criteria = _in_words(notes)
    criteria = [replace(one, fixed_in=_next(one, corrections)) for one in criteria]
    return Statement((Configuration((Node(tuple(criteria)),)),) if criteria else (), shared=shared)


def _runs(product: Product, versions: list[str]) -> Iterator[Criterion]:
    """Releases that follow each other are one range: 7.0.0, 7.0.1, 7.0.2 are from 7.0.0 to 7.0.2."""
    part = "o" if product[1] == "fortios" else "a"
    lines: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for version in dict.fromkeys(versions):
        if _DOTTED.fullmatch(version) and len(version) < 40:
            *line, last = (int(number) for number in version.split("."))
            lines[tuple(line)].append(last)
        else:
            yield Criterion(*product, part=part, version=version[:120])
    for branch, found in sorted(lines.items()):
        head = ".".join(str(number) for number in branch)
        for first, last in _consecutive(sorted(found)):
            yield Criterion(*product, part=part, start_including=f"{head}.{first}", end_including=f"{head}.{last}")


def _consecutive(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = numbers[0]
    for before, number in zip(numbers, [*numbers[1:], None], strict=True):
        if number is None or number != before + 1:
            yield first, before
            first = number if number is not None else before


def _corrections(notes: list[_Note]) -> dict[Product, list[str]]:
    text = next((note.text for note in notes if note.title == "Solutions"), "")[:LONGEST_NOTE]
    found: defaultdict[Product, list[str]] = defaultdict(list)
    for name, version in _UPGRADE.findall(text):
        found[product_named("fortinet", name)].append(version)
    return found


def _next(criterion: Criterion, corrections: dict[Product, list[str]]) -> str | None:
    """The correction of the same line: 7.0.7 for what is affected up to 7.0.6."""
    limit = criterion.end_including or criterion.version
    line = limit.split(".")[:2]
    told = corrections.get((criterion.vendor, criterion.product), [])
    return next((version for version in told if version.split(".")[:2] == line), None)


def _in_words(notes: list[_Note]) -> list[Criterion]:
    """The older advisories list no release: read their sentences, and leave out a product that one of them blurs."""
    text = next((note.text for note in notes if note.title == "Affected Products"), "")[:LONGEST_NOTE]
    found: defaultdict[Product, list[Criterion]] = defaultdict(list)
    blurred: set[Product] = set()
    for name, words in _SENTENCE.findall(text):
        product = product_named("fortinet", name)
        ranges = spans(words)
        if ranges is None or "not" in words.lower():
            blurred.add(product)
            continue
        found[product] += [
            Criterion(
                *product,
                version=span.version or "*",
                start_including=span.start_including,
                end_including=span.end_including,
                end_excluding=span.end_excluding,
            )
            for span in ranges
        ]
    return [one for product, criteria in found.items() if product not in blurred for one in criteria]


def _score(parts: list[dict[str, Any]]) -> tuple[float | None, str]:
    for part in parts:
        sets = part.get("cvss_scoresets")
        told = sets.get("scoreset_v3") if isinstance(sets, dict) else None
        try:
            if isinstance(told, dict):
                # Temporal metrics follow the base ones: the score is of the base alone.
                return float(told["base_score_v3"]), str(told.get("vector_v3", "")).partition("/E:")[0]
        except (KeyError, TypeError, ValueError):
            continue
    return None, ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
