"""What a look, an absence or new knowledge changes for the findings of an establishment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from vigie.apps.jobs import actions as jobs
from vigie.apps.scans.models import Look, Service, Shard
from vigie.apps.scans.recording import stored_facts, stored_identities
from vigie.apps.scans.signals import Absence, SeenService
from vigie.apps.vulns import actions as vulns
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.data.params import absence_rule, priority_table
from vigie.engine.facts import Answer, PortState, ServiceLook, Transport
from vigie.engine.lifecycle import Seen, State, Transition, next_step
from vigie.engine.outcome import Severity
from vigie.engine.priority import Case

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState
from .judging import Judgement, judge_checks, judge_products, judge_replaced
from .models import Finding, FindingQuerySet
from .recording import Occasion, apply, end

SCANNER = "scanner"
LEVELS = "vigie.apps.observatory.tasks.compute_levels"
BATCH = 50  # services of one short write transaction


def judge_host(*, look: Look, seen: Sequence[SeenService], now: datetime) -> None:
    """Open, confirm, close or reopen the findings of one host; called in the transaction that records it."""
    if not seen:
        return
    known = _findings_at(look.shard.establishment_id, look.address)
    matches = current_matches(pair for service in seen for pair in service.pairs)
    for service in seen:
        _judge_service(look, service, known[service.row.port, service.row.name], matches)


def _judge_service(
    look: Look, service: SeenService, known: dict[tuple[str, str], Finding], matches: dict[int, list[PairMatch]]
) -> None:
    if service.look.answer is not Answer.ANSWERED:
        return  # could not look: neither a finding nor a cure
    occasion = Occasion(service.row, look, service.look.looked_at, SCANNER)
    judgements = [*judge_products(service.look, service.pairs, matches), *judge_checks(service.look)]
    judgements += _replaced(service, known, judgements)
    for judgement in judgements:
        apply(judgement, known.get(judgement.key), occasion)


def _replaced(
    service: SeenService, known: dict[tuple[str, str], Finding], judgements: Sequence[Judgement]
) -> list[Judgement]:
    told = {judgement.key for judgement in judgements}
    left = [finding for key, finding in known.items() if key not in told and finding.state == FindingState.OPEN]
    return [found for finding in left if (found := judge_replaced(service.look, service.pairs, finding))]


def _findings_at(establishment_id: int, address: str) -> defaultdict[tuple[int, str], dict[tuple[str, str], Finding]]:
    """(port, name) -> (kind, subject) -> finding, ended ones included: they may reopen. Locked until the commit."""
    found: defaultdict[tuple[int, str], dict[tuple[str, str], Finding]] = defaultdict(dict)
    rows = Finding.objects.select_for_update(of=("self",)).filter(establishment=establishment_id, address=address)
    for finding in rows.select_related("service__pair").prefetch_related("links"):
        found[finding.port, finding.name][finding.kind, finding.subject] = finding
    return found


def current_matches(pairs: Iterable[Pair]) -> dict[int, list[PairMatch]]:
    found: dict[int, list[PairMatch]] = {}
    rows = PairMatch.objects.filter(pair__in={pair.pk for pair in pairs}, ended_at=None, vulnerability__rejected=False)
    for match in rows.select_related("vulnerability"):
        found.setdefault(match.pair_id, []).append(match)
    return found


def _missed(
    findings: FindingQuerySet, establishment_id: int, absences: Sequence[Absence]
) -> list[tuple[Finding, Absence]]:
    """Those of these findings that are held by services that were not seen."""
    by_place = {(absence.address, absence.port, absence.name): absence for absence in absences}
    rows = findings.filter(establishment=establishment_id, address__in={absence.address for absence in absences})
    found = [(row, by_place.get((row.address, row.port, row.name))) for row in rows.select_related("service")]
    return [(row, absence) for row, absence in found if absence and row.last_confirmed < absence.looked_at]


def refuse_absences(*, shard: Shard, absences: Sequence[Absence], now: datetime) -> str | None:
    """Why these absences must wait for a person: they would end too many findings of the establishment at once."""
    if not absences:
        return None
    rule = absence_rule(now.date())
    ending = sum(
        next_step(State.OPEN, Seen.ABSENT, absent_since=f.absent_since, looked_at=a.looked_at, rule=rule)
        is Transition.END
        for f, a in _missed(Finding.objects.open(), shard.establishment_id, absences)
    )
    before = Finding.objects.open().filter(establishment=shard.establishment_id).count()
    return f"{ending} of {before} findings would end by absence" if rule.ends_too_many(before, ending) else None


def settle_absences(*, look: Look, absences: Sequence[Absence], now: datetime) -> None:
    """Count the absences of a look: the first one waits, one at least a day later ends the finding."""
    rule = absence_rule(now.date())
    locked = Finding.objects.open().select_for_update(of=("self",))
    for finding, absence in _missed(locked, look.shard.establishment_id, absences):
        at = absence.looked_at
        step = next_step(State.OPEN, Seen.ABSENT, absent_since=finding.absent_since, looked_at=at, rule=rule)
        finding.absences += 1
        if step is Transition.WAIT:
            finding.absent_since = at
        finding.save(update_fields=["absences", "absent_since"])
        if finding.service is None:
            continue
        occasion = Occasion(finding.service, look, at, SCANNER)
        if step is Transition.WAIT:
            occasion.note(finding, FindingEventKind.ABSENT_ONCE)
        elif step is Transition.END:
            end(finding, FindingState.NO_LONGER_OBSERVED, CloseReason.NOT_OBSERVED, occasion)


def rejudge_pairs(pair_ids: Iterable[int], now: datetime) -> int:
    """Judge again, from what is stored, every service that runs one of these pairs; no packet leaves.

    Return how many findings changed. The levels of the establishments concerned are computed afterwards.
    """
    ids = list(pair_ids)
    if fresh := list(Pair.objects.filter(pk__in=ids, matched_at=None)):
        vulns.match_pairs(pairs=fresh, now=now)
    changed = 0
    services = list(Service.objects.running(ids).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(services), BATCH):
        changed += _rejudge(services[start : start + BATCH], now)
    return changed


def rejudge_since(since: datetime, now: datetime) -> int:
    """Judge again what runs a pair whose verdicts, or whose vulnerabilities, changed since then."""
    began_or_ended = PairMatch.objects.filter(Q(since__gte=since) | Q(ended_at__gte=since))
    retold = PairMatch.objects.filter(ended_at=None, vulnerability__updated_at__gte=since)
    touched = {*began_or_ended.values_list("pair", flat=True), *retold.values_list("pair", flat=True)}
    return rejudge_pairs(sorted(touched), now)


def reprioritise(now: datetime) -> int:
    """Write the priority of open product findings again, from today's probabilities; return how many changed."""
    table = priority_table(now.date())
    known = Q(links__ended_at=None)
    rows = Finding.objects.open().filter(kind=FindingKind.PRODUCT).order_by("pk")
    highest = Max("links__vulnerability__epss", filter=known)
    epss = dict(rows.annotate(highest=highest).values_list("pk", "highest"))
    changed = []
    for row in rows.iterator():
        case = Case(Severity(row.severity), row.exploited, epss.get(row.pk), row.exposed, row.remote_access)
        if (priority := table.decide(case)) != row.priority:
            row.priority = priority
            changed.append(row)
    for start in range(0, len(changed), BATCH):
        Finding.objects.bulk_update(changed[start : start + BATCH], ["priority"])
    return len(changed)


@transaction.atomic
def _rejudge(service_ids: Sequence[int], now: datetime) -> int:
    rows = Service.objects.filter(pk__in=service_ids)
    services = [row for row in rows if row.answer == Answer.ANSWERED]
    pairs = {row.pk: _pairs(row) for row in services}
    matches = current_matches(pair for told in pairs.values() for pair in told)
    touched: dict[int, int] = defaultdict(int)
    for row in services:
        touched[row.establishment_id] += _rejudge_service(row, pairs[row.pk], matches, now)
    establishments = sorted(pk for pk, changed in touched.items() if changed)
    if establishments:
        jobs.enqueue(LEVELS, now=now, priority=10, establishment_ids=establishments)
    return sum(touched.values())


def _rejudge_service(row: Service, pairs: tuple[Pair, ...], matches: dict[int, list[PairMatch]], now: datetime) -> int:
    look = as_look(row)
    known = _findings_at(row.establishment_id, row.address)[row.port, row.name]
    occasion = Occasion(row, None, now, "vulnerability data")
    changed = 0
    for judgement in judge_products(look, pairs, matches):
        changed += apply(replace(judgement, reason=CloseReason.KNOWLEDGE), known.get(judgement.key), occasion)
    return changed


def _pairs(row: Service) -> tuple[Pair, ...]:
    """The pairs of a stored service, in the order of its identities."""
    return tuple(vulns.intern(identity) for identity in stored_identities(row))


def as_look(row: Service) -> ServiceLook:
    """The stored interval, as the look that last confirmed it."""
    return ServiceLook(
        address=row.address,
        port=row.port,
        transport=Transport(row.transport),
        name=row.name or None,
        state=PortState.OPEN,
        answer=Answer(row.answer),
        service=row.service or None,
        reason=row.reason,
        looked_at=row.last_confirmed,
        facts=stored_facts(row),
        identities=stored_identities(row),
    )
