"""Who is written to."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from vigie.cli import runtime
from vigie.cli.runtime import say

from .options import Files, Json, app
from .telling import bring_in_each, by_whom


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
    runtime.django_ready()
    from vigie.apps.notices.importing import import_contacts

    if dry_run and not json:
        say("Dry run: nothing is written nor sent.")
    bring_in_each(
        files,
        json,
        lambda path, progress: import_contacts(
            path=path, by=by_whom(), now=datetime.now(UTC), dry_run=dry_run, progress=progress
        ),
    )
