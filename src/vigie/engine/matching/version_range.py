"""Is the version that was seen among those that one criterion names?"""

import re
from dataclasses import dataclass
from enum import IntEnum

from vigie.engine.facts import Identity
from vigie.engine.versions import Version, compare, parse
from vigie.engine.versions import order as compare_versions

from .aliases import Product
from .statement import ANY, NONE, Criterion


class Holds(IntEnum):
    """Ordered so that OR is the greatest and AND the least."""

    NO = 0
    UNKNOWN = 1
    CONDITIONAL = 2
    YES = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen, with its version read once: it meets many criteria."""

    identity: Identity
    product: Product  # canonical names
    names: frozenset[Product]  # every name of the product
    scheme: str
    version: Version | None
    written: str | None  # the version and its update as one text; None when there is no version

    @property
    def shown(self) -> str:
        """The same for an evidence, cut: a banner may hold anything."""
        return (self.written or "no version")[:60]


_PRE_RELEASE = re.compile(r"(\d+(?:\.\d+)*)[-._]?(?:a|b|c|rc|alpha|beta|m|pre)[-._]?\d+", re.IGNORECASE)
_NOTHING = frozenset({None, "", ANY, NONE})
# Some products write their update inside the version already: 9.1R11.4, 8.8.15 Patch 31.
_CUMULATIVE = re.compile(r"cumulative_update_|service_pack_|cu\d")


def joined(version: str | None, update: str | None) -> str | None:
    """Version and CPE update as one text: ("9.1", "r11.4") is "9.1 r11.4". None when there is no version."""
    if version in _NOTHING or version is None:
        return None
    if update in _NOTHING or update is None or version.lower().replace(" ", "").endswith(update.lower()):
        return version
    return f"{version} {update}"


def scheme_for(scheme: str, text: str) -> str:
    """Exchange is named by year and cumulative update in the NVD, by build on the wire."""
    if scheme == "exchange_build" and (text[:2] == "20" or _CUMULATIVE.search(text)):
        return "exchange_cpe"
    return scheme


def within(seen: Seen, criterion: Criterion) -> Holds:
    """Judge the version alone; the caller knows that the product is the same."""
    if criterion.bounded:
        return _in_bounds(seen, criterion)
    if criterion.version == ANY:
        return Holds.UNKNOWN if seen.written is None else Holds.YES
    if seen.written is None:
        return Holds.UNKNOWN
    if criterion.version == NONE:
        return Holds.NO
    return _same(seen, criterion)


def _in_bounds(seen: Seen, criterion: Criterion) -> Holds:
    if seen.version is None:
        return Holds.UNKNOWN
    holds = Holds.YES
    if criterion.start_including:
        holds = min(holds, _meets(seen, criterion.start_including, ">=~", ""))
    if criterion.start_excluding:
        holds = min(holds, _meets(seen, criterion.start_excluding, ">", ""))
    if criterion.end_including:
        holds = min(holds, _meets(seen, criterion.end_including, "<=", ""))
    if criterion.end_excluding:
        holds = min(holds, _meets(seen, criterion.end_excluding, "<", "~"))
    if holds is Holds.NO and _of_pre_releases(seen, criterion):
        # ">=3.13,<3.13.0rc2" is of what came before the release: its beginning means the whole of that line.
        return _meets(seen, criterion.end_excluding or "", "<", "~")
    if holds is Holds.NO and _goes_backwards(seen, criterion):
        # The source's slip: which of the two ends is wrong, nobody can tell; above both is outside all the same, and
        # so is another line when both ends are of one.
        above = against(seen, criterion.start_including or criterion.start_excluding) == ">"
        return Holds.NO if above or _on_another_line(seen, criterion) else Holds.UNKNOWN
    return holds


def _of_pre_releases(seen: Seen, criterion: Criterion) -> bool:
    """The end is a pre-release of the very version that the range begins with, and what was seen is of its line."""
    start, end = criterion.start_including, criterion.end_excluding
    if not start or not end or seen.version is None or not ends_before_its_release(seen.scheme, start, end):
        return False
    limit = limit_named(seen, end)
    return limit is not None and limit.branch == seen.version.branch


def ends_before_its_release(scheme: str, start: str, end: str) -> bool:
    """True for 3.13 and 3.13.0rc2: the end is a pre-release of the beginning."""
    found = _PRE_RELEASE.fullmatch(end)
    return found is not None and compare(scheme, start, found[1]) == "="


def _on_another_line(seen: Seen, criterion: Criterion) -> bool:
    ends = [criterion.start_including or criterion.start_excluding, criterion.end_including or criterion.end_excluding]
    read = [parse(scheme_for(seen.scheme, end), end) for end in ends if end]
    lines = {end.branch for end in read if end is not None}
    return len(lines) == 1 and seen.version is not None and seen.version.branch not in lines


def _goes_backwards(seen: Seen, criterion: Criterion) -> bool:
    start = criterion.start_including or criterion.start_excluding
    end = criterion.end_including or criterion.end_excluding
    if not start or not end:
        return False
    return compare(seen.scheme, start, end) == ">"


def _meets(seen: Seen, bound: str, inside: str, outside: str) -> Holds:
    """A bound that names a whole line ("~") lets its line in as a beginning, and keeps it out as an end."""
    order = against(seen, bound)
    if order in inside:
        return Holds.YES
    return Holds.UNKNOWN if order in "?~" and order not in outside else Holds.NO


def against(seen: Seen, bound: str | None) -> str:
    """How what was seen stands to a bound: "<", "=", ">", "?", or "~" when the bound names the line that it is on."""
    limit = limit_named(seen, bound)
    if seen.version is None or limit is None or limit.scheme != seen.version.scheme:
        return "?"
    if limit.vague and limit.key <= seen.version.key <= limit.ceiling:
        return "~"
    return compare_versions(seen.version, limit)


def limit_named(seen: Seen, bound: str | None) -> Version | None:
    """A bound, read in the way that what was seen is written where it can be; None when it cannot be read."""
    if not bound:
        return None
    limit = parse(scheme_for(seen.scheme, bound), bound)
    if seen.version is not None and (limit is None or limit.scheme != seen.version.scheme):
        # "2019 CU12" meets a build: the list of builds tells which line it names.
        return parse(seen.scheme, bound) or limit
    return limit


def _same(seen: Seen, criterion: Criterion) -> Holds:
    """An update that the criterion leaves open ("*") is any update of that version; "-" is the version before any."""
    text = criterion.version
    if criterion.update != ANY:
        text = joined(criterion.version, criterion.update) or criterion.version
    elif (seen.identity.version or "").lower() == criterion.version:
        return Holds.YES
    order = against(seen, text)
    if order == "=":
        return Holds.YES
    if order == "?":
        return _same_text(seen, text)
    if order == "~" and criterion.update != NONE:
        return Holds.UNKNOWN
    return Holds.NO


def _same_text(seen: Seen, text: str) -> Holds:
    """Two texts that no scheme reads are the same when they are written the same; else nobody knows."""
    return Holds.YES if (seen.written or "").lower() == text.lower() else Holds.UNKNOWN
