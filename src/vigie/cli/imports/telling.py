"""Import each file, show how far it is, and tell what came in and what was left out."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.runtime import FAILED, USAGE, end, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.registry.imports.report import ImportReport, Progress
    from vigie.apps.registry.models import Establishment

SHOWN_BAD_ROWS = 10


def bring_in_each(
    files: list[Path], json: bool, bring_in: "Callable[[Path, Progress], ImportReport]", *, place: str = "line"
) -> None:
    """Import each file and tell; leave with 1 when one was refused, after having done the others.

    `place` is what the number of a bad row counts: not every file is made of lines.
    """
    from django.db import DatabaseError

    from vigie.sources.faults import SourceError

    failed = False
    for path in files:
        try:
            with _bar(path.name) as progress:
                report = bring_in(path, progress)
        except SourceError as error:
            failed = True
            _tell_failure(path, error.reason, json)
            continue
        except DatabaseError as error:
            # What its batches wrote is kept, and the same command finishes the work.
            failed = True
            _tell_failure(
                path, f"{path.name}: the database refused ({error}); is another import running? Run it again.", json
            )
            continue
        failed = failed or report.refused
        _tell(report, json, place)
    if failed:
        raise SystemExit(FAILED)


@contextmanager
def _bar(name: str) -> "Iterator[Progress]":
    """A progress bar on stderr, shown on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole or None)


def _tell(report: "ImportReport", json: bool, place: str) -> None:
    if json:
        print_json_lines([_facts(report)])
        return
    for row in report.bad_rows[:SHOWN_BAD_ROWS]:
        say(f"  {place} {row.line}: {row.reason}")
    if report.bad > SHOWN_BAD_ROWS:
        say(f"  ... and {report.bad - SHOWN_BAD_ROWS} more bad lines (--json gives the first 200)")
    if report.refused:
        say(f"{report.file_name}: refused, {report.reason}.")
        return
    edition = f" (edition of {report.edition_date})" if report.edition_date else ""
    if report.state == "unchanged":
        say(f"{report.file_name}{edition}: nothing new in {report.lines} lines.")
        return
    say(
        f"{report.file_name}{edition}: {report.lines} lines, {report.added} added, {report.changed} changed, "
        f"{report.closed} closed, {report.bad} left out."
    )


def _facts(report: "ImportReport") -> dict[str, Any]:
    from dataclasses import asdict

    facts = asdict(report)
    facts["bad_rows"] = [{"line": row.line, "reason": row.reason} for row in report.bad_rows]
    return facts


def _tell_failure(path: Path, reason: str, json: bool) -> None:
    if json:
        print_json_lines([{"file_name": path.name, "state": "refused", "reason": reason}])
    else:
        typer.echo(reason, err=True)


def owner_of(finess: str) -> "Establishment":
    from vigie.apps.registry.models import Establishment, Site

    owner = Establishment.objects.filter(finess=finess).first()
    if owner is None:
        site = Site.objects.filter(finess=finess).select_related("establishment").first()
        if site is not None:
            end(f"{finess} is a site (ET): its legal entity is {site.establishment.finess}.", USAGE)
        end(f"No legal entity has this FINESS number: {finess}.", USAGE)
    return owner


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        end(f"--date: {text!r} is not a date (YYYY-MM-DD).", USAGE)


def by_whom() -> str:
    """Who runs the command, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, in a container
        return "cli"
