"""Which versions does CERT-FR call vulnerable in its avis and alertes, written in French prose?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from vigie.data.aliases import aliases
from vigie.data.names import modules_named, product_named
from vigie.engine.matching import Configuration, Criterion, Node, Product, Statement, VulnerabilityRecord
from vigie.engine.versions import parse, scheme_of

from .documents import Document
from .json_stream import BadRecord
from .version_prose import Span, spans

LAYER = "cert_fr"
MOST_CVES = 2000  # of one notice; a kernel update had 500
MOST_LINES = 2000
ADDRESS = "https://www.cert.ssi.gouv.fr/"

_REFERENCE = re.compile(r"CERTFR-\d{4}-(AVI|ALE|ACT)-\d{3,4}")
_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
_VERSIONS = re.compile(
    r"(?:\b(?:toutes (?:les )?versions|versions?)\b|(?<![\w.\-])[vr]?\d+(?:\.\d+|\.x\b))", re.IGNORECASE
)
_BESIDE = re.compile(r" (?:sans|avec|avant|n'ayant) ", re.IGNORECASE)
_EDITION = re.compile(r"\b(?:fips|ndcpp)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]{0,200}\)")
_PLATFORM = re.compile(r"\s+(?:pour|sur|sous)\s+(windows|linux|macos|mac os|mac)\s*$", re.IGNORECASE)
# "Windows 10 Version 1809 pour systèmes 32 bits versions antérieures à 10.0.17763.5576": 1809 names the release, whose
# builds all begin alike; it is where no range begins.
_WINDOWS = re.compile(
    r"(?P<name>windows (?:10|11|7|8\.1|rt 8\.1|server \d{4}(?: r2)?))"
    r"(?:,? (?:version )?(?:\d{4}|\d\dh\d)(?: edition)?)?"
    r"(?: pour (?:les )?syst[èe]mes [\w\- ]{1,40}?)?(?: service pack \d)?"
    r"\s+(?P<range>(?:versions? )?ant[ée]rieure.*)",
    re.IGNORECASE,
)
_BUILD = re.compile(r"(\d+\.\d+\.\d+)\.\d+")
# A notice of theirs lists the releases of the system, whatever package was mended: that is not a range.
_DISTRIBUTIONS = frozenset({"redhat", "suse", "ubuntu", "debian", "debian_lts"})
_PLATFORMS = {"mac": "macos", "mac os": "macos"}


class _Named(msgspec.Struct):
    name: str | None = None


class _Product(msgspec.Struct):
    name: str | None = None
    vendor: _Named | None = None


class _System(msgspec.Struct):
    description: str | None = None
    product: _Product | None = None


class _Revision(msgspec.Struct):
    revision_date: str = ""


class _Notice(msgspec.Struct):
    reference: str
    title: str = ""
    affected_systems: list[_System] = msgspec.field(default_factory=list)
    cves: list[_Named] = msgspec.field(default_factory=list)
    revisions: list[_Revision] = msgspec.field(default_factory=list)


_DECODER = msgspec.json.Decoder(_Notice)


def read_cert_fr(document: Document) -> Iterator[VulnerabilityRecord | BadRecord]:
    """Yield one record for each CVE of a notice that states versions; prose that is not all understood states nothing.

    An alerte is told without ranges all the same: that there is one is news.
    A notice of several vulnerabilities does not tell which line is of which: its ranges are shared.
    """
    try:
        notice = _DECODER.decode(document.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield BadRecord(1, document.name[-60:], str(error))
        return
    cves = list(dict.fromkeys(cve.name for cve in notice.cves if cve.name and _CVE.fullmatch(cve.name)))
    if not _REFERENCE.fullmatch(notice.reference):
        yield BadRecord(1, document.name[-60:], f"{notice.reference[:40]!r} is not the reference of a notice")
        return
    if len(cves) > MOST_CVES or len(notice.affected_systems) > MOST_LINES:
        yield BadRecord(1, notice.reference, f"{len(cves)} CVE and {len(notice.affected_systems)} systems")
        return
    criteria = _criteria(notice.affected_systems)
    kind = "alerte" if "-ALE-" in notice.reference else "avis"
    if not criteria and kind == "avis":
        return
    configurations = (Configuration((Node(criteria),)),) if criteria else ()
    for cve in cves:
        yield VulnerabilityRecord(
            cve=cve,
            source=f"{LAYER}:{notice.reference}",
            statement=Statement(configurations, shared=len(cves) > 1),
            published_at=_first(notice.revisions),
            references=(f"{ADDRESS}{kind}/{notice.reference}/",),
        )


def _criteria(systems: list[_System]) -> tuple[Criterion, ...]:
    """One line that is not understood silences its product: it may be the very branch that is asked."""
    found: defaultdict[Product, list[Criterion]] = defaultdict(list)
    silenced: set[Product] = set()
    for system in systems:
        product, criteria = _line(system)
        if product[0] in _DISTRIBUTIONS:
            continue
        for module in modules_named(product, (system.description or "")[:1000]):
            if criteria is None:
                silenced.add(module)
            else:
                found[module] += [replace(one, vendor=module[0], product=module[1]) for one in criteria]
    return tuple(one for product, criteria in found.items() if product not in silenced for one in criteria)


def _line(system: _System) -> tuple[Product, list[Criterion] | None]:
    text = _BRACKETS.sub(" ", (system.description or "")[:1000]).strip()
    vendor = (system.product.vendor.name if system.product and system.product.vendor else None) or ""
    told = (system.product.name if system.product else None) or ""
    windows = _WINDOWS.fullmatch(" ".join(text.split()))
    if windows:
        return _windows(windows["name"], windows["range"])
    platform = _PLATFORM.search(text)
    if platform:
        text = text[: platform.start()]
    start = _VERSIONS.search(text)
    words = _BESIDE.split(text[: start.start()] if start else text)[0].strip(" -:,")
    product = product_named(vendor, _name(words, told))
    ranges = spans(text[start.start() :]) if start else None
    if _EDITION.search(text):
        product = (product[0], f"{product[1]}_fips")  # its numbers are another count: 13.1-37.159 mends 13.1-FIPS
    if ranges is None or not all(_readable(product, span) for span in ranges):
        return product, None
    system_named = _PLATFORMS.get(platform[1].lower(), platform[1].lower()) if platform else "*"
    return product, [_criterion(product, span, system_named) for span in ranges]


def _windows(name: str, told: str) -> tuple[Product, list[Criterion] | None]:
    """Each release has builds of its own: the range is of those that begin as its end does."""
    product = product_named("microsoft", name)
    ranges = spans(told)
    if not ranges or len(ranges) > 1 or not (build := _BUILD.fullmatch(ranges[0].end_excluding or "")):
        return product, None
    return product, [_criterion(product, replace(ranges[0], start_including=build[1]), "*")]


def _readable(product: Product, span: Span) -> bool:
    """A bound that the product's scheme cannot read would let everything through, or nothing."""
    ends = (span.start_including, span.start_excluding, span.end_including, span.end_excluding)
    scheme = scheme_of(*aliases().canonical(*product))
    return all(parse(scheme, end) is not None for end in ends if end)


def _name(words: str, told: str) -> str:
    """The product as the line names it, or as the notice files it when the line says less or nothing."""
    if told in {"", "N/A"} or (words and words.lower() not in told.lower() and told.lower() not in words.lower()):
        return words or told
    return told if not words or words.lower() in told.lower() else words


def _criterion(product: Product, span: Span, platform: str) -> Criterion:
    return Criterion(
        *product,
        version=span.version or "*",
        platform=platform,
        start_including=span.start_including,
        start_excluding=span.start_excluding,
        end_including=span.end_including,
        end_excluding=span.end_excluding,
    )


def _first(revisions: list[_Revision]) -> datetime | None:
    dates = sorted(revision.revision_date for revision in revisions if revision.revision_date)
    try:
        return datetime.fromisoformat(dates[0]).replace(tzinfo=UTC) if dates else None
    except ValueError:
        return None
