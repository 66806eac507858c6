"""Bring registry files in; declare territories."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from vigie.apps.audit import actions as audit
from vigie.data import territories
from vigie.sources.faults import SourceUnreadable
from vigie.sources.registry_kind import Content, Recognised, recognise
from vigie.sources.text_file import TextFile

from .enums import ImportKind, TerritoryKind
from .imports import capacity, finess, groups, sae
from .imports.report import ImportReport, Progress, Reading, no_progress
from .models import Establishment, Territory

_KINDS = {
    Content.FINESS: ImportKind.FINESS,
    Content.SAE_SITES: ImportKind.SAE,
    Content.SAE_CAPACITY: ImportKind.SAE,
    Content.SAE_GROUPS: ImportKind.SAE,
    Content.GROUPS: ImportKind.GROUPS,
    Content.ASSETS: ImportKind.PERIMETER,
    Content.MANDATES: ImportKind.PERIMETER,
}


def import_file(
    *,
    path: Path,
    by: str,
    now: datetime,
    kind: str | None = None,
    day: date | None = None,
    accept_closures: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import a FINESS, SAE or group file, whichever it is, and tell what it changed or why it was refused.

    `kind` (an ImportKind) only refuses a file that turns out to be something else. `day` is the date of a list of
    groups, which carries none: today by default. `accept_closures` lets an edition close more than the limit
    of data/params/registry-import. Raise SourceUnreadable when the file cannot be read at all: nothing is recorded
    then.
    """
    load_territories(now=now)
    source = recognise(path)
    found = _KINDS[source.content]
    if kind is not None and kind != found:
        raise SourceUnreadable(f"{path.name} is not a {kind} file: it looks like {found} ({source.content}).")
    reading = Reading(found, path.name, source.sha256, by, now, progress)
    if source.content is Content.GROUPS:
        return groups.bring_in(source, reading, day=day or now.date())
    text = _text(source)
    if source.content is Content.FINESS:
        return finess.bring_in(text, reading, accept_closures=accept_closures)
    if source.content is Content.SAE_SITES:
        return sae.bring_in_sites(text, reading)
    if source.content is Content.SAE_CAPACITY:
        return capacity.bring_in(text, reading)
    if source.content is Content.SAE_GROUPS:
        return sae.bring_in_groups(text, reading)
    raise SourceUnreadable(f"{path.name} holds perimeters or mandates: import it with `vigie import perimeter`.")


def _text(source: Recognised) -> TextFile:
    if source.text is None:
        raise SourceUnreadable(f"{source.path.name} is a workbook: only lists of groups may be.")
    return source.text


@transaction.atomic
def load_territories(*, now: datetime) -> int:
    """Add the official regions and departments that are missing; return how many. Idempotent."""
    nation = territories.nation()
    known = set(Territory.objects.values_list("kind", "code"))
    added = 0

    def ensure(kind: TerritoryKind, code: str, name: str, parent: Territory | None) -> Territory | None:
        nonlocal added
        if (kind, code) in known:
            return None
        added += 1
        return Territory.objects.create(kind=kind, code=code, name=name, parent=parent)

    def find(kind: TerritoryKind, code: str) -> Territory:
        return Territory.objects.get(kind=kind, code=code)

    wanted = {(TerritoryKind.NATION.value, nation.code)}
    wanted |= {(TerritoryKind.REGION.value, region.code) for region in nation.regions}
    wanted |= {
        (TerritoryKind.DEPARTMENT.value, department.code)
        for departments in (nation.departments, *(region.departments for region in nation.regions))
        for department in departments
    }
    if wanted <= known:
        return 0
    france = ensure(TerritoryKind.NATION, nation.code, nation.name, None) or find(TerritoryKind.NATION, nation.code)
    for department in nation.departments:
        ensure(TerritoryKind.DEPARTMENT, department.code, department.name, france)
    for region in nation.regions:
        parent = ensure(TerritoryKind.REGION, region.code, region.name, france)
        parent = parent or find(TerritoryKind.REGION, region.code)
        for department in region.departments:
            ensure(TerritoryKind.DEPARTMENT, department.code, department.name, parent)
    audit.record(kind="territories-loaded", by="vigie", at=now, added=added)
    return added


@transaction.atomic
def declare_territory(
    *, kind: str, code: str, name: str, by: str, now: datetime, parent: Territory | None = None, invented: bool = True
) -> Territory:
    """Add or rename a territory; an official one is never turned into an invented one, nor the reverse."""
    territory, created = Territory.objects.get_or_create(
        kind=TerritoryKind(kind), code=code, defaults={"name": name, "parent": parent, "invented": invented}
    )
    if territory.invented != invented:
        raise ValueError(f"{kind} {code} already exists and is {'invented' if territory.invented else 'official'}")
    if created or territory.name != name or territory.parent != parent:
        territory.name, territory.parent = name, parent
        territory.save()
        audit.record(kind="territory-declared", by=by, at=now, subject=territory, code=code, name=name)
    return territory


@transaction.atomic
def mark_essential(*, establishment: Establishment, essential: bool, by: str, now: datetime) -> None:
    """Note whether it is an operator of essential services; what ANSSI sees of it is its own agreement."""
    Establishment.objects.filter(pk=establishment.pk).update(essential_operator=essential)
    audit.record(kind="essential-operator-marked", by=by, at=now, subject=establishment, essential=essential)
