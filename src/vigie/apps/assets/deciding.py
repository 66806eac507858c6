"""Decide on a contested value: an analyst does, with a reason that all who are concerned read."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment

from .actions import end_asset
from .enums import ContestDecision, ContestKind
from .models import Asset, Contest
from .refusals import AlreadyOver, InvalidContest


@transaction.atomic
def decide(*, contest: Contest, decision: str, reason: str, by: str, now: datetime) -> None:
    """Settle it for everybody who declares the value; raise InvalidContest, AlreadyOver when it was settled before.

    Kept: it ends at the others. Removed: it ends here, and the others keep it. Shared: all keep it.
    """
    if decision not in ContestDecision.values:
        raise InvalidContest(_("This is not one of the decisions."))
    if not reason.strip():
        raise InvalidContest(_("Say on what the decision rests: the establishments read this sentence."))
    values = {"decided_at": now, "decided_by": by, "decided_reason": reason.strip()[:300]}
    if not Contest.objects.open().filter(pk=contest.pk).update(decision=decision, **values):
        raise AlreadyOver(_("This was decided already."))
    mine = _declared(contest, contest.establishment)
    others = _declared(contest).exclude(establishment=contest.establishment_id)
    if decision == ContestDecision.REMOVED:
        _end(mine, by, now)
    if decision == ContestDecision.KEPT:
        _end(others, by, now)
    rest = Contest.objects.open().filter(kind=contest.kind, value=contest.value)
    if decision != ContestDecision.REMOVED:
        left = ContestDecision.SHARED if decision == ContestDecision.SHARED else ContestDecision.REMOVED
        rest.update(decision=left, **values)
    elif others.count() <= 1:
        # Only one is left to claim it.
        rest.filter(claim=ContestKind.CLAIMED_TWICE).update(decision=ContestDecision.KEPT, **values)
    audit.record(
        kind="contest-decided", by=by, at=now, subject=contest.establishment,
        contest=contest.pk, value=contest.value, decision=decision, reason=values["decided_reason"],
    )  # fmt: skip


def _declared(contest: Contest, establishment: Establishment | None = None) -> QuerySet[Asset]:
    found: QuerySet[Asset] = Asset.objects.current().filter(kind=contest.kind, value=contest.value, valid_until=None)
    return found if establishment is None else found.filter(establishment=establishment)


def _end(assets: QuerySet[Asset], by: str, now: datetime) -> None:
    for asset in list(assets.select_related("establishment")):
        end_asset(asset=asset, by=by, now=now)
