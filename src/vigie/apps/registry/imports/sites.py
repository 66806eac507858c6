"""Second reading: sites written by batches, with the legal entities that only they name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from vigie.apps.registry.models import Establishment, Site, SiteVersion
from vigie.sources.finess import PositionRow, SiteRow

from .places import Places
from .report import Reading, Tally
from .versions import SITE_FACTS, assign, begin, end, replace, site_version, upsert

_OPTIONAL = frozenset({"siret", "postal_code", "city", "category_label", "opened_on", "easting", "northing", "epsg"})
_POSITION = ("easting", "northing", "epsg")
_COLUMNS = (*sorted(SITE_FACTS), "category_label", "opened_on", "closed_on", "listed", *_POSITION)


def write(
    rows: Sequence[SiteRow],
    positions: Mapping[str, PositionRow],
    places: Places,
    day: date,
    reading: Reading,
    tally: Tally,
) -> None:
    owners = entity_ids(row.entity for row in rows)
    missing = entities_told_by_sites(rows, owners, places)
    known = {site.finess: site for site in Site.objects.filter(finess__in=[row.finess for row in rows])}
    with transaction.atomic():
        Establishment.objects.bulk_create(missing)
        owners |= {entity.finess: entity.pk for entity in missing}
        new, touched, dated = _compare(rows, known, owners, positions, places, tally)
        Site.objects.bulk_create(new)
        upsert(touched, _COLUMNS)
        begin(missing, day, reading)
        begin(new, day, reading)
        owner = {row.finess: row.entity for row in rows}
        replace("site", [site_version(site, owner[site.finess], places, day, reading) for site in dated], day, reading)
    tally.added += len(new) + len(missing)


def entity_ids(numbers: Iterable[str]) -> dict[str, int]:
    return dict(Establishment.objects.filter(finess__in=set(numbers)).values_list("finess", "pk"))


def entities_told_by_sites(rows: Iterable[Any], known: Mapping[str, int], places: Places) -> list[Establishment]:
    """Legal entities that no file named yet, as their first site tells them.

    They have no legal status until an extract of legal entities completes them: files may come in any order.
    """
    told: dict[str, Establishment] = {}
    for row in rows:
        if row.entity not in known and row.entity not in told:
            told[row.entity] = Establishment(
                finess=row.entity,
                name=row.name,
                department_id=places.department_id(row.department),
                city=row.city,
                postal_code=row.postal_code,
            )
    return list(told.values())


def _compare(
    rows: Sequence[SiteRow],
    known: Mapping[str, Site],
    owners: Mapping[str, int],
    positions: Mapping[str, PositionRow],
    places: Places,
    tally: Tally,
) -> tuple[list[Site], list[Site], list[Site]]:
    """Sites to add, those with any column to write, and those among them whose facts changed."""
    new, touched, dated = [], [], []
    for row in rows:
        values = _values(row, owners[row.entity], positions.get(row.finess), places)
        site = known.get(row.finess)
        if site is None:
            new.append(Site(finess=row.finess, **values))
            continue
        was_open = site.closed_on is None
        changed = assign(site, values, _OPTIONAL)
        if changed:
            touched.append(site)
        if changed & SITE_FACTS or not was_open:
            dated.append(site)
        tally.changed += bool(changed - {"listed"})
    return new, touched, dated


def _values(row: SiteRow, entity_id: int, position: PositionRow | None, places: Places) -> dict[str, Any]:
    return {
        "establishment_id": entity_id,
        "name": row.name,
        "category": row.category,
        "category_label": row.category_label,
        "department_id": places.department_id(row.department),
        "city": row.city,
        "postal_code": row.postal_code,
        "siret": row.siret,
        "opened_on": row.opened_on,
        "closed_on": None,
        "listed": True,
        "easting": position.easting if position else None,
        "northing": position.northing if position else None,
        "epsg": position.epsg if position else None,
    }


def write_positions(rows: Sequence[PositionRow], tally: Tally) -> None:
    """Positions of sites that an earlier file brought."""
    position = {row.finess: row for row in rows}
    touched = []
    for site in Site.objects.filter(finess__in=list(position)):
        row = position[site.finess]
        if assign(site, {"easting": row.easting, "northing": row.northing, "epsg": row.epsg}, frozenset(_POSITION)):
            touched.append(site)
    with transaction.atomic():
        upsert(touched, _POSITION)
    tally.changed += len(touched)


def close(ids: Iterable[int], day: date, reading: Reading) -> None:
    with transaction.atomic():
        chosen = list(ids)
        Site.objects.filter(pk__in=chosen).update(closed_on=day)
        end("site", SiteVersion, chosen, day, reading)
