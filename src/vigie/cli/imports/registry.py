"""FINESS, the SAE survey, the groups."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vigie.cli import runtime

from .options import Files, Json, app
from .telling import bring_in_each, by_whom, day_of


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
    """Import files of the SAE survey: identification, groups, beds and places (MCO). They complete, they close nothing.

    Example:

        vigie import sae sae_id_2023.csv sae_ght_2023.csv MCO_2023.csv
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
    _import_registry(files, "groups", json, day=day_of(day))


def _import_registry(files: list[Path], kind: str, json: bool, **options: Any) -> None:
    runtime.django_ready()
    from vigie.apps.registry.actions import import_file

    bring_in_each(
        files,
        json,
        lambda path, progress: import_file(
            path=path, kind=kind, by=by_whom(), now=datetime.now(UTC), progress=progress, **options
        ),
    )
