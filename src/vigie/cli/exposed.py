"""vigie exposed: which establishments does a vulnerability concern?"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import FAILED, USAGE, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.observatory.exposed import Exposure, Place
    from vigie.apps.observatory.image import Image, Reading
    from vigie.engine.matching import Statement

SHOWN = 50  # establishments that are printed; --json and --all print them all


def exposed(
    cve: Annotated[str, typer.Argument(help="A vulnerability: CVE-2024-21762.")] = "",
    range_: Annotated[
        str, typer.Option("--range", help="A product and versions, as an advisory gives them, in place of a CVE.")
    ] = "",
    as_of: Annotated[
        str | None, typer.Option(help="Day (YYYY-MM-DD): what was known and seen at the end of that day.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object: counts, places, establishments.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help=f"Print every establishment, not the first {SHOWN}.")] = False,
) -> None:
    """Say who is exposed, from what is stored: nothing is contacted.

    Establishments are counted by verdict: affected; conditional and unknown, which read "please check". A range is
    vendor:product and bounds, several ranges separated by ";". Notified are those whom a message about it has left for.

    Exit codes: 0 answered (be it nobody), 1 the vulnerability is not known, 2 badly asked.

    Examples:

        vigie exposed CVE-2024-21762

        vigie exposed --range 'fortinet:fortios >=7.0.0,<7.0.13; >=7.2.0,<7.2.5' --json

        vigie exposed CVE-2024-21762 --as-of 2026-11-01
    """
    if bool(cve) == bool(range_):
        end("Give one CVE identifier, or --range 'vendor:product >=1.0,<2.0'.", USAGE)
    statement = _statement(range_) if range_ else None
    django_ready()
    reading = _image(as_of)
    found = _asked(cve.strip().upper(), statement, as_of, None if json or all_ else SHOWN, reading.image)
    subject = range_ or cve.strip().upper()
    if json:
        print_json({"asked": subject, "image": reading.state, **asdict(found), "moment": found.moment.isoformat()})
    else:
        _tell(subject, found)
        say(_read_from(reading))


def _statement(text: str) -> "Statement":
    from vigie.engine.matching import BadRange, statement_of

    try:
        return statement_of(text)
    except BadRange as error:
        end(f"--range: {error}. Write 'vendor:product >=1.0,<2.0'.", USAGE)


def _image(as_of: str | None) -> "Reading":
    from django.conf import settings

    from vigie.apps.observatory.image import NOT_ASKED, read

    return NOT_ASKED if as_of else read(settings.VIGIE.home)


def _read_from(reading: "Reading") -> str:
    """An image that is not fresh is said, and not used."""
    of = f" of {reading.manifest.spoken_at:%Y-%m-%d %H:%M} UTC" if reading.manifest else ""
    if reading.image:
        return f"Read from the image{of}, which is up to date."
    why = {"stale": f"the image{of} is older than what was recorded since", "unreadable": "the image cannot be read"}
    reason = why.get(reading.state)
    return (
        f"Read from the database: {reason}; `vigie image build` makes it again."
        if reason
        else "Read from the database."
    )


def _asked(
    cve: str, statement: "Statement | None", as_of: str | None, most: int | None, image: "Image | None"
) -> "Exposure":
    from vigie.apps.observatory.exposed import exposed_to, exposed_to_range
    from vigie.apps.vulns.models import Vulnerability

    from .level import _moment

    moment = _moment(as_of)
    past = moment < datetime.now(UTC)
    if statement is not None:
        return exposed_to_range(statement, moment, past=past and as_of is not None, most=most, image=image)
    known = Vulnerability.objects.filter(cve=cve).first()
    if known is None:
        end(f"{cve} is not known. Run `vigie feeds sync`, or type its versions with --range.", FAILED)
    return exposed_to(known, moment, past=past and as_of is not None, most=most, image=image)


def _tell(subject: str, found: "Exposure") -> None:
    say(f"{subject}: {_counts(found.nation)}")
    for title, places in (("Regions", found.regions), ("Groups", found.groups)):
        if places:
            say(f"{title}:")
        for place in places:
            say(f"  {place.name or '(not known)'}: {_counts(place)}")
    for row in found.establishments:
        door = ", remote access" if row.remote_access else ""
        region = row.region or "region not known"
        told_on = f"notified {row.notified_at:%Y-%m-%d %H:%M}" if row.notified_at else "not notified"
        say(f"{row.finess}  {row.name} ({region}): {row.verdict}{door}, {row.services} service(s), {told_on}")
        for told in row.told:
            say(f"    {told.product}: {told.evidence} [{told.source}]")
    if len(found.establishments) < found.nation.total:
        say(f"... and {found.nation.total - len(found.establishments)} more: --all prints them.")


def _counts(place: "Place") -> str:
    check = place.conditional + place.unknown
    affected = f"{place.affected} affected ({place.remote_access} by remote access)"
    return f"{affected}, {check} to check, {place.notified} notified"
