"""Second reading: legal entities written by batches."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from vigie.apps.registry.models import Establishment, EstablishmentVersion
from vigie.sources.finess import EntityRow

from .places import Places
from .report import Reading, Tally
from .versions import ENTITY_FACTS, assign, begin, end, entity_version, replace, upsert

# FINESS leaves these empty when they are not given: what another file told is kept.
_OPTIONAL = frozenset({"category", "category_label", "siren", "postal_code", "city", "opened_on"})
_COLUMNS = (*sorted(ENTITY_FACTS), "category_label", "opened_on", "closed_on", "listed")


def write(rows: Sequence[EntityRow], places: Places, day: date, reading: Reading, tally: Tally) -> None:
    known = {entity.finess: entity for entity in Establishment.objects.filter(finess__in=[row.finess for row in rows])}
    new, touched, dated = [], [], []
    for row in rows:
        values = _values(row, places)
        entity = known.get(row.finess)
        if entity is None:
            new.append(Establishment(finess=row.finess, **values))
            continue
        was_open = entity.closed_on is None
        changed = assign(entity, values, _OPTIONAL)
        if changed:
            touched.append(entity)
        if changed & ENTITY_FACTS or not was_open:
            dated.append(entity)
        # To be listed for the first time is not a change of what is said of it.
        tally.changed += bool(changed - {"listed"})
    with transaction.atomic():
        Establishment.objects.bulk_create(new)
        upsert(touched, _COLUMNS)
        begin(new, day, reading)
        replace("establishment", [entity_version(entity, places, day, reading) for entity in dated], day, reading)
    tally.added += len(new)


def _values(row: EntityRow, places: Places) -> dict[str, Any]:
    return {
        "name": row.name,
        "category": row.category,
        "category_label": row.category_label,
        "legal_status": row.legal_status,
        "siren": row.siren,
        "department_id": places.department_id(row.department),
        "city": row.city,
        "postal_code": row.postal_code,
        "opened_on": row.opened_on,
        "closed_on": None,
        "listed": True,
    }


def close(ids: Iterable[int], day: date, reading: Reading) -> None:
    with transaction.atomic():
        chosen = list(ids)
        Establishment.objects.filter(pk__in=chosen).update(closed_on=day)
        end("establishment", EstablishmentVersion, chosen, day, reading)
