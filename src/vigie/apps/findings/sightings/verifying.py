"""Is what another tool says so? A look of ours answers when it judges the same thing; else it stays to be verified."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit.actions import record
from vigie.apps.findings.enums import SightingKind, SightingState
from vigie.apps.findings.models import Retest
from vigie.apps.findings.refusals import RetestRefused
from vigie.apps.findings.retesting import queue_look
from vigie.apps.scans.enums import CampaignState
from vigie.apps.scans.models import Look, Service
from vigie.apps.scans.signals import SeenService
from vigie.apps.vulns.enums import MatchVerdict
from vigie.apps.vulns.models import PairMatch
from vigie.engine.checks import judge_all
from vigie.engine.facts import Answer
from vigie.engine.outcome import Verdict

from .models import Sighting

SCANNER = "scanner"
# CVE, or slug of a check -> what each name of the port said of it.
Said = Mapping[str, Sequence[Verdict]]
OF_MATCH = {MatchVerdict.AFFECTED: Verdict.FAIL, MatchVerdict.FIXED: Verdict.PASS}


@transaction.atomic
def ask(*, sighting: Sighting, by: str, now: datetime) -> Retest:
    """Have its port looked at before everything that waits; the look under way, if there is one.

    Within the mandate and the pace of any look. Raises RetestRefused.
    """
    row = Sighting.objects.select_for_update(of=("self",)).select_related("establishment").get(pk=sighting.pk)
    under_way = row.retests.filter(campaign__state=CampaignState.RUNNING).order_by("-asked_at").first()
    if under_way is not None:
        return under_way
    if why_not := cannot_be_looked_at(row):
        raise RetestRefused(why_not)
    campaign = queue_look(establishment=row.establishment, address=place_of(row), port=row.port, by=by, now=now)
    asked = Retest.objects.create(sighting=row, campaign=campaign, asked_at=now, asked_by=by)
    record(kind="sighting-verification", subject=row, by=by, at=now, campaign=campaign.pk)
    return asked


def cannot_be_looked_at(row: Sighting) -> str:
    """The sentence that says why no look can answer; "" when one may."""
    if row.kind != SightingKind.WEAKNESS:
        return _("It tells no weakness: there is nothing to verify.")
    if row.state != SightingState.TO_VERIFY:
        return _("It was verified already.")
    if not row.port:
        return _("The tool speaks of the host as a whole: no port can be asked.")
    if row.transport not in {"tcp", ""}:
        return _("Vigie only looks at TCP ports: it cannot ask this one.")
    if not row.is_recognised:
        return _("No check of Vigie asks the same: a look would not answer.")
    if not place_of(row):
        return _("No address is known for this name: the next campaign will tell where it leads.")
    return ""


def place_of(row: Sighting) -> str:
    """Its address; for a name alone, where our own looks last met it; "" when they never did."""
    if row.address:
        return row.address
    met = Service.objects.current().filter(establishment=row.establishment_id, name=row.name)
    return met.order_by("-last_confirmed").values_list("address", flat=True).first() or ""


def weigh(*, look: Look, seen: Sequence[SeenService], now: datetime) -> int:
    """Judge what waits at the ports of this look, in the transaction that records it; return how many were judged."""
    ports: defaultdict[int, list[SeenService]] = defaultdict(list)
    for service in seen:
        # What a domain publishes is no port: other tools speak of ports.
        if look.address and service.look.answer is Answer.ANSWERED:
            ports[service.row.port].append(service)
    waiting = (
        Sighting.objects.weaknesses()
        .to_verify()
        .recognised()
        .filter(establishment=look.shard.establishment_id, port__in=list(ports))
    )
    here = [row for row in waiting if row.address == look.address or (not row.address and _serves(ports, row))]
    said = {port: _said(ports[port], {cve for row in here for cve in row.cves}) for port in {row.port for row in here}}
    return sum(_settle(row, said[row.port], look, now) for row in here)


def _serves(ports: Mapping[int, Sequence[SeenService]], row: Sighting) -> bool:
    return any(service.row.name == row.name for service in ports[row.port])


def _said(services: Sequence[SeenService], cves: Iterable[str]) -> Said:
    said: defaultdict[str, list[Verdict]] = defaultdict(list)
    for service in services:
        for outcome in judge_all(service.look):
            said[outcome.check].append(outcome.verdict)
    pairs = {pair.pk for service in services for pair in service.pairs}
    matches = PairMatch.objects.filter(pair__in=pairs, ended_at=None, vulnerability__cve__in=list(cves))
    for cve, verdict in matches.values_list("vulnerability__cve", "verdict"):
        said[cve].append(OF_MATCH.get(MatchVerdict(verdict), Verdict.UNKNOWN))
    return said


def judged(row: Sighting, said: Said) -> SightingState:
    """Weak under one name is enough to confirm. Sound must be said of all that is told: unknown is not sound."""
    questions = [*row.cves, *([row.check_slug] if row.check_slug else [])]
    verdicts = [verdict for question in questions for verdict in said.get(question, ())]
    if Verdict.FAIL in verdicts:
        return SightingState.CONFIRMED
    answered = all(said.get(question) for question in questions)
    if answered and set(verdicts) == {Verdict.PASS}:
        return SightingState.REJECTED
    return SightingState.TO_VERIFY


def _settle(row: Sighting, said: Said, look: Look, now: datetime) -> bool:
    state = judged(row, said)
    if state is SightingState.TO_VERIFY:
        return False
    row.state, row.verified_at, row.verified_by, row.look = state, now, SCANNER, look
    row.save(update_fields=["state", "verified_at", "verified_by", "look"])
    record(kind=f"sighting-{state.value}", by=SCANNER, at=now, subject=row, look=look.pk)
    return True
