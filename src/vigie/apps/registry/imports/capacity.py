"""Beds and places of the SAE survey, as dated facts: one a year, and an older year never hides a newer one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from vigie.apps.registry.models import Site, SiteCapacity
from vigie.sources.faults import BadRow
from vigie.sources.sae import CapacityRow, read_sae_capacity
from vigie.sources.text_file import TextFile

from . import runs
from .report import ImportReport, Reading, Tally, keep
from .versions import BATCH

UNKNOWN_SITE = "no site has this FINESS number: import FINESS, or the identification file of the survey, first"


def bring_in(text: TextFile, reading: Reading) -> ImportReport:
    tally = Tally()
    usable = _usable(text, tally)
    refusal = runs.too_many_bad(tally)
    day = _day(max((row.year for row in usable), default=reading.now.year))
    if not refusal:
        for start in range(0, len(usable), BATCH):
            _write(usable[start : start + BATCH], reading, tally)
            reading.progress(start, len(usable))
    with transaction.atomic():
        return keep(reading, tally, records="sae-capacity", edition=str(day.year), day=day, refusal=refusal)


def _usable(text: TextFile, tally: Tally) -> list[CapacityRow]:
    rows: list[CapacityRow] = []
    lines: dict[tuple[str, int], int] = {}
    for row in read_sae_capacity(text):  # 4,000 lines: they fit in memory
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif (row.finess, row.year) in lines:
            first = lines[row.finess, row.year]
            tally.leave_out(BadRow(row.line, f"{row.finess} is already on line {first}", row.finess))
        else:
            lines[row.finess, row.year] = row.line
            rows.append(row)
    sites = set(Site.objects.filter(finess__in=[row.finess for row in rows]).values_list("finess", flat=True))
    for row in rows:
        if row.finess not in sites:
            tally.leave_out(BadRow(row.line, UNKNOWN_SITE, row.finess))
    return sorted((row for row in rows if row.finess in sites), key=lambda row: (row.finess, row.year))


def _day(year: int) -> date:
    return date(year, 12, 31)  # the survey asks for what there is on the last day of its year


@transaction.atomic
def _write(rows: Sequence[CapacityRow], reading: Reading, tally: Tally) -> None:
    ids = dict(Site.objects.filter(finess__in=[row.finess for row in rows]).values_list("finess", "pk"))
    known: defaultdict[int, list[SiteCapacity]] = defaultdict(list)
    for fact in SiteCapacity.objects.current().filter(site__in=ids.values()).order_by("valid_from"):
        known[fact.site_id].append(fact)
    gone: list[SiteCapacity] = []
    new: list[SiteCapacity] = []
    for row in rows:
        _tell(row, ids[row.finess], known[ids[row.finess]], gone, new, reading, tally)
    SiteCapacity.objects.filter(pk__in=[fact.pk for fact in gone if fact.pk]).update(superseded_at=reading.now)
    SiteCapacity.objects.bulk_create([fact for fact in new if fact not in gone])


def _tell(
    row: CapacityRow,
    site: int,
    known: list[SiteCapacity],
    gone: list[SiteCapacity],
    new: list[SiteCapacity],
    reading: Reading,
    tally: Tally,
) -> None:
    """Put one year among those that are known of a site, which stay in order."""
    day = _day(row.year)
    told = next((fact for fact in known if fact.valid_from == day), None)
    if told is not None and (told.beds, told.places) == (row.beds, row.places):
        return
    before = next((fact for fact in reversed(known) if fact.valid_from < day), None)
    after = next((fact for fact in known if fact.valid_from > day), None)
    tally.changed += bool(known)
    tally.added += not known
    if told is not None:
        known.remove(told)
        gone.append(told)
    elif before is not None and before.valid_until != day:
        ended = before.ended_copy(day, reading.now)
        known[known.index(before)] = ended
        gone.append(before)
        new.append(ended)
    fact = SiteCapacity(
        site_id=site,
        beds=row.beds,
        places=row.places,
        valid_from=day,
        valid_until=after.valid_from if after else None,
        recorded_at=reading.now,
    )
    known.append(fact)
    known.sort(key=lambda one: one.valid_from)
    new.append(fact)
