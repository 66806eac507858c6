"""The card as one PDF, with its figures and its findings inside."""

from datetime import datetime

import msgspec

from vigie.exports.pdf import Attachment, pdf

from .facts import Card
from .sheet import sheet
from .table import findings_csv, measures_csv


def card_pdf(card: Card, language: str, *, now: datetime) -> bytes:
    """Raise PdfUnavailable where typst is not installed."""
    name = file_name(card)
    return pdf(
        "card",
        msgspec.to_builtins(sheet(card, language)),
        now=now,
        attachments=(
            Attachment(f"{name}.csv", measures_csv(card), "text/csv", "The figures of the card"),
            Attachment(f"{name}-findings.csv", findings_csv(card), "text/csv", "The open findings"),
        ),
    )


def file_name(card: Card) -> str:
    """ "vigie-000000026-2026-W47", without its ending."""
    return f"vigie-{card.finess}-{card.week}"
