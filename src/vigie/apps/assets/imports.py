"""Perimeter and mandate files brought in: read through and judged first, then declared one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.apps.registry.enums import ImportKind
from vigie.apps.registry.imports import runs
from vigie.apps.registry.imports.report import ImportReport, Progress, Reading, Tally, keep, no_progress
from vigie.apps.registry.models import Establishment, Site
from vigie.sources.faults import BadRow, SourceUnreadable
from vigie.sources.perimeter import AssetRow, MandateRow, read_assets, read_mandates
from vigie.sources.registry_kind import Content, recognise
from vigie.sources.text_file import TextFile

from . import actions
from .bulk import BATCH, Asked, declare_batch
from .models import Mandate
from .proofs import vouch
from .refusals import InvalidMandate, PerimeterRefused
from .terms import MandateTerms, asset_terms, begins, ends, mandate_terms, mandates_given


def import_perimeter(
    *, path: Path, by: str, now: datetime, proved_by: str = "", progress: Progress = no_progress
) -> ImportReport:
    """Import a file of assets or of mandates, whichever it is; it adds, and ends nothing.

    `proved_by` names the documents, reviewed on paper, that prove the assets of the file; without it they wait for
    their proof. A mandate that was withdrawn is not granted again by importing its line again. Raise SourceUnreadable
    when the file is neither.
    """
    source = recognise(path)
    if source.text is None or source.content not in {Content.ASSETS, Content.MANDATES}:
        raise SourceUnreadable(f"{path.name} is not a perimeter or mandate file: it looks like {source.content}.")
    reading = Reading(ImportKind.PERIMETER, path.name, source.sha256, by, now, progress)
    tally = Tally()
    # The reasons are stored: in one language, whoever reads them later.
    with translation.override("en"):
        rows = _usable(source.text, source.content, reading, tally)
    refusal = runs.too_many_bad(tally)
    if not refusal:
        _record([row for row in rows if isinstance(row, Asked)], proved_by, reading, tally)
        for row in rows:
            if isinstance(row, _MandateLine):
                tally.added += row.record(reading)
    with transaction.atomic():
        return keep(reading, tally, records=source.content, refusal=refusal)


def _record(asked: list[Asked], proved_by: str, reading: Reading, tally: Tally) -> None:
    for start in range(0, len(asked), BATCH):
        tally.added += declare_batch(asked=asked[start : start + BATCH], by=reading.by, now=reading.now)
        reading.progress(start, len(asked))
    if not proved_by:
        return
    of_each: dict[Establishment, list[tuple[str, str]]] = {}
    for one in asked:
        of_each.setdefault(one.establishment, []).append((str(one.terms.kind), one.terms.value))
    for owner, values in of_each.items():
        tally.changed += vouch(establishment=owner, values=values, reference=proved_by, by=reading.by, now=reading.now)


@dataclass(frozen=True, slots=True)
class _MandateLine:
    row: MandateRow
    establishment: Establishment

    def terms(self, now: datetime) -> MandateTerms:
        return mandate_terms(establishment=self.establishment, now=now, **self._asked())

    def record(self, reading: Reading) -> bool:
        last = Mandate.objects.aggregate(last=Max("pk"))["last"] or 0
        mandate = actions.grant_mandate(
            establishment=self.establishment, by=reading.by, now=reading.now, **self._asked()
        )
        return mandate.pk > last

    def _asked(self) -> dict[str, Any]:
        return {
            "kind": self.row.kind,
            "host": self.row.host,
            "signatory": self.row.signatory,
            "basis": self.row.basis,
            "valid_from": begins(self.row.valid_from),
            "valid_until": ends(self.row.valid_until),
            "intensity": self.row.intensity,
            "windows": self.row.windows,
            "exclusions": self.row.exclusions,
            "excluded_ports": self.row.excluded_ports,
            "allow_mllp_frame": self.row.allow_mllp_frame,
        }


def _usable(text: TextFile, content: Content, reading: Reading, tally: Tally) -> list["Asked | _MandateLine"]:
    """The lines that may be recorded; the others are counted with their reason. Nothing is written."""
    found: list[Asked | _MandateLine] = []
    given: dict[int, frozenset[str]] = {}
    owners = {one.finess: one for one in Establishment.objects.all()}
    rows: Iterator[AssetRow | MandateRow | BadRow] = (
        read_assets(text) if content is Content.ASSETS else read_mandates(text)
    )
    for row in rows:
        tally.lines += 1
        if isinstance(row, BadRow):
            tally.leave_out(row)
        elif (owner := owners.get(row.finess)) is None:
            tally.leave_out(BadRow(row.line, _unknown(row.finess), row.finess))
        else:
            try:
                found.append(_judged(row, owner, given, reading.now))
            except PerimeterRefused as error:
                tally.leave_out(BadRow(row.line, str(error), row.finess))
    return found


def _unknown(finess: str) -> str:
    site = Site.objects.filter(finess=finess).select_related("establishment").first()
    if site is not None:
        return f"{finess} is a site (ET): its legal entity is {site.establishment.finess}"
    return f"{finess} is not in the registry: import FINESS first"


def _judged(
    row: AssetRow | MandateRow, owner: Establishment, given: dict[int, frozenset[str]], now: datetime
) -> "Asked | _MandateLine":
    """What may be recorded; `given` remembers the mandates of each owner. Raise PerimeterRefused."""
    if isinstance(row, AssetRow):
        if owner.pk not in given:
            given[owner.pk] = mandates_given(owner, now)
        terms = asset_terms(
            establishment=owner,
            kind=row.kind,
            value=row.value,
            label=row.label,
            hosted_by=row.hosted_by,
            given=given[owner.pk],
            now=now,
        )
        return Asked(owner, terms, row.exchanges_care_data)
    line = _MandateLine(row, owner)
    former = actions.identical_mandates(owner, line.terms(now))
    # Its signatory took it back: only a person may grant it again, not a file that was kept.
    if former and all(one.withdrawn_at is not None for one in former):
        raise InvalidMandate(_("This mandate was withdrawn: grant it again on the page, or with other dates."))
    return line
