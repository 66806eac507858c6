"""A FINESS extract brought in: read through once, then written by short batches, then what vanished is closed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction

from vigie.apps.registry.models import Establishment, Site
from vigie.data import registry_rules
from vigie.sources.finess import EntityRow, SiteRow, Stamp, read_finess, read_stamp
from vigie.sources.text_file import TextFile

from . import entities, runs, sites
from .places import Places
from .report import ImportReport, Reading, Tally, keep
from .survey import RECORDS, Survey, survey
from .versions import BATCH


def bring_in(text: TextFile, reading: Reading, *, accept_closures: bool) -> ImportReport:
    """Import one extract; the report tells what changed, or why the file was refused.

    The batches are committed one by one. A crash half-way leaves no run: the same command finishes the work, since
    what is already as the file says is not written again.
    """
    if (same := runs.same_file_again(reading)) is not None:
        return _again(same, reading)
    stamp, places, tally = read_stamp(text), Places(), Tally()
    found = survey(text, places, reading, tally)
    gone = _Gone(found)
    refusal = runs.too_many_bad(tally) or _too_late(found, stamp, reading) or gone.refusal(accept=accept_closures)
    if not refusal:
        _write(text, found, places, stamp.day, reading, tally)
        tally.closed = gone.close(stamp.day, reading)
    with transaction.atomic():
        return keep(
            reading,
            tally,
            records=" ".join(sorted(found.records)),
            invented=found.invented == {True},
            edition=stamp.edition,
            day=stamp.day,
            refusal=refusal,
        )


@transaction.atomic
def _again(run: Any, reading: Reading) -> ImportReport:
    return keep(
        reading,
        Tally(lines=run.lines),
        records=run.records,
        invented=run.invented,
        edition=run.edition,
        day=run.edition_date,
    )


def _too_late(found: Survey, stamp: Stamp, reading: Reading) -> str:
    if stamp.day > reading.now.date():
        return f"its stamp is dated in the future ({stamp.day.isoformat()})"
    for invented in found.invented or {False}:
        newer = runs.newer_edition(reading.kind, records=frozenset(found.records), invented=invented, day=stamp.day)
        if newer is not None:
            return runs.too_late(stamp.day, newer)
    return ""


def _write(text: TextFile, found: Survey, places: Places, day: date, reading: Reading, tally: Tally) -> None:
    def usable(kind: type[Any]) -> Iterator[Any]:
        for row in read_finess(text, only=RECORDS[kind]):
            if isinstance(row, kind) and row.line not in found.skipped:
                yield row

    done = 0

    def in_batches(rows: Iterable[Any], write: Callable[[Sequence[Any]], None]) -> None:
        nonlocal done
        iterator = iter(rows)
        while batch := list(islice(iterator, BATCH)):
            write(batch)
            done += len(batch)
            reading.progress((tally.lines + done) // 2, text.lines)

    if found.entities:
        in_batches(usable(EntityRow), lambda rows: entities.write(rows, places, day, reading, tally))
    if found.sites:
        in_batches(usable(SiteRow), lambda rows: sites.write(rows, found.positions, places, day, reading, tally))
    elsewhere = (row for finess, row in found.positions.items() if finess not in found.sites)
    in_batches(elsewhere, lambda rows: sites.write_positions(rows, tally))


class _Gone:
    """What earlier extracts listed, and this one, full for its record type, does not name any more."""

    def __init__(self, found: Survey) -> None:
        self.entities = _vanished(Establishment, found.entities, found)
        self.sites = _vanished(Site, found.sites, found)

    def refusal(self, *, accept: bool) -> str:
        limit = registry_rules.import_limits().closures
        for gone, what in ((self.entities, "legal entities"), (self.sites, "sites")):
            if not accept and limit.exceeded(len(gone.ids), gone.whole):
                return (
                    f"it would close {len(gone.ids)} {what} of {gone.whole}, more than {limit.percent} %: is it the "
                    "whole extract? If it is, accept the closures"
                )
        return ""

    def close(self, day: date, reading: Reading) -> int:
        for gone, close in ((self.entities, entities.close), (self.sites, sites.close)):
            for start in range(0, len(gone.ids), BATCH):
                close(gone.ids[start : start + BATCH], day, reading)
        return len(self.entities.ids) + len(self.sites.ids)


class _Missing:
    def __init__(self, ids: list[int], whole: int) -> None:
        self.ids, self.whole = ids, whole


def _vanished(model: type[Establishment] | type[Site], seen: dict[str, int], found: Survey) -> _Missing:
    if not seen:  # the file holds no line of that type: it says nothing of it
        return _Missing([], 0)
    listed = model._default_manager.filter(
        listed=True, closed_on=None, department__invented__in=found.invented
    ).values_list("pk", "finess")
    ids, whole = [], 0
    for pk, finess in listed.iterator():
        whole += 1
        if finess not in seen and finess not in found.unreadable:
            ids.append(pk)
    return _Missing(ids, whole)
