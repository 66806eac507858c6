"""Are the compensating measures in place? A look answers for those that show from outside, and takes it back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from vigie.apps.audit.actions import record
from vigie.apps.jobs import actions as jobs
from vigie.apps.scans.models import Look
from vigie.apps.scans.signals import SeenService
from vigie.data.params import absence_rule
from vigie.engine import measures
from vigie.engine.facts import PortState, ServiceLook
from vigie.engine.measures import PortLook

from .decisions import LEVELS, product_of
from .enums import FindingEventKind, FindingState
from .models import SET_ASIDE, STANDING, Finding, FindingEvent, Measure

SCANNER = "scanner"
LOOKS_BACK = 20  # of the same address: more than silence has to last
PROOF = _("seen by a look")


def weigh(*, look: Look, seen: Sequence[SeenService], now: datetime) -> int:
    """Verify or refute what is declared at this address, in the transaction that records the look; return how many."""
    if not look.address:
        return 0
    waiting = (
        Measure.objects.exclude(kind="")
        .filter(finding__establishment=look.shard.establishment_id, finding__address=look.address)
        .filter(finding__state__in=[*STANDING, *SET_ASIDE])
        .select_for_update(of=("self",))
        .select_related("finding")
        .order_by("pk")
    )
    services: defaultdict[int, list[ServiceLook]] = defaultdict(list)
    for service in seen:
        services[service.row.port].append(service.look)
    return sum(_settle(row, look, services, now) for row in waiting)


def _settle(row: Measure, look: Look, services: Mapping[int, Sequence[ServiceLook]], now: datetime) -> bool:
    answer = measures.in_place(measures.Measure(row.kind), _port(row.finding, look, services))
    if answer is None or answer == (row.verified_at is not None):
        return False
    if answer:
        row.verified_at, row.verified_by, row.proof = look.ended_at, SCANNER, str(PROOF)
    else:
        row.verified_at, row.verified_by, row.proof = None, "", ""
    row.save(update_fields=["verified_at", "verified_by", "proof"])
    kind = FindingEventKind.MEASURE_VERIFIED if answer else FindingEventKind.MEASURE_REFUTED
    FindingEvent.objects.create(
        finding=row.finding, kind=kind, at=now, by=SCANNER, look=look, detail={"measure": row.kind}
    )
    record(kind=f"finding-{kind.value.replace('_', '-')}", subject=row.finding, by=SCANNER, at=now, look=look.pk)
    if row.finding.state == FindingState.RISK_ACCEPTED:
        owner = row.finding.establishment_id
        jobs.enqueue(LEVELS, key=f"levels:finding:{owner}", now=now, priority=10, again=True, establishment_ids=[owner])
    return True


def _port(finding: Finding, look: Look, services: Mapping[int, Sequence[ServiceLook]]) -> PortLook:
    return PortLook(
        state=state_of(look, finding.port),
        silent_before=_silent_before(finding, look),
        services=tuple(services.get(finding.port, ())),
        names=tuple(finding.names),
        missing=frozenset(gone["name"] for gone in look.absent if gone["port"] == finding.port),
        product=product_of(finding),
    )


def state_of(look: Look, port: int) -> PortState:
    """Silence counts at a host that answered something else: one that is down is silent everywhere."""
    if port in look.open_ports:
        return PortState.OPEN
    if port in look.refused_ports:
        return PortState.REFUSED
    return PortState.SILENT if look.reached and port in look.silent_ports else PortState.UNREACHABLE


def _silent_before(finding: Finding, look: Look) -> bool:
    between = absence_rule(look.ended_at.date()).between
    theirs = Q(shard__establishment=finding.establishment_id, address=look.address)
    earlier: Iterable[Look] = Look.objects.filter(theirs, ended_at__lt=look.ended_at).order_by("-ended_at")[:LOOKS_BACK]
    for one in earlier:
        state = state_of(one, finding.port)
        if state is PortState.OPEN:
            return False
        if state is PortState.SILENT and look.ended_at - one.ended_at >= between:
            return True
    return False
