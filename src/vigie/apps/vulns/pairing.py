"""Match pairs with what the sources state, and keep the history of verdicts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from vigie.data.aliases import aliases
from vigie.engine.facts import Identity
from vigie.engine.matching import Match, MatchVerdict, Product, Statement, from_plain, judge, see, strongest

from .models import Applicability, ApplicableProduct, Pair, PairMatch

MOST_ROWS = 1_500  # verdicts written in one transaction: 60 to 120 ms on SQLite


@dataclass(frozen=True, slots=True)
class Candidate:
    vulnerability: int
    source: str
    statement: Statement


@dataclass(slots=True)
class Matched:
    pairs: int = 0
    added: int = 0  # verdicts that began
    ended: int = 0  # verdicts that no longer hold


def identity_of(pair: Pair) -> Identity:
    return Identity(
        vendor=pair.vendor,
        product=pair.product,
        version=pair.version or None,
        update=pair.update or None,
        edition=pair.edition or None,
        distribution=pair.distribution or None,
        package=pair.package or None,
        platform=pair.platform or None,
    )


def match(pairs: Iterable[Pair], now: datetime) -> Matched:
    """Judge every pair against every candidate of its product. Not-affected is not stored: no row says it."""
    groups: defaultdict[Product, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[aliases().canonical(pair.vendor, pair.product)].append(pair)
    done = Matched()
    for product, members in groups.items():
        candidates = candidates_of(product)
        size = max(1, MOST_ROWS // max(1, len(candidates)))
        for start in range(0, len(members), size):
            chunk = members[start : start + size]
            # Judged before the transaction opens: on SQLite it keeps every other writer waiting.
            _write(chunk, [verdicts(identity_of(pair), candidates) for pair in chunk], done, now)
    return done


def candidates_of(product: Product) -> list[Candidate]:
    names = aliases().names(*product)
    named = reduce(or_, (Q(vendor=vendor[:120], product=name[:120]) for vendor, name in names))
    rows = (
        Applicability.objects.filter(pk__in=ApplicableProduct.objects.filter(named).values("applicability"))
        .filter(vulnerability__rejected=False)
        .order_by("pk")
        .values_list("vulnerability", "source", "statement")
    )
    return [Candidate(vulnerability, source, from_plain(statement)) for vulnerability, source, statement in rows]


def verdicts(identity: Identity, candidates: Iterable[Candidate]) -> dict[int, Match]:
    """The strongest source's match of each vulnerability that names the product, not-affected left out."""
    seen = see(identity, aliases())
    told: defaultdict[int, list[Match]] = defaultdict(list)
    for candidate in candidates:
        answer = judge(identity, seen, candidate.statement, source=candidate.source)
        if answer is not None:
            told[candidate.vulnerability].append(answer)
    best = {vulnerability: strongest(answers) for vulnerability, answers in told.items()}
    return {
        vulnerability: answer
        for vulnerability, answer in best.items()
        if answer is not None and answer.verdict is not MatchVerdict.NOT_AFFECTED
    }


@transaction.atomic
def _write(pairs: Sequence[Pair], told: Sequence[dict[int, Match]], done: Matched, now: datetime) -> None:
    ids = [pair.pk for pair in pairs]
    # Two workers may meet the same pair: the second waits, then finds nothing to change.
    list(Pair.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    current: defaultdict[int, dict[int, PairMatch]] = defaultdict(dict)
    for row in PairMatch.objects.filter(pair__in=ids, ended_at=None):
        current[row.pair_id][row.vulnerability_id] = row
    ended: list[int] = []
    added: list[PairMatch] = []
    restated: list[PairMatch] = []
    for pair, answers in zip(pairs, told, strict=True):
        _difference(pair, current[pair.pk], answers, ended, added, restated, now)
    PairMatch.objects.filter(pk__in=ended).update(ended_at=now)
    PairMatch.objects.bulk_create(added)
    PairMatch.objects.bulk_update(restated, ["source", "evidence", "fixed_in"], batch_size=100)
    Pair.objects.filter(pk__in=ids).update(matched_at=now)
    done.pairs += len(ids)
    done.added += len(added)
    done.ended += len(ended)


def _difference(
    pair: Pair,
    rows: dict[int, PairMatch],
    answers: dict[int, Match],
    ended: list[int],
    added: list[PairMatch],
    restated: list[PairMatch],
    now: datetime,
) -> None:
    """A verdict that changes ends its row and adds one; the same verdict on other evidence is told again in place."""
    for vulnerability, row in rows.items():
        answer = answers.get(vulnerability)
        if answer is None or answer.verdict != row.verdict:
            ended.append(row.pk)
        elif (row.source, row.evidence, row.fixed_in) != _told(answer):
            row.source, row.evidence, row.fixed_in = _told(answer)
            restated.append(row)
    for vulnerability, answer in answers.items():
        known = rows.get(vulnerability)
        if known is None or known.verdict != answer.verdict:
            source, evidence, fixed_in = _told(answer)
            added.append(
                PairMatch(
                    pair=pair,
                    vulnerability_id=vulnerability,
                    verdict=answer.verdict.value,
                    source=source,
                    evidence=evidence,
                    fixed_in=fixed_in,
                    since=now,
                )
            )


def _told(answer: Match) -> tuple[str, str, str]:
    return answer.source[:80], answer.evidence[:300], (answer.fixed_in or "")[:60]
