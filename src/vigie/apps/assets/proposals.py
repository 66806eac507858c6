"""What was found and may belong to an establishment: noted, then accepted or declined by a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment

from .actions import declare_asset
from .enums import ProposalSource, ProposalState
from .models import Asset, Proposal
from .refusals import AlreadyOver, PerimeterRefused
from .terms import asset_terms

MOST_WAITING = 500  # of one establishment: past it nobody reads the list


@dataclass(frozen=True, slots=True)
class Clue:
    kind: str
    value: str
    source: ProposalSource
    told: str = ""  # what led to it


@transaction.atomic
def propose(*, establishment: Establishment, clues: Iterable[Clue], by: str, now: datetime) -> int:
    """Note what is not declared, proposed or declined yet; return how many are new. The undeclarable is left out.

    Nothing is sent to any of it: the gate knows declared assets only.
    """
    declared = Asset.objects.current().filter(establishment=establishment, valid_until=None)
    known = set(declared.values_list("kind", "value"))
    proposed = {(p.kind, p.value): p for p in Proposal.objects.filter(establishment=establishment)}
    room = MOST_WAITING - sum(p.state == ProposalState.WAITING for p in proposed.values())
    fresh: dict[tuple[str, str], Proposal] = {}
    seen_again: list[int] = []
    for clue in clues:
        try:
            terms = asset_terms(establishment=establishment, kind=clue.kind, value=clue.value, label="", now=now)
        except PerimeterRefused:
            continue
        key = str(terms.kind), terms.value
        if key in proposed:
            seen_again.append(proposed[key].pk)
        elif key not in known and len(fresh) < room:
            fresh.setdefault(key, Proposal(
                establishment=establishment, kind=terms.kind, value=terms.value, source=clue.source,
                told=clue.told[:200], first_seen=now, last_seen=now,
            ))  # fmt: skip
    Proposal.objects.filter(pk__in=seen_again).update(last_seen=now)
    if fresh:
        Proposal.objects.bulk_create(fresh.values())
        audit.record(kind="assets-proposed", by=by, at=now, subject=establishment, proposals=len(fresh))
    return len(fresh)


@transaction.atomic
def accept(*, proposal: Proposal, by: str, now: datetime, hosted_by: str = "") -> Asset:
    """It becomes an asset, and must satisfy all that an asset must; raise InvalidAsset, AlreadyOver."""
    _decide(proposal, ProposalState.ACCEPTED, by, now)
    return declare_asset(
        establishment=proposal.establishment,
        kind=proposal.kind,
        value=proposal.value,
        hosted_by=hosted_by,
        by=by,
        now=now,
    )


@transaction.atomic
def decline(*, proposal: Proposal, by: str, now: datetime) -> None:
    """It is not proposed again, whatever finds it; raise AlreadyOver."""
    _decide(proposal, ProposalState.DECLINED, by, now)
    audit.record(
        kind="proposal-declined", by=by, at=now, subject=proposal.establishment,
        proposal=proposal.pk, value=proposal.value,
    )  # fmt: skip


def _decide(proposal: Proposal, state: ProposalState, by: str, now: datetime) -> None:
    waiting = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING)
    if not waiting.update(state=state, decided_at=now, decided_by=by):
        raise AlreadyOver(_("%(value)s was decided on already.") % {"value": proposal.value})
