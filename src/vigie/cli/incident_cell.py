"""vigie incident qualify, escalate, export, obligations: what the cell does, when the pages are out of reach."""

import json as json_text
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .runtime import USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.incidents.models import Incident

Number = Annotated[int, typer.Argument(help="Number of the incident, as `vigie incident list` shows it.")]
FORMATS = ("json", "stix", "misp")


def add_to(app: typer.Typer) -> None:
    """Put these commands beside those that declare and list."""
    for command in (qualify, escalate, export, obligations):
        app.command()(command)


def _incident(number: int) -> "Incident":
    django_ready()
    from django.utils import translation

    from vigie.apps.incidents.models import Incident

    translation.activate("en")
    found = Incident.objects.declared().select_related("establishment").filter(pk=number).first()
    if found is None:
        end(f"There is no incident {number}.", USAGE)
    return found


def qualify(
    number: Number,
    facts: Annotated[
        Path | None,
        typer.Argument(help="JSON of the answers that change, by the names of the form."),
    ] = None,
    words: Annotated[str, typer.Option(help="For whoever is told of it; no name of a patient.")] = "",
) -> None:
    """Qualify an incident: its facts as they stand, with those of the file in their place.

    Exit codes: 0 qualified; 2 there is no such incident, an answer cannot be read, or it cannot be done now.

    Example:

        vigie incident qualify 12 facts.json --words "Imaging is down."
    """
    one = _incident(number)
    from vigie.apps.incidents import actions
    from vigie.apps.incidents.assessing import FIELDS, facts_typed, read_assessment

    told = _told(facts)
    unknown = sorted(set(told) - set(FIELDS))
    if unknown:
        end(f"There is no such answer: {', '.join(unknown)}. These are: {', '.join(FIELDS)}.", USAGE)
    now = datetime.now(UTC)
    read = read_assessment(facts_typed(one) | told, now=now)
    if isinstance(read, tuple):
        end("; ".join(f"{fault.field}: {fault.problem.value.replace('_', ' ')}" for fault in read), USAGE)
    try:
        row = actions.qualify(incident=one, facts=read, by=actor(), now=now, words=words)
    except actions.IncidentRefused as refused:
        end(str(refused), USAGE)
    say(f"Incident {row.pk}: {row.kind}, {row.gravity}.")
    for route in row.routes.filter(withdrawn_at=None, sent_by_us=True, certainty="yes").order_by("due_at"):
        say(f"  tell {route.authority} by {route.due_at:%Y-%m-%d %H:%M} UTC")


def _told(facts: Path | None) -> dict[str, str]:
    if facts is None:
        return {}
    try:
        told = json_text.loads(facts.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        end(f"The answers cannot be read as JSON: {error}", USAGE)
    if not isinstance(told, dict):
        end('The answers are one JSON object: {"kind": "ransomware"}.', USAGE)
    return {str(name): " ".join(value) if isinstance(value, list) else str(value) for name, value in told.items()}


def escalate(
    number: Number,
    authority: Annotated[str, typer.Argument(help="anssi, hfds, corruss or ars.")] = "anssi",
    told: Annotated[str, typer.Option("--told", help="It was told by telephone: its own reference, or -.")] = "",
) -> None:
    """Write to an authority now, before its date; or note that it was told by telephone.

    Exit codes: 0 done; 2 the rules do not have it told, nobody can be written to, or it was done.

    Examples:

        vigie incident escalate 12

        vigie incident escalate 12 corruss --told CORRUSS-2026-7
    """
    one = _incident(number)
    from vigie.apps.incidents import actions

    route = one.routes.filter(authority=authority, sent_by_us=True, withdrawn_at=None).first()
    if route is None:
        end(f"The rules do not have {authority} told of incident {number}.", USAGE)
    now = datetime.now(UTC)
    try:
        if told:
            reference = "" if told == "-" else told
            actions.tell(route=route, by=actor(), now=now, how="telephone", acknowledgement=reference)
            say(f"Noted: {authority} was told of incident {number}.")
            return
        written = actions.let_go(route=route, by=actor(), now=now)
    except actions.IncidentRefused as refused:
        end(str(refused), USAGE)
    say(f"{written} message(s) to {authority} leave now.")


def export(
    number: Number,
    form: Annotated[str, typer.Option("--format", help="json, stix or misp.")] = "json",
) -> None:
    """Print an incident for another authority: the cell's facts and words, nothing of the declarant's.

    Exit codes: 0 printed; 2 there is no such incident or format, or it was not qualified.

    Example:

        vigie incident export 12 --format stix > incident.stix.json
    """
    one = _incident(number)
    from django.conf import settings

    from vigie.apps.incidents.passing import described
    from vigie.exports.incident import bundle, canonical, event

    if form not in FORMATS:
        end(f"There is no format {form!r}: {', '.join(FORMATS)}.", USAGE)
    if one.qualified_at is None:
        end(f"Incident {number} was not qualified: there is nothing to pass on yet.", USAGE)
    (passed,) = described([one], source=settings.VIGIE.public_url, now=datetime.now(UTC))
    if form == "json":
        sys.stdout.write(canonical(passed) + "\n")
    else:
        print_json(event(passed) if form == "misp" else bundle(passed))


def obligations(
    number: Number, json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False
) -> None:
    """Show what the structures of an incident owe, to whom, by when, and what was done.

    Exit codes: 0 shown, 2 there is no such incident.

    Example:

        vigie incident obligations 12
    """
    one = _incident(number)
    from vigie.apps.incidents.triage import owed_of

    names = dict(one.declarations.values_list("pk", "reference"))
    rows = [
        {
            "declaration": names[declaration],
            "regime": row.regime,
            "stage": row.stage,
            "authority": row.authority,
            "applies": row.certainty,
            "due_at": row.due_at,
            "submitted_at": row.submitted_at,
            "late": row.is_late(datetime.now(UTC)),
        }
        for declaration, owed in owed_of(one).items()
        for row in owed
    ]
    if json:
        print_json(rows)
        return
    for told in rows:
        due = f"due {told['due_at']:%Y-%m-%d %H:%M} UTC" if told["due_at"] else "no date yet"
        done = "done" if told["submitted_at"] else "late" if told["late"] else "not done"
        say(f"{told['declaration']}  {told['regime']} {told['stage']} -> {told['authority']}: {due}, {done}")
