"""What earlier imports settle: nothing new, or an edition that comes too late."""

from datetime import date

from vigie.apps.registry.enums import ImportKind, ImportState
from vigie.apps.registry.models import ImportRun
from vigie.data import registry_rules

from .report import Reading, Tally


def same_file_again(reading: Reading) -> ImportRun | None:
    """The import of this very file, when nothing of its kind came in since and no line was left out; else None."""
    done = ImportRun.objects.exclude(state=ImportState.REFUSED).filter(kind=reading.kind)
    # A line that was left out may be readable now: a territory was declared since.
    run = done.filter(sha256=reading.sha256, bad=0).order_by("-id").first()
    if run is None:
        return None
    later = done.filter(invented=run.invented, pk__gt=run.pk)
    return None if any(_share_records(run, other) for other in later) else run


def _share_records(one: ImportRun, other: ImportRun) -> bool:
    return not set(one.records.split()).isdisjoint(other.records.split())


def newer_edition(kind: ImportKind, *, records: frozenset[str], invented: bool, day: date) -> ImportRun | None:
    """An import of one of these record types whose edition is later than `day`; None when there is none."""
    runs = ImportRun.objects.exclude(state=ImportState.REFUSED).filter(
        kind=kind, invented=invented, edition_date__gt=day
    )
    return next((run for run in runs.order_by("-edition_date") if records & set(run.records.split())), None)


def too_many_bad(tally: Tally) -> str:
    """The sentence that refuses the file whole; empty when it may be used."""
    if tally.lines == 0:
        return "it holds no line of data"
    limit = registry_rules.import_limits().bad_lines
    if not limit.exceeded(tally.bad, tally.lines):
        return ""
    return (
        f"{tally.bad} bad lines of {tally.lines}, more than {limit.percent} % "
        f"and more than {limit.floor}: nothing was changed"
    )


def too_late(day: date, newer: ImportRun) -> str:
    # An old edition must not undo a newer one, and it cannot be told from a mistake: past editions come in order.
    return (
        f"this edition is of {day.isoformat()}, and one of {newer.edition_date} is already in "
        f"({newer.file_name}): import editions from the oldest to the newest"
    )
