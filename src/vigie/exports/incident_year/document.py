"""The report as one PDF, with its tables inside as CSV."""

from datetime import datetime

import msgspec

from vigie.engine.incidents.yearly import YearTables
from vigie.exports.pdf import Attachment, pdf

from .labels import Labels
from .sheet import sheet
from .table import year_csv


def year_pdf(
    made: YearTables, labels: Labels, language: str, *, now: datetime, where: str = "", least: int = 0
) -> bytes:
    """Raise PdfUnavailable where typst is not installed. `where` and `least` are those of the sheet."""
    table = Attachment(f"{file_name(made)}.csv", year_csv(made, labels, language), "text/csv", "The tables")
    attached = (table,) if made.structures >= least else ()  # a total of few is not told either
    told = sheet(made, labels, language, where=where, least=least)
    return pdf("incident-year", msgspec.to_builtins(told), now=now, attachments=attached)


def file_name(made: YearTables) -> str:
    """ "vigie-incidents-2020", without its ending."""
    return f"vigie-incidents-{made.year}"
