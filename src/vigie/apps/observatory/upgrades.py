"""What would be gained if everything older were brought to one version: findings ended, and letters that change."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from vigie.apps.findings.enums import FindingKind
from vigie.apps.findings.models import Finding
from vigie.apps.registry.models import Establishment
from vigie.apps.vulns import pairing
from vigie.apps.vulns.enums import MatchVerdict
from vigie.data.aliases import aliases
from vigie.data.params import exposure_method
from vigie.engine.facts import Identity
from vigie.engine.level import Inputs, Method, letter_of
from vigie.engine.versions import compare, scheme_of

from .enums import SubjectKind
from .models import Level
from .reading import open_findings

MOST_TARGETS = 8
MOST_WEIGHED = 4_000  # levels that a page works out again: some 50 microseconds each


class _Open(NamedTuple):
    """One open finding, as far as an upgrade needs it."""

    id: int
    establishment: int
    seen_version: str
    fixed_version: str
    exploited: bool


_PLAIN = ("pk", "establishment", "seen_version", "fixed_version", "exploited")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What would be gained if everything older were brought to this version."""

    version: str
    closed: int  # findings
    exploited: int  # of them, used by attackers
    left: int  # vulnerabilities that are known to hold for this version too
    letters: int | None = None  # establishments whose level would have another letter; None: too many to work out
    ended: tuple["_Open", ...] = field(default=(), repr=False)  # the findings that it would end


def upgrades_of(
    vendor: str, product: str, among: QuerySet[Establishment], now: datetime, *, mending: int | None = None
) -> tuple[Upgrade, ...]:
    """Judged by the engine, as if each finding's product told the target: what nobody can tell closes nothing.

    The one that closes most comes first; `mending` keeps those after which that vulnerability does not hold.
    """
    subjects = [f"{one}:{other}" for one, other in aliases().names(vendor, product)]
    rows = Finding.objects.standing().filter(
        kind=FindingKind.PRODUCT, subject__in=subjects, establishment__in=among.order_by().values("pk")
    )
    linked: defaultdict[_Open, set[int]] = defaultdict(set)
    for vulnerability, *plain in rows.filter(links__ended_at=None).values_list("links__vulnerability", *_PLAIN):
        linked[_Open(*plain)].add(vulnerability)
    found = _judged(Identity(vendor, product, None), linked, mending)
    found.sort(key=lambda one: (-one.closed, one.left, one.version))
    return tuple(_weighed(found, now))


def _judged(product: Identity, linked: Mapping["_Open", set[int]], mending: int | None) -> list[Upgrade]:
    candidates = pairing.candidates_of(aliases().canonical(product.vendor, product.product))
    scheme = scheme_of(product.vendor, product.product)
    found = []
    for target in _targets(linked):
        judged = pairing.verdicts(replace(product, version=target), candidates)
        holds = {pk for pk, answer in judged.items() if answer.verdict.value != MatchVerdict.FIXED}
        if mending in holds:
            continue
        closed = tuple(
            row
            for row, vulnerabilities in linked.items()
            if compare(scheme, row.seen_version, target) == "<" and not vulnerabilities & holds
        )
        left = sum(answer.verdict.value == MatchVerdict.AFFECTED for answer in judged.values())
        found.append(Upgrade(target, len(closed), sum(row.exploited for row in closed), left, ended=closed))
    return found


def _targets(findings: Iterable["_Open"]) -> list[str]:
    """The versions that the findings ask for, the most wanted first."""
    wanted = Counter(row.fixed_version for row in findings if row.fixed_version)
    return sorted(wanted, key=lambda version: (-wanted[version], version))[:MOST_TARGETS]


def _weighed(upgrades: Sequence[Upgrade], now: datetime) -> Iterator[Upgrade]:
    """With the letters that would change, by the method of the level, as long as they are few enough."""
    left, chosen = MOST_WEIGHED, 0
    for one in upgrades:
        left -= len({row.establishment for row in one.ended})
        if left < 0:
            break
        chosen += 1
    whom = {row.establishment for one in upgrades[:chosen] for row in one.ended}
    before = _inputs(whom, now) if whom else {}
    method = exposure_method(now.date())
    letters = {pk: letter_of(inputs, method) for pk, inputs in before.items()}
    for number, one in enumerate(upgrades):
        yield replace(one, letters=_changed(one, before, letters, method)) if number < chosen else one


def _changed(one: Upgrade, before: Mapping[int, Inputs], letters: Mapping[int, str], method: Method) -> int:
    ended: defaultdict[int, set[int]] = defaultdict(set)
    for row in one.ended:
        ended[row.establishment].add(row.id)
    return sum(
        letter_of(_without(before[pk], gone), method) != letters[pk] for pk, gone in ended.items() if pk in before
    )


def _without(inputs: Inputs, gone: set[int]) -> Inputs:
    return replace(inputs, findings=tuple(one for one in inputs.findings if one.id not in gone))


def _inputs(establishments: set[int], now: datetime) -> dict[int, Inputs]:
    """What each level rests on today; what is known of each is that of its last level, worked out after each look."""
    ids = sorted(establishments)
    findings = open_findings(ids, now)
    rows = Level.objects.of(SubjectKind.ESTABLISHMENT, ids).current()
    known = rows.values_list("subject_id", "known", "total")
    return {pk: Inputs(tuple(findings[pk]), seen, total) for pk, seen, total in known}
