"""vigie import: bring in the registry, the survey, the groups, the perimeters and mandates, other tools' reports."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import FAILED, USAGE, django_ready, end, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.registry.imports.report import ImportReport, Progress
    from vigie.apps.registry.models import Establishment

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Bring in the registry, the survey, the groups, the perimeters and mandates, reports, past declarations.",
    epilog="Each file is read through before anything is written, told by what it holds and not by its name, and can "
    "be imported again: nothing is recorded twice. Exit codes: 0 all came in, 1 a file was refused, 2 badly asked.",
)

Files = Annotated[list[Path], typer.Argument(help="One file or several, imported in this order.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")]
SHOWN_BAD_ROWS = 10


@app.command()
def finess(
    files: Files,
    accept_closures: Annotated[
        bool, typer.Option("--accept-closures", help="Let an edition close more than 30 % of what is open.")
    ] = False,
    json: Json = False,
) -> None:
    """Import FINESS extracts: legal entities, sites, positions.

    What is not in the extract any more is closed on the day of its edition. Import editions from the oldest on.

    Example:

        vigie import finess structureej.csv structureet.csv
    """
    _import_registry(files, "finess", json, accept_closures=accept_closures)


@app.command()
def sae(files: Files, json: Json = False) -> None:
    """Import files of the SAE survey: its identification file, its groups. They complete, they close nothing.

    Example:

        vigie import sae sae_id_2023.csv sae_ght_2023.csv
    """
    _import_registry(files, "sae", json)


@app.command()
def groups(
    files: Files,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day of the list; today when not given.")
    ] = None,
    json: Json = False,
) -> None:
    """Import the list of hospital groups, XLSX or CSV. A member that is not in it any more leaves on its day.

    Example:

        vigie import groups liste-ght.xlsx --date 2026-07-01
    """
    _import_registry(files, "groups", json, day=_day(day))


@app.command()
def perimeter(
    files: Files,
    proved_by: Annotated[
        str,
        typer.Option(
            "--proved-by",
            metavar="REFERENCE",
            help="The signed documents that you reviewed and that prove the assets of these files: they are proved at "
            "once, under your name, for a year.",
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Import perimeters (finess;kind;value;...) and mandates (finess;kind;signatory;...), CSV.

    A public asset is contacted once it is proved: on its page, or with --proved-by.

    Examples:

        vigie import perimeter perimetre.csv --proved-by "conventions 2026-11, dossier 14"

        vigie import perimeter perimetre.csv mandats.csv --json
    """
    django_ready()
    from vigie.apps.assets.imports import import_perimeter

    _each(
        files,
        json,
        lambda path, progress: import_perimeter(
            path=path, by=_by(), now=datetime.now(UTC), proved_by=" ".join(proved_by.split()), progress=progress
        ),
    )


@app.command()
def contacts(
    files: Files,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read, judge and tell what would be done; write and send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Import contacts of establishments (finess;role;name;email;telephone;language), CSV or XLSX.

    A contact is told nothing before it has confirmed its address: a message with a link that opens once asks it to.
    It adds, and ends nothing.

    Example:

        vigie import contacts contacts.xlsx --dry-run
    """
    django_ready()
    from vigie.apps.notices.importing import import_contacts

    if dry_run and not json:
        say("Dry run: nothing is written nor sent.")
    _each(
        files,
        json,
        lambda path, progress: import_contacts(
            path=path, by=_by(), now=datetime.now(UTC), dry_run=dry_run, progress=progress
        ),
    )


@app.command()
def incidents(
    files: Files,
    mapping: Annotated[
        Path,
        typer.Option("--mapping", help="YAML file: which column is which answer; see the guide.", show_default=False),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read, judge and tell what would be done; record nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Import past declarations of incidents, CSV or XLSX, through a mapping of their columns.

    They are counted in the figures; no legal deadline is opened and nobody is written to. The same series and
    reference is the same declaration: a corrected line adds a version.

    Example:

        vigie import incidents signalements-2019.xlsx --mapping signalements.yaml --dry-run
    """
    django_ready()
    from vigie.apps.incidents.importing import import_incidents

    if dry_run and not json:
        say("Dry run: nothing is recorded.")
    _each(
        files,
        json,
        lambda path, progress: import_incidents(
            path=path, mapping=mapping, by=_by(), now=datetime.now(UTC), dry_run=dry_run, progress=progress
        ),
    )


@app.command()
def certificates(
    files: Files,
    establishment: Annotated[
        str, typer.Option("--establishment", metavar="FINESS", help="Whose declared domains the names are below.")
    ],
    json: Json = False,
) -> None:
    """Import exports of certificate transparency (crt.sh JSON, or CSV): names to be accepted by a person.

    Names below the declared domains are proposed on the page of the perimeter; nothing is sent to them before.

    Example:

        vigie import certificates crt-sh.json --establishment 010780054
    """
    django_ready()
    from vigie.apps.assets.certificate_log import import_certificate_log

    owner = _owner(establishment)
    _each(
        files,
        json,
        lambda path, progress: import_certificate_log(
            path=path, establishment=owner, by=_by(), now=datetime.now(UTC), progress=progress
        ),
        place="row",
    )


@app.command()
def leaks(
    files: Files,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="credentials, or code.")] = "credentials",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="PART=NAME", help="Where domain, day or count stands, when not found."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read, count and tell what would be done; record nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Import leaks of credentials or of code, CSV or JSON, one line a find: only counts and days are kept.

    A line tells a domain, or an address of mail of which only the domain is read. No address is stored, nor its hash.
    The counts of a file replace those that were known of the declared domains that it names.

    Example:

        vigie import leaks export.csv --kind credentials --column domain=compte --dry-run
    """
    columns = _columns(column or [])
    django_ready()
    from vigie.apps.assets.enums import LeakKind
    from vigie.apps.assets.leaks import import_leaks

    if kind not in LeakKind.values:
        end(f"There is no kind {kind!r}. The kinds are: {', '.join(LeakKind.values)}.", USAGE)
    if dry_run and not json:
        say("Dry run: nothing is recorded.")
    _each(
        files,
        json,
        lambda path, progress: import_leaks(
            path=path,
            kind=LeakKind(kind),
            columns=columns,
            by=_by(),
            now=datetime.now(UTC),
            dry_run=dry_run,
            progress=progress,
        ),
    )


def _columns(texts: list[str]) -> dict[str, str]:
    from vigie.sources.leaks import COLUMNS

    told = dict(text.partition("=")[::2] for text in texts)
    if not all(part in COLUMNS and name.strip() for part, name in told.items()):
        end(f"Write --column PART=NAME, where PART is one of {', '.join(COLUMNS)}.", USAGE)
    return told


@app.command()
def scanner(
    files: Files,
    establishment: Annotated[
        str, typer.Option("--establishment", metavar="FINESS", help="Whose perimeter the reports are of.")
    ],
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="The day of a report that names none; today when not given."),
    ] = None,
    json: Json = False,
) -> None:
    """Import reports of nmap, Nessus, OpenVAS, nuclei, masscan, testssl, sslyze, Qualys, to be verified.

    What they say is shown beside the findings; it opens none and closes none, and an empty report ends nothing.
    What is not in the declared perimeter of the establishment is left out and told.

    Example:

        vigie import scanner weekly.nessus --establishment 010780054
    """
    wanted = _day(day)
    django_ready()
    from vigie.apps.findings.sightings.actions import import_report

    owner = _owner(establishment)
    midday = datetime.combine(wanted, time(12), UTC) if wanted else None
    _each(
        files,
        json,
        lambda path, progress: import_report(
            path=path, establishment=owner, by=_by(), now=datetime.now(UTC), day=midday, progress=progress
        ),
        place="row",
    )


def _owner(finess: str) -> "Establishment":
    from vigie.apps.registry.models import Establishment, Site

    owner = Establishment.objects.filter(finess=finess).first()
    if owner is None:
        site = Site.objects.filter(finess=finess).select_related("establishment").first()
        if site is not None:
            end(f"{finess} is a site (ET): its legal entity is {site.establishment.finess}.", USAGE)
        end(f"No legal entity has this FINESS number: {finess}.", USAGE)
    return owner


def _import_registry(files: list[Path], kind: str, json: bool, **options: Any) -> None:
    django_ready()
    from vigie.apps.registry.actions import import_file

    _each(
        files,
        json,
        lambda path, progress: import_file(
            path=path, kind=kind, by=_by(), now=datetime.now(UTC), progress=progress, **options
        ),
    )


def _each(
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


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        end(f"--date: {text!r} is not a date (YYYY-MM-DD).", USAGE)


def _by() -> str:
    """Who runs the command, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, in a container
        return "cli"
