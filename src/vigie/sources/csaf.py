"""Which products and versions does a vendor, or a coordinator, call affected or fixed in a CSAF 2.0 document?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from vigie.data.names import product_named
from vigie.engine.matching import Configuration, Criterion, Node, Product, Statement, VulnerabilityRecord
from vigie.engine.matching.cpe import BadCpe, split
from vigie.engine.versions import compare, parse, scheme_of

from .branches import affected_ranges
from .documents import Document
from .json_stream import BadRecord
from .version_prose import Span, after_line, spans

VENDOR, COORDINATOR = "vendor", "coordinator"
DEEPEST = 40  # branches within branches; real trees have five
MOST_PRODUCTS = 200_000
LONGEST_WORDS = 4_000  # a range may be told in a sentence; more than that is no range

_CVE = re.compile(r"CVE-\d{4}-\d{4,12}")
_UNTOLD = "unspecified"
_RANGE_PREFIX = re.compile(r"^vers:[a-z0-9.+-]+/", re.IGNORECASE)


class _Helper(msgspec.Struct):
    cpe: str | None = None


class _Item(msgspec.Struct):
    product_id: str
    name: str = ""
    product_identification_helper: _Helper | None = None


class _Branch(msgspec.Struct):
    category: str = ""
    name: str = ""
    product: _Item | None = None
    branches: list["_Branch"] = msgspec.field(default_factory=list)


class _Relationship(msgspec.Struct):
    full_product_name: _Item
    product_reference: str = ""


class _Tree(msgspec.Struct):
    branches: list[_Branch] = msgspec.field(default_factory=list)
    full_product_names: list[_Item] = msgspec.field(default_factory=list)
    relationships: list[_Relationship] = msgspec.field(default_factory=list)


class _Publisher(msgspec.Struct):
    category: str = ""


class _Tracking(msgspec.Struct):
    id: str
    initial_release_date: str = ""
    current_release_date: str = ""


class _Link(msgspec.Struct):
    url: str = ""


class _Header(msgspec.Struct):
    tracking: _Tracking
    publisher: _Publisher = msgspec.field(default_factory=_Publisher)
    references: list[_Link] = msgspec.field(default_factory=list)


class _Cvss(msgspec.Struct, rename="camel"):
    base_score: float | None = None
    vector_string: str = ""


class _Score(msgspec.Struct):
    cvss_v3: _Cvss | None = None


class _Status(msgspec.Struct):
    known_affected: list[str] = msgspec.field(default_factory=list)
    first_affected: list[str] = msgspec.field(default_factory=list)
    last_affected: list[str] = msgspec.field(default_factory=list)
    fixed: list[str] = msgspec.field(default_factory=list)
    first_fixed: list[str] = msgspec.field(default_factory=list)
    known_not_affected: list[str] = msgspec.field(default_factory=list)


class _Vulnerability(msgspec.Struct):
    cve: str | None = None
    product_status: _Status = msgspec.field(default_factory=_Status)
    scores: list[_Score] = msgspec.field(default_factory=list)


class _Document(msgspec.Struct):
    document: _Header
    product_tree: _Tree = msgspec.field(default_factory=_Tree)
    vulnerabilities: list[_Vulnerability] = msgspec.field(default_factory=list)


_DECODER = msgspec.json.Decoder(_Document)


class _Unusable(Exception):
    """This document cannot be trusted; the reason goes into its BadRecord."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One product of the tree: its name, and how its branch writes its versions."""

    product: Product
    versions: str  # "" when no branch tells any
    single: bool = False  # a list of releases, one by one, as against ranges
    exact: bool = True  # False: the words are not wholly understood

    @property
    def spans(self) -> tuple[Span, ...] | None:
        if not self.versions:
            return None
        found = spans(self.versions)
        return found if found is not None or not self.single else (Span(version=self.versions.lower()),)


def read_csaf(document: Document) -> Iterator[VulnerabilityRecord | BadRecord]:
    """Yield one record for each vulnerability of the document that has a CVE."""
    try:
        read = _DECODER.decode(document.content)
        layer = VENDOR if read.document.publisher.category == "vendor" else COORDINATOR
        leaves = _leaves(read.product_tree)
        for vulnerability in read.vulnerabilities:
            if vulnerability.cve and _CVE.fullmatch(vulnerability.cve):
                yield _record(vulnerability.cve, vulnerability, read.document, layer, leaves)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Unusable) as error:
        yield BadRecord(1, document.name[-60:], str(error))


def _record(
    cve: str, told: _Vulnerability, header: _Header, layer: str, leaves: dict[str, list[_Leaf]]
) -> VulnerabilityRecord:
    score = next((one.cvss_v3 for one in told.scores if one.cvss_v3 and one.cvss_v3.base_score is not None), None)
    return VulnerabilityRecord(
        cve=cve,
        source=f"{layer}:{header.tracking.id[:60]}",
        statement=_statement(told.product_status, leaves),
        published_at=_moment(header.tracking.initial_release_date),
        cvss=score.base_score if score else None,
        cvss_vector=score.vector_string if score else "",
        references=tuple(link.url for link in header.references[:5] if link.url),
    )


def _leaves(tree: _Tree) -> dict[str, list[_Leaf]]:
    """What each identifier stands for: several leaves when a document uses one twice."""
    found: defaultdict[str, list[_Leaf]] = defaultdict(list)
    waiting: list[tuple[_Branch, str, str, int]] = [(branch, "", "", 0) for branch in tree.branches]
    count = 0
    while waiting:
        branch, vendor, product, depth = waiting.pop()
        count += 1
        if depth > DEEPEST or count > MOST_PRODUCTS:
            raise _Unusable(f"a product tree of more than {DEEPEST} levels or {MOST_PRODUCTS} products")
        if branch.category == "vendor":
            vendor = branch.name
        elif branch.category in {"product_name", "product_family"} and not product:
            product = branch.name
        if branch.product is not None:
            found[branch.product.product_id].append(_leaf(branch, vendor, product))
        waiting += [(below, vendor, product, depth + 1) for below in branch.branches]
    for item in tree.full_product_names:
        found[item.product_id].append(_by_cpe(item) or _Leaf(("", item.name.strip().lower()[:120]), ""))
    for relation in tree.relationships:
        found[relation.full_product_name.product_id] += found.get(relation.product_reference, [])
    return found


def _leaf(branch: _Branch, vendor: str, product: str) -> _Leaf:
    if len(branch.name) > LONGEST_WORDS:
        raise _Unusable(f"a version of {len(branch.name)} characters")
    item = branch.product
    by_cpe = _by_cpe(item) if item else None
    if by_cpe is not None and by_cpe.versions:
        return by_cpe
    named = by_cpe.product if by_cpe else product_named(vendor, product or branch.name)
    if branch.category not in {"product_version", "product_version_range", "service_pack", "patch_level"}:
        return _Leaf(named, "")
    text = _RANGE_PREFIX.sub("", branch.name.strip()) if not branch.name.startswith("vers:all") else "*"
    # "PAN-OS 9.0 All", "PAN-OS<10.2.0-h3": the name of the product is said again.
    if product and text.lower().startswith(product.lower()):
        text = text[len(product) :].strip()
    return _Leaf(named, text, single=branch.category in {"service_pack", "patch_level"})


def _by_cpe(item: _Item) -> _Leaf | None:
    text = item.product_identification_helper.cpe if item.product_identification_helper else None
    cpe = split(text) if text else None
    if cpe is None or isinstance(cpe, BadCpe):
        return None
    return _Leaf((cpe.vendor[:120], cpe.product[:120]), "" if cpe.version in {"*", "-"} else cpe.version, single=True)


def _statement(status: _Status, leaves: dict[str, list[_Leaf]]) -> Statement:
    affected = _grouped([*status.known_affected, *status.first_affected, *status.last_affected], leaves)
    fixed = _grouped([*status.fixed, *status.first_fixed], leaves)
    spared = _grouped(status.known_not_affected, leaves)
    criteria: list[Criterion] = []
    partial = False
    for product, group in affected.items():
        found, whole = _criteria(product, group, fixed.get(product, []), by_line=product in spared)
        criteria += found
        partial |= not whole
    return Statement((Configuration((Node(tuple(criteria)),)),) if criteria else (), partial=partial)


def _grouped(identifiers: Iterable[str], leaves: dict[str, list[_Leaf]]) -> dict[Product, list[_Leaf]]:
    found: dict[Product, list[_Leaf]] = {}
    for identifier in dict.fromkeys(identifiers):
        for leaf in leaves.get(identifier, ()):
            found.setdefault(leaf.product, []).append(leaf)
    return found


def _criteria(
    product: Product, affected: list[_Leaf], fixed: list[_Leaf], *, by_line: bool
) -> tuple[list[Criterion], bool]:
    """The ranges of one product, and whether what they leave out is told to be safe."""
    named = Criterion(*product)
    singles = all(leaf.single or (leaf.spans and leaf.spans[0].version) for leaf in affected)
    fixes = [span.start_including for leaf in fixed for span in leaf.spans or () if span.start_including]
    understood = [leaf.spans for leaf in affected]
    found: list[Criterion] = []
    for told in understood:
        if told is None:
            found.append(replace(named, version=_UNTOLD))
            continue
        # An identifier that is both affected and fixed: its branch that only begins is the correction.
        found += [_criterion(named, span) for span in told if not (span.start_including in fixes and not _end(span))]
    ends = {one.end_excluding for one in found if one.end_excluding and not one.start_including}
    if fixes and (by_line or len({*ends, *fixes}) > 1):
        found = _between(product, found, fixes)
    whole = None not in understood and (bool(fixes) or not singles)
    return found, whole


def _end(span: Span) -> str | None:
    return span.end_excluding or span.end_including


def _between(product: Product, affected: list[Criterion], fixes: list[str]) -> list[Criterion]:
    """Cut the affected ranges at the corrections of their own line: a hotfix mends one maintenance release."""
    scheme = scheme_of(*product)
    by_line: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for fix in fixes:
        version = parse(scheme, fix)
        if version is not None:
            by_line[version.branch].append(fix)
    left: list[Criterion] = []
    for criterion in affected:
        limit = parse(scheme, criterion.end_excluding) if criterion.end_excluding else None
        if limit is None or criterion.start_including or criterion.start_excluding:
            left.append(criterion)
            continue
        line = ".".join(str(number) for number in limit.branch)
        if compare(scheme, line, criterion.end_excluding or "") != "<":
            left.append(criterion)
            continue
        corrections = by_line.get(limit.branch) or [criterion.end_excluding or ""]
        for start, end in affected_ranges(scheme, line, corrections, after_line(line)):
            left.append(replace(criterion, start_including=start, end_excluding=end))
    return left


def _criterion(named: Criterion, span: Span) -> Criterion:
    return replace(
        named,
        version=span.version or "*",
        start_including=span.start_including,
        start_excluding=span.start_excluding,
        end_including=span.end_including,
        end_excluding=span.end_excluding,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
