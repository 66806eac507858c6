"""The declaration on one sheet of paper: for the night on which nothing else works."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from .pdf import pdf


class Room(StrEnum):
    """What a question leaves room for."""

    LINE = "line"
    LINES = "lines"
    BOXES = "boxes"  # one for each option


@dataclass(frozen=True, slots=True)
class Question:
    label: str
    room: Room
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class PaperForm:
    """Every word that is printed, in one language."""

    language: str
    title: str
    advice: tuple[str, ...]
    telephone_label: str
    telephone: str  # "" when the installation has none
    blocks: tuple[Block, ...]
    cell_title: str  # what the cell fills in
    cell: tuple[str, ...]
    foot: str


def paper_form_pdf(form: PaperForm, *, now: datetime) -> bytes:
    """One A4 page, tagged. Raises PdfUnavailable where typst is not installed."""
    return pdf("paper-form", msgspec.to_builtins(form), now=now)
