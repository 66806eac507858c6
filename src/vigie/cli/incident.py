"""vigie incident: take a declaration by telephone or from paper, list incidents, show one; the cell's are beside."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer

from .incident_cell import add_to
from .runtime import OK, USAGE, actor, django_ready, end, print_json, say

if TYPE_CHECKING:
    from vigie.apps.incidents.models import Declaration, Incident

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Declared incidents, and what they ask for.")

Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]


def _ready() -> None:
    """Start Django, and speak as the other commands do: in English."""
    django_ready()
    from django.utils import translation

    translation.activate("en")


@app.command()
def declare(
    answers: Annotated[
        Path | None,
        typer.Argument(
            help="JSON file of the answers, by the names of the form's fields; standard input when not given."
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help="How it reached you: telephone or paper.")] = "telephone",
    received: Annotated[
        str, typer.Option(help="When it was really received: 2026-11-23T05:30+01:00. Now when not given.")
    ] = "",
    key: Annotated[str, typer.Option(help="UUID: the same again is the same declaration.")] = "",
    json: Json = False,
) -> None:
    """Record a declaration that was taken by telephone or read from paper.

    Three answers are needed: where (`finess` or `structure`), `seen`, and `discovered_at`.

    Exit codes: 0 recorded, or recorded before; 2 an answer cannot be read.

    Examples:

        vigie incident declare declaration.json --by paper --received 2026-11-23T05:30+01:00

        vigie incident declare < declaration.json
    """
    _ready()
    from django.conf import settings

    from vigie.apps.incidents import actions
    from vigie.apps.incidents.enums import ReceivedBy

    if by not in {ReceivedBy.TELEPHONE, ReceivedBy.PAPER}:
        end("--by is telephone or paper: with an account, one declares on the page.", USAGE)
    now = datetime.now(UTC)
    receiving = actions.Receiving(
        by=actor(), how=ReceivedBy(by), at=_moment(received), competent=settings.VIGIE.competent_authority
    )
    try:
        receipt = actions.declare(typed=_typed(answers), receiving=receiving, key=_key(key), now=now)
    except actions.AnswersRefused as refused:
        for fault in refused.faults:
            say(f"{fault.field}: {fault.problem.value.replace('_', ' ')}")
        end("Nothing was recorded.", USAGE)
    except actions.IncidentRefused as refused:
        end(str(refused), USAGE)
    one = receipt.declaration
    if json:
        print_json(
            {"reference": one.reference, "code": receipt.code, "again": receipt.again, "incident": one.incident_id}
        )
        return
    before = " It had been recorded before." if receipt.again else ""
    say(f"Declaration {one.reference} (code {receipt.code}), incident {one.incident_id}.{before}")


def _typed(answers: Path | None) -> dict[str, str]:
    import json

    try:
        text = sys.stdin.read() if answers is None else answers.read_text(encoding="utf-8")
        told = json.loads(text)
    except (OSError, ValueError) as error:
        end(f"The answers cannot be read as JSON: {error}", USAGE)
    if not isinstance(told, dict):
        end('The answers are one JSON object: {"structure": "...", "seen": "...", "discovered_at": "..."}.', USAGE)
    return {
        str(name): " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in told.items()
        if value is not None
    }


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    from django.utils import timezone

    try:
        read = datetime.fromisoformat(text)
        return timezone.make_aware(read) if timezone.is_naive(read) else read
    except (ValueError, OverflowError):
        end("--received is a moment: 2026-11-23T05:30+01:00.", USAGE)


def _key(text: str) -> UUID:
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        end("--key is a UUID.", USAGE)


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="One state; those that are not over when not given.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, latest first.")] = 50,
    json: Json = False,
) -> None:
    """List incidents, latest first, each with its next legal deadline.

    Exit codes: 0 listed, 2 there is no such state.

    Examples:

        vigie incident list

        vigie incident list --state closed --json
    """
    _ready()
    from rich.console import Console
    from rich.table import Table

    from vigie.apps.incidents.enums import IncidentState
    from vigie.apps.incidents.models import Incident
    from vigie.apps.incidents.queries import board

    if state and state not in IncidentState.values:
        end(f"There is no state {state!r}. The states are: {', '.join(IncidentState.values)}.", USAGE)
    rows = Incident.objects.filter(state=state) if state else Incident.objects.standing()
    found = board(rows).order_by("-declared_at", "-pk")[:limit]
    if json:
        print_json([facts(row) for row in found])
        return
    table = Table("no", "declared (UTC)", "where", "kind", "care", "state", "next deadline (UTC)", box=None)
    for row in found:
        told = facts(row)
        due = f"{told['first_due']:%Y-%m-%d %H:%M}" if told["first_due"] else "-"
        declared = f"{row.declared_at:%Y-%m-%d %H:%M}" if row.declared_at else "-"
        table.add_row(str(row.pk), declared, told["establishment"] or "-", row.kind, row.care, row.state, due)
    Console().print(table)


def facts(row: "Incident") -> dict[str, Any]:
    """One incident of the list; `row` carries the annotations of queries.board."""
    return {
        "incident": row.pk,
        "establishment": row.establishment.finess if row.establishment else None,
        "state": row.state,
        "kind": row.kind,
        "origin": row.origin,
        "gravity": row.gravity,
        "care": row.care,
        "danger": row.danger,
        "declared_at": row.declared_at,
        "confirmed": row.confirmed_at is not None,
        "declarations": getattr(row, "declared_count", None) or 0,
        "first_due": getattr(row, "first_due", None),
    }


@app.command()
def show(
    reference: Annotated[str, typer.Argument(help="Reference of a declaration: 7K3QM-9XT4R-H.")],
    json: Json = False,
) -> None:
    """Show one declaration: its incident, its versions, and what the law asks, with dates.

    Exit codes: 0 shown, 2 no declaration has this reference.

    Example:

        vigie incident show 7K3QM-9XT4R-H
    """
    _ready()
    from vigie.apps.incidents.models import Declaration
    from vigie.engine.incidents.reference import BadReference, read

    told = read(reference)
    if isinstance(told, BadReference):
        place = f", symbol {told.at}" if told.at else ""
        end(f"This is no reference: {told.slip.value}{place}.", USAGE)
    rows = Declaration.objects.submitted().select_related("incident", "establishment")
    one = rows.filter(reference=told).first()
    if one is None:
        end(f"No declaration has the reference {told}.", USAGE)
    shown = _shown(one)
    if json:
        print_json(shown)
        raise typer.Exit(OK)
    received = f"received {shown['received_at']:%Y-%m-%d %H:%M} UTC"
    say(f"{shown['reference']}  incident {shown['incident']}, {shown['state']}, {received}")
    for row in shown["obligations"]:
        done = f"done {row['submitted_at']:%Y-%m-%d %H:%M}" if row["submitted_at"] else "not done"
        due = f"due {row['due_at']:%Y-%m-%d %H:%M} UTC" if row["due_at"] else "no date yet"
        say(f"  {row['regime']} {row['stage']} -> {row['authority']}: {row['applies']}, {due}, {done}")


def _shown(one: "Declaration") -> dict[str, Any]:
    owed = one.obligations.filter(withdrawn_at=None).order_by("due_at", "pk")
    return {
        "reference": one.reference,
        "incident": one.incident_id,
        "state": one.incident.state,
        "establishment": one.establishment.finess if one.establishment else None,
        "received_by": one.received_by,
        "received_at": one.received_at,
        "confirmed_at": one.confirmed_at,
        "versions": one.versions.count(),
        "obligations": [
            {
                "regime": row.regime,
                "stage": row.stage,
                "authority": row.authority,
                "applies": row.certainty,
                "due_at": row.due_at,
                "submitted_at": row.submitted_at,
            }
            for row in owed
        ],
    }


add_to(app)
