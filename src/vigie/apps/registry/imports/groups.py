"""The list of hospital groups brought in: members are dated, those that vanished are ended, no establishment closes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from vigie.apps.registry.enums import GroupKind, ImportKind
from vigie.apps.registry.models import Establishment, EstablishmentVersion, Group, Membership, Site
from vigie.sources.faults import BadRow
from vigie.sources.groups import MemberRow, read_groups
from vigie.sources.registry_kind import Recognised

from . import runs
from .places import Places
from .report import ImportReport, Reading, Tally, keep

GroupKey = tuple[str, str]  # kind and code


@dataclass(slots=True)
class _List:
    rows: list[MemberRow] = field(default_factory=list)
    lines: dict[tuple[GroupKey, str], int] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        return {row.kind for row in self.rows}


@transaction.atomic
def bring_in(source: Recognised, reading: Reading, *, day: date) -> ImportReport:
    """Import one list as it is on `day`: the file itself has no date.

    The list is whole for the regions and the kinds of group that it names, and says nothing of the others.
    """
    places, tally, listed = Places(), Tally(), _List()
    sites = set(Site.objects.values_list("finess", flat=True))
    for row in read_groups(source.path, source.text):
        tally.lines += 1
        bad = row if isinstance(row, BadRow) else _fault(row, listed, places, sites)
        if bad is not None:
            tally.leave_out(bad)
    regions = [region for row in listed.rows if (region := places.region(row.region)) is not None]
    invented = bool(regions) and all(region.invented for region in regions)
    newer = runs.newer_edition(ImportKind.GROUPS, records=frozenset({"groups"}), invented=invented, day=day)
    refusal = runs.too_many_bad(tally) or (runs.too_late(day, newer) if newer is not None else "")
    if not refusal:
        _write(listed, {region.pk for region in regions}, places, day, reading, tally)
    return keep(reading, tally, records="groups", invented=invented, day=day, refusal=refusal)


def _fault(row: MemberRow, listed: _List, places: Places, sites: set[str]) -> BadRow | None:
    key = ((row.kind, row.code), row.finess)
    if places.region(row.region) is None:
        return BadRow(row.line, f"unknown region {row.region[:40]!r}", row.finess)
    if row.finess in sites and not Establishment.objects.filter(finess=row.finess).exists():
        return BadRow(row.line, f"{row.finess} is a site (ET), not a legal entity (EJ)", row.finess)
    if key in listed.lines:
        return BadRow(row.line, f"{row.finess} is already in {row.code} on line {listed.lines[key]}", row.finess)
    listed.lines[key] = row.line
    listed.rows.append(row)
    return None


def _write(listed: _List, regions: set[int], places: Places, day: date, reading: Reading, tally: Tally) -> None:
    groups = _groups(listed.rows, places, tally)
    entities = _entities(listed.rows, day, reading, tally)
    in_force = Membership.objects.current().filter(
        valid_until=None, group__region__in=regions, group__kind__in=listed.kinds
    )
    was = {(member.establishment_id, member.group_id): member.pk for member in in_force}
    wanted = {(entities[row.finess].pk, groups[row.kind, row.code].pk) for row in listed.rows}
    left = [pk for pair, pk in was.items() if pair not in wanted]
    tally.closed += Membership.objects.filter(pk__in=left).end(day, now=reading.now)
    joined = sorted(wanted - was.keys())
    Membership.objects.bulk_create(
        Membership(establishment_id=entity, group_id=group, valid_from=day, recorded_at=reading.now)
        for entity, group in joined
    )
    tally.added += len(joined)
    vanished = Group.objects.filter(region__in=regions, kind__in=listed.kinds, closed_on=None).exclude(
        pk__in=[group.pk for group in groups.values()]
    )
    # A group of which no list ever named a member comes from elsewhere (the SAE survey): it has not vanished.
    named = list(Membership.objects.filter(group__in=vanished).values_list("group_id", flat=True).distinct())
    tally.closed += Group.objects.filter(pk__in=named).update(closed_on=day)


def _groups(rows: Sequence[MemberRow], places: Places, tally: Tally) -> dict[GroupKey, Group]:
    known = {(group.kind, group.code): group for group in Group.objects.all()}
    groups: dict[GroupKey, Group] = {}
    for row in rows:
        key = (row.kind, row.code)
        if key in groups:
            continue
        group = known.get(key) or Group(kind=GroupKind(row.kind), code=row.code)
        before = (group.name, group.region_id, group.closed_on)
        region = places.region(row.region)
        group.name, group.region, group.closed_on = row.group, region, None
        if group.pk is None:
            tally.added += 1
            group.save()
        elif before != (group.name, group.region_id, None):
            tally.changed += 1
            group.save()
        groups[key] = group
    return groups


def _entities(rows: Sequence[MemberRow], day: date, reading: Reading, tally: Tally) -> dict[str, Establishment]:
    """The legal entities of the list; one that no file named yet is added as the list tells it."""
    finess = {row.finess for row in rows}
    entities = {entity.finess: entity for entity in Establishment.objects.filter(finess__in=finess)}
    told = {
        row.finess: Establishment(finess=row.finess, name=row.name, city=row.city, postal_code=row.postal_code)
        for row in rows
        if row.finess not in entities
    }
    Establishment.objects.bulk_create(told.values())
    EstablishmentVersion.objects.bulk_create(
        EstablishmentVersion(
            establishment=entity,
            name=entity.name,
            city=entity.city,
            postal_code=entity.postal_code,
            valid_from=day,
            recorded_at=reading.now,
        )
        for entity in told.values()
    )
    tally.added += len(told)
    return entities | told
