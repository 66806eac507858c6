"""Reports of other tools."""

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from vigie.cli import runtime

from .options import Files, Json, app
from .telling import bring_in_each, by_whom, day_of, owner_of


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
    wanted = day_of(day)
    runtime.django_ready()
    from vigie.apps.findings.sightings.actions import import_report

    owner = owner_of(establishment)
    midday = datetime.combine(wanted, time(12), UTC) if wanted else None
    bring_in_each(
        files,
        json,
        lambda path, progress: import_report(
            path=path, establishment=owner, by=by_whom(), now=datetime.now(UTC), day=midday, progress=progress
        ),
        place="row",
    )
