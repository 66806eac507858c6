"""How does what is known of an incident, or what an authority asks for, become one page that prints and reads aloud?"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from vigie.exports.pdf import Attachment, pdf


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    text: str  # "" for a place to write in
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every word of the document; the template only places them."""

    language: str  # "fr" or "en"
    document: str  # what it is: "Notification to prepare"
    name: str  # of whom
    marking: str  # "TLP:AMBER+STRICT", or ""
    answer: str  # the first line
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    page: str  # "Page {n} of {of}"


def sheet_pdf(sheet: Sheet, *, now: datetime, attachments: tuple[Attachment, ...] = ()) -> bytes:
    """Raise PdfUnavailable where typst is not installed."""
    return pdf("incident", msgspec.to_builtins(sheet), now=now, attachments=attachments)
