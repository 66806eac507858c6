"""How is a table written so that a spreadsheet reads it and runs nothing of it?"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

MARK = "\ufeff"  # what a spreadsheet asks for to read UTF-8
# A spreadsheet runs what begins so; the guard is a leading apostrophe (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Semicolons, as French spreadsheets expect; the mark first."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return MARK + out.getvalue()


def cell(value: object) -> str:
    """Empty is not known, which is not nought; dates as ISO 8601; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
