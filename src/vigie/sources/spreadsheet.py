"""What are the rows of the first sheet of this XLSX, as text?"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .faults import SourceRefused, SourceUnreadable

MAX_UNPACKED_BYTES = 40 * 1024 * 1024  # a list of 1,000 establishments unpacks to under 1 MB
MAX_ROWS = 200_000
MAX_COLUMNS = 100
_NOT_A_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError),
)


def read_sheet(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (row number, cells as text) of the first sheet; blank rows are passed over.

    Raise SourceRefused for an archive that would unpack to more than 40 MB, SourceUnreadable for anything that is
    not a workbook. Nothing is unpacked before the size is known.
    """
    _refuse_a_bomb(path)
    with warnings.catch_warnings():
        # openpyxl warns of styles and extensions, which carry no data.
        warnings.simplefilter("ignore")
        try:
            yield from _rows(path)
        except _NOT_A_WORKBOOK as error:
            raise SourceUnreadable(f"{path.name} is not a readable XLSX workbook ({type(error).__name__}).") from error


def _refuse_a_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.") from error
    except _NOT_A_WORKBOOK as error:
        raise SourceUnreadable(f"{path.name} is not an XLSX workbook.") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise SourceRefused(
            f"{path.name} would unpack to {unpacked // 2**20} MB: far more than a list of establishments."
        )


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet: Any = book.worksheets[0]
        # The sheet's own claim of its size may be wrong, and some writers always say A1.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True), start=1):
            cells = tuple(_text(value) for value in row)
            if any(cells):
                yield number, cells
    finally:
        book.close()


def _text(value: object) -> str:
    if value is None:
        return ""
    # 10780054.0 is a number that the spreadsheet made of an identifier.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
