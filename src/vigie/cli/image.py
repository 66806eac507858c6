"""vigie image: the columnar files that answer "who is exposed?" in milliseconds."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.observatory.image import Manifest

app = typer.Typer(help="The columnar image of who shows what.", no_args_is_help=True, rich_markup_mode="markdown")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def build(
    whole: Annotated[bool, typer.Option("--whole", help="Read everything again, not what changed alone.")] = False,
    json: Json = False,
) -> None:
    """Make the image again from the database, and put it in the place of the last one in one step.

    The worker does it by itself after campaigns and every ten minutes: this is for a machine that has no worker.

    Example:

        vigie image build --whole
    """
    django_ready()
    from django.conf import settings

    from vigie.apps.observatory import image_building

    made = image_building.build(settings.VIGIE.home, now=datetime.now(UTC), whole=whole)
    print_json(asdict(made)) if json else say(f"Made: {_told(made)}.")


@app.command()
def status(json: Json = False) -> None:
    """Say whether there is an image, of which moment, and whether anything was recorded since.

    Exit codes: 0 it is up to date, 1 the database answers in its place.

    Example:

        vigie image status --json
    """
    django_ready()
    from django.conf import settings

    from vigie.apps.observatory.image import read

    reading = read(settings.VIGIE.home)
    told = f": {_told(reading.manifest)}" if reading.manifest else ""
    if json:
        print_json({"state": reading.state, "manifest": asdict(reading.manifest) if reading.manifest else None})
    else:
        say(f"The image is {reading.state}{told}.")
    if reading.image is None:
        end("The database answers in its place. `vigie image build` makes it again.")


@app.command()
def recount() -> None:
    """Count again, from the services, which establishment shows which product; say how many counts were wrong.

    Looks keep these counts in step: a wrong one is a fault to report. No campaign may be running meanwhile.

    Example:

        vigie image recount
    """
    django_ready()
    from vigie.apps.scans import presence

    try:
        wrong = presence.recount(by=actor(), now=datetime.now(UTC))
    except presence.CampaignRuns:
        end("A campaign is running: count again when it has ended (`vigie campaign list`).")
    say("Every count was right." if not wrong else f"{wrong} counts were wrong, and are mended.")


def _told(manifest: "Manifest") -> str:
    what = f"{manifest.rows} products of {manifest.establishments} establishments"
    return f"{what}, as recorded on {manifest.spoken_at:%Y-%m-%d %H:%M} UTC"
