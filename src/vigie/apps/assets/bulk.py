"""Declare many assets at once: the same rules and the same trail as one by one, some queries for a thousand of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.apps.audit import actions as audit
from vigie.apps.registry.models import Establishment

from .addresses import is_public
from .contests import note_second_claim
from .models import Asset
from .terms import AssetTerms

BATCH = 175  # assets of one transaction, which may not hold the others up for 200 ms: 250 took 248


@dataclass(frozen=True, slots=True)
class Asked:
    """One asset to declare, judged already."""

    establishment: Establishment
    terms: AssetTerms
    exchanges_care_data: bool

    @property
    def key(self) -> tuple[int, str, str]:
        return self.establishment.pk, str(self.terms.kind), self.terms.value

    @property
    def told(self) -> tuple[str, bool, str]:
        return self.terms.label, self.exchanges_care_data, self.terms.hosted_by


@transaction.atomic
def declare_batch(*, asked: Sequence[Asked], by: str, now: datetime) -> int:
    """Declare them from today on; return how many were new, or told something new. The last line of a value holds."""
    values = {one.terms.value for one in asked}
    rows = Asset.objects.current().filter(value__in=values, valid_until=None).order_by("pk")
    owned = {(row.establishment_id, row.kind, row.value): row for row in rows}
    elsewhere: dict[tuple[str, str], set[int]] = {}
    for owner, kind, value in owned:
        elsewhere.setdefault((kind, value), set()).add(owner)
    wanted = {one.key: one for one in asked}
    new = [one for one in wanted.values() if one.key not in owned]
    changed = [one for one in wanted.values() if one.key in owned and _told(owned[one.key]) != one.told]
    Asset.objects.filter(pk__in=[owned[one.key].pk for one in changed]).end(now.date(), now=now)
    made = Asset.objects.bulk_create([_row(one, now) for one in (*new, *changed)])
    audit.record_all(
        kind="asset-declared",
        by=by,
        at=now,
        events=[(row.establishment, {"asset": row.pk, "what": str(row.kind), "value": row.value}) for row in made],
    )
    for row in made[: len(new)]:
        owners = elsewhere.setdefault((str(row.kind), row.value), set())
        if owners - {row.establishment_id} and is_public(row.kind, row.value):
            note_second_claim(asset=row, by=by, now=now)
        owners.add(row.establishment_id)
    return len(made)


def _told(row: Asset) -> tuple[str, bool, str]:
    return row.label, row.exchanges_care_data, row.hosted_by


def _row(one: Asked, now: datetime) -> Asset:
    return Asset(
        establishment=one.establishment,
        kind=one.terms.kind,
        value=one.terms.value,
        label=one.terms.label,
        exchanges_care_data=one.exchanges_care_data,
        hosted_by=one.terms.hosted_by,
        valid_from=now.date(),
        recorded_at=now,
    )
