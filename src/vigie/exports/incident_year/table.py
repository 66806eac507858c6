"""Every table of the report below one another, for a spreadsheet: one line an answer."""

from collections.abc import Iterator

from vigie.engine.incidents.yearly import YearTables
from vigie.exports.csv_text import csv_text
from vigie.exports.wording import Wording

from .labels import Labels
from .sheet import line_label

HEADS = ("year", "as_of", "table", "answer", "label", "incidents", "whole", "unknown", "percent", "low", "high",
         "structures", "per_thousand_beds")  # fmt: skip


def year_csv(made: YearTables, labels: Labels, language: str) -> str:
    """Empty is not told, or not known. In the table of repeats, what is counted is structures."""
    return csv_text(HEADS, _rows(made, labels, Wording(language, "incident_year")))


def _rows(made: YearTables, labels: Labels, words: Wording) -> Iterator[tuple[object, ...]]:
    begin = (made.year, made.moment)
    for slug, count in (("cases", made.cases), ("incidents", made.incidents), ("structures", made.structures)):
        yield (*begin, "total", slug, words.say(f"change_{slug}"), count, "", "", "", "", "", "", "")
    for table in made.tables:
        unknown = table.unknown.count if table.unknown else None
        for line in table.lines:
            share = table.share(line)
            low, high = share.interval or (None, None)
            rate = made.per_thousand_beds(line.slugs[0]) if table.slug == "region" and len(line.slugs) == 1 else None
            yield (*begin, table.slug, " ".join(line.slugs), line_label(table.slug, line.slugs, made, labels, words),
                   share.part, share.whole, unknown, _rounded(share.percent), _rounded(low), _rounded(high),
                   line.structures, _rounded(rate))  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
