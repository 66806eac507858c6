"""Past declarations of incidents."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from vigie.cli import runtime
from vigie.cli.runtime import say

from .options import Files, Json, app
from .telling import bring_in_each, by_whom


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
    runtime.django_ready()
    from vigie.apps.incidents.importing import import_incidents

    if dry_run and not json:
        say("Dry run: nothing is recorded.")
    bring_in_each(
        files,
        json,
        lambda path, progress: import_incidents(
            path=path, mapping=mapping, by=by_whom(), now=datetime.now(UTC), dry_run=dry_run, progress=progress
        ),
    )
