"""What an establishment showed at two moments: hosts, services, risky ones, certificates that end soon."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from vigie.apps.registry.models import Establishment
from vigie.apps.scans.models import Service
from vigie.data.card import CardRule
from vigie.engine.facts import Answer
from vigie.engine.place import place
from vigie.exports.card import Certificate, Count, Place

FIELDS = ("service", "address", "port", "name", "answer", "first_seen", "ended_at", "facts__tls__certificate")


@dataclass(frozen=True, slots=True)
class Shown:
    hosts: Count
    services: Count
    unanswered: Count
    risky: Count
    risky_now: tuple[Place, ...]
    risky_new: tuple[Place, ...]
    risky_gone: tuple[Place, ...]
    certificates: int
    ending: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    service: str
    address: str
    port: int
    name: str
    answer: str
    first_seen: datetime
    ended_at: datetime | None
    certificate: Any  # engine.facts.Certificate as it is stored, or None

    def was_there(self, moment: datetime) -> bool:
        return self.first_seen <= moment and (self.ended_at is None or self.ended_at > moment)

    @property
    def place(self) -> Place:
        domain = "" if self.address else self.name
        return Place(self.service, place(self.name or self.address, self.port, domain))


def shown(establishment: Establishment, *, rule: CardRule, moment: datetime, before: datetime | None) -> Shown:
    """At `moment`, and at `before`: None when nothing was known then. One query."""
    alive = Q(ended_at=None) | Q(ended_at__gt=before or moment)
    stored = Service.objects.filter(alive, establishment=establishment, first_seen__lte=moment)
    rows = [_Row(*row) for row in stored.order_by("address", "port", "name", "pk").values_list(*FIELDS)]
    now = [row for row in rows if row.was_there(moment)]
    then = None if before is None else [row for row in rows if row.was_there(before)]
    risky_now, risky_then = _risky(now, rule), _risky(then or (), rule)
    return Shown(
        hosts=Count(_hosts(now), None if then is None else _hosts(then)),
        services=Count(len(now), None if then is None else len(then)),
        unanswered=Count(_unanswered(now), None if then is None else _unanswered(then)),
        risky=Count(len(risky_now), None if then is None else len(risky_then)),
        risky_now=risky_now,
        risky_new=() if then is None else tuple(one for one in risky_now if one not in risky_then),
        risky_gone=tuple(one for one in risky_then if one not in risky_now),
        certificates=len(_certificates(now)),
        ending=_ending(now, rule, moment),
    )


def _hosts(rows: Iterable[_Row]) -> int:
    return len({row.address for row in rows if row.address})


def _unanswered(rows: Iterable[_Row]) -> int:
    return sum(row.answer != Answer.ANSWERED for row in rows)


def _risky(rows: Iterable[_Row], rule: CardRule) -> tuple[Place, ...]:
    return tuple(row.place for row in rows if row.service in rule.risky_services)


def _certificates(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    """Certificate hash -> where it is shown."""
    found: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.certificate:
            found[row.certificate["sha256"]].append(row)
    return found


def _ending(rows: Iterable[_Row], rule: CardRule, moment: datetime) -> tuple[Certificate, ...]:
    found = []
    for sha256, same in _certificates(rows).items():
        ends_at = datetime.fromisoformat(same[0].certificate["not_after"])
        if ends_at <= moment + rule.certificates_end_within:
            places = tuple(dict.fromkeys(row.place.where for row in same))
            found.append(Certificate(same[0].certificate["subject"], sha256, ends_at, places))
    return tuple(sorted(found, key=lambda one: (one.ends_at, one.sha256)))
