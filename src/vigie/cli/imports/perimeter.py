"""Perimeters and mandates, names of certificates, leaks of the declared domains."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from vigie.cli import runtime
from vigie.cli.runtime import USAGE, end, say

from .options import Files, Json, app
from .telling import bring_in_each, by_whom, owner_of


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
    runtime.django_ready()
    from vigie.apps.assets.imports import import_perimeter

    bring_in_each(
        files,
        json,
        lambda path, progress: import_perimeter(
            path=path, by=by_whom(), now=datetime.now(UTC), proved_by=" ".join(proved_by.split()), progress=progress
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
    runtime.django_ready()
    from vigie.apps.assets.certificate_log import import_certificate_log

    owner = owner_of(establishment)
    bring_in_each(
        files,
        json,
        lambda path, progress: import_certificate_log(
            path=path, establishment=owner, by=by_whom(), now=datetime.now(UTC), progress=progress
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
    runtime.django_ready()
    from vigie.apps.assets.enums import LeakKind
    from vigie.apps.assets.leaks import import_leaks

    if kind not in LeakKind.values:
        end(f"There is no kind {kind!r}. The kinds are: {', '.join(LeakKind.values)}.", USAGE)
    if dry_run and not json:
        say("Dry run: nothing is recorded.")
    bring_in_each(
        files,
        json,
        lambda path, progress: import_leaks(
            path=path,
            kind=LeakKind(kind),
            columns=columns,
            by=by_whom(),
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
