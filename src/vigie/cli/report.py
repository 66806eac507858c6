"""vigie report: what the declarations of incidents of a year tell, and which structures never declared."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import USAGE, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.incidents.never_declared import NeverDeclared
    from vigie.exports.incident_year import Sheet

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="What declared incidents teach.")
WIDTH = 52  # of the first column

Csv = Annotated[Path | None, typer.Option(help="Write the lines there; a spreadsheet runs nothing of it.")]
Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
Language = Annotated[str, typer.Option(help="fr or en.")]


@app.command()
def incidents(
    year: Annotated[int, typer.Option(help="The year in which they were received, Paris time.")],
    as_of: Annotated[
        str, typer.Option(help="Count as it was known at the end of that day, YYYY-MM-DD; now when not given.")
    ] = "",
    known_now: Annotated[
        bool, typer.Option("--known-now", help="With --as-of: what was received by then, by what is known today.")
    ] = False,
    grouped: Annotated[
        bool, typer.Option("--grouped", help="Tell small groups together, as for readers who may read no incident.")
    ] = False,
    pdf: Annotated[Path | None, typer.Option(help="Write the report there, its tables inside.")] = None,
    csv: Csv = None,
    json: Json = False,
    language: Language = "fr",
) -> None:
    """Print the yearly tables of declared incidents: each figure with whom it counts and whom it does not know.

    Exit codes: 0 printed or written, 1 could not be done, 2 badly asked.

    Examples:

        vigie report incidents --year 2025

        vigie report incidents --year 2025 --as-of 2026-03-31

        vigie report incidents --year 2025 --grouped --pdf observatoire-2025.pdf --csv observatoire-2025.csv
    """
    _ready(language)
    from vigie.apps.incidents.labels import labels_of
    from vigie.apps.incidents.yearly import of_year
    from vigie.data.params import disclosure_rule
    from vigie.engine.incidents.yearly import told_to_many
    from vigie.exports.incident_year import sheet, year_csv, year_facts

    now = datetime.now(UTC)
    moment = _moment(as_of, now)
    if not 2000 <= year <= moment.year:
        end(f"--year {year}: a year from 2000 to {moment.year}.", USAGE)
    made = of_year(year, moment=moment, as_known_then=bool(as_of) and not known_now)
    labels, rule = labels_of(language), disclosure_rule(moment.date())
    if grouped:
        made = told_to_many(made, rule)
    least = rule.least if grouped else 0
    if pdf:
        from vigie.exports.incident_year import year_pdf
        from vigie.exports.pdf import PdfUnavailable

        try:
            _write(pdf, year_pdf(made, labels, language, now=now, least=least))
        except PdfUnavailable as error:
            end(str(error))
    if csv:
        _write(csv, year_csv(made, labels, language).encode())
    if json:
        print_json(year_facts(made))
    elif not (pdf or csv):
        _print(sheet(made, labels, language, least=least))


@app.command("never-declared")
def never_declared(csv: Csv = None, json: Json = False, language: Language = "fr") -> None:
    """List structures that never declared an incident where most of those that resemble them did.

    A structure may have met none: it is where an offer of help may be welcome, and no reproach.

    Exit codes: 0 printed or written, 2 badly asked.

    Examples:

        vigie report never-declared

        vigie report never-declared --csv a-appeler.csv
    """
    _ready(language)
    from vigie.apps.incidents.never_declared import never_declared as read
    from vigie.exports.never_declared import never_declared_csv

    made = read(moment=datetime.now(UTC))
    if csv:
        _write(csv, never_declared_csv(made.lines).encode())
    if json:
        print_json(_facts(made))
    elif not csv:
        _print_never_declared(made)


def _ready(language: str) -> None:
    if language not in {"fr", "en"}:
        end(f"--language {language}: fr or en.", USAGE)
    django_ready()
    from django.utils import translation

    translation.activate(language)


def _moment(text: str, now: datetime) -> datetime:
    from datetime import date

    from vigie.apps.timeline import as_of_day

    try:
        return as_of_day(date.fromisoformat(text) if text else None, now).moment
    except ValueError:
        end(f"--as-of {text}: write a day as YYYY-MM-DD.", USAGE)


def _write(path: Path, content: bytes) -> None:
    """Trouble of the disk is told once, by the command line."""
    path.write_bytes(content)
    say(f"Written: {path}")


def _print(told: "Sheet") -> None:
    for text in (told.name, told.where, "", told.answer, *told.answer_more, told.as_of):
        say(text)
    _print_rows(told.changes.title, told.changes.rows)
    for section in told.sections:
        say(f"\n{section.title.upper()}")
        for block in section.blocks:
            rows = tuple((row.label, row.count, row.share, row.interval, row.more) for row in block.rows)
            _print_rows(f"{block.title}. {block.note}", rows)
    _print_rows(told.delays.title, told.delays.rows)


def _print_rows(title: str, rows: tuple[tuple[str, ...], ...]) -> None:
    if rows:
        say(f"\n{title}")
    for head, *cells in rows:
        say(f"  {head[:WIDTH]:<{WIDTH}}  {'  '.join(f'{cell:>16}' for cell in cells)}".rstrip())


def _facts(made: "NeverDeclared") -> dict[str, object]:
    reading = made.reading
    return {
        "as_of": made.moment.isoformat(),
        "since": made.since.isoformat(),
        "rule": made.rule.slug,
        "structures": reading.structures,
        "never_declared": reading.silent,
        "not_comparable": reading.not_comparable,
        "opened_since": made.too_young,
        "signals": [
            {
                "finess": line.finess,
                "name": line.name,
                "likeness": line.likeness,
                "declared": line.declared,
                "comparable": line.comparable,
                "low": line.low,
                "high": line.high,
            }
            for line in made.lines
        ],
    }


def _print_never_declared(made: "NeverDeclared") -> None:
    from django.utils.translation import gettext, ngettext

    n = len(made.lines)
    say(
        ngettext(
            "%(n)d structure never declared, where most of those that resemble it did.",
            "%(n)d structures never declared, where most of those that resemble them did.",
            n,
        )
        % {"n": n}
    )
    for line in made.lines:
        low, high = round(line.low), round(line.high)
        say(f"  {line.finess}  {line.name[:WIDTH]:<{WIDTH}} {line.declared}/{line.comparable}  {low}-{high} %")
    say(
        gettext("Since %(since)s, of %(of)d structures: %(silent)d never declared, %(few)d resemble too few others.")
        % {
            "since": made.since.isoformat(),
            "of": made.reading.structures,
            "silent": made.reading.silent,
            "few": made.reading.not_comparable,
        }
    )
