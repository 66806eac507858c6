"""What a look, an absence or new knowledge changes for the findings of an establishment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from vigie.apps.jobs import actions as jobs
from vigie.apps.scans.models import Look, Service, Shard
from vigie.apps.scans.recording import stored_facts, stored_identities
from vigie.apps.scans.signals import Absence, SeenService
from vigie.apps.scans.unlooked import UnknownCheck, note_unknown_checks
from vigie.apps.vulns import actions as vulns
from vigie.apps.vulns.models import Pair, PairMatch
from vigie.data.params import absence_rule, priority_table
from vigie.engine.facts import Answer, PortState, ServiceLook, Transport
from vigie.engine.lifecycle import Seen, State, Transition, next_step
from vigie.engine.outcome import Severity
from vigie.engine.priority import Case

from .enums import CloseReason, FindingEventKind, FindingKind, FindingState
from .judging import Judgement, judge_checks, judge_products, judge_replaced
from .merging import by_weakness, merge
from .models import Finding, FindingQuerySet
from .recording import Occasion, apply, end
from .vanished.queries import held_subjects

SCANNER = "scanner"
LEVELS = "vigie.apps.observatory.tasks.compute_levels"
Key = tuple[str, str]  # kind, subject
Port = tuple[int, str]  # number, transport
BATCH = 50  # services of one short write transaction


def judge_host(*, look: Look, seen: Sequence[SeenService], now: datetime) -> None:
    """Open, confirm, close or reopen the findings of one host; called in the transaction that records it."""
    if not seen:
        return
    place = look.shard.establishment_id, look.address, look.domain
    known, served = _findings_at(*place), _served_at(*place)
    matches = current_matches(pair for service in seen for pair in service.pairs)
    held = held_subjects()
    ports: defaultdict[Port, dict[str, SeenService]] = defaultdict(dict)
    for service in seen:
        ports[service.row.port, service.row.transport][service.row.name] = service
    unsure: list[UnknownCheck] = []
    for port, services in ports.items():
        told = {name: _told_by(service, known[port], matches) for name, service in services.items()}
        unsure += [
            UnknownCheck(port[0], name, one.subject, one.why_unknown)
            for name, judgements in told.items()
            for one in judgements
            if one.why_unknown
        ]
        for judgement, name, finding in _together(told, known[port], served[port]):
            row = services[name].row
            apply(judgement, finding, Occasion(row, look, services[name].look.looked_at, SCANNER, held))
    note_unknown_checks(look, unsure)


def _told_by(
    service: SeenService, known: Mapping[Key, Finding], matches: dict[int, list[PairMatch]]
) -> list[Judgement]:
    if service.look.answer is not Answer.ANSWERED:
        return []  # could not look: neither a finding nor a cure
    judgements = [*judge_products(service.look, service.pairs, matches), *judge_checks(service.look)]
    told = {judgement.key for judgement in judgements}
    left = [finding for key, finding in known.items() if key not in told and finding.is_followed]
    replaced = (judge_replaced(service.look, service.pairs, finding) for finding in left)
    return judgements + [judgement for judgement in replaced if judgement]


def _together(
    told: Mapping[str, Sequence[Judgement]], known: Mapping[Key, Finding], served: Collection[str]
) -> Iterator[tuple[Judgement, str, Finding | None]]:
    """What the names of one port say together of each weakness, one of the names that say it, the finding if any."""
    for key, by_name in by_weakness(told).items():
        finding = known.get(key)
        open_names = finding.names if finding and finding.is_followed else ()
        judgement = merge(by_name, [name for name in open_names if name in served])
        yield judgement, next((name for name in judgement.names if name in by_name), min(by_name)), finding


def _findings_at(establishment_id: int, address: str, domain: str = "") -> defaultdict[Port, dict[Key, Finding]]:
    """(port, transport) -> (kind, subject) -> finding, also ended: they may reopen. Locked until the commit."""
    found: defaultdict[Port, dict[Key, Finding]] = defaultdict(dict)
    there = {"establishment": establishment_id, "address": address, "domain": domain}
    rows = Finding.objects.select_for_update(of=("self",)).filter(**there)
    for finding in rows.select_related("service__pair").prefetch_related("links"):
        found[finding.port, finding.transport][finding.kind, finding.subject] = finding
    return found


def _served_at(establishment_id: int, address: str, domain: str) -> defaultdict[Port, set[str]]:
    """(port, transport) -> the names under which it is served, as far as is known."""
    found: defaultdict[Port, set[str]] = defaultdict(set)
    rows = Service.objects.current().filter(establishment=establishment_id, address=address)
    rows = rows.filter(name=domain) if domain else rows
    for port, transport, name in rows.values_list("port", "transport", "name"):
        found[port, transport].add(name)
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
    """Those of these findings of which no name was seen any more."""
    gone = {(one.address, one.port, one.transport, one.name): one for one in absences}
    places = {absence.address for absence in absences}
    rows = findings.filter(establishment=establishment_id, address__in=places)
    served = Service.objects.current().filter(establishment=establishment_id, address__in=places)
    left = set(served.values_list("address", "port", "transport", "name")) - gone.keys()
    found = []
    for row in rows.select_related("service"):
        held = [(row.address, row.port, row.transport, name) for name in row.names]
        last = max((gone[one] for one in held if one in gone), key=lambda one: one.looked_at, default=None)
        if last and not left.intersection(held) and row.last_confirmed < last.looked_at:
            found.append((row, last))
    return found


def refuse_absences(*, shard: Shard, absences: Sequence[Absence], now: datetime) -> str | None:
    """Why these absences must wait for a person: they would end too many findings of the establishment at once."""
    if not absences:
        return None
    rule = absence_rule(now.date())
    ending = sum(
        next_step(State(f.state), Seen.ABSENT, absent_since=f.absent_since, looked_at=a.looked_at, rule=rule)
        is Transition.END
        for f, a in _missed(Finding.objects.followed(), shard.establishment_id, absences)
    )
    before = Finding.objects.followed().filter(establishment=shard.establishment_id).count()
    return f"{ending} of {before} findings would end by absence" if rule.ends_too_many(before, ending) else None


def settle_absences(*, look: Look, absences: Sequence[Absence], now: datetime) -> None:
    """Count the absences of a look: the first one waits, one at least a day later ends the finding."""
    rule = absence_rule(now.date())
    locked = Finding.objects.followed().select_for_update(of=("self",))
    held = held_subjects()
    for finding, absence in _missed(locked, look.shard.establishment_id, absences):
        at = absence.looked_at
        step = next_step(State(finding.state), Seen.ABSENT, absent_since=finding.absent_since, looked_at=at, rule=rule)
        if step is Transition.END and (finding.kind, finding.subject) in held:
            continue
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
    """Write the priority of product findings again, from today's probabilities; return how many changed."""
    table = priority_table(now.date())
    known = Q(links__ended_at=None)
    rows = Finding.objects.followed().filter(kind=FindingKind.PRODUCT).order_by("pk")
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
    ports = _served_ports(service_ids)
    pairs = {row.pk: _pairs(row) for served in ports.values() for row in served.values()}
    matches = current_matches(pair for told in pairs.values() for pair in told)
    touched: dict[int, int] = defaultdict(int)
    for (establishment_id, address, port, transport), served in ports.items():
        told = {name: judge_products(as_look(row), pairs[row.pk], matches) for name, row in served.items()}
        known = _findings_at(establishment_id, address)[port, transport]
        for judgement, name, finding in _together(told, known, served):
            occasion = Occasion(served[name], None, now, "vulnerability data")
            touched[establishment_id] += apply(replace(judgement, reason=CloseReason.KNOWLEDGE), finding, occasion)
    establishments = sorted(pk for pk, changed in touched.items() if changed)
    if establishments:
        jobs.enqueue(LEVELS, now=now, priority=10, establishment_ids=establishments)
    return sum(touched.values())


def _served_ports(service_ids: Sequence[int]) -> dict[tuple[int, str, int, str], dict[str, Service]]:
    """The ports of these services, each with every name under which it answers: they are judged together."""
    asked = {_port_of(row) for row in Service.objects.filter(pk__in=service_ids)}
    rows = Service.objects.current().filter(
        establishment__in={place[0] for place in asked}, address__in={place[1] for place in asked}
    )
    found: defaultdict[tuple[int, str, int, str], dict[str, Service]] = defaultdict(dict)
    for row in rows:
        if _port_of(row) in asked and row.answer == Answer.ANSWERED:
            found[_port_of(row)][row.name] = row
    return found


def _port_of(row: Service) -> tuple[int, str, int, str]:
    return row.establishment_id, row.address, row.port, row.transport


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
