"""Which registry or perimeter file is this, by what it holds and not by its name?"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import groups, perimeter, sae
from .faults import SourceUnreadable
from .tables import header_of
from .text_file import Line, TextFile, examine, file_digest, read_lines


class Content(StrEnum):
    FINESS = "finess"
    SAE_SITES = "sae-sites"
    SAE_CAPACITY = "sae-capacity"
    SAE_GROUPS = "sae-groups"
    GROUPS = "groups"
    ASSETS = "assets"
    MANDATES = "mandates"


@dataclass(frozen=True, slots=True)
class Recognised:
    path: Path
    content: Content
    sha256: str
    text: TextFile | None  # None for a workbook


def recognise(path: Path) -> Recognised:
    """Read the file once and say what it is; raise SourceUnreadable with a sentence when it is none of ours."""
    if _is_archive(path):
        return Recognised(path, Content.GROUPS, file_digest(path), None)
    text = examine(path)
    return Recognised(path, _content(text), text.sha256, text)


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    return start == b"PK\x03\x04" or (path.suffix.lower() in {".xlsx", ".xlsm"} and start != b"")


def _content(text: TextFile) -> Content:
    first = next(read_lines(text), None)
    if isinstance(first, Line) and first.text.lower().startswith(("finess;etalab", '"finess";"etalab"')):
        return Content.FINESS
    header = header_of(text)
    for content, required in (
        (Content.GROUPS, groups.REQUIRED),
        (Content.MANDATES, perimeter.MANDATES),
        (Content.ASSETS, perimeter.ASSETS),
        (Content.SAE_CAPACITY, sae.CAPACITY),
        (Content.SAE_SITES, sae.IDENTIFICATION),
        *((Content.SAE_GROUPS, columns) for columns in sae.GROUP_NAMES),
    ):
        if set(required) <= header:
            return content
    raise SourceUnreadable(
        f"{text.path.name} is none of the files that Vigie knows: it begins neither with the FINESS stamp nor with the "
        "columns of a SAE, group, perimeter or mandate file."
    )
