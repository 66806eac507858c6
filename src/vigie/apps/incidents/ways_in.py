"""Was the way in already an open finding when the incident was seen?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.apps.findings.enums import FindingState
from vigie.apps.findings.models import Finding
from vigie.apps.scans.enums import ShardState
from vigie.apps.scans.models import Shard
from vigie.data.equipment import equipment_of
from vigie.data.params import exposure_method

from .enums import EntryEquipment, EntryVector, KnownAnswer

#   what was come in through -> kinds of equipment of findings (vigie.data.equipment) that are that way
THROUGH = {
    EntryEquipment.VPN_GATEWAY: {"remote_access"},
    EntryEquipment.REMOTE_DESKTOP: {"remote_access"},
    EntryEquipment.MAIL_SERVER: {"mail"},
    EntryEquipment.WEB_SITE: {"web"},
    EntryEquipment.STORAGE: {"files", "databases"},
    EntryEquipment.MEDICAL_DEVICE: {"health"},
    EntryEquipment.CARE_SOFTWARE: {"health", "web"},
}
#   where the equipment is not known, what the vector says by itself; an exposed service may be any
BY_VECTOR: dict[str, set[str]] = {EntryVector.REMOTE_ACCESS: {"remote_access"}, EntryVector.EXPOSED_SERVICE: set()}


@dataclass(frozen=True, slots=True)
class Entry:
    establishment: int | None
    vector: str
    equipment: str
    at: datetime  # when the incident was seen

    @property
    def is_seen_from_outside(self) -> bool:
        """Whether what Vigie looks at could have shown it."""
        return self.vector in BY_VECTOR

    @property
    def through(self) -> set[str]:
        """Kinds of equipment; empty is any."""
        return THROUGH.get(EntryEquipment(self.equipment), BY_VECTOR.get(self.vector, set()))


def known_weaknesses(entries: Iterable[Entry]) -> dict[Entry, str]:
    """Each entry from outside -> yes, no or unknown; the others are not there.

    Yes: a finding on such equipment was open. No: there was none, and the establishment had been looked at within the
    time that a look holds. A finding that was closed and reopened counts from its first date to its last closure.
    """
    asked = [one for one in entries if one.is_seen_from_outside]
    owners = {one.establishment for one in asked if one.establishment is not None}
    open_then, looks = _findings(owners), _looks(owners)
    return {one: _answer(one, open_then, looks) for one in asked}


def _answer(
    entry: Entry, open_then: dict[int, list[tuple[datetime, datetime | None, str]]], looks: dict[int, list[datetime]]
) -> str:
    if entry.establishment is None:
        return KnownAnswer.UNKNOWN.value
    for first, closed, kind in open_then.get(entry.establishment, ()):
        wanted = not entry.through or kind in entry.through
        if wanted and first <= entry.at and (closed is None or closed > entry.at):
            return KnownAnswer.YES.value
    before = max((look for look in looks.get(entry.establishment, ()) if look <= entry.at), default=None)
    if before is None or entry.at - before > timedelta(days=exposure_method(entry.at.date()).max_age_days):
        return KnownAnswer.UNKNOWN.value
    return KnownAnswer.NO.value


def _findings(owners: set[int]) -> dict[int, list[tuple[datetime, datetime | None, str]]]:
    rows = Finding.objects.filter(establishment__in=owners).exclude(state=FindingState.FALSE_POSITIVE).order_by()
    found = defaultdict(list)
    for owner, first, closed, subject, remote in rows.values_list(
        "establishment", "first_seen", "closed_at", "subject", "remote_access"
    ):
        found[owner].append((first, closed, equipment_of(subject, remote_access=remote)))
    return found


def _looks(owners: set[int]) -> dict[int, list[datetime]]:
    rows = Shard.objects.of_rounds().filter(establishment__in=owners, state=ShardState.DONE, ended_at__isnull=False)
    found = defaultdict(list)
    for owner, ended in rows.order_by().values_list("establishment", "ended_at"):
        if ended is not None:
            found[owner].append(ended)
    return found
