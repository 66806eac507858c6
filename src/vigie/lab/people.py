"""Whom to tell in the invented region: addresses that lead nowhere (.example), telephones kept for fiction (ARCEP)."""

from collections.abc import Iterable
from datetime import datetime

from vigie.apps.notices import actions as notices
from vigie.apps.notices.contacts import Owner
from vigie.apps.registry.models import Establishment, Group, Territory

from .towns import REGION_CODE, slug

BY = "demonstration"
# Some hospitals have nobody, or somebody who never confirmed: that is what the region has to see.
NOBODY_EVERY, UNCONFIRMED_EVERY = 9, 7


def declare(establishments: Iterable[Establishment], *, now: datetime) -> None:
    """Declare them once; again changes nothing."""
    for rank, one in enumerate(establishments, start=1):
        if rank % NOBODY_EVERY == 0:
            continue
        confirmed = rank % UNCONFIRMED_EVERY != 0
        home = f"{slug(one.name)[:40].strip('-')}.example"
        _declare(one, "officer", "Responsable de la sécurité", f"rssi@{home}", rank, now, confirmed=confirmed)
        _declare(one, "director", "Direction", f"direction@{home}", rank, now, confirmed=confirmed)
    for rank, group in enumerate(Group.objects.filter(region__invented=True).order_by("pk")):
        _declare(group, "group_officer", "Responsable de la sécurité", f"rssi@groupe-{rank}.example", rank, now)
    for region in Territory.objects.filter(invented=True, code=REGION_CODE, kind="region"):
        _declare(region, "regional_agency", "Permanence", "permanence@agence.example", 0, now)


def _declare(
    owner: Owner, role: str, name: str, email: str, rank: int, now: datetime, *, confirmed: bool = True
) -> None:
    number = f"01 99 00 {rank // 100 % 100:02d} {rank % 100:02d}"
    made = notices.declare_contact(owner=owner, role=role, name=name, email=email, telephone=number, by=BY, now=now)
    if confirmed:
        notices.confirm_contact(contact=made, by=BY, now=now)
