"""Contest a declared value: its establishment denies it, or another one declares it too."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigie.apps.audit import actions as audit

from .enums import ContestDecision, ContestKind
from .models import Asset, Contest
from .refusals import InvalidContest
from .standing import claims_of


@transaction.atomic
def deny(*, asset: Asset, reason: str, by: str, now: datetime) -> Contest:
    """The establishment says that it is not its own: nothing is sent to it from now on. Raise InvalidContest."""
    if not reason.strip():
        raise InvalidContest(_("Say what makes you think that it is not yours: an analyst decides on it."))
    contest, made = Contest.objects.get_or_create(
        establishment=asset.establishment,
        kind=asset.kind,
        value=asset.value,
        decided_at=None,
        defaults={
            "claim": ContestKind.NOT_MINE,
            "reason": reason.strip()[:300],
            "opened_at": now,
            "opened_by": by,
        },
    )
    if not made:
        Contest.objects.filter(pk=contest.pk).update(claim=ContestKind.NOT_MINE, reason=reason.strip()[:300])
    _told(contest, by, now)
    return contest


def _told(contest: Contest, by: str, now: datetime) -> None:
    audit.record(
        kind="asset-contested", by=by, at=now, subject=contest.establishment,
        contest=contest.pk, value=contest.value, claim=str(contest.claim),
    )  # fmt: skip


def other_owners(asset: Asset) -> QuerySet[Asset]:
    """The same value, as others declare it today."""
    found: QuerySet[Asset] = (
        Asset.objects.current()
        .filter(kind=asset.kind, value=asset.value, valid_until=None)
        .exclude(establishment=asset.establishment_id)
        .order_by("pk")
    )
    return found


def note_second_claim(*, asset: Asset, by: str, now: datetime) -> list[Contest]:
    """Somebody else declares a public value too: both claims are contested, once. In the caller's transaction.

    Whoever proved it is looked at all the same (engine.ownership); an analyst who found it shared is not asked again.
    """
    others = list(other_owners(asset))
    if not others:
        return []
    decided = Contest.objects.filter(kind=asset.kind, value=asset.value, decision=ContestDecision.SHARED)
    settled = set(decided.values_list("establishment", flat=True))
    opened = []
    for owner in [asset, *others]:
        if owner.establishment_id in settled:
            continue
        contest, made = Contest.objects.get_or_create(
            establishment=owner.establishment,
            kind=asset.kind,
            value=asset.value,
            decided_at=None,
            defaults={"claim": ContestKind.CLAIMED_TWICE, "opened_at": now, "opened_by": by},
        )
        if made:
            _told(contest, by, now)
            opened.append(contest)
    return opened


@dataclass(frozen=True, slots=True)
class Claimant:
    """One of those who declare a contested value."""

    asset: Asset
    proved: bool


def claimants(contest: Contest, now: datetime) -> list[Claimant]:
    """Who declares it today, first who did first; with whether each has proved it."""
    rows = Asset.objects.current().filter(kind=contest.kind, value=contest.value, valid_until=None)
    found = rows.select_related("establishment").order_by("valid_from", "pk")
    return [Claimant(asset, claims_of(asset.establishment_id, now).proves(asset)) for asset in found]
