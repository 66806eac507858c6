"""The SAE survey brought in: it adds and completes; it is no register, so it closes nothing."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from vigie.apps.registry.enums import GroupKind
from vigie.apps.registry.models import Establishment, Group, Site
from vigie.sources.faults import BadRow
from vigie.sources.sae import GroupNameRow, SaeSiteRow, read_sae_groups, read_sae_sites
from vigie.sources.text_file import TextFile

from . import runs
from .places import Places
from .report import ImportReport, Reading, Tally, keep
from .sites import entities_told_by_sites, entity_ids
from .versions import BATCH, SITE_FACTS, assign, begin, correct, site_version, upsert

# What FINESS said stands: the survey only fills what is empty.
_FILLED = ("siret", "city", "postal_code")


def bring_in_sites(text: TextFile, reading: Reading) -> ImportReport:
    places, tally, usable = Places(), Tally(), []
    lines: dict[str, int] = {}
    for row in read_sae_sites(text):  # 4,000 lines: they fit in memory
        tally.lines += 1
        bad = row if isinstance(row, BadRow) else _fault(row, lines, places)
        if bad is not None:
            tally.leave_out(bad)
        elif isinstance(row, SaeSiteRow):
            usable.append(row)
    refusal = runs.too_many_bad(tally)
    day = date(max((row.year for row in usable), default=reading.now.year), 12, 31)
    invented = bool(usable) and all(places.is_invented(row.department) for row in usable)
    if not refusal:
        for start in range(0, len(usable), BATCH):
            _write(usable[start : start + BATCH], places, reading, tally)
            reading.progress(start, len(usable))
    with transaction.atomic():
        return keep(
            reading, tally, records="sae-sites", invented=invented, edition=str(day.year), day=day, refusal=refusal
        )


def _fault(row: SaeSiteRow, lines: dict[str, int], places: Places) -> BadRow | None:
    if places.department_id(row.department) is None:
        return BadRow(row.line, f"unknown department {row.department!r}", row.finess)
    if row.finess in lines:
        return BadRow(row.line, f"{row.finess} is already on line {lines[row.finess]}", row.finess)
    lines[row.finess] = row.line
    return None


def _write(rows: Sequence[SaeSiteRow], places: Places, reading: Reading, tally: Tally) -> None:
    owners = entity_ids(row.entity for row in rows)
    missing = entities_told_by_sites(rows, owners, places)
    known = {
        site.finess: site
        for site in Site.objects.filter(finess__in=[row.finess for row in rows]).select_related("establishment")
    }
    day = date(rows[0].year, 12, 31)
    with transaction.atomic():
        Establishment.objects.bulk_create(missing)
        owners |= {entity.finess: entity.pk for entity in missing}
        new, completed = [], []
        for row in rows:
            site = known.get(row.finess)
            if site is None:
                new.append(_site(row, owners[row.entity], places))
            elif _complete(site, row):
                completed.append(site)
        Site.objects.bulk_create(new)
        upsert(completed, sorted(SITE_FACTS))
        begin(missing, day, reading)
        begin(new, day, reading)
        correct(
            "site", [site_version(site, site.establishment.finess, places, day, reading) for site in completed], reading
        )
    tally.added += len(new) + len(missing)
    tally.changed += len(completed)


def _site(row: SaeSiteRow, entity_id: int, places: Places) -> Site:
    return Site(
        finess=row.finess,
        establishment_id=entity_id,
        name=row.name,
        category=row.category,
        department_id=places.department_id(row.department),
        city=row.city,
        postal_code=row.postal_code,
        siret=row.siret,
    )


def _complete(site: Site, row: SaeSiteRow) -> bool:
    # A closed site is past: its last version is not reopened to be completed.
    if site.closed_on is not None:
        return False
    empty = {name: getattr(row, name) for name in _FILLED if not getattr(site, name)}
    return bool(assign(site, empty, frozenset(_FILLED)))


@transaction.atomic
def bring_in_groups(text: TextFile, reading: Reading) -> ImportReport:
    """Names and codes of the hospital groups; the survey does not say who is a member."""
    places, tally, usable = Places(), Tally(), []
    for row in read_sae_groups(text):
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif places.region(row.region) is None:
            tally.leave_out(BadRow(row.line, f"unknown region {row.region!r}", row.code))
        else:
            usable.append(row)
    refusal = runs.too_many_bad(tally)
    if not refusal:
        _write_groups(usable, places, tally)
    return keep(reading, tally, records="sae-groups", refusal=refusal)


def _write_groups(rows: Sequence[GroupNameRow], places: Places, tally: Tally) -> None:
    known = set(Group.objects.filter(kind=GroupKind.GHT).values_list("code", flat=True))
    new = {
        row.code: Group(kind=GroupKind.GHT, code=row.code, name=row.name, region=places.region(row.region))
        for row in rows
        if row.code not in known
    }
    Group.objects.bulk_create(new.values())
    tally.added += len(new)
