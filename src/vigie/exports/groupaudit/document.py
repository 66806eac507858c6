"""The report as one PDF: the management summary on its first page, the technical part after it, its plan inside."""

from datetime import datetime

import msgspec

from vigie.exports.pdf import Attachment, pdf

from .facts import Report
from .sheet import sheet
from .table import plan_csv


def report_pdf(report: Report, language: str, *, now: datetime) -> bytes:
    """Raise PdfUnavailable where typst is not installed."""
    return pdf(
        "group-audit",
        msgspec.to_builtins(sheet(report, language)),
        now=now,
        attachments=(Attachment(f"{file_name(report)}.csv", plan_csv(report), "text/csv", "The confirmed weaknesses"),),
    )


def file_name(report: Report) -> str:
    """ "vigie-audit-NA-04-12", without its ending."""
    return f"vigie-audit-{report.code}-{report.number}"
