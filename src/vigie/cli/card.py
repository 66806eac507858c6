"""vigie card: one establishment in one week, on the terminal, as PDF, CSV or JSON."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .runtime import USAGE, django_ready, end, print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vigie.apps.observatory.cards_week import Week
    from vigie.apps.registry.models import Establishment
    from vigie.exports.card import Card, Line, Sheet


def card(
    finess: Annotated[str, typer.Argument(help="FINESS number of the establishment.")],
    week: Annotated[
        str | None,
        typer.Option(help="Week (YYYY-Www); the last one that is over when not told, or the first one with a look."),
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the card there, one page, its figures inside.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the figures there, one a line.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the card as JSON, open findings included.")] = False,
    language: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Print the weekly card of an establishment: what is seen, what is open, what changed, what to do first.

    Exit codes: 0 printed or written, 1 could not be done, 2 badly asked.

    Examples:

        vigie card 000000026

        vigie card 000000026 --week 2026-W47 --pdf fiche.pdf --csv fiche.csv

        vigie card 000000026 --json
    """
    if language not in {"fr", "en"}:
        end(f"--language {language}: fr or en.", USAGE)
    django_ready()
    now = datetime.now(UTC)
    one = _establishment(finess)
    made = _card(one, _week(week, one, now), now)
    from vigie.exports.card import measures_csv, sheet

    if pdf:
        _write(pdf, _pdf(made, language, now))
    if csv:
        _write(csv, measures_csv(made).encode())
    if json:
        print_json(msgspec.to_builtins(made))
    elif not (pdf or csv):
        _print(sheet(made, language))


def _establishment(finess: str) -> "Establishment":
    from vigie.apps.registry.models import Establishment

    one = Establishment.objects.filter(finess=finess).first()
    if one is None:
        end(f"{finess}: no establishment has that FINESS number.", USAGE)
    return one


def _week(text: str | None, one: "Establishment", now: datetime) -> "Week":
    from vigie.apps.observatory.cards import usual_week
    from vigie.apps.observatory.cards_week import Week

    if text is None:
        return usual_week(one, now)
    try:
        return Week.read(text)
    except ValueError:
        end(f"--week {text}: write a week as YYYY-Www, such as {Week.of(now)}.", USAGE)


def _card(one: "Establishment", week: "Week", now: datetime) -> "Card":
    from vigie.apps.observatory import cards

    try:
        return cards.card(one, week, now)
    except cards.WeekToCome:
        end(f"--week {week}: that week has not begun.", USAGE)


def _pdf(made: "Card", language: str, now: datetime) -> bytes:
    from vigie.exports.card import card_pdf
    from vigie.exports.pdf import PdfUnavailable

    try:
        return card_pdf(made, language, now=now)
    except PdfUnavailable as error:
        end(str(error))


def _write(path: Path, content: bytes) -> None:
    """Trouble of the disk is told once, by the command line."""
    path.write_bytes(content)
    say(f"Written: {path}")


def _print(told: "Sheet") -> None:
    for text in (f"{told.name} · {told.week}", told.identity, "", told.answer, f"{told.answer_more} {told.as_of}"):
        say(text)
    say(f"{told.level_title} {told.level.letter} {told.level.told}".replace("  ", " "))
    for text in filter(None, (told.level.before, told.level.coverage)):
        say(f"  {text}")
    say(f"\n{told.actions_title}")
    for number, task in enumerate(told.actions, 1):
        say(f"  {number}. {task.title} ({task.gain})")
        say(f"     {' · '.join(filter(None, (task.exploited, task.where, *task.more)))}")
    if not told.actions:
        say(f"  {told.no_action}")
    if told.rows:
        say(f"\n{told.findings_title}")
        for cells in (told.heads, *(row.cells for row in told.rows)):
            say("  " + "".join(f"{cell:<12}" if not index else f"{cell:>20}" for index, cell in enumerate(cells)))
        _print_lines(told.counted)
    for section in (section for column in told.columns for section in column):
        say(f"\n{section.title}")
        _print_lines(section.lines)
        if section.slug == "fix" and told.marks:
            say(f"  {told.marks_title}: {', '.join(f'{mark.age} {mark.share}' for mark in told.marks)}")


def _print_lines(lines: "Iterable[Line]") -> None:
    for line in lines:
        say(f"  {line.label}: {' · '.join((line.value, *line.more))}")
