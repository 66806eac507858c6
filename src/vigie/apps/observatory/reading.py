"""Gather what the level of each establishment rests on: its open findings, and what of it is known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vigie.apps.assets.enums import AssetKind
from vigie.apps.assets.models import Asset
from vigie.apps.findings.models import Finding
from vigie.apps.scans.enums import ShardState
from vigie.apps.scans.models import Look, Service, Shard
from vigie.engine.facts import Answer
from vigie.engine.level import Inputs, Method, OpenFinding
from vigie.engine.outcome import Severity
from vigie.engine.place import place


@dataclass(slots=True)
class _Questions:
    """The hosts and services of one establishment; a name that could not be resolved is an unknown host."""

    hosts: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    unresolved: set[str] | None = None  # None: no fresh look told
    services: int = 0
    services_known: int = 0

    def counted(self) -> tuple[int, int]:
        """(known, total)."""
        unresolved = self.names if self.unresolved is None else self.unresolved & self.names
        known = len(self.hosts & self.reached) + self.services_known
        return known, len(self.hosts) + self.services + len(unresolved)


def inputs_of(establishment_ids: Sequence[int], *, method: Method, now: datetime) -> dict[int, Inputs]:
    """The inputs of each establishment at that moment.

    Counted hosts are the declared addresses, those that a declared name led to, and those that hold a service: an
    address of a range where nothing ever answered is not a question, as nobody can tell that anything is there. What a
    domain publishes counts as one service, at no host.
    """
    ids = list(establishment_ids)
    since = now - timedelta(days=method.max_age_days)
    questions: defaultdict[int, _Questions] = defaultdict(_Questions)
    _read_assets(questions, ids, now)
    _read_looks(questions, ids, since)
    _read_services(questions, ids, since)
    findings = open_findings(ids, now)
    return {pk: Inputs(tuple(findings[pk]), *questions[pk].counted()) for pk in ids}


def _read_assets(questions: defaultdict[int, _Questions], ids: list[int], now: datetime) -> None:
    declared = Asset.objects.as_of(now.date(), now).filter(establishment__in=ids)
    for pk, kind, value in declared.values_list("establishment", "kind", "value"):
        if kind == AssetKind.ADDRESS:
            questions[pk].hosts.add(value)
        elif kind == AssetKind.DOMAIN:
            questions[pk].names.add(value)


def _read_looks(questions: defaultdict[int, _Questions], ids: list[int], since: datetime) -> None:
    looks = Look.objects.filter(shard__establishment__in=ids, ended_at__gte=since).exclude(address="")
    for pk, address, names, reached in looks.values_list("shard__establishment", "address", "names", "reached"):
        if names:
            questions[pk].hosts.add(address)
        if reached:
            questions[pk].reached.add(address)
    shards = Shard.objects.filter(establishment__in=ids, state=ShardState.DONE, ended_at__gte=since)
    for pk, names in shards.order_by("ended_at").values_list("establishment", "names"):
        questions[pk].unresolved = {name for name, reason in names.items() if reason}


def _read_services(questions: defaultdict[int, _Questions], ids: list[int], since: datetime) -> None:
    rows = Service.objects.current().filter(establishment__in=ids)
    for pk, address, answer, confirmed in rows.values_list("establishment", "address", "answer", "last_confirmed"):
        if address:
            questions[pk].hosts.add(address)
        questions[pk].services += 1
        questions[pk].services_known += answer == Answer.ANSWERED and confirmed >= since


def open_findings(ids: list[int], now: datetime) -> defaultdict[int, list[OpenFinding]]:
    """What weighs on the level of each of these establishments."""
    found: defaultdict[int, list[OpenFinding]] = defaultdict(list)
    for row in Finding.objects.weighing().filter(establishment__in=ids).order_by("pk"):
        found[row.establishment_id].append(
            OpenFinding(
                id=row.pk,
                kind=row.kind,
                subject=row.subject,
                place=place(row.address, row.port, row.domain),
                severity=Severity(row.severity),
                exploited=row.exploited,
                remote_access=row.remote_access,
                past_deadline=row.deadline < now,
            )
        )
    return found
