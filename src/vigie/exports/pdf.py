"""How does a document become a PDF that prints, reads aloud and carries its data?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

STANDARDS = ("a-3a", "ua-1")  # archival with attachments (PDF/A-3a), and read aloud (PDF/UA-1)
# What the embedded fonts can print: Latin, Greek, Cyrillic, and the signs of a typographer.
LAST_LETTER = "\u04ff"
SIGNS = frozenset("\u00a0\u2009\u202f‐‑–—‘’‚“”„†•…‰‹›€™−")


class PdfUnavailable(Exception):
    """This installation cannot write PDF: the sentence says what is missing."""


class PdfRefused(Exception):
    """The document could not be set: a fault of its template, with what typst says of it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str  # of the file inside the PDF
    text: str
    media_type: str
    description: str


def pdf(template: str, data: Mapping[str, Any], *, now: datetime, attachments: tuple[Attachment, ...] = ()) -> bytes:
    """The PDF of one document of vigie/exports/templates; the same input gives the same bytes.

    Data goes in as JSON and comes out as text, never as code of the template. Raises PdfUnavailable, PdfRefused.
    """
    return _set(template, data, now=now, attachments=attachments, format="pdf", pdf_standards=list(STANDARDS))


def picture(template: str, data: Mapping[str, Any], *, now: datetime, dots_per_inch: float = 110) -> bytes:
    """The same document as PNG, for people who change its look."""
    return _set(template, data, now=now, attachments=(), format="png", ppi=dots_per_inch)


def _set(
    template: str, data: Mapping[str, Any], *, now: datetime, attachments: tuple[Attachment, ...], **how: Any
) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise PdfUnavailable("PDF needs typst: install vigie with its 'pdf' extra.") from error
    attached = [
        {"name": one.name, "text": one.text, "media": one.media_type, "description": one.description}
        for one in attachments
    ]
    with as_file(files("vigie.exports").joinpath("fonts")) as fonts:
        try:
            made: bytes = typst.compile(
                files("vigie.exports").joinpath(f"templates/{template}.typ").read_bytes(),
                font_paths=[str(fonts)],
                ignore_system_fonts=True,  # the same pages on every machine
                sys_inputs={"data": json.dumps(_printed(data)), "attachments": json.dumps(attached)},
                timestamp=int(now.timestamp()),
                **how,
            )
        except typst.TypstError as error:
            raise PdfRefused(str(error)) from error
    return made


def _printed(value: Any) -> Any:
    """The same data; a character that no font of ours has is a question mark, since the standard refuses a gap."""
    if isinstance(value, str):
        return "".join(c if c in SIGNS or (c <= LAST_LETTER and c.isprintable()) else "?" for c in value)
    if isinstance(value, Mapping):
        return {key: _printed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printed(part) for part in value]
    return value
